// Names of generated Envoy resources; they follow Istio's, since the tools know them.
import type { Service } from '../model/service.ts'

export const PASSTHROUGH_CLUSTER = 'PassthroughCluster'
export const BLACK_HOLE_CLUSTER = 'BlackHoleCluster'
export const INBOUND_PASSTHROUGH_CLUSTER = 'InboundPassthroughCluster'
/** What stands for destinations that do not exist; no cluster has the name. */
export const UNRESOLVED_CLUSTER = 'UnresolvedBackend'
/** The workload's own certificate and key, and the mesh's roots (SDS). */
export const CERTIFICATE_SECRET = 'default'
export const ROOTS_SECRET = 'ROOTCA'

export function outboundCluster(hostname: string, port: number, subset = ''): string {
  return `outbound|${port}|${subset}|${hostname}`
}

/** For connections of a sniffed port that turn out not to be HTTP: there the client tells the server so by ALPN. */
export function outboundTcpCluster(hostname: string, port: number): string {
  return `outbound-tcp|${port}||${hostname}`
}

export function inboundCluster(port: number): string {
  return `inbound|${port}||`
}

/** Name of a virtual host of a service, as Istio gives it. */
export function virtualHostName(hostname: string, port: number): string {
  return `${hostname}:${port}`
}

/** Server name that mutual TLS clients send: `outbound_.80_.v2_.host`. */
export function serverName(service: Service, port: number, subset = ''): string {
  return `outbound_.${port}_.${subset}_.${service.hostname}`
}

export function listenerName(address: string, port: number): string {
  return `${address}_${port}`
}

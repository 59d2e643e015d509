// What a workload's proxy takes in: the ports of its application, each with listener (chains), route configuration and cluster.
import type { Listener, RouteConfiguration, VirtualHost } from '../../proto/envoy.d.ts'
import type { Document } from '../model/document.ts'
import { memo } from '../model/memo.ts'
import { ORIGIN, type Origin } from '../model/origin.ts'
import { isHttp, type Protocol, protocolOf } from '../model/protocol.ts'
import type { Resource } from '../model/resource.ts'
import type { Service as ServiceSpec } from '../model/schema/core.ts'
import type { ConnectionPoolSettings } from '../model/schema/destination-rule.ts'
import type { ServerTlsSettings } from '../model/schema/gateway.ts'
import type { ServiceEntry } from '../model/schema/service-entry.ts'
import type { Sidecar } from '../model/schema/sidecar.ts'
import { matchesLabels, ownWorkload } from '../model/selector.ts'
import { type Service, servicesDeclaredIn } from '../model/service.ts'
import type { View } from '../model/view.ts'
import { isPod } from '../model/workload.ts'
import { applicationCluster } from './cluster/inbound.ts'
import { statName } from './cluster/stat-name.ts'
import { clusterLimits, listenerLimits } from './connection-settings.ts'
import { serverCredentials } from './gateway/credential.ts'
import { terminatingTls } from './gateway/tls.ts'
import { rbacNetworkFilters, rbacPerRoute } from './kinds/authorization-policy.ts'
import { mutualTlsMode } from './kinds/peer-authentication.ts'
import { refusedLogs } from './listener/access-log.ts'
import { detectionTimeout, httpConnectionManager, tcpProxy } from './listener/filters.ts'
import { type ChainOptions, inboundChains } from './listener/inbound-chains.ts'
import { inspectors } from './listener/inspection.ts'
import { preservesCase } from './listener/proxy-headers.ts'
import { meshConfig, trustDomains } from './mesh-config.ts'
import { BLACK_HOLE_CLUSTER, inboundCluster, listenerName } from './names.ts'
import { defaultRoute } from './route/http-route.ts'
import { isExplicit, sidecarOf } from './scope.ts'
import { meshTlsParameters } from './tls-parameters.ts'
import { resource } from './typed.ts'

/** One port of the application and where its proxy takes it in. */
export interface InboundPort {
  readonly port: number
  readonly protocol: Protocol
  /** Address of a listener of its own; absent where captured traffic is served by the one inbound listener. */
  readonly bind?: string
  /** Absent: where the captured connection was going. */
  readonly application?: { readonly address: string; readonly port: number }
  readonly pool?: ConnectionPoolSettings | undefined
  /** The Sidecar's TLS for clients outside the mesh. */
  readonly tls?: ServerTlsSettings | undefined
  /** Name of the service for tracing and logs, if one leads here. */
  readonly hostname?: string
  readonly origin: Origin
}

/** By the Sidecar's ingress listeners if it has any, else by the services that select the workload. */
export const inboundPorts = memo((view: View, _workload: string): readonly InboundPort[] => {
  if (view.facet('type') === 'gateway') return []
  const sidecar = sidecarOf(view, '')
  const ports = sidecar?.spec.ingress?.length ? ingressPorts(view, sidecar) : servicePorts(view)
  const byPlace = new Map<string, InboundPort>()
  for (const port of ports) {
    const place = `${port.bind ?? ''}:${port.port}`
    if (!byPlace.has(place)) byPlace.set(place, port)
  }
  return Object.freeze([...byPlace.values()])
})

function ingressPorts(view: View, sidecar: Document<Sidecar>): InboundPort[] {
  return (sidecar.spec.ingress ?? []).map((listener, index) => {
    const { port, defaultEndpoint } = listener
    const bind = listener.bind || view.facet('address') || '0.0.0.0'
    return {
      port: port.number,
      protocol: protocolOf(port.number, port.name, port.protocol),
      ...(listener.captureMode === 'NONE' ? { bind } : {}),
      application: applicationOf(defaultEndpoint, port.number, view.facet('address')),
      pool: listener.connectionPool ?? sidecar.spec.inboundConnectionPool,
      ...(listener.tls ? { tls: listener.tls } : {}),
      origin: sidecar.at(['spec', 'ingress', index]),
    }
  })
}

/** `127.0.0.1:8080`, `0.0.0.0:8080` (the workload's own address) or `unix:///path`; by default the same port on loopback. */
function applicationOf(endpoint: string | undefined, port: number, own: string | undefined) {
  if (!endpoint) return { address: '127.0.0.1', port }
  if (endpoint.startsWith('unix://')) return { address: endpoint, port: 0 }
  const colon = endpoint.lastIndexOf(':')
  const host = endpoint.slice(0, colon).replace(/^\[|\]$/g, '')
  const address = host === '0.0.0.0' || host === '::' ? own || '127.0.0.1' : host || '127.0.0.1'
  return { address, port: Number(endpoint.slice(colon + 1)) }
}

function servicePorts(view: View): InboundPort[] {
  const sidecar = sidecarOf(view, '')
  // A Sidecar that only binds its own egress ports belongs to a workload that serves nothing.
  if (sidecar && isExplicit(sidecar)) return []
  const entry = ownEntry(view)
  const toLoopback = meshConfig(view).inboundTrafficPolicy.mode === 'LOCALHOST'
  return servicesOfWorkload(view).flatMap((service) =>
    service.ports.map((port) => {
      const target =
        (entry && !isPod(entry) ? entry.spec.ports?.[port.name] : undefined) ??
        (typeof port.targetPort === 'number'
          ? port.targetPort
          : entry?.spec.ports?.[port.targetPort])
      const number = target ?? port.number
      return {
        port: number,
        protocol: port.protocol,
        ...(toLoopback ? { application: { address: '127.0.0.1', port: number } } : {}),
        pool: sidecar?.spec.inboundConnectionPool,
        hostname: service.hostname,
        origin: service.document.at(['spec', 'ports']),
      }
    }),
  )
}

function ownEntry(view: View) {
  return view.get('WorkloadEntry', `${view.facet('namespace')}/${view.facet('workload')}`)
}

/** Services of its namespace that pick the workload by label. */
export function servicesOfWorkload(view: View): Service[] {
  const { namespace, labels } = ownWorkload(view)
  return servicesDeclaredIn(view, namespace).filter((service) => {
    const { document } = service
    const selector =
      document.kind === 'Service'
        ? (document as Document<ServiceSpec>).spec.selector
        : (document as Document<ServiceEntry>).spec.workloadSelector?.labels
    return selector && Object.keys(selector).length > 0 && matchesLabels(selector, labels)
  })
}

export const inboundClusters = memo((view: View, workload: string): readonly Resource[] => {
  const { connectTimeout, inboundClusterStatName: pattern } = meshConfig(view)
  return Object.freeze(
    inboundPorts(view, workload).map((inbound) => {
      const { port, protocol, application, pool, origin } = inbound
      return applicationCluster({
        port,
        protocol,
        application,
        pool,
        preservesCase: preservesCase(view),
        connectTimeout,
        more: { ...inboundStatName(view, inbound, pattern), ...clusterLimits(view) },
        origin,
      })
    }),
  )
})

/** By the service that leads to the port; a port that none leads to keeps its name. */
function inboundStatName(view: View, { port, hostname }: InboundPort, pattern?: string) {
  for (const service of pattern ? servicesOfWorkload(view) : []) {
    if (hostname !== undefined && service.hostname !== hostname) continue
    const found = service.ports.find(({ number, targetPort }) =>
      hostname === undefined ? targetPort === port : targetPort === port || number === port,
    )
    if (found) return statName(pattern, service, found)
  }
  return {}
}

/** Routes to the application; authorization rules hang here, so that a changed policy reaches open connections at once. */
export const inboundRoutes = memo((view: View, workload: string): readonly Resource[] =>
  Object.freeze(
    inboundPorts(view, workload)
      .filter(({ protocol }) => isHttp(protocol) || protocol === 'auto')
      .map((port) => inboundRoute(view, port)),
  ),
)

function inboundRoute(view: View, { port, protocol, hostname, origin }: InboundPort): Resource {
  const name = inboundCluster(port)
  const virtualHost: VirtualHost = {
    [ORIGIN]: origin,
    name: `inbound|http|${port}`,
    domains: ['*'],
    routes: [
      defaultRoute(name, {
        direction: 'inbound',
        isGrpc: protocol === 'GRPC' || protocol === 'GRPC-Web',
        operation: `${hostname ?? 'inbound'}:${port}/*`,
        defaultRetries: meshConfig(view).defaultInboundHttpRetryPolicy,
        origin,
      }),
    ],
    ...perRoute(rbacPerRoute(view, ownWorkload(view))),
  }
  const body: RouteConfiguration = { [ORIGIN]: origin, name, validate_clusters: false }
  return Object.freeze({
    ...resource('route', name, body),
    virtualHosts: [resource('virtualHost', `${name}/${virtualHost.name}`, virtualHost)],
  })
}

function perRoute(filters: NonNullable<VirtualHost['typed_per_filter_config']>) {
  return Object.keys(filters).length > 0 ? { typed_per_filter_config: filters } : {}
}

/** Certificates of the Sidecar's own TLS. */
export const ingressSecrets = memo((view: View, workload: string): readonly Resource[] => {
  const secrets = inboundPorts(view, workload).flatMap(({ tls }) => {
    const { certificates = [], authority } = (tls && serverCredentials(view, tls)) ?? {}
    return authority ? [...certificates, authority] : certificates
  })
  return Object.freeze([...new Map(secrets.map((secret) => [secret.name, secret])).values()])
})

/** Listeners that are bound by themselves; captured ports are chains of the one inbound listener. */
export const boundInboundListeners = memo((view: View, workload: string): readonly Resource[] =>
  Object.freeze(
    inboundPorts(view, workload)
      .filter(({ bind }) => bind !== undefined)
      .map((port) => boundListener(view, port)),
  ),
)

function boundListener(view: View, port: InboundPort): Resource {
  const name = listenerName(port.bind!, port.port)
  const options = chainOptions(view, port)
  const filter_chains = inboundChains(options)
  const body: Listener = {
    [ORIGIN]: port.origin,
    name,
    address: { socket_address: { address: port.bind!, port_value: port.port } },
    traffic_direction: 'INBOUND',
    // Two proxies on one address are a mistake; shared, they would each get some of the connections.
    enable_reuse_port: false,
    ...refusedLogs(view, 'SERVER'),
    ...listenerLimits(view),
    listener_filters: inspectors(new Map([[port.port, options]])),
    ...detectionTimeout(view),
    filter_chains,
  }
  return resource('listener', name, body)
}

export function chainOptions(view: View, port: InboundPort): ChainOptions {
  const workload = ownWorkload(view)
  const cluster = inboundCluster(port.port)
  return {
    protocol: port.protocol,
    mode: mutualTlsMode(view, workload, port.port),
    certified: view.facet('certified') === 'yes',
    parameters: meshTlsParameters(view),
    trustDomains: trustDomains(view),
    ownTls: port.tls && terminatingTls(view, port.tls, isHttp(port.protocol) ? ALPN : []),
    http: httpConnectionManager(view, {
      place: 'inbound',
      statPrefix: `inbound_${port.port}`,
      routeName: cluster,
      port: port.port,
      grpcWeb: port.protocol === 'GRPC-Web',
    }),
    tcp: [...rbacNetworkFilters(view, workload), tcpProxy(view, cluster, cluster)],
    blackHole: tcpProxy(view, 'blackhole', BLACK_HOLE_CLUSTER),
    origin: port.origin,
    ...revocation(view),
  }
}

/** Proxies verify a certificate when a connection begins: those that are open have to begin anew. */
export function revocation(view: View): Pick<ChainOptions, 'revokedAt'> {
  const { revokedAt } = view.get('trust', 'trust') ?? {}
  return revokedAt === undefined ? {} : { revokedAt }
}

const ALPN = ['h2', 'http/1.1']

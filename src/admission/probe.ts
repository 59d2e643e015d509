// Probes of an application under mutual TLS: the kubelet has no certificate, so it asks the proxy's agent, which asks the application.
import type { Container, Probe } from './pod.ts'

/** Where the agent answers for the application and for Envoy itself. */
export const PROBE_PORT = 15020

/** What the agent does for one path, see `envoy/probes.ts`. Ports are numbers on loopback. */
export interface AppProbe {
  readonly path: string
  readonly timeoutSeconds: number
  readonly httpGet?: {
    readonly path: string
    readonly port: number
    readonly scheme: 'http' | 'https'
    readonly headers: Readonly<Record<string, string>>
  }
  readonly tcpPort?: number
  readonly grpc?: { readonly port: number; readonly service: string }
}

const KINDS = {
  livenessProbe: 'livez',
  readinessProbe: 'readyz',
  startupProbe: 'startupz',
} as const

/** The container with its probes led to the agent, and what the agent is to ask. Commands run in the container as before. */
export function redirectProbes(container: Container): {
  readonly container: Container
  readonly probes: readonly AppProbe[]
} {
  const probes: AppProbe[] = []
  const changed: Record<string, Probe> = {}
  for (const [kind, name] of Object.entries(KINDS)) {
    const probe = container[kind] as Probe | undefined
    const path = `/app-health/${container.name}/${name}`
    const asked = probe && appProbe(probe, path, container)
    if (!probe || !asked) continue
    probes.push(asked)
    const { httpGet: _, tcpSocket: __, grpc: ___, ...timing } = probe
    changed[kind] = { ...timing, httpGet: { path, port: PROBE_PORT, scheme: 'HTTP' } }
  }
  return { container: { ...container, ...changed }, probes }
}

function appProbe(probe: Probe, path: string, container: Container): AppProbe | undefined {
  const common = { path, timeoutSeconds: probe.timeoutSeconds ?? 1 }
  const { httpGet, tcpSocket, grpc } = probe
  if (httpGet) {
    const port = numberOf(httpGet.port, container)
    // Led to the agent by an injection before this one.
    if (port === undefined || port === PROBE_PORT || httpGet.host) return undefined
    const headers = (httpGet.httpHeaders ?? []).map(({ name, value }) => [name, value])
    return {
      ...common,
      httpGet: {
        port,
        path: httpGet.path ?? '/',
        scheme: httpGet.scheme === 'HTTPS' ? 'https' : 'http',
        headers: Object.fromEntries(headers) as Record<string, string>,
      },
    }
  }
  const tcpPort = tcpSocket && !tcpSocket.host ? numberOf(tcpSocket.port, container) : undefined
  if (tcpPort !== undefined) return { ...common, tcpPort }
  return grpc ? { ...common, grpc: { port: grpc.port, service: grpc.service ?? '' } } : undefined
}

function numberOf(port: number | string, container: Container): number | undefined {
  if (typeof port === 'number') return port
  return container.ports?.find(({ name }) => name === port)?.containerPort
}

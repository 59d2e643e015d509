// Outbound listeners of a sidecar: those its Sidecar binds, or one for each port of what it may call (captured traffic).
import type { FilterChain, Listener } from '../../../proto/envoy.d.ts'
import type { Document } from '../../model/document.ts'
import { memo } from '../../model/memo.ts'
import { ORIGIN, type Origin } from '../../model/origin.ts'
import { isHttp, type Protocol, protocolOf } from '../../model/protocol.ts'
import type { Resource } from '../../model/resource.ts'
import type { EgressListener, Sidecar } from '../../model/schema/sidecar.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import type { View } from '../../model/view.ts'
import { meshConfig } from '../mesh-config.ts'
import { listenerName, outboundCluster, outboundTcpCluster } from '../names.ts'
import type { RoutePlan } from '../route/configuration.ts'
import { ALL_HOSTS, importedServices, isExplicit, sidecarOf } from '../scope.ts'
import { resource } from '../typed.ts'
import { HTTP_INSPECTOR, httpConnectionManager, TLS_INSPECTOR, tcpProxy } from './filters.ts'

/** A listener and the route configuration it needs, if any. */
export interface Outbound {
  readonly listener: Resource
  readonly plan: RoutePlan | undefined
}

export const outboundListeners = memo((view: View, _: ''): readonly Outbound[] => {
  if (view.facet('type') === 'gateway') return []
  const sidecar = sidecarOf(view, '')
  if (!sidecar?.spec.egress) return captured(view, ALL_HOSTS)
  const byName = new Map<string, Outbound>()
  for (const [index, egress] of sidecar.spec.egress.entries()) {
    for (const outbound of egressListeners(view, sidecar, egress, index)) {
      if (!byName.has(outbound.listener.name)) byName.set(outbound.listener.name, outbound)
    }
  }
  return Object.freeze([...byName.values()])
})

function egressListeners(
  view: View,
  sidecar: Document<Sidecar>,
  egress: EgressListener,
  index: number,
): readonly Outbound[] {
  const hosts = egress.hosts.join(',')
  const bound = egress.captureMode === 'NONE' || egress.bind !== undefined
  if (!egress.port) {
    if (bound) return localListeners(view, hosts, egress.bind)
    // Without capture, hosts alone are only a scope.
    return isExplicit(sidecar) ? [] : captured(view, hosts)
  }
  const { number, name, protocol } = egress.port
  const bind = egress.bind ?? (bound ? '127.0.0.1' : '0.0.0.0')
  const origin = sidecar.at(['spec', 'egress', index])
  const declared = protocolOf(number, name, protocol)
  const place: Place = {
    bind,
    port: number,
    hosts,
    bound,
    origin,
    named: egress.bind !== undefined,
  }
  if (isHttp(declared) || protocol?.toUpperCase() === 'HTTP_PROXY') {
    return [httpListener(view, place, protocol?.toUpperCase() === 'HTTP_PROXY')]
  }
  const target = importedServices(view, hosts)
    .flatMap((service) => service.ports.map((port) => ({ service, port })))
    .find(({ port }) => port.number === number)
  return target ? [tcpOrSniffed(view, place, target.service, target.port, declared)] : []
}

interface Place {
  readonly bind: string
  readonly port: number
  readonly hosts: string
  /** Bound to a socket of its own; captured traffic comes by way of the catching listener. */
  readonly bound: boolean
  readonly origin: Origin
  /** The user chose the address: it becomes part of the route configuration's name. */
  readonly named: boolean
}

/** One listener for each port of what one namespace list imports, on loopback (captureMode NONE without a port). */
function localListeners(view: View, hosts: string, bind = '127.0.0.1'): Outbound[] {
  return byPort(importedServices(view, hosts)).map(([port, [first]]) => {
    const { service, servicePort } = first!
    const origin = service.document.at(['metadata', 'name'])
    const place = { bind, port, hosts, bound: true, origin, named: bind !== '127.0.0.1' }
    return isHttp(servicePort.protocol)
      ? httpListener(view, place, false)
      : tcpOrSniffed(view, place, service, servicePort, servicePort.protocol)
  })
}

/** One listener for all HTTP services of a port, one for each address of the others (Istio). */
function captured(view: View, hosts: string): readonly Outbound[] {
  const byName = new Map<string, Outbound>()
  for (const [port, targets] of byPort(importedServices(view, hosts))) {
    const http = targets.find(({ servicePort }) => isHttp(servicePort.protocol))
    if (http) {
      const origin = http.service.document.at(['metadata', 'name'])
      const place = { bind: '0.0.0.0', port, hosts, bound: false, origin, named: false }
      const outbound = httpListener(view, place, false)
      byName.set(outbound.listener.name, outbound)
    }
    for (const { service, servicePort } of targets) {
      if (isHttp(servicePort.protocol)) continue
      for (const bind of service.addresses.length > 0 ? service.addresses : ['0.0.0.0']) {
        if (bind.includes('/')) continue
        const origin = service.document.at(['metadata', 'name'])
        const place = { bind, port, hosts, bound: false, origin, named: true }
        const outbound = tcpOrSniffed(view, place, service, servicePort, servicePort.protocol)
        if (!byName.has(outbound.listener.name)) byName.set(outbound.listener.name, outbound)
      }
    }
  }
  return Object.freeze([...byName.values()])
}

type Targets = { service: Service; servicePort: ServicePort }[]

function byPort(services: readonly Service[]): [number, Targets][] {
  const ports = new Map<number, Targets>()
  for (const service of services) {
    for (const servicePort of service.ports) {
      const list = ports.get(servicePort.number)
      if (list) list.push({ service, servicePort })
      else ports.set(servicePort.number, [{ service, servicePort }])
    }
  }
  return [...ports].sort(([a], [b]) => a - b)
}

function httpListener(view: View, place: Place, anyPort: boolean): Outbound {
  const name = listenerName(place.bind, place.port)
  const plan: RoutePlan = {
    name: place.named ? name : String(place.port),
    port: place.port,
    hosts: place.hosts,
    anyPort,
    ruleHosts: place.bound || place.port === 80,
    unknownHost: unknownHost(view, place),
  }
  const chain: FilterChain = {
    filters: [
      httpConnectionManager(view, {
        place: 'outbound',
        statPrefix: `outbound_${name}`,
        routeName: plan.name,
      }),
    ],
  }
  return { listener: listener(place, { filter_chains: [chain] }), plan }
}

/** A listener with a socket of its own has no original destination to pass unknown hosts on to. */
function unknownHost(view: View, { bound }: Place): 'pass' | 'refuse' {
  const mode =
    sidecarOf(view, '')?.spec.outboundTrafficPolicy?.mode ??
    meshConfig(view).outboundTrafficPolicy.mode
  return bound || mode === 'REGISTRY_ONLY' ? 'refuse' : 'pass'
}

function tcpOrSniffed(
  view: View,
  place: Place,
  service: Service,
  port: ServicePort,
  declared: Protocol,
): Outbound {
  const sniffed = declared === 'auto' && port.protocol === 'auto'
  const cluster =
    port.protocol === 'auto'
      ? outboundTcpCluster(service.hostname, port.number)
      : outboundCluster(service.hostname, port.number)
  const tcp = tcpProxy(cluster, cluster)
  if (!sniffed) {
    return { listener: listener(place, { filter_chains: [{ filters: [tcp] }] }), plan: undefined }
  }
  const plan: RoutePlan = {
    name: `${service.hostname}:${port.number}`,
    port: port.number,
    hosts: `${service.namespace}/${service.hostname}`,
    anyPort: false,
    ruleHosts: false,
    unknownHost: 'own',
  }
  const http: FilterChain = {
    filter_chain_match: {
      transport_protocol: 'raw_buffer',
      application_protocols: ['http/1.1', 'h2c'],
    },
    filters: [
      httpConnectionManager(view, {
        place: 'outbound',
        statPrefix: `outbound_${plan.name}`,
        routeName: plan.name,
      }),
    ],
  }
  const fields: Partial<Listener> = {
    listener_filters: [TLS_INSPECTOR, HTTP_INSPECTOR],
    filter_chains: [http],
    default_filter_chain: { filters: [tcp] },
  }
  return { listener: listener(place, fields), plan }
}

function listener(place: Place, fields: Partial<Listener>): Resource {
  const name = listenerName(place.bind, place.port)
  const body = {
    [ORIGIN]: place.origin,
    name,
    address: { socket_address: { address: place.bind, port_value: place.port } },
    traffic_direction: 'OUTBOUND',
    // Two proxies on one address are a mistake; shared, they would each get some of the connections.
    ...(place.bound ? { enable_reuse_port: false } : { bind_to_port: false }),
    ...fields,
  } as Listener
  return resource('listener', name, body)
}

// What a gateway listens on, and the hosts it routes: servers of several Gateways on one port are one listener.
import type { Listener, Route, RouteConfiguration } from '../../proto/envoy.d.ts'
import { bySpecificity } from '../model/host.ts'
import { memo } from '../model/memo.ts'
import { ORIGIN, type Origin } from '../model/origin.ts'
import { isHttp, protocolOf } from '../model/protocol.ts'
import type { Resource } from '../model/resource.ts'
import { ownWorkload } from '../model/selector.ts'
import type { View } from '../model/view.ts'
import { servicesOfWorkload } from './inbound.ts'
import { rbacPerRoute } from './kinds/authorization-policy.ts'
import { boundRules, type GatewayServer, gatewayServers, servedHosts } from './kinds/gateway.ts'
import { httpConnectionManager } from './listener/filters.ts'
import { listenerName } from './names.ts'
import { withoutRepeatedDomains } from './route/configuration.ts'
import { httpRoutes } from './route/http-route.ts'
import { isCatchAll } from './route/match.ts'
import { routeContext } from './route/virtual-host.ts'
import { resource } from './typed.ts'

interface GatewayPort {
  readonly bind: string
  /** As the servers name it. */
  readonly port: number
  /** As bound: a Service in front of the gateway may map it. */
  readonly boundPort: number
  readonly servers: readonly GatewayServer[]
}

export const gatewayResources = memo(
  (
    view: View,
    _workload: string,
  ): { listeners: readonly Resource[]; routes: readonly Resource[] } => {
    const ports = gatewayPorts(view)
    return {
      listeners: Object.freeze(ports.map((port) => gatewayListener(view, port))),
      routes: Object.freeze(ports.map((port) => gatewayRoutes(view, port))),
    }
  },
)

function gatewayPorts(view: View): GatewayPort[] {
  const byPlace = new Map<string, GatewayPort & { servers: GatewayServer[] }>()
  for (const server of gatewayServers(view, '')) {
    const { number, name, protocol } = server.server.port
    if (!isHttp(protocolOf(number, name, protocol))) continue
    const bind = server.server.bind || '0.0.0.0'
    const place = listenerName(bind, number)
    const existing = byPlace.get(place)
    if (existing) existing.servers.push(server)
    else {
      const boundPort = targetPort(view, number)
      byPlace.set(place, { bind, port: number, boundPort, servers: [server] })
    }
  }
  return [...byPlace.values()]
}

/** The port behind the gateway's Service, if one maps it (Istio). */
function targetPort(view: View, number: number): number {
  for (const service of servicesOfWorkload(view)) {
    const port = service.ports.find((candidate) => candidate.number === number)
    if (typeof port?.targetPort === 'number') return port.targetPort
  }
  return number
}

function originOf({ servers }: GatewayPort): Origin {
  const [{ document, index }] = servers as [GatewayServer]
  return document.at(['spec', 'servers', index])
}

function routeName({ bind, port }: GatewayPort): string {
  return bind === '0.0.0.0' ? `http.${port}` : `http.${port}.${bind}`
}

function gatewayListener(view: View, port: GatewayPort): Resource {
  const name = listenerName(port.bind, port.boundPort)
  return resource('listener', name, {
    [ORIGIN]: originOf(port),
    name,
    address: { socket_address: { address: port.bind, port_value: port.boundPort } },
    traffic_direction: 'OUTBOUND',
    filter_chains: [
      {
        filters: [
          httpConnectionManager(view, {
            place: 'gateway',
            statPrefix: `gateway_${name}`,
            routeName: routeName(port),
          }),
        ],
      },
    ],
  } satisfies Listener)
}

interface ServedHost {
  readonly routes: Route[]
  readonly origin: Origin
  redirectsToHttps: boolean
}

/** All rules of one host are merged, and what takes everything is moved to the end (X5). */
function gatewayRoutes(view: View, port: GatewayPort): Resource {
  const hosts = new Map<string, ServedHost>()
  for (const server of port.servers) {
    const redirectsToHttps = server.server.tls?.httpsRedirect === true
    if (redirectsToHttps) redirectHosts(server, hosts)
    for (const rule of boundRules(view, '')) {
      const names = servedHosts(server, rule)
      if (names.length === 0) continue
      const routes = httpRoutes(routeContext(view, rule, port.port, [server.gateway]))
      for (const host of names) {
        const served = hosts.get(host)
        const origin = rule.document.at(['spec', 'hosts'])
        if (served) served.routes.push(...routes.filter((route) => !served.routes.includes(route)))
        else hosts.set(host, { routes: [...routes], origin, redirectsToHttps })
      }
    }
  }
  const filters = rbacPerRoute(view, ownWorkload(view))
  const virtualHosts = [...hosts]
    .sort(([a], [b]) => bySpecificity(a, b))
    .map(([host, served]) => servedHost(host, port.port, served, filters))
  const name = routeName(port)
  const body: RouteConfiguration = {
    [ORIGIN]: originOf(port),
    name,
    validate_clusters: false,
    ignore_port_in_host_matching: true,
    max_direct_response_body_size_bytes: 1048576,
  }
  return Object.freeze({
    ...resource('route', name, body),
    virtualHosts: Object.freeze(withoutRepeatedDomains(virtualHosts)),
  })
}

/** Hosts of a redirecting server are redirected even if no rule is bound to them. */
function redirectHosts(server: GatewayServer, hosts: Map<string, ServedHost>): void {
  for (const entry of server.server.hosts) {
    const host = entry.slice(entry.indexOf('/') + 1).toLowerCase()
    const origin = server.document.at(['spec', 'servers', server.index])
    if (!hosts.has(host)) hosts.set(host, { routes: [], origin, redirectsToHttps: true })
  }
}

function servedHost(
  host: string,
  port: number,
  { routes, origin, redirectsToHttps }: ServedHost,
  filters: ReturnType<typeof rbacPerRoute>,
): Resource {
  const catchAll = (route: Route) => isCatchAll(route.match ?? {})
  const ordered = [...routes.filter((route) => !catchAll(route)), ...routes.filter(catchAll)]
  const name = `${host}:${port}`
  return resource('virtualHost', name, {
    [ORIGIN]: origin,
    name,
    domains: [host],
    routes: ordered,
    include_request_attempt_count: true,
    ...(redirectsToHttps ? { require_tls: 'ALL' as const } : {}),
    ...(Object.keys(filters).length > 0 ? { typed_per_filter_config: filters } : {}),
  })
}

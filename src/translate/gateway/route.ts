// The hosts that a gateway routes: one route configuration for all plain HTTP servers of a port, one for each HTTPS server.
import type { Route, RouteConfiguration } from '../../../proto/envoy.d.ts'
import { bySpecificity } from '../../model/host.ts'
import { ORIGIN, type Origin } from '../../model/origin.ts'
import type { Resource } from '../../model/resource.ts'
import { ownWorkload } from '../../model/selector.ts'
import type { View } from '../../model/view.ts'
import { rbacPerRoute } from '../kinds/authorization-policy.ts'
import { boundRules, type GatewayServer, servedHosts } from '../kinds/gateway.ts'
import { countsAttempts } from '../listener/proxy-headers.ts'
import { withoutRepeatedDomains } from '../route/configuration.ts'
import { httpRoutes } from '../route/http-route.ts'
import { isCatchAll } from '../route/match.ts'
import { routeContext } from '../route/virtual-host.ts'
import { resource } from '../typed.ts'
import { type GatewayPort, hostsOf, originOf } from './port.ts'

export function plainRouteName({ bind, port }: GatewayPort): string {
  return bind === '0.0.0.0' ? `http.${port}` : `http.${port}.${bind}`
}

export function tlsRouteName({ server, document }: GatewayServer): string {
  const { name, namespace } = document.metadata
  return `https.${server.port.number}.${server.port.name}.${name}.${namespace}`
}

interface ServedHost {
  readonly routes: Route[]
  readonly origin: Origin
  readonly redirectsToHttps: boolean
}

/** All rules of one host are merged, and what takes everything is moved to the end (X5). */
export function gatewayRoutes(
  view: View,
  name: string,
  servers: readonly [GatewayServer, ...GatewayServer[]],
): Resource {
  const hosts = new Map<string, ServedHost>()
  for (const server of servers) addHosts(view, server, hosts)
  const filters = rbacPerRoute(view, ownWorkload(view))
  const { number } = servers[0].server.port
  const counts = countsAttempts(view)
  const virtualHosts = [...hosts]
    .sort(([a], [b]) => bySpecificity(a, b))
    .map(([host, served]) => servedHost(host, number, served, filters, counts))
  const body: RouteConfiguration = {
    [ORIGIN]: originOf(servers[0]),
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

function addHosts(view: View, server: GatewayServer, hosts: Map<string, ServedHost>): void {
  const { tls, port } = server.server
  const redirectsToHttps = tls?.httpsRedirect === true
  if (redirectsToHttps) redirectHosts(server, hosts)
  const isTls = tls !== undefined && !redirectsToHttps
  for (const rule of boundRules(view, '')) {
    const names = servedHosts(server, rule)
    if (names.length === 0) continue
    const context = routeContext(view, rule, port.number, { gateways: [server.gateway] })
    const routes = httpRoutes(isTls ? { ...context, isTls } : context)
    for (const host of names) {
      const served = hosts.get(host)
      const origin = rule.document.at(['spec', 'hosts'])
      if (served) served.routes.push(...routes.filter((route) => !served.routes.includes(route)))
      else hosts.set(host, { routes: [...routes], origin, redirectsToHttps })
    }
  }
}

/** Hosts of a redirecting server are redirected even if no rule is bound to them. */
function redirectHosts(server: GatewayServer, hosts: Map<string, ServedHost>): void {
  for (const host of hostsOf(server)) {
    const origin = originOf(server)
    if (!hosts.has(host)) hosts.set(host, { routes: [], origin, redirectsToHttps: true })
  }
}

function servedHost(
  host: string,
  port: number,
  { routes, origin, redirectsToHttps }: ServedHost,
  filters: ReturnType<typeof rbacPerRoute>,
  counts: boolean,
): Resource {
  const catchAll = (route: Route) => isCatchAll(route.match ?? {})
  const ordered = [...routes.filter((route) => !catchAll(route)), ...routes.filter(catchAll)]
  const name = `${host}:${port}`
  return resource('virtualHost', name, {
    [ORIGIN]: origin,
    name,
    domains: [host],
    routes: ordered,
    ...(counts ? { include_request_attempt_count: true } : {}),
    ...(redirectsToHttps ? { require_tls: 'ALL' as const } : {}),
    ...(Object.keys(filters).length > 0 ? { typed_per_filter_config: filters } : {}),
  })
}

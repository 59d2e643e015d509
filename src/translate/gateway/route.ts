// The hosts that a gateway routes: one route configuration for all plain HTTP servers of a port, one for each HTTPS server.
import type { Route, RouteConfiguration } from '../../../proto/envoy.d.ts'
import { bySpecificity } from '../../model/host.ts'
import { memo } from '../../model/memo.ts'
import { ORIGIN, type Origin } from '../../model/origin.ts'
import type { Resource } from '../../model/resource.ts'
import type { HostRule } from '../../model/rule.ts'
import { ownWorkload } from '../../model/selector.ts'
import type { View } from '../../model/view.ts'
import { rbacPerRoute } from '../kinds/authorization-policy.ts'
import { boundRules, type GatewayServer, gatewayServers, servedHosts } from '../kinds/gateway.ts'
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

/** What a rule gives to one server that it is bound to. */
interface Served {
  readonly server: GatewayServer
  readonly hosts: readonly string[]
  readonly routes: readonly Route[]
  readonly origin: Origin
}

interface ServedHost {
  readonly rules: Served[]
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
  const virtualHosts = [...hosts]
    .sort(([a], [b]) => bySpecificity(a, b))
    .map(([host, served]) => {
      const [only, ...more] = served.rules
      return only && more.length === 0 && !served.redirectsToHttps
        ? hostsOfRule(view, only).get(host)!
        : servedHost(view, host, servers[0].server.port.number, served)
    })
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
  const redirectsToHttps = redirects(server)
  if (redirectsToHttps) redirectHosts(server, hosts)
  for (const rule of boundRules(view, '')) {
    for (const served of servedBy(view, rule)) {
      if (served.server !== server) continue
      for (const host of served.hosts) {
        const known = hosts.get(host)
        if (known) known.rules.push(served)
        else hosts.set(host, { rules: [served], origin: served.origin, redirectsToHttps })
      }
    }
  }
}

function redirects({ server }: GatewayServer): boolean {
  return server.tls?.httpsRedirect === true
}

const servedBy = memo((view: View, rule: HostRule): readonly Served[] =>
  Object.freeze(
    gatewayServers(view, '').flatMap((server): Served[] => {
      const hosts = servedHosts(server, rule)
      if (hosts.length === 0) return []
      const { port, tls } = server.server
      const context = routeContext(view, rule, port.number, { gateways: [server.gateway] })
      const isTls = tls !== undefined && !redirects(server)
      const routes = httpRoutes(isTls ? { ...context, isTls } : context)
      return [{ server, hosts, routes, origin: rule.document.at(['spec', 'hosts']) }]
    }),
  ),
)

/** Virtual hosts that are one rule's, and no redirects. */
const hostsOfRule = memo(
  (view: View, served: Served): ReadonlyMap<string, Resource> =>
    new Map(
      served.hosts.map((host) => {
        const { origin, server } = served
        const one = { rules: [served], origin, redirectsToHttps: false }
        return [host, servedHost(view, host, server.server.port.number, one)]
      }),
    ),
)

/** Hosts of a redirecting server are redirected even if no rule is bound to them. */
function redirectHosts(server: GatewayServer, hosts: Map<string, ServedHost>): void {
  for (const host of hostsOf(server)) {
    const origin = originOf(server)
    if (!hosts.has(host)) hosts.set(host, { rules: [], origin, redirectsToHttps: true })
  }
}

function servedHost(
  view: View,
  host: string,
  port: number,
  { rules, origin, redirectsToHttps }: ServedHost,
): Resource {
  const filters = rbacPerRoute(view, ownWorkload(view))
  const routes = [...new Set(rules.flatMap((served) => served.routes))]
  const catchAll = (route: Route) => isCatchAll(route.match ?? {})
  const ordered = [...routes.filter((route) => !catchAll(route)), ...routes.filter(catchAll)]
  const name = `${host}:${port}`
  return resource('virtualHost', name, {
    [ORIGIN]: origin,
    name,
    domains: [host],
    routes: ordered,
    ...(countsAttempts(view) ? { include_request_attempt_count: true } : {}),
    ...(redirectsToHttps ? { require_tls: 'ALL' as const } : {}),
    ...(Object.keys(filters).length > 0 ? { typed_per_filter_config: filters } : {}),
  })
}

// The listeners of a gateway: plain HTTP, plain TCP, or TLS with a chain of filters for each server name.
import type { Filter, Listener, ListenerFilter } from '../../../proto/envoy.d.ts'
import { ORIGIN } from '../../model/origin.ts'
import { protocolOf } from '../../model/protocol.ts'
import type { Resource } from '../../model/resource.ts'
import { ownWorkload } from '../../model/selector.ts'
import type { View } from '../../model/view.ts'
import { listenerLimits } from '../connection-settings.ts'
import { rbacNetworkFilters } from '../kinds/authorization-policy.ts'
import { boundRules, type GatewayServer, servedHosts } from '../kinds/gateway.ts'
import { refusedLogs } from '../listener/access-log.ts'
import { httpConnectionManager, TLS_INSPECTOR } from '../listener/filters.ts'
import { meshConfig } from '../mesh-config.ts'
import { listenerName } from '../names.ts'
import { type Chain, filterChains } from '../tcp/chain.ts'
import { serverNames, tcpRuleChains, tlsRuleChains } from '../tcp/rule.ts'
import { resource, typed } from '../typed.ts'
import { meshServerNames, toNamedCluster } from './auto-passthrough.ts'
import { type GatewayPort, hostsOf, originOf } from './port.ts'
import { plainRouteName, tlsRouteName } from './route.ts'
import { terminatingTls } from './tls.ts'

/** Undefined if none of its servers can be served now: a listener needs a chain. */
export function gatewayListener(view: View, port: GatewayPort): Resource | undefined {
  const chains = chainsOf(view, port)
  const [first] = port.servers
  if (!first || chains.length === 0) return undefined
  const name = listenerName(port.bind, port.boundPort)
  const { gatewayTopology } = meshConfig(view).defaultConfig
  const filters = [
    ...(gatewayTopology?.proxyProtocol ? [PROXY_PROTOCOL] : []),
    ...(port.traffic === 'TLS' ? [TLS_INSPECTOR] : []),
  ]
  const body: Listener = {
    [ORIGIN]: originOf(first),
    name,
    address: { socket_address: { address: port.bind, port_value: port.boundPort } },
    traffic_direction: 'OUTBOUND',
    // With Envoy's own time limit: strangers who say nothing do not keep a connection.
    ...refusedLogs(view, 'CLIENT'),
    ...listenerLimits(view),
    ...(filters.length > 0 ? { listener_filters: filters } : {}),
    ...filterChains(chains),
  }
  return resource('listener', name, body)
}

/** A load balancer in front says in a header of its own who the client is. */
const PROXY_PROTOCOL: ListenerFilter = {
  name: 'envoy.filters.listener.proxy_protocol',
  typed_config: typed('envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol', {}),
}

function chainsOf(view: View, port: GatewayPort): readonly Chain[] {
  const [first] = port.servers as [GatewayServer]
  switch (port.traffic) {
    case 'HTTP':
      return [open(httpFilter(view, port, plainRouteName(port)))]
    case 'TCP':
      // Nothing tells servers of plain TCP apart: the oldest has the port (L0248).
      return tcpServerChains(view, first)
        .slice(0, 1)
        .map((chain) => open(chain.filters))
    default:
      return port.servers.flatMap((server) => tlsServerChains(view, port, server))
  }
}

function open(filters: readonly Filter[]): Chain {
  return { serverNames: [], subnets: [], filters }
}

function httpFilter(view: View, port: GatewayPort, routeName: string): Filter[] {
  const statPrefix = `gateway_${listenerName(port.bind, port.boundPort)}`
  return [httpConnectionManager(view, { place: 'gateway', statPrefix, routeName, port: port.port })]
}

/** Whether the server's requests are seen: TLS ends here and carries HTTP. */
export function terminatesHttp({ server }: GatewayServer): boolean {
  const { number, name, protocol } = server.port
  const isHttps = protocolOf(number, name, protocol) === 'HTTPS'
  return isHttps && terminates(server.tls?.mode)
}

export function terminates(mode: string | undefined): boolean {
  return mode !== undefined && mode !== 'PASSTHROUGH' && mode !== 'AUTO_PASSTHROUGH'
}

function tlsServerChains(view: View, port: GatewayPort, server: GatewayServer): Chain[] {
  const { tls } = server.server
  if (tls?.mode === 'AUTO_PASSTHROUGH') return autoPassthrough(view, server)
  if (!tls || !terminates(tls.mode)) return passthrough(view, server)
  const transportSocket = terminatingTls(view, tls, terminatesHttp(server) ? ALPN : [])
  if (!transportSocket) return []
  const filters = terminatesHttp(server)
    ? httpFilter(view, port, tlsRouteName(server))
    : tcpServerChains(view, server)[0]?.filters
  if (!filters) return []
  const origin = originOf(server)
  return [{ ...open(filters), serverNames: serverNames(hostsOf(server)), transportSocket, origin }]
}

const ALPN = ['h2', 'http/1.1']

/** Unopened TLS goes where the rules say for its server name, as far as the server serves that name. */
function passthrough(view: View, server: GatewayServer): Chain[] {
  const authorization = rbacNetworkFilters(view, ownWorkload(view))
  return boundRules(view, '').flatMap((rule) => {
    if (servedHosts(server, rule).length === 0) return []
    return tlsRuleChains(view, rule, arrivalAt(server), []).flatMap((chain) => {
      const names = chain.serverNames.length > 0 ? chain.serverNames : ['*']
      const served = servedHosts(server, { ...rule, hosts: names })
      if (served.length === 0) return []
      const filters = [...authorization, ...chain.filters]
      return [{ ...chain, serverNames: serverNames(served), filters }]
    })
  })
}

function tcpServerChains(view: View, server: GatewayServer): Chain[] {
  const authorization = rbacNetworkFilters(view, ownWorkload(view))
  return boundRules(view, '')
    .filter((rule) => servedHosts(server, rule).length > 0)
    .flatMap((rule) => tcpRuleChains(view, rule, arrivalAt(server)))
    .map((chain) => ({ ...chain, filters: [...authorization, ...chain.filters] }))
}

function arrivalAt({ gateway, server }: GatewayServer) {
  return { port: server.port.number, gateway }
}

/** Mutual TLS of the mesh passes through to the service that its server name says (other networks call in so). */
function autoPassthrough(view: View, server: GatewayServer): Chain[] {
  const names = meshServerNames(view, server)
  if (names.length === 0) return []
  const filters = [...rbacNetworkFilters(view, ownWorkload(view)), ...toNamedCluster(view)]
  return [{ ...open(filters), serverNames: names, origin: originOf(server) }]
}

// TLS and TCP rules of VirtualServices, as the filter chains they mean for a service (sidecars) or a server (gateways).
import type { Filter } from '../../../proto/envoy.d.ts'
import { covers, isWildcard } from '../../model/host.ts'
import { memo } from '../../model/memo.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import type { View } from '../../model/view.ts'
import { dynamicDnsNetworkFilter } from '../cluster/dynamic-dns.ts'
import {
  type HostRule,
  MESH_GATEWAY,
  meshRuleFor,
  meshRuleHosts,
} from '../kinds/virtual-service.ts'
import { appliesTo } from '../route/match.ts'
import type { Chain } from './chain.ts'
import { proxyOfRoute, proxyOfService } from './proxy.ts'

/** Where connections arrive that a rule is asked about. */
export interface Arrival {
  /** Of the listener; a gateway's as its server names it. */
  readonly port: number
  /** Under which this proxy takes rules: `mesh`, or `namespace/name`. */
  readonly gateway: string
}

/** Rules for a service's connections; a wildcard service also has those of the hosts within it. */
const rulesOf = memo((view: View, service: Service): readonly HostRule[] => {
  const own = meshRuleFor(view, service.hostname)
  const within = isWildcard(service.hostname)
    ? meshRuleHosts(view, '')
        .filter(([host]) => host !== service.hostname && covers(service.hostname, host))
        .map(([, rule]) => rule)
    : []
  return Object.freeze([...new Set([...within, ...(own ? [own] : [])])])
})

/** Addresses in front of which the service's connections are caught, if they are known. */
export interface Called {
  readonly service: Service
  readonly port: ServicePort
  readonly subnets: readonly string[]
}

/** Without a rule a service's TLS is told by its host name, unless the listener is for nothing else. */
export function tlsChains(
  view: View,
  { service, port, subnets }: Called,
  listenerPort: number,
  isShared: boolean,
): Chain[] {
  const arrival = { port: listenerPort, gateway: MESH_GATEWAY }
  const ruled = rulesOf(view, service).flatMap((rule) =>
    tlsRuleChains(view, rule, arrival, subnets),
  )
  if (ruled.length > 0) return ruled
  return [
    {
      serverNames: isShared ? [service.hostname] : [],
      subnets,
      filters: [...lookUp(service, port), proxyOfService(view, service, port)],
      origin: service.document.at(['metadata', 'name']),
    },
  ]
}

/** The server name is what is looked up. */
function lookUp(service: Service, { number }: ServicePort): Filter[] {
  return service.resolution === 'DYNAMIC_DNS' ? [dynamicDnsNetworkFilter(number)] : []
}

/** A chain for each match of the rule that concerns this proxy. */
export function tlsRuleChains(
  view: View,
  rule: HostRule,
  arrival: Arrival,
  subnets: readonly string[],
): Chain[] {
  const { document } = rule
  return (document.spec.tls ?? []).flatMap(({ match, route }, index) =>
    match.flatMap((one, number): Chain[] => {
      if (!route?.length || !concerns(view, rule, one, arrival)) return []
      return [
        {
          serverNames: serverNames(one.sniHosts),
          subnets: one.destinationSubnets?.length ? one.destinationSubnets : subnets,
          filters: [proxyOfRoute(view, rule, route, arrival.port)],
          origin: document.at(['spec', 'tls', index, 'match', number]),
        },
      ]
    }),
  )
}

/** For Envoy every name is no name. */
export function serverNames(hosts: readonly string[]): string[] {
  return hosts.includes('*') ? [] : hosts.map((host) => host.toLowerCase())
}

/** In the order written, up to the first rule that takes everything; else the service itself is the rest. */
export function tcpChains(view: View, called: Called, listenerPort: number): Chain[] {
  const { service, port, subnets } = called
  const chains: Chain[] = []
  const arrival = { port: listenerPort, gateway: MESH_GATEWAY }
  for (const rule of rulesOf(view, service)) {
    for (const chain of tcpRuleChains(view, rule, arrival)) {
      const takesAll = chain.subnets.length === 0
      chains.push(takesAll ? { ...chain, subnets } : chain)
      if (takesAll) return chains
    }
  }
  return [
    ...chains,
    {
      serverNames: [],
      subnets,
      filters: [proxyOfService(view, service, port)],
      origin: service.document.at(['metadata', 'name']),
    },
  ]
}

/** One for each of the rule's TCP routes that concerns this proxy; no subnets: it takes everything. */
export function tcpRuleChains(view: View, rule: HostRule, arrival: Arrival): Chain[] {
  const { document } = rule
  return (document.spec.tcp ?? []).flatMap(({ match, route }, index): Chain[] => {
    const matches = match?.filter((one) => concerns(view, rule, one, arrival)) ?? []
    if (!route?.length || (match?.length && matches.length === 0)) return []
    const isOpen = matches.length === 0 || matches.some((one) => !one.destinationSubnets?.length)
    return [
      {
        serverNames: [],
        subnets: isOpen ? [] : matches.flatMap((one) => one.destinationSubnets ?? []),
        filters: [proxyOfRoute(view, rule, route, arrival.port)],
        origin: document.at(['spec', 'tcp', index]),
      },
    ]
  })
}

type Where = Parameters<typeof appliesTo>[0]

function concerns(view: View, { document }: HostRule, match: Where, arrival: Arrival): boolean {
  return appliesTo(match, {
    virtualService: document,
    port: arrival.port,
    gateways: [arrival.gateway],
    clientLabel: (name) => view.label(name),
    clientNamespace: () => view.facet('namespace'),
  })
}

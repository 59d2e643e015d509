// Which Gateways a proxy serves, their servers by port, and the rules bound to each server.
import { byAge, type Document } from '../../model/document.ts'
import { commonHost } from '../../model/host.ts'
import { memo } from '../../model/memo.ts'
import type { HostRule } from '../../model/rule.ts'
import type { Gateway, Server } from '../../model/schema/gateway.ts'
import type { View } from '../../model/view.ts'
import { attachedRules, listenersAsGateways } from '../gateway-api/served.ts'
import { selects } from '../scope.ts'
import { visibleRules } from './virtual-service.ts'

/** One server of a Gateway. */
export interface GatewayServer {
  /** `namespace/name` of the Gateway. */
  readonly gateway: string
  readonly namespace: string
  readonly server: Server
  readonly index: number
  readonly document: Document<Gateway>
}

/** Gateways of any namespace whose selector picks this proxy, and listeners of the Gateway API that it serves; oldest first. */
export const gatewaysOf = memo((view: View, _: ''): readonly Document<Gateway>[] =>
  Object.freeze(
    [
      ...view
        .keys('Gateway')
        .map((key) => view.get('Gateway', key)!)
        .filter(({ spec }) => selects(view, spec.selector)),
      ...listenersAsGateways(view, ''),
    ].sort(byAge),
  ),
)

export const gatewayServers = memo((view: View, _: ''): readonly GatewayServer[] =>
  Object.freeze(
    gatewaysOf(view, '').flatMap((document) =>
      (document.spec.servers ?? []).map((server, index) => ({
        gateway: `${document.metadata.namespace}/${document.metadata.name}`,
        namespace: document.metadata.namespace,
        server,
        index,
        document,
      })),
    ),
  ),
)

/** Rules that name one of this proxy's Gateways, and those of routes attached to them. */
export const boundRules = memo((view: View, _: ''): readonly HostRule[] => {
  const names = new Set(gatewayServers(view, '').map(({ gateway }) => gateway))
  // Most proxies serve none, and then no rule concerns them.
  const rules = names.size === 0 ? [] : visibleRules(view, '')
  return Object.freeze([
    ...rules.filter(({ gateways }) => gateways.some((name) => names.has(name))),
    ...attachedRules(view, ''),
  ])
})

/** Hosts under which a server serves a rule: what both the rule and the server's `hosts` allow. */
export function servedHosts(server: GatewayServer, rule: HostRule): string[] {
  if (!rule.gateways.includes(server.gateway)) return []
  const hosts = new Set<string>()
  for (const entry of server.server.hosts) {
    const slash = entry.indexOf('/')
    const allowed = slash < 0 ? '*' : entry.slice(0, slash)
    const pattern = entry.slice(slash + 1).toLowerCase()
    if (!allows(allowed, server.namespace, rule.document.metadata.namespace)) continue
    for (const host of rule.hosts) {
      const common = commonHost(pattern, host)
      if (common) hosts.add(common)
    }
  }
  return [...hosts]
}

function allows(allowed: string, own: string, namespace: string): boolean {
  return allowed === '*' || allowed === namespace || (allowed === '.' && own === namespace)
}

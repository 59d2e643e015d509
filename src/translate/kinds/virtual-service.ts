// Which VirtualService rules a host, for a sidecar (mesh) or at a gateway.
import { byAge, type Document } from '../../model/document.ts'
import { bySpecificity, covers, fullName, isWildcard } from '../../model/host.ts'
import { memo } from '../../model/memo.ts'
import type { HostRule } from '../../model/rule.ts'
import type { VirtualService } from '../../model/schema/virtual-service.ts'
import { isExported } from '../../model/service.ts'
import type { View } from '../../model/view.ts'
import { serviceRules } from '../gateway-api/service.ts'
import { meshConfig } from '../mesh-config.ts'
import { mayRule } from '../ownership.ts'
import { importedRules } from '../scope.ts'
import { withDelegates } from './delegate.ts'

export const MESH_GATEWAY = 'mesh'

export type { HostRule } from '../../model/rule.ts'

const hostRule = memo((view: View, written: Document<VirtualService>): HostRule => {
  const { document } = withDelegates(view, written)
  const { namespace } = document.metadata
  const gateways = document.spec.gateways?.length ? document.spec.gateways : [MESH_GATEWAY]
  return Object.freeze({
    document,
    hosts: (document.spec.hosts ?? []).map((host) => fullName(host, namespace)),
    gateways: gateways.map((name) =>
      name === MESH_GATEWAY || name.includes('/') ? name : `${namespace}/${name}`,
    ),
  })
})

/** All rules, oldest first. */
const allRules = memo(
  (view: View, _: ''): readonly (readonly [Document<VirtualService>, HostRule])[] =>
    Object.freeze(
      view
        .keys('VirtualService')
        .map((key) => view.get('VirtualService', key)!)
        .sort(byAge)
        .map((document) => [document, hostRule(view, document)] as const),
    ),
)

/** Those that this proxy's namespace may see, oldest first. */
export const visibleRules = memo((view: View, _: ''): readonly HostRule[] => {
  const own = view.facet('namespace')!
  const defaults = meshConfig(view).defaultVirtualServiceExportTo
  return Object.freeze(
    allRules(view, '')
      .filter(([{ spec, metadata }]) =>
        isExported(spec.exportTo?.length ? spec.exportTo : defaults, metadata.namespace, own),
      )
      .map(([, rule]) => rule),
  )
})

interface RuleIndex {
  readonly exact: ReadonlyMap<string, HostRule>
  /** Most specific first. */
  readonly wildcards: readonly (readonly [host: string, rule: HostRule])[]
}

/** `NAME.NAMESPACE.svc…` */
function serviceNamespace(host: string): string {
  return host.split('.')[1] ?? ''
}

/**
 * Rules for sidecars by host: of two that may rule the same host the older has it all (X5). Routes of the Gateway API that
 * are attached to a service come before: they name the object itself.
 */
const meshRules = memo((view: View, _: ''): RuleIndex => {
  const exact = new Map<string, HostRule>()
  const wildcards: [host: string, rule: HostRule][] = []
  const imports = importedRules(view)
  for (const rule of serviceRules(view, '')) {
    const [host = ''] = rule.hosts
    const namespace = serviceNamespace(host)
    if (imports(namespace, rule.hosts)) exact.set(host, rule)
  }
  for (const rule of visibleRules(view, '')) {
    if (!rule.gateways.includes(MESH_GATEWAY)) continue
    if (!imports(rule.document.metadata.namespace, rule.hosts)) continue
    const { namespace } = rule.document.metadata
    for (const host of rule.hosts) {
      // Whom a wildcard may rule is for each host to see.
      if (isWildcard(host)) wildcards.push([host, rule])
      else if (!exact.has(host) && mayRule(view, namespace, host)) exact.set(host, rule)
    }
  }
  return {
    exact,
    wildcards: wildcards.sort(([a], [b]) => bySpecificity(a, b)),
  }
})

/** What a changed rule leaves as it is: most hosts depend on nothing else. */
export const exactHosts = memo(
  (view: View, _: ''): ReadonlySet<string> => new Set(meshRules(view, '').exact.keys()),
  { same: (before, now) => before.size === now.size && [...now].every((host) => before.has(host)) },
)

const exactRule = memo((view: View, hostname: string): HostRule | undefined =>
  meshRules(view, '').exact.get(hostname),
)

const wildcardHosts = memo((view: View, _: ''): readonly string[] =>
  meshRules(view, '').wildcards.map(([host]) => host),
)

const wildcardRule = memo(
  (view: View, pattern: string): HostRule | undefined =>
    meshRules(view, '').wildcards.find(([host]) => host === pattern)?.[1],
)

/** Whether a rule may be for a host; changes only with the hosts that rules name. */
export function ruledHosts(view: View): (hostname: string) => boolean {
  const exact = exactHosts(view, '')
  const wildcards = wildcardHosts(view, '')
  return (hostname) => exact.has(hostname) || wildcards.some((host) => covers(host, hostname))
}

/** The rule that a sidecar follows for a service's host: its own, else the most specific wildcard's (X6). */
export function meshRuleFor(view: View, hostname: string): HostRule | undefined {
  if (exactHosts(view, '').has(hostname)) return exactRule(view, hostname)
  for (const pattern of wildcardHosts(view, '')) {
    const rule = covers(pattern, hostname) ? wildcardRule(view, pattern) : undefined
    if (rule && mayRule(view, rule.document.metadata.namespace, hostname)) return rule
  }
  return undefined
}

/** The same for who asks about many hosts: one read of all rules, instead of one of each. */
export function meshRulesFor(view: View): (hostname: string) => HostRule | undefined {
  const { exact, wildcards } = meshRules(view, '')
  // Of one pattern the first counts.
  const byPattern = new Map([...wildcards].reverse())
  const patterns = wildcards.map(([host]) => host)
  return (hostname) => {
    const own = exact.get(hostname)
    if (own) return own
    for (const pattern of patterns) {
      const rule = covers(pattern, hostname) ? byPattern.get(pattern) : undefined
      if (rule && mayRule(view, rule.document.metadata.namespace, hostname)) return rule
    }
    return undefined
  }
}

/** Hosts that rules of the mesh name, each with its rule; those that are no service get routes of their own on port 80. */
export const meshRuleHosts = memo(
  (view: View, _: ''): readonly (readonly [host: string, rule: HostRule])[] => {
    const { exact, wildcards } = meshRules(view, '')
    const ruling = new Map<string, HostRule>()
    for (const [host, rule] of wildcards) {
      if (ruling.has(host) || !mayRule(view, rule.document.metadata.namespace, host)) continue
      ruling.set(host, rule)
    }
    return Object.freeze([...exact, ...ruling])
  },
)

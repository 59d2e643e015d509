// What there is in the mesh to refer to: hosts, subsets, gateways, workloads; built once for all checks.
import { byAge, type Document, keyOf } from '../../../model/document.ts'
import { covers, fullName, isWildcard } from '../../../model/host.ts'
import { memo } from '../../../model/memo.ts'
import type { DestinationRule } from '../../../model/schema/destination-rule.ts'
import type { Gateway } from '../../../model/schema/gateway.ts'
import type { VirtualService } from '../../../model/schema/virtual-service.ts'
import { matchesLabels } from '../../../model/selector.ts'
import { namespacesWithServices, type Service, servicesDeclaredIn } from '../../../model/service.ts'
import type { View } from '../../../model/view.ts'
import { MESH_GATEWAY } from '../../kinds/virtual-service.ts'

export interface Known {
  readonly services: readonly Service[]
  /** By full host; several namespaces may declare the same. */
  readonly servicesByHost: ReadonlyMap<string, readonly Service[]>
  /** The host that this one is only another name of (ExternalName), or itself. */
  readonly meant: (host: string) => string
  /** Whether a host or wildcard of a namespace (`*`: any) is, or matches, that of a service or of a rule. */
  readonly canImport: (namespace: string, host: string) => boolean
  /** Oldest first. */
  readonly virtualServices: readonly Document<VirtualService>[]
  /** Oldest first. */
  readonly destinationRules: readonly Document<DestinationRule>[]
  /** Whether any rule for the host, or for a wildcard that matches it, defines the subset. */
  readonly hasSubset: (host: string, subset: string) => boolean
  /** By `namespace/name`, oldest first. */
  readonly gateways: ReadonlyMap<string, Document<Gateway>>
  readonly workloads: Workloads
}

/** Each part is made when it is asked for, and again only after what it was made of has changed. */
export function knownOf(view: View): Known {
  return {
    get services() {
      return services(view, '')
    },
    get servicesByHost() {
      return servicesByHost(view, '')
    },
    meant: (host) => meant(servicesByHost(view, ''), host),
    canImport: (namespace, host) => canImport(view, `${namespace}/${host}`),
    get virtualServices() {
      return virtualServices(view, '')
    },
    get destinationRules() {
      return destinationRules(view, '')
    },
    hasSubset: (host, subset) => hasSubset(subsets(view, ''), host, subset),
    get gateways() {
      return gateways(view, '')
    },
    get workloads() {
      return workloads(view, '')
    },
  }
}

const services = memo((view: View, _: ''): readonly Service[] =>
  namespacesWithServices(view, '').flatMap((namespace) => servicesDeclaredIn(view, namespace)),
)

const servicesByHost = memo((view: View, _: '') =>
  grouped(services(view, ''), ({ hostname }) => hostname),
)

function meant(byHost: Known['servicesByHost'], host: string): string {
  let at = host
  // Names may lead to names, but not for ever.
  for (let steps = 0; steps < 8; steps++) {
    const next = byHost.get(at)?.[0]?.externalName
    if (next === undefined || !byHost.has(next)) return at
    at = next
  }
  return host
}

const virtualServices = memo((view: View, _: '') => documents(view, 'VirtualService').sort(byAge))

const destinationRules = memo((view: View, _: '') => documents(view, 'DestinationRule').sort(byAge))

const gateways = memo((view: View, _: ''): ReadonlyMap<string, Document<Gateway>> => {
  const oldestFirst = documents(view, 'Gateway').sort(byAge)
  return new Map(oldestFirst.map((gateway) => [keyOf(gateway.metadata), gateway]))
})

export function documents<K extends 'VirtualService' | 'DestinationRule' | 'Gateway' | 'Sidecar'>(
  view: View,
  kind: K,
) {
  return view.keys(kind).map((key) => view.get(kind, key)!)
}

/** Hosts of services and of rules, each as `namespace/host`. */
const importable = memo((view: View, _: ''): ReadonlySet<string> => {
  const found = new Set<string>()
  for (const { namespace, hostname } of services(view, '')) found.add(`${namespace}/${hostname}`)
  for (const { metadata, spec } of virtualServices(view, '')) {
    for (const host of spec.hosts ?? []) {
      found.add(`${metadata.namespace}/${fullName(host, metadata.namespace)}`)
    }
  }
  return found
})

const canImport = memo((view: View, entry: string): boolean => {
  const all = importable(view, '')
  if (all.has(entry)) return true
  const [namespace = '', pattern = ''] = entry.split('/')
  for (const candidate of all) {
    const slash = candidate.indexOf('/')
    if (namespace !== '*' && candidate.slice(0, slash) !== namespace) continue
    const host = candidate.slice(slash + 1)
    if (covers(pattern, host) || covers(host, pattern)) return true
  }
  return false
})

interface Subsets {
  readonly byHost: ReadonlyMap<string, ReadonlySet<string>>
  readonly wildcards: readonly string[]
}

/** By full host of the rules that define them. */
const subsets = memo((view: View, _: ''): Subsets => {
  const byHost = new Map<string, Set<string>>()
  for (const { metadata, spec } of destinationRules(view, '')) {
    const host = fullName(spec.host, metadata.namespace)
    const names = byHost.get(host) ?? new Set<string>()
    for (const { name } of spec.subsets ?? []) names.add(name)
    byHost.set(host, names)
  }
  return { byHost, wildcards: [...byHost.keys()].filter(isWildcard) }
})

function hasSubset({ byHost, wildcards }: Subsets, host: string, subset: string): boolean {
  if (byHost.get(host)?.has(subset)) return true
  return wildcards.some((name) => covers(name, host) && byHost.get(name)?.has(subset) === true)
}

/** Workload entries by label, so that a selector need not look at all of them. */
export interface Workloads {
  /** Whether a selector picks one in a namespace; `*` for any. */
  readonly has: (namespace: string, selector: Readonly<Record<string, string>>) => boolean
}

const workloads = memo((view: View, _: ''): Workloads => {
  type Labels = Readonly<Record<string, string>>
  const byLabel = new Map<string, Labels[]>()
  const add = (key: string, labels: Labels) => {
    const list = byLabel.get(key)
    if (list) list.push(labels)
    else byLabel.set(key, [labels])
  }
  for (const key of view.keys('WorkloadEntry')) {
    const { metadata, spec } = view.get('WorkloadEntry', key)!
    const labels = { ...metadata.labels, ...spec.labels }
    for (const [name, value] of Object.entries(labels)) {
      add(`${metadata.namespace} ${name}=${value}`, labels)
      add(`* ${name}=${value}`, labels)
    }
  }
  return {
    has(namespace, selector) {
      const [first] = Object.entries(selector)
      if (!first) return true
      const candidates = byLabel.get(`${namespace} ${first[0]}=${first[1]}`) ?? []
      return candidates.some((labels) => matchesLabels(selector, labels))
    },
  }
})

export function gatewayNames({ metadata, spec }: Document<VirtualService>): string[] {
  const names = spec.gateways?.length ? spec.gateways : [MESH_GATEWAY]
  return names.map((name) =>
    name === MESH_GATEWAY || name.includes('/') ? name : `${metadata.namespace}/${name}`,
  )
}

export function grouped<T>(list: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const value of list) {
    const key = keyOf(value)
    const group = groups.get(key)
    if (group) group.push(value)
    else groups.set(key, [value])
  }
  return groups
}

// What there is in the mesh to refer to: hosts, subsets, gateways, workloads; built once for all checks.
import { byAge, type Document } from '../../../model/document.ts'
import { fullName, isWildcard } from '../../../model/host.ts'
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
  /** Wildcards that match a service, as `*.shop.svc.cluster.local`. */
  readonly patterns: ReadonlySet<string>
  /** Hosts, or wildcards that match one, of services and of rules: `namespace/host`, `*` for any namespace. */
  readonly importable: ReadonlySet<string>
  /** Oldest first. */
  readonly virtualServices: readonly Document<VirtualService>[]
  /** Oldest first. */
  readonly destinationRules: readonly Document<DestinationRule>[]
  /** Subsets by full host of the rules that define them. */
  readonly subsets: ReadonlyMap<string, ReadonlySet<string>>
  /** By `namespace/name`, oldest first. */
  readonly gateways: ReadonlyMap<string, Document<Gateway>>
  readonly workloads: Workloads
}

export function knownOf(view: View): Known {
  const services = namespacesWithServices(view, '').flatMap((namespace) =>
    servicesDeclaredIn(view, namespace),
  )
  const virtualServices = documents(view, 'VirtualService').sort(byAge)
  const destinationRules = documents(view, 'DestinationRule').sort(byAge)
  return {
    services,
    servicesByHost: grouped(services, ({ hostname }) => hostname),
    patterns: new Set(services.flatMap(({ hostname }) => patternsOf(hostname))),
    importable: importableOf(services, virtualServices),
    virtualServices,
    destinationRules,
    subsets: subsetsOf(destinationRules),
    gateways: new Map(
      documents(view, 'Gateway')
        .sort(byAge)
        .map((gateway) => [`${gateway.metadata.namespace}/${gateway.metadata.name}`, gateway]),
    ),
    workloads: workloadsOf(view),
  }
}

export function documents<K extends 'VirtualService' | 'DestinationRule' | 'Gateway' | 'Sidecar'>(
  view: View,
  kind: K,
) {
  return view.keys(kind).map((key) => view.get(kind, key)!)
}

/** `a.b.c` is matched by `*.b.c`, `*.c` and `*`. */
function patternsOf(host: string): string[] {
  const parts = (isWildcard(host) ? host.slice(2) : host).split('.')
  const start = isWildcard(host) ? 0 : 1
  const wildcards = parts.map((_, index) => `*.${parts.slice(index).join('.')}`).slice(start)
  return [...wildcards, '*']
}

function importableOf(
  services: readonly Service[],
  rules: readonly Document<VirtualService>[],
): Set<string> {
  const found = new Set<string>()
  const add = (namespace: string, host: string) => {
    for (const name of [host, ...patternsOf(host)]) {
      found.add(`${namespace}/${name}`)
      found.add(`*/${name}`)
    }
  }
  for (const { namespace, hostname } of services) add(namespace, hostname)
  for (const { metadata, spec } of rules) {
    for (const host of spec.hosts ?? []) {
      add(metadata.namespace, fullName(host, metadata.namespace))
    }
  }
  return found
}

function subsetsOf(rules: readonly Document<DestinationRule>[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const { metadata, spec } of rules) {
    const host = fullName(spec.host, metadata.namespace)
    const names = found.get(host) ?? new Set<string>()
    for (const { name } of spec.subsets ?? []) names.add(name)
    found.set(host, names)
  }
  return found
}

/** Whether any rule for the host, or for a wildcard that matches it, defines the subset. */
export function hasSubset(known: Known, host: string, subset: string): boolean {
  return [host, ...patternsOf(host)].some((name) => known.subsets.get(name)?.has(subset) === true)
}

/** Workload entries by label, so that a selector need not look at all of them. */
export interface Workloads {
  readonly isEmpty: boolean
  /** Whether a selector picks one in a namespace; `*` for any. */
  readonly has: (namespace: string, selector: Readonly<Record<string, string>>) => boolean
}

function workloadsOf(view: View): Workloads {
  type Labels = Readonly<Record<string, string>>
  const byLabel = new Map<string, Labels[]>()
  const add = (key: string, labels: Labels) => {
    const list = byLabel.get(key)
    if (list) list.push(labels)
    else byLabel.set(key, [labels])
  }
  const keys = view.keys('WorkloadEntry')
  for (const key of keys) {
    const { metadata, spec } = view.get('WorkloadEntry', key)!
    const labels = { ...metadata.labels, ...spec.labels }
    for (const [name, value] of Object.entries(labels)) {
      add(`${metadata.namespace} ${name}=${value}`, labels)
      add(`* ${name}=${value}`, labels)
    }
  }
  return {
    isEmpty: keys.length === 0,
    has(namespace, selector) {
      const [first] = Object.entries(selector)
      if (!first) return true
      const candidates = byLabel.get(`${namespace} ${first[0]}=${first[1]}`) ?? []
      return candidates.some((labels) => matchesLabels(selector, labels))
    },
  }
}

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

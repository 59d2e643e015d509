// What a proxy may see: its Sidecar, the services imported by it, and the services exported to its namespace.
import { byAge, type Document } from '../model/document.ts'
import { covers } from '../model/host.ts'
import { memo } from '../model/memo.ts'
import { sameElements } from '../model/mesh.ts'
import type { Sidecar } from '../model/schema/sidecar.ts'
import {
  isExported,
  namespacesWithServices,
  type Service,
  servicesDeclaredIn,
} from '../model/service.ts'
import type { View } from '../model/view.ts'
import { meshConfig } from './mesh-config.ts'
import { ownsService } from './ownership.ts'

/** The Sidecar of this proxy: by selector, else its namespace's, else the root namespace's; a gateway has none (Istio). */
export const sidecarOf = memo((view: View, _: ''): Document<Sidecar> | undefined => {
  if (view.facet('type') === 'gateway') return undefined
  const namespace = view.facet('namespace')!
  const own = sidecarsIn(view, namespace)
  const selected = own.find(({ spec }) => selects(view, spec.workloadSelector?.labels))
  if (selected) return selected
  const isDefault = ({ spec }: Document<Sidecar>) => !hasLabels(spec.workloadSelector?.labels)
  return own.find(isDefault) ?? sidecarsIn(view, meshConfig(view).rootNamespace).find(isDefault)
})

const sidecarsIn = memo((view: View, namespace: string): readonly Document<Sidecar>[] =>
  view
    .keysIn('Sidecar', namespace)
    .map((key) => view.get('Sidecar', key)!)
    .sort(byAge),
)

/** It binds its listeners itself, so nothing is captured: one says NONE, and none asks for capture. */
export function isExplicit(sidecar: Document<Sidecar>): boolean {
  const modes = [...(sidecar.spec.ingress ?? []), ...(sidecar.spec.egress ?? [])].map(
    ({ captureMode }) => captureMode,
  )
  return modes.includes('NONE') && !modes.includes('IPTABLES')
}

/** Whether traffic reaches this proxy by capture: always, unless its Sidecar binds every listener itself. */
export function isCaptured(view: View): boolean {
  if (view.facet('type') !== 'sidecar') return false
  const sidecar = sidecarOf(view, '')
  return !(sidecar && isExplicit(sidecar))
}

/** Undefined for everything: an empty list says no more than none (Istio). */
export function egressOf(sidecar: Document<Sidecar> | undefined): Sidecar['egress'] {
  const egress = sidecar?.spec.egress ?? []
  return egress.length > 0 ? egress : undefined
}

function hasLabels(labels: Readonly<Record<string, string>> | undefined): boolean {
  return labels !== undefined && Object.keys(labels).length > 0
}

/** Whether a selector that names at least one label picks this proxy; reads only the labels it names. */
export function selects(view: View, labels: Readonly<Record<string, string>> | undefined): boolean {
  if (!labels || !hasLabels(labels)) return false
  return Object.entries(labels).every(([name, value]) => view.label(name) === value)
}

/** Services by host that one namespace may see; of two with one host its own wins, then the owner's. */
const exportedTo = memo((view: View, namespace: string): ReadonlyMap<string, Service> => {
  const byHost = new Map<string, Service>()
  const { defaultServiceExportTo } = meshConfig(view)
  const order = [namespace, ...namespacesWithServices(view, '').filter((n) => n !== namespace)]
  for (const owner of order) {
    for (const service of servicesDeclaredIn(view, owner)) {
      if (byHost.has(service.hostname)) continue
      if (!isExported(service.exportTo ?? defaultServiceExportTo, owner, namespace)) continue
      if (owner !== namespace && !ownsService(view, owner, service.hostname)) continue
      byHost.set(service.hostname, service)
    }
  }
  return byHost
})

/** Services of type ExternalName whose name is that of a service, with that one: more names for it, no services of their own (Istio). */
const aliases = memo(
  (view: View, namespace: string): ReadonlyMap<Service, Service> => {
    const byHost = exportedTo(view, namespace)
    const found = new Map<Service, Service>()
    for (const service of byHost.values()) {
      const meant = service.externalName === undefined ? service : followed(byHost, service)
      if (meant && meant !== service) found.set(service, meant)
    }
    return found
  },
  {
    same: (before, now) =>
      sameElements([...before.keys()], [...now.keys()]) &&
      sameElements([...before.values()], [...now.values()]),
  },
)

/** Names may lead to names; undefined where they lead in a circle. */
function followed(byHost: ReadonlyMap<string, Service>, service: Service): Service | undefined {
  let at = service
  for (let steps = 0; steps < 8; steps++) {
    const next = at.externalName === undefined ? undefined : byHost.get(at.externalName)
    if (!next) return at
    at = next
  }
  return undefined
}

/** Services that are other names of this one, to clients in this proxy's namespace. */
export function aliasesOf(view: View, service: Service): readonly Service[] {
  const all = aliases(view, view.facet('namespace')!)
  return all.size === 0 ? NO_SERVICES : [...all.keys()].filter((one) => all.get(one) === service)
}

const NO_SERVICES: readonly Service[] = Object.freeze([])

/** Egress hosts of a Sidecar, `namespace/host`; a proxy without one imports everything. */
export const ALL_HOSTS = '*/*'

/** Namespace and host patterns of a comma separated list as egress listeners have it. */
function parseHosts(list: string, own: string): { namespace: string; host: string }[] {
  return list.split(',').map((entry) => {
    const slash = entry.indexOf('/')
    const namespace = entry.slice(0, slash)
    return {
      namespace: namespace === '.' ? own : namespace,
      host: entry.slice(slash + 1).toLowerCase(),
    }
  })
}

export function imports(
  hosts: readonly { namespace: string; host: string }[],
  namespace: string,
  host: string,
): boolean {
  return hosts.some(
    (entry) =>
      (entry.namespace === '*' || entry.namespace === namespace) &&
      (covers(entry.host, host) || (host.startsWith('*') && covers(host, entry.host))),
  )
}

/** Services this proxy sees through one list of egress hosts, grouped by namespace; groups keep their identity. */
export const importedServices = memo((view: View, hostList: string): readonly Service[] => {
  const own = view.facet('namespace')!
  const isAlias = aliases(view, own)
  const services = [...exportedTo(view, own).values()].filter((s) => !isAlias.has(s))
  if (hostList === ALL_HOSTS) return Object.freeze(services)
  const hosts = parseHosts(hostList, own)
  return Object.freeze(services.filter((s) => imports(hosts, s.namespace, s.hostname)))
})

/** All services this proxy may call, through any of its egress listeners or as destination of a rule it uses. */
export const reachableServices = memo((view: View, _: ''): readonly Service[] => {
  const egress = egressOf(sidecarOf(view, ''))
  if (!egress) return importedServices(view, ALL_HOSTS)
  const lists = egress.map((listener) => listener.hosts.join(','))
  return Object.freeze([...new Set(lists.flatMap((list) => importedServices(view, list)))])
})

/** Any service exported to this proxy's namespace by any of its names, imported or not: destinations of rules are looked up here. */
export const exportedService = memo((view: View, hostname: string): Service | undefined => {
  const namespace = view.facet('namespace')!
  const found = exportedTo(view, namespace).get(hostname)
  return found && (aliases(view, namespace).get(found) ?? found)
})

/** Egress hosts of this proxy's Sidecar as a filter for objects (rules) of a namespace and host. */
export function importedRules(
  view: View,
): (namespace: string, hosts: readonly string[]) => boolean {
  const egress = egressOf(sidecarOf(view, ''))
  if (!egress) return () => true
  const own = view.facet('namespace')!
  const patterns = egress.map((listener) => parseHosts(listener.hosts.join(','), own))
  return (namespace, hosts) =>
    patterns.some((list) => hosts.some((host) => imports(list, namespace, host)))
}

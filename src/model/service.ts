// Services of the mesh, whichever kind declared them: a Kubernetes Service or a host of a ServiceEntry.
import { byAge, type Document } from './document.ts'
import { DOMAIN_SUFFIX } from './host.ts'
import { memo } from './memo.ts'
import { sameElements } from './mesh.ts'
import { type Protocol, protocolOf } from './protocol.ts'
import type { Service as ServiceSpec } from './schema/core.ts'
import type { ServiceEntry } from './schema/service-entry.ts'
import type { View } from './view.ts'

export interface ServicePort {
  readonly number: number
  readonly name: string
  readonly protocol: Protocol
  /** Port of the workload: a number, or the name of one. */
  readonly targetPort: number | string
}

/** How addresses are found: `EDS` by Lotse, `DNS…` by Envoy, `NONE` = where the caller was going anyway. */
export type Resolution = 'EDS' | 'DNS' | 'DNS_ROUND_ROBIN' | 'DYNAMIC_DNS' | 'NONE'

/** Frozen. */
export interface Service {
  /** Full name, lower case; may be a wildcard for a ServiceEntry. */
  readonly hostname: string
  readonly namespace: string
  readonly ports: readonly ServicePort[]
  /** Virtual addresses under which workloads call it. */
  readonly addresses: readonly string[]
  readonly resolution: Resolution
  /** Outside of the mesh: never called with the mesh's mutual TLS. */
  readonly external: boolean
  /** What its servers prove besides the identities of known workloads. */
  readonly subjectAltNames: readonly string[]
  /** A Kubernetes service without a virtual address. */
  readonly headless: boolean
  /** The name that a Kubernetes service of type ExternalName stands for. */
  readonly externalName: string | undefined
  /** Which endpoints a Kubernetes service prefers: those in the caller's zone, or on its node. */
  readonly trafficDistribution: 'any' | 'zone' | 'node'
  /** Namespaces that may see it: `*` all, `.` its own, `~` none; undefined: as the mesh says. */
  readonly exportTo: readonly string[] | undefined
  readonly document: Document<ServiceSpec> | Document<ServiceEntry>
  /** Younger ServiceEntries of the namespace for the same host: they add endpoints, and nothing else. */
  readonly also: readonly Document<ServiceEntry>[]
}

export const EXPORT_TO = 'networking.istio.io/exportTo'

/** Services that one namespace declares; of two with the same host the Kubernetes one wins, then the older. */
export const servicesDeclaredIn = memo((view: View, namespace: string): readonly Service[] => {
  const byHost = new Map<string, Service>()
  for (const key of view.keysIn('Service', namespace)) {
    const service = kubernetesService(view, key)
    byHost.set(service.hostname, service)
  }
  for (const [host, [first, ...more]] of entriesByHost(view, namespace)) {
    if (byHost.has(host) || !first) continue
    byHost.set(host, more.length > 0 ? mergedEntry(view, `${namespace} ${host}`) : first)
  }
  return Object.freeze([...byHost.values()])
})

/** Oldest first. */
const entriesByHost = memo(
  (view: View, namespace: string): ReadonlyMap<string, readonly Service[]> => {
    const byHost = new Map<string, Service[]>()
    const entries = view
      .keysIn('ServiceEntry', namespace)
      .map((key) => view.get('ServiceEntry', key)!)
      .sort(byAge)
    for (const service of entries.flatMap((entry) => entryServices(view, entry))) {
      const list = byHost.get(service.hostname)
      if (list) list.push(service)
      else byHost.set(service.hostname, [service])
    }
    return byHost
  },
)

/** By `namespace host`. The oldest says all but the endpoints, which are those of all (Istio). */
const mergedEntry = memo(
  (view: View, query: string): Service => {
    const [namespace, host] = query.split(' ', 2) as [string, string]
    const [first, ...more] = entriesByHost(view, namespace).get(host)!
    const also = more.map(({ document }) => document as Document<ServiceEntry>)
    return Object.freeze({ ...first!, also: Object.freeze(also) })
  },
  {
    same: (before, now) => before.document === now.document && sameElements(before.also, now.also),
  },
)

const kubernetesService = memo((view: View, key: string): Service => {
  const document = view.get('Service', key)!
  const { spec, metadata } = document
  const addresses = (spec.clusterIPs ?? (spec.clusterIP ? [spec.clusterIP] : [])).filter(
    (address) => address !== '' && address !== 'None',
  )
  const exportTo = metadata.annotations[EXPORT_TO]
  return Object.freeze({
    hostname: `${metadata.name}.${metadata.namespace}.svc.${DOMAIN_SUFFIX}`,
    namespace: metadata.namespace,
    ports: (spec.ports ?? [])
      .filter((port) => port.protocol !== 'UDP' && port.protocol !== 'SCTP')
      .map((port) => ({
        number: port.port,
        name: port.name ?? '',
        protocol: protocolOf(port.port, port.name, port.appProtocol),
        targetPort: port.targetPort ?? port.port,
      })),
    addresses,
    resolution: spec.type === 'ExternalName' ? 'DNS' : 'EDS',
    external: spec.type === 'ExternalName',
    subjectAltNames: [],
    headless: spec.clusterIP === 'None',
    externalName: spec.type === 'ExternalName' ? nameOf(spec.externalName) : undefined,
    trafficDistribution: DISTRIBUTIONS[distributionOf(document)] ?? 'any',
    exportTo: exportTo ? exportTo.split(',').map((namespace) => namespace.trim()) : undefined,
    document,
    also: [],
  } satisfies Service)
})

/** In the form of a service's host. */
function nameOf(externalName: string | undefined): string | undefined {
  return externalName?.toLowerCase().replace(/\.$/, '')
}

const DISTRIBUTIONS: Readonly<Record<string, Service['trafficDistribution']>> = {
  PreferClose: 'zone',
  PreferSameZone: 'zone',
  PreferSameNode: 'node',
}

/** The annotation is Istio's way to say it for a ServiceEntry, or where Kubernetes does not know the field yet. */
function distributionOf({
  metadata,
  spec,
}: Document<ServiceSpec> | Document<ServiceEntry>): string {
  const written = 'trafficDistribution' in spec ? spec.trafficDistribution : undefined
  return written ?? metadata.annotations['networking.istio.io/traffic-distribution'] ?? ''
}

const RESOLUTIONS: Readonly<Record<string, Resolution>> = {
  STATIC: 'EDS',
  DNS: 'DNS',
  DNS_ROUND_ROBIN: 'DNS_ROUND_ROBIN',
  DYNAMIC_DNS: 'DYNAMIC_DNS',
  NONE: 'NONE',
}

const entryServices = memo((_view: View, document: Document<ServiceEntry>): readonly Service[] => {
  const { spec, metadata } = document
  const ports = (spec.ports ?? [])
    .map((port) => ({
      number: port.number,
      name: port.name,
      protocol: protocolOf(port.number, port.name, port.protocol),
      targetPort: port.targetPort ?? port.number,
    }))
    .filter((port) => port.protocol !== 'UDP')
  return spec.hosts.map((host) =>
    Object.freeze({
      hostname: host.toLowerCase(),
      namespace: metadata.namespace,
      ports,
      addresses: spec.addresses ?? [],
      resolution: RESOLUTIONS[spec.resolution ?? 'NONE'] ?? 'NONE',
      external: spec.location !== 'MESH_INTERNAL',
      subjectAltNames: spec.subjectAltNames ?? [],
      headless: false,
      externalName: undefined,
      trafficDistribution: DISTRIBUTIONS[distributionOf(document)] ?? 'any',
      exportTo: spec.exportTo?.length ? spec.exportTo : undefined,
      document,
      also: [],
    } satisfies Service),
  )
})

/** Namespaces that declare a service, sorted. */
export const namespacesWithServices = memo((view: View, _: ''): readonly string[] => {
  const namespaces = new Set<string>()
  for (const table of ['Service', 'ServiceEntry'] as const) {
    for (const key of view.keys(table)) namespaces.add(key.slice(0, key.indexOf('/')))
  }
  return Object.freeze([...namespaces].sort())
})

/** Whether something exported to `exportTo` by `owner` may be seen from `namespace` (Istio). */
export function isExported(exportTo: readonly string[], owner: string, namespace: string): boolean {
  return exportTo.some(
    (target) => target === '*' || target === namespace || (target === '.' && owner === namespace),
  )
}

// What an object is about: the services and workloads of the mesh that it applies to, and the other way round.
import type { Document, Kind } from '../model/document.ts'
import { covers, fullName } from '../model/host.ts'
import type { Mesh } from '../model/mesh.ts'
import type { VirtualService } from '../model/schema/virtual-service.ts'
import type { WorkloadEntry } from '../model/schema/workload-entry.ts'
import { matchesLabels } from '../model/selector.ts'

type Labels = Readonly<Record<string, string>>

/** Kinds that pick workloads by label; those of the root namespace do so in every namespace. */
export const SELECTING = [
  'AuthorizationPolicy',
  'PeerAuthentication',
  'RequestAuthentication',
  'Telemetry',
  'WasmPlugin',
  'TrafficExtension',
  'ProxyConfig',
  'EnvoyFilter',
  'Sidecar',
  'Gateway',
  'Service',
] as const satisfies readonly Kind[]

/** Kinds about hosts. */
export const HOSTED = [
  'VirtualService',
  'DestinationRule',
  'ServiceEntry',
] as const satisfies readonly Kind[]

/** As the fields stand in the kinds that have them. */
interface Fields {
  readonly selector?: { readonly matchLabels?: Labels } & Labels
  readonly workloadSelector?: { readonly labels?: Labels }
  readonly host?: string
  readonly hosts?: readonly string[]
  readonly address?: string
  readonly gateways?: readonly string[]
}

function fieldsOf({ spec }: Document): Fields {
  return (spec ?? {}) as Fields
}

/** Labels that a workload must have; undefined for a kind that picks none, or for a Service without a selector. */
function labelsOf(document: Document): Labels | undefined {
  const { selector, workloadSelector } = fieldsOf(document)
  switch (document.kind) {
    case 'Service':
    case 'Gateway':
      return selector && Object.keys(selector).length > 0 ? (selector as Labels) : undefined
    case 'Sidecar':
    case 'EnvoyFilter':
      return workloadSelector?.labels ?? {}
    default:
      if (!(SELECTING as readonly Kind[]).includes(document.kind)) return undefined
      return selector?.matchLabels ?? {}
  }
}

export function hostsOf(document: Document): readonly string[] {
  const { host, hosts } = fieldsOf(document)
  if (!(HOSTED as readonly Kind[]).includes(document.kind)) return []
  return (hosts ?? (host ? [host] : [])).map((name) => fullName(name, document.metadata.namespace))
}

export function rootNamespaceOf(mesh: Mesh): string {
  const [config] = mesh.tables.MeshConfig.rows.values()
  return config?.spec.rootNamespace || 'istio-system'
}

/** In words, for a list. */
export function scopeText(document: Document, root: string): string {
  const hosts = hostsOf(document)
  if (hosts.length > 0) {
    const { hosts: written, host } = fieldsOf(document)
    return (written ?? [host ?? '']).join(', ')
  }
  const labels = labelsOf(document)
  if (document.kind === 'MeshConfig') return 'the whole mesh'
  if (!labels) return fieldsOf(document).address ?? ''
  const words = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
  if (words.length > 0) return `workloads with ${words.join(', ')}`
  const { namespace } = document.metadata
  const everywhere = namespace === root && document.kind !== 'Service'
  return everywhere ? 'the whole mesh' : `namespace ${namespace}`
}

export function appliesToWorkload(
  document: Document,
  workload: { readonly namespace: string; readonly labels: Labels },
  root: string,
): boolean {
  const labels = labelsOf(document)
  if (!labels) return false
  const { namespace } = document.metadata
  const anywhere = namespace === root && document.kind !== 'Service'
  // A Gateway picks proxies of every namespace (Istio's default).
  const inReach = namespace === workload.namespace || anywhere || document.kind === 'Gateway'
  return inReach && matchesLabels(labels, workload.labels)
}

/** A VirtualService of gateways alone is about their hosts, and besides about whom it sends requests to. */
export function appliesToHost(document: Document, host: string): boolean {
  const { gateways } = fieldsOf(document)
  const { namespace } = document.metadata
  const inMesh = !gateways?.length || gateways.includes('mesh')
  if (inMesh && hostsOf(document).some((pattern) => covers(pattern, host))) return true
  return destinationsOf(document).some((name) => fullName(name, namespace) === host)
}

function destinationsOf({ kind, spec }: Document): readonly string[] {
  if (kind !== 'VirtualService') return []
  const { http = [], tcp = [], tls = [] } = spec as VirtualService
  return [...http, ...tcp, ...tls].flatMap(({ route = [] }) =>
    route.flatMap(({ destination }) => destination?.host ?? []),
  )
}

export function workloadLabels({ metadata, spec }: Document<WorkloadEntry>): Labels {
  return { ...metadata.labels, ...spec.labels }
}

/** Names of the workloads that it applies to, and hosts of the services. At most `most` of each. */
export function targetsOf(
  mesh: Mesh,
  document: Document,
  most = 200,
): { readonly workloads: readonly string[]; readonly services: readonly string[] } {
  const root = rootNamespaceOf(mesh)
  const workloads: string[] = []
  for (const [key, entry] of mesh.tables.WorkloadEntry.rows) {
    if (workloads.length >= most) break
    const { namespace } = entry.metadata
    const labels = workloadLabels(entry)
    if (appliesToWorkload(document, { namespace, labels }, root)) workloads.push(key)
  }
  const services: string[] = []
  for (const key of hostsOf(document).length > 0 ? mesh.tables.Service.keys : []) {
    if (services.length >= most) break
    const [namespace = '', name = ''] = key.split('/')
    if (appliesToHost(document, fullName(name, namespace))) services.push(key)
  }
  return { workloads, services }
}

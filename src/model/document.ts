// One object a user wrote, with the way back to its place.
import type { Origin, Path } from './origin.ts'

export interface Metadata {
  readonly name: string
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  /** RFC 3339; absent in most files. Oldest wins in conflicts (Istio). */
  readonly creationTimestamp?: string
}

/** Frozen. `spec` is the object's content as written (for Secret, ConfigMap, EndpointSlice and MeshConfig: the top-level fields other than metadata). */
export interface Document<Spec = unknown> {
  readonly kind: Kind
  readonly apiVersion: string
  readonly metadata: Metadata
  readonly spec: Spec
  /** The place of a path counted from the document's root, as `['spec', 'http', 0]`; the nearest existing parent's if it is not there. */
  readonly at: (path: Path) => Origin
}

/** Every kind Lotse reads, see DESIGN §4. The Gateway API's `Gateway` is called `KubernetesGateway` here, as in Istio. */
export const KINDS = [
  'Service',
  'EndpointSlice',
  'Namespace',
  'Secret',
  'ConfigMap',
  'VirtualService',
  'DestinationRule',
  'Gateway',
  'ServiceEntry',
  'WorkloadEntry',
  'WorkloadGroup',
  'Sidecar',
  'ProxyConfig',
  'EnvoyFilter',
  'PeerAuthentication',
  'RequestAuthentication',
  'AuthorizationPolicy',
  'Telemetry',
  'WasmPlugin',
  'TrafficExtension',
  'MeshConfig',
  'GatewayClass',
  'KubernetesGateway',
  'HTTPRoute',
  'ReferenceGrant',
] as const

export type Kind = (typeof KINDS)[number]

/** As the user writes the kind. */
export function writtenKind(kind: Kind): string {
  return kind === 'KubernetesGateway' ? 'Gateway' : kind
}

/** `namespace/name`: the key of an object within its kind. */
export function keyOf(metadata: { readonly namespace: string; readonly name: string }): string {
  return `${metadata.namespace}/${metadata.name}`
}

/** `Kind/namespace/name`, as diagnostics and the dashboard name an object. */
export function nameOf(document: Document): string {
  return `${document.kind}/${keyOf(document.metadata)}`
}

/** Istio's order of precedence: oldest first, then name, then namespace; an object without a time counts as oldest. */
export function byAge(a: Document, b: Document): number {
  return (
    compare(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
    compare(a.metadata.name, b.metadata.name) ||
    compare(a.metadata.namespace, b.metadata.namespace)
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

// What a proxy is: from its proven name, its workload entry and, for what the mesh does not know, the metadata it sends.

import { CONTROLLER } from '../model/gateway-api.ts'
import type { Mesh } from '../model/mesh.ts'
import type { DeliveryMode, Node, NodeType } from '../model/node.ts'
import { matchesLabels } from '../model/selector.ts'
import { serves } from './gateway-api/gateway.ts'

/** A proxy by name, as certificate or (in plain text) node id give it. */
export interface ProxyName {
  readonly namespace: string
  readonly workload: string
  readonly serviceAccount?: string
  readonly certified: boolean
}

/** What it says of itself; used only where the mesh knows nothing better, never for its identity. */
export interface ProxyClaims {
  readonly id: string
  readonly address?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly locality?: string
  readonly certificateFolder?: string
  /** Forces a gateway. */
  readonly gateway?: boolean
  /** A gRPC client without an Envoy. */
  readonly grpc?: boolean
  /** Where it takes virtual hosts by VHDS: what it is to have unless an object says otherwise. */
  readonly delivery?: DeliveryMode
}

export function nodeOf(mesh: Mesh, name: ProxyName, claims: ProxyClaims): Node {
  const { namespace, workload, certified } = name
  const entry = mesh.tables.WorkloadEntry.rows.get(`${namespace}/${workload}`)
  const labels = entry ? { ...entry.metadata.labels, ...entry.spec.labels } : (claims.labels ?? {})
  const address = entry?.spec.address ?? claims.address ?? ''
  return Object.freeze({
    id: claims.id,
    type: claimedType(claims) ?? nodeType(mesh, namespace, address, labels),
    namespace,
    workload,
    serviceAccount: entry?.spec.serviceAccount || name.serviceAccount || 'default',
    labels,
    address,
    locality: entry?.spec.locality ?? claims.locality ?? '',
    certified: certified ? 'yes' : 'no',
    certificateFolder: certified ? (claims.certificateFolder ?? '') : '',
    ...(claims.delivery ? { delivery: claims.delivery } : {}),
  } satisfies Node)
}

function claimedType({ gateway, grpc }: ProxyClaims): NodeType | undefined {
  if (grpc) return 'grpc'
  return gateway ? 'gateway' : undefined
}

/** A workload that a Gateway selects, or that serves one of the Gateway API, and that no Sidecar of its namespace selects is a gateway (DESIGN §4). */
function nodeType(
  mesh: Mesh,
  namespace: string,
  address: string,
  labels: Readonly<Record<string, string>>,
): NodeType {
  const selects = (selector: Readonly<Record<string, string>> | undefined) =>
    selector !== undefined && Object.keys(selector).length > 0 && matchesLabels(selector, labels)
  for (const key of mesh.tables.Sidecar.keysByNamespace.get(namespace) ?? []) {
    if (selects(mesh.tables.Sidecar.rows.get(key)?.spec.workloadSelector?.labels)) return 'sidecar'
  }
  for (const gateway of mesh.tables.Gateway.rows.values()) {
    if (selects(gateway.spec.selector)) return 'gateway'
  }
  const workload = { namespace, address, label: (name: string) => labels[name] }
  const classes = mesh.tables.GatewayClass.rows
  const selectorOf = (service: string) => mesh.tables.Service.rows.get(service)?.spec.selector
  for (const gateway of mesh.tables.KubernetesGateway.rows.values()) {
    if (
      classes.get(`/${gateway.spec.gatewayClassName}`)?.spec.controllerName === CONTROLLER &&
      serves(gateway, workload, selectorOf)
    )
      return 'gateway'
  }
  return 'sidecar'
}

/** Name and address in a node id of Istio's form, `sidecar~IP~NAME.NAMESPACE~DOMAIN`; undefined if it has another. */
export function parseNodeId(
  id: string,
): { namespace: string; workload: string; address: string; gateway: boolean } | undefined {
  const match = /^(sidecar|router)~([^~]*)~([^~]+)\.([^~.]+)~[^~]*$/.exec(id)
  if (!match) return undefined
  const [, type, address, workload, namespace] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
  ]
  return { namespace, workload, address, gateway: type === 'router' }
}

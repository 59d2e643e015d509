// A proxy as translation sees it: facts that may be read one by one, so that proxies equal in them share resources.

/** `grpc`: a gRPC library that takes configuration itself and has no Envoy (Istio: GENERATOR=grpc). */
export type NodeType = 'sidecar' | 'gateway' | 'grpc'

/** Frozen. What a proxy is, from its proven identity, its workload entry and the metadata it sends. */
export interface Node {
  /** Envoy's node id; for logs and status only, translation never reads it. */
  readonly id: string
  readonly type: NodeType
  readonly namespace: string
  /** Name of the workload (entry) within its namespace. */
  readonly workload: string
  readonly serviceAccount: string
  readonly labels: Readonly<Record<string, string>>
  /** The workload's own address, as other workloads call it. */
  readonly address: string
  /** `region/zone/subzone`, parts may be missing. */
  readonly locality: string
  /** `yes` for a proxy with a certificate of the mesh, `no` for one that connects in plain text: it gets no secrets. */
  readonly certified: 'yes' | 'no'
  /** The folder on the proxy's machine that holds its key and certificate; empty where it has none. */
  readonly certificateFolder: string
  /** How it has its configuration unless an object says otherwise; undefined where it takes only whole route configurations. */
  readonly delivery?: DeliveryMode
}

/** Whole route configurations; virtual hosts alone by VHDS, all of them unasked; those that are asked for, with their clusters. */
export const DELIVERY_MODES = ['whole', 'preloaded', 'on-demand'] as const
export type DeliveryMode = (typeof DELIVERY_MODES)[number]

/** A named fact of a node, or `label:KEY` for one of its labels. */
export type Facet = Exclude<keyof Node, 'labels' | 'id'> | `label:${string}`

export type FacetValue = string | undefined

export function facetOf(node: Node, facet: Facet): FacetValue {
  if (facet.startsWith('label:')) return node.labels[facet.slice(6)]
  return node[facet as Exclude<keyof Node, 'labels'>]
}

// Where a series of figures belongs in the graph: the nodes at its two ends, as the mesh knows them.
import type { By, GraphNode } from '../model/graph.ts'
import type { Series } from './signals.ts'

/** What the mesh knows of a workload. */
export interface Described {
  /** Host of the service that selects it; empty if none does. */
  readonly service: string
  readonly app: string
  readonly version: string
  /** Without it nothing is known of the workload. */
  readonly principal?: string
}

export interface Directory {
  /** By `NAMESPACE/NAME`. */
  readonly workload: (name: string) => Described | undefined
  /** Names of the workloads that have this SPIFFE ID. */
  readonly withPrincipal: (principal: string) => readonly string[]
}

/** Both ends of a series as nodes. */
export function placer(directory: Directory, by: By): (series: Series) => [GraphNode, GraphNode] {
  const ofWorkload = (name: string): GraphNode => {
    const [namespace = '', workload = ''] = name.split('/')
    const known = directory.workload(name)
    const service = known?.service ? shortName(known.service) : (known?.app ?? workload)
    const version = known?.version ?? ''
    return by === 'workload'
      ? { id: `${namespace}/${workload}`, kind: 'workload', service, namespace, workload, version }
      : {
          id: `${namespace}/${service}`,
          kind: 'service',
          service,
          namespace,
          workload: '',
          version,
        }
  }
  const ofPrincipal = (principal: string): GraphNode => {
    if (principal === '') return outside('plain-text clients')
    const names = directory.withPrincipal(principal)
    if (names.length === 1 || (by === 'service' && names.length > 0)) return ofWorkload(names[0]!)
    return outside(principal.replace(/^spiffe:\/\/[^/]*\//, ''))
  }
  // Thousands of series have the same few ends.
  const made = new Map<string, GraphNode>()
  const once = (key: string, make: () => GraphNode): GraphNode => {
    const known = made.get(key)
    if (known) return known
    const node = make()
    made.set(key, node)
    return node
  }
  const workload = (name: string) => once(`w;${name}`, () => ofWorkload(name))
  return ({ reporter, edge }) => {
    if (edge.side === 'server') {
      const { principal } = edge
      return [once(`p;${principal}`, () => ofPrincipal(principal)), workload(reporter)]
    }
    if (edge.workload && by === 'workload') return [workload(reporter), workload(edge.workload)]
    const key = `c;${edge.cluster};${edge.workload}`
    return [workload(reporter), once(key, () => ofCluster(edge, ofWorkload))]
  }
}

/** Where a request went whose destination is known by its cluster alone. */
function ofCluster(
  { cluster, workload }: Series['edge'],
  ofWorkload: (name: string) => GraphNode,
): GraphNode {
  const host = /^outbound(?:_tcp)?\|\d+\|[^|]*\|(.+)$/.exec(cluster)?.[1]
  const [, service, namespace] = /^([^.]+)\.([^.]+)\.svc\./.exec(host ?? '') ?? []
  if (service && namespace) {
    const version = workload ? ofWorkload(workload).version : ''
    const id = `${namespace}/${service}`
    return { id, kind: 'service', service, namespace, workload: '', version }
  }
  if (workload) return ofWorkload(workload)
  return outside(host ?? (cluster === '' ? 'no route' : cluster))
}

function outside(service: string): GraphNode {
  return { id: service, kind: 'outside', service, namespace: '', workload: '', version: '' }
}

function shortName(host: string): string {
  return /^([^.]+)\.[^.]+\.svc\./.exec(host)?.[1] ?? host
}

/** Each node once, with all its versions. */
export function nodesOf(ends: readonly GraphNode[]): GraphNode[] {
  const nodes = new Map<string, GraphNode>()
  const versions = new Map<string, Set<string>>()
  for (const node of ends) {
    if (!nodes.has(node.id)) nodes.set(node.id, node)
    const known = versions.get(node.id) ?? new Set()
    versions.set(node.id, node.version ? known.add(node.version) : known)
  }
  return [...nodes.values()]
    .map((node) => ({ ...node, version: [...versions.get(node.id)!].sort().join(', ') }))
    .sort((a, b) => order(a.id, b.id))
}

export function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

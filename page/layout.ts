// Where nodes and edges are drawn. Stays as it is while figures move, and while only known nodes talk.
import { Graph, layout } from '@dagrejs/dagre'
import type { GraphEdge, GraphNode } from '../src/model/graph.ts'
import { layered } from './layers.ts'
import type { Layout, Size, Spot } from './spots.ts'

const NODE_HEIGHT = 44
const LABEL = { width: 78, height: 34 } as const

export interface Shown {
  readonly nodes: ReadonlyMap<string, GraphNode>
  readonly edges: ReadonlyMap<string, GraphEdge>
  /** Another one when a node or an edge has come. */
  readonly shape: object
}

export function edgeKey({ source, target, protocol }: GraphEdge): string {
  return `${source} ${target} ${protocol === 'tcp' ? 'tcp' : ''}`
}

/** What was seen so far together with what is there now: an edge that falls silent keeps its place. */
export function merge(
  before: Shown | undefined,
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
): Shown {
  const all = new Map(before?.edges)
  const present = new Set<string>()
  for (const edge of edges) {
    const key = edgeKey(edge)
    present.add(key)
    all.set(key, edge)
  }
  for (const [key, edge] of all) {
    if (!present.has(key) && edge.requests + edge.bytesReceived > 0) all.set(key, silent(edge))
  }
  const everybody = new Map(before?.nodes)
  for (const node of nodes) everybody.set(node.id, node)
  const isSame = everybody.size === before?.nodes.size && all.size === before.edges.size
  return { nodes: everybody, edges: all, shape: isSame ? before.shape : {} }
}

function silent(edge: GraphEdge): GraphEdge {
  const { p50: _, p95: __, p99: ___, ...rest } = edge
  const nothing = { requests: 0, rate: 0, errors: 0, errorShare: 0, bytesSent: 0, bytesReceived: 0 }
  return { ...rest, ...nothing, statuses: {}, flags: [] }
}

/** More edges than these are too many for figures on all of them. */
const MANY = 100

export function isCrowded({ edges }: Shown): boolean {
  return edges.size > MANY
}

export function arrange(shown: Shown): Layout {
  const { nodes, edges } = shown
  if (isCrowded(shown)) return layered(nodes, edges, sizeOf)
  const graph = new Graph({ multigraph: true })
  graph.setGraph({
    rankdir: 'LR',
    nodesep: 30,
    ranksep: 28,
    edgesep: 14,
    marginx: 8,
    marginy: 8,
  })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const [id, node] of [...nodes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    graph.setNode(id, sizeOf(node))
  }
  for (const [key, { source, target }] of [...edges].sort(([a], [b]) => (a < b ? -1 : 1))) {
    graph.setEdge(source, target, { ...LABEL, labelpos: 'c' }, key)
  }
  layout(graph)
  const { width = 0, height = 0 } = graph.graph()
  return {
    width,
    height,
    nodes: new Map(
      graph.nodes().map((id) => [id, { ...spotOf(graph.node(id)), ...sizeOf(nodes.get(id)!) }]),
    ),
    edges: new Map(
      graph.edges().map((edge) => {
        const drawn = graph.edge(edge)
        return [edge.name ?? '', { points: drawn.points ?? [], label: spotOf(drawn) }]
      }),
    ),
  }
}

/** Wide enough for the name, which is written in a font of about eight units a letter. */
function sizeOf({ workload, service, namespace, version }: GraphNode): Size {
  const letters = Math.min(
    32,
    Math.max((workload || service).length, namespace.length + 4 + version.length),
  )
  return { width: Math.max(110, 28 + 7.6 * letters), height: NODE_HEIGHT }
}

function spotOf({ x = 0, y = 0 }: { readonly x?: number; readonly y?: number }): Spot {
  return { x, y }
}

/** A smooth line through the points. */
export function path(points: readonly Spot[]): string {
  const [first, ...rest] = points
  if (!first) return ''
  const parts = [`M${first.x},${first.y}`]
  for (const [index, point] of rest.entries()) {
    const next = rest[index + 1]
    if (next)
      parts.push(`Q${point.x},${point.y} ${(point.x + next.x) / 2},${(point.y + next.y) / 2}`)
    else parts.push(`L${point.x},${point.y}`)
  }
  return parts.join('')
}

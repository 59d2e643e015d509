// Places for large graphs: columns by distance from those whom nobody calls, ordered by namespace and by whom they talk to; a long
// column is broken. Takes milliseconds where dagre takes seconds, and draws edges over each other where dagre leads them around.
import type { GraphEdge, GraphNode } from '../src/model/graph.ts'
import type { Layout, Size, Spot } from './spots.ts'

const GAP = { x: 150, y: 26, namespace: 60, broken: 40, margin: 8 } as const
/** How far an edge that leads back stands out. */
const BEND = 40
/** A column has no more nodes below each other. */
const MOST_ROWS = 20
const SWEEPS = 6

export function layered(
  nodes: ReadonlyMap<string, GraphNode>,
  edges: ReadonlyMap<string, GraphEdge>,
  sizeOf: (node: GraphNode) => Size,
): Layout {
  const ids = [...nodes.keys()].sort()
  const near = neighbours(ids, edges)
  const namespaceOf = (id: string) => nodes.get(id)!.namespace
  const columns = orderedColumns(ids, near, namespaceOf).flatMap(broken)
  const places = new Map<string, Spot & Size>()
  const sized = columns.map(({ column, after }) => {
    const rows = column.map((id, row) => {
      const before = column[row - 1]
      const isNext = before !== undefined && namespaceOf(before) !== namespaceOf(id)
      return { id, size: sizeOf(nodes.get(id)!), above: isNext ? GAP.namespace : GAP.y }
    })
    return {
      rows,
      after,
      height: rows.reduce((sum, { size, above }) => sum + size.height + above, 0),
    }
  })
  const tallest = Math.max(0, ...sized.map(({ height }) => height))
  let left: number = GAP.margin
  let right: number = GAP.margin
  for (const { rows, after, height } of sized) {
    const width = Math.max(...rows.map(({ size }) => size.width))
    let top = GAP.margin + (tallest - height) / 2
    for (const { id, size, above } of rows) {
      top += above
      places.set(id, { x: left + width / 2, y: top + size.height / 2, ...size })
      top += size.height
    }
    right = left + width
    left = right + after
  }
  return {
    width: right + BEND + GAP.margin,
    height: tallest + 2 * GAP.margin,
    nodes: places,
    edges: new Map([...edges].map(([key, edge]) => [key, wayOf(edge, places)])),
  }
}

/** Into columns of about the same length, side by side, none of them too long. */
function broken(column: readonly string[]): { column: readonly string[]; after: number }[] {
  const parts = Math.ceil(column.length / MOST_ROWS)
  const length = Math.ceil(column.length / parts)
  return Array.from({ length: parts }, (_, part) => ({
    column: column.slice(part * length, (part + 1) * length),
    after: part < parts - 1 ? GAP.broken : GAP.x,
  })).filter((part) => part.column.length > 0)
}

interface Near {
  readonly callers: ReadonlyMap<string, readonly string[]>
  readonly callees: ReadonlyMap<string, readonly string[]>
}

function neighbours(ids: readonly string[], edges: ReadonlyMap<string, GraphEdge>): Near {
  const callers = new Map<string, string[]>(ids.map((id) => [id, []]))
  const callees = new Map<string, string[]>(ids.map((id) => [id, []]))
  for (const [, { source, target }] of [...edges].sort(([a], [b]) => (a < b ? -1 : 1))) {
    callers.get(target)?.push(source)
    callees.get(source)?.push(target)
  }
  return { callers, callees }
}

function orderedColumns(
  ids: readonly string[],
  near: Near,
  namespaceOf: (id: string) => string,
): string[][] {
  const rank = ranks(ids, near)
  const columns: string[][] = []
  for (const id of ids) {
    const column = columns[rank.get(id)!] ?? []
    columns[rank.get(id)!] = column
    column.push(id)
  }
  const at = new Map<string, number>()
  const note = () => {
    for (const column of columns)
      for (const [row, id] of column.entries()) at.set(id, row / column.length)
  }
  note()
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const side = sweep % 2 === 0 ? near.callers : near.callees
    const middle = (id: string) => {
      const others = side.get(id) ?? []
      if (others.length === 0) return at.get(id)!
      return others.reduce((sum, other) => sum + at.get(other)!, 0) / others.length
    }
    for (const column of columns) {
      const wanted = new Map(column.map((id) => [id, middle(id)]))
      const groups = middles(column, namespaceOf, wanted)
      const group = (id: string) => groups.get(namespaceOf(id))!
      column.sort(
        (a, b) =>
          group(a) - group(b) ||
          compare(namespaceOf(a), namespaceOf(b)) ||
          wanted.get(a)! - wanted.get(b)! ||
          compare(a, b),
      )
    }
    note()
  }
  return columns
}

/** Where the nodes of each namespace want to stand, taken together. */
function middles(
  column: readonly string[],
  namespaceOf: (id: string) => string,
  wanted: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const sums = new Map<string, { sum: number; count: number }>()
  for (const id of column) {
    const { sum, count } = sums.get(namespaceOf(id)) ?? { sum: 0, count: 0 }
    sums.set(namespaceOf(id), { sum: sum + wanted.get(id)!, count: count + 1 })
  }
  return new Map([...sums].map(([namespace, { sum, count }]) => [namespace, sum / count]))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Steps from a node that nobody calls; where all are called, from the first one that was not reached yet. */
function ranks(ids: readonly string[], { callers, callees }: Near): Map<string, number> {
  const rank = new Map<string, number>()
  const reach = (start: readonly string[]) => {
    for (const id of start) rank.set(id, 0)
    const queue = [...start]
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      for (const callee of callees.get(next) ?? []) {
        if (rank.has(callee)) continue
        rank.set(callee, rank.get(next)! + 1)
        queue.push(callee)
      }
    }
  }
  reach(ids.filter((id) => callers.get(id)?.length === 0))
  for (const id of ids) if (!rank.has(id)) reach([id])
  return rank
}

function wayOf(
  { source, target }: GraphEdge,
  places: ReadonlyMap<string, Spot & Size>,
): { points: readonly Spot[]; label: Spot } {
  const [from, to] = [places.get(source)!, places.get(target)!]
  const onwards = to.x > from.x
  const begin = { x: from.x + from.width / 2, y: from.y }
  const end = { x: onwards ? to.x - to.width / 2 : to.x + to.width / 2, y: to.y }
  const bend = onwards ? (end.x - begin.x) / 2 : BEND
  const points = [
    begin,
    { x: begin.x + bend, y: begin.y },
    { x: end.x + (onwards ? -bend : BEND), y: end.y },
    end,
  ]
  return { points, label: { x: (begin.x + end.x) / 2, y: (begin.y + end.y) / 2 } }
}

// Places of large graphs: whatever the graph, nothing covers another, namespaces stand together, and no column is too long.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { layered } from '../../page/layers.ts'
import type { GraphEdge, GraphNode } from '../../src/model/graph.ts'
import '../support/laws.ts'

const SIZE = { width: 110, height: 44 }

test('nodes of large graphs', () => {
  const graph = fc.record({
    namespaces: fc.array(fc.nat(3), { minLength: 1, maxLength: 150 }),
    calls: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 300 }),
  })
  fc.assert(
    fc.property(graph, ({ namespaces, calls }) => {
      const nodes = new Map(
        namespaces.map((number, index): [string, GraphNode] => {
          const id = `n${number}/service-${index}`
          const node = { id, kind: 'service' as const, service: `service-${index}` }
          return [id, { ...node, namespace: `n${number}`, workload: '', version: '' }]
        }),
      )
      const ids = [...nodes.keys()]
      const edges = new Map(
        calls.map(([from, to]) => {
          const [source, target] = [ids[from % ids.length]!, ids[to % ids.length]!]
          return [`${source} ${target}`, { source, target } as GraphEdge]
        }),
      )
      const { width, height, nodes: places, edges: ways } = layered(nodes, edges, () => SIZE)
      assert.equal(places.size, nodes.size)
      const columns = new Map<number, { id: string; y: number }[]>()
      for (const [id, { x, y }] of places) {
        assert.ok(x >= SIZE.width / 2 && x + SIZE.width / 2 <= width)
        assert.ok(y >= SIZE.height / 2 && y + SIZE.height / 2 <= height)
        columns.set(x, [...(columns.get(x) ?? []), { id, y }])
      }
      for (const { points } of ways.values())
        for (const { x } of points) assert.ok(x >= 0 && x <= width)
      const lefts = [...columns.keys()].sort((a, b) => a - b)
      for (const [index, x] of lefts.entries())
        assert.ok(x - (lefts[index - 1] ?? Number.NEGATIVE_INFINITY) > SIZE.width)
      for (const column of columns.values()) {
        assert.ok(column.length <= 20)
        const rows = column.sort((a, b) => a.y - b.y)
        for (const [row, { y }] of rows.entries())
          assert.ok(y - (rows[row - 1]?.y ?? Number.NEGATIVE_INFINITY) > SIZE.height)
        const spaces = rows.map(({ id }) => id.split('/')[0])
        const changes = spaces.filter((space, row) => row > 0 && space !== spaces[row - 1]).length
        assert.equal(changes, new Set(spaces).size - 1, 'each namespace stands together')
      }
    }),
    { numRuns: 50 },
  )
})

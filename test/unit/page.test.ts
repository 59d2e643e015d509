// What the page costs: its size, and what a browser holds that never reads.
import assert from 'node:assert/strict'
import type { AddressInfo, Socket } from 'node:net'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fastify from 'fastify'
import type { App } from '../../src/app.ts'
import { guard } from '../../src/dashboard/access.ts'
import { eventRoutes } from '../../src/dashboard/events.ts'
import { addPage } from '../../src/dashboard/page.ts'
import { addRoutes } from '../../src/dashboard/route.ts'
import type { Graph } from '../../src/model/graph.ts'
import { readEvents } from '../support/event-stream.ts'
import { waitFor } from '../support/wait.ts'

const MOST_BYTES = 100_000

test('the whole page is below 100 kB, compressed, and loads nothing from elsewhere', async () => {
  const server = fastify()
  addPage(server)
  const parts = await Promise.all(
    ['/', '/page.js', '/page.css'].map(async (path) => (await server.inject(path)).body),
  )
  const bytes = parts.reduce((sum, text) => sum + gzipSync(text).length, 0)
  assert.ok(bytes > 20_000 && bytes < MOST_BYTES, `${bytes} bytes`)
  const [html = '', script = '', style = ''] = parts
  for (const text of [html, style]) assert.doesNotMatch(text, /https?:\/\/|url\(\s*["']?\/\//)
  // Namespaces of XML are names, not places.
  const urls = [...script.matchAll(/https?:\/\/[^\s"'`)]+/g)].map(([url]) => url)
  assert.deepEqual(
    urls.filter((url) => !url.startsWith('http://www.w3.org/')),
    [],
  )
  await server.close()
})

test('a browser that never reads holds no more than one answer', async (t) => {
  let asked = 0
  const edge = 'x'.repeat(4_000_000)
  const app = {
    services: [],
    diagnostics: () => [],
    mesh: () => ({ tables: {}, generation: 1 }),
    authority: { rotator: { rotation: {} } },
    graph: () => {
      asked += 1
      return { at: edge, window: 60, by: 'service', nodes: [], edges: [] } satisfies Graph
    },
  } as unknown as App
  const server = fastify()
  guard(server, { data: '', demandToken: false, adminToken: undefined, now: () => new Date() })
  const sockets: Socket[] = []
  server.server.on('connection', (socket) => sockets.push(socket))
  addRoutes(server, eventRoutes(server, 5), () => app)
  await server.listen({ host: '127.0.0.1', port: 0 })
  t.after(() => server.close())
  const { port } = server.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/api/v1/events`
  const reader = await readEvents(t, `${url}?by=service`)
  reader.pause()
  const other = await readEvents(t, url)
  const ticks = async (count: number) => {
    const before = other.events.length
    await waitFor(
      'time to pass',
      () => other.events.length - before,
      (passed) => passed >= count,
      { timeout: 60_000, every: 5 },
    )
  }
  await ticks(50)
  const settled = asked
  await ticks(100)
  assert.equal(asked, settled, 'nothing more is made for it')
  const held = sockets.reduce((sum, socket) => sum + socket.writableLength, 0)
  assert.ok(held < 3 * edge.length, `${held} bytes wait`)
  reader.resume()
  await waitFor(
    'it to go on',
    () => asked,
    (now) => now > settled,
    { timeout: 60_000 },
  )
})

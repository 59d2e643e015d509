// How long a browser is busy with one update of the graph: 100 services, 400 edges, all figures new each time.
import { randomInt } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import fastify from 'fastify'
import type { App } from '../src/app.ts'
import { guard } from '../src/dashboard/access.ts'
import { eventRoutes } from '../src/dashboard/events.ts'
import { addPage } from '../src/dashboard/page.ts'
import { addRoutes } from '../src/dashboard/route.ts'
import type { Graph, GraphEdge } from '../src/model/graph.ts'
import { openPage } from '../test/support/browser.ts'
import { summary } from './figures.ts'

const SERVICES = 100
const EDGES = 400
const TIER = 20
const CALLERS = SERVICES - TIER
const UPDATES = 40
const EVERY_MS = 250

/** Runs in the page: what each event costs, from its arrival to the end of the layout that it causes, and to the next frame. */
const WATCH = `
window.costs = []; window.frames = [];
const parse = JSON.parse;
JSON.parse = (text, ...rest) => {
  const value = parse(text, ...rest);
  if (!value || !value.edges) return value;
  const begin = performance.now();
  // The page draws in a later task or microtask; a frame after both sees all of it.
  setTimeout(() => {
    document.body.getBoundingClientRect();
    window.costs.push(performance.now() - begin);
    requestAnimationFrame(() => setTimeout(() => window.frames.push(performance.now() - begin)));
  });
  return value;
};`

export async function pageUpdates(): Promise<object> {
  const ends: (() => void | Promise<void>)[] = []
  const server = fastify()
  guard(server, { data: '', demandToken: false, adminToken: undefined, now: () => new Date() })
  addPage(server)
  addRoutes(server, eventRoutes(server, EVERY_MS), () => syntheticApp())
  await server.listen({ host: '127.0.0.1', port: 0 })
  ends.push(() => server.close())
  try {
    const { port } = server.server.address() as AddressInfo
    const { page } = await openPage({ after: (end) => ends.unshift(end) }, 'about:blank')
    await page.addInitScript(WATCH)
    await page.goto(`http://127.0.0.1:${port}/`)
    const read = async (name: string) => (await page.evaluate(`window.${name}`)) as number[]
    let frames: number[] = []
    while (frames.length <= UPDATES) {
      await page.waitForTimeout(EVERY_MS)
      frames = await read('frames')
    }
    const [first = 0, ...costs] = await read('costs')
    return {
      ...{ services: SERVICES, edges: EDGES },
      first: Math.round(first),
      busy: summary(costs.slice(0, UPDATES)),
      untilFrame: summary(frames.slice(1, UPDATES + 1)),
    }
  } finally {
    for (const end of ends) await end()
  }
}

function syntheticApp(): App {
  return {
    services: [],
    diagnostics: () => [],
    mesh: () => ({ tables: {}, generation: 1 }),
    authority: { rotator: { rotation: {} } },
    graph: async () => syntheticGraph(),
  } as unknown as App
}

/** Five tiers; everybody calls four or five of the next ones, the same ones each time. */
function syntheticGraph(): Graph {
  const id = (index: number) => `shop/service-${index}`
  const nodes = Array.from({ length: SERVICES }, (_, index) => ({
    ...{ id: id(index), kind: 'service' as const, service: `service-${index}` },
    ...{ namespace: 'shop', workload: '', version: 'v1' },
  }))
  const edges = Array.from({ length: EDGES }, (_, index): GraphEdge => {
    const from = index % CALLERS
    const to =
      TIER + ((from + 7 * Math.floor(index / CALLERS) + TIER * Math.floor(from / TIER)) % CALLERS)
    const requests = randomInt(1, 100_000)
    const errors = index % 10 === 0 ? randomInt(0, requests) : 0
    return {
      ...{ source: id(from), target: id(to), protocol: 'http', reporter: 'client' },
      ...{ mutualTls: 'all', requests, rate: requests / 60, errors, errorShare: errors / requests },
      ...{
        statuses: { '2xx': requests },
        flags: [],
        p50: randomInt(1, 50),
        p95: randomInt(50, 200),
      },
      ...{ p99: randomInt(200, 900), bytesSent: requests * 100, bytesReceived: requests * 100 },
    }
  })
  return { window: 60, by: 'service', at: new Date().toISOString(), nodes, edges }
}

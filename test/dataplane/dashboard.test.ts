// The whole way of a figure: a request through two real Envoys, their reports, the graph, the page in a real browser.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { isProblem } from '../../src/ca/problem.ts'
import { openHttp } from '../../src/dashboard/server.ts'
import type { Graph, GraphEdge } from '../../src/model/graph.ts'
import { noBrowser, openPage } from '../support/browser.ts'
import { skip, testFolder } from '../support/envoy.ts'
import { request } from '../support/http.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { httpUpstream, tcpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const HTTP = 8000
const TCP = 9000
/** Envoys report every two seconds, figures move out of the page's smallest window after 15. */
const SOON = { timeout: 60_000 }

interface Watched {
  readonly mesh: TestMesh
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  readonly client: string
  /** Requests to `web` through the client's Envoy, one after the other; their statuses. */
  ask(times: number): Promise<number[]>
  edge(query: string, source: string, target: string): Promise<GraphEdge | undefined>
}

async function start(t: TestContext): Promise<Watched> {
  const [client, server] = [loopback(), loopback()]
  const web = await httpUpstream(t, { name: 'web' })
  const store = await tcpUpstream(t, { name: 'store', address: loopback(), port: 9001 })
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({
          ...{ workload: 'shop/client', address: client, account: 'client' },
          calls: [
            { port: HTTP, protocol: 'HTTP' },
            { port: TCP, protocol: 'TCP' },
          ],
        }),
        workload({
          ...{ workload: 'shop/web-1', address: server, account: 'web' },
          labels: { app: 'web', version: 'v1' },
          serves: [{ port: 8080, protocol: 'HTTP', application: web.port }],
        }),
        workload({ workload: 'shop/store-0', address: store.address, labels: { app: 'store' } }),
        service('shop/web', { app: 'web' }, `http:${HTTP}:8080`),
        service('shop/store', { app: 'store' }, `tcp:${TCP}:9001`),
      ),
      'rules.yaml': '',
    },
    proxies: ['shop/client', 'shop/web-1'],
  })
  const http = await openHttp({ address: '127.0.0.1:0', data: testFolder(t) })
  if (isProblem(http)) throw new Error(http.text)
  t.after(() => http.close())
  http.ready(mesh.app)
  return {
    ...{ mesh, client, url: `http://${http.address}` },
    ask: async (times) => {
      const statuses: number[] = []
      for (let count = 0; count < times; count++) {
        const { status } = await request({ address: client, port: HTTP, host: 'web' })
        statuses.push(status)
      }
      return statuses
    },
    edge: async (by, source, target) => {
      const wanted = { by: by === 'workload' ? 'workload' : 'service', window: 300 } as const
      const { edges } = await mesh.app.graph(wanted)
      return edges.find((edge) => edge.source === source && edge.target === target)
    },
  }
}

test('the graph counts each request once, with who, what and how', { skip }, async (t) => {
  const { client, ask, edge, url } = await start(t)
  assert.deepEqual(new Set(await ask(50)), new Set([200]))
  const found = await waitFor(
    'all 50 requests to be reported',
    () => edge('workload', 'shop/client', 'shop/web-1'),
    (now) => now?.requests === 50 && now.p50 !== undefined && now.bytesReceived > 0,
    SOON,
  )
  const { protocol, reporter, mutualTls, errors, statuses, p50 = 0, p99 = 0 } = found!
  assert.deepEqual(
    { protocol, reporter, mutualTls, errors, statuses },
    { protocol: 'http', reporter: 'client', mutualTls: 'all', errors: 0, statuses: { '2xx': 50 } },
  )
  assert.ok(p50 > 0 && p99 >= p50)
  const answer = await fetch(`${url}/api/v1/graph?by=workload`)
  const graph = (await answer.json()) as Graph
  assert.deepEqual(
    graph.nodes.map(({ workload, service, version }) => [workload, service, version]),
    [
      ['client', 'client', 'latest'],
      ['web-1', 'web', 'v1'],
    ],
  )

  const socket = connect(TCP, client)
  t.after(() => {
    socket.destroy()
  })
  await once(socket, 'connect')
  socket.write('hello\n')
  const open = await waitFor(
    'the open TCP connection',
    () => edge('service', 'shop/client', 'shop/store'),
    (now) => now !== undefined && now.bytesSent > 0 && now.requests > 0,
    SOON,
  )
  assert.deepEqual([open?.protocol, open?.requests, open?.mutualTls], ['tcp', 1, 'none'])
})

test('the page shows edges as they come, and a fault in red', {
  skip: skip || noBrowser,
}, async (t) => {
  const { mesh, url, ask } = await start(t)
  const { page, complaints } = await openPage(t, url)
  await page.getByText('No traffic yet.').waitFor(SOON)
  await page.getByLabel('Window').selectOption('15')
  let busy = true
  const traffic = (async () => {
    while (busy) await ask(5).catch(() => undefined)
  })()
  t.after(async () => {
    busy = false
    await traffic
  })
  const edge = page.locator('[data-edge="shop/client shop/web"]')
  await edge.waitFor(SOON)
  assert.match((await edge.getAttribute('class')) ?? '', /\bok\b/)
  assert.match((await edge.getAttribute('aria-label')) ?? '', /\/(s|min), p95 .*ms, mutual TLS$/)

  await mesh.edit(
    'rules.yaml',
    policy(
      'VirtualService',
      'shop/web',
      '{hosts: [web], http: [{fault: {abort: {httpStatus: 500, percentage: {value: 100}}}, route: [{destination: {host: web}}]}]}',
    ),
  )
  const turns = (level: string) =>
    waitFor(
      `the edge to be ${level}`,
      () => edge.getAttribute('class'),
      (now) => now?.split(' ').includes(level) ?? false,
      { ...SOON, timeout: 60_000 },
    )
  await turns('bad')
  await edge.focus()
  await page.keyboard.press('Enter')
  await page.locator('aside.details').getByText('fault injected by a policy').waitFor(SOON)
  await page.keyboard.press('Escape')
  await page.locator('aside.details').waitFor({ state: 'detached', ...SOON })
  await mesh.edit('rules.yaml', '')
  await turns('ok')

  await page.getByRole('link', { name: 'Proxies' }).click()
  const row = page.locator('tr', { hasText: 'shop/client' })
  await row.getByText('in sync').waitFor(SOON)
  mesh.write(
    'rules.yaml',
    policy('VirtualService', 'shop/web', '{hosts: [web], http: [{timout: 1s}]}'),
  )
  await page.getByRole('link', { name: 'Policies' }).click()
  await page
    .locator('tr', { hasText: /rules\.yaml:\d+/ })
    .first()
    .waitFor(SOON)
  assert.deepEqual(complaints, [])
})

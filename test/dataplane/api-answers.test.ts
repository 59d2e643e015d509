// Every path of the API on a mesh of real Envoys: what it answers is what the served OpenAPI says, when all is well and when it is not.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { isProblem } from '../../src/ca/problem.ts'
import { openHttp } from '../../src/dashboard/server.ts'
import { checkAnswer, describedBy, fits } from '../support/api-schema.ts'
import { skip, testFolder } from '../support/envoy.ts'
import { readEvents } from '../support/event-stream.ts'
import { rawExchange, request } from '../support/http.ts'
import { tellLoad } from '../support/load-agent.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { httpUpstream, tcpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const HTTP = 8000
const TCP = 9000
const SOON = { timeout: 60_000 }
const WEB = `outbound|${HTTP}||web.shop.svc.cluster.local`

/** For each path the questions that are asked there, by method; the description must have no other. */
const QUESTIONS: Readonly<Record<string, readonly string[]>> = {
  '/api/v1/status': [''],
  '/api/v1/summary': [''],
  '/api/v1/graph': ['', '?by=workload&window=300', '?ago=600', '?by=nonsense&window=x'],
  '/api/v1/history': [
    '?node=shop/web&window=300',
    '?node=shop/client&by=workload&window=1800',
    '?node=nobody',
  ],
  '/api/v1/saturation': [''],
  '/api/v1/services': [''],
  '/api/v1/services/{namespace}/{name}': [
    '/api/v1/services/shop/web',
    '/api/v1/services/shop/store',
  ],
  '/api/v1/workloads/{namespace}/{name}': [
    '/api/v1/workloads/shop/web-1',
    '/api/v1/workloads/shop/client',
  ],
  '/api/v1/objects': ['', '?kind=VirtualService&state=refused', '?search=web&limit=1&offset=1'],
  '/api/v1/objects/{kind}/{namespace}/{name}': [
    '/api/v1/objects/VirtualService/shop/web',
    '/api/v1/objects/VirtualService/shop/wrong',
  ],
  '/api/v1/config/{proxy}': [
    '/api/v1/config/client.shop',
    '/api/v1/config/web-1.shop?type=listener',
  ],
  '/api/v1/proxies/{proxy}': ['/api/v1/proxies/client.shop'],
  '/api/v1/proxies/{proxy}/resource': [
    `/api/v1/proxies/client.shop/resource?${new URLSearchParams({ type: 'cluster', name: WEB })}`,
  ],
  '/api/v1/certificates': [''],
  '/api/v1/ca': [''],
  '/api/v1/traffic': [''],
  '/api/v1/explain': [
    `?workload=shop/client&host=web:${HTTP}&path=/hello&to=shop/web-1`,
    '?workload=shop/client&host=nowhere',
  ],
  '/api/v1/openapi.json': [''],
}

/** Answered with an error that says what is wrong. */
const REFUSED: readonly (readonly [path: string, filled: string, status: number])[] = [
  ['/api/v1/services/{namespace}/{name}', '/api/v1/services/shop/none', 404],
  ['/api/v1/workloads/{namespace}/{name}', '/api/v1/workloads/shop/none', 404],
  ['/api/v1/objects/{kind}/{namespace}/{name}', '/api/v1/objects/Sidecar/shop/none', 404],
  ['/api/v1/config/{proxy}', '/api/v1/config/none.shop', 404],
  ['/api/v1/proxies/{proxy}', '/api/v1/proxies/none.shop', 404],
  ['/api/v1/proxies/{proxy}/resource', '/api/v1/proxies/client.shop/resource?type=secret', 400],
  ['/api/v1/explain', '/api/v1/explain', 400],
]

async function start(t: TestContext): Promise<{ mesh: TestMesh; url: string; client: string }> {
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
          ...{ workload: 'shop/web-1', address: server, labels: { app: 'web', version: 'v1' } },
          serves: [{ port: 8080, protocol: 'HTTP', application: web.port }],
        }),
        workload({ workload: 'shop/store-0', address: store.address, labels: { app: 'store' } }),
        service('shop/web', { app: 'web' }, `http:${HTTP}:8080`),
        service('shop/store', { app: 'store' }, `tcp:${TCP}:9001`),
      ),
      'rules.yaml': join(
        policy(
          'VirtualService',
          'shop/web',
          `{hosts: [web], http: [
            {match: [{uri: {prefix: /broken}}], fault: {abort: {httpStatus: 500, percentage: {value: 100}}}, route: [{destination: {host: web}}]},
            {route: [{destination: {host: web}, weight: 90}, {destination: {host: web, port: {number: ${HTTP}}}, weight: 10}]}]}`,
        ),
        policy('DestinationRule', 'shop/web', '{host: web, trafficPolicy: {outlierDetection: {}}}'),
        policy(
          'AuthorizationPolicy',
          'shop/web',
          '{selector: {matchLabels: {app: web}}, action: DENY, rules: [{to: [{operation: {paths: [/secret]}}]}]}',
        ),
        policy('VirtualService', 'shop/wrong', '{hosts: [wrong], http: [{timout: 1s}]}'),
      ),
    },
    proxies: ['shop/client', 'shop/web-1'],
  })
  const http = await openHttp({ address: '127.0.0.1:0', data: testFolder(t) })
  if (isProblem(http)) throw new Error(http.text)
  t.after(() => http.close())
  http.ready(mesh.app)
  tellLoad(t, mesh, 'shop/client')
  return { mesh, client, url: `http://${http.address}` }
}

test('answers on a real mesh are what the API says of itself', { skip }, async (t) => {
  const { mesh, url, client } = await start(t)
  const ask = (path: string) => request({ address: client, port: HTTP, host: `web:${HTTP}`, path })
  const { paths } = await describedBy(url)
  const streams = Object.entries(paths).filter(
    ([, { get }]) => get?.responses[200]['x-lotse-events'],
  )
  const readers = await Promise.all(
    streams.map(async ([path]) => {
      const query = path.endsWith('/tap') ? 'workload=shop/web-1' : 'by=service&window=15'
      return [path, await readEvents(t, `${url}${path}?${query}`)] as const
    }),
  )
  await mesh.synced()
  for (const path of ['/hello', '/broken', '/secret']) await ask(path)
  await rawExchange({ address: client, port: TCP, send: 'hello\n', until: /hello/ })
  await waitFor(
    'traffic of both kinds to be reported',
    async () => (await mesh.app.graph({ by: 'service', window: 300 })).edges,
    (edges) => edges.length >= 2 && edges.some(({ p99 }) => p99 !== undefined),
    SOON,
  )
  await waitFor(
    'the load of a proxy',
    () => mesh.app.signals.loads.of('shop/client'),
    (load) => load !== undefined,
    SOON,
  )

  await t.test('each question', async () => {
    const asked = Object.entries(paths).filter(
      ([, { get }]) => get && !get.responses[200]['x-lotse-events'],
    )
    assert.deepEqual(asked.map(([path]) => path).sort(), Object.keys(QUESTIONS).sort())
    for (const [path, questions] of Object.entries(QUESTIONS)) {
      for (const question of questions) {
        await checkAnswer(url, path, question.startsWith('/') ? question : `${path}${question}`)
      }
    }
    for (const [path, filled, status] of REFUSED) await checkAnswer(url, path, filled, { status })
  })

  await t.test('what is tried, and what may not be written', async () => {
    const path = '/api/v1/traffic/{namespace}/{name}'
    const filled = '/api/v1/traffic/shop/web'
    const body = { rule: 1, weights: [50, 50] }
    await checkAnswer(url, path, filled, { method: 'POST', body })
    await checkAnswer(url, path, filled, { method: 'PUT', body, status: 403 })
    const wrong = { rule: 7, weights: [1] }
    await checkAnswer(url, path, filled, { method: 'POST', body: wrong, status: 400 })
  })

  await t.test('each event of the streams', async () => {
    assert.deepEqual(readers.map(([path]) => path).sort(), ['/api/v1/events', '/api/v1/tap'])
    for (const [path, reader] of readers) {
      const shapes = paths[path]?.get?.responses[200]['x-lotse-events'] ?? {}
      const wanted = path.endsWith('/tap') ? ['requests'] : ['graph', 'summary']
      await waitFor(
        `events of ${path}`,
        async () => {
          await ask('/more')
          return reader.events.map(({ name }) => name)
        },
        (names) => wanted.every((name) => names.includes(name)),
        SOON,
      )
      for (const { name, data } of reader.events) {
        assert.ok(shapes[name], `${path} describes ${name}`)
        fits(shapes[name], JSON.parse(data), `${path} ${name}`)
      }
    }
  })
})

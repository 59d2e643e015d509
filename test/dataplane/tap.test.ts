// A tap on real Envoys: requests with the lines that decided about them, silence before and after, and listeners that stay as they are.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isProblem } from '../../src/ca/problem.ts'
import { openHttp } from '../../src/dashboard/server.ts'
import { printOrigin } from '../../src/model/origin.ts'
import type { Explained } from '../../src/model/tap.ts'
import { start } from '../support/command.ts'
import { skip, testFolder } from '../support/envoy.ts'
import { type EventReader, readEvents } from '../support/event-stream.ts'
import { rawExchange, request } from '../support/http.ts'
import { startMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { httpUpstream, tcpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const PORT = 8000
const SOON = { timeout: 60_000 }

test('a tapped workload tells its requests, with route and rule; the others stay silent', {
  skip,
}, async (t) => {
  const [client, server] = [loopback(), loopback()]
  const web = await httpUpstream(t, { name: 'web' })
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({
          ...{ workload: 'shop/client', address: client, account: 'client' },
          calls: [{ port: PORT, protocol: 'HTTP' }],
        }),
        workload({
          ...{ workload: 'shop/web-1', address: server, account: 'web' },
          labels: { app: 'web' },
          serves: [{ port: 8080, protocol: 'HTTP', application: web.port }],
        }),
        service('shop/web', { app: 'web' }, `http:${PORT}:8080`),
      ),
      'route.yaml': policy(
        'VirtualService',
        'shop/web',
        `{hosts: [web], http: [
          {match: [{uri: {prefix: /old}}], redirect: {uri: /new}},
          {match: [{headers: {user-agent: {prefix: robot}}}], timeout: 9s, route: [{destination: {host: web}}]},
          {match: [{uri: {prefix: /hidden}, headers: {x-debug: {exact: 'yes'}}}], timeout: 8s, route: [{destination: {host: web}}]},
          {route: [{destination: {host: web}}]}]}`,
      ),
      'rules.yaml': policy(
        'AuthorizationPolicy',
        'shop/web',
        '{selector: {matchLabels: {app: web}}, action: DENY, rules: [{to: [{operation: {paths: [/other]}}]}, {to: [{operation: {paths: [/secret]}}]}]}',
      ),
    },
    proxies: ['shop/client', 'shop/web-1'],
  })
  const http = await openHttp({ address: '127.0.0.1:0', data: testFolder(t) })
  if (isProblem(http)) throw new Error(http.text)
  t.after(() => http.close())
  http.ready(mesh.app)
  const ask = (path: string, headers = {}) =>
    request({ ...{ address: client, port: PORT, host: 'web', path }, headers })
  const written = async (name: string) =>
    (await mesh.envoy(name).stat('access_logs.grpc_access_log.logs_written')) ?? 0

  await ask('/before')
  const resources = mesh.sent().resources
  const url = `http://${http.address}/api/v1/tap?workload=`
  const [calls, served] = [
    await readEvents(t, `${url}shop/client`),
    await readEvents(t, `${url}shop/web-1`),
  ]
  await mesh.synced()
  assert.equal(mesh.sent().resources - resources, 2, 'one runtime a proxy, and nothing else')
  assert.equal(await written('shop/client'), 0, 'nothing was told before')

  const seen = (reader: EventReader, path: string, headers = {}) =>
    waitFor(
      `${path} to be told`,
      async () => {
        await ask(`${path}?query=private`, headers)
        return requestsOf(reader).find((one) => one.path === path)
      },
      (one) => one !== undefined,
      SOON,
    ) as Promise<Explained>

  const sent = await seen(calls, '/hello')
  const { direction, method, host, status, cluster, upstream } = sent
  assert.deepEqual(
    { direction, method, host, status, cluster, upstream },
    {
      ...{ direction: 'out', method: 'GET', host: 'web', status: 200, upstream: `${server}:8080` },
      cluster: `outbound|${PORT}||web.shop.svc.cluster.local`,
    },
  )
  assert.ok((sent.duration ?? 0) > 0)
  assert.match(sent.steps[0]?.place ?? '', /route\.yaml:\d+:\d+$/)

  const rules = mesh.app.mesh().tables.VirtualService.rows.get('shop/web')!
  const placeOf = (...path: (string | number)[]) => printOrigin(rules.at(path))
  for (const [path, headers, place] of [
    ['/any', {}, placeOf('spec', 'http', 3)],
    ['/robots', { 'user-agent': 'robot/1' }, placeOf('spec', 'http', 1)],
    ['/old', {}, placeOf('spec', 'http', 0)],
    // Whether this had the header that its rule asks for, Envoy does not tell.
    ['/hidden', { 'x-debug': 'yes' }, placeOf()],
  ] as const) {
    const told = await seen(calls, path, headers)
    assert.deepEqual([path, told.steps[0]?.place], [path, place])
    assert.ok(!JSON.stringify(told).includes('robot/'), 'what was sent is not told')
  }

  const denied = await seen(served, '/secret')
  assert.deepEqual([denied.direction, denied.status], ['in', 403])
  assert.match(denied.caller, /\/ns\/shop\/sa\/client$/)
  const rule = denied.steps.find(({ what }) => what === 'rule')
  assert.match(rule?.name ?? '', /AuthorizationPolicy shop\/web rule 1/)
  assert.match(rule?.place ?? '', /rules\.yaml:\d+:\d+$/)

  assert.ok((await written('shop/client')) > 0, 'Envoy counts what it tells')
  const lotse = (...args: readonly string[]) =>
    start(t, fileURLToPath(new URL('../../bin/lotse', import.meta.url)), [
      ...args,
      ...['--http', http.address],
    ])
  const line = lotse('tap', 'shop/client', '--count', '1')
  await waitFor(
    'lotse tap to end',
    async () => {
      await ask('/shown')
      return Promise.race([line.ended, new Promise((then) => setTimeout(then, 100, undefined))])
    },
    (ended) => ended !== undefined,
    SOON,
  )
  const { code, stdout } = await line.ended
  assert.equal(code, 0)
  // Which of the requests so far comes first is Envoy's to say, which tells them in batches.
  const told = /out {2}(200 {2}GET {2}web\/(shown|hello)|403 {2}GET {2}web\/secret)/
  assert.match(stdout, told)
  assert.match(stdout, /\n.*route.*route\.yaml:\d+:\d+/)
  const list = await lotse('config', 'shop/client').ended
  const row = /^(route|virtualHost)\s+(\S+)\s+\S*route\.yaml:\d+/m.exec(list.stdout)
  assert.ok(row, list.stdout)
  const [, type = '', name = ''] = row
  const one = await lotse('config', 'shop/client', '--type', type, '--name', name).ended
  assert.match(one.stdout, /redirect.*# from .*route\.yaml:\d+|# from .*route\.yaml:\d+/)
  const question = [
    '--workload',
    'shop/client',
    '--host',
    'web',
    '--path',
    '/secret',
    '--to-workload',
    'shop/web-1',
  ]
  const explained = await lotse('explain', ...question).ended
  assert.equal(explained.code, 1, explained.stderr)
  assert.match(explained.stdout, /rules\.yaml:\d+:\d+\nverdict +denied/)
  // The graph knows what proxies have reported, which they do every few seconds.
  await waitFor(
    'the edge to be reported',
    async () => (await lotse('edges', 'shop/web', '--window', '300').ended).stdout,
    (printed) => /shop\/client +shop\/web +http .*2xx:\d+/.test(printed),
    SOON,
  )
  calls.close()
  served.close()
  await waitFor(
    'the taps to be gone',
    async () => mesh.app.taps.has('shop/client'),
    (on) => !on,
    SOON,
  )
  await mesh.synced()
  const before = await written('shop/client')
  for (let count = 0; count < 20; count++) await ask('/after')
  assert.equal(await written('shop/client'), before, 'nothing is told any more')

  const answer = await fetch(`${url}shop/nobody`)
  assert.equal(answer.status, 404)
})

test('the rule that let a request in, and connections that are only proxied', {
  skip,
}, async (t) => {
  const [client, server] = [loopback(), loopback()]
  const web = await httpUpstream(t, { name: 'web' })
  const store = await tcpUpstream(t, { name: 'store' })
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({
          ...{ workload: 'shop/client', address: client, account: 'client' },
          calls: [
            { port: PORT, protocol: 'HTTP' },
            { port: 9000, protocol: 'TCP' },
          ],
        }),
        workload({
          ...{ workload: 'shop/web-1', address: server, labels: { app: 'web' } },
          serves: [
            { port: 8080, protocol: 'HTTP', application: web.port },
            { port: 9001, protocol: 'TCP', application: store.port },
          ],
        }),
        service('shop/web', { app: 'web' }, `http:${PORT}:8080`),
        service('shop/store', { app: 'web' }, 'tcp:9000:9001'),
      ),
      'rules.yaml': policy(
        'AuthorizationPolicy',
        'shop/web',
        `{selector: {matchLabels: {app: web}}, action: ALLOW, rules: [
          {to: [{operation: {paths: [/first]}}]},
          {from: [{source: {principals: ["*/sa/client"]}}], to: [{operation: {paths: [/second]}}]},
          {to: [{operation: {ports: ["9001"]}}]}]}`,
      ),
    },
    proxies: ['shop/client', 'shop/web-1'],
  })
  const http = await openHttp({ address: '127.0.0.1:0', data: testFolder(t) })
  if (isProblem(http)) throw new Error(http.text)
  t.after(() => http.close())
  http.ready(mesh.app)
  const served = await readEvents(t, `http://${http.address}/api/v1/tap?workload=shop/web-1`)
  await mesh.synced()
  const ask = (path: string) => request({ address: client, port: PORT, host: 'web', path })
  const told = (what: string, act: () => Promise<unknown>, wanted: (one: Explained) => boolean) =>
    waitFor(
      `${what} to be told`,
      async () => {
        await act()
        return requestsOf(served).find(wanted)
      },
      (one) => one !== undefined,
      SOON,
    ) as Promise<Explained>
  const rulesOf = ({ steps }: Explained) => steps.filter(({ what }) => what === 'rule')

  const second = await told(
    'a request',
    () => ask('/second'),
    ({ path }) => path === '/second',
  )
  assert.equal(second.status, 200)
  const [rule] = rulesOf(second)
  assert.equal(rule?.name, 'AuthorizationPolicy shop/web rule 1')
  assert.match(rule?.place ?? '', /rules\.yaml:\d+:\d+$/)
  const third = await told(
    'a refused request',
    () => ask('/third'),
    ({ path }) => path === '/third',
  )
  assert.deepEqual(rulesOf(third), [
    { what: 'rule', name: 'no rule of the ALLOW policies lets it in' },
  ])

  const echoed = await rawExchange({ address: client, port: 9000, send: 'hello\n', until: /hello/ })
  assert.match(echoed, /hello/)
  const closed = await told(
    'a connection',
    async () => undefined,
    ({ event }) => event === 'closed',
  )
  const opened = requestsOf(served).find(({ event }) => event === 'opened')
  assert.deepEqual(
    [opened?.protocol, opened?.direction, opened?.cluster, opened?.upstream],
    ['TCP', 'in', 'inbound|9001||', `127.0.0.1:${store.port}`],
  )
  assert.match(closed.caller, /\/ns\/shop\/sa\/client$/)
  assert.ok(closed.bytesReceived > 0 && closed.bytesSent > 0)
})

function requestsOf({ events }: EventReader): Explained[] {
  return events
    .filter(({ name }) => name === 'requests')
    .flatMap(({ data }) => (JSON.parse(data) as { requests: Explained[] }).requests)
}

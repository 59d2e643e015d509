// Who may call which route of the HTTP side: every route with every kind of caller, and what one namespace is told of another.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Fastify from 'fastify'
import { openApp } from '../../src/app.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { guard } from '../../src/dashboard/access.ts'
import {
  type ApiTokenOrder,
  createApiToken,
  listApiTokens,
  revokeApiToken,
  verifyApiToken,
} from '../../src/dashboard/api-token.ts'
import { type HttpSide, openHttp } from '../../src/dashboard/server.ts'
import { shownTo } from '../../src/dashboard/shown.ts'
import type { Graph, GraphEdge } from '../../src/model/graph.ts'
import { testFolder } from '../support/envoy.ts'
import { waitFor } from '../support/wait.ts'
import { join as documents, policy, service, workload } from '../support/workload.ts'
import { XdsClient } from '../support/xds-client.ts'

function token(data: string, order: Partial<ApiTokenOrder> = {}, now = new Date()): string {
  const made = createApiToken(data, { role: 'read', ttl: 0, ...order }, now)
  assert.ok(!isProblem(made), JSON.stringify(made))
  return made.text
}

interface Answer {
  readonly status: number
  readonly body: string
}

/** All of an answer; of a stream its head or, if `told`, what comes until the status was told. */
function ask(
  http: HttpSide,
  path: string,
  text?: string,
  { method = 'GET', told = false } = {},
): Promise<Answer> {
  const port = Number(http.address.slice(http.address.lastIndexOf(':') + 1))
  const headers = text === undefined ? {} : { authorization: text }
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path, method, headers }, (incoming) => {
      let body = ''
      const status = incoming.statusCode ?? 0
      const end = () => resolve({ status, body })
      const streams = incoming.headers['content-type'] === 'text/event-stream'
      const leave = () => {
        end()
        outgoing.destroy()
      }
      if (streams && !told) return leave()
      incoming.on('data', (chunk) => {
        body += chunk
        if (streams && body.includes('event: summary') && body.endsWith('\n\n')) leave()
      })
      incoming.on('end', end)
      incoming.on('error', end)
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

async function open(t: TestContext, data: string, address = '0.0.0.0:0'): Promise<HttpSide> {
  const http = await openHttp({ address, data })
  assert.ok(!isProblem(http), JSON.stringify(http))
  t.after(() => http.close())
  return http
}

test('every route asks for a token, and for its role and scope', async (t) => {
  const data = testFolder(t)
  const http = await open(t, data)
  const admin = readFileSync(join(data, 'api-token'), 'utf8').trim()
  const revoked = token(data, { role: 'admin' })
  assert.ok(revokeApiToken(data, revoked.split('.')[1]!))
  const late = new Date(Date.now() - 10_000)
  const genuine = token(data, { role: 'admin' })
  const strangers = {
    ...{ nobody: undefined, empty: '', basic: 'Basic YTpi', bare: genuine, garbage: 'Bearer x' },
    ...{ revoked: `Bearer ${revoked}`, expired: `Bearer ${token(data, { ttl: 5 }, late)}` },
    changed: `Bearer ${genuine.slice(0, -1)}${genuine.endsWith('A') ? 'B' : 'A'}`,
    prefix: `Bearer ${admin.slice(0, -1)}`,
  }
  const callers = (['read', 'operate', 'admin'] as const).flatMap((role, rank) => [
    { rank, text: token(data, { role }), whole: true },
    { rank, text: token(data, { role, namespace: 'shop' }), whole: false },
  ])
  callers.push({ rank: 2, text: admin, whole: true })
  assert.ok(http.routes.length >= 9, 'they are listed')
  for (const { method, url, access } of http.routes) {
    const path = url.replace(/:\w+/g, 'x')
    const status = async (text?: string) => (await ask(http, path, text, { method })).status
    for (const [who, text] of Object.entries(strangers)) {
      const got = await status(text)
      if (access === 'open') assert.notEqual(got, 401, `${url} ${who}`)
      else assert.equal(got, 401, `${method} ${url} ${who}`)
    }
    if (access === 'open') continue
    const least = ['read', 'operate', 'admin'].indexOf(access.role)
    for (const { rank, text, whole } of callers) {
      const may: boolean = rank >= least && (whole || access.scope === 'namespace')
      const got: number = await status(`Bearer ${text}`)
      assert.equal(got !== 403 && got !== 401, may, `${method} ${url} ${rank} ${whole} ${got}`)
    }
  }
  assert.equal((await ask(http, '/api/v1/nowhere')).status, 401, 'not even what there is not')
  assert.equal((await ask(http, '/api/v1/nowhere', `Bearer ${admin}`)).status, 404)
})

test('on loopback nobody needs a token, and a token that is shown counts', async (t) => {
  const data = testFolder(t)
  const http = await open(t, data, '127.0.0.1:0')
  assert.equal((await ask(http, '/metrics')).status, 200)
  const bound = token(data, { namespace: 'shop' })
  assert.equal((await ask(http, '/metrics', `Bearer ${bound}`)).status, 403)
  assert.equal((await ask(http, '/metrics', 'Bearer x')).status, 401)
})

test('a route that does not say who may call it is no route; roles build on each other', async (t) => {
  const data = testFolder(t)
  const server = Fastify()
  t.after(() => server.close())
  guard(server, { data, demandToken: true, adminToken: undefined, now: () => new Date() })
  assert.throws(() => server.get('/forgotten', async () => 'x'), /does not say who may call it/)
  for (const role of ['read', 'operate', 'admin'] as const) {
    const config = { access: { role, scope: 'mesh' } } as const
    server.post(`/${role}`, { config }, async ({ caller }) => caller.role)
  }
  const status = async (role: 'read' | 'operate' | 'admin', url: string) => {
    const headers = { authorization: `Bearer ${token(data, { role })}` }
    return (await server.inject({ method: 'POST', url, headers })).statusCode
  }
  const rows = { read: [200, 403, 403], operate: [200, 200, 403], admin: [200, 200, 200] }
  for (const [role, expected] of Object.entries(rows)) {
    const got = []
    for (const url of ['/read', '/operate', '/admin']) got.push(await status(role as 'read', url))
    assert.deepEqual(got, expected, role)
  }
})

test('tokens are kept as hashes, readable by their owner only', (t) => {
  const data = testFolder(t)
  const text = token(data, { role: 'operate', namespace: 'shop', ttl: 60 })
  const [, id = '', secret = ''] = text.split('.')
  const folder = join(data, 'api-tokens')
  for (const name of readdirSync(folder)) {
    assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600)
    assert.ok(!readFileSync(join(folder, name), 'utf8').includes(secret))
  }
  assert.ok(!JSON.stringify(listApiTokens(data)).includes(secret))
  const now = new Date()
  assert.equal(verifyApiToken(data, text, now)?.namespace, 'shop')
  assert.equal(verifyApiToken(data, text, new Date(now.getTime() + 61_000)), undefined)
  for (const other of ['', text.slice(0, -1), `${text}A`, text.replace(id, '../../etc/passwd')]) {
    assert.equal(verifyApiToken(data, other, now), undefined, other)
  }
  // A damaged or edited record is no token, and breaks nothing.
  writeFileSync(join(folder, `${id}.json`), '{"role":"admin"')
  assert.equal(verifyApiToken(data, text, now), undefined)
  assert.deepEqual(listApiTokens(data), [])
  for (const order of [{ namespace: 'Shop' }, { namespace: '../x' }, { ttl: -1 }]) {
    const refused = createApiToken(data, { role: 'read', ttl: 0, ...order }, now)
    assert.ok(isProblem(refused) && refused.code === 'L0432')
  }
})

/** Two namespaces with a proxy and something wrong each. */
const MESH = documents(
  workload({ workload: 'shop/web', address: '127.9.1.1', labels: { app: 'web' } }),
  service('shop/web', { app: 'web' }, 'http:80'),
  workload({ workload: 'bank/till', address: '127.9.1.2', labels: { app: 'till' } }),
  policy(
    'VirtualService',
    'shop/own',
    '{hosts: [web], http: [{route: [{destination: {host: nobody}}]}]}',
  ),
  policy(
    'VirtualService',
    'shop/other',
    '{hosts: [web], http: [{route: [{destination: {host: vault.bank}}]}]}',
  ),
  policy(
    'VirtualService',
    'bank/own',
    '{hosts: [vault], http: [{route: [{destination: {host: safe}}]}]}',
  ),
  policy('AuthorizationPolicy', 'bank/secret', '{action: DENY}'),
)

test("the user of a namespace is told nothing of another's", async (t) => {
  const folder = testFolder(t)
  writeFileSync(join(folder, 'mesh.yaml'), MESH)
  const data = join(folder, 'data')
  const app = await openApp({
    ...{
      config: [join(folder, 'mesh.yaml')],
      data,
      xds: '127.0.0.1:0',
      plaintextXds: '127.0.0.1:0',
    },
    log: () => undefined,
  })
  assert.ok(!isProblem(app), JSON.stringify(app))
  t.after(() => app.close())
  const http = await open(t, data)
  http.ready(app)
  for (const name of ['web.shop', 'till.bank']) {
    const node = { id: `sidecar~127.9.1.9~${name}~x` }
    const client = new XdsClient({ address: app.plaintextXds!, mode: 'delta', node }).connect()
    t.after(() => client.disconnect())
    client.subscribe('cluster', ['*'])
  }
  await waitFor('two proxies', () => app.services.flatMap((s) => s.streams()).length === 2)
  const bound = `Bearer ${token(data, { role: 'admin', namespace: 'shop' })}`
  const admin = `Bearer ${token(data, { role: 'read' })}`
  const at = (url: string, proxy: string, namespace: string, name: string) =>
    url
      .replace(/:proxy/, proxy)
      .replace(/:kind/, 'VirtualService')
      .replace(/:namespace/, namespace)
      .replace(/:name/, name)
  for (const { url, access, method } of http.routes) {
    if (access === 'open' || access.scope !== 'namespace' || method !== 'GET') continue
    const own = await ask(http, at(url, 'web.shop', 'shop', 'own'), bound, { told: true })
    // Its own rule names vault.bank, and so do the configuration of its own proxy and the rule itself.
    const foreign = /:proxy|:kind/.test(url) ? /\btill\b/ : /\b(bank|till|vault|safe)\b/
    assert.ok(!foreign.test(own.body), `${url}: ${own.body.slice(0, 500)}`)
    if (!url.includes(':')) continue
    // What is another's looks like what is not there at all.
    for (const name of ['own', 'till']) {
      const theirs = await ask(http, at(url, 'till.bank', 'bank', name), bound)
      const nothing = await ask(http, at(url, 'tell.bonk', 'bonk', name), bound)
      assert.deepEqual(theirs, {
        status: nothing.status,
        body: nothing.body.replaceAll('bonk', 'bank').replaceAll('tell', 'till'),
      })
    }
  }
  const whole = await ask(http, '/api/v1/status', admin)
  assert.match(whole.body, /till\.bank/)
  const own = await ask(http, '/api/v1/status', bound)
  assert.match(own.body, /web\.shop/)
  assert.match(own.body, /nobody/, 'its own mistakes in full')
  assert.match(own.body, /another namespace, of which this token is told nothing/)
  assert.equal((await ask(http, '/api/v1/config/till.bank', bound)).status, 404)
  assert.equal((await ask(http, '/api/v1/config/till.bank', admin)).status, 200)
  assert.equal((await ask(http, '/api/v1/config/web.shop', bound)).status, 200)
})

test('in the graph of a namespace all others are one', async () => {
  const node = (id: string, namespace: string, kind: 'service' | 'outside' = 'service') => ({
    ...{ id, kind, namespace, service: id, workload: '', version: '' },
  })
  const edge = (source: string, target: string, requests: number): GraphEdge => ({
    ...{ source, target, requests, protocol: 'http', reporter: 'client', mutualTls: 'all' },
    ...{ rate: requests / 10, errors: 1, errorShare: 1 / requests, statuses: { '2xx': requests } },
    ...{ flags: [], p50: 1, bytesSent: 10, bytesReceived: 20 },
  })
  const graph: Graph = {
    ...{ window: 10, by: 'service', at: '' },
    nodes: [
      node('web', 'shop'),
      node('till', 'bank'),
      node('safe', 'bank'),
      node('client', '', 'outside'),
    ],
    edges: [
      edge('till', 'web', 10),
      edge('safe', 'web', 30),
      edge('till', 'safe', 5),
      edge('client', 'web', 7),
    ],
  }
  const app = { graph: () => graph, services: [] } as never
  const { nodes, edges } = await shownTo(app, 'shop').graph({ by: 'service', window: 10 })
  assert.deepEqual(nodes.map(({ id }) => id).sort(), ['client', 'elsewhere', 'web'])
  const [merged, client] = edges
  assert.deepEqual([merged?.source, merged?.requests, merged?.p50], ['elsewhere', 40, undefined])
  assert.deepEqual([merged?.statuses, merged?.errorShare], [{ '2xx': 40 }, 0.05])
  assert.deepEqual([client?.source, client?.p50, edges.length], ['client', 1, 2])
})

// DestinationRule and AuthorizationPolicy on real Envoys: limits, ejection, stickiness, and who may do what from one request to the next.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { skip } from '../support/envoy.ts'
import { type HttpRequest, keepAlive, rawExchange, request } from '../support/http.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { type Echo, httpUpstream, tcpUpstream, type Upstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const PORT = 8000

interface Bare {
  readonly mesh: TestMesh
  readonly servers: readonly Upstream[]
  ask(
    options?: Partial<HttpRequest>,
  ): Promise<{ status: number; body: string; by: string; cookie: string }>
  stat(name: string): Promise<number>
  /** Replaces the DestinationRule of `web`; more documents follow it. */
  destination(spec: string, ...rest: string[]): Promise<void>
}

/** Three servers without proxies behind one client. */
async function bare(t: TestContext): Promise<Bare> {
  const client = loopback()
  const servers = await Promise.all(
    ['s1', 's2', 's3'].map((name) => httpUpstream(t, { name, address: loopback(), port: 8080 })),
  )
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({
          ...{ workload: 'shop/client', address: client },
          calls: [{ port: PORT, protocol: 'HTTP' }],
        }),
        ...servers.map(({ name, address }) =>
          workload({ workload: `shop/${name}`, address, labels: { app: 'web', name } }),
        ),
        service('shop/web', { app: 'web' }, `http:${PORT}:8080`),
      ),
      'rules.yaml': '',
    },
    proxies: ['shop/client'],
  })
  return {
    ...{ mesh, servers },
    ask: async (options = {}) => {
      const answer = await request({ address: client, port: PORT, host: 'web', ...options })
      const by = answer.body.startsWith('{') ? answer.json<Echo>().name : ''
      const cookie = String(answer.headers['set-cookie'] ?? '')
      return { status: answer.status, body: answer.body, by, cookie }
    },
    stat: (name) =>
      mesh
        .envoy('shop/client')
        .stat(`cluster.outbound|${PORT}||web.shop.svc.cluster.local.${name}`),
    destination: (spec, ...rest) =>
      mesh.edit(
        'rules.yaml',
        join(policy('DestinationRule', 'shop/web', `{host: web, ${spec}}`), ...rest),
      ),
  }
}

test('traffic policies', { skip }, async (t) => {
  const b = await bare(t)
  const all = b.servers.map(({ name }) => name)
  const askMany = (count: number, options?: Partial<HttpRequest>) =>
    Promise.all(Array.from({ length: count }, () => b.ask(options)))
  const answering = async (count: number, options?: Partial<HttpRequest>) =>
    [...new Set((await askMany(count, options)).map(({ by }) => by))].sort()

  await t.test('a key leads to the same server', async () => {
    const hash = (text: string) =>
      b.destination(`trafficPolicy: {loadBalancer: {consistentHash: ${text}}}`)
    for (const algorithm of ['', ', maglev: {}', ', ringHash: {minimumRingSize: 64}']) {
      await hash(`{httpHeaderName: x-user${algorithm}}`)
      const used = new Set<string>()
      // Where the servers lie on the ring is chance, as their addresses are: some user meets each of them.
      for (let user = 0; user < 30 || (used.size < all.length && user < 500); user++) {
        const names = await answering(4, { headers: { 'x-user': `user-${user}` } })
        assert.equal(names.length, 1, `user-${user} is always with one of them`)
        used.add(names[0]!)
      }
      assert.deepEqual([...used].sort(), all, 'different users spread')
    }
    await hash('{httpQueryParameterName: user}')
    assert.equal((await answering(8, { path: '/?user=ann' })).length, 1)
    await hash('{useSourceIp: true}')
    assert.equal((await answering(8)).length, 1)
    await hash('{httpCookie: {name: session, ttl: 60s}}')
    const first = await b.ask()
    const value = /session="?([^";]+)/.exec(first.cookie)?.[1]
    assert.ok(value, `a cookie is given: ${first.cookie}`)
    const cookie = `session=${value}`
    assert.deepEqual(await answering(12, { headers: { cookie } }), [first.by])
    // The key comes from the route as well, so rules keep it.
    await b.destination(
      'trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: x-user}}}',
      policy(
        'VirtualService',
        'shop/web',
        '{hosts: [web], http: [{route: [{destination: {host: web}}]}]}',
      ),
    )
    assert.equal((await answering(8, { headers: { 'x-user': 'ann' } })).length, 1)
  })

  await t.test('without a key requests go to all; subsets go by label', async () => {
    for (const simple of ['ROUND_ROBIN', 'RANDOM', 'LEAST_REQUEST']) {
      await b.destination(`trafficPolicy: {loadBalancer: {simple: ${simple}}}`)
      assert.deepEqual(await answering(60), all, simple)
    }
    await b.destination(
      'subsets: [{name: first, labels: {name: s1}}, {name: whole}]',
      policy(
        'VirtualService',
        'shop/web',
        `{hosts: [web], http: [
          {match: [{uri: {prefix: /first}}], route: [{destination: {host: web, subset: first}}]},
          {route: [{destination: {host: web, subset: whole}}]}]}`,
      ),
    )
    assert.deepEqual(await answering(20, { path: '/first' }), ['s1'])
    assert.deepEqual(await answering(60), all, 'a subset without labels has all')
  })

  await t.test('endpoints have weights', async () => {
    const [light, heavy] = b.servers
    const endpoints = `[{address: ${light!.address}, weight: 10}, {address: ${heavy!.address}, weight: 90}]`
    await b.destination(
      'trafficPolicy: {loadBalancer: {simple: RANDOM}}',
      policy(
        'ServiceEntry',
        'shop/weighted',
        `{hosts: [weighted.test], resolution: STATIC, location: MESH_INTERNAL,
          ports: [{number: ${PORT}, name: http, protocol: HTTP, targetPort: 8080}], endpoints: ${endpoints}}`,
      ),
      policy(
        'DestinationRule',
        'shop/weighted',
        '{host: weighted.test, trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}}',
      ),
    )
    const answers = await askMany(100, { host: 'weighted.test' })
    const few = answers.filter(({ by }) => by === light!.name).length
    assert.ok(few >= 5 && few <= 15, `${few} of 100`)
    assert.equal(answers.filter(({ by }) => by === heavy!.name).length, 100 - few)
  })

  await t.test('more than the pool holds is refused at once', async () => {
    const pool = 'connectionPool: {tcp: {maxConnections: 1}, http: {http1MaxPendingRequests: 1}}'
    await b.destination(`trafficPolicy: {${pool}}`)
    // Long enough that all twelve have come before one is answered.
    for (const server of b.servers) server.behave({ delay: 1000 })
    const answers = await askMany(12)
    const refused = answers.filter(({ status }) => status === 503)
    assert.ok(refused.length >= 6, `${refused.length} refused`)
    assert.ok(answers.some(({ status }) => status === 200))
    assert.match(refused[0]!.body, /overflow/)
    assert.equal(await b.stat('upstream_rq_pending_overflow'), refused.length)
    const port = `portLevelSettings: [{port: {number: ${PORT}}, loadBalancer: {simple: RANDOM}}]`
    await b.destination(`trafficPolicy: {${pool}, ${port}}`)
    const open = await askMany(12)
    assert.ok(
      open.every(({ status }) => status === 200),
      'settings of a port replace the others',
    )
    for (const server of b.servers) server.behave({})
  })

  await t.test('a server that fails is ejected; when all are, the answer is 503', async () => {
    const outlier = (rest: string) =>
      b.destination(`trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}, outlierDetection: {
        consecutive5xxErrors: 2, interval: 1s, baseEjectionTime: 60s, ${rest}}}`)
    await outlier('maxEjectionPercent: 50')
    const [sick] = b.servers
    sick!.behave({ status: 500 })
    await waitFor('the ejection', async () => {
      await askMany(6)
      return b.stat('outlier_detection.ejections_active')
    })
    sick!.behave({})
    assert.deepEqual(await answering(30), ['s2', 's3'])
    assert.equal(sick!.received.length, 0)

    await outlier('maxEjectionPercent: 100')
    for (const server of b.servers) server.behave({ status: 500 })
    await waitFor(
      'all to be ejected',
      async () => (await askMany(6)).map(({ body }) => body),
      (bodies) => bodies.every((body) => body === 'no healthy upstream'),
    )
    for (const server of b.servers) server.behave({})
    const none = await b.ask()
    assert.deepEqual([none.status, none.body], [503, 'no healthy upstream'], 'nobody panics')
    await outlier('splitExternalLocalOriginErrors: true')
    assert.deepEqual(await answering(30), all)
  })

  await t.test('nothing was refused by Envoy', () => {
    assert.equal(b.mesh.sent().nacks, 0)
  })
})

interface Guarded {
  readonly mesh: TestMesh
  readonly application: Upstream
  readonly clients: Readonly<Record<'buyer' | 'thief', string>>
  readonly server: string
  status(client: 'buyer' | 'thief', options?: Partial<HttpRequest>): Promise<number>
  line(client: 'buyer' | 'thief'): Promise<string>
  policies(...specs: string[]): Promise<void>
}

async function guarded(t: TestContext): Promise<Guarded> {
  const clients = { buyer: loopback(), thief: loopback() }
  const server = loopback()
  const application = await httpUpstream(t, { name: 'application' })
  const lines = await tcpUpstream(t, { name: 'lines' })
  const calls = [
    { port: PORT, protocol: 'HTTP' },
    { port: 9000, protocol: 'TCP' },
  ]
  const serves = [
    { port: 8080, protocol: 'HTTP', application: application.port },
    { port: 9080, protocol: 'TCP', application: lines.port },
  ]
  const { buyer, thief } = clients
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({ workload: 'shop/buyer', address: buyer, account: 'buyer', calls }),
        workload({ workload: 'street/thief', address: thief, account: 'thief', calls }),
        workload({ workload: 'shop/web', address: server, labels: { app: 'web' }, serves }),
        service('shop/web', { app: 'web' }, `http:${PORT}:8080`),
        service('shop/lines', { app: 'web' }, 'tcp:9000:9080'),
        policy('PeerAuthentication', 'shop/strict', '{mtls: {mode: STRICT}}'),
      ),
      'policies.yaml': '',
    },
    proxies: ['shop/buyer', 'street/thief', 'shop/web'],
  })
  const host = 'web.shop'
  return {
    ...{ mesh, application, clients, server },
    status: async (client, options = {}) =>
      (await request({ address: clients[client], port: PORT, host, ...options })).status,
    line: (client) =>
      rawExchange({ address: clients[client], port: 9000, send: 'hello', until: /hello/ }).catch(
        () => '',
      ),
    policies: (...specs) =>
      mesh.edit(
        'policies.yaml',
        join(...specs.map((spec, index) => policy('AuthorizationPolicy', `shop/p${index}`, spec))),
      ),
  }
}

const BUYER = 'from: [{source: {principals: ["cluster.local/ns/shop/sa/buyer"]}}]'
const ONLY_GET_API = `{action: ALLOW, rules: [{${BUYER}, to: [{operation: {methods: [GET], paths: ["/api", "/api/*"]}}]}]}`

test('authorization', { skip }, async (t) => {
  const g = await guarded(t)
  const listeners = async () => {
    const held = await g.mesh.envoy('shop/web').resources('listener')
    return held.map(({ name, version, state }) => `${name} ${version} ${state}`).sort()
  }

  await t.test('only one account, only GET, only /api', async () => {
    assert.equal(await g.status('thief', { path: '/api' }), 200, 'without a policy all may')
    await g.policies(ONLY_GET_API)
    const rows: [client: 'buyer' | 'thief', options: Partial<HttpRequest>, status: number][] = [
      ['buyer', { path: '/api' }, 200],
      ['buyer', { path: '/api/x?y' }, 200],
      ['buyer', { path: '/apis' }, 403],
      ['buyer', { path: '/api', method: 'POST' }, 403],
      ['buyer', { path: '/api/../admin' }, 403],
      ['buyer', { path: '/' }, 403],
      ['thief', { path: '/api' }, 403],
    ]
    for (const [client, options, status] of rows) {
      assert.equal(await g.status(client, options), status, `${client} ${JSON.stringify(options)}`)
    }
    const forged = { 'x-forwarded-client-cert': 'URI=spiffe://cluster.local/ns/shop/sa/buyer' }
    assert.equal(await g.status('thief', { path: '/api', headers: forged }), 403)
  })

  await t.test('DENY comes first, nothing allows nothing, namespaces count', async () => {
    await g.policies(
      ONLY_GET_API,
      '{action: DENY, rules: [{to: [{operation: {paths: ["/api/secret"]}}]}]}',
    )
    assert.equal(await g.status('buyer', { path: '/api/secret' }), 403)
    assert.equal(await g.status('buyer', { path: '/api/open' }), 200)
    await g.policies('{}')
    assert.equal(await g.status('buyer', { path: '/api' }), 403)
    await g.policies('{action: DENY, rules: [{from: [{source: {namespaces: [street]}}]}]}')
    assert.deepEqual([await g.status('buyer'), await g.status('thief')], [200, 403])
    await g.policies('{selector: {matchLabels: {app: other}}}')
    assert.equal(await g.status('thief'), 200, 'it selects another workload')
  })

  await t.test('connections without HTTP', async () => {
    await g.policies(`{action: ALLOW, rules: [{${BUYER}}]}`)
    assert.deepEqual([await g.line('buyer'), await g.line('thief')], ['hello', ''])
    await g.policies()
    assert.equal(await g.line('thief'), 'hello')
  })

  await t.test('an open connection without HTTP ends with the chain that took it', async () => {
    const socket = connect(9000, g.clients.thief)
    t.after(() => socket.destroy())
    const closed = new Promise((resolve) => socket.on('close', resolve))
    socket.on('error', () => undefined)
    socket.write('hello')
    const [echo] = (await once(socket, 'data')) as [Buffer]
    assert.equal(echo.toString(), 'hello')
    await g.policies(`{action: ALLOW, rules: [{${BUYER}}]}`)
    assert.equal(await g.line('thief'), '', 'a new one at once')
    await closed
    await g.policies()
  })

  await t.test(
    'a changed policy reaches open connections, and no listener is touched',
    async () => {
      await g.policies()
      const before = await listeners()
      const kept = keepAlive({ address: g.clients.buyer, port: PORT, host: 'web.shop' })
      g.application.behave({})
      const connections = () =>
        g.mesh
          .envoy('shop/buyer')
          .stat(`cluster.outbound|${PORT}||web.shop.svc.cluster.local.upstream_cx_total`)
      const first = await kept.request({ path: '/admin' })
      assert.equal(first.status, 200)
      const opened = await connections()
      await g.policies(ONLY_GET_API)
      const second = await kept.request({ path: '/admin' })
      assert.equal(second.status, 403)
      await g.policies()
      const third = await kept.request({ path: '/admin' })
      assert.equal(third.status, 200)
      kept.close()
      assert.deepEqual([second.connection, third.connection], [first.connection, first.connection])
      assert.equal(await connections(), opened, 'between the proxies, too, it is one connection')
      assert.deepEqual(new Set(g.application.received.map(({ connection }) => connection)).size, 1)
      assert.deepEqual(await listeners(), before)
    },
  )

  await t.test('nothing was refused by Envoy', () => {
    assert.equal(g.mesh.sent().nacks, 0)
  })
})

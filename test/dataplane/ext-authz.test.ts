// AuthorizationPolicy CUSTOM on real Envoys with real authorizers over HTTP and gRPC: what they are asked, what becomes of their verdicts.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import {
  type AuthorizerServer,
  grpcAuthorizer,
  httpAuthorizer,
  type Verdict,
} from '../support/authorizers.ts'
import { skip } from '../support/envoy.ts'
import { type HttpRequest, keepAlive, rawExchange, request } from '../support/http.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { freePort, loopback } from '../support/ports.ts'
import { type Echo, httpUpstream, tcpUpstream, type Upstream } from '../support/upstreams.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const PORT = 8000
const LINES = 9000
const EDGE = 8080

interface Site {
  readonly mesh: TestMesh
  readonly app: Upstream
  readonly http: AuthorizerServer
  readonly grpc: AuthorizerServer
  readonly address: string
  policies(...specs: readonly string[]): Promise<void>
  ask(path: string, options?: Partial<HttpRequest>): ReturnType<typeof request>
  edge(path: string): Promise<number>
  line(): Promise<string>
}

const asked = (name: string, paths: string): string =>
  `{action: CUSTOM, provider: {name: ${name}}, rules: [{to: [{operation: {paths: [${paths}]}}]}]}`

function meshConfig(): string {
  const at = (name: string, more: object = {}) => ({
    ...{ service: `authz/${name}.authz.svc.cluster.local`, port: 9001, ...more },
  })
  const http = {
    pathPrefix: '/check',
    includeRequestHeadersInCheck: ['x-user', 'x-in-*'],
    includeAdditionalHeadersInCheck: { 'x-extra': 'fixed' },
    headersToUpstreamOnAllow: ['x-allowed-*'],
    headersToDownstreamOnDeny: ['x-denied'],
    headersToDownstreamOnAllow: ['x-told'],
    includeRequestBodyInCheck: { maxRequestBytes: 8, allowPartialMessage: true },
  }
  return JSON.stringify({
    apiVersion: 'mesh.istio.io/v1alpha1',
    kind: 'MeshConfig',
    metadata: { name: 'mesh' },
    extensionProviders: [
      { name: 'http', envoyExtAuthzHttp: at('http', http) },
      {
        name: 'grpc',
        envoyExtAuthzGrpc: at('grpc', { includeRequestBodyInCheck: { maxRequestBytes: 64 } }),
      },
      {
        name: 'impatient',
        envoyExtAuthzHttp: at('http', { timeout: '0.1s', statusOnError: '504' }),
      },
      { name: 'open', envoyExtAuthzHttp: at('dead', { failOpen: true }) },
      { name: 'open-grpc', envoyExtAuthzGrpc: at('dead', { failOpen: true }) },
      { name: 'shut', envoyExtAuthzHttp: at('dead') },
      { name: 'shut-grpc', envoyExtAuthzGrpc: at('dead', { statusOnError: '503' }) },
      { name: 'nowhere', envoyExtAuthzHttp: at('nobody') },
      {
        name: 'rerouting',
        envoyExtAuthzHttp: at('http', {
          ...{ pathPrefix: '/check', includeHeadersInCheck: ['x-user'], clearRouteCache: true },
          headersToUpstreamOnAllow: ['x-allowed-*'],
          includeRequestBodyInCheck: {
            maxRequestBytes: 8,
            allowPartialMessage: true,
            packAsBytes: true,
          },
        }),
      },
      {
        name: 'bytes',
        envoyExtAuthzGrpc: at('grpc', {
          ...{ clearRouteCache: true, timeout: '2s' },
          includeRequestBodyInCheck: {
            maxRequestBytes: 4,
            allowPartialMessage: true,
            packAsBytes: true,
          },
        }),
      },
      { name: 'odd', envoyExtAuthzHttp: at('http', { statusOnError: '299' }) },
      { name: 'log', envoyFileAccessLog: { path: '/dev/null' } },
    ],
  })
}

async function start(t: TestContext): Promise<Site> {
  const [address, edge, authz] = [loopback(), loopback(), loopback()]
  const app = await httpUpstream(t, { name: 'app' })
  const lines = await tcpUpstream(t, { name: 'lines' })
  const [http, grpc] = [await httpAuthorizer(t, authz), await grpcAuthorizer(t, authz)]
  const dead = await freePort(authz)
  const authorizer = (name: string, port: number, protocol: string) =>
    join(
      workload({ workload: `authz/${name}`, address: authz, labels: { app: name } }),
      service(`authz/${name}`, { app: name }, `${protocol}:9001:${port}`),
    )
  const serves = [
    { port: PORT, protocol: 'HTTP', application: app.port },
    { port: LINES, protocol: 'TCP', application: lines.port },
  ]
  const route = `route: [{destination: {host: web.shop.svc.cluster.local, port: {number: ${PORT}}}}]`
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        meshConfig(),
        workload({ workload: 'shop/web', address, labels: { app: 'web' }, serves }),
        service('shop/web', { app: 'web' }, `http:${PORT}`, `tcp:${LINES}`),
        workload({ workload: 'edge/gateway', address: edge, labels: { istio: 'edge' } }),
        policy(
          'Gateway',
          'edge/gateway',
          `{selector: {istio: edge}, servers: [{port: {number: ${EDGE}, name: http, protocol: HTTP}, bind: ${edge}, hosts: ["*"]}]}`,
        ),
        policy(
          'VirtualService',
          'edge/web',
          `{hosts: ["*"], gateways: [edge/gateway], http: [
            {match: [{headers: {x-allowed-to: {exact: b}}}], directResponse: {status: 299}}, {${route}}]}`,
        ),
        authorizer('http', http.port, 'http'),
        authorizer('grpc', grpc.port, 'grpc'),
        authorizer('dead', dead, 'http'),
      ),
      'policies.yaml': '',
    },
    proxies: ['shop/web', 'edge/gateway'],
  })
  const write = (specs: readonly string[]) =>
    join(
      ...specs.map((spec, index) =>
        policy(
          'AuthorizationPolicy',
          `${spec.startsWith('edge ') ? 'edge' : 'shop'}/p${index}`,
          spec.replace(/^edge /, ''),
        ),
      ),
    )
  return {
    ...{ mesh, app, http, grpc, address },
    // A policy whose provider cannot be asked is an error, and meant here.
    policies: (...specs) => mesh.edit('policies.yaml', write(specs), { errors: true }),
    ask: (path, options = {}) => request({ address, port: PORT, path, ...options }),
    edge: async (path) => (await request({ address: edge, port: EDGE, path })).status,
    line: () =>
      rawExchange({ address, port: LINES, send: 'hello', until: /hello/ }).catch(() => ''),
  }
}

const allow = (): Verdict => ({ status: 200 })

test('CUSTOM asks authorizers', { skip }, async (t) => {
  const s = await start(t)
  const status = async (path: string, options: Partial<HttpRequest> = {}) =>
    (await s.ask(path, options)).status

  await t.test('over HTTP: what it is asked, and what becomes of the verdict', async () => {
    await s.policies(asked('http', '"/h*"'))
    s.http.decide(({ headers }) =>
      headers['x-user'] === 'good'
        ? { status: 200, headers: { 'x-allowed-as': 'one', 'x-told': 'yes', 'x-else': 'no' } }
        : { status: 401, headers: { 'x-denied': 'why', 'x-else': 'no' }, body: 'who are you' },
    )
    assert.equal(await status('/other'), 200, 'nobody asks about it')
    assert.equal(s.http.asked.length, 0)
    const headers = { 'x-user': 'good', 'x-in-a': 'in', 'x-out': 'out', 'x-allowed-as': 'forged' }
    const good = await s.ask('/h/x?y=z', { headers, method: 'POST', body: '0123456789' })
    const [question] = s.http.asked
    assert.deepEqual(
      [question!.method, question!.path, question!.body],
      ['POST', '/check/h/x?y=z', '01234567'],
    )
    const { 'x-in-a': inside, 'x-out': outside, 'x-extra': extra } = question!.headers
    assert.deepEqual([inside, outside, extra], ['in', undefined, 'fixed'])
    assert.deepEqual(
      [good.status, good.headers['x-told'], good.headers['x-else']],
      [200, 'yes', undefined],
    )
    const echo = good.json<Echo>()
    assert.deepEqual([echo.headers['x-allowed-as'], echo.body], ['one', '0123456789'])
    const bad = await s.ask('/h', { headers: { 'x-user': 'bad' } })
    assert.deepEqual(
      [bad.status, bad.body, bad.headers['x-denied'], bad.headers['x-else']],
      [401, 'who are you', 'why', undefined],
    )
  })

  await t.test('over gRPC', async () => {
    await s.policies(asked('grpc', '"/g*"'))
    s.grpc.decide(({ headers }) =>
      headers['x-user'] === 'good'
        ? { status: 200, headers: { 'x-allowed-as': 'one' } }
        : { status: 402, headers: { 'x-denied': 'why' }, body: 'pay' },
    )
    const good = await s.ask('/g?y', { headers: { 'x-user': 'good' }, method: 'PUT', body: 'text' })
    assert.equal(good.json<Echo>().headers['x-allowed-as'], 'one')
    const { method, path, body, headers } = s.grpc.asked[0]!
    assert.deepEqual([method, path, body, headers['x-user']], ['PUT', '/g?y', 'text', 'good'])
    const bad = await s.ask('/g')
    assert.deepEqual([bad.status, bad.body, bad.headers['x-denied']], [402, 'pay', 'why'])
    assert.equal(await status('/g', { method: 'POST', body: 'x'.repeat(65) }), 413, 'too much')
  })

  await t.test('several providers of one workload, each about its own', async () => {
    await s.policies(asked('http', '"/h*", "/both"'), asked('grpc', '"/g*", "/both"'))
    const rows: [
      path: string,
      http: number,
      grpc: number,
      status: number,
      asked: [number, number],
    ][] = [
      ['/h', 200, 418, 200, [1, 0]],
      ['/g', 418, 200, 200, [0, 1]],
      ['/both', 200, 200, 200, [1, 1]],
      ['/both', 418, 200, 418, [1, 0]],
      ['/both', 200, 402, 402, [1, 1]],
      ['/', 418, 418, 200, [0, 0]],
    ]
    for (const [path, http, grpc, expected, counts] of rows) {
      s.http.decide(() => ({ status: http }))
      s.grpc.decide(() => ({ status: grpc }))
      const got = await status(path)
      const row = `${path} ${http} ${grpc}`
      assert.deepEqual([got, s.http.asked.length, s.grpc.asked.length], [expected, ...counts], row)
    }
  })

  await t.test('in the order CUSTOM, DENY, ALLOW', async () => {
    await s.policies(
      asked('http', '"/*"'),
      '{action: DENY, rules: [{to: [{operation: {paths: ["/d"]}}]}]}',
      '{action: ALLOW, rules: [{to: [{operation: {paths: ["/a", "/d"]}}]}]}',
    )
    for (const [verdict, path, expected] of [
      [200, '/a', 200],
      [200, '/d', 403],
      [200, '/', 403],
      [418, '/a', 418],
      [418, '/d', 418],
      [418, '/', 418],
    ] as const) {
      s.http.decide(() => ({ status: verdict }))
      assert.equal(await status(path), expected, `${verdict} ${path}`)
      assert.equal(s.http.asked.length, 1, 'it is asked before the others decide')
    }
  })

  await t.test(
    'who cannot be asked: failOpen, statusOnError, timeout, unknown and misconfigured',
    async () => {
      const names = [
        'open',
        'open-grpc',
        'shut',
        'shut-grpc',
        'impatient',
        'nowhere',
        'odd',
        'log',
        'none',
      ]
      await s.policies(...names.map((name) => asked(name, `"/${name}", "/${name}/*"`)))
      s.http.decide(() => ({ status: 200, hang: true }))
      const got = await Promise.all(names.map(async (name) => [name, await status(`/${name}/x`)]))
      assert.deepEqual(Object.fromEntries(got), {
        ...{ open: 200, 'open-grpc': 200, shut: 403, 'shut-grpc': 503, impatient: 504 },
        ...{ nowhere: 403, odd: 403, log: 403, none: 403 },
      })
      assert.equal(await status('/'), 200, 'what is not matched is not concerned')
      const told = s.mesh.app.diagnostics().filter(({ code }) => code === 'L0250')
      assert.equal(told.length, 4)
      for (const { text, origin } of told) {
        assert.match(text, /every request that the rules match is denied/)
        assert.ok(origin?.source.endsWith('policies.yaml'))
      }
    },
  )

  await t.test('a change reaches open connections, and no listener is touched', async () => {
    await s.policies()
    s.http.decide(() => ({ status: 418 }))
    const held = async () =>
      (await s.mesh.envoy('shop/web').resources('listener')).map(
        ({ name, version }) => `${name} ${version}`,
      )
    const before = await held()
    const kept = keepAlive({ address: s.address, port: PORT })
    t.after(() => kept.close())
    const first = await kept.request({ path: '/c' })
    await s.policies(asked('http', '"/c"'))
    const second = await kept.request({ path: '/c' })
    await s.policies(asked('http', '"/other"'))
    const third = await kept.request({ path: '/c' })
    assert.deepEqual([first.status, second.status, third.status], [200, 418, 200])
    assert.equal(new Set([first, second, third].map(({ connection }) => connection)).size, 1)
    assert.deepEqual(await held(), before)
  })

  await t.test(
    'connections without HTTP: by gRPC; what speaks only HTTP cannot be asked',
    async () => {
      const lines = (name: string) =>
        `{action: CUSTOM, provider: {name: ${name}}, rules: [{to: [{operation: {ports: ["${LINES}"]}}]}]}`
      await s.policies(lines('grpc'))
      s.grpc.decide(allow)
      assert.equal(await s.line(), 'hello')
      assert.equal(s.grpc.asked.length, 1)
      s.grpc.decide(() => ({ status: 403 }))
      assert.equal(await s.line(), '')
      await s.policies(lines('http'))
      s.http.decide(allow)
      assert.equal(await s.line(), '')
      assert.equal(s.http.asked.length, 0)
      assert.equal(await status('/'), 200, 'the rule is about another port')
    },
  )

  await t.test('at a gateway', async () => {
    await s.policies(`edge ${asked('http', '"/e*"')}`)
    s.http.decide(({ path }) => ({ status: path === '/check/e/no' ? 418 : 200 }))
    assert.deepEqual(
      [await s.edge('/e/no'), await s.edge('/e/yes'), await s.edge('/')],
      [418, 200, 200],
    )
    assert.equal(s.http.asked.length, 2)
  })

  await t.test('the route is chosen anew by what an authorizer adds', async () => {
    const added = { 'x-allowed-to': 'b' }
    for (const [name, authorizer] of [
      ['rerouting', s.http],
      ['bytes', s.grpc],
    ] as const) {
      await s.policies(`edge ${asked(name, '"/r*"')}`)
      authorizer.decide(() => ({ status: 200, headers: added }))
      assert.equal(await s.edge('/r'), 299, name)
      await s.policies(`edge ${asked(name === 'bytes' ? 'grpc' : 'http', '"/r*"')}`)
      authorizer.decide(() => ({ status: 200, headers: added }))
      assert.equal(await s.edge('/r'), 200, `${name}: without clearRouteCache`)
    }
  })

  await t.test(
    'headers by their old name; bytes as they are, and no more than is said',
    async () => {
      const body = Buffer.from([0xff, 0xfe, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47])
      const headers = { 'x-user': 'ann', 'x-in-a': 'in' }
      await s.policies(asked('rerouting', '"/b"'))
      s.http.decide(allow)
      await s.ask('/b', { method: 'POST', headers, body })
      const [byHttp] = s.http.asked
      assert.deepEqual([byHttp!.headers['x-user'], byHttp!.headers['x-in-a']], ['ann', undefined])
      assert.equal(byHttp!.body.slice(-6), 'ABCDEF')
      await s.policies(asked('bytes', '"/b"'))
      s.grpc.decide(allow)
      await s.ask('/b', { method: 'POST', body })
      const [byGrpc] = s.grpc.asked
      assert.equal(byGrpc!.packed, body.subarray(0, 4).toString('base64'))
      s.grpc.decide(() => ({ status: 200, hang: true }))
      assert.equal(await status('/b', { method: 'POST', body }), 403, 'it takes too long')
    },
  )

  await t.test('nothing was refused by Envoy', () => {
    assert.equal(s.mesh.sent().nacks, 0)
  })
})

// Mutual TLS between real Envoys: what PeerAuthentication and DestinationRule make of it, over HTTP, gRPC, TCP and sniffed ports.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { testCa } from '../support/certificates.ts'
import { skip, type TestEnvoy } from '../support/envoy.ts'
import { grpcCall, grpcUpstream } from '../support/grpc.ts'
import { type HttpRequest, http2, keepAlive, rawExchange, request } from '../support/http.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { type Echo, httpUpstream, tcpUpstream, type Upstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const CLIENT = 'spiffe://cluster.local/ns/shop/sa/buyer'
const SERVER = 'spiffe://cluster.local/ns/shop/sa/seller'

interface Secured {
  readonly mesh: TestMesh
  /** Addresses of the proxies. */
  readonly client: string
  readonly server: string
  readonly gateway: string
  readonly application: Upstream
  readonly bare: Upstream
  readonly serverEnvoy: TestEnvoy
  readonly clientEnvoy: TestEnvoy
  /** Through the client's proxy. */
  ask(
    options?: Partial<HttpRequest>,
  ): Promise<{ status: number; echo: Partial<Echo>; text: string }>
  /** Straight to a port of the server's proxy, in plain text: the status or why there is none. */
  plain(options?: Partial<HttpRequest>): Promise<number | string>
  policies(...documents: string[]): Promise<void>
  /** Changes the server's entry; its proxy stays what it is. */
  entry(entry: Entry): Promise<void>
}

interface Entry {
  readonly account?: string
  readonly labels?: Readonly<Record<string, string>>
}

const PORTS = { http: 8080, tcp: 9080, auto: 9180, grpc: 9280 } as const

async function start(t: TestContext): Promise<Secured> {
  const [client, server, gateway] = [loopback(), loopback(), loopback()]
  const application = await httpUpstream(t, { name: 'application' })
  const bare = await httpUpstream(t, { name: 'bare', address: loopback(), port: PORTS.http })
  const lines = await tcpUpstream(t, { name: 'lines' })
  const echo = await grpcUpstream(t, { name: 'echo' })
  const socket = await webSocket(t)
  const pair = await (await testCa()).issue({ dns: 'app.test' })
  const tls = { key: pair.keyPem, cert: pair.chainPem }
  const secure = await httpUpstream(t, { name: 'secure', tls })
  const serves = [
    { port: PORTS.http, protocol: 'HTTP', application: application.port },
    { port: 8081, protocol: 'HTTP', application: socket },
    { port: PORTS.tcp, protocol: 'TCP', application: lines.port },
    { port: PORTS.auto, protocol: 'auto', application: application.port },
    { port: PORTS.grpc, protocol: 'GRPC', application: echo.port },
    { port: 9181, protocol: 'auto', application: secure.port },
  ]
  const calls = [
    { port: 8000, protocol: 'HTTP' },
    { port: 9000, protocol: 'TCP' },
    { port: 9100, protocol: 'auto' },
    { port: 9200, protocol: 'GRPC' },
  ]
  const yaml = ({ account = 'seller', labels = {} }: Entry): string =>
    join(
      workload({ workload: 'shop/client', address: client, account: 'buyer', calls }),
      workload({
        ...{ workload: 'shop/web', address: server, account, serves },
        labels: { app: 'web', both: 'yes', ...labels },
      }),
      workload({
        ...{ workload: 'shop/bare', address: bare.address },
        labels: { app: 'bare', both: 'yes' },
      }),
      workload({
        ...{ workload: 'edge/gateway', address: gateway, account: 'doorman' },
        labels: { istio: 'edge' },
      }),
      policy(
        'Gateway',
        'edge/front',
        `{selector: {istio: edge}, servers: [{port: {number: 8080, name: http, protocol: HTTP},
          bind: ${gateway}, hosts: ["*"]}]}`,
      ),
      service('shop/web', { app: 'web' }, 'http:8000:8080'),
      service('shop/socket', { app: 'web' }, 'http:8000:8081'),
      service('shop/bare', { app: 'bare' }, 'http:8000:8080'),
      service('shop/both', { both: 'yes' }, 'http:8000:8080'),
      service('shop/lines', { app: 'web' }, 'tcp:9000:9080'),
      service('shop/sniffed', { app: 'web' }, 'auto:9100:9180'),
      service('shop/echo', { app: 'web' }, 'grpc:9200:9280'),
    )
  const mesh = await startMesh(t, {
    yaml: { 'mesh.yaml': yaml({}), 'policies.yaml': '' },
    proxies: ['shop/client', 'shop/web', 'edge/gateway'],
  })
  return {
    ...{ mesh, client, server, gateway, application, bare },
    serverEnvoy: mesh.envoy('shop/web'),
    clientEnvoy: mesh.envoy('shop/client'),
    ask: async (options = {}) => {
      const answer = await request({ address: client, port: 8000, host: 'web', ...options })
      const isEcho = answer.status === 200 && answer.body.startsWith('{')
      const echo = isEcho ? answer.json<Echo>() : {}
      return { status: answer.status, echo, text: answer.body }
    },
    plain: async (options = {}) => {
      try {
        return (await request({ address: server, port: PORTS.http, ...options })).status
      } catch (error) {
        return (error as NodeJS.ErrnoException).code ?? String(error)
      }
    },
    policies: (...documents) => mesh.edit('policies.yaml', join(...documents)),
    entry: (entry) => mesh.edit('mesh.yaml', yaml(entry)),
  }
}

/** A server that upgrades to a protocol which echoes. */
async function webSocket(t: TestContext): Promise<number> {
  const server = createServer((_, answer) => answer.end('no upgrade'))
  server.on('upgrade', (_, socket) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    )
    socket.pipe(socket)
    socket.on('error', () => socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const peer = (mode: string, rest = '') =>
  policy('PeerAuthentication', 'shop/default', `{${rest}mtls: {mode: ${mode}}}`)

const destination = (host: string, trafficPolicy: string, rest = '') =>
  policy(
    'DestinationRule',
    `shop/${host}`,
    `{host: ${host}, trafficPolicy: ${trafficPolicy}${rest}}`,
  )

function meshConfig(settings: string): string {
  return `apiVersion: mesh.istio.io/v1alpha1\nkind: MeshConfig\nmetadata: {name: mesh}\n${settings}\n`
}

test('mutual TLS', { skip }, async (t) => {
  const s = await start(t)
  const certificate = async (options?: Partial<HttpRequest>) =>
    String((await s.ask(options)).echo.headers?.['x-forwarded-client-cert'] ?? '')

  /** A connection that was open when a policy changed may carry one more request. */
  const secured = (expected: boolean, options?: Partial<HttpRequest>) =>
    waitFor(
      `the server to see ${expected ? 'the client’s' : 'no'} certificate`,
      async () => ({ ...(await s.ask(options)), shown: await certificate(options) }),
      ({ status, shown }) => status === 200 && shown.includes(CLIENT) === expected,
    )

  await t.test('is the default where both have a proxy; plain text is taken too', async () => {
    const shown = await certificate()
    assert.match(shown, new RegExp(`By=${SERVER};.*URI=${CLIENT}`))
    assert.equal(await s.plain(), 200)
    const forged = {
      headers: { 'x-forwarded-client-cert': 'URI=spiffe://cluster.local/ns/a/sa/evil' },
    }
    assert.doesNotMatch(await certificate(forged), /evil/)
    await s.plain(forged)
    assert.equal(s.application.received.at(-1)?.headers['x-forwarded-client-cert'], undefined)
  })

  await t.test('STRICT takes nothing else', async () => {
    await s.policies(peer('STRICT'))
    await secured(true)
    assert.match(String(await s.plain()), /ECONNRESET/)
    const stranger = await (await testCa()).issue({ uri: CLIENT })
    const tls = { rejectUnauthorized: false, ALPNProtocols: ['istio-http/1.1'] }
    assert.match(String(await s.plain({ tls })), /CERTIFICATE_REQUIRED|ECONNRESET|SSL/)
    const own = { ...tls, key: stranger.keyPem, cert: stranger.chainPem }
    assert.match(String(await s.plain({ tls: own })), /UNKNOWN_CA|ECONNRESET|SSL/)
    assert.equal((await s.ask({ host: 'bare' })).echo.name, 'bare', 'without proxy: plain text')
  })

  await t.test(
    'TLS of the application itself passes, where other than the mesh’s is taken',
    async () => {
      const https = { port: 9181, tls: { rejectUnauthorized: false } }
      assert.match(String(await s.plain(https)), /CERTIFICATE_REQUIRED|ECONNRESET|SSL/)
      await s.policies(peer('PERMISSIVE'))
      assert.equal(await s.plain(https), 200)
      const session = http2({ address: s.server, ...https })
      assert.equal((await session.request()).json().name, 'secure')
      session.close()
      assert.match(String(await s.plain({ ...https, port: PORTS.http })), /ECONNRESET|SSL/)
    },
  )

  await t.test('a connection in plain text that is open ends when it becomes STRICT', async () => {
    await s.policies(peer('PERMISSIVE'))
    const kept = keepAlive({ address: s.server, port: PORTS.http })
    const first = await kept.request()
    await s.policies(peer('STRICT'))
    const last = await kept.request().catch(() => undefined)
    if (last) {
      assert.equal(last.connection, first.connection)
      assert.equal(last.headers.connection, 'close', 'it had been accepted before')
    }
    await assert.rejects(kept.request(), /ECONNRESET|socket hang up/)
    kept.close()
  })

  await t.test('the label of a workload decides before its enrolment does', async () => {
    await s.policies(peer('PERMISSIVE'))
    await secured(true)
    await s.entry({ labels: { 'security.istio.io/tlsMode': 'disabled' } })
    await secured(false)
    await s.entry({ labels: { 'security.istio.io/tlsMode': 'istio' } })
    await secured(true)
    await s.entry({})
    await s.mesh.edit('mesh-config.yaml', meshConfig('enableAutoMtls: false'))
    await secured(false)
    await s.mesh.edit('mesh-config.yaml', '')
    await secured(true)
  })

  await t.test('DISABLE, of a workload or a port, is known to callers', async () => {
    await s.policies(peer('DISABLE'))
    assert.equal(await s.plain(), 200)
    await secured(false)
    const selector = 'selector: {matchLabels: {app: web}}, '
    await s.policies(
      peer(
        'STRICT',
        `${selector}portLevelMtls: {9080: {mode: DISABLE}, 9180: {mode: PERMISSIVE}}, `,
      ),
    )
    assert.match(String(await s.plain()), /ECONNRESET/)
    assert.equal(await s.plain({ port: PORTS.auto }), 200)
    const line = { address: s.server, port: PORTS.tcp, send: 'plain', until: /plain/ }
    assert.equal(await rawExchange(line), 'plain')
    assert.equal(await rawExchange({ ...line, address: s.client, port: 9000 }), 'plain')
    await secured(true)
    // The workload's policy stands above the namespace's, and that above the mesh's.
    await s.policies(
      policy('PeerAuthentication', 'istio-system/default', '{mtls: {mode: STRICT}}'),
      peer('DISABLE'),
    )
    assert.equal(await s.plain(), 200)
    await s.policies(
      policy('PeerAuthentication', 'istio-system/default', '{mtls: {mode: STRICT}}'),
      peer('UNSET'),
    )
    assert.match(String(await s.plain()), /ECONNRESET/)
  })

  await t.test('a service with proxied and bare endpoints has both called', async () => {
    await s.policies(peer('STRICT'))
    s.bare.behave({})
    s.application.behave({})
    const ask = () => s.ask({ host: 'both' })
    const answers = await Promise.all(Array.from({ length: 60 }, ask))
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
    assert.ok(s.bare.received.length > 0 && s.application.received.length > 0)
    for (const { headers } of s.bare.received) {
      assert.equal(headers['x-forwarded-client-cert'], undefined)
    }
  })

  await t.test('TCP, gRPC and upgrades go through it', async () => {
    await s.policies(peer('STRICT'))
    const handshakes = () => s.serverEnvoy.stat(`listener.${s.server}_${PORTS.tcp}.ssl.handshake`)
    const before = await handshakes()
    const line = await rawExchange({ address: s.client, port: 9000, send: 'hello', until: /hello/ })
    assert.equal(line, 'hello')
    assert.equal(await handshakes(), before + 1)

    const called = await grpcCall({ address: s.client, port: 9200, authority: 'echo:9200' })
    assert.equal(called.code, 0, called.details)
    assert.match(JSON.stringify(called.echo?.metadata), new RegExp(CLIENT))

    const upgrade = [
      ...['GET /chat HTTP/1.1', 'Host: socket', 'Connection: Upgrade', 'Upgrade: websocket'],
      ...['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', '', 'frames'],
    ].join('\r\n')
    const framed = await rawExchange({
      address: s.client,
      port: 8000,
      send: upgrade,
      until: /frames$/,
    })
    assert.match(framed, /^HTTP\/1\.1 101 /)
    assert.match(framed, /frames$/)
  })

  await t.test('a gateway speaks it to the inside, with its own identity', async () => {
    const to = (host: string, port: number) =>
      policy(
        'VirtualService',
        `shop/${host}`,
        `{hosts: [${host}.test], gateways: [edge/front], http: [{
          route: [{destination: {host: ${host}, port: {number: ${port}}}}]}]}`,
      )
    await s.policies(peer('STRICT'), to('web', 8000), to('bare', 8000), to('sniffed', 9100))
    const outside = async (host: string) => {
      const headers = { 'x-forwarded-client-cert': `URI=${CLIENT}` }
      const answer = await request({ address: s.gateway, port: 8080, host, headers })
      assert.equal(answer.status, 200, host)
      return String(answer.json<Echo>().headers['x-forwarded-client-cert'] ?? '')
    }
    for (const host of ['web.test', 'sniffed.test']) {
      const shown = await outside(host)
      assert.match(shown, /URI=spiffe:\/\/cluster.local\/ns\/edge\/sa\/doorman/)
      assert.doesNotMatch(shown, /buyer/, 'what a caller from outside claims is gone')
    }
    assert.equal(await outside('bare.test'), '')
  })

  await t.test('a port of no declared protocol takes HTTP and anything else', async () => {
    await s.policies(peer('STRICT'))
    const sniffed = { address: s.client, port: 9100 }
    const answer = await request({ ...sniffed, host: 'sniffed:9100' })
    assert.equal(answer.status, 200)
    const { headers } = answer.json<Echo>()
    assert.match(
      String(headers['x-forwarded-client-cert']),
      new RegExp(CLIENT),
      'it is HTTP at both ends',
    )
    assert.equal((await request({ ...sniffed, host: 'any.name' })).status, 200, 'whatever its Host')
    const session = http2({ ...sniffed, host: 'sniffed' })
    const second = (await session.request()).json<Echo>()
    session.close()
    assert.equal(second.http, '2.0')
    assert.match(String(second.headers['x-forwarded-client-cert']), new RegExp(CLIENT))
    const connections = s.application.connections()
    const other = await rawExchange({ ...sniffed, send: 'NOT HTTP AT ALL\r\n\r\n' })
    assert.match(other, /^HTTP\/1\.1 400/, 'the application itself refuses it')
    assert.equal(s.application.connections(), connections + 1)
    assert.doesNotMatch(other, /envoy/i)
    const rule = '{hosts: [sniffed], http: [{directResponse: {status: 418}}]}'
    await s.policies(peer('STRICT'), policy('VirtualService', 'shop/sniffed', rule))
    assert.equal((await request({ ...sniffed, host: 'any.name' })).status, 418)
    const paths = 'to: [{operation: {paths: [/open]}}]'
    await s.policies(
      peer('STRICT'),
      policy(
        'AuthorizationPolicy',
        'shop/a',
        `{selector: {matchLabels: {app: web}}, rules: [{${paths}}]}`,
      ),
    )
    assert.equal((await request({ ...sniffed, path: '/open' })).status, 200)
    assert.equal((await request({ ...sniffed, path: '/shut' })).status, 403)
  })

  await t.test('a server that shows another identity is not spoken to', async () => {
    await s.policies(peer('STRICT'))
    await s.entry({ account: 'impostor' })
    const failed = await s.ask()
    assert.equal(failed.status, 503)
    const errors = () => s.clientEnvoy.stats('outbound\\|8000\\|\\|web.*ssl.fail_verify_san')
    assert.ok(Object.values(await errors()).some((count) => count > 0))
    await s.entry({})
    assert.equal((await s.ask()).status, 200)
  })

  await t.test('a DestinationRule decides before the endpoints do', async () => {
    await s.policies(peer('STRICT'), destination('web', '{tls: {mode: DISABLE}}'))
    assert.equal((await s.ask()).status, 503, 'plain text to a STRICT server')
    await s.policies(peer('PERMISSIVE'), destination('web', '{tls: {mode: DISABLE}}'))
    await secured(false)
    await s.policies(peer('STRICT'), destination('web', '{tls: {mode: ISTIO_MUTUAL}}'))
    await secured(true)
    await s.policies(destination('bare', '{tls: {mode: ISTIO_MUTUAL}}'))
    assert.equal((await s.ask({ host: 'bare' })).status, 503, 'it has no proxy')
    const portLevel = 'portLevelSettings: [{port: {number: 8000}, connectionPool: {tcp: {}}}]'
    await s.policies(peer('STRICT'), destination('web', `{tls: {mode: DISABLE}, ${portLevel}}`))
    assert.equal((await s.ask()).status, 200, 'settings of a port replace the whole policy')
    const subsets = `subsets: [{name: a, labels: {app: web}}, {name: b, labels: {app: web},
      trafficPolicy: {tls: {mode: DISABLE}}}]`
    const routed = (subset: string) =>
      policy(
        'VirtualService',
        'shop/web',
        `{hosts: [web], http: [{route: [{destination: {host: web, subset: ${subset}}}]}]}`,
      )
    await s.policies(peer('STRICT'), destination('web', '{}', `, ${subsets}`), routed('a'))
    assert.equal((await s.ask()).status, 200)
    await s.policies(peer('STRICT'), destination('web', '{}', `, ${subsets}`), routed('b'))
    assert.equal((await s.ask()).status, 503)
  })

  await t.test('ServiceEntries: in the mesh, outside it, by name', async (t) => {
    const outside = await httpUpstream(t, { name: 'outside', address: loopback(), port: 7000 })
    const named = await httpUpstream(t, { name: 'named' })
    const ca = await testCa()
    const pair = await ca.issue({ dns: 'safe.test' })
    const safe = await httpUpstream(t, {
      name: 'safe',
      tls: { key: pair.keyPem, cert: pair.chainPem },
    })
    const entry = (host: string, rest: string) =>
      policy('ServiceEntry', `shop/${host}`, `{hosts: [${host}], ${rest}}`)
    const http = (target: number) =>
      `ports: [{number: 8000, name: http, protocol: HTTP, targetPort: ${target}}]`
    const root = `${s.mesh.config}/../root.pem`
    writeFileSync(root, pair.rootPem)
    await s.policies(
      peer('PERMISSIVE'),
      entry(
        'static.test',
        `resolution: STATIC, ${http(7000)}, endpoints: [{address: ${outside.address}}]`,
      ),
      entry(
        'named.test',
        `resolution: DNS, ${http(named.port)}, endpoints: [{address: localhost}]`,
      ),
      entry(
        'inside.test',
        `resolution: STATIC, location: MESH_INTERNAL, ${http(8080)}, workloadSelector: {labels: {app: web}}`,
      ),
      entry(
        'outer.test',
        `resolution: STATIC, location: MESH_EXTERNAL, ${http(8080)}, workloadSelector: {labels: {app: web}}`,
      ),
      entry('none.test', `resolution: STATIC, ${http(1)}`),
      entry('safe.test', `resolution: DNS, ${http(safe.port)}, endpoints: [{address: localhost}]`),
      policy(
        'DestinationRule',
        'shop/safe',
        `{host: safe.test, trafficPolicy: {tls: {mode: SIMPLE, caCertificates: ${root}}}}`,
      ),
      policy(
        'DestinationRule',
        'shop/static',
        '{host: static.test, trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}}',
      ),
    )
    assert.equal((await s.ask({ host: 'static.test' })).echo.name, 'outside')
    await waitFor(
      'the name to be resolved',
      () => s.ask({ host: 'named.test' }),
      (a) => a.echo.name === 'named',
    )
    assert.match(await certificate({ host: 'inside.test' }), new RegExp(CLIENT))
    assert.deepEqual(
      [(await s.ask({ host: 'outer.test' })).status, await certificate({ host: 'outer.test' })],
      [200, ''],
    )
    assert.equal((await s.ask({ host: 'none.test' })).status, 503)
    await waitFor(
      'TLS to the outside',
      () => s.ask({ host: 'safe.test' }),
      (a) => a.echo.name === 'safe',
    )
  })

  await t.test('a proxy that comes later is called with it from then on', async (t) => {
    const address = loopback()
    const before = await httpUpstream(t, { name: 'before', address, port: 8080 })
    const serves = [{ port: 8080, protocol: 'HTTP', application: s.application.port }]
    await s.mesh.edit(
      'late.yaml',
      join(
        workload({
          workload: 'shop/late',
          address,
          account: 'tardy',
          labels: { app: 'late' },
          serves,
        }),
        service('shop/late', { app: 'late' }, 'http:8000:8080'),
      ),
    )
    await s.policies(peer('STRICT'))
    assert.equal((await s.ask({ host: 'late' })).echo.name, 'before')
    await before.stop()
    await s.mesh.start('shop/late')
    assert.match(
      await certificate({ host: 'late' }),
      /By=spiffe:\/\/cluster.local\/ns\/shop\/sa\/tardy/,
    )
  })

  await t.test('nothing was refused by Envoy', () => {
    assert.equal(s.mesh.sent().nacks, 0)
  })
})

// What a MeshConfig says of the connections that proxies accept, and of what their statistics are called, on real Envoys.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect as connectHttp2, type Settings } from 'node:http2'
import { dirname, join as path } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ServerCredentials } from '@grpc/grpc-js'
import type { Cluster } from '../../proto/envoy.d.ts'
import { caFrom, type LeafNames, type TestCa, testCa } from '../support/certificates.ts'
import { skip, testFolder } from '../support/envoy.ts'
import { grpcSink } from '../support/grpc-sink.ts'
import { type HttpRequest, keepAlive, rawExchange, request } from '../support/http.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { type Echo, httpUpstream, type Upstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const PORT = 8000
const EDGE = 8080
const METRICS = 'envoy.service.metrics.v3.MetricsService/StreamMetrics'

interface Site {
  readonly mesh: TestMesh
  readonly application: Upstream
  readonly edge: string
  /** Sets the whole MeshConfig. */
  config(fields: object): Promise<void>
  /** Only `defaultConfig.connectionSettings`. */
  settings(fields: object): Promise<void>
  ask(options?: Partial<HttpRequest>): ReturnType<typeof request>
  fromClient(): Promise<number>
}

function configOf(fields: object): string {
  const kind = { apiVersion: 'mesh.istio.io/v1alpha1', kind: 'MeshConfig' }
  return JSON.stringify({ ...kind, metadata: { name: 'mesh' }, ...fields })
}

async function start(t: TestContext, config: object): Promise<Site> {
  const [client, web, edge] = [loopback(), loopback(), loopback()]
  const application = await httpUpstream(t, { name: 'web' })
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({
          ...{ workload: 'shop/client', address: client },
          calls: [{ port: PORT, protocol: 'HTTP' }],
        }),
        workload({
          ...{ workload: 'shop/web', address: web, labels: { app: 'web' } },
          serves: [{ port: 8080, protocol: 'HTTP', application: application.port }],
        }),
        workload({ workload: 'shop/edge', address: edge, labels: { istio: 'edge' } }),
        service('shop/web', { app: 'web' }, `http:${PORT}:8080`),
        policy(
          'Gateway',
          'shop/edge',
          `{selector: {istio: edge}, servers: [{port: {number: ${EDGE}, name: http, protocol: HTTP}, bind: ${edge}, hosts: ["*"]}]}`,
        ),
        policy(
          'VirtualService',
          'shop/edge',
          '{hosts: ["*"], gateways: [edge], http: [{route: [{destination: {host: web.shop.svc.cluster.local}}]}]}',
        ),
      ),
      'config.yaml': configOf(config),
    },
    proxies: ['shop/client', 'shop/web', 'shop/edge'],
  })
  const set = (fields: object) => mesh.edit('config.yaml', configOf(fields))
  return {
    ...{ mesh, application, edge },
    config: set,
    settings: (connectionSettings) => set({ defaultConfig: { connectionSettings } }),
    ask: (options = {}) => request({ address: edge, port: EDGE, host: 'web.test', ...options }),
    fromClient: async () =>
      (await request({ address: client, port: PORT, host: 'web.shop' })).status,
  }
}

/** What a server allows its client in HTTP/2. */
async function allowed(address: string): Promise<Settings & { readonly connection: number }> {
  const session = connectHttp2(`http://${address}:${EDGE}`)
  try {
    const settings = await new Promise<Settings>((resolve, reject) => {
      session.once('remoteSettings', resolve)
      session.once('error', reject)
    })
    const window = () => session.state.remoteWindowSize ?? 0
    // HTTP/2 itself gives 65,535 until it is told more.
    await waitFor('the window of the connection', window, (size) => size > 65_535)
    return { ...settings, connection: window() }
  } finally {
    session.destroy()
  }
}

test('connections', { skip }, async (t) => {
  const s = await start(t, {})
  await care(t, s)
  await time(t, s)
  await sizes(t, s)
  await profile(t, s)
})

async function care(t: TestContext, s: Site): Promise<void> {
  const odd = { headers: { user_name: 'ann' } }

  await t.test('headers with underscores are let through, dropped or refused', async () => {
    const name = async () => (await s.ask(odd)).json<Echo>().headers.user_name
    assert.equal(await name(), 'ann')
    const action = (httpHeadersWithUnderscoresAction: string) =>
      s.settings({ httpHeadersWithUnderscoresAction })
    await action('HEADERS_WITH_UNDERSCORES_DROP_HEADER')
    assert.equal(await name(), undefined)
    await action('HEADERS_WITH_UNDERSCORES_REJECT_REQUEST')
    assert.equal((await s.ask(odd)).status, 400)
    await action('HEADERS_WITH_UNDERSCORES_ALLOW')
    assert.equal(await name(), 'ann')
  })

  await t.test('slashes that are double or escaped', async () => {
    const asked = async (given: string) => {
      const answer = await s.ask({ path: given })
      return answer.status === 200 ? answer.json<Echo>().path : String(answer.status)
    }
    await s.settings({ httpMergeSlashes: true })
    assert.equal(await asked('/a//b'), '/a/b')
    await s.config({
      pathNormalization: { normalization: 'MERGE_SLASHES' },
      defaultConfig: { connectionSettings: { httpMergeSlashes: false } },
    })
    assert.equal(await asked('/a//b'), '/a//b')
    const action = (httpPathWithEscapedSlashesAction: string) =>
      s.settings({ httpPathWithEscapedSlashesAction })
    await action('KEEP_UNCHANGED')
    assert.equal(await asked('/a%2Fb'), '/a%2Fb')
    await action('UNESCAPE_AND_FORWARD')
    assert.equal(await asked('/a%2Fb'), '/a/b')
    await action('UNESCAPE_AND_REDIRECT')
    assert.equal(await asked('/a%2Fb'), '307')
    await action('REJECT_REQUEST')
    assert.equal(await asked('/a%2Fb'), '400')
  })
}

async function time(t: TestContext, s: Site): Promise<void> {
  /** What a client is told that does not go on. */
  const stopping = (send: string) =>
    rawExchange({ address: s.edge, port: EDGE, send, until: /\r\n\r\n/ })
  const HEAD = 'POST / HTTP/1.1\r\nHost: web.test\r\n'

  await t.test('a request that does not come to its end', async () => {
    await s.settings({ httpRequestTimeout: '0.2s' })
    assert.match(await stopping(`${HEAD}Content-Length: 9\r\n\r\n123`), /^HTTP\/1.1 408 /)
    await s.settings({ httpRequestHeadersTimeout: '0.2s' })
    assert.match(await stopping(HEAD), /^HTTP\/1.1 408 /)
  })

  await t.test('a request whose answer does not come', async () => {
    s.application.behave({ hang: true })
    await s.settings({ httpStreamIdleTimeout: '0.2s' })
    assert.equal((await s.ask()).status, 504)
    await s.settings({ httpMaxStreamDuration: '0.2s' })
    assert.equal((await s.ask()).status, 504)
    s.application.behave({})
  })

  await t.test('connections that are idle, and those that get old', async () => {
    const ended = () =>
      new Promise<string>((end, reject) => {
        // It closes by itself: the exchange is over then.
        const send = 'GET / HTTP/1.1\r\nHost: web.test\r\n\r\n'
        rawExchange({ address: s.edge, port: EDGE, send }).then(end, reject)
      })
    await s.settings({ httpIdleTimeout: '0.3s', httpDrainTimeout: '0.1s' })
    assert.match(await ended(), /^HTTP\/1.1 200 /)
    await s.settings({ httpMaxConnectionDuration: '0.3s', httpDrainTimeout: '0.1s' })
    assert.match(await ended(), /^HTTP\/1.1 200 /)
    const kept = keepAlive({ address: s.edge, port: EDGE, host: 'web.test' })
    t.after(() => kept.close())
    const first = await kept.request()
    const later = async () => (await kept.request()).connection
    await waitFor('another connection', later, (now) => now !== first.connection)
  })
}

async function sizes(t: TestContext, s: Site): Promise<void> {
  await t.test('streams and windows of HTTP/2', async () => {
    await s.settings({
      httpMaxConcurrentStreams: 7,
      http2InitialStreamWindowSize: 70_000,
      http2InitialConnectionWindowSize: 80_000,
    })
    const { maxConcurrentStreams, initialWindowSize, connection } = await allowed(s.edge)
    assert.deepEqual([maxConcurrentStreams, initialWindowSize, connection], [7, 70_000, 80_000])
  })

  await t.test('buffers of listeners and clusters', async () => {
    await s.settings({
      listenerPerConnectionBufferLimitBytes: 20_000,
      clusterPerConnectionBufferLimitBytes: 30_000,
    })
    // On demand there is no cluster before a request.
    assert.equal(await s.fromClient(), 200)
    for (const name of ['shop/client', 'shop/web', 'shop/edge']) {
      const held = async (kind: 'listener' | 'cluster') => {
        const all = await s.mesh.envoy(name).resources(kind)
        const own = all.filter(
          (one) => one.state === 'active' && /^(127|outbound|inbound\|)/.test(one.name),
        )
        assert.ok(own.length > 0, `${name} has a ${kind}`)
        return own.map(({ resource }) => resource.per_connection_buffer_limit_bytes)
      }
      assert.ok((await held('listener')).every((size) => size === 20_000))
      assert.ok((await held('cluster')).every((size) => size === 30_000))
    }
    assert.equal((await s.ask({ body: 'x'.repeat(100_000) })).json<Echo>().body.length, 100_000)
    await s.settings({ listenerPerConnectionBufferLimitBytes: -1 })
    assert.equal((await s.ask()).status, 200)
  })
}

async function profile(t: TestContext, s: Site): Promise<void> {
  await t.test('EDGE is for gateways, and what is said beside it counts', async () => {
    await s.settings({
      profile: 'EDGE',
      httpMaxConcurrentStreams: 50,
      httpMergeSlashes: false,
      httpPathWithEscapedSlashesAction: 'PATH_WITH_ESCAPED_SLASHES_UNSPECIFIED',
    })
    const { maxConcurrentStreams, initialWindowSize, connection } = await allowed(s.edge)
    assert.deepEqual([maxConcurrentStreams, initialWindowSize, connection], [50, 65_536, 1_048_576])
    assert.equal((await s.ask({ headers: { user_name: 'ann' } })).status, 400)
    assert.equal((await s.ask({ path: '/a//b' })).json<Echo>().path, '/a//b')
    assert.equal((await s.ask({ path: '/a%2Fb' })).status, 307)
    const address = s.mesh.app.mesh().tables.WorkloadEntry.rows.get('shop/web')!.spec.address!
    const inside = await request({
      ...{ address, port: 8080, host: 'web.shop' },
      headers: { user_name: 'ann' },
    })
    assert.equal(inside.json<Echo>().headers.user_name, 'ann')
  })
}

test('statistics', { skip }, async (t) => {
  const metrics = loopback()
  const sink = await grpcSink(t, { address: metrics, methods: [METRICS] })
  const named = { outboundClusterStatName: 'shop_tag.=.v1;.%SERVICE%_%SERVICE_PORT_NAME%' }
  const defaultConfig = {
    envoyMetricsService: { address: `${metrics}:${sink.port}` },
    ...{ extraStatTags: ['shop_tag'], meshId: 'blue' },
  }
  const s = await start(t, { ...named, defaultConfig })
  const client = s.mesh.envoy('shop/client')

  await t.test('clusters are called as the mesh says', async () => {
    await s.config({
      outboundClusterStatName:
        'to_%SERVICE%_%SERVICE_NAME%_%SERVICE_PORT%_%TARGET_PORT%_%SUBSET_NAME%',
      inboundClusterStatName: 'at_%SERVICE_FQDN%_%SERVICE_PORT_NAME%',
    })
    assert.equal(await s.fromClient(), 200)
    const counted = (envoy: typeof client, name: string) =>
      envoy.waitFor(name, () => envoy.stat(`cluster.${name}.upstream_rq_200`))
    await counted(client, 'to_web.shop_web_8000_8080_')
    await counted(s.mesh.envoy('shop/web'), 'at_web.shop.svc.cluster.local_http-8000')
  })

  await t.test('a tag in a name is a label, and the mesh has a name', async () => {
    await s.config({ ...named, defaultConfig })
    assert.equal(await s.fromClient(), 200)
    const line = await client.waitFor('the label', async () =>
      (await client.admin('/stats/prometheus'))
        .split('\n')
        .find((one) => /web_shop_http_8000_upstream_rq_xx\{/.test(one)),
    )
    assert.match(line!, /shop_tag="v1"/)
    assert.equal((await bootstrapOf(s.mesh, 'shop/client')).node.metadata.MESH_ID, 'blue')
  })

  await t.test('a service takes all of them', async () => {
    await waitFor('metrics', () =>
      sink.of(METRICS).find(({ message }) => message.includes('web.shop_http-8000')),
    )
  })
})

test('the service of statistics is called by TLS, with files or as one of the mesh', {
  skip,
}, async (t) => {
  const [address, folder] = [loopback(), testFolder(t)]
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({ workload: 'shop/files', address: loopback() }),
        workload({ workload: 'shop/mesh', address: loopback() }),
      ),
      'config.yaml': '',
    },
    proxies: [],
  })
  const ca = await testCa('public')
  const client = await ca.issue({ dns: 'me' })
  const files = { 'cert.pem': client.chainPem, 'key.pem': client.keyPem, 'ca.pem': ca.rootPem }
  for (const [name, text] of Object.entries(files)) writeFileSync(path(folder, name), text)
  const data = path(dirname(mesh.config), 'data', 'ca')
  const [root, key] = ['root.pem', 'root-key.pem'].map((name) =>
    readFileSync(path(data, name), 'utf8'),
  ) as [string, string]
  const own = { rootPem: root, issue: (await caFrom(root, key)).issue }

  const taken = async (
    authority: Pick<TestCa, 'rootPem' | 'issue'>,
    names: LeafNames,
    { proxy, tlsSettings }: { proxy: string; tlsSettings: object },
  ) => {
    const server = await authority.issue(names)
    const pair = {
      cert_chain: Buffer.from(server.chainPem),
      private_key: Buffer.from(server.keyPem),
    }
    const credentials = ServerCredentials.createSsl(Buffer.from(authority.rootPem), [pair], true)
    const sink = await grpcSink(t, { address, methods: [METRICS], credentials })
    const service = {
      ...{ address: `${address}:${sink.port}`, tlsSettings },
      tcpKeepalive: { time: '10s', interval: '3s', probes: 2 },
    }
    await mesh.edit('config.yaml', configOf({ defaultConfig: { envoyMetricsService: service } }))
    await mesh.start(proxy)
    await waitFor('metrics', () => sink.of(METRICS).length > 0)
  }

  await taken(
    ca,
    { dns: 'metrics.test' },
    {
      proxy: 'shop/files',
      tlsSettings: {
        ...{ mode: 'MUTUAL', sni: 'metrics.test', subjectAltNames: ['metrics.test'] },
        ...{ clientCertificate: path(folder, 'cert.pem'), privateKey: path(folder, 'key.pem') },
        caCertificates: path(folder, 'ca.pem'),
      },
    },
  )
  const { static_resources } = await bootstrapOf(mesh, 'shop/files')
  const [cluster] = static_resources.clusters.filter(({ name }) => name === 'metrics-service')
  assert.deepEqual(cluster?.upstream_connection_options?.tcp_keepalive, {
    ...{ keepalive_probes: 2, keepalive_time: 10, keepalive_interval: 3 },
  })
  await taken(
    own,
    { uri: 'spiffe://cluster.local/ns/watch/sa/metrics' },
    { proxy: 'shop/mesh', tlsSettings: { mode: 'ISTIO_MUTUAL' } },
  )
})

interface ShownBootstrap {
  readonly node: { readonly metadata: Readonly<Record<string, unknown>> }
  readonly static_resources: { readonly clusters: readonly Cluster[] }
}

async function bootstrapOf(mesh: TestMesh, workload: string): Promise<ShownBootstrap> {
  const [{ bootstrap }] = (await mesh.envoy(workload).configDump('Bootstrap')) as [
    { bootstrap: ShownBootstrap },
  ]
  return bootstrap
}

test('a gateway verifies clients by the authority beside one of its pairs', { skip }, async (t) => {
  const [edge, folder] = [loopback(), testFolder(t)]
  const ca = await testCa('public')
  const [server, client] = [await ca.issue({ dns: 'a.test' }), await ca.issue({ dns: 'me' })]
  const files = { 'cert.pem': server.chainPem, 'key.pem': server.keyPem, 'ca.pem': ca.rootPem }
  for (const [name, text] of Object.entries(files)) writeFileSync(path(folder, name), text)
  await startMesh(t, {
    yaml: join(
      workload({ workload: 'shop/edge', address: edge, labels: { istio: 'edge' } }),
      policy(
        'Gateway',
        'shop/edge',
        `{selector: {istio: edge}, servers: [{port: {number: 8443, name: https, protocol: HTTPS}, bind: ${edge}, hosts: [a.test],
          tls: {mode: MUTUAL, tlsCertificates: [{serverCertificate: ${folder}/cert.pem, privateKey: ${folder}/key.pem,
            caCertificates: ${folder}/ca.pem}]}}]}`,
      ),
      policy(
        'VirtualService',
        'shop/edge',
        '{hosts: [a.test], gateways: [edge], http: [{directResponse: {status: 299}}]}',
      ),
    ),
    proxies: ['shop/edge'],
  })
  const ask = (own: object) =>
    request({
      ...{ address: edge, port: 8443, host: 'a.test' },
      tls: { servername: 'a.test', ca: ca.rootPem, ...own },
    })
  await assert.rejects(ask({}))
  assert.equal((await ask({ cert: client.chainPem, key: client.keyPem })).status, 299)
})

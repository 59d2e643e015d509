// The xDS server over real gRPC on loopback, with delta and state-of-the-world clients.
import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { credentials, Server, ServerCredentials, status } from '@grpc/grpc-js'
import type { Resource, ResourceSet } from '../../src/model/resource.ts'
import { Rejections } from '../../src/rejections.ts'
import type { Caller } from '../../src/xds/host.ts'
import { createXdsService } from '../../src/xds/server.ts'
import { testCa } from '../support/certificates.ts'
import { testFolder } from '../support/envoy.ts'
import { waitFor } from '../support/wait.ts'
import { XdsClient, type XdsClientOptions } from '../support/xds-client.ts'
import {
  cluster,
  endpoints,
  listener,
  resourceSet,
  route,
  virtualHost,
} from '../support/xds-resources.ts'
import { testXds } from '../support/xds-server.ts'
import { encodeRequest } from '../support/xds-wire.ts'

const BASE = resourceSet({
  cluster: [[cluster('a'), cluster('b')]],
  endpoint: [[endpoints('a', 1001), endpoints('b', 1002)]],
  listener: [[listener('in', 8080, '80')]],
  route: [[route('80', virtualHost('a', 'a'), virtualHost('b', 'b'))]],
})

function connect(
  t: TestContext,
  { address }: { readonly address: string },
  options: Partial<XdsClientOptions> = {},
): XdsClient {
  const client = new XdsClient({ address, mode: 'delta', node: { id: 'web' }, ...options })
  t.after(() => client.close())
  return client.connect()
}

for (const mode of ['delta', 'sotw'] as const) {
  test(`${mode}: start, change, removal and reconnect`, async (t) => {
    const xds = await testXds(t, { set: BASE })
    const client = connect(t, xds, { mode })
    client.subscribe('cluster').subscribe('listener').subscribe('route', ['80'])
    await client.until(() => client.get('route', '80') !== undefined, 'the route')
    assert.deepEqual(client.heldNames('cluster'), ['a', 'b'])
    assert.deepEqual(client.heldNames('endpoint'), ['a', 'b'])
    assert.deepEqual(client.heldNames('listener'), ['in'])

    const before = client.responses.length
    xds.push({ ...BASE, endpoint: [[endpoints('a', 1001, 1003), endpoints('b', 1002)]] })
    await client.until(() => client.responses.length > before, 'the endpoints')
    const [change] = client.responses.slice(before)
    assert.equal(change?.type, 'endpoint')
    assert.deepEqual(
      change?.resources.map(({ name }) => name),
      ['a'],
    )

    xds.push(
      resourceSet({
        cluster: [[cluster('a')]],
        endpoint: [[endpoints('a', 1001, 1003)]],
        listener: BASE.listener,
        route: [[route('80', virtualHost('a', 'a'))]],
      }),
    )
    await client.until(() => client.heldNames('cluster').length === 1, 'the removal of b')
    const order = client.responses.slice(before + 1).map(({ type }) => type)
    assert.ok(order.indexOf('route') < order.indexOf('cluster'), order.join())

    const types = () => xds.service.streams()[0]?.types
    await waitFor('rest', () => Object.values(types()!).every(({ stale }) => !stale))
    const { acked, nacks, held, wildcard } = types()!.cluster!
    assert.deepEqual([acked, nacks, held, wildcard], [2, 0, 1, true])
    client.disconnect()
    await waitFor('the end', () => xds.service.streams().length === 0)
    const count = client.responses.length
    client.connect()
    await waitFor('all types', () => types()?.route?.held === 1)
    xds.push({ ...xds.set, endpoint: [[endpoints('a', 1009)]] })
    await client.until(
      () => client.responses.at(-1)?.type === 'endpoint' && client.responses.length > count,
    )
    const again = client.responses.slice(count).flatMap(({ resources }) => resources)
    assert.deepEqual(
      again.map(({ name }) => name),
      ['a'],
      'only what changed is sent',
    )
  })

  test(`${mode}: one bad resource among a hundred costs only itself`, async (t) => {
    const names = Array.from({ length: 100 }, (_, index) => `r${index}`)
    const routes = (bad: string): ResourceSet =>
      resourceSet({
        route: [
          names.map((name) => route(name, virtualHost(name, 'a', [name === 'r7' ? bad : 'x']))),
        ],
      })
    const xds = await testXds(t, { set: routes('bad') })
    const refuse: XdsClientOptions['refuse'] = (_, { bytes }) =>
      bytes?.includes('bad') ? 'missing ]: [' : undefined
    const client = connect(t, xds, { mode, refuse }).subscribe('route', names)
    await client.until(() => client.heldNames('route').length === 99 && client.nacks === 2)
    await waitFor('one message', () => xds.log.length === 1)
    const [told] = xds.service.diagnostics()
    assert.equal(told?.code, 'L0302')
    assert.match(told?.text ?? '', /Envoy web rejected route r7: Error adding.*missing \]/)
    assert.equal(told?.origin?.source, 'routes.yaml')
    const { route: before } = xds.service.streams()[0]!.types
    assert.deepEqual(before?.rejected, ['r7'])
    assert.ok(before?.stale && before.lastError)

    client.disconnect()
    await waitFor('the end', () => xds.service.streams().length === 0)
    client.connect()
    await waitFor('the memory', () => xds.service.diagnostics().length === 1)
    assert.equal(client.nacks, 2, 'not sent again after a reconnect')
    xds.push(routes('good'))
    await client.until(() => client.heldNames('route').length === 100)
    assert.equal(xds.service.diagnostics().length, 0)
    assert.equal(xds.service.counters.nacks, 2)
  })

  test(`${mode}: what a proxy refused is not sent to it by the process after this one`, async (t) => {
    const folder = testFolder(t)
    const set = (mark: string, more = '1'): ResourceSet =>
      resourceSet({
        route: [[route('r', virtualHost('r', 'a', [mark])), route('s', virtualHost(more, 'a'))]],
      })
    const kept = new Rejections(folder)
    const first = await testXds(t, { set: set('good'), rejections: kept })
    const refuse: XdsClientOptions['refuse'] = (_, { bytes }) =>
      bytes?.includes('bad') ? 'private_key: "secret" missing ]: [' : undefined
    const client = connect(t, first, { mode, refuse }).subscribe('route', ['r', 's'])
    await client.until(() => client.heldNames('route').length === 2)
    first.push(set('bad'))
    await waitFor('the refusal', () => first.service.diagnostics().length === 1)
    const { nacks } = client
    await kept.close()
    const path = join(folder, 'rejections.json')
    assert.doesNotMatch(readFileSync(path, 'utf8'), /secret/)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    first.stop()
    await client.until(() => client.ended !== undefined, 'the end')

    const rejections = new Rejections(folder)
    const next = await testXds(t, { set: set('bad', '2'), rejections, port: first.port })
    client.connect()
    await waitFor('the memory', () => next.service.diagnostics().length === 1)
    await client.until(() => client.get('route', 's')!.bytes!.includes('2'), 'what is good')
    assert.equal(client.nacks, nacks)
    const [told] = next.service.diagnostics()
    assert.match(told!.text, /rejected route r: .*missing \]/)
    assert.deepEqual(told!.origin?.source, 'routes.yaml')
    next.push(set('better', '2'))
    await client.until(() => client.get('route', 'r')!.bytes!.includes('better'), 'the edit')
    assert.deepEqual(next.service.diagnostics(), [])
    next.stop()
    await waitFor('nothing to be remembered', () => rejections.of('web').length === 0)
    await rejections.close()
  })
}

test('a file of rejections that is none is as good as no file', async (t) => {
  for (const text of ['', '{', '[]', '{"web": 1}', '{"web": [{"type": "x"}, null, {"name": 3}]}']) {
    const folder = testFolder(t)
    writeFileSync(join(folder, 'rejections.json'), text)
    assert.deepEqual(new Rejections(folder).of('web'), [])
  }
})

test('what cannot be encoded is told once and withheld', async (t) => {
  const broken: Resource = { type: 'cluster', name: 'x', body: { name: 'x', no_such_field: 1 } }
  const xds = await testXds(t, { set: { ...BASE, cluster: [[cluster('a'), broken]] } })
  const first = connect(t, xds).subscribe('cluster')
  const second = connect(t, xds).subscribe('cluster')
  await first.until(() => first.get('cluster', 'a') !== undefined)
  await second.until(() => second.get('cluster', 'a') !== undefined)
  assert.deepEqual(first.heldNames('cluster'), ['a'])
  assert.deepEqual(
    xds.log.map(({ code }) => code),
    ['L0301'],
  )
})

test('large sets go in slices, a silent client gets one response and later the latest', async (t) => {
  const names = Array.from({ length: 3000 }, (_, index) => `cluster-${index}-${'x'.repeat(900)}`)
  const xds = await testXds(t, {
    set: resourceSet({ cluster: [names.map((name) => cluster(name))] }),
  })
  const client = connect(t, xds, { followClusters: false })
  client.silent = true
  client.subscribe('cluster')
  await client.until(() => client.responses.length === 1)
  assert.ok(client.responses[0]!.size < 1.1 * 2 ** 20)
  for (let mark = 2; mark < 12; mark++) {
    xds.push(resourceSet({ cluster: [names.slice(0, 2000).map((name) => cluster(name, mark))] }))
  }
  client.answer()
  await client.until(() => client.heldNames('cluster').length === 2000)
  await waitFor('rest', () => xds.service.streams()[0]?.types.cluster?.stale === false)
  assert.ok(client.responses.length < 10, `${client.responses.length} responses`)
  assert.ok(client.responses.every(({ size }) => size < 1.1 * 2 ** 20))
  const bytes = client.responses.reduce((sum, { size }) => sum + size, 0)
  assert.equal(xds.service.counters.bytes, bytes)
})

test('types one by one, virtual hosts, secrets and extension configs', async (t) => {
  const secret: Resource = { type: 'secret', name: 's', body: { name: 's', generic_secret: {} } }
  const config: Resource = {
    type: 'extensionConfig',
    name: 'e',
    body: {
      name: 'e',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router',
      },
    },
  }
  const host: Resource = { ...virtualHost('80/web', 'a', ['web']), name: '80/web' }
  const set = { ...BASE, secret: [[secret]], extensionConfig: [[config]], virtualHost: [[host]] }
  const xds = await testXds(t, { set })
  const service = (name: string) => `/envoy.service.${name}`
  const rows = [
    ['cluster', 'a', 'delta', 'cluster.v3.ClusterDiscoveryService/DeltaClusters'],
    ['endpoint', 'a', 'sotw', 'endpoint.v3.EndpointDiscoveryService/StreamEndpoints'],
    ['listener', 'in', 'sotw', 'listener.v3.ListenerDiscoveryService/StreamListeners'],
    ['route', '80', 'delta', 'route.v3.RouteDiscoveryService/DeltaRoutes'],
    ['virtualHost', '80/web', 'delta', 'route.v3.VirtualHostDiscoveryService/DeltaVirtualHosts'],
    ['secret', 's', 'delta', 'secret.v3.SecretDiscoveryService/DeltaSecrets'],
    [
      'extensionConfig',
      'e',
      'sotw',
      'extension.v3.ExtensionConfigDiscoveryService/StreamExtensionConfigs',
    ],
  ] as const
  for (const [type, name, mode, path] of rows) {
    const client = connect(t, xds, { mode, path: service(path), followClusters: false })
    client.subscribe(type, [name])
    await client.until(() => client.get(type, name) !== undefined, path)
  }
  const wrong = connect(t, xds, { path: service(rows[0][3]) }).subscribe('secret', ['s'])
  await wrong.until(() => wrong.responses.length === 1)
  assert.deepEqual(wrong.responses[0]?.removed, ['s'], 'a stream for clusters has no secrets')
  const all = connect(t, xds).subscribe('virtualHost')
  await all.until(() => all.get('virtualHost', '80/web') !== undefined)
})

test('strangers, garbage and unknown types do no harm', async (t) => {
  const xds = await testXds(t, {
    set: BASE,
    identify: ({ node: { id } }) =>
      id === 'stranger'
        ? { code: 'L0303', severity: 'error', text: 'no workload of this name' }
        : { id, key: '' },
  })
  const stranger = connect(t, xds, { node: { id: 'stranger' } }).subscribe('cluster')
  await stranger.until(() => stranger.ended !== undefined)
  assert.deepEqual(stranger.ended, {
    code: status.UNAUTHENTICATED,
    details: 'no workload of this name (L0303)',
  })
  assert.equal(stranger.responses.length, 0)

  for (const bytes of [Buffer.from([0x0a, 0xff]), Buffer.alloc(5000, 0x22), Buffer.from('hello')]) {
    const garbage = connect(t, xds)
    garbage.sendBytes(bytes)
    await garbage.until(() => garbage.ended !== undefined)
    assert.equal(garbage.ended?.code, status.INVALID_ARGUMENT)
  }
  const long = connect(t, xds).subscribe('endpoint', ['x'.repeat(5000)])
  await long.until(() => long.ended?.code === status.INVALID_ARGUMENT)

  const client = connect(t, xds)
  for (let round = 0; round < 3; round++) {
    const type_url = 'type.googleapis.com/envoy.config.route.v3.ScopedRouteConfiguration'
    client.sendBytes(
      encodeRequest('delta', { node: { id: 'web' }, type_url, resource_names_subscribe: ['rt'] }),
    )
  }
  client.subscribe('cluster')
  await client.until(() => client.get('cluster', 'a') !== undefined)
  assert.equal(xds.log.filter(({ code }) => code === 'L0304').length, 1, 'told once')
  assert.equal(xds.service.proxies().length, 1)
})

test('a set that cannot be computed leaves proxies as they are', async (t) => {
  let fails = false
  const xds = await testXds(t, {
    resources: () => {
      if (fails) throw new Error('boom')
      return BASE
    },
  })
  const client = connect(t, xds).subscribe('cluster')
  await client.until(() => client.get('cluster', 'a') !== undefined)
  fails = true
  xds.service.push()
  await waitFor('a message', () => xds.log.length === 1)
  assert.equal(xds.log[0]?.code, 'L0305')
  assert.equal(client.ended, undefined)
  const late = connect(t, xds).subscribe('cluster')
  await late.until(() => late.ended?.code === status.INTERNAL)
})

test('with mutual TLS the certificate comes with the caller, and a refused one is denied', async (t) => {
  const ca = await testCa()
  const own = await ca.issue({
    uri: 'spiffe://cluster.local/ns/system/sa/lotse',
    dns: 'localhost',
  })
  const peer = await ca.issue({ uri: 'spiffe://cluster.local/ns/default/sa/web' })
  const callers: Caller[] = []
  const service = createXdsService({
    identify: (caller) => {
      callers.push(caller)
      return { code: 'L0303', severity: 'error', text: 'not this one' }
    },
    resources: () => BASE,
    log: () => {},
  })
  const server = new Server()
  service.addTo(server)
  t.after(() => server.forceShutdown())
  const pair = { private_key: Buffer.from(own.keyPem), cert_chain: Buffer.from(own.chainPem) }
  const secure = ServerCredentials.createSsl(Buffer.from(ca.rootPem), [pair], true)
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', secure, (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  )
  const client = connect(
    t,
    { address: `localhost:${port}` },
    {
      credentials: credentials.createSsl(
        Buffer.from(ca.rootPem),
        Buffer.from(peer.keyPem),
        Buffer.from(peer.chainPem),
      ),
    },
  ).subscribe('cluster')
  await client.until(() => client.ended !== undefined)
  assert.equal(client.ended?.code, status.PERMISSION_DENIED)
  assert.match(String(callers[0]?.peerCertificate?.subjectaltname), /sa\/web/)
})

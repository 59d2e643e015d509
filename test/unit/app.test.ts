// The app without a command line: what is ready when, who a proxy is taken for, and what a start refuses.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { HttpConnectionManager, Listener, RouteConfiguration } from '../../proto/envoy.d.ts'
import { type App, type AppOptions, openApp } from '../../src/app.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { openHttp } from '../../src/dashboard/server.ts'
import { explainIn } from '../../src/explained.ts'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import { identifyByCertificate, identifyByNodeId, type MeshProxy } from '../../src/proxies.ts'
import { testFolder } from '../support/envoy.ts'
import { waitFor } from '../support/wait.ts'
import { join as documents, policy, service, workload } from '../support/workload.ts'

const MESH = documents(
  workload({ workload: 'shop/web', address: '127.9.0.1', labels: { app: 'web' } }),
  workload({ workload: 'shop/edge', address: '127.9.0.2', labels: { istio: 'edge' } }),
  service('shop/web', { app: 'web' }, 'grpc:7070', 'tcp:9000'),
  policy(
    'Gateway',
    'shop/edge',
    '{selector: {istio: edge}, servers: [{port: {number: 80, protocol: HTTP, name: http}, hosts: ["*"]}]}',
  ),
)

async function open(
  t: TestContext,
  options: Partial<AppOptions> = {},
  yaml = MESH,
): Promise<{ app: App; log: Diagnostic[]; folder: string }> {
  const folder = testFolder(t)
  const log: Diagnostic[] = []
  writeFileSync(join(folder, 'mesh.yaml'), yaml)
  const app = await openApp({
    config: [join(folder, 'mesh.yaml')],
    data: join(folder, 'data'),
    xds: '127.0.0.1:0',
    log: (diagnostic) => log.push(diagnostic),
    ...options,
  })
  assert.ok(!isProblem(app), JSON.stringify(app))
  t.after(() => app.close())
  return { app, log, folder }
}

function proxy(id: string, metadata: object = {}): MeshProxy {
  const node = {
    id,
    metadata: metadata as Record<string, unknown>,
    locality: '',
    userAgent: '',
    version: [0, 0] as const,
  }
  const found = identifyByNodeId({ node, aggregatedDelta: true })
  assert.ok(!isProblem(found), JSON.stringify(found))
  return found
}

const nodeId = (name: string, type = 'sidecar') =>
  `${type}~127.9.0.9~${name}.shop~shop.svc.cluster.local`

test('health, readiness and who may ask', async (t) => {
  const data = join(testFolder(t), 'data')
  const http = await openHttp({ address: '127.0.0.1:0', data })
  assert.ok(!isProblem(http))
  t.after(() => http.close())
  const get = (path: string, host = http.address) =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      httpRequest(`http://${http.address}${path}`, { headers: { host } }, (answer) => {
        let body = ''
        answer.on('data', (chunk) => {
          body += chunk
        })
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
      })
        .on('error', reject)
        .end()
    })
  const statuses = async (...paths: string[]) =>
    Promise.all(paths.map(async (path) => (await get(path)).status))
  const all = ['/healthz', '/readyz', '/api/v1/status', '/api/v1/config/web.shop', '/metrics', '/']
  assert.deepEqual(await statuses(...all), [200, 503, 503, 503, 200, 200])

  const { app } = await open(t)
  http.ready(app)
  assert.deepEqual(await statuses(...all), [200, 200, 200, 404, 200, 200])
  const { body } = await get('/api/v1/status')
  assert.deepEqual((JSON.parse(body) as { proxies: unknown }).proxies, [])
  // A page elsewhere whose name points here must not read the mesh.
  for (const name of ['evil.example', 'evil.example:80', '127.0.0.1.evil.example']) {
    const { status, body } = await get('/api/v1/status', name)
    assert.ok(status === 403 || status === 400, `${name}: ${status}`)
    assert.ok(!body.includes('proxies'))
  }
  for (const name of ['localhost', '127.0.0.1', '[::1]:80']) {
    assert.equal((await get('/api/v1/status', name)).status, 200, name)
  }
})

test('an API token that is too short, or cannot be had, opens nothing', async (t) => {
  const folder = testFolder(t)
  writeFileSync(join(folder, 'api-token'), '\n')
  writeFileSync(join(folder, 'file'), '')
  for (const data of [folder, join(folder, 'file')]) {
    const http = await openHttp({ address: '0.0.0.0:0', data })
    assert.ok(isProblem(http))
    assert.equal(http.code, 'L0410')
  }
})

test('who a proxy is', async (t) => {
  const { app } = await open(t)
  const listeners = (one: MeshProxy) =>
    app
      .resources(one)
      .listener.flat()
      .map(({ name }) => name)
  const captured = ['virtualOutbound', 'virtualInbound']
  assert.deepEqual(listeners(proxy(nodeId('web'))).slice(0, 2), captured)
  // Chosen by the Gateway's selector, or by its own word.
  assert.deepEqual(listeners(proxy(nodeId('edge'))), ['0.0.0.0_80'])
  assert.ok(!listeners(proxy(nodeId('web', 'router'))).includes('virtualInbound'))
  // Labels of a workload entry stand above those that a node claims.
  const claiming = proxy(nodeId('web'), { LABELS: { istio: 'edge' } })
  assert.deepEqual(listeners(claiming).slice(0, 2), captured)
  assert.deepEqual(listeners(proxy(nodeId('new'), { LABELS: { istio: 'edge' } })), ['0.0.0.0_80'])
  // Nobody gets secrets in plain text.
  for (const name of ['web', 'edge', 'new']) {
    assert.deepEqual(app.resources(proxy(nodeId(name))).secret.flat(), [])
  }
  for (const id of ['', 'web', 'sidecar~1~web~x', 'frob~1~web.shop~x', 'sidecar~1~.shop~x']) {
    const node = { id, metadata: {}, locality: '', userAgent: '', version: [0, 0] as const }
    const found = identifyByNodeId({ node, aggregatedDelta: true })
    assert.ok(isProblem(found) && found.code === 'L0306', id)
  }
  const node = {
    id: nodeId('web'),
    metadata: {},
    locality: '',
    userAgent: '',
    version: [0, 0] as const,
  }
  const nobody = identifyByCertificate({ node, aggregatedDelta: true })
  assert.ok(isProblem(nobody) && nobody.code === 'L0306')
})

test('what was translated for proxies that are gone is forgotten while the mesh changes', async (t) => {
  const { app, folder } = await open(t)
  const kept: number[] = []
  const isFewer = (count: number, at: number) => count < (kept[at - 1] ?? 0)
  for (let change = 1; !kept.some(isFewer); change++) {
    assert.ok(change < 50, `results: ${kept}`)
    const { generation } = app.mesh()
    const rule = `{hosts: [web], http: [{timeout: ${change}s, route: [{destination: {host: web}}]}]}`
    writeFileSync(
      join(folder, 'mesh.yaml'),
      documents(MESH, policy('VirtualService', 'shop/web', rule)),
    )
    await waitFor('the change', () => app.mesh().generation > generation)
    app.resources(proxy(nodeId(`once-${change}`)))
    kept.push(app.results())
  }
})

test('a comment that moves lines makes nothing anew, and all that names a place names the new one', async (t) => {
  const rule = (name: string, at: string) =>
    policy(
      'VirtualService',
      `shop/${name}`,
      `{hosts: [web], http: [{route: [{destination: {host: ${at}}}]}]}`,
    )
  const text = documents(MESH, rule('a', 'web'), rule('b', 'gone'))
  const { app, folder, log } = await open(t, {}, text)
  const client = proxy(nodeId('web'))
  const lineOf = (name: string) =>
    now.split('\n').findIndex((line) => line.includes(`name: ${name},`)) + 1
  let now = text
  const resources = app.resources(client)
  const results = app.results()
  for (const comment of ['', '# one\n# two\n# three\n', '# one\n---\n']) {
    now = comment + text
    const { generation } = app.mesh()
    if (comment !== '') {
      writeFileSync(join(folder, 'mesh.yaml'), now)
      await waitFor('the comment to be read', () => app.mesh().generation > generation)
    }
    const [a, b] = [lineOf('a'), lineOf('b')]
    const file = join(folder, 'mesh.yaml')
    const said = app.diagnostics().filter(({ about }) => about === 'VirtualService/shop/b')
    assert.deepEqual(
      said.map(({ code, origin }) => [code, origin && origin.line >= b]).sort(),
      [
        ['L0240', true],
        ['L0247', true],
      ],
      comment,
    )
    assert.match(said.map((one) => one.text).join(), new RegExp(`/shop/a \\(${file}:${a}:`))
    const explained = explainIn(app.mesh(), { workload: 'shop/web', host: 'web', path: '/' })
    assert.ok(!('code' in explained))
    const places = explained.steps.map(({ place }) => Number(place?.split(':')[1]))
    assert.ok(
      places.some((line) => line >= a && line < b),
      `${places} after ${comment}`,
    )
    assert.equal(app.resources(client), resources)
    assert.equal(app.results(), results)
  }
  assert.ok(!log.some(({ severity }) => severity === 'error'))
  await app.close()
  const kept = readFileSync(join(folder, 'data', 'last-good.jsonl'), 'utf8').split('\n')
  const line = kept.find((one) => one.includes('"name":"b"'))
  const { origin } = JSON.parse(line ?? '') as { origin: { line: number } }
  assert.ok(origin.line > lineOf('a'))
})

test('a gRPC client without an Envoy gets a listener for each name of each target', async (t) => {
  const { app } = await open(t)
  const grpc = proxy(nodeId('client'), { GENERATOR: 'grpc' })
  const set = app.resources(grpc)
  const all = (type: 'listener' | 'route' | 'cluster' | 'endpoint') => set[type].flat()
  const listeners = all('listener')
  const names = ['web.shop.svc.cluster.local', 'web.shop.svc.cluster.local.', 'web.shop.svc']
  const expected = [...names, 'web.shop', 'web'].map((name) => `${name}:7070`)
  assert.deepEqual(
    listeners.map(({ name }) => name),
    expected,
  )
  for (const { name, body } of listeners) {
    const { api_listener } = body as Listener
    const manager = api_listener?.api_listener as unknown as HttpConnectionManager
    assert.equal(manager.rds?.route_config_name, 'outbound|7070||web.shop.svc.cluster.local', name)
    assert.deepEqual(
      manager.http_filters?.map((filter) => filter.name),
      ['envoy.filters.http.fault', 'envoy.filters.http.router'],
    )
  }
  const [route] = all('route')
  assert.ok(route)
  const [host] = (route.body as RouteConfiguration).virtual_hosts ?? []
  for (const name of expected) assert.ok(host?.domains?.includes(name), name)
  const clusters = all('cluster')
  assert.deepEqual(
    clusters.map(({ name }) => name).sort(),
    all('endpoint')
      .map((one) => one.name)
      .sort(),
  )
  for (const { body } of clusters) {
    const fields = Object.keys(body)
    for (const field of ['transport_socket_matches', 'typed_extension_protocol_options']) {
      assert.ok(!fields.includes(field), field)
    }
  }
  assert.deepEqual(set.secret, [])
  // The same client again costs nothing: its set is the identical one.
  assert.equal(app.resources(proxy(nodeId('client'), { GENERATOR: 'grpc' })), set)
})

test('two targets of a gRPC client with an address in common', async (t) => {
  const entry = (name: string) =>
    policy(
      'ServiceEntry',
      `shop/${name}`,
      `{hosts: [${name}.example], addresses: [10.9.9.9], resolution: STATIC, location: MESH_INTERNAL,
        ports: [{number: 7070, name: grpc, protocol: GRPC}], endpoints: [{address: 127.9.0.3}]}`,
    )
  const config = join(testFolder(t), 'mesh.yaml')
  writeFileSync(config, documents(entry('one'), entry('two')))
  const { app } = await open(t, { config: [config] })
  const { listener } = app.resources(proxy(nodeId('client'), { GENERATOR: 'grpc' }))
  const names = listener.flat().map(({ name }) => name)
  assert.deepEqual(names.sort(), ['10.9.9.9:7070', 'one.example:7070', 'two.example:7070'])
})

test('what a start refuses, and that it leaves no port open', async (t) => {
  const folder = testFolder(t)
  writeFileSync(join(folder, 'mesh.yaml'), MESH)
  writeFileSync(join(folder, 'broken.yaml'), 'a: [1,\n')
  mkdirSync(join(folder, 'none'))
  const start = (options: Partial<AppOptions>) =>
    openApp({
      config: [join(folder, 'mesh.yaml')],
      data: join(folder, 'data'),
      xds: '127.0.0.1:0',
      log: () => undefined,
      ...options,
    })
  const refused: readonly [string, Partial<AppOptions>][] = [
    ['L0109', { config: [join(folder, 'mesh.yaml'), join(folder, 'gone')] }],
    ['L0110', { config: [join(folder, 'none')] }],
    ['L0110', { config: [join(folder, 'broken.yaml')] }],
    ['L0410', { data: join(folder, 'mesh.yaml') }],
    ['L0510', { plaintextXds: '0.0.0.0:0' }],
    ['L0510', { plaintextXds: '192.0.2.1:0' }],
    ['L0511', { xds: '192.0.2.1:0' }],
  ]
  for (const [code, options] of refused) {
    const app = await start(options)
    assert.ok(isProblem(app), `${code} ${JSON.stringify(options)}`)
    assert.equal(app.code, code)
  }
  const empty = await start({ config: [join(folder, 'none')], allowEmpty: true })
  assert.ok(!isProblem(empty))
  const again = await start({ data: join(folder, 'other'), xds: empty.xds })
  assert.ok(isProblem(again) && again.code === 'L0511')
  await empty.close()
  const later = await start({ data: join(folder, 'other'), xds: empty.xds })
  assert.ok(!isProblem(later))
  await later.close()
})

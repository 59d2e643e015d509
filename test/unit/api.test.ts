// The API as it describes itself: every route is described, and answers are as described, also for a mesh that is wrong in places.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fastify from 'fastify'
import { openApp } from '../../src/app.ts'
import { isProblem } from '../../src/ca/problem.ts'
import type {
  ObjectDetail,
  ObjectList,
  Preview,
  ServiceDetail,
  Traffic,
  WorkloadDetail,
} from '../../src/dashboard/answers.ts'
import { addApi } from '../../src/dashboard/routes.ts'
import { openHttp } from '../../src/dashboard/server.ts'
import { checkAnswer, type Description } from '../support/api-schema.ts'
import { testFolder } from '../support/envoy.ts'
import { join as documents, policy, service, workload } from '../support/workload.ts'

const MESH = documents(
  workload({ workload: 'shop/web-1', address: '127.9.0.1', labels: { app: 'web', version: 'v1' } }),
  workload({ workload: 'shop/web-2', address: '127.9.0.2', labels: { app: 'web', version: 'v2' } }),
  service('shop/web', { app: 'web' }, 'http:80:8080'),
  policy(
    'AuthorizationPolicy',
    'shop/web',
    '{selector: {matchLabels: {app: web}}, action: DENY, rules: [{}]}',
  ),
  policy('PeerAuthentication', 'istio-system/all', '{mtls: {mode: STRICT}}'),
  policy('AuthorizationPolicy', 'shop/others', '{selector: {matchLabels: {app: other}}}'),
  policy(
    'VirtualService',
    'shop/web',
    '{hosts: [web], http: [{route: [{destination: {host: web}}]}]}',
  ),
  policy('VirtualService', 'shop/wrong', '{hosts: [wrong], http: [{timout: 1s}]}'),
)

async function serve(
  t: TestContext,
  yaml = MESH,
  edit = false,
): Promise<{ url: string; config: string }> {
  const folder = testFolder(t)
  const config = join(folder, 'config')
  mkdirSync(config)
  writeFileSync(join(config, 'mesh.yaml'), yaml)
  const app = await openApp({
    ...{ config: [config], data: join(folder, 'data'), xds: '127.0.0.1:0', log: () => undefined },
    allowEmpty: yaml === '',
  })
  if (isProblem(app)) throw new Error(app.text)
  t.after(() => app.close())
  const http = await openHttp({
    ...{ address: '127.0.0.1:0', data: folder },
    ...(edit ? { edit: [config] } : {}),
  })
  if (isProblem(http)) throw new Error(http.text)
  t.after(() => http.close())
  http.ready(app)
  return { url: `http://${http.address}`, config }
}

test('every route is described, with who may use it', async () => {
  const server = fastify()
  const registered: string[] = []
  server.addHook('onRoute', ({ method, url }) => {
    if (method !== 'HEAD') registered.push(`${method} ${url.replace(/:(\w+)/g, '{$1}')}`)
  })
  addApi(server, () => undefined)
  const { url } = await serveOnce()
  const { paths } = (await (await fetch(`${url}/api/v1/openapi.json`)).json()) as Description
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  assert.deepEqual(described.sort(), registered.sort())
  for (const methods of Object.values(paths)) {
    for (const one of Object.values(methods))
      assert.match(one['x-lotse-role'], /^(read|operate|admin)$/)
  }
  await server.close()
})

let shared: Promise<{ url: string; config: string }> | undefined
const closers: (() => unknown)[] = []
test.after(async () => {
  for (const close of closers.reverse()) await close()
})
function serveOnce() {
  shared ??= serve({
    after: (close: () => unknown) => closers.push(close),
  } as unknown as TestContext)
  return shared
}

const SHARED = `# shares
${policy('VirtualService', 'shop/web', '{hosts: [web], http: [{route: [{destination: {host: web}, weight: 90}, {destination: {host: web, port: {number: 80}}, weight: 10}]}]}')}
---
${service('shop/web', { app: 'web' }, 'http:80:8080')}`

test('weights: a preview for everybody, written only with --edit, and never over a change', async (t) => {
  const send = async (url: string, method: string, body: unknown, type = 'application/json') => {
    const answer = await fetch(`${url}/api/v1/traffic/shop/web`, {
      ...{ method, headers: { 'content-type': type }, body: JSON.stringify(body) },
    })
    return { status: answer.status, body: (await answer.json()) as Preview & { error?: string } }
  }
  const closed = await serve(t, SHARED)
  const wanted = { rule: 0, weights: [50, 50] }
  const preview = await send(closed.url, 'POST', wanted)
  assert.equal(preview.status, 200)
  assert.deepEqual(
    preview.body.lines
      .map(({ sign }) => sign)
      .join('')
      .trim(),
    '-+',
  )
  const refused = await send(closed.url, 'PUT', { ...wanted, digest: preview.body.digest })
  assert.deepEqual([refused.status, /--edit/.test(refused.body.error ?? '')], [403, true])

  const { url, config } = await serve(t, SHARED, true)
  const file = join(config, 'mesh.yaml')
  await checkAnswer(url, '/api/v1/traffic')
  const { digest } = (await send(url, 'POST', wanted)).body
  for (const bad of [
    { rule: 9, weights: [1] },
    { rule: 0, weights: [1] },
    { rule: 0, weights: [-1, 2] },
    { rule: 0, weights: [0, 0] },
    null,
    'x',
    { rule: '0', weights: ['1', '2'] },
    { ...wanted, protocol: 'udp' },
    { ...wanted, protocol: 'tcp' },
  ]) {
    assert.equal((await send(url, 'PUT', bad)).status, 400, JSON.stringify(bad))
  }
  // A form of another site can send this, and nothing that asks a browser first.
  assert.ok((await send(url, 'PUT', { ...wanted, digest }, 'text/plain')).status >= 400)
  writeFileSync(file, `${readFileSync(file, 'utf8')}\n# somebody was here\n`)
  assert.equal((await send(url, 'PUT', { ...wanted, digest })).status, 409)
  const again = (await send(url, 'POST', wanted)).body.digest
  chmodSync(file, 0o640)
  const before = readFileSync(file, 'utf8')
  const done = await send(url, 'PUT', { ...wanted, digest: again })
  assert.deepEqual([done.status, done.body.written], [200, true])
  assert.equal(readFileSync(file, 'utf8'), before.replace('90', '50').replace('10}', '50}'))
  assert.equal(statSync(file).mode & 0o777, 0o640)
  assert.deepEqual(readdirSync(config), ['mesh.yaml'])
})

test('weights of connections are shown and changed as those of requests', async (t) => {
  const rules = ['tls: [{match: [{port: 443, sniHosts: [db]}], ', 'tcp: [{'].map(
    (begin, index) =>
      `${begin}route: [{destination: {host: web}, weight: ${70 + index}}, {destination: {host: web, port: {number: 80}}, weight: 3}]}]`,
  )
  const { url, config } = await serve(
    t,
    `${policy('VirtualService', 'shop/db', `{hosts: [db], ${rules.join(', ')}}`)}
---
${service('shop/web', { app: 'web' }, 'http:80:8080')}`,
    true,
  )
  const { rows } = (await (await fetch(`${url}/api/v1/traffic`)).json()) as Traffic
  assert.deepEqual(
    rows[0]?.rules.map(({ protocol, when, destinations }) => [
      protocol,
      when,
      destinations.map(({ weight }) => weight),
    ]),
    [
      ['tls', '[{"port":443,"sniHosts":["db"]}]', [70, 3]],
      ['tcp', '', [71, 3]],
    ],
  )
  const send = async (method: string, digest = '') => {
    const body = JSON.stringify({ protocol: 'tcp', rule: 0, weights: [1, 2], digest })
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${url}/api/v1/traffic/shop/db`, { method, headers, body })
    return (await answer.json()) as Preview
  }
  const file = join(config, 'mesh.yaml')
  const before = readFileSync(file, 'utf8')
  assert.equal((await send('PUT', (await send('POST')).digest)).written, true)
  const [, tcp = ''] = rules
  const changed = tcp.replace('71', '1').replace('weight: 3', 'weight: 2')
  assert.equal(readFileSync(file, 'utf8'), before.replace(tcp, changed))
})

test('a file that a link leads out of the folder is not written', async (t) => {
  const { url, config } = await serve(t, SHARED, true)
  const outside = join(config, '..', 'outside.yaml')
  renameSync(join(config, 'mesh.yaml'), outside)
  symlinkSync(outside, join(config, 'mesh.yaml'))
  const body = JSON.stringify({
    rule: 0,
    weights: [1, 1],
    digest: createHash('sha256').update(SHARED).digest('base64url'),
  })
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${url}/api/v1/traffic/shop/web`, { method: 'PUT', headers, body })
  assert.equal(answer.status, 403)
  assert.equal(readFileSync(outside, 'utf8'), SHARED)
})

test('answers are as described', async () => {
  const { url } = await serveOnce()
  for (const path of [
    'status',
    'summary',
    'graph',
    'services',
    'certificates',
    'ca',
    'openapi.json',
  ]) {
    await checkAnswer(url, `/api/v1/${path}`)
  }
  await checkAnswer(url, '/api/v1/history', '/api/v1/history?node=shop/web&window=300')
  await checkAnswer(url, '/api/v1/history', '/api/v1/history?node=shop/web&window=1800&by=workload')
})

test('objects: the worst first, each with its line, its problems and what it applies to', async () => {
  const { url } = await serveOnce()
  const list = (await checkAnswer(url, '/api/v1/objects')) as unknown as ObjectList
  const [worst] = list.items
  assert.equal(worst?.name, 'wrong')
  assert.equal(worst?.state, 'refused')
  assert.match(worst?.problems[0]?.place ?? '', /mesh\.yaml:\d+:\d+$/)
  assert.ok(worst?.problems.some(({ text }) => text.includes('timout')))
  assert.equal(list.kinds.AuthorizationPolicy, 2)
  const some = await checkAnswer(
    url,
    '/api/v1/objects',
    '/api/v1/objects?kind=AuthorizationPolicy&limit=1',
  )
  assert.equal((some as unknown as ObjectList).items.length, 1)
  assert.equal((some as unknown as ObjectList).total, 2)
  const path = '/api/v1/objects/{kind}/{namespace}/{name}'
  const ask = async (name: string) =>
    (await checkAnswer(url, path, `/api/v1/objects/${name}`)) as unknown as ObjectDetail
  const policy = await ask('AuthorizationPolicy/shop/web')
  assert.deepEqual(policy.workloads, ['shop/web-1', 'shop/web-2'])
  assert.equal(policy.scope, 'workloads with app=web')
  const mesh = await ask('PeerAuthentication/istio-system/all')
  assert.equal(mesh.scope, 'the whole mesh')
  assert.deepEqual((await ask('VirtualService/shop/web')).services, ['shop/web'])
  assert.equal((await fetch(`${url}/api/v1/objects/Nonsense/a/b`)).status, 404)
})

test('services and workloads: endpoints, and the policies that apply with their lines', async () => {
  const { url } = await serveOnce()
  const service = (await checkAnswer(
    url,
    '/api/v1/services/{namespace}/{name}',
    '/api/v1/services/shop/web',
  )) as unknown as ServiceDetail
  assert.deepEqual(
    service.endpoints.map(({ workload, ports, version, proxy }) => [
      workload,
      ports,
      version,
      proxy,
    ]),
    [
      ['shop/web-1', [8080], 'v1', 'none'],
      ['shop/web-2', [8080], 'v2', 'none'],
    ],
  )
  const names = service.policies.map(({ kind, name }) => `${kind} ${name}`).sort()
  assert.deepEqual(names, [
    'AuthorizationPolicy web',
    'PeerAuthentication all',
    'VirtualService web',
  ])
  for (const { place } of service.policies) assert.match(place, /mesh\.yaml:\d+/)
  const workload = (await checkAnswer(
    url,
    '/api/v1/workloads/{namespace}/{name}',
    '/api/v1/workloads/shop/web-2',
  )) as unknown as WorkloadDetail
  assert.equal(workload.service, 'shop/web')
  assert.equal(workload.policies.length, 2)
  for (const path of ['services/shop/none', 'workloads/shop/none', 'proxies/none']) {
    const answer = await fetch(`${url}/api/v1/${path}`)
    assert.equal(answer.status, 404)
    assert.match(((await answer.json()) as { error: string }).error, /none|connected/)
  }
})

test('a mesh without objects, and one with very many, are answered', async (t) => {
  const empty = await serve(t, '')
  assert.equal((await checkAnswer(empty.url, '/api/v1/objects')).total, 0)
  const many = Array.from({ length: 3000 }, (_, index) =>
    service(`shop/s${index}`, { app: `s${index}` }, 'http:80:8080'),
  )
  const { url } = await serve(t, documents(...many))
  const { total, items } = (await checkAnswer(url, '/api/v1/objects')) as unknown as ObjectList
  assert.deepEqual([total, items.length], [3000, 500])
})

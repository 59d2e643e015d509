// On demand: an Envoy has what its requests asked for and no more, and behaves as with everything.
import assert from 'node:assert/strict'
import { dirname, join as path } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type App, openApp } from '../../src/app.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { skip, type TestEnvoy } from '../support/envoy.ts'
import { request } from '../support/http.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { type Echo, httpUpstream, tcpUpstream, type Upstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const PORT = 8000
const SECOND = 8001
const TCP = 9000
const CALLS = [
  { port: PORT, protocol: 'HTTP' },
  { port: TCP, protocol: 'TCP', hosts: ['shop/raw.shop.svc.cluster.local'] },
]
const LONG = 'shop.svc.cluster.local'

interface Many {
  readonly mesh: TestMesh
  readonly envoy: TestEnvoy
  readonly one: Upstream
  readonly two: Upstream
  readonly address: string
  ask(host: string, path?: string): Promise<string>
}

const names = Array.from({ length: 20 }, (_, index) => `svc${index}`)

async function start(t: TestContext): Promise<Many> {
  const address = loopback()
  const one = await httpUpstream(t, { name: 'one', address: loopback(), port: 8080 })
  const two = await httpUpstream(t, { name: 'two', address: loopback(), port: 8080 })
  const raw = await tcpUpstream(t, { name: 'raw', address: loopback(), port: TCP, greeting: 'raw' })
  const mesh = await startMesh(t, {
    delivery: 'on-demand',
    yaml: {
      'mesh.yaml': join(
        workload({ workload: 'shop/one', address: one.address, labels: { app: 'web', v: '1' } }),
        workload({ workload: 'shop/two', address: two.address, labels: { app: 'web', v: '2' } }),
        workload({ workload: 'shop/raw', address: raw.address, labels: { app: 'raw' } }),
        ...names.map((name) => service(`shop/${name}`, { app: 'web' }, `http:${PORT}:8080`)),
        service('shop/two', { v: '2' }, `http:${PORT}:8080`),
        service('shop/idle', { app: 'web' }, `http:${PORT}:8080`),
        service('shop/raw', { app: 'raw' }, `tcp:${TCP}:${TCP}`),
        policy(
          'DestinationRule',
          'shop/svc1',
          '{host: svc1, subsets: [{name: v1, labels: {v: "1"}}, {name: v2, labels: {v: "2"}}]}',
        ),
      ),
      'client.yaml': workload({ workload: 'shop/client', address, calls: CALLS }),
      'rules.yaml': '',
      'more.yaml': '',
    },
    proxies: ['shop/client'],
  })
  return {
    ...{ mesh, one, two, address, envoy: mesh.envoy('shop/client') },
    ask: async (host, path = '/') => {
      const answer = await request({ address, port: PORT, host, path })
      const by = answer.body.startsWith('{') ? ` ${answer.json<Echo>().name}` : ''
      return `${answer.status}${by}`
    },
  }
}

async function clusters(envoy: TestEnvoy): Promise<string[]> {
  const held = await envoy.resources('cluster')
  return held.map(({ name }) => name).filter((name) => name.startsWith('outbound|'))
}

/** Requests of proxies so far, for "nothing was asked"; those that confirm what they had are waited for, as they may be late. */
async function heard(app: App): Promise<number> {
  const sum = (key: 'requests' | 'responses' | 'acks' | 'nacks') =>
    app.services.reduce((total, { counters }) => total + counters[key], 0)
  await waitFor(
    'every response to be confirmed',
    () => sum('responses') - sum('acks') - sum('nacks'),
    (open) => open === 0,
    { every: 2 },
  )
  return sum('requests')
}

function rule(host: string, http: string): string {
  return policy('VirtualService', `shop/${host.split('.')[0]}`, `{hosts: [${host}], http: ${http}}`)
}

test('on demand', { skip }, async (t) => {
  const many = await start(t)
  const { mesh, envoy, ask } = many

  await t.test(
    'there is nothing before the first request but what a TCP listener names',
    async () => {
      assert.deepEqual(await clusters(envoy), [`outbound|${TCP}||raw.${LONG}`])
      const [route] = await envoy.resources('route')
      assert.equal(route?.name, `on-demand|${many.address}_${PORT}`)
      // One for no host, which ends the wait for them.
      assert.equal((route!.resource.virtual_hosts as unknown[]).length, 1)
    },
  )

  await t.test('a request brings its service alone, under each of its names', async () => {
    assert.match(await ask('svc0:8000'), /^200/)
    await mesh.synced()
    assert.deepEqual((await clusters(envoy)).sort(), [
      `outbound|${PORT}||svc0.${LONG}`,
      `outbound|${TCP}||raw.${LONG}`,
    ])
    const before = await heard(mesh.app)
    for (const host of [
      'svc0',
      'svc0.shop',
      'svc0.shop.svc',
      `svc0.${LONG}`,
      `svc0.${LONG}:8000`,
    ]) {
      assert.match(await ask(host), /^200/, host)
    }
    assert.equal(await heard(mesh.app), before, 'nothing more was asked')
  })

  await t.test('shares, mirrors and faults hold for the very first request', async () => {
    const to = (subset: string) => `{destination: {host: svc1, subset: ${subset}}, weight: 50}`
    await mesh.edit(
      'rules.yaml',
      join(
        rule(
          'svc1',
          `[{match: [{uri: {prefix: /share}}], route: [${to('v1')}, ${to('v2')}]}, {route: [{destination: {host: svc1, subset: v1}}], mirrors: [{destination: {host: two}}]}]`,
        ),
        rule(
          'svc2',
          '[{fault: {abort: {httpStatus: 418, percentage: {value: 100}}}, route: [{destination: {host: svc2}}]}]',
        ),
      ),
    )
    const mirrored = many.two.received.length
    assert.equal(await ask('svc1'), '200 one')
    await waitFor(
      'the copy',
      () => many.two.received.length,
      (count) => count > mirrored,
    )
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask('svc1', '/share')))
    assert.deepEqual([...new Set(answers)].sort(), ['200 one', '200 two'])
    assert.equal(await ask('svc2'), '418')
  })

  await t.test('twenty first requests at once, each for several waiting', async () => {
    const hosts = names.slice(3).flatMap((name) => [name, `${name}.shop`, `${name}.shop`])
    const answers = await Promise.all(hosts.map((host) => ask(host)))
    assert.deepEqual(
      answers.filter((answer) => !answer.startsWith('200')),
      [],
    )
  })

  await t.test('who is unknown is told so at once, and served when it appears', async () => {
    assert.equal(await ask('later'), '502')
    const before = await heard(mesh.app)
    assert.equal(await ask('later'), '502')
    assert.equal(await heard(mesh.app), before, 'it was not asked for again')
    await mesh.edit('more.yaml', service('shop/later', { v: '2' }, `http:${PORT}:8080`))
    assert.equal(await ask('later'), '200 two')
    await mesh.edit('more.yaml', '')
    assert.equal(await ask('later'), '502')
    assert.equal(await ask(`later.${LONG}`), '502')
    await mesh.edit('more.yaml', service('shop/later', { v: '1' }, `http:${PORT}:8080`))
    assert.equal(await ask('later'), '200 one')
    assert.equal(await ask(`later.${LONG}`), '200 one')
  })

  await t.test('a pattern does not hide what is more exact', async () => {
    const to = (host: string) => `[{route: [{destination: {host: ${host}}}]}]`
    const header = '{headers: {response: {add: {x-rule: pattern}}}, '
    await mesh.edit(
      'rules.yaml',
      join(
        policy('VirtualService', 'shop/any', `{hosts: ["*.wild.test"], http: ${to('svc0')}}`),
        policy('VirtualService', 'shop/exact', `{hosts: [two.wild.test], http: ${to('two')}}`),
        policy(
          'VirtualService',
          'shop/late',
          `{hosts: [x.late.test], http: [${header}${to('svc0').slice(2)}}`,
        ),
      ),
    )
    assert.match(await ask('a.wild.test'), /^200/)
    assert.equal(await ask('two.wild.test'), '200 two')
    await mesh.edit(
      'rules.yaml',
      join(
        policy('VirtualService', 'shop/any', `{hosts: ["*.wild.test"], http: ${to('svc0')}}`),
        policy('VirtualService', 'shop/exact', `{hosts: [a.wild.test], http: ${to('two')}}`),
      ),
    )
    assert.equal(await ask('a.wild.test'), '200 two')
  })

  await t.test('what is shown of the proxy is what it has', async () => {
    await mesh.synced()
    const held = (await clusters(envoy)).sort()
    const [service] = mesh.app.services
    const shown = service!.chosen(service!.proxies()[0]!.id)!
    const names = (type: 'cluster' | 'endpoint') => shown[type].flat().map(({ name }) => name)
    assert.deepEqual(
      names('cluster')
        .filter((name) => name.startsWith('outbound|'))
        .sort(),
      held,
    )
    assert.deepEqual(names('endpoint').sort(), held)
    const { virtualHost } = service!.streams()[0]!.types
    assert.equal(virtualHost?.held, shown.virtualHost.flat().length)
  })

  await t.test('a port that comes, goes and comes again', async () => {
    const client = (...more: readonly { port: number; protocol: string }[]) =>
      workload({ workload: 'shop/client', address: many.address, calls: [...CALLS, ...more] })
    const askSecond = async (host: string) => {
      const answer = await request({ address: many.address, port: SECOND, host })
      return answer.status
    }
    await mesh.edit(
      'more.yaml',
      service('shop/both', { v: '1' }, `http:${PORT}:8080`, `http:${SECOND}:8080`),
    )
    for (let turn = 0; turn < 3; turn++) {
      await mesh.edit('client.yaml', client({ port: SECOND, protocol: 'HTTP' }))
      assert.equal(await askSecond('both'), 200)
      assert.equal(await askSecond('nobody'), 502)
      await mesh.edit('client.yaml', client())
    }
    assert.equal(await ask('both'), '200 one')
  })

  await t.test('from one way to the other and back nothing fails', async () => {
    const delivery = (mode: string) =>
      `apiVersion: mesh.istio.io/v1alpha1\nkind: MeshConfig\nmetadata: {name: mesh, annotations: {lotse/delivery: ${mode}}}\n`
    const statuses = new Map<string, number>()
    const asking = { on: true }
    const load = (async () => {
      while (asking.on) {
        const answer = (await ask('svc0')).slice(0, 3)
        statuses.set(answer, (statuses.get(answer) ?? 0) + 1)
      }
    })()
    const routes = async () => (await envoy.resources('route')).map(({ name }) => name)
    for (const mode of ['preloaded', 'whole', 'on-demand', 'whole', 'preloaded', 'on-demand']) {
      await mesh.edit('delivery.yaml', delivery(mode))
      const name = `${many.address}_${PORT}`
      const wanted = mode === 'whole' ? name : `${mode}|${name}`
      await envoy.waitFor(wanted, routes, (list) => list.includes(wanted))
      assert.match(await ask('svc7.shop'), /^200/, mode)
    }
    asking.on = false
    await load
    assert.deepEqual([...statuses.keys()], ['200'])
  })

  await t.test('after a restart nothing is sent again, and who waited is served', async () => {
    await mesh.synced()
    const held = await clusters(envoy)
    const [host = '', port = ''] = mesh.app.xds.split(':')
    await mesh.closeControlPlane()
    assert.match(await ask('svc5'), /^200/)
    const waiting = ask('idle.shop.svc:8000')
    const app = await openApp({
      config: [mesh.config],
      data: path(dirname(mesh.config), 'data'),
      xds: `${host}:${port}`,
      delivery: 'on-demand',
      log: () => {},
    })
    if (isProblem(app)) throw new Error(app.text)
    t.after(() => app.close())
    assert.match(await waiting, /^200/)
    const streams = () => app.services.flatMap((service) => service.streams())
    const quiet = () =>
      streams()
        .flatMap(({ types }) => Object.values(types))
        .every(({ stale }) => !stale)
    await waitFor(
      'a stream',
      () => streams().length === 1 && streams()[0]?.types.virtualHost && quiet(),
    )
    assert.deepEqual(
      (await clusters(envoy)).sort(),
      [...held, `outbound|${PORT}||idle.${LONG}`].sort(),
    )
    // Cluster, endpoints, virtual host and answer of who waited.
    assert.equal(app.services[0]?.counters.resources, 4)
    assert.match(await ask('svc5'), /^200/)
  })
})

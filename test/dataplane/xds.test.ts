// Delivery to a real Envoy: what it refuses costs nothing else, changed clusters get warm, a reconnect sends nothing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ORIGIN } from '../../src/model/origin.ts'
import type { Resource, ResourceSet } from '../../src/model/resource.ts'
import { skip, testEnvoy } from '../support/envoy.ts'
import { request } from '../support/http.ts'
import { httpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import {
  cluster,
  endpoints,
  listener,
  resourceSet,
  route,
  virtualHost,
} from '../support/xds-resources.ts'
import { testXds } from '../support/xds-server.ts'

const CLUSTERS = Array.from({ length: 100 }, (_, index) => `c${index}`)
const ROUTES = Array.from({ length: 10 }, (_, index) => `r${index}`)

function withRegex(name: string, regex: string): Resource {
  const match = { safe_regex: { regex } }
  const body = {
    name: 'v',
    domains: ['*'],
    routes: [
      { match, route: { cluster: 'c0' }, [ORIGIN]: { source: 'vs.yaml', line: 12, column: 5 } },
    ],
  }
  return route(name, { type: 'virtualHost', name: 'v', body })
}

function badCluster(name: string): Resource {
  const { eds_cluster_config: _, ...body } = cluster(name).body as { eds_cluster_config?: object }
  return {
    type: 'cluster',
    name,
    body: { ...body, [ORIGIN]: { source: 'dr.yaml', line: 4, column: 3 } },
  }
}

function mesh(port: number, bad: boolean, mark = 1): ResourceSet {
  return resourceSet({
    cluster: [
      CLUSTERS.map((name) =>
        bad && name === 'c50' ? badCluster(name) : cluster(name, name === 'c1' ? mark : 1),
      ),
    ],
    endpoint: [CLUSTERS.map((name) => endpoints(name, port))],
    listener: [ROUTES.map((name) => listener(`l-${name}`, 0, name))],
    route: [
      ROUTES.map((name) =>
        name === 'r3'
          ? withRegex(name, bad ? 'a[' : '.*')
          : route(name, virtualHost('v', 'c1', ['*'])),
      ),
    ],
  })
}

for (const delta of [true, false]) {
  test(`refusals, warming and reconnect, ${delta ? 'delta' : 'state of the world'}`, {
    skip,
  }, async (t) => {
    const upstream = await httpUpstream(t, { name: 'up' })
    const heard: string[] = []
    const xds = await testXds(t, {
      set: mesh(upstream.port, true),
      onRequest: (_, type, { nonce, names, error }) =>
        heard.push(`${type} ${nonce ? (error === undefined ? 'ack' : 'nack') : names.length}`),
    })
    const proxy = { namespace: 'default', workload: 'web', address: '127.0.0.1' }
    const envoy = await testEnvoy(t, {
      bootstrap: { proxy, delta, xds: [{ host: '127.0.0.1', port: xds.port }] },
      ready: false,
    })
    const refused = () =>
      xds.service.diagnostics().map(({ text, origin }) => [text, origin?.source])
    const quiet = () =>
      Object.values(xds.service.streams()[0]?.types ?? {}).every(
        ({ stale, rejected }) => !stale || rejected.length > 0,
      )
    await waitFor('both refusals', refused, (list) => list.length === 2 && quiet())
    const [first, second] = refused()
    assert.match(String(first?.[0]), /rejected cluster c50: .*eds/i)
    assert.equal(first?.[1], 'dr.yaml')
    assert.match(String(second?.[0]), /rejected route r3: .*missing \]/)
    assert.equal(second?.[1], 'vs.yaml')
    assert.equal(xds.log.length, 2, 'each is told once')
    await envoy.waitFor(
      '99 clusters',
      async () =>
        (await envoy.resources('cluster')).filter(
          ({ name, state }) => state === 'active' && name !== 'xds-grpc',
        ),
      (list) => list.length === 99,
    )
    await envoy.waitFor(
      '9 routes',
      () => envoy.resources('route'),
      (list) => list.length === 9,
    )
    const port = await envoy.waitFor('the port', () => envoy.listenerPort('l-r1'))
    await envoy.waitFor('an answer', async () => (await request({ port })).status === 200)
    const nacks = xds.service.counters.nacks
    assert.ok(nacks <= 4, `${nacks} refusals`)

    xds.push(mesh(upstream.port, false))
    await waitFor('no refusals', () => refused().length === 0 && quiet())
    const fixed = await envoy.waitFor('the port of r3', () => envoy.listenerPort('l-r3'))
    assert.equal((await request({ port: fixed })).status, 200)

    heard.length = 0
    xds.push(mesh(upstream.port, false, 9))
    await waitFor('the change', () => heard.includes('cluster ack') && quiet())
    await envoy.waitFor(
      'no warming',
      async () =>
        (await envoy.stat('cluster_manager.warming_clusters')) === 0 &&
        (await envoy.resources('cluster')).some(
          ({ name, resource, state }) =>
            name === 'c1' && resource.connect_timeout === '9s' && state === 'active',
        ),
    )
    assert.ok(heard.includes('endpoint ack'), heard.join())
    assert.equal((await request({ port })).status, 200)

    xds.stop()
    const again = await testXds(t, { set: mesh(upstream.port, false, 9), port: xds.port })
    await waitFor(
      'a new stream',
      () => again.service.streams()[0]?.types.route?.held === 10,
      Boolean,
      { timeout: 60_000 },
    )
    assert.equal(again.service.counters.resources, 0, 'nothing is sent again')
    assert.equal((await request({ port })).status, 200)
  })

  test(`a service that is replaced under load loses no request, ${delta ? 'delta' : 'state of the world'}`, {
    skip,
  }, async (t) => {
    const upstream = await httpUpstream(t, { name: 'up' })
    const generation = (index: number): ResourceSet =>
      resourceSet({
        cluster: [[cluster(`g${index}`)]],
        endpoint: [[endpoints(`g${index}`, upstream.port)]],
        listener: [[listener('in', 0, '80')]],
        route: [[route('80', virtualHost('v', `g${index}`, ['*']))]],
      })
    const heard: string[] = []
    const xds = await testXds(t, {
      set: generation(0),
      onRequest: (_, type, { nonce, names, unsubscribed }) =>
        heard.push(`${type} ${nonce ? 'ack' : `+${names.length} -${unsubscribed.length}`}`),
    })
    const proxy = { namespace: 'default', workload: 'web', address: '127.0.0.1' }
    const envoy = await testEnvoy(t, {
      bootstrap: { proxy, delta, xds: [{ host: '127.0.0.1', port: xds.port }] },
    })
    const port = await envoy.waitFor('the port', () => envoy.listenerPort('in'))
    await envoy.waitFor('an answer', async () => (await request({ port })).status === 200)
    const statuses = new Map<number, number>()
    let running = true
    const load = (async () => {
      while (running) {
        const { status } = await request({ port })
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }
    })()
    for (let index = 1; index <= 20; index++) {
      heard.length = 0
      xds.push(generation(index))
      await envoy.waitFor(`generation ${index} alone`, async () => {
        const clusters = await envoy.resources('cluster')
        return (
          clusters.some(({ name, state }) => name === `g${index}` && state === 'active') &&
          !clusters.some(({ name }) => name === `g${index - 1}`)
        )
      })
    }
    running = false
    await load
    t.diagnostic(`heard: ${heard.join(', ')}; requests: ${[...statuses.values()]}`)
    assert.deepEqual([...statuses.keys()], [200])
    assert.equal(xds.service.counters.nacks, 0)
  })
}

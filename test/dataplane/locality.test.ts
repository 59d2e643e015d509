// Localities on the real Envoy: traffic stays near, moves on when what is near is ejected, comes back, and follows shares.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skip } from '../support/envoy.ts'
import { request } from '../support/http.ts'
import { startMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { type Echo, httpUpstream, type Upstream } from '../support/upstreams.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const PORT = 8000
const CLUSTER = `outbound|${PORT}||web.shop.svc.cluster.local`
const PLACES = { near: 'eu/a/1', zone: 'eu/a/2', region: 'eu/b', far: 'us/c' } as const
type Name = keyof typeof PLACES

test('localities', { skip }, async (t) => {
  const client = loopback()
  const elsewhere = loopback()
  const upstreams = Object.fromEntries(
    await Promise.all(
      Object.keys(PLACES).map(async (name) => [
        name,
        await httpUpstream(t, { name, address: loopback(), port: 8080 }),
      ]),
    ),
  ) as Record<Name, Upstream>
  const calls = [{ port: PORT, protocol: 'HTTP' }]
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({ workload: 'shop/client', address: client, locality: 'eu/a/1', calls }),
        workload({ workload: 'shop/elsewhere', address: elsewhere, locality: 'us/c', calls }),
        ...Object.entries(PLACES).map(([name, locality]) =>
          workload({
            ...{ workload: `shop/${name}`, address: upstreams[name as Name].address, locality },
            labels: { app: 'web', rack: name === 'region' ? 'r1' : 'r2' },
          }),
        ),
        service('shop/web', { app: 'web' }, `http:${PORT}:8080`),
      ),
      'rules.yaml': '',
    },
    proxies: ['shop/client', 'shop/elsewhere'],
  })
  const envoy = mesh.envoy('shop/client')

  /** The rule is written and Envoy's endpoints have these priorities. */
  const rule = async (trafficPolicy: string, priorities: Partial<Record<Name, number>>) => {
    const text = `{host: web, trafficPolicy: ${trafficPolicy}}`
    await mesh.edit('rules.yaml', policy('DestinationRule', 'shop/web', text))
    await envoy.waitFor(
      `priorities ${JSON.stringify(priorities)}`,
      () => hosts(),
      (now) =>
        now.length === Object.keys(priorities).length &&
        now.every(({ name, priority }) => priorities[name] === priority),
    )
  }

  const hosts = async () => {
    const text = await envoy.admin('/clusters?format=json')
    const { cluster_statuses: clusters } = JSON.parse(text) as ClusterStatuses
    const found = clusters.find(({ name }) => name === CLUSTER)?.host_statuses ?? []
    return found.map(({ address, priority = 0, health_status }) => ({
      name: (Object.keys(upstreams) as Name[]).find(
        (name) => upstreams[name].address === address.socket_address.address,
      )!,
      priority,
      ejected: health_status?.failed_outlier_check === true,
    }))
  }

  const ask = async (address = client): Promise<string> => {
    const { status, ...answer } = await request({ address, port: PORT, host: 'web.shop' })
    return status === 200 ? answer.json<Echo>().name : String(status)
  }
  const askMany = async (count: number, address = client): Promise<Record<string, number>> => {
    const sums: Record<string, number> = {}
    for (let i = 0; i < count; i += 1) {
      const by = await ask(address)
      sums[by] = (sums[by] ?? 0) + 1
    }
    return sums
  }

  const EJECT =
    'outlierDetection: {consecutive5xxErrors: 1, interval: 100ms, baseEjectionTime: 3s, maxEjectionPercent: 100}'

  // On demand an Envoy has what was asked for.
  for (const address of [client, elsewhere]) await ask(address)

  await t.test('without outlier detection every locality serves', async () => {
    await rule('{loadBalancer: {simple: ROUND_ROBIN}}', { near: 0, zone: 0, region: 0, far: 0 })
    assert.deepEqual(await askMany(8), { near: 2, zone: 2, region: 2, far: 2 })
  })

  await t.test('with it traffic stays near, moves on by distance, and comes back', async () => {
    await rule(`{${EJECT}}`, { near: 0, zone: 1, region: 2, far: 3 })
    assert.deepEqual(await askMany(6), { near: 6 })
    assert.deepEqual(await askMany(6, elsewhere), { far: 6 })
    // Envoy takes up to a second to tell its workers of a second ejection, so the first must last longer.
    const order: Name[] = ['near', 'zone']
    for (const [index, name] of order.entries()) {
      upstreams[name].behave({ status: 500 })
      const next = (['zone', 'region'] as const)[index]!
      await envoy.waitFor(
        `traffic to move on to ${next}`,
        () => ask(),
        (by) => by === next,
      )
    }
    for (const name of order) upstreams[name].behave({})
    await envoy.waitFor(
      'traffic to come back',
      () => ask(),
      (by) => by === 'near',
    )
    await envoy.waitFor('nothing to be ejected', hosts, (now) => now.every((one) => !one.ejected))
    assert.deepEqual(await askMany(6), { near: 6 })
  })

  await t.test('a failover names the next region, labels order before places', async () => {
    const failover = 'loadBalancer: {localityLbSetting: {failover: [{from: eu, to: ap}]}}'
    await rule(`{${EJECT}, ${failover}}`, { near: 0, zone: 1, region: 2, far: 3 })
    const labels = 'loadBalancer: {localityLbSetting: {failoverPriority: ["rack=r1"]}}'
    await rule(`{${EJECT}, ${labels}}`, { near: 1, zone: 1, region: 0, far: 1 })
    assert.deepEqual(await askMany(6), { region: 6 })
  })

  await t.test('distribute gives shares and shuts out what it does not name', async () => {
    const distribute =
      'loadBalancer: {simple: ROUND_ROBIN, localityLbSetting: {distribute: [{from: eu/a/*, to: {"eu/a/*": 80, us/c: 20}}]}}'
    await rule(`{${EJECT}, ${distribute}}`, { near: 0, zone: 0, far: 0 })
    const shares = await askMany(50)
    assert.deepEqual(Object.keys(shares).sort(), ['far', 'near', 'zone'])
    assert.ok(Math.abs(shares.far! - 10) <= 2, JSON.stringify(shares))
    // Elsewhere the rule says nothing.
    assert.ok('region' in (await askMany(8, elsewhere)))
  })

  await t.test('switched off, distance does not count', async () => {
    const off = 'loadBalancer: {simple: ROUND_ROBIN, localityLbSetting: {enabled: false}}'
    await rule(`{${EJECT}, ${off}}`, { near: 0, zone: 0, region: 0, far: 0 })
    assert.equal(Object.keys(await askMany(8)).length, 4)
  })
})

interface ClusterStatuses {
  readonly cluster_statuses: readonly {
    readonly name: string
    readonly host_statuses?: readonly {
      readonly address: { readonly socket_address: { readonly address: string } }
      readonly priority?: number
      readonly health_status?: { readonly failed_outlier_check?: boolean }
    }[]
  }[]
}

test('Envoy balances by zones where it knows the other proxies of its application', {
  skip,
}, async (t) => {
  const client = loopback()
  const zones = { near: 'eu/a', next: 'eu/b', far: 'us/c' } as const
  const upstreams = await Promise.all(
    Object.entries(zones).map(async ([name, locality]) => {
      const { address } = await httpUpstream(t, { name, address: loopback(), port: 8080 })
      return { name, locality, address }
    }),
  )
  const calls = [{ port: PORT, protocol: 'HTTP' }]
  const labels = { app: 'client' }
  const peer = (name: string, locality: string) =>
    workload({ workload: `shop/${name}`, address: loopback(), locality, labels })
  const rule = (zones: string) =>
    policy(
      'DestinationRule',
      'shop/web',
      `{host: web, trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN, zoneAwareLbSetting: ${zones}}}}`,
    )
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        policy(
          'ProxyConfig',
          'shop/all',
          '{environmentVariables: {ISTIO_META_ENABLE_SELF_DISCOVERY: "true"}}',
        ),
        workload({ workload: 'shop/client', address: client, locality: 'eu/a', labels, calls }),
        ...upstreams.map(({ name, ...place }) =>
          workload({ ...place, workload: `shop/${name}`, labels: { app: 'web' } }),
        ),
        service('shop/web', { app: 'web' }, `http:${PORT}:8080`),
      ),
      'peers.yaml': peer('client-b', 'eu/b'),
      'config.yaml': '',
      'rules.yaml': rule('{enabled: true, minClusterSize: 1}'),
    },
    proxies: ['shop/client'],
  })
  const shares = async () => {
    const sums: Record<string, number> = {}
    for (let i = 0; i < 40; i += 1) {
      const { body } = await request({ address: client, port: PORT, host: 'web.shop' })
      const { name } = JSON.parse(body) as Echo
      sums[name] = (sums[name] ?? 0) + 1
    }
    return sums
  }

  assert.deepEqual(await shares(), { near: 40 }, 'half of the callers, half of the servers')

  await mesh.edit('peers.yaml', '')
  const alone = await shares()
  assert.deepEqual(Object.keys(alone).sort(), ['near', 'next'], 'more callers here than servers')

  await mesh.edit('peers.yaml', peer('client-b', 'eu/b'))
  assert.deepEqual(await shares(), { near: 40 })
  await mesh.edit('rules.yaml', rule('{enabled: true}'))
  assert.deepEqual(await shares(), { near: 20, next: 20 }, 'fewer than six servers')
  await mesh.edit('rules.yaml', rule('{enabled: false}'))
  assert.deepEqual(Object.keys(await shares()).sort(), ['far', 'near', 'next'])

  await mesh.edit('rules.yaml', '')
  const everywhere = 'zoneAwareLbSetting: {enabled: true, minClusterSize: 1}'
  const kind = 'apiVersion: mesh.istio.io/v1alpha1\nkind: MeshConfig\nmetadata: {name: mesh}'
  await mesh.edit('config.yaml', `${kind}\n${everywhere}`)
  assert.deepEqual(await shares(), { near: 40 }, 'for all services')
})

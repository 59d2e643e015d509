// ServiceEntries and ExternalName services on the real Envoy: where the endpoints of a host come from, and how often each is called.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skip } from '../support/envoy.ts'
import { PORT, type Shop, startShop } from '../support/shop.ts'
import { httpUpstream } from '../support/upstreams.ts'
import { policy } from '../support/workload.ts'

const ROUND_ROBIN = (host: string) =>
  policy(
    'DestinationRule',
    'shop/even',
    `{host: ${host}, trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}}`,
  )

function entry(name: string, spec: string, year = 0): string {
  const ports = `ports: [{number: ${PORT}, name: http, protocol: HTTP, targetPort: 8080}]`
  return policy('ServiceEntry', `shop/${name}`, `{${ports}, ${spec}}`, year)
}

async function counts(f: Shop, host: string, requests: number): Promise<Record<string, number>> {
  const sums: Record<string, number> = {}
  for (let i = 0; i < requests; i += 1) {
    const { by, status } = await f.ask({ host })
    const name = by || String(status)
    sums[name] = (sums[name] ?? 0) + 1
  }
  return sums
}

test('service entries', { skip }, async (t) => {
  const f = await startShop(t)
  const [left, right] = await Promise.all([
    httpUpstream(t, { name: 'left' }),
    httpUpstream(t, { name: 'right' }),
  ])

  await t.test('weights and ports of single endpoints', async () => {
    const endpoints = `[{address: ${f.one.address}, weight: 3}, {address: 127.0.0.1, ports: {http: ${left.port}}}]`
    const spec = `hosts: [a.test], resolution: STATIC, endpoints: ${endpoints}`
    await f.rules(entry('a', spec), ROUND_ROBIN('a.test'))
    assert.deepEqual(await counts(f, 'a.test', 12), { one: 9, left: 3 })
  })

  await t.test('names are looked up, each with its port', async () => {
    const endpoints = [left, right].map(
      ({ port }) => `{address: localhost, ports: {http: ${port}}}`,
    )
    const spec = `hosts: [b.test], resolution: DNS, endpoints: [${endpoints}]`
    await f.rules(entry('b', spec), ROUND_ROBIN('b.test'))
    await f.mesh.envoy('shop/client').waitFor(
      'both names to be looked up',
      () => counts(f, 'b.test', 4),
      ({ left: l, right: r }) => l === 2 && r === 2,
    )
  })

  await t.test('two entries for one host add up, the older says the ports', async () => {
    const younger = policy(
      'ServiceEntry',
      'shop/younger',
      `{hosts: [c.test], resolution: STATIC, endpoints: [{address: 127.0.0.1}],
        ports: [{number: ${PORT + 5}, name: http, protocol: HTTP, targetPort: ${left.port}}]}`,
      2,
    )
    const older = `hosts: [c.test], resolution: STATIC, endpoints: [{address: ${f.one.address}}]`
    await f.rules(younger, entry('older', older, 1), ROUND_ROBIN('c.test'))
    assert.deepEqual(await counts(f, 'c.test', 6), { one: 3, left: 3 })
  })

  await t.test('workload entries are endpoints by their labels', async () => {
    const spec = 'hosts: [d.test], resolution: STATIC, workloadSelector: {labels: {app: web}}'
    await f.rules(entry('d', spec), ROUND_ROBIN('d.test'))
    assert.deepEqual(await counts(f, 'd.test', 4), { one: 2, two: 2 })
  })

  await t.test('an ExternalName service leads to that name', async () => {
    const service = (externalName: string) =>
      `apiVersion: v1
kind: Service
metadata: {name: alias, namespace: shop}
spec:
  type: ExternalName
  externalName: ${externalName}
  ports: [{name: http, port: ${PORT}, targetPort: ${right.port}}]
`
    await f.rules(service('localhost'))
    await f.mesh.envoy('shop/client').waitFor(
      'the name to be looked up',
      () => counts(f, 'alias', 1),
      ({ right: r }) => r === 1,
    )
  })

  await t.test(
    'an ExternalName of a service is that service, rules and subsets included',
    async () => {
      const alias = (name: string, target: string, ports = '') =>
        `{apiVersion: v1, kind: Service, metadata: {name: ${name}, namespace: shop}, spec: {type: ExternalName, externalName: ${target}${ports}}}`
      const names = [
        alias('alias', 'web.shop.svc.cluster.local'),
        alias('again', 'Alias.shop.svc.cluster.local.', `, ports: [{name: http, port: ${PORT}}]`),
      ]
      const rule = (host: string, subset: string) =>
        policy(
          'VirtualService',
          `shop/${host}`,
          `{hosts: [${host}], http: [{route: [{destination: {host: again, subset: ${subset}}}]}]}`,
        )
      await f.rules(...names)
      for (const host of ['alias', 'alias.shop', 'again', 'again.shop.svc.cluster.local']) {
        assert.equal((await f.ask({ host })).status, 200, host)
      }
      assert.equal((await f.askElsewhere({ host: 'alias.shop' })).status, 200)
      assert.equal((await f.askElsewhere({ host: 'alias' })).status, 502)
      await f.rules(...names, rule('web', 'v2'), rule('alias', 'v1'))
      assert.deepEqual(await counts(f, 'alias', 6), { two: 6 }, 'rules are for the service itself')
      await f.rules(
        ...names,
        alias('round', 'trip.shop.svc.cluster.local'),
        alias('trip', 'round.shop.svc.cluster.local'),
      )
      assert.equal((await f.ask({ host: 'web' })).status, 200, 'a circle hurts nobody')
    },
  )

  await t.test('endpoints that are not ready are never called', async () => {
    const slice = (first: string) => `apiVersion: v1
kind: Service
metadata: {name: sliced, namespace: shop}
spec: {ports: [{name: http, port: ${PORT}}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: sliced, namespace: shop, labels: {kubernetes.io/service-name: sliced}}
addressType: IPv4
ports: [{name: http, port: 8080}]
endpoints:
  - {addresses: [${f.one.address}]${first}}
  - {addresses: [${f.two.address}], conditions: {ready: false}}
`
    await f.rules(slice(''))
    assert.deepEqual(await counts(f, 'sliced', 6), { one: 6 })
    await f.rules(slice(', conditions: {ready: false}'))
    assert.deepEqual(await counts(f, 'sliced', 2), { '503': 2 })
  })
})

// Routes of services of the Kubernetes Gateway API on real sidecars: whose routes a client follows, and what comes in their place.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { DeliveryMode } from '../../src/model/node.ts'
import { skip } from '../support/envoy.ts'
import { gatewayApi } from '../support/gateway-api.ts'
import { request } from '../support/http.ts'
import { startMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { httpUpstream } from '../support/upstreams.ts'
import { join, policy, service, workload } from '../support/workload.ts'

/** Clients of two namespaces, and the services `shop/one` and `shop/two` without proxies, on two ports each. */
async function startClients(t: TestContext, delivery: DeliveryMode) {
  const upstream = (name: string) => httpUpstream(t, { name, address: loopback(), port: 8080 })
  const [one, two] = [await upstream('one'), await upstream('two')]
  const addresses = { shop: loopback(), else: loopback() }
  const client = (namespace: 'shop' | 'else') =>
    workload({
      ...{ workload: `${namespace}/client`, address: addresses[namespace] },
      calls: [80, 81].map((port) => ({ port, protocol: 'HTTP' })),
    })
  const mesh = await startMesh(t, {
    delivery,
    yaml: {
      'mesh.yaml': join(
        client('shop'),
        client('else'),
        workload({ workload: 'shop/one', address: one.address, labels: { app: 'one' } }),
        workload({ workload: 'shop/two', address: two.address, labels: { app: 'two' } }),
        service('shop/one', { app: 'one' }, 'http:80:8080', 'http:81:8080'),
        service('shop/two', { app: 'two' }, 'http:80:8080', 'http:81:8080'),
      ),
    },
    proxies: ['shop/client', 'else/client'],
  })
  return {
    mesh,
    /** Who answers, or the status. */
    async ask(namespace: 'shop' | 'else', path = '/', port = 80): Promise<string> {
      const address = addresses[namespace]
      const answer = await request({ address, port, path, host: 'one.shop' })
      return answer.status === 200 ? answer.json<{ name: string }>().name : String(answer.status)
    },
    set: (...objects: readonly string[]) =>
      mesh.edit('routes.yaml', join(...objects), { errors: true }),
  }
}

function route(named: string, rules: string, more = '', year = 0): string {
  const parent = `{group: "", kind: Service, name: one, namespace: shop${more}}`
  return gatewayApi('HTTPRoute', named, `{parentRefs: [${parent}], rules: ${rules}}`, year)
}

const TO_TWO = 'backendRefs: [{name: two, namespace: shop, port: 80}]'
const TO_NONE = 'backendRefs: [{name: none, port: 80}]'

for (const delivery of ['preloaded', 'on-demand'] as const) {
  test(`routes of services (${delivery})`, { skip }, async (t) => {
    const { ask, set, mesh } = await startClients(t, delivery)

    await t.test(
      'of the own namespace: for all clients, on every port, and for nothing else',
      async () => {
        assert.equal(await ask('else'), 'one')
        await set(route('shop/r', `[{matches: [{path: {value: /a}}], ${TO_TWO}}]`))
        for (const namespace of ['shop', 'else'] as const) {
          assert.equal(await ask(namespace, '/a/b', 80), 'two')
          assert.equal(await ask(namespace, '/a', 81), 'two')
          assert.equal(await ask(namespace, '/ab'), '404', 'no match of the route')
        }
      },
    )

    await t.test('of one port: the other one goes on as without', async () => {
      await set(route('shop/r', `[{${TO_TWO}}]`, ', port: 81'))
      assert.equal(await ask('else', '/', 81), 'two')
      assert.equal(await ask('else', '/', 80), 'one')
      await set(route('shop/r', `[{${TO_TWO}}]`, ', port: 99'))
      assert.equal(await ask('else', '/', 80), 'one')
      const told = mesh.app.diagnostics().find(({ code }) => code === 'L0265')
      assert.match(told?.text ?? '', /has no port 99 \(NoMatchingParent\)$/)
    })

    await t.test('of another namespace: for its own clients, in place of the others', async () => {
      const grant = gatewayApi(
        'ReferenceGrant',
        'shop/grant',
        '{from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: else}], to: [{group: "", kind: Service}]}',
      )
      const producer = route('shop/r', `[{matches: [{path: {value: /a}}], ${TO_TWO}}]`)
      await set(producer, route('else/r', `[{matches: [{path: {value: /b}}], ${TO_TWO}}]`), grant)
      assert.equal(await ask('shop', '/a'), 'two')
      assert.equal(await ask('shop', '/b'), '404')
      assert.equal(await ask('else', '/b'), 'two')
      assert.equal(await ask('else', '/a'), '404')
    })

    await t.test('a backend that does not exist answers with 500, and its share does', async () => {
      await set(route('shop/r', `[{${TO_NONE}}]`))
      assert.equal(await ask('else'), '500')
      const both = 'backendRefs: [{name: two, port: 80}, {name: none, port: 80}]'
      await set(route('shop/r', `[{${both}}]`))
      const seen = new Set<string>()
      for (let n = 0; n < 60; n += 1) seen.add(await ask('else'))
      assert.deepEqual([...seen].sort(), ['500', 'two'])
    })

    await t.test('a VirtualService for the host waits until no route is there', async () => {
      const teapot = policy(
        'VirtualService',
        'shop/one',
        '{hosts: [one], http: [{directResponse: {status: 418}}]}',
      )
      await set(teapot)
      assert.equal(await ask('shop'), '418')
      await set(teapot, route('shop/r', `[{${TO_TWO}}]`, '', 3))
      assert.equal(await ask('shop'), 'two')
      const told = mesh.app.diagnostics().find(({ code }) => code === 'L0247')
      assert.match(told?.text ?? '', /HTTPRoute\/shop\/r/)
      await set(teapot)
      assert.equal(await ask('shop'), '418')
    })
  })
}

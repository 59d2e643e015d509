// Fields of VirtualService beside the common ones, on the real Envoy: names, faults, mirrors, cross-origin requests, retries.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skip } from '../support/envoy.ts'
import type { HttpRequest } from '../support/http.ts'
import { PORT, startShop } from '../support/shop.ts'
import { waitFor } from '../support/wait.ts'
import { policy } from '../support/workload.ts'

const V1 = 'destination: {host: web, subset: v1}'
const TO_ONE = `route: [{${V1}}]`
const BOTH = 'route: [{destination: {host: web}}]'

test('virtual services', { skip }, async (t) => {
  const shop = await startShop(t)

  await t.test('a route is named by its rule and its match', async () => {
    await shop.http(`[
      {name: rule, match: [{name: first, uri: {prefix: /a}}, {uri: {prefix: /b}}],
       headers: {response: {set: {x-route: "%ROUTE_NAME%"}}}, ${TO_ONE}},
      {${TO_ONE}}]`)
    const name = async (path: string) => (await shop.ask({ path })).headers['x-route']
    assert.deepEqual([await name('/a'), await name('/b')], ['rule.first', 'rule'])
    assert.equal(await name('/c'), undefined)
  })

  await t.test('responses get headers of the route and of the destination', async () => {
    await shop.http(`[{headers: {response: {add: {x-both: route}}}, route: [
      {${V1}, weight: 1, headers: {response: {set: {x-set: destination}, add: {x-both: destination}, remove: [x-gone]}}},
      {${V1}, weight: 1, headers: {response: {set: {x-set: destination}, add: {x-both: destination}, remove: [x-gone]}}}]}]`)
    shop.one.behave({ headers: { 'x-gone': '1', 'x-set': 'application', 'x-both': 'application' } })
    const { headers } = await shop.ask()
    assert.equal(headers['x-set'], 'destination')
    assert.equal(headers['x-gone'], undefined)
    assert.equal(headers['x-both'], 'application, destination, route')
    shop.one.behave({})
  })

  await t.test('shares of faults: none without one, and the older whole percent', async () => {
    const never = 'fault: {delay: {fixedDelay: 1h}, abort: {httpStatus: 418}}'
    await shop.http(`[{match: [{uri: {prefix: /never}}], ${never}, ${TO_ONE}},
      {match: [{uri: {prefix: /all}}], fault: {delay: {fixedDelay: 0.3s, percent: 100}}, ${TO_ONE}},
      {fault: {delay: {fixedDelay: 1h, percent: 0}}, ${TO_ONE}}]`)
    assert.equal((await shop.ask({ path: '/never' })).by, 'one')
    assert.equal((await shop.ask()).by, 'one')
    const began = performance.now()
    assert.equal((await shop.ask({ path: '/all' })).by, 'one')
    assert.ok(performance.now() - began > 250)
  })

  await t.test(
    'faults come before routing: they are not retried, and no timeout covers them',
    async () => {
      await shop.http(`[
      {match: [{uri: {prefix: /abort}}], retries: {attempts: 3, retryOn: 5xx},
       fault: {abort: {httpStatus: 503, percentage: {value: 100}}}, ${TO_ONE}},
      {timeout: 2s, fault: {delay: {fixedDelay: 2.5s, percentage: {value: 100}}}, ${TO_ONE}}]`)
      const aborted = () => shop.mesh.envoy('shop/client').stats('fault.aborts_injected')
      const total = async () =>
        Object.values(await aborted()).reduce((sum, count) => sum + count, 0)
      const before = await total()
      assert.equal((await shop.ask({ path: '/abort' })).status, 503)
      assert.equal((await total()) - before, 1)
      assert.equal((await shop.ask()).by, 'one', 'the delay is longer than the timeout')
    },
  )

  await t.test('mirrors: a port, a share, the older whole percent', async () => {
    shop.other.behave({})
    const mirror = 'mirror: {host: other.else.svc.cluster.local, port: {number: 8000}}'
    await shop.http(`[
      {match: [{uri: {prefix: /none}}], ${mirror}, mirrorPercent: 0, ${TO_ONE}},
      {match: [{uri: {prefix: /zero}}], mirrors: [{percentage: {value: 0},
        destination: {host: other.else.svc.cluster.local, port: {number: 8000}}}], ${TO_ONE}},
      {match: [{uri: {prefix: /all}}], ${mirror}, mirrorPercent: 100, ${TO_ONE}},
      {mirrors: [{percentage: {value: 100},
        destination: {host: other.else.svc.cluster.local, port: {number: 8000}}}], ${TO_ONE}}]`)
    for (const path of ['/none', '/zero', '/all', '/list']) {
      assert.equal((await shop.ask({ path, host: 'web' })).by, 'one')
    }
    await waitFor('two copies', () => shop.other.received.length === 2)
    const copies = shop.other.received.map(({ path, host }) => `${host} ${path}`)
    assert.deepEqual(copies.sort(), ['web /all', 'web /list'], 'and the Host has no suffix')
  })

  await t.test('cross-origin requests', async () => {
    await shop.http(`[
      {match: [{uri: {prefix: /prefix}}], corsPolicy: {allowOrigins: [{prefix: "http://a."}], allowMethods: [GET],
        exposeHeaders: [x-a, x-b], unmatchedPreflights: IGNORE}, ${TO_ONE}},
      {match: [{uri: {prefix: /regex}}], corsPolicy: {allowOrigins: [{regex: "http://[ab].test"}],
        unmatchedPreflights: FORWARD}, ${TO_ONE}},
      {corsPolicy: {allowOrigin: ["*"]}, ${TO_ONE}}]`)
    const from = (origin: string, path: string): Partial<HttpRequest> => ({
      path,
      headers: { origin },
    })
    const allowed = async (origin: string, path: string) => {
      const { headers } = await shop.ask(from(origin, path))
      return [headers['access-control-allow-origin'], headers['access-control-expose-headers']]
    }
    assert.deepEqual(await allowed('http://a.test', '/prefix'), ['http://a.test', 'x-a,x-b'])
    assert.deepEqual(await allowed('http://b.test', '/prefix'), [undefined, undefined])
    assert.deepEqual(await allowed('http://b.test', '/regex'), ['http://b.test', undefined])
    assert.deepEqual(await allowed('http://c.test', '/regex'), [undefined, undefined])
    assert.deepEqual(await allowed('http://any.test', '/'), ['http://any.test', undefined])
    const preflight = async (path: string) => {
      shop.one.behave({})
      await shop.ask({
        ...{ path, method: 'OPTIONS' },
        headers: { origin: 'http://x.test', 'access-control-request-method': 'PUT' },
      })
      return shop.one.received.length
    }
    assert.equal(await preflight('/prefix'), 0, 'IGNORE: the proxy answers by itself')
    assert.equal(await preflight('/regex'), 1, 'FORWARD')
  })

  await t.test('retries go to other hosts, with pauses between them', async () => {
    const retries = (more: string) => `retries: {attempts: 1, retryOn: "503"${more}}`
    const rules = `[
      {match: [{uri: {prefix: /pause}}], ${retries(', backoff: 0.4s, retryIgnorePreviousHosts: false')}, ${BOTH}},
      {${retries(', retryIgnorePreviousHosts: true, retryRemoteLocalities: true')}, ${BOTH}}]`
    // LEAST_REQUEST of two idle hosts is a coin: of five looks for another one all may find the same.
    const turns = '{host: web, trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}}'
    await shop.rules(
      policy('DestinationRule', 'shop/turns', turns),
      policy('VirtualService', 'shop/web', `{hosts: [web], http: ${rules}}`),
    )
    shop.one.behave({ status: 503 })
    shop.two.behave({})
    for (let count = 0; count < 10; count++) {
      const answer = await shop.ask({ port: PORT })
      assert.deepEqual([answer.status, answer.by], [200, 'two'], 'never the same host again')
    }
    assert.ok(shop.one.received.length > 0)
    shop.two.behave({ status: 503 })
    // Envoy waits for a random time up to the pause: of several one is long.
    const began = performance.now()
    for (let count = 0; count < 8; count++) await shop.ask({ path: '/pause' })
    assert.ok(performance.now() - began > 100)
    assert.equal(shop.one.received.length + shop.two.received.length > 4, true)
    shop.one.behave({})
    shop.two.behave({})
  })

  await t.test(
    'a pseudo header is not removed, and a header in use of Envoy is not made up',
    async () => {
      await shop.http(`[{headers: {request: {remove: [host, ":path", x-b]}}, ${TO_ONE}}]`)
      const { echo } = await shop.ask({ path: '/kept', headers: { 'x-b': '1', 'x-c': '%' } })
      assert.deepEqual([echo.path, echo.host, echo.headers['x-b']], ['/kept', 'web', undefined])
    },
  )
})

// What a VirtualService does with a request, on the real Envoy: destinations, rewrites, answers of the proxy, faults, time, retries.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skip } from '../support/envoy.ts'
import type { HttpRequest } from '../support/http.ts'
import { freePort } from '../support/ports.ts'
import { assertShare } from '../support/shares.ts'
import { type Answer, PORT, type Shop, startShop } from '../support/shop.ts'
import { waitFor } from '../support/wait.ts'
import { policy, workload } from '../support/workload.ts'

const V1 = 'destination: {host: web, subset: v1}'
const V2 = 'destination: {host: web, subset: v2}'
const TO_ONE = `route: [{${V1}}]`

/** How many of so many requests each upstream answered. */
async function spread(shop: Shop, count: number): Promise<Record<string, number>> {
  const tally: Record<string, number> = {}
  for (let sent = 0; sent < count; sent += 25) {
    const answers = await Promise.all(Array.from({ length: 25 }, () => shop.ask()))
    for (const { by, status } of answers) {
      const key = by || String(status)
      tally[key] = (tally[key] ?? 0) + 1
    }
  }
  return tally
}

test('destinations', { skip }, async (t) => {
  const shop = await startShop(t)

  await t.test('weights are shares of their sum', async () => {
    await shop.http(`[{route: [{${V1}, weight: 90}, {${V2}, weight: 10}]}]`)
    const tenth = await spread(shop, 500)
    assertShare(tenth.two, 500, 0.1)
    assert.equal((tenth.one ?? 0) + (tenth.two ?? 0), 500)
    await shop.http(`[{route: [{${V1}, weight: 1}, {${V2}, weight: 3}]}]`)
    assertShare((await spread(shop, 200)).two, 200, 0.75)
    await shop.http(`[{route: [{${V1}, weight: 0}, {${V2}, weight: 100}]}]`)
    assert.deepEqual(await spread(shop, 50), { two: 50 })
    await shop.http(`[{route: [{${V1}, weight: 0}]}]`)
    assert.deepEqual(await spread(shop, 25), { one: 25 }, 'a single destination has it all')
  })

  await t.test('headers of route and destination', async () => {
    const both = `headers: {
      request: {set: {x-set: route}, add: {x-add: route}, remove: [x-gone]},
      response: {set: {x-r: route}, remove: [x-server]}}`
    const one = `{${V1}, weight: 1, headers: {
      request: {add: {x-add: destination}, set: {x-one: "yes"}, remove: [x-also]},
      response: {add: {x-d: destination}}}}`
    await shop.http(`[{${both}, route: [${one}, ${one}]}]`)
    shop.one.behave({ headers: { 'x-server': 'secret', 'x-r': 'application' } })
    const headers = { 'x-set': 'client', 'x-add': 'client', 'x-gone': '1', 'x-also': '1' }
    const { echo, headers: answered } = await shop.ask({ headers })
    const got = ['x-set', 'x-add', 'x-gone', 'x-also', 'x-one'].map((name) => echo.headers[name])
    assert.deepEqual(got, ['route', 'client, destination, route', undefined, undefined, 'yes'])
    const back = ['x-r', 'x-d', 'x-server'].map((name) => answered[name])
    assert.deepEqual(back, ['route', 'destination', undefined])
    shop.one.behave({})

    await shop.http(`[
      {match: [{uri: {prefix: /r}}], headers: {request: {set: {Host: by.route}}},
       route: [{${V1}, headers: {request: {set: {Host: by.destination}}}}]},
      {route: [{${V1}, headers: {request: {set: {":authority": by.destination}}}}]}]`)
    assert.equal((await shop.ask({ path: '/r' })).echo.host, 'by.route')
    assert.equal((await shop.ask({ path: '/d' })).echo.host, 'by.destination')
  })

  await t.test('a missing subset, host or endpoint is 503 there and nowhere else', async () => {
    await shop.http(`[
      {match: [{uri: {prefix: /subset}}], route: [{destination: {host: web, subset: nosuch}}]},
      {match: [{uri: {prefix: /host}}], route: [{destination: {host: nosuch}}]},
      {match: [{uri: {prefix: /none}}], route: [{destination: {host: web, subset: none}}]},
      {${TO_ONE}}]`)
    for (const path of ['/subset', '/host', '/none']) {
      assert.equal((await shop.ask({ path })).status, 503, path)
    }
    assert.equal((await shop.ask()).by, 'one')
    assert.match((await shop.ask({ path: '/none' })).body, /no healthy upstream/)
  })

  await t.test('mirrors get a copy that nobody waits for', async () => {
    const mirrored = async (share: string, rest = '') => {
      await shop.http(`[{${TO_ONE}, mirror: {host: web, subset: v2}${share}${rest}}]`)
      shop.two.behave({ hang: true })
      assert.equal((await shop.ask({ path: '/m', host: 'web.shop' })).by, 'one')
    }
    await mirrored(', mirrorPercentage: {value: 0}')
    await mirrored('')
    const copies = await waitFor(
      'the copy',
      () => shop.two.received,
      (received) => received.length > 0,
    )
    assert.deepEqual(
      copies.map(({ host, path }) => [host, path]),
      [['web.shop', '/m']],
    )
    await shop.http(`[{${TO_ONE}, mirrors: [
      {destination: {host: web, subset: v2}}, {destination: {host: other.else.svc.cluster.local}}]}]`)
    shop.two.behave({})
    shop.other.behave({})
    await shop.ask()
    await waitFor('both copies', () => shop.two.received.length + shop.other.received.length === 2)
  })

  await t.test('short names belong to the namespace of the rule', async () => {
    const route = (host: string) => `{hosts: [web.shop.svc.cluster.local], http: [
      {route: [{destination: {host: ${host}}}]}]}`
    // By default no other namespace may rule a host.
    const shared = '{apiVersion: mesh.istio.io/v1alpha1, kind: MeshConfig, hostOwnership: istio}'
    await shop.rules(shared, policy('VirtualService', 'else/rule', route('web')))
    assert.equal((await shop.ask()).by, 'other', 'web of a rule in `else` is web.else')
    await shop.rules(policy('VirtualService', 'shop/rule', route('web')))
    assert.notEqual((await shop.askElsewhere({ host: 'web.shop' })).by, 'other')
    await shop.rules(policy('VirtualService', 'shop/rule', route('web.else')))
    assert.equal((await shop.ask()).status, 503, 'a name with a dot is not completed')
    const full = route('web.else.svc.cluster.local')
    await shop.rules(policy('VirtualService', 'shop/rule', full))
    assert.equal((await shop.ask()).by, 'other')
  })
})

/** `[rule, path, what the upstream got]` */
const REWRITES: readonly [rule: string, path: string, got: string][] = [
  ['match: [{uri: {prefix: /foo}}], rewrite: {uri: /}', '/foo/bar?q=1', '//bar?q=1'],
  ['match: [{uri: {prefix: /foo/}}], rewrite: {uri: /}', '/foo/bar?q=1', '/bar?q=1'],
  ['match: [{uri: {prefix: /foo}}], rewrite: {uri: /new}', '/foobar', '/newbar'],
  ['match: [{uri: {exact: /foo}}], rewrite: {uri: /new}', '/foo?q=1', '/new?q=1'],
  ['match: [{uri: {regex: "/f.*"}}], rewrite: {uri: /new}', '/foo/bar?q=1', '/new?q=1'],
  [
    'match: [{uri: {prefix: /user}}], rewrite: {uriRegexRewrite: {match: "^/user/([^/]+)/(.*)$", rewrite: "/\\\\2/of/\\\\1"}}',
    '/user/ann/cart?q=1',
    '/cart/of/ann?q=1',
  ],
]

/** `[redirect, path, status, location]` */
const REDIRECTS: readonly [redirect: string, path: string, status: number, location: string][] = [
  ['{uri: /new}', '/a/b?q=1', 301, 'http://web/new?q=1'],
  ['{authority: other.test}', '/a?q=1', 301, 'http://other.test/a?q=1'],
  ['{uri: /new, authority: other.test, redirectCode: 308}', '/a', 308, 'http://other.test/new'],
  ['{scheme: https, redirectCode: 302}', '/a', 302, 'https://web/a'],
  ['{port: 8443, scheme: https, redirectCode: 307}', '/a', 307, 'https://web:8443/a'],
  ['{port: 80, redirectCode: 303}', '/a', 303, 'http://web/a'],
  ['{authority: other.test, derivePort: FROM_REQUEST_PORT}', '/', 301, 'http://other.test:8000/'],
  ['{authority: other.test, derivePort: FROM_PROTOCOL_DEFAULT}', '/', 301, 'http://other.test/'],
]

test('answers and time', { skip }, async (t) => {
  const shop = await startShop(t)

  await t.test('rewrites', async () => {
    for (const [rule, path, got] of REWRITES) {
      await shop.http(`[{${rule}, ${TO_ONE}}]`)
      assert.equal((await shop.ask({ path })).echo.path, got, rule)
    }
    await shop.http(`[{rewrite: {authority: inner.test}, ${TO_ONE}}]`)
    assert.equal((await shop.ask()).echo.host, 'inner.test')
  })

  await t.test('redirects', async () => {
    for (const [redirect, path, status, location] of REDIRECTS) {
      await shop.http(`[{redirect: ${redirect}}]`)
      const answer = await shop.ask({ path })
      assert.deepEqual([answer.status, answer.headers.location], [status, location], redirect)
    }
    await shop.http('[{match: [{uri: {prefix: /old}}], redirect: {prefixRewrite: /new}}]')
    assert.equal((await shop.ask({ path: '/old/x?q' })).headers.location, 'http://web/new/x?q')
  })

  await t.test('direct responses', async () => {
    const long = 'x'.repeat(100_000)
    await shop.http(`[
      {match: [{uri: {prefix: /tea}}], directResponse: {status: 418, body: {string: teapot}},
       headers: {response: {set: {x-kind: pot}}}},
      {match: [{uri: {prefix: /long}}], directResponse: {status: 200, body: {string: ${long}}}},
      {match: [{uri: {prefix: /bytes}}], directResponse: {status: 200, body: {bytes: aGVsbG8=}}},
      {directResponse: {status: 503}}]`)
    const tea = await shop.ask({ path: '/tea' })
    assert.deepEqual([tea.status, tea.body, tea.headers['x-kind']], [418, 'teapot', 'pot'])
    assert.equal((await shop.ask({ path: '/long' })).body, long)
    assert.equal((await shop.ask({ path: '/bytes' })).body, 'hello')
    assert.equal((await shop.ask()).status, 503)
  })

  await t.test('preflights are answered by the proxy', async () => {
    await shop.http(`[{corsPolicy: {allowOrigins: [{exact: "http://a.test"}], allowMethods: [PUT],
      allowHeaders: [x-a], maxAge: 1m, allowCredentials: true}, ${TO_ONE}}]`)
    shop.one.behave({})
    const preflight = (origin: string): Partial<HttpRequest> => ({
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'PUT' },
    })
    const allowed = await shop.ask(preflight('http://a.test'))
    assert.equal(allowed.status, 200)
    assert.equal(allowed.headers['access-control-allow-origin'], 'http://a.test')
    assert.equal(allowed.headers['access-control-allow-methods'], 'PUT')
    assert.equal(allowed.headers['access-control-max-age'], '60')
    assert.equal(shop.one.received.length, 0)
    await shop.ask(preflight('http://b.test'))
    assert.equal(shop.one.received.length, 1, 'those of other origins are forwarded')
  })

  await t.test('timeouts cover all attempts; without one there is none', async () => {
    await shop.http(`[{match: [{uri: {prefix: /slow}}], timeout: 1s, ${TO_ONE}}, {${TO_ONE}}]`)
    shop.one.behave({ hang: true })
    const answer = await shop.ask({ path: '/slow' })
    assert.deepEqual([answer.status, answer.body], [504, 'upstream request timeout'])
    await waitFor('what was asked', () => shop.one.received.length === 1)
    shop.one.behave({})
    const [, unlimited] = await routesOf(shop, 'web.shop.svc.cluster.local:8000')
    assert.equal((unlimited as { route: { timeout: string } }).route.timeout, '0s')
    await shop.ask({ host: 'twoports' })
    const [plain] = await routesOf(shop, 'twoports.shop.svc.cluster.local:8000')
    assert.equal((plain as { route: { timeout: string } }).route.timeout, '0s')
  })

  await t.test('retries', async () => {
    const row = async (rule: string, failFirst: number, status = 503) => {
      await shop.http(`[{${rule}${TO_ONE}}]`)
      shop.one.behave({ failFirst, status })
      const answer = await shop.ask()
      return [answer.status, shop.one.received.length]
    }
    assert.deepEqual(await row('retries: {attempts: 2, retryOn: 5xx}, ', 2), [200, 3])
    assert.deepEqual(await row('retries: {attempts: 1, retryOn: 5xx}, ', 2), [503, 2])
    assert.deepEqual(await row('retries: {attempts: 2, retryOn: "503"}, ', 2), [200, 3])
    assert.deepEqual(await row('retries: {attempts: 2, retryOn: "418,reset"}, ', 1, 418), [200, 2])
    assert.deepEqual(await row('retries: {attempts: 2, retryOn: "418,reset"}, ', 1), [503, 1])
    assert.deepEqual(await row('retries: {attempts: 0}, ', 1), [503, 1])
    assert.deepEqual(await row('retries: {attempts: 3}, ', 1), [503, 1], 'no code by default')
    assert.deepEqual(await row('', 1), [503, 1], 'Istio retries no 503 by default')
    shop.one.behave({})
    assert.equal((await shop.ask()).echo.headers['x-envoy-attempt-count'], '1')

    const tries = 'retries: {attempts: 2, perTryTimeout: 1s, retryOn: gateway-error}, '
    await shop.http(`[{${tries}${TO_ONE}}]`)
    shop.one.behave({ hang: true })
    assert.equal((await shop.ask()).status, 504)
    await waitFor('three tries', () => shop.one.received.length === 3)
    await shop.http(`[{timeout: 0.25s, retries: {attempts: 9, perTryTimeout: 0.1s,
      retryOn: gateway-error}, ${TO_ONE}}]`)
    shop.one.behave({ hang: true })
    assert.equal((await shop.ask()).status, 504)
    assert.ok(shop.one.received.length <= 3, 'the timeout ends the retries')
    shop.one.behave({})
  })

  await t.test('the mesh has its own default of retries', async () => {
    const config = (text: string) =>
      shop.mesh.edit(
        'config.yaml',
        `apiVersion: mesh.istio.io/v1alpha1\nkind: MeshConfig\nmetadata: {name: mesh}\n${text}`,
      )
    await config('defaultHttpRetryPolicy: {attempts: 4, retryOn: "503"}')
    await shop.http(
      `[{match: [{uri: {prefix: /own}}], retries: {attempts: 0}, ${TO_ONE}}, {${TO_ONE}}]`,
    )
    shop.one.behave({ failFirst: 4 })
    assert.deepEqual([(await shop.ask()).status, shop.one.received.length], [200, 5])
    shop.one.behave({ failFirst: 4 })
    assert.deepEqual(
      [(await shop.ask({ path: '/own' })).status, shop.one.received.length],
      [503, 1],
    )
    await config('')
    shop.one.behave({})
  })

  await t.test('by default a host that refuses connections is passed over', async () => {
    const closed = await freePort(shop.two.address)
    const dead = workload({ workload: 'shop/dead', address: shop.two.address, labels: { h: '1' } })
    const port = `{name: http-${PORT}, port: ${PORT}, targetPort: 8080}`
    await shop.rules(
      dead.replace('"labels"', `"ports":{"http-${PORT}":${closed}},"labels"`),
      // In turn, so that looking again finds the other host for certain.
      policy(
        'DestinationRule',
        'shop/half',
        '{host: half, trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}}',
      ),
      workload({ workload: 'shop/alive', address: shop.one.address, labels: { h: '1' } }),
      `apiVersion: v1\nkind: Service\nmetadata: {name: half, namespace: shop}\nspec: {selector: {h: "1"}, ports: [${port}]}`,
    )
    const ask = () => shop.ask({ host: 'half' })
    const answers = await Promise.all(Array.from({ length: 40 }, ask))
    assert.deepEqual(new Set(answers.map(({ by }) => by)), new Set(['one']))
    const stats = await shop.mesh.envoy('shop/client').stats('half.*upstream_rq_retry_success')
    assert.ok(Object.values(stats).some((count) => count > 0))
  })

  await t.test('faults', async () => {
    const fault = async (text: string): Promise<[Answer, number, number]> => {
      await shop.http(`[{fault: ${text}, retries: {attempts: 2, retryOn: 5xx}, ${TO_ONE}}]`)
      shop.one.behave({})
      const start = performance.now()
      const answer = await shop.ask()
      return [answer, shop.one.received.length, performance.now() - start]
    }
    const [aborted, reached] = await fault('{abort: {httpStatus: 418, percentage: {value: 100}}}')
    assert.deepEqual([aborted.status, reached], [418, 0])
    const [failed] = await fault('{abort: {httpStatus: 500, percentage: {value: 100}}}')
    assert.equal(failed.status, 500, 'what the fault answers is not retried')
    for (const none of ['percentage: {value: 0}', 'percentage: {}']) {
      assert.equal((await fault(`{abort: {httpStatus: 418, ${none}}}`))[0].status, 200, none)
    }
    assert.equal((await fault('{abort: {httpStatus: 418}}'))[0].status, 200, 'absent aborts none')
    const [delayed, , took] = await fault('{delay: {fixedDelay: 0.3s, percentage: {value: 100}}}')
    assert.equal(delayed.status, 200)
    assert.ok(took >= 299, `${took} ms`)
    const envoy = shop.mesh.envoy('shop/client')
    const injected = async () =>
      Object.values(await envoy.stats('fault.delays_injected$')).reduce((a, b) => a + b, 0)
    assert.equal(await injected(), 1)
    await fault('{delay: {fixedDelay: 0.3s, percentage: {value: 0}}}')
    await fault('{delay: {fixedDelay: 0.3s}}')
    assert.equal(await injected(), 1)

    await shop.http(`[{fault: {abort: {httpStatus: 418, percentage: {value: 20}}}, ${TO_ONE}}]`)
    const tally = await spread(shop, 300)
    assertShare(tally['418'], 300, 0.2)
    await shop.http(`[{fault: {delay: {fixedDelay: 2.5s, percentage: {value: 100}}}, timeout: 2s,
      ${TO_ONE}}]`)
    assert.equal((await shop.ask()).status, 200, 'the timeout begins after the delay')
  })

  await t.test('nothing was refused by Envoy', () => {
    assert.equal(shop.mesh.sent().nacks, 0)
  })
})

async function routesOf(shop: Shop, name: string): Promise<unknown[]> {
  const held = await shop.mesh.envoy('shop/client').resources('route')
  const hosts = held.flatMap(
    ({ resource }) => (resource.virtual_hosts ?? []) as { name: string; routes: unknown[] }[],
  )
  // By VHDS its name has a beginning that tells where it belongs.
  return hosts.find((host) => host.name.replace(/^.*\/~?/, '') === name)?.routes ?? []
}

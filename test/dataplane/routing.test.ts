// HTTP matches on the real Envoy: what a VirtualService says, seen from a client behind its sidecar.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skip } from '../support/envoy.ts'
import type { HttpRequest } from '../support/http.ts'
import { PORT, SECOND, type Shop, startShop } from '../support/shop.ts'
import { policy } from '../support/workload.ts'

/** `[request, which upstream or status answers]` */
type Row = [options: Partial<HttpRequest>, by: string | number]

const TO_ONE = 'route: [{destination: {host: web, subset: v1}}]'
const TO_TWO = 'route: [{destination: {host: web, subset: v2}}]'

/** Requests that a match takes go to `two`, all others to `one`. */
const MATCHES: Readonly<Record<string, readonly Row[]>> = {
  '{uri: {exact: /a}}': [
    [{ path: '/a' }, 'two'],
    [{ path: '/a?x=1' }, 'two'],
    [{ path: '/a/' }, 'one'],
    [{ path: '/A' }, 'one'],
  ],
  '{uri: {prefix: /a}}': [
    [{ path: '/abc' }, 'two'],
    [{ path: '/a/b' }, 'two'],
    [{ path: '/b/a' }, 'one'],
  ],
  '{uri: {regex: "/a[0-9]+"}}': [
    [{ path: '/a12' }, 'two'],
    [{ path: '/a12?b' }, 'two'],
    [{ path: '/a12b' }, 'one'],
    [{ path: '/x/a12' }, 'one'],
  ],
  '{uri: {prefix: /Abc}, ignoreUriCase: true}': [
    [{ path: '/aBCd' }, 'two'],
    [{ path: '/xabc' }, 'one'],
  ],
  '{headers: {X-User: {exact: ann}}}': [
    [{ headers: { 'x-user': 'ann' } }, 'two'],
    [{ headers: { 'X-USER': 'ann' } }, 'two'],
    [{ headers: { 'x-user': 'Ann' } }, 'one'],
    [{}, 'one'],
  ],
  '{headers: {x-user: {prefix: an}, x-role: {regex: "admin|root"}}}': [
    [{ headers: { 'x-user': 'anna', 'x-role': 'root' } }, 'two'],
    [{ headers: { 'x-user': 'anna', 'x-role': 'roots' } }, 'one'],
    [{ headers: { 'x-user': 'anna' } }, 'one'],
  ],
  '{headers: {x-user: {}}}': [
    [{ headers: { 'x-user': 'anyone' } }, 'two'],
    [{}, 'one'],
  ],
  '{withoutHeaders: {x-user: {exact: ann}}}': [
    [{}, 'two'],
    [{ headers: { 'x-user': 'bob' } }, 'two'],
    [{ headers: { 'x-user': 'ann' } }, 'one'],
  ],
  '{withoutHeaders: {x-user: {}}}': [
    [{}, 'two'],
    [{ headers: { 'x-user': 'bob' } }, 'one'],
  ],
  '{method: {exact: POST}}': [
    [{ method: 'POST' }, 'two'],
    [{ method: 'GET' }, 'one'],
  ],
  '{authority: {exact: "web.shop:8000"}}': [
    [{ host: 'web.shop:8000' }, 'two'],
    [{ host: 'web.shop' }, 'one'],
  ],
  '{queryParams: {a: {exact: "1"}}}': [
    [{ path: '/?a=1' }, 'two'],
    [{ path: '/?b=2&a=1' }, 'two'],
    [{ path: '/?a=12' }, 'one'],
    [{ path: '/' }, 'one'],
  ],
  '{queryParams: {a: {regex: "[0-9]+"}}}': [
    [{ path: '/?a=12' }, 'two'],
    [{ path: '/?a=x' }, 'one'],
  ],
  '{queryParams: {a: {}}}': [
    [{ path: '/?a=' }, 'two'],
    [{ path: '/?aa=1' }, 'one'],
  ],
  '{queryParams: {a: {prefix: "1"}}}': [
    [{ path: '/?a=12' }, 'two'],
    [{ path: '/?a=21' }, 'one'],
  ],
  '{method: {prefix: P}}': [
    [{ method: 'PUT' }, 'two'],
    [{ method: 'GET' }, 'one'],
  ],
  '{method: {regex: "GET|PUT"}}': [
    [{ method: 'PUT' }, 'two'],
    [{ method: 'POST' }, 'one'],
  ],
  '{authority: {prefix: "web.shop"}}': [
    [{ host: 'web.shop:8000' }, 'two'],
    [{ host: 'web' }, 'one'],
  ],
  '{authority: {regex: "web|web[.]shop"}}': [
    [{ host: 'web.shop' }, 'two'],
    [{ host: 'web.shop:8000' }, 'one'],
  ],
  '{scheme: {prefix: htt}}': [[{}, 'two']],
  '{scheme: {regex: "https?"}}': [[{}, 'two']],
  '{scheme: {regex: https}}': [[{}, 'one']],
  // A missing header does not have the value; the regex that takes every value takes none away (Istio).
  '{withoutHeaders: {x-user: {prefix: an}}}': [
    [{}, 'two'],
    [{ headers: { 'x-user': 'bob' } }, 'two'],
    [{ headers: { 'x-user': 'ann' } }, 'one'],
  ],
  '{withoutHeaders: {x-user: {regex: "an+"}}}': [
    [{}, 'two'],
    [{ headers: { 'x-user': 'anna' } }, 'two'],
    [{ headers: { 'x-user': 'ann' } }, 'one'],
  ],
  '{withoutHeaders: {x-user: {regex: ".*"}}}': [
    [{}, 'one'],
    [{ headers: { 'x-user': 'bob' } }, 'one'],
  ],
  '{withoutHeaders: {x-user: {regex: "*"}}}': [
    [{}, 'two'],
    [{ headers: { 'x-user': 'bob' } }, 'one'],
  ],
  '{scheme: {exact: http}}': [[{}, 'two']],
  '{scheme: {exact: https}}': [[{}, 'one']],
  '{port: 8000}': [[{}, 'two']],
  '{port: 8001}': [[{}, 'one']],
  '{sourceLabels: {team: red}}': [[{}, 'two']],
  '{sourceLabels: {team: blue}}': [[{}, 'one']],
  '{sourceNamespace: shop}': [[{}, 'two']],
  '{sourceNamespace: else}': [[{}, 'one']],
  '{gateways: [mesh], sourceNamespace: else}': [[{}, 'two']],
  '{gateways: [edge]}': [[{}, 'one']],
  // Alternatives, and conditions that hold together.
  '{uri: {prefix: /a}}, {uri: {prefix: /b}, method: {exact: POST}}': [
    [{ path: '/a' }, 'two'],
    [{ path: '/b', method: 'POST' }, 'two'],
    [{ path: '/b' }, 'one'],
  ],
}

async function expectRows(f: Shop, what: string, rows: readonly Row[]): Promise<void> {
  const wrong: unknown[] = []
  for (const [options, expected] of rows) {
    const answer = await f.ask(options)
    const got = typeof expected === 'number' ? answer.status : answer.by
    if (got !== expected) wrong.push({ what, options, expected, got, body: answer.body })
  }
  assert.deepEqual(wrong, [])
}

test('routing', { skip }, async (t) => {
  const f = await startShop(t)
  await t.test('matches', async () => {
    for (const [match, rows] of Object.entries(MATCHES)) {
      const sources = match.startsWith('{gateways: [edge]') ? 'gateways: [mesh, edge], ' : ''
      const spec = `{${sources}hosts: [web], http: [{match: [${match}], ${TO_TWO}}, {${TO_ONE}}]}`
      await f.rules(policy('VirtualService', 'shop/web', spec))
      await expectRows(f, match, rows)
    }
  })

  await t.test('the first match wins, in the order written', async () => {
    const general = `{match: [{uri: {prefix: /}}], ${TO_ONE}}`
    const special = `{match: [{uri: {exact: /a}}], ${TO_TWO}}`
    await f.http(`[${general}, ${special}]`)
    await expectRows(f, 'general first', [[{ path: '/a' }, 'one']])
    await f.http(`[${special}, ${general}]`)
    await expectRows(f, 'special first', [[{ path: '/a' }, 'two']])
  })

  await t.test('paths are normalised before they are matched', async () => {
    await f.http(`[{match: [{uri: {exact: /a}}], ${TO_TWO}}, {${TO_ONE}}]`)
    await expectRows(f, 'normalised', [
      [{ path: '/b/../a' }, 'two'],
      [{ path: '/b/%2e%2e/a' }, 'two'],
      [{ path: '/%61' }, 'two'],
      [{ path: '//a' }, 'one'],
      [{ path: '/%2fa' }, 'one'],
    ])
    assert.equal((await f.ask({ path: '/x/../c%2Fd?e=%20' })).echo.path, '/c%2Fd?e=%20')
  })

  await t.test(
    'a rule holds on every port of its service; without a port it stays there',
    async () => {
      const rule = (port: string) =>
        policy(
          'VirtualService',
          'shop/twoports',
          `{hosts: [twoports], http: [{headers: {response: {set: {x-rule: "yes"}}},
          route: [{destination: {host: twoports${port}}}]}]}`,
        )
      await f.rules(rule(''))
      const on = (port: number) => f.ask({ host: 'twoports', port })
      const first = await on(PORT)
      assert.deepEqual([first.status, first.headers['x-rule']], [200, 'yes'])
      const second = await on(SECOND)
      assert.deepEqual(
        [second.status, second.headers['x-rule']],
        [503, 'yes'],
        'nothing serves 8001',
      )
      await f.rules(rule(`, port: {number: ${PORT}}`))
      assert.equal((await on(SECOND)).status, 200)
      await f.http(`[{route: [{destination: {host: web}}]}]`)
      assert.equal(
        (await f.ask({ host: 'web', port: SECOND })).status,
        502,
        'web has one port only',
      )
    },
  )

  await t.test('what no rule takes is not found; without any rule the service serves', async () => {
    await f.http(`[{match: [{uri: {prefix: /a}}], ${TO_ONE}}]`)
    await expectRows(f, 'only /a', [
      [{ path: '/a' }, 'one'],
      [{ path: '/b' }, 404],
    ])
    await f.rules()
    assert.equal((await f.ask({ path: '/b' })).status, 200)
  })
})

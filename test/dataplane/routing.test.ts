// HTTP routing on the real Envoy: what a VirtualService says, seen from a client behind its sidecar.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { skip } from '../support/envoy.ts'
import { type HttpRequest, request } from '../support/http.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { type Echo, httpUpstream, type Upstream } from '../support/upstreams.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const PORT = 8000
const SECOND = 8001

interface Fixture {
  readonly mesh: TestMesh
  readonly one: Upstream
  readonly two: Upstream
  readonly other: Upstream
  /** A request from the client in namespace `shop`, to host `web` by default. */
  ask(options?: Partial<HttpRequest>): Promise<Answer>
  /** The same from the client in namespace `else`. */
  askElsewhere(options?: Partial<HttpRequest>): Promise<Answer>
  /** Replaces all rules. */
  rules(...documents: string[]): Promise<void>
  /** Replaces all rules by one VirtualService `shop/web`, whose `http` is given. */
  http(rules: string): Promise<void>
}

interface Answer {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Which upstream answered; empty if none did. */
  readonly by: string
  readonly echo: Echo
}

async function fixture(t: TestContext): Promise<Fixture> {
  const client = loopback()
  const elsewhere = loopback()
  const at = (name: string) => httpUpstream(t, { name, address: loopback(), port: 8080 })
  const [one, two, other] = await Promise.all([at('one'), at('two'), at('other')])
  const calls = [
    { port: PORT, protocol: 'HTTP' },
    { port: SECOND, protocol: 'HTTP' },
  ]
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({ workload: 'shop/client', address: client, labels: { team: 'red' }, calls }),
        workload({ workload: 'else/client', address: elsewhere, calls }),
        workload({ workload: 'shop/one', address: one.address, labels: { app: 'web', v: '1' } }),
        workload({ workload: 'shop/two', address: two.address, labels: { app: 'web', v: '2' } }),
        workload({ workload: 'else/other', address: other.address, labels: { app: 'other' } }),
        service('shop/web', { app: 'web' }, `http:${PORT}:8080`),
        service('shop/twoports', { app: 'web' }, `http:${PORT}:8080`, `http:${SECOND}:8080`),
        service('else/other', { app: 'other' }, `http:${PORT}:8080`),
        // The same short name in another namespace.
        service('else/web', { app: 'other' }, `http:${PORT}:8080`),
        policy(
          'DestinationRule',
          'shop/web',
          '{host: web, subsets: [{name: v1, labels: {v: "1"}}, {name: v2, labels: {v: "2"}}, {name: none, labels: {v: "9"}}]}',
        ),
      ),
      'rules.yaml': '',
    },
    proxies: ['shop/client', 'else/client'],
  })
  const asker =
    (address: string) =>
    async (options: Partial<HttpRequest> = {}): Promise<Answer> => {
      const answer = await request({ address, port: PORT, host: 'web', ...options })
      const { status, body, headers } = answer
      const echo = body.startsWith('{') ? answer.json<Echo>() : ({} as Echo)
      return { status, body, headers, by: echo.name ?? '', echo }
    }
  const rules = (...documents: string[]) => mesh.edit('rules.yaml', join(...documents))
  return {
    ...{ mesh, one, two, other, rules },
    ask: asker(client),
    askElsewhere: asker(elsewhere),
    http: (text) => rules(policy('VirtualService', 'shop/web', `{hosts: [web], http: ${text}}`)),
  }
}

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

async function expectRows(f: Fixture, what: string, rows: readonly Row[]): Promise<void> {
  const wrong: unknown[] = []
  for (const [options, expected] of rows) {
    const answer = await f.ask(options)
    const got = typeof expected === 'number' ? answer.status : answer.by
    if (got !== expected) wrong.push({ what, options, expected, got, body: answer.body })
  }
  assert.deepEqual(wrong, [])
}

test('routing', { skip }, async (t) => {
  const f = await fixture(t)
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

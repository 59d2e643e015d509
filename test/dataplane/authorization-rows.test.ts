// What istio-semantics tells of AuthorizationPolicy, row by row on real Envoys: sources, operations, conditions, and who is asked at a gateway.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { skip } from '../support/envoy.ts'
import { type HttpRequest, keepAlive, request } from '../support/http.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { issuerOf } from '../support/tokens.ts'
import { type Echo, httpUpstream } from '../support/upstreams.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const PORT = 8000
const issuer = issuerOf('https://issuer.test/a')

interface Site {
  readonly mesh: TestMesh
  readonly server: string
  /** Statuses: by the proxy of `shop/cart`, by that of `bank/till`, and in plain text. */
  ask(options?: Partial<HttpRequest>): Promise<number[]>
  edge(headers: Record<string, string>, path?: string): Promise<{ status: number; by: string }>
  /** AuthorizationPolicies of the namespace `shop` by their specs, then other documents. */
  policies(specs: readonly string[], ...more: readonly string[]): Promise<void>
}

async function start(t: TestContext): Promise<Site> {
  const [cart, till, server, edge] = [loopback(), loopback(), loopback(), loopback()]
  const app = await httpUpstream(t, { name: 'web' })
  const other = await httpUpstream(t, { name: 'other', address: loopback(), port: 8080 })
  const calls = [{ port: PORT, protocol: 'HTTP' }]
  const settings = {
    ...{ apiVersion: 'mesh.istio.io/v1alpha1', kind: 'MeshConfig', metadata: { name: 'mesh' } },
    trustDomainAliases: ['old.test'],
    defaultConfig: { gatewayTopology: { numTrustedProxies: 1 } },
  }
  const host = (name: string) => `{host: ${name}.shop.svc.cluster.local, port: {number: ${PORT}}}`
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        JSON.stringify(settings),
        workload({ workload: 'shop/cart', address: cart, account: 'cart', calls }),
        workload({ workload: 'bank/till', address: till, account: 'till', calls }),
        workload({
          ...{ workload: 'shop/web', address: server, labels: { app: 'web' } },
          serves: [{ port: 8080, protocol: 'HTTP', application: app.port }],
        }),
        workload({ workload: 'shop/other', address: other.address, labels: { app: 'other' } }),
        workload({ workload: 'edge/gateway', address: edge, labels: { istio: 'edge' } }),
        service('shop/web', { app: 'web' }, `http:${PORT}:8080`),
        service('shop/other', { app: 'other' }, `http:${PORT}:8080`),
        policy(
          'Gateway',
          'edge/gateway',
          `{selector: {istio: edge}, servers: [{port: {number: 8080, name: http, protocol: HTTP}, bind: ${edge}, hosts: ["*"]}]}`,
        ),
        policy(
          'VirtualService',
          'edge/web',
          `{hosts: ["*"], gateways: [gateway], http: [
            {match: [{headers: {"@request.auth.claims.role": {exact: admin}}}], route: [{destination: ${host('other')}}]},
            {match: [{headers: {"@request.auth.claims[nested][group]": {prefix: staff}}}], route: [{destination: ${host('other')}}]},
            {route: [{destination: ${host('web')}}]}]}`,
        ),
      ),
      'policies.yaml': '',
    },
    proxies: ['shop/cart', 'bank/till', 'shop/web', 'edge/gateway'],
  })
  const status = async (options: HttpRequest) =>
    (await request({ host: 'web.shop', path: '/a/b', ...options })).status
  return {
    ...{ mesh, server },
    ask: (options = {}) =>
      Promise.all([
        status({ address: cart, port: PORT, ...options }),
        status({ address: till, port: PORT, ...options }),
        status({ address: server, port: 8080, ...options }),
      ]),
    edge: async (headers, path = '/') => {
      const answer = await request({ address: edge, port: 8080, host: 'web.test', path, headers })
      return { status: answer.status, by: answer.status === 200 ? answer.json<Echo>().name : '' }
    },
    policies: (specs, ...more) =>
      mesh.edit(
        'policies.yaml',
        join(
          ...specs.map((spec, index) => policy('AuthorizationPolicy', `shop/p${index}`, spec)),
          ...more,
        ),
      ),
  }
}

const tokens = policy(
  'RequestAuthentication',
  'shop/tokens',
  JSON.stringify({ jwtRules: [{ issuer: issuer.issuer, jwks: issuer.jwks }] }),
)
const from = (source: string) => `[{from: [{source: {${source}}}]}]`
const to = (operation: string) => `[{to: [{operation: {${operation}}}]}]`
const when = (key: string, rest: string) => `[{when: [{key: "${key}", ${rest}}]}]`

/** Rules, and whether they match a request of cart, of till, and one in plain text. */
type Row = [rules: string, cart: boolean, till: boolean, plain: boolean]

const ROWS: readonly Row[] = [
  [from('principals: ["cluster.local/ns/shop/sa/cart"]'), true, false, false],
  [from('principals: ["old.test/ns/shop/sa/cart"]'), true, false, false],
  [from('principals: ["other.test/ns/shop/sa/cart"]'), false, false, false],
  [from('principals: ["*"]'), true, true, false],
  [from('principals: ["*/sa/till"]'), false, true, false],
  [from('principals: ["cluster.local/ns/shop/*"]'), true, false, false],
  [from('notPrincipals: ["cluster.local/ns/shop/sa/cart"]'), false, true, true],
  [from('notPrincipals: ["*"]'), false, false, true],
  [from('namespaces: [shop]'), true, false, false],
  [from('namespaces: ["b*"]'), false, true, false],
  [from('notNamespaces: [shop]'), false, true, true],
  [from('serviceAccounts: [cart]'), true, false, false],
  [from('serviceAccounts: [bank/till]'), false, true, false],
  [from('notServiceAccounts: [cart]'), false, true, true],
  [from('trustDomains: [cluster.local]'), true, true, false],
  [from('notTrustDomains: [cluster.local]'), false, false, true],
  [from('ipBlocks: [127.0.0.0/8]'), true, true, true],
  [from('notIpBlocks: [127.0.0.0/8]'), false, false, false],
  [from('remoteIpBlocks: [127.0.0.0/8], namespaces: [bank]'), false, true, false],
  [
    `[{from: [{source: {namespaces: [shop]}}, {source: {notPrincipals: ["*"]}}]}]`,
    true,
    false,
    true,
  ],
  [to('ports: ["8080"]'), true, true, true],
  [to(`ports: ["${PORT}"]`), false, false, false],
  [to('notPorts: ["8080"]'), false, false, false],
  [to('methods: [GET]'), true, true, true],
  [to('notMethods: [GET]'), false, false, false],
  [to('methods: ["P*"]'), false, false, false],
  [to('paths: ["/a/b"]'), true, true, true],
  [to('paths: ["*/b"]'), true, true, true],
  [to('paths: ["/{*}/b"]'), true, true, true],
  [to('paths: ["/{*}"]'), false, false, false],
  [to('paths: ["/{**}"]'), true, true, true],
  [to('notPaths: ["/a/*"]'), false, false, false],
  [to('paths: ["/a/*"], notPaths: ["/a/b"]'), false, false, false],
  [to('hosts: ["WEB.shop"]'), true, true, true],
  [to('notHosts: ["web*"]'), false, false, false],
  [when('source.ip', 'values: [127.0.0.0/8]'), true, true, true],
  [when('remote.ip', 'notValues: [127.0.0.0/8]'), false, false, false],
  [when('source.namespace', 'values: [shop]'), true, false, false],
  [when('source.principal', 'notValues: ["*"]'), false, false, true],
  [when('destination.port', 'values: ["8080"]'), true, true, true],
  [when('destination.ip', 'values: [127.0.0.0/8]'), true, true, true],
  [when('destination.ip', 'values: [10.0.0.0/8]'), false, false, false],
  [when('connection.sni', 'values: ["outbound_.*"]'), true, true, false],
  [when('request.headers[x-kind]', 'values: ["good*"]'), true, true, true],
  [when('request.headers[x-kind]', 'notValues: [good-one]'), false, false, false],
  [when('request.headers[x-none]', 'notValues: [x]'), true, true, true],
  [when('request.auth.principal', `values: ["${issuer.issuer}/user"]`), true, true, true],
  [when('request.auth.audiences', 'values: [a]'), true, true, true],
  [when('request.auth.audiences', 'notValues: [a]'), false, false, false],
  [when('request.auth.presenter', 'values: [client]'), true, true, true],
  [when('request.auth.claims[nested][group]', 'values: [staff]'), true, true, true],
  [when('request.auth.claims[list]', 'values: [two]'), true, true, true],
  [when('request.auth.claims[nested][group]', 'notValues: [staff]'), false, false, false],
  [from(`requestPrincipals: ["${issuer.issuer}/*"]`), true, true, true],
  [from('notRequestPrincipals: ["*"]'), false, false, false],
  [when('experimental.envoy.filters.http.jwt_authn[none]', 'values: [x]'), false, false, false],
  ['[{}]', true, true, true],
]

test('rules', { skip }, async (t) => {
  const s = await start(t)
  const claims = {
    aud: ['a', 'b'],
    azp: 'client',
    nested: { group: 'staff' },
    list: ['one', 'two'],
  }
  const headers = { authorization: `Bearer ${issuer.token(claims)}`, 'x-kind': 'good-one' }

  await t.test(`${ROWS.length} rows, as ALLOW and as DENY`, async () => {
    const wrong: unknown[] = []
    for (const [rules, ...matches] of ROWS) {
      for (const action of ['ALLOW', 'DENY']) {
        await s.policies([`{action: ${action}, rules: ${rules}}`], tokens)
        const expected = matches.map((match) => (match === (action === 'ALLOW') ? 200 : 403))
        const got = await s.ask({ headers })
        if (got.join() !== expected.join()) wrong.push({ action, rules, expected, got })
      }
    }
    assert.deepEqual(wrong, [])
  })

  await t.test('empty policies, AUDIT and dry run; scopes are joined', async () => {
    const all = async (...specs: string[]) => {
      await s.policies(specs)
      return [...new Set(await s.ask())].join()
    }
    assert.equal(await all('{}'), '403', 'allows nothing')
    assert.equal(await all('{action: DENY}'), '200', 'denies nothing')
    assert.equal(await all('{action: DENY, rules: [{}]}', '{rules: [{}]}'), '403')
    assert.equal(await all('{action: AUDIT, rules: [{}]}'), '200')
    assert.equal(
      await all('{selector: {matchLabels: {app: no}}, action: DENY, rules: [{}]}'),
      '200',
    )
    const root = (spec: string) => policy('AuthorizationPolicy', 'istio-system/all', spec)
    await s.policies(
      ['{rules: [{}]}'],
      root(`{action: DENY, rules: ${from('namespaces: [bank]')}}`),
    )
    assert.deepEqual(await s.ask(), [200, 403, 200])
    await s.policies([], root('{selector: {matchLabels: {app: web}}, action: DENY, rules: [{}]}'))
    assert.deepEqual(await s.ask(), [403, 403, 403])
    const dry = policy('AuthorizationPolicy', 'shop/dry', '{action: DENY, rules: [{}]}')
    await s.policies(
      [],
      dry.replace('{name: dry', '{annotations: {istio.io/dry-run: "true"}, name: dry'),
    )
    assert.deepEqual(await s.ask(), [200, 200, 200])
    const envoy = s.mesh.envoy('shop/web')
    assert.ok((await envoy.stat('http.inbound_8080.rbac.istio_dry_run_deny_.shadow_denied')) >= 3)
    await s.policies([
      '{targetRefs: [{kind: Gateway, name: x, group: gateway.networking.k8s.io}], action: DENY, rules: [{}]}',
    ])
    assert.deepEqual(await s.ask(), [200, 200, 200], 'Gateway API objects are none of these')
  })

  await t.test(
    'a gateway: the address that a trusted proxy tells, and claims that route',
    async () => {
      const edge = (spec: string) => policy('AuthorizationPolicy', 'edge/p', spec)
      const status = async (forwarded?: string) =>
        (await s.edge(forwarded ? { 'x-forwarded-for': forwarded } : {})).status
      await s.policies(
        [],
        edge(`{action: DENY, rules: ${from('remoteIpBlocks: [203.0.113.0/24]')}}`),
      )
      assert.equal(await status('203.0.113.7'), 403)
      assert.equal(await status('198.51.100.1'), 200)
      assert.equal(
        await status('203.0.113.7, 198.51.100.1'),
        200,
        'what stands before it, a client may have written',
      )
      assert.equal(await status('198.51.100.1, 203.0.113.7'), 403)
      await s.policies([], edge(`{action: DENY, rules: ${from('ipBlocks: [203.0.113.0/24]')}}`))
      assert.equal(await status('203.0.113.7'), 200, 'the connection is from elsewhere')

      const atEdge = tokens.replace('namespace: shop', 'namespace: edge')
      await s.policies([], atEdge)
      const by = (claims: object) =>
        s
          .edge({ authorization: `Bearer ${issuer.token({ ...claims })}` })
          .then((answer) => answer.by)
      assert.equal(await by({ role: 'admin' }), 'other')
      assert.equal(await by({ role: 'user' }), 'web')
      assert.equal(await by({ nested: { group: 'staff-1' } }), 'other')
      const forged = { '@request.auth.claims.role': 'admin', 'request.auth.claims.role': 'admin' }
      assert.equal((await s.edge({})).by, 'web')
      assert.equal(
        (await s.edge({ 'request.auth.claims.role': forged['request.auth.claims.role'] })).by,
        'web',
      )
      const stranger = issuerOf(issuer.issuer).token({ role: 'admin' })
      assert.equal((await s.edge({ authorization: `Bearer ${stranger}` })).status, 401)
      const late = issuer.token({ role: 'admin', exp: 1_000_000_000 })
      assert.equal(
        (await s.edge({ authorization: `Bearer ${late}` })).status,
        401,
        'a token of old is replayed',
      )
    },
  )

  await t.test('PeerAuthentication: what becomes of a connection that is open', async () => {
    await s.policies([])
    const kept = keepAlive({ address: s.server, port: 8080 })
    t.after(() => kept.close())
    assert.equal((await kept.request()).status, 200)
    await s.policies([], policy('PeerAuthentication', 'shop/strict', '{mtls: {mode: STRICT}}'))
    const fresh = await request({ address: s.server, port: 8080 }).then(
      ({ status }) => status,
      () => 'closed',
    )
    assert.equal(fresh, 'closed', 'a new one at once')
  })

  await t.test('nothing was refused by Envoy', () => {
    assert.equal(s.mesh.sent().nacks, 0)
  })
})

// Which rule and service a Host leads to on the real Envoy: names, wildcards, conflicts, gateways, and what is not imported.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { skip } from '../support/envoy.ts'
import { type HttpAnswer, type HttpRequest, http2, keepAlive, request } from '../support/http.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { httpUpstream } from '../support/upstreams.ts'
import { type Calls, join, policy, service, workload } from '../support/workload.ts'

const PORT = 8000

interface Hosts {
  readonly mesh: TestMesh
  /** Name of the upstream or status for a Host: as the client in `shop` sees it, */
  client(host: string, options?: Partial<HttpRequest>): Promise<string | number>
  /** the client in `else`, */
  elsewhere(host: string, options?: Partial<HttpRequest>): Promise<string | number>
  /** and from outside, at the gateway. */
  outside(host: string, options?: Partial<HttpRequest>): Promise<string | number>
  outsideAnswer(host: string, options?: Partial<HttpRequest>): Promise<HttpAnswer>
  rules(...documents: string[]): Promise<void>
  /** What the Sidecar of the client in `shop` imports; everything if nothing is given. */
  imports(...hosts: string[]): Promise<void>
  readonly gateway: string
}

async function start(t: TestContext): Promise<Hosts> {
  const [client, elsewhere, gateway] = [loopback(), loopback(), loopback()]
  const at = (name: string) => httpUpstream(t, { name, address: loopback(), port: 8080 })
  const [web, cart, other] = await Promise.all([at('web'), at('cart'), at('other')])
  const calls = [{ port: PORT, protocol: 'HTTP' }]
  const yaml = (clientCalls: readonly Calls[]): string =>
    join(
      // Conflicts as Istio has them; host-ownership.test.ts has the default.
      'apiVersion: mesh.istio.io/v1alpha1\nkind: MeshConfig\nmetadata: {name: mesh}\nhostOwnership: istio',
      workload({ workload: 'shop/client', address: client, calls: clientCalls }),
      workload({ workload: 'else/client', address: elsewhere, calls }),
      workload({ workload: 'edge/gateway', address: gateway, labels: { istio: 'edge' } }),
      workload({ workload: 'shop/web', address: web.address, labels: { app: 'web' } }),
      workload({ workload: 'shop/cart', address: cart.address, labels: { app: 'cart' } }),
      workload({ workload: 'else/other', address: other.address, labels: { app: 'other' } }),
      service('shop/web', { app: 'web' }, `http:${PORT}:8080`),
      service('shop/cart', { app: 'cart' }, `http:${PORT}:8080`),
      service('else/other', { app: 'other' }, `http:${PORT}:8080`),
      policy(
        'Gateway',
        'edge/first',
        `{selector: {istio: edge}, servers: [{port: {number: 8080, name: http, protocol: HTTP},
          bind: ${gateway}, hosts: ["*"]}]}`,
      ),
    )
  const mesh = await startMesh(t, {
    yaml: { 'mesh.yaml': yaml(calls), 'rules.yaml': '' },
    proxies: ['shop/client', 'else/client', 'edge/gateway'],
  })
  const asker = (target: { address: string; port: number }) => {
    const answer = (host: string, options: Partial<HttpRequest> = {}) =>
      request({ ...target, host, ...options })
    const name = async (host: string, options?: Partial<HttpRequest>) => {
      const { status, body } = await answer(host, options)
      return status === 200 && body.startsWith('{') ? (JSON.parse(body).name as string) : status
    }
    return { answer, name }
  }
  const outside = asker({ address: gateway, port: 8080 })
  return {
    mesh,
    client: asker({ address: client, port: PORT }).name,
    elsewhere: asker({ address: elsewhere, port: PORT }).name,
    outside: outside.name,
    outsideAnswer: outside.answer,
    rules: (...documents) => mesh.edit('rules.yaml', join(...documents)),
    imports: (...hosts) =>
      mesh.edit(
        'mesh.yaml',
        yaml(calls.map((one) => (hosts.length > 0 ? { ...one, hosts } : one))),
      ),
    gateway,
  }
}

function rule(
  named: string,
  hosts: string,
  destination: string,
  options: { readonly year?: number; readonly gateways?: string; readonly match?: string } = {},
): string {
  const { year, gateways, match } = options
  const gateway = gateways ? `gateways: [${gateways}], ` : ''
  const matches = match ? `match: [${match}], ` : ''
  const full = destination.includes('.') ? `${destination}.svc.cluster.local` : destination
  const http = `[{${matches}route: [{destination: {host: ${full}, port: {number: ${PORT}}}}]}]`
  return policy('VirtualService', named, `{${gateway}hosts: [${hosts}], http: ${http}}`, year)
}

test('hosts', { skip }, async (t) => {
  const h = await start(t)

  await t.test('a service is called by any of its names, whatever case and port', async () => {
    const names = ['web', 'web.shop', 'web.shop.svc', 'web.shop.svc.cluster.local']
    for (const name of [...names, `${names[3]}.`, ...names.map((name) => `${name}:${PORT}`)]) {
      assert.equal(await h.client(name), 'web', name)
      assert.equal(await h.client(name.toUpperCase()), 'web', name.toUpperCase())
    }
    assert.equal(await h.elsewhere('web.shop'), 'web')
    assert.equal(await h.elsewhere('web'), 502, 'the shortest name is for its own namespace')
    assert.equal(await h.client('nosuch'), 502, 'a listener of its own has nowhere to pass it on')
    assert.equal(await h.client('web.shop.svc.cluster'), 502)
  })

  await t.test(
    'of two rules for a host the older has it all; at a gateway they are one',
    async () => {
      const both = (gateways: string, host: string) => [
        rule('shop/young', host, 'cart', { year: 2, gateways, match: '{uri: {prefix: /cart}}' }),
        rule('shop/old', host, 'web', { year: 1, gateways }),
      ]
      await h.rules(...both('mesh', 'web'))
      assert.equal(await h.client('web', { path: '/cart' }), 'web')
      await h.rules(...both('edge/first', 'shop.test'))
      assert.equal(await h.outside('shop.test', { path: '/cart' }), 'cart', 'catch-alls come last')
      assert.equal(await h.outside('shop.test', { path: '/' }), 'web')
      assert.equal(
        await h.client('web', { path: '/cart' }),
        'web',
        'a gateway’s rule is not the mesh’s',
      )
      await h.rules(...both('"edge/first", mesh', 'web.shop.svc.cluster.local'))
      assert.equal(await h.client('web', { path: '/cart' }), 'web')
      assert.equal(await h.outside('web.shop.svc.cluster.local', { path: '/cart' }), 'cart')
      // Same time: the name decides, then the namespace.
      await h.rules(rule('shop/b', 'web', 'cart'), rule('shop/a', 'web', 'other.else'))
      assert.equal(await h.client('web'), 'other')
      const full = 'web.shop.svc.cluster.local'
      await h.rules(rule('shop/same', full, 'cart'), rule('else/same', full, 'other'))
      assert.equal(await h.client('web'), 'other')
    },
  )

  await t.test('the most specific wildcard rules', async () => {
    const gateways = '"edge/first"'
    await h.rules(
      rule('shop/a', '"*.test"', 'web', { gateways, year: 0 }),
      rule('shop/b', '"*.a.test"', 'cart', { gateways, year: 1 }),
      rule('shop/c', 'x.a.test', 'other.else', { gateways, year: 2 }),
    )
    assert.equal(await h.outside('y.test'), 'web')
    assert.equal(await h.outside('y.a.test'), 'cart')
    assert.equal(await h.outside('z.y.a.test'), 'cart')
    assert.equal(await h.outside('x.a.test'), 'other')
    assert.equal(await h.outside('X.A.Test:8080'), 'other')
    assert.equal(await h.outside('a.test'), 'web', '*.a.test is not a.test')
    assert.equal(await h.outside('test'), 404)

    await h.rules(
      rule('shop/all', '"*.shop.svc.cluster.local"', 'cart'),
      rule('shop/wild', '"*.wild.test"', 'web'),
    )
    assert.equal(await h.client('web'), 'cart', 'a wildcard rules each service it covers')
    assert.equal(await h.client('a.wild.test'), 'web', 'one that covers none is a host of its own')
    assert.equal(await h.client('wild.test'), 502)
    await h.rules(
      rule('shop/all', '"*.shop.svc.cluster.local"', 'cart'),
      rule('shop/web', 'web', 'other.else', { year: 9 }),
    )
    assert.equal(await h.client('web'), 'other', 'younger, but more specific')
    assert.equal(await h.client('cart'), 'cart')
  })

  await t.test('rules and services are exported', async () => {
    const withExport = (spec: string) =>
      rule('shop/web', 'web', 'cart').replace('spec: {', `spec: {exportTo: [${spec}], `)
    await h.rules(withExport('"."'))
    assert.deepEqual([await h.client('web'), await h.elsewhere('web.shop')], ['cart', 'web'])
    await h.rules(withExport('"else"'))
    assert.deepEqual([await h.client('web'), await h.elsewhere('web.shop')], ['web', 'cart'])
    const annotated = (to: string) =>
      service('shop/hidden', { app: 'web' }, `http:${PORT}:8080`).replace(
        '"metadata":{',
        `"metadata":{"annotations":{"networking.istio.io/exportTo":"${to}"},`,
      )
    const hidden = async () => [await h.client('hidden.shop'), await h.elsewhere('hidden.shop')]
    await h.rules(annotated('.'))
    assert.deepEqual(await hidden(), ['web', 502])
    await h.rules(annotated('~'))
    assert.deepEqual(await hidden(), [502, 502])
    await h.rules(annotated('shop,else'))
    assert.deepEqual(await hidden(), ['web', 'web'])
    const entry = (exportTo: string) =>
      policy(
        'ServiceEntry',
        'shop/entry',
        `{hosts: [entry.test], exportTo: [${exportTo}], resolution: STATIC, location: MESH_INTERNAL,
          ports: [{number: ${PORT}, name: http, protocol: HTTP, targetPort: 8080}],
          workloadSelector: {labels: {app: web}}}`,
      )
    await h.rules(entry('"."'))
    assert.deepEqual([await h.client('entry.test'), await h.elsewhere('entry.test')], ['web', 502])
    await h.rules(entry('"*"'))
    assert.equal(await h.elsewhere('entry.test'), 'web')
  })

  await t.test(
    'of DestinationRules the caller’s namespace wins, then the service’s, then the root',
    async () => {
      // TLS to a server of plain text: whoever follows the rule gets 503.
      const breaking = (named: string, mode = 'SIMPLE', host = 'web.shop.svc.cluster.local') =>
        policy('DestinationRule', named, `{host: "${host}", trafficPolicy: {tls: {mode: ${mode}}}}`)
      const seen = async () => [await h.client('web'), await h.elsewhere('web.shop')]
      await h.rules(breaking('else/a'))
      assert.deepEqual(await seen(), ['web', 503])
      await h.rules(breaking('edge/a'))
      assert.deepEqual(await seen(), ['web', 'web'], 'a third namespace has no say')
      await h.rules(breaking('istio-system/a'))
      assert.deepEqual(await seen(), [503, 503])
      await h.rules(breaking('istio-system/a'), breaking('shop/a', 'DISABLE'))
      assert.deepEqual(await seen(), ['web', 'web'])
      await h.rules(breaking('shop/a'), breaking('else/a', 'DISABLE'))
      assert.deepEqual(await seen(), [503, 'web'])
      const wild = breaking('shop/wild', 'SIMPLE', '*.shop.svc.cluster.local')
      await h.rules(wild, breaking('shop/a', 'DISABLE'))
      assert.deepEqual([await h.client('web'), await h.client('cart')], ['web', 503])
      await h.rules(breaking('shop/a').replace('spec: {', 'spec: {exportTo: ["."], '))
      assert.deepEqual(await seen(), [503, 'web'])
    },
  )

  await t.test('gateways: hosts, several on a port, namespaces, redirects to https', async () => {
    const gateway = (name: string, hosts: string, rest = '', port = 8081) =>
      policy(
        'Gateway',
        `edge/${name}`,
        `{selector: {istio: edge}, servers: [{port: {number: ${port}, name: http, protocol: HTTP},
          bind: ${h.gateway}, hosts: [${hosts}]${rest}}]}`,
      )
    const at = { port: 8081 }
    await h.rules(gateway('empty', '"*"'))
    assert.equal(await h.outside('a.test', at), 404, 'without a rule nothing is found')
    await h.rules(
      gateway('a', 'a.test'),
      gateway('b', '"*.b.test", "shop/c.test", "./d.test"'),
      rule('shop/a', '"*"', 'web', { gateways: 'edge/a' }),
      rule('shop/b', 'x.b.test, b.test, c.test, d.test', 'cart', { gateways: 'edge/b' }),
      rule('else/b', 'c.test, e.b.test', 'other', { gateways: 'edge/b', year: -1 }),
    )
    const served = async (hosts: readonly string[]) =>
      Promise.all(hosts.map((host) => h.outside(host, at)))
    assert.deepEqual(await served(['a.test', 'A.TEST:8081', 'other.test']), ['web', 'web', 404])
    assert.deepEqual(await served(['x.b.test', 'y.b.test', 'b.test']), ['cart', 404, 404])
    assert.deepEqual(await served(['c.test', 'd.test', 'e.b.test']), ['cart', 404, 'other'])

    await h.rules(
      gateway('a', 'a.test', ', tls: {httpsRedirect: true}'),
      gateway('plain', 'b.test'),
      rule('shop/b', 'b.test', 'cart', { gateways: 'edge/plain' }),
    )
    const redirected = await h.outsideAnswer('a.test', { ...at, path: '/x?y=z' })
    assert.equal(redirected.status, 301)
    assert.equal(redirected.headers.location, 'https://a.test/x?y=z')
    assert.deepEqual(await served(['b.test']), ['cart'])
  })

  await t.test(
    'a gateway takes HTTP/2 as well, and believes no client’s word of its certificate',
    async () => {
      await h.rules(rule('shop/a', '"*"', 'web', { gateways: 'edge/first' }))
      const session = http2({ address: h.gateway, port: 8080, host: 'a.test' })
      const first = await session.request()
      session.close()
      assert.equal(first.json().name, 'web')
      const headers = {
        'x-forwarded-client-cert': 'URI=spiffe://cluster.local/ns/shop/sa/admin',
        'x-forwarded-for': '1.2.3.4',
      }
      const { headers: received } = (await h.outsideAnswer('a.test', { headers })).json<{
        headers: Record<string, string>
      }>()
      assert.equal(received['x-forwarded-client-cert'], undefined)
      assert.match(received['x-forwarded-for'] ?? '', /^1\.2\.3\.4,./, 'the real one is added')
    },
  )

  await t.test('a gateway authorizes, open connections included', async () => {
    const all = rule('shop/a', '"*"', 'web', { gateways: 'edge/first' })
    await h.rules(all)
    const kept = keepAlive({ address: h.gateway, port: 8080, host: 'a.test' })
    const first = await kept.request({ path: '/admin' })
    const deny = (what: string) =>
      policy(
        'AuthorizationPolicy',
        'edge/p',
        `{selector: {matchLabels: {istio: edge}}, action: DENY, rules: [${what}]}`,
      )
    await h.rules(all, deny('{to: [{operation: {paths: ["/admin"], hosts: ["a.test"]}}]}'))
    const second = await kept.request({ path: '/admin' })
    assert.deepEqual([first.status, second.status], [200, 403])
    assert.equal(first.connection, second.connection)
    assert.equal((await kept.request({ path: '/' })).status, 200)
    assert.equal(await h.outside('b.test', { path: '/admin' }), 'web')
    kept.close()
    await h.rules(all, deny('{from: [{source: {ipBlocks: [127.0.0.0/8]}}]}'))
    assert.equal(await h.outside('a.test'), 403)
    await h.rules(all, deny('{from: [{source: {notIpBlocks: [127.0.0.0/8]}}]}'))
    assert.equal(await h.outside('a.test'), 'web')
  })

  await t.test('a Sidecar imports hosts; destinations of rules come with it', async () => {
    await h.rules()
    await h.imports('./web.shop.svc.cluster.local')
    assert.deepEqual([await h.client('web'), await h.client('cart')], ['web', 502])
    await h.rules(rule('shop/web', 'web', 'cart'))
    assert.equal(await h.client('web'), 'cart')
    assert.equal(await h.client('cart'), 502)
    await h.rules()
    await h.imports('else/*')
    assert.deepEqual([await h.client('web'), await h.client('other.else')], [502, 'other'])
    await h.imports()
    assert.equal(await h.client('web'), 'web')
  })

  await t.test('nothing was refused by Envoy', () => {
    assert.equal(h.mesh.sent().nacks, 0)
  })
})

// The order of HTTP filters on real Envoys, whichever policies there are: what answers a request first tells who stands first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { httpAuthorizer } from '../support/authorizers.ts'
import { skip } from '../support/envoy.ts'
import { type HttpRequest, request } from '../support/http.ts'
import { startMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { issuerOf } from '../support/tokens.ts'
import { httpUpstream } from '../support/upstreams.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const PORT = 8000
const issuer = issuerOf('https://issuer.test/a')

interface Filters {
  readonly filter_chains?: readonly {
    readonly filters?: readonly {
      readonly typed_config: { readonly http_filters?: readonly { readonly name: string }[] }
    }[]
  }[]
}

test('HTTP filters stand in Istio’s order', { skip }, async (t) => {
  const [client, edge, server, authz] = [loopback(), loopback(), loopback(), loopback()]
  const app = await httpUpstream(t, { name: 'web' })
  const authorizer = await httpAuthorizer(t, authz)
  const calls = [{ port: PORT, protocol: 'HTTP' }]
  const serves = [{ port: 8080, protocol: 'GRPC-Web', application: app.port }]
  const provider = { service: 'authz/http.authz.svc.cluster.local', port: 9001 }
  const settings = JSON.stringify({
    ...{ apiVersion: 'mesh.istio.io/v1alpha1', kind: 'MeshConfig', metadata: { name: 'mesh' } },
    extensionProviders: [{ name: 'asked', envoyExtAuthzHttp: provider }],
  })
  const both = (kind: string, name: string, spec: string) =>
    join(policy(kind, `shop/${name}`, spec), policy(kind, `edge/${name}`, spec))
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        settings,
        workload({ workload: 'shop/client', address: client, calls }),
        workload({ workload: 'shop/web', address: server, labels: { app: 'web' }, serves }),
        workload({ workload: 'edge/gateway', address: edge, labels: { istio: 'edge' } }),
        workload({ workload: 'authz/http', address: authz, labels: { app: 'http' } }),
        service('authz/http', { app: 'http' }, `http:9001:${authorizer.port}`),
        service('shop/web', { app: 'web' }, `http:${PORT}:8080`),
        policy(
          'Gateway',
          'edge/edge',
          `{selector: {istio: edge}, servers: [{port: {number: 8080, name: http, protocol: HTTP}, bind: ${edge}, hosts: ["*"]}]}`,
        ),
        policy(
          'VirtualService',
          'shop/web',
          `{hosts: [web, web.test], gateways: [mesh, edge/edge], http: [
            {match: [{uri: {prefix: /fault}}], fault: {abort: {httpStatus: 418, percentage: {value: 100}}},
             corsPolicy: {allowOrigins: [{exact: "http://a.test"}], allowMethods: [GET]}, route: [{destination: {host: web}}]},
            {corsPolicy: {allowOrigins: [{exact: "http://a.test"}], allowMethods: [GET]}, route: [{destination: {host: web}}]}]}`,
        ),
        both(
          'RequestAuthentication',
          'tokens',
          JSON.stringify({ jwtRules: [{ issuer: issuer.issuer, jwks: issuer.jwks }] }),
        ),
        both(
          'AuthorizationPolicy',
          'custom',
          '{action: CUSTOM, provider: {name: asked}, rules: [{to: [{operation: {paths: ["/all*", "/custom*"]}}]}]}',
        ),
        both(
          'AuthorizationPolicy',
          'deny',
          '{action: DENY, rules: [{to: [{operation: {paths: ["/all*", "/deny*", "/fault/deny"]}}]}]}',
        ),
        both('AuthorizationPolicy', 'audit', '{action: AUDIT, rules: [{}]}'),
        both(
          'AuthorizationPolicy',
          'allow',
          '{action: ALLOW, rules: [{to: [{operation: {notPaths: ["/none*"]}}]}]}',
        ),
      ),
    },
    proxies: ['shop/client', 'shop/web', 'edge/gateway'],
  })
  authorizer.decide(() => ({ status: 402 }))
  const wrong = { authorization: 'Bearer no.token.at-all' }
  const outside = async (options: Partial<HttpRequest>) =>
    (await request({ address: edge, port: 8080, host: 'web.test', ...options })).status
  const inside = async (options: Partial<HttpRequest>) =>
    (await request({ address: server, port: 8080, host: 'web', ...options })).status

  for (const [what, ask] of [
    ['a gateway', outside],
    ['an inbound port', inside],
  ] as const) {
    await t.test(`${what}: CUSTOM, then tokens, then DENY, then ALLOW`, async () => {
      assert.equal(
        await ask({ path: '/all', headers: wrong }),
        402,
        'the authorizer is asked first',
      )
      assert.equal(await ask({ path: '/deny', headers: wrong }), 401, 'then the token is read')
      assert.equal(await ask({ path: '/deny' }), 403)
      assert.equal(await ask({ path: '/none' }), 403)
      assert.equal(await ask({ path: '/other' }), 200)
    })
  }

  await t.test(
    'a gateway: policies before faults, faults before answers to preflights',
    async () => {
      const preflight: Partial<HttpRequest> = {
        method: 'OPTIONS',
        headers: { origin: 'http://a.test', 'access-control-request-method': 'GET' },
      }
      assert.equal(await outside({ path: '/fault/deny' }), 403)
      assert.equal(await outside({ path: '/fault' }), 418)
      assert.equal(await outside({ path: '/fault', ...preflight }), 418)
      assert.equal(await outside({ path: '/other', ...preflight }), 200)
      const sent = { address: client, port: PORT, host: 'web', path: '/fault' }
      assert.equal((await request({ ...sent, ...preflight })).status, 418, 'and at a sidecar')
    },
  )

  await t.test('as Envoy holds them', async () => {
    const held = async (proxy: string) => {
      const [listener] = await mesh.envoy(proxy).resources('listener')
      const chains = (listener!.resource as Filters).filter_chains ?? []
      const lists = chains.flatMap(
        ({ filters }) => filters?.at(-1)?.typed_config.http_filters ?? [],
      )
      const names = [...new Set(lists.map(({ name }) => name))]
      return names.map((name) => ORDER.findIndex((part) => name.includes(part)))
    }
    const [outbound, inbound, gateway] = [
      await held('shop/client'),
      await held('shop/web'),
      await held('edge/gateway'),
    ]
    const sorted = (list: readonly number[]) => [...list].sort((a, b) => a - b)
    for (const list of [outbound, inbound, gateway]) {
      const known = list.filter((place) => place >= 0)
      assert.deepEqual(known, sorted(known))
      assert.equal(list.at(-1), ORDER.length - 1, 'the router is last')
    }
    assert.ok(inbound.includes(ORDER.indexOf('grpc_web')))
    assert.ok(gateway.includes(0) && gateway.includes(1) && gateway.includes(3))
  })

  await t.test('nothing was refused by Envoy', () => assert.equal(mesh.sent().nacks, 0))
})

/** Parts of the filters' names. */
const ORDER = [
  'ext_authz',
  'jwt',
  'rbac.audit',
  'rbac.deny',
  'rbac.allow',
  'grpc_web',
  'grpc_stats',
  'fault',
  'cors',
  'router',
]

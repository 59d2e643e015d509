// Settings of the mesh and of a workload's Sidecar on real Envoys: roots, trust, paths, pools, visibility, trusted proxies.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { skip } from '../support/envoy.ts'
import { type HttpRequest, request } from '../support/http.ts'
import { startMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { type Echo, httpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const PORT = 8000

const config = (fields: string) =>
  `{apiVersion: mesh.istio.io/v1alpha1, kind: MeshConfig, ${fields}}`

/** A client and a server, both behind sidecars, and a gateway. */
async function start(t: TestContext) {
  const [client, web, edge] = [loopback(), loopback(), loopback()]
  const application = await httpUpstream(t, { name: 'web' })
  const calls = [{ port: PORT, protocol: 'HTTP' }]
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({ workload: 'shop/client', address: client, account: 'client', calls }),
        workload({ workload: 'shop/web', address: web, account: 'web', labels: { app: 'web' } }),
        workload({ workload: 'shop/edge', address: edge, labels: { istio: 'edge' } }),
        service('shop/web', { app: 'web' }, `http:${PORT}:8080`),
        policy(
          'Gateway',
          'shop/edge',
          `{selector: {istio: edge}, servers: [{port: {number: 8080, name: http, protocol: HTTP}, bind: ${edge}, hosts: ["*"]}]}`,
        ),
        policy(
          'VirtualService',
          'shop/edge',
          '{hosts: [edge.test], gateways: [edge], http: [{route: [{destination: {host: web}}]}]}',
        ),
      ),
      'sidecar.yaml': sidecar(web, application.port),
      'rules.yaml': '',
    },
    proxies: ['shop/client', 'shop/web', 'shop/edge'],
  })
  const ask = async (options: Partial<HttpRequest> = {}) => {
    const answer = await request({ address: client, port: PORT, host: 'web', ...options })
    const echo = answer.body.startsWith('{') ? answer.json<Echo>() : undefined
    return { status: answer.status, echo, headers: answer.headers }
  }
  return {
    ...{ mesh, application, ask },
    fromOutside: (options: Partial<HttpRequest> = {}) =>
      ask({ address: edge, port: 8080, host: 'edge.test', ...options }),
    rules: (...documents: string[]) => mesh.edit('rules.yaml', join(...documents)),
    sidecar: (ingress: string, whole = '') =>
      mesh.edit('sidecar.yaml', sidecar(web, application.port, ingress, whole)),
  }
}

function sidecar(bind: string, application: number, ingress = '', whole = ''): string {
  return policy(
    'Sidecar',
    'shop/web',
    `{workloadSelector: {labels: {app: web}}, ingress: [{port: {number: 8080, name: http, protocol: HTTP},
      bind: ${bind}, captureMode: NONE, defaultEndpoint: "127.0.0.1:${application}"${ingress}}],
      outboundTrafficPolicy: {mode: REGISTRY_ONLY}${whole}}`,
  )
}

const ALLOW = (source: string) =>
  policy(
    'AuthorizationPolicy',
    'shop/web',
    `{selector: {matchLabels: {app: web}}, rules: [{from: [{source: {${source}}}]}]}`,
  )

test('settings', { skip }, async (t) => {
  const f = await start(t)

  await t.test(
    'rules of the root namespace are for the whole mesh; another root may be named',
    async () => {
      const nobody = (namespace: string) =>
        policy('AuthorizationPolicy', `${namespace}/nobody`, '{}')
      await f.rules(nobody('istio-system'))
      assert.equal((await f.ask()).status, 403)
      await f.rules(config('rootNamespace: roots'), nobody('istio-system'))
      assert.equal((await f.ask()).status, 200)
      await f.rules(config('rootNamespace: roots'), nobody('roots'))
      assert.equal((await f.ask()).status, 403)
    },
  )

  await t.test('names under an alias of the trust domain count', async () => {
    await f.rules(ALLOW('principals: [old.test/ns/shop/sa/client]'))
    assert.equal((await f.ask()).status, 403)
    await f.rules(
      config('trustDomain: cluster.local, trustDomainAliases: [old.test]'),
      ALLOW('principals: [old.test/ns/shop/sa/client]'),
    )
    assert.equal((await f.ask()).status, 200)
  })

  await t.test('who the source is not', async () => {
    const row = async (source: string) => {
      await f.rules(ALLOW(source))
      return (await f.ask()).status
    }
    assert.equal(await row('notNamespaces: [shop]'), 403)
    assert.equal(await row('notNamespaces: [else]'), 200)
    assert.equal(await row('serviceAccounts: [client]'), 200)
    assert.equal(await row('notServiceAccounts: [shop/client]'), 403)
    assert.equal(await row('notServiceAccounts: [web]'), 200)
    assert.equal(await row('trustDomains: [cluster.local]'), 200)
    assert.equal(await row('notTrustDomains: ["cluster.*"]'), 403)
    assert.equal(await row('notTrustDomains: [other.test]'), 200)
    assert.equal(await row('requestPrincipals: ["*"]'), 403, 'there is no token')
  })

  await t.test('what the operation is not', async () => {
    const row = async (operation: string, options?: Partial<HttpRequest>) => {
      await f.rules(
        policy(
          'AuthorizationPolicy',
          'shop/web',
          `{selector: {matchLabels: {app: web}}, rules: [{to: [{operation: {${operation}}}]}]}`,
        ),
      )
      return (await f.ask(options)).status
    }
    assert.equal(await row('notHosts: [WEB]'), 403)
    assert.equal(await row('notHosts: [web]', { host: 'web.shop' }), 200)
    assert.equal(await row('notPorts: ["8080"]'), 403, "the workload's port")
    assert.equal(await row('notPorts: ["8000"]'), 200, "not the service's")
    assert.equal(await row('notMethods: [GET]'), 403)
    assert.equal(await row('notMethods: ["P*"]'), 200)
    assert.equal(await row('notPaths: ["/a*"]', { path: '/ab?c' }), 403)
    assert.equal(await row('notPaths: ["/a*"]', { path: '/b?/a' }), 200)
  })

  await t.test('addresses from X-Forwarded-For count as far as proxies are trusted', async () => {
    const allow = (source: string) =>
      policy(
        'AuthorizationPolicy',
        'shop/edge',
        `{selector: {matchLabels: {istio: edge}}, rules: [{from: [{source: {${source}}}]}]}`,
      )
    const headers = { 'x-forwarded-for': '192.0.2.7' }
    await f.rules(allow('remoteIpBlocks: [192.0.2.0/24]'))
    assert.equal((await f.fromOutside({ headers })).status, 403, 'nobody is trusted')
    const trusting = config('defaultConfig: {gatewayTopology: {numTrustedProxies: 1}}')
    await f.rules(trusting, allow('remoteIpBlocks: [192.0.2.0/24]'))
    assert.equal((await f.fromOutside({ headers })).status, 200)
    assert.equal((await f.fromOutside()).status, 403)
    await f.rules(trusting, allow('notRemoteIpBlocks: [192.0.2.7]'))
    assert.equal((await f.fromOutside({ headers })).status, 403)
    assert.equal((await f.fromOutside()).status, 200)
  })

  await t.test('paths are put in order as the mesh says', async () => {
    const path = '/a//b/../c%2Fd'
    // Connections between the two proxies stay with the listener of before until it has drained.
    const arrives = async (word: string, expected: string) => {
      await f.rules(config(`pathNormalization: {normalization: ${word}}`))
      const look = async () => (await f.ask({ path })).echo?.path
      await waitFor(word, look, (found) => found === expected)
    }
    await arrives('NONE', path)
    await arrives('BASE', '/a//c%2Fd')
    await arrives('MERGE_SLASHES', '/a/c%2Fd')
    await arrives('DECODE_AND_MERGE_SLASHES', '/a/c/d')
  })

  await t.test('rules and services are visible as far as the mesh says', async () => {
    const rule = policy(
      'VirtualService',
      'else/web',
      '{hosts: [web.shop.svc.cluster.local], http: [{directResponse: {status: 418}}]}',
    )
    // By default a host is ruled from its own namespace alone, and there would be nothing to hide.
    const shared = 'hostOwnership: istio'
    await f.rules(config(shared), rule)
    assert.equal((await f.ask()).status, 418)
    await f.rules(config(`${shared}, defaultVirtualServiceExportTo: ["."]`), rule)
    assert.equal((await f.ask()).status, 200)
    const limit = policy(
      'DestinationRule',
      'istio-system/web',
      '{host: web.shop.svc.cluster.local, trafficPolicy: {tls: {mode: DISABLE}}}',
    )
    const strict = policy('PeerAuthentication', 'shop/all', '{mtls: {mode: STRICT}}')
    await f.rules(config(shared), strict, limit)
    assert.equal((await f.ask()).status, 503, 'plain text is refused')
    await f.rules(config(`${shared}, defaultDestinationRuleExportTo: ["."]`), strict, limit)
    assert.equal((await f.ask()).status, 200)
  })

  await t.test('pools of what comes in: of a listener, and of all of them', async () => {
    await f.rules()
    for (const [ingress, whole] of [
      [', connectionPool: {http: {http2MaxRequests: 1}, tcp: {maxConnections: 9}}', ''],
      ['', ', inboundConnectionPool: {http: {http2MaxRequests: 1}, tcp: {maxConnections: 9}}'],
    ] as const) {
      await f.sidecar(ingress, whole)
      f.application.behave({ hang: true })
      const held = f.ask({ timeout: 60_000 }).catch(() => undefined)
      await waitFor('a request to be held', () => f.application.received.length === 1)
      assert.equal((await f.ask()).status, 503)
      await f.sidecar('', '')
      f.application.behave({})
      await waitFor('room for more', async () => (await f.ask()).status === 200)
      await f.mesh.envoy('shop/web').admin('/reset_counters', 'POST')
      void held
    }
  })

  await t.test('nothing was refused by Envoy', () => assert.equal(f.mesh.sent().nacks, 0))
})

// EnvoyFilter on the real Envoy: what patches do to requests, and that a bad one hurts nothing but itself.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printOrigin } from '../../src/model/origin.ts'
import { skip } from '../support/envoy.ts'
import { startShop } from '../support/shop.ts'
import { waitFor } from '../support/wait.ts'
import { policy } from '../support/workload.ts'

const CLIENT = 'shop/client'

const patch = (name: string, patches: string) =>
  policy('EnvoyFilter', `shop/${name}`, `{configPatches: [${patches}]}`)

const lua = (script: string) => `{applyTo: HTTP_FILTER,
  match: {context: SIDECAR_OUTBOUND, listener: {filterChain: {filter: {subFilter: {name: envoy.filters.http.router}}}}},
  patch: {operation: INSERT_BEFORE, value: {name: envoy.filters.http.lua, typedConfig:
    {"@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua, defaultSourceCode: {inlineString: '${script}'}}}}}`

const MARK = 'function envoy_on_response(handle) handle:headers():add("x-lua", "yes") end'

test('EnvoyFilter', { skip }, async (t) => {
  const shop = await startShop(t)
  const { mesh } = shop
  const header = async (name: string) => (await shop.ask()).headers[name]
  const cors = (more = '') =>
    policy(
      'VirtualService',
      'shop/web',
      `{hosts: [web], http: [{corsPolicy: {allowOrigins: [{exact: "https://a.test"}], allowMethods: [GET]},
        headers: {response: {set: {x-rule: "a${more}"}}}, route: [{destination: {host: web}}]}]}`,
    )
  const preflight = () =>
    shop.ask({
      method: 'OPTIONS',
      headers: { origin: 'https://a.test', 'access-control-request-method': 'GET' },
    })

  await t.test('a filter is put in, another is taken out', async () => {
    await shop.rules(cors())
    assert.equal((await preflight()).by, '', 'the proxy answers by itself')
    assert.equal(await header('x-lua'), undefined)
    const remove = `{applyTo: HTTP_FILTER, match: {context: SIDECAR_OUTBOUND,
      listener: {filterChain: {filter: {subFilter: {name: envoy.filters.http.cors}}}}}, patch: {operation: REMOVE}}`
    await shop.rules(cors(), patch('p', `${lua(MARK)}, ${remove}`))
    assert.equal(await header('x-lua'), 'yes')
    assert.notEqual((await preflight()).by, '', 'the application answers')
  })

  await t.test(
    'routes, hosts and clusters are changed; without the object all is as before',
    async () => {
      const route = `{applyTo: HTTP_ROUTE, match: {context: SIDECAR_OUTBOUND, routeConfiguration: {vhost: {name: "web.shop.svc.cluster.local:8000"}}},
      patch: {operation: INSERT_FIRST, value: {match: {path: /patched}, directResponse: {status: 418}}}}`
      const host = `{applyTo: VIRTUAL_HOST, match: {context: SIDECAR_OUTBOUND, routeConfiguration: {portNumber: 8000}},
      patch: {operation: ADD, value: {name: mine, domains: [mine.test], routes: [{match: {prefix: /}, route: {cluster: mine}}]}}}`
      const cluster = `{applyTo: CLUSTER, match: {context: SIDECAR_OUTBOUND, cluster: {service: web.shop.svc.cluster.local}},
      patch: {operation: MERGE, value: {altStatName: patched-web}}}`
      const added = `{applyTo: CLUSTER, match: {context: SIDECAR_OUTBOUND}, patch: {operation: ADD, value: {name: mine, connectTimeout: 1s, type: STATIC,
      loadAssignment: {clusterName: mine, endpoints: [{lbEndpoints: [{endpoint: {address: {socketAddress: {address: ${shop.two.address}, portValue: 8080}}}}]}]}}}}`
      await shop.rules(patch('p', [route, host, cluster, added].join()))
      assert.equal((await shop.ask({ path: '/patched' })).status, 418)
      assert.equal((await shop.ask({ host: 'mine.test' })).by, 'two')
      assert.equal((await shop.ask()).status, 200)
      const stats = await mesh.envoy(CLIENT).stats('cluster.patched-web.upstream_rq_total')
      assert.ok(Object.values(stats).some((count) => count > 0))
      await shop.rules()
      assert.notEqual((await shop.ask({ path: '/patched' })).status, 418)
      assert.equal((await shop.ask({ host: 'mine.test' })).status, 502)
      assert.equal(await header('x-lua'), undefined)
    },
  )

  const told = (code: string) =>
    waitFor(
      `${code} to be told`,
      () => [...mesh.app.diagnostics(), ...mesh.log].find((one) => one.code === code),
      (one) => one !== undefined,
    )

  await t.test(
    'what cannot be encoded is withheld and told with its line; the rest goes on',
    async () => {
      await shop.rules(cors(), patch('p', lua(MARK)))
      const bad = `{applyTo: NETWORK_FILTER, match: {context: SIDECAR_OUTBOUND, listener: {filterChain: {filter: {name: envoy.filters.network.http_connection_manager}}}},
      patch: {operation: MERGE, value: {typed_config:
        {"@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager, serverNam: x}}}}`
      await shop.rules(cors('b'), patch('p', `${lua(MARK)}, ${bad}`))
      const place = printOrigin((await told('L0301'))!.origin!)
      assert.match(place, /rules\.yaml:16:\d+$/, place)
      assert.equal(await header('x-lua'), 'yes', 'the last good listener stays')
      assert.equal(await header('x-rule'), 'ab', 'routes go on')
      await shop.rules(cors('c'))
      assert.deepEqual([await header('x-rule'), await header('x-lua')], ['ac', undefined])
    },
  )

  await t.test('what Envoy refuses stays out and is told with its line', async () => {
    await shop.rules(cors(), patch('p', lua(MARK)))
    mesh.write(
      'rules.yaml',
      `${cors('d')}\n---\n${patch('p', lua('function envoy_on_response( this is no Lua'))}`,
    )
    const rejected = (await told('L0302'))!
    assert.match(rejected.text, /script load error/)
    assert.match(printOrigin(rejected.origin!), /rules\.yaml:1[0-9]:\d+$/)
    assert.equal(await header('x-lua'), 'yes')
    await waitFor(
      'the rule',
      () => header('x-rule'),
      (value) => value === 'ad',
    )
    await shop.rules(cors('e'))
    assert.deepEqual([await header('x-rule'), await header('x-lua')], ['ae', undefined])
  })
})

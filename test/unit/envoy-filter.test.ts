// EnvoyFilter: every operation on every level, who is meant by a match, and how messages are merged.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cache } from '../../src/model/cache.ts'
import { EMPTY_MESH, nextMesh } from '../../src/model/mesh.ts'
import type { Node } from '../../src/model/node.ts'
import { nearestOrigin, printOrigin } from '../../src/model/origin.ts'
import type { Resource, ResourceSet, ResourceType } from '../../src/model/resource.ts'
import { merged, normalised } from '../../src/translate/patch/message.ts'
import { translate } from '../../src/translate/translate.ts'
import { viewOf } from '../support/views.ts'
import { join, policy, service, workload } from '../support/workload.ts'

type Json = Record<string, unknown>

const MESH = join(
  workload({
    ...{ workload: 'shop/web-1', address: '10.0.0.1', labels: { app: 'web' } },
    serves: [{ port: 8080, protocol: 'HTTP', application: 18080 }],
    calls: [{ port: 80, protocol: 'HTTP' }],
  }),
  service('shop/web', { app: 'web' }, 'http:80:8080'),
  service('shop/cart', { app: 'cart' }, 'http:80:8080'),
  policy(
    'VirtualService',
    'shop/cart',
    `{hosts: [cart], http: [{name: a, match: [{uri: {prefix: /a}}], redirect: {uri: /b}}, {name: z, route: [{destination: {host: cart}}]}]}`,
  ),
)

const filter = (named: string, patches: string, more = '') =>
  policy('EnvoyFilter', named, `{${more}configPatches: [${patches}]}`)

function setOf(documents: readonly string[], node: Partial<Node> = {}): ResourceSet {
  const labels = { app: 'web', workload: 'web-1' }
  const view = viewOf(join(MESH, ...documents), { labels, ...node })
  return translate(view.mesh, view.node)
}

function bodies(set: ResourceSet, type: ResourceType): Map<string, Json> {
  return new Map(set[type].flat().map((one) => [one.name, whole(one) as Json]))
}

function whole({ body, virtualHosts }: Resource): object {
  return virtualHosts ? { ...body, virtual_hosts: virtualHosts.map((host) => host.body) } : body
}

const INBOUND = '10.0.0.1_8080'
const OUTBOUND = '10.0.0.1_80'

/** Names of the HTTP filters of a listener after one patch. */
function httpFilters(patch: string, listener = OUTBOUND): string[] {
  const text = JSON.stringify(bodies(setOf([filter('shop/p', patch)]), 'listener').get(listener))
  const managers = JSON.parse(text).filter_chains.map(
    (chain: { filters: Json[] }) => chain.filters.at(-1)?.typed_config,
  )
  return managers[0].http_filters.map(({ name }: { name: string }) =>
    name.replace('envoy.filters.http.', ''),
  )
}

const LUA =
  'value: {name: envoy.filters.http.lua, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua}}'
const HTTP = (context: string, name: string, patch: string) =>
  `{applyTo: HTTP_FILTER, match: {context: ${context}${
    name &&
    `, listener: {filterChain: {filter: {name: envoy.filters.network.http_connection_manager, subFilter: {name: ${name}}}}}`
  }}, patch: {${patch}}}`

test('HTTP filters: every operation', () => {
  const out = (name: string, patch: string) => httpFilters(HTTP('SIDECAR_OUTBOUND', name, patch))
  const cors = 'envoy.filters.http.cors'
  assert.deepEqual(out('', `operation: ADD, ${LUA}`), [
    'grpc_stats',
    'fault',
    'cors',
    'lua',
    'router',
  ])
  assert.deepEqual(out('', `operation: INSERT_FIRST, ${LUA}`), [
    'lua',
    'grpc_stats',
    'fault',
    'cors',
    'router',
  ])
  assert.deepEqual(out(cors, `operation: INSERT_BEFORE, ${LUA}`), [
    'grpc_stats',
    'fault',
    'lua',
    'cors',
    'router',
  ])
  assert.deepEqual(out(cors, `operation: INSERT_AFTER, ${LUA}`), [
    'grpc_stats',
    'fault',
    'cors',
    'lua',
    'router',
  ])
  assert.deepEqual(out('nothing', `operation: INSERT_AFTER, ${LUA}`), [
    'grpc_stats',
    'fault',
    'cors',
    'router',
  ])
  assert.deepEqual(out(cors, 'operation: REMOVE'), ['grpc_stats', 'fault', 'router'])
  assert.deepEqual(out(cors, `operation: REPLACE, ${LUA}`), [
    'grpc_stats',
    'fault',
    'lua',
    'router',
  ])
  assert.deepEqual(out(cors, 'operation: MERGE, value: {name: other}'), [
    'grpc_stats',
    'fault',
    'other',
    'router',
  ])
  assert.deepEqual(
    httpFilters(HTTP('SIDECAR_INBOUND', '', `operation: ADD, ${LUA}`)),
    ['grpc_stats', 'fault', 'cors', 'router'],
    'another context',
  )
  const inbound = httpFilters(
    HTTP('ANY', 'envoy.filters.http.rbac', `operation: INSERT_BEFORE, ${LUA}`),
    INBOUND,
  )
  assert.equal(
    inbound[inbound.indexOf('lotse.rbac.audit') - 1],
    'lua',
    'the name of Istio’s filter means those that stand for it',
  )
  const wrongPort = `{applyTo: HTTP_FILTER, match: {listener: {portNumber: 81}}, patch: {operation: ADD, ${LUA}}}`
  assert.ok(!httpFilters(wrongPort).includes('lua'))
})

test('listeners, chains, network and listener filters', () => {
  const one = (patch: string, name = INBOUND) => {
    const all = bodies(setOf([filter('shop/p', patch)]), 'listener')
    return all.get(name) as unknown as {
      filter_chains: { name?: string; filters: { name: string }[] }[]
      listener_filters?: { name: string }[]
      per_connection_buffer_limit_bytes?: number
    }
  }
  const before = one('')
  const at = (listener: string) => `match: {context: SIDECAR_INBOUND, listener: {${listener}}}`
  assert.equal(
    one(
      `{applyTo: LISTENER, ${at('portNumber: 8080')}, patch: {operation: MERGE, value: {perConnectionBufferLimitBytes: 5}}}`,
    ).per_connection_buffer_limit_bytes,
    5,
  )
  assert.equal(
    one(`{applyTo: LISTENER, ${at(`name: ${INBOUND}`)}, patch: {operation: REMOVE}}`),
    undefined,
  )
  assert.ok(one(`{applyTo: LISTENER, patch: {operation: ADD, value: {name: mine}}}`, 'mine'))
  assert.equal(
    one(
      `{applyTo: LISTENER, ${at('')}, patch: {operation: ADD, value: {name: mine, traffic_direction: OUTBOUND}}}`,
      'mine',
    ),
    undefined,
  )
  const chains = (patch: string) => one(patch).filter_chains.length
  assert.equal(
    chains(`{applyTo: FILTER_CHAIN, ${at('')}, patch: {operation: ADD, value: {name: x}}}`),
    before.filter_chains.length + 1,
  )
  assert.equal(
    chains(
      `{applyTo: FILTER_CHAIN, ${at('filterChain: {transportProtocol: tls}')}, patch: {operation: REMOVE}}`,
    ),
    before.filter_chains.filter((c) => !JSON.stringify(c).includes('"transport_protocol":"tls"'))
      .length,
  )
  const names = (patch: string) => one(patch).filter_chains[0]!.filters.map(({ name }) => name)
  const hcm = 'envoy.filters.network.http_connection_manager'
  const insert = (op: string, name = '') =>
    `{applyTo: NETWORK_FILTER, ${at(name && `filterChain: {filter: {name: ${name}}}`)}, patch: {operation: ${op}, value: {name: mine}}}`
  assert.deepEqual(names(insert('ADD')), ['mine', hcm], 'nothing stands behind what answers')
  assert.deepEqual(names(insert('INSERT_FIRST')), ['mine', hcm])
  assert.deepEqual(names(insert('INSERT_AFTER', hcm)), [hcm, 'mine'])
  assert.deepEqual(names(insert('REPLACE', hcm)), ['mine'])
  const inspector = 'envoy.filters.listener.tls_inspector'
  const listenerFilters = (op: string, name: string) =>
    one(
      `{applyTo: LISTENER_FILTER, ${at(name && `listenerFilter: ${name}`)}, patch: {operation: ${op}, value: {name: mine}}}`,
    ).listener_filters?.map((f) => f.name)
  assert.deepEqual(listenerFilters('INSERT_BEFORE', inspector), ['mine', inspector])
  assert.deepEqual(listenerFilters('ADD', ''), [inspector, 'mine'])
  assert.deepEqual(listenerFilters('REMOVE', inspector), [])
})

test('routes: configuration, hosts, routes', () => {
  type Route = { name?: string; redirect?: object; route?: object; metadata?: object }
  type Host = { name: string; domains: string[]; routes: Route[] }
  const hosts = (patch: string, route = OUTBOUND) =>
    new Map(
      (bodies(setOf([filter('shop/p', patch)]), 'route').get(route)!.virtual_hosts as Host[]).map(
        (host) => [host.name.split('.')[0], host],
      ),
    )
  const at = (route: string) => `match: {context: SIDECAR_OUTBOUND, routeConfiguration: {${route}}}`
  const cart = 'vhost: {name: "cart.shop.svc.cluster.local:80"'
  const routes = (route: string, patch: string) =>
    hosts(`{applyTo: HTTP_ROUTE, ${at(`portNumber: 80, ${cart}${route}}`)}, patch: {${patch}}}`)
      .get('cart')!
      .routes.map(({ name }) => name)
  const mine = 'value: {name: mine}'
  assert.deepEqual(routes('', `operation: ADD, ${mine}`), ['a', 'z', 'mine'])
  assert.deepEqual(routes('', `operation: INSERT_FIRST, ${mine}`), ['mine', 'a', 'z'])
  assert.deepEqual(routes(', route: {name: z}', `operation: INSERT_BEFORE, ${mine}`), [
    'a',
    'mine',
    'z',
  ])
  assert.deepEqual(routes(', route: {action: REDIRECT}', `operation: INSERT_AFTER, ${mine}`), [
    'a',
    'mine',
    'z',
  ])
  assert.deepEqual(routes(', route: {action: REDIRECT}', 'operation: REMOVE'), ['z'])
  assert.deepEqual(routes(', route: {name: a}', `operation: REPLACE, ${mine}`), ['mine', 'z'])
  const moved = hosts(
    `{applyTo: HTTP_ROUTE, ${at(`${cart}, route: {action: ROUTE}}`)}, patch: {operation: MERGE, value: {redirect: {pathRedirect: /x}}}}`,
  )
  assert.equal(moved.get('cart')?.routes[1]?.route, undefined, 'of a oneof the last one counts')
  assert.deepEqual(Object.keys(moved.get('cart')?.routes[1]?.redirect ?? {}), ['path_redirect'])
  const host = (op: string, more = cart) =>
    hosts(
      `{applyTo: VIRTUAL_HOST, ${at(`${more}}`)}, patch: {operation: ${op}, value: {name: mine, domains: [m]}}}`,
    )
  assert.deepEqual([...host('ADD').keys()].at(-1), 'mine')
  assert.equal(host('REMOVE').has('cart'), false)
  assert.deepEqual(host('MERGE').get('mine')?.domains.at(-1), 'm')
  assert.deepEqual(host('MERGE_AND_REPLACE_LIST').get('mine')?.domains, ['m'])
  assert.ok(host('REMOVE', 'vhost: {domainName: web.shop').has('cart'))
  assert.equal(host('REMOVE', 'vhost: {domainName: web.shop').has('web'), false)
  const all = hosts(
    `{applyTo: ROUTE_CONFIGURATION, match: {context: SIDECAR_INBOUND}, patch: {operation: MERGE, value: {virtualHosts: [{name: mine, domains: [m]}]}}}`,
    'inbound|8080||',
  )
  assert.deepEqual([...all.keys()], ['inbound|http|8080', 'mine'])
})

test('clusters: who is meant; what is added; resources that nobody means are the identical objects', () => {
  const timeouts = (match: string, context = 'ANY') => {
    const patch = `{applyTo: CLUSTER, match: {context: ${context}, cluster: {${match}}}, patch: {operation: MERGE, value: {connectTimeout: 7s}}}`
    const all = bodies(setOf([filter('shop/p', patch)]), 'cluster')
    return [...all]
      .filter(([, body]) => body.connect_timeout === '7s')
      .map(([name]) => name.split('.')[0])
  }
  assert.deepEqual(timeouts('service: cart.shop.svc.cluster.local'), ['outbound|80||cart'])
  assert.deepEqual(timeouts('portNumber: 8080'), ['inbound|8080||'])
  assert.deepEqual(timeouts('name: "outbound|80||web.shop.svc.cluster.local"'), [
    'outbound|80||web',
  ])
  assert.deepEqual(timeouts('subset: v1'), [])
  assert.deepEqual(timeouts('', 'SIDECAR_INBOUND'), ['inbound|8080||'])
  assert.deepEqual(timeouts('', 'GATEWAY'), [])
  const set = setOf([
    filter(
      'shop/p',
      `{applyTo: CLUSTER, patch: {operation: ADD, value: {name: mine, type: STATIC}}},
      {applyTo: CLUSTER, patch: {operation: ADD, value: {name: BlackHoleCluster}}},
      {applyTo: CLUSTER, match: {cluster: {portNumber: 8080}}, patch: {operation: REMOVE}},
      {applyTo: EXTENSION_CONFIG, patch: {operation: ADD, value: {name: ecds, typedConfig: {"@type": t/x.Y}}}}`,
    ),
  ])
  const names = set.cluster.flat().map(({ name }) => name)
  assert.equal(names.filter((name) => name === 'BlackHoleCluster').length, 1)
  assert.ok(names.includes('mine') && !names.includes('inbound|8080||'))
  assert.deepEqual([...bodies(set, 'extensionConfig').keys()], ['lotse.jwt', 'ecds'])
})

test('which proxies: selector, namespace, metadata; order: priority, root namespace, age', () => {
  const add = (value: string) =>
    `{applyTo: CLUSTER, match: {cluster: {service: cart.shop.svc.cluster.local}}, patch: {operation: MERGE, value: {altStatName: ${value}}}}`
  const stat = (...filters: string[]) =>
    bodies(setOf(filters), 'cluster').get('outbound|80||cart.shop.svc.cluster.local')?.alt_stat_name
  assert.equal(stat(filter('shop/p', add('a'))), 'a')
  assert.equal(stat(filter('else/p', add('a'))), undefined)
  assert.equal(
    stat(filter('shop/p', add('a'), 'workloadSelector: {labels: {app: cart}}, ')),
    undefined,
  )
  assert.equal(
    stat(filter('istio-system/p', add('a'), 'workloadSelector: {labels: {app: web}}, ')),
    'a',
  )
  assert.equal(stat(filter('shop/p', add('own')), filter('istio-system/p', add('root'))), 'own')
  assert.equal(
    stat(filter('shop/p', add('own')), filter('istio-system/p', add('root'), 'priority: 1, ')),
    'root',
  )
  assert.equal(
    stat(filter('shop/z', add('older')), filter('shop/b', add('b'))),
    'older',
    'then by name',
  )
  const meta = (text: string) =>
    filter('shop/p', add('a').replace('match: {', `match: {proxy: {metadata: {${text}}}, `))
  assert.equal(stat(meta('NAMESPACE: shop')), 'a')
  assert.equal(stat(meta('NAMESPACE: else')), undefined)
})

test('a change of a filter leaves untouched what it does not concern', () => {
  const cache = new Cache()
  const first = viewOf(join(MESH, filter('shop/p', '')), {
    labels: { app: 'web', workload: 'web-1' },
  })
  const before = translate(first.mesh, first.node, cache)
  const patch =
    '{applyTo: CLUSTER, match: {cluster: {portNumber: 8080}}, patch: {operation: MERGE, value: {connectTimeout: 7s}}}'
  const added = viewOf(filter('shop/p', patch)).mesh.tables.EnvoyFilter.rows.get('shop/p')!
  const documents = Object.values(first.mesh.tables).flatMap((table) => [
    ...table.rows.values(),
  ]) as never[]
  const others = documents.filter(
    (one: { kind?: string }) => one.kind && one.kind !== 'EnvoyFilter',
  )
  const mesh = nextMesh(first.mesh, { documents: [...others, added], enrolments: [] })
  const after = translate(mesh, first.node, cache)
  assert.notEqual(after, before)
  for (const type of ['route', 'listener', 'endpoint', 'secret'] as const) {
    assert.deepEqual(
      after[type].map((chunk, index) => chunk === before[type][index]),
      before[type].map(() => true),
      type,
    )
  }
  const known = new Set(before.cluster.flat())
  assert.deepEqual(
    after.cluster
      .flat()
      .filter((one) => !known.has(one))
      .map(({ name }) => name),
    ['inbound|8080||'],
  )
  assert.equal(
    nextMesh(EMPTY_MESH, { documents: [], enrolments: [] }).tables.EnvoyFilter.rows.size,
    0,
  )
})

test('messages: names in one form, keys of maps and structs as written, each with its line', () => {
  const at = (path: readonly (string | number)[]) => ({
    source: path.join('.'),
    line: 0,
    column: 0,
  })
  const type = 'envoy.config.cluster.v3.Cluster'
  const options = { replaceLists: false }
  const value = normalised(
    type,
    {
      connectTimeout: '1s',
      metadata: { filterMetadata: { camelCase: { innerKey: 1 } } },
      typedExtensionProtocolOptions: {
        'my.Key': {
          '@type': 't/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
          commonHttpProtocolOptions: { idleTimeout: '3s' },
        },
      },
      ringHashLbConfig: { minimumRingSize: 3 },
      unknownField: { aB: 1 },
    },
    at,
    ['v'],
  )
  const plain = JSON.parse(JSON.stringify(value))
  assert.deepEqual(plain, {
    connect_timeout: '1s',
    metadata: { filter_metadata: { camelCase: { innerKey: 1 } } },
    typed_extension_protocol_options: {
      'my.Key': {
        '@type': 't/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        common_http_protocol_options: { idle_timeout: '3s' },
      },
    },
    ring_hash_lb_config: { minimum_ring_size: 3 },
    unknownField: { aB: 1 },
  })
  const target = {
    connect_timeout: '9s',
    type: 'EDS',
    metadata: { filter_metadata: { camelCase: { other: 2 }, more: { a: 1 } } },
    least_request_lb_config: { choice_count: 2 },
    circuit_breakers: { thresholds: [{ max_requests: 1 }] },
    typed_extension_protocol_options: {
      'my.Key': {
        '@type': 't/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        explicit_http_config: {},
      },
    },
  }
  const result = merged(type, target, value, options)
  assert.deepEqual(JSON.parse(JSON.stringify(result)), {
    ...plain,
    type: 'EDS',
    metadata: { filter_metadata: { camelCase: { other: 2, innerKey: 1 }, more: { a: 1 } } },
    circuit_breakers: { thresholds: [{ max_requests: 1 }] },
    typed_extension_protocol_options: {
      'my.Key': { ...plain.typed_extension_protocol_options['my.Key'], explicit_http_config: {} },
    },
  })
  const lineOf = (pointer: string) => printOrigin(nearestOrigin(result, pointer)!)
  assert.equal(lineOf('/connect_timeout'), 'v.connectTimeout')
  assert.equal(
    lineOf('/ring_hash_lb_config/minimum_ring_size'),
    'v.ringHashLbConfig.minimumRingSize',
  )
  assert.equal(nearestOrigin(result, '/type'), undefined)
  const list = normalised(type, { circuitBreakers: { thresholds: [{ maxRequests: 2 }] } }, at, [])
  const lists = (replaceLists: boolean) =>
    JSON.parse(JSON.stringify(merged(type, target, list, { replaceLists }))).circuit_breakers
      .thresholds
  assert.deepEqual(lists(false), [{ max_requests: 1 }, { max_requests: 2 }])
  assert.deepEqual(lists(true), [{ max_requests: 2 }])
})

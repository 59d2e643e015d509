// EnvoyFilter: what each operation does to each kind of object, as a real Envoy then holds it and requests see it.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { skip } from '../support/envoy.ts'
import { request } from '../support/http.ts'
import { loopback } from '../support/ports.ts'
import { PORT, SECOND, type Shop, startShop } from '../support/shop.ts'
import { waitFor } from '../support/wait.ts'
import { policy } from '../support/workload.ts'

const MANAGER = 'envoy.filters.network.http_connection_manager'
const HOST = `web.shop.svc.cluster.local:${PORT}`
const CLUSTER = `outbound|${PORT}||web.shop.svc.cluster.local`
const V3 = 'type.googleapis.com/envoy.extensions.filters'

/** A patch of the client's outbound side. */
const patch = (applyTo: string, operation: string, match: string, value = '') =>
  `{applyTo: ${applyTo}, match: {context: SIDECAR_OUTBOUND${match && `, ${match}`}},
    patch: {operation: ${operation}${value && `, value: ${value}`}}}`

/** Adds its name to a request header, so that the application sees which filters ran, and in which order. */
const lua = (
  name: string,
  said = name,
) => `{name: ${name}, typedConfig: {"@type": ${V3}.http.lua.v3.Lua,
  defaultSourceCode: {inlineString: 'function envoy_on_request(handle) handle:headers():add("x-order", "${said}") end'}}}`
const http = (operation: string, sub: string, value = '') =>
  patch(
    'HTTP_FILTER',
    operation,
    `listener: {portNumber: ${PORT}, filterChain: {filter: {name: ${MANAGER}${sub && `, subFilter: {name: ${sub}}`}}}}`,
    value,
  )
const BOTH = [http('INSERT_FIRST', '', lua('b')), http('INSERT_FIRST', '', lua('a'))]

/** Counts what passes; as a network filter it lets everything through. */
const limit = (name: string, most = 1_000) => `{name: ${name}, typedConfig: {"@type":
  ${V3}.network.connection_limit.v3.ConnectionLimit, statPrefix: ${name}, maxConnections: ${most}}}`
const network = (operation: string, name: string, value = '') =>
  patch(
    'NETWORK_FILTER',
    operation,
    `listener: {portNumber: ${PORT}, filterChain: {filter: {name: ${name}}}}`,
    value,
  )

const inspector = (name: string) =>
  `{name: ${name}, typedConfig: {"@type": ${V3}.listener.tls_inspector.v3.TlsInspector}}`
const first = (operation: string, name: string, value = '') =>
  patch(
    'LISTENER_FILTER',
    operation,
    `listener: {portNumber: ${PORT}${name && `, listenerFilter: ${name}`}}`,
    value,
  )

const answering = (name: string, path: string, status: number) =>
  `{name: ${name}, match: {path: ${path}}, directResponse: {status: ${status}}}`
const route = (operation: string, more: string, value = '') =>
  patch(
    'HTTP_ROUTE',
    operation,
    `routeConfiguration: {vhost: {name: "${HOST}"${more && `, route: {${more}}`}}}`,
    value,
  )
const host = (operation: string, name: string, value = '') =>
  patch(
    'VIRTUAL_HOST',
    operation,
    `routeConfiguration: {portNumber: ${PORT}${name && `, vhost: {name: "${name}"}`}}`,
    value,
  )
const cluster = (operation: string, name: string, value = '') =>
  patch('CLUSTER', operation, name && `cluster: {name: "${name}"}`, value)

interface Site extends Shop {
  readonly client: string
  /** Names of the HTTP, network or listener filters that Envoy has on the client's port. */
  filters(level: 'http' | 'network' | 'listener'): Promise<string[]>
}

/** `[what, patches, what is seen, with them, without them]` */
type Row = readonly [
  what: string,
  patches: readonly string[],
  see: (site: Site) => Promise<unknown>,
  after: unknown,
  before: unknown,
]

const order = async (site: Site) => (await site.ask()).echo.headers['x-order']
const statusOf =
  (path: string, of = 'web') =>
  async (site: Site) =>
    (await site.ask({ path, host: of })).status
const header = (name: string) => async (site: Site) => (await site.ask()).headers[name]
const own = (names: readonly string[]) => names.filter((name) => !name.startsWith('envoy.'))
const networkFilters = async (site: Site) => site.filters('network')
const listenerFilters = async (site: Site) => site.filters('listener')

const DIRECT = `{name: direct, typedConfig: {"@type": ${V3}.network.direct_response.v3.Config, response: {inlineString: no}}}`
const REWRITTEN = `{name: "${HOST}", domains: [web], routes: [${answering('all', '/', 418)}]}`
/** The service's own route is left to those who show a header. */
const NARROWED = route(
  'MERGE',
  'action: ROUTE',
  '{match: {headers: [{name: x-a, presentMatch: true}]}}',
)
const SPARE = loopback()

const ROWS: readonly Row[] = [
  ['HTTP_FILTER INSERT_FIRST', BOTH, order, 'a, b', undefined],
  [
    'HTTP_FILTER INSERT_BEFORE',
    [...BOTH, http('INSERT_BEFORE', 'b', lua('c'))],
    order,
    'a, c, b',
    undefined,
  ],
  [
    'HTTP_FILTER INSERT_AFTER',
    [...BOTH, http('INSERT_AFTER', 'a', lua('c'))],
    order,
    'a, c, b',
    undefined,
  ],
  [
    'HTTP_FILTER INSERT_AFTER one that is not there',
    [...BOTH, http('INSERT_AFTER', 'z', lua('c'))],
    order,
    'a, b',
    undefined,
  ],
  [
    'HTTP_FILTER ADD, before the router',
    [...BOTH, http('ADD', '', lua('c'))],
    order,
    'a, b, c',
    undefined,
  ],
  ['HTTP_FILTER MERGE', [...BOTH, http('MERGE', 'a', lua('a', 'new'))], order, 'new, b', undefined],
  ['HTTP_FILTER REPLACE', [...BOTH, http('REPLACE', 'a', lua('c'))], order, 'c, b', undefined],
  ['HTTP_FILTER REMOVE', [...BOTH, http('REMOVE', 'a')], order, 'b', undefined],
  [
    'NETWORK_FILTER INSERT_BEFORE',
    [network('INSERT_BEFORE', MANAGER, limit('a'))],
    networkFilters,
    ['a', MANAGER],
    [MANAGER],
  ],
  [
    'NETWORK_FILTER INSERT_FIRST, INSERT_AFTER',
    [network('INSERT_FIRST', '""', limit('b')), network('INSERT_AFTER', 'b', limit('c'))],
    networkFilters,
    ['b', 'c', MANAGER],
    [MANAGER],
  ],
  [
    'NETWORK_FILTER ADD',
    [network('ADD', '""', limit('a'))],
    networkFilters,
    ['a', MANAGER],
    [MANAGER],
  ],
  [
    'NETWORK_FILTER REPLACE, REMOVE',
    ['a', 'b']
      .map((name) => network('ADD', '""', limit(name)))
      .concat(network('REPLACE', 'a', limit('c')), network('REMOVE', 'b')),
    networkFilters,
    ['c', MANAGER],
    [MANAGER],
  ],
  [
    'NETWORK_FILTER MERGE',
    [
      network(
        'MERGE',
        MANAGER,
        `{typedConfig: {"@type": ${V3}.network.http_connection_manager.v3.HttpConnectionManager, serverName: patched, serverHeaderTransformation: OVERWRITE}}`,
      ),
    ],
    header('server'),
    'patched',
    'envoy',
  ],
  [
    'LISTENER_FILTER ADD, INSERT_FIRST, INSERT_BEFORE, INSERT_AFTER',
    [
      first('ADD', '', inspector('c')),
      first('INSERT_FIRST', '', inspector('a')),
      first('INSERT_BEFORE', 'c', inspector('b')),
      first('INSERT_AFTER', 'c', inspector('d')),
    ],
    listenerFilters,
    ['a', 'b', 'c', 'd'],
    [],
  ],
  [
    'LISTENER_FILTER REPLACE, REMOVE, MERGE',
    [
      ...['a', 'b', 'c'].map((name) => first('ADD', '', inspector(name))),
      first('REPLACE', 'a', inspector('z')),
      first('REMOVE', 'b'),
      first('MERGE', 'c', '{filterDisabled: {anyMatch: true}}'),
    ],
    listenerFilters,
    ['z', 'c'],
    [],
  ],
  [
    'LISTENER MERGE',
    [patch('LISTENER', 'MERGE', `listener: {portNumber: ${PORT}}`, '{statPrefix: patched}')],
    async (site) => {
      await site.ask()
      const stats = await site.mesh
        .envoy('shop/client')
        .stats('^listener\\.patched\\.downstream_cx_total$')
      return Object.values(stats).some((count) => count > 0)
    },
    true,
    false,
  ],
  [
    'LISTENER ADD',
    [
      patch(
        'LISTENER',
        'ADD',
        '',
        `{name: added, address: {socketAddress: {address: ${SPARE}, portValue: ${PORT}}}, trafficDirection: OUTBOUND,
        filterChains: [{filters: [{name: echo, typedConfig: {"@type": ${V3}.network.http_connection_manager.v3.HttpConnectionManager,
        statPrefix: added, routeConfig: {virtualHosts: [{name: all, domains: ["*"], routes: [${answering('all', '/', 418)}]}]},
        httpFilters: [{name: router, typedConfig: {"@type": ${V3}.http.router.v3.Router}}]}}]}]}`,
      ),
    ],
    () => answerAt(SPARE, PORT),
    418,
    'ECONNREFUSED',
  ],
  [
    'LISTENER REMOVE',
    [patch('LISTENER', 'REMOVE', `listener: {portNumber: ${SECOND}}`)],
    (site) => answerAt(site.client, SECOND),
    'ECONNREFUSED',
    502,
  ],
  [
    'FILTER_CHAIN ADD',
    [
      patch(
        'FILTER_CHAIN',
        'ADD',
        `listener: {portNumber: ${SECOND}}`,
        `{name: mine, filterChainMatch: {sourcePrefixRanges: [{addressPrefix: 127.0.0.1, prefixLen: 32}]},
        filters: [{name: direct, typedConfig: {"@type": ${V3}.network.direct_response.v3.Config, response: {inlineString: "HTTP/1.1 418 no\\r\\ncontent-length: 0\\r\\nconnection: close\\r\\n\\r\\n"}}}]}`,
      ),
    ],
    (site) => answerAt(site.client, SECOND),
    418,
    502,
  ],
  [
    'FILTER_CHAIN MERGE: only for callers who are not there',
    [
      patch(
        'FILTER_CHAIN',
        'MERGE',
        `listener: {portNumber: ${SECOND}, filterChain: {filter: {name: ${MANAGER}}}}`,
        '{filterChainMatch: {sourcePrefixRanges: [{addressPrefix: 192.0.2.0, prefixLen: 24}]}}',
      ),
    ],
    (site) => answerAt(site.client, SECOND),
    'ECONNRESET',
    502,
  ],
  [
    'FILTER_CHAIN REMOVE of one that was added',
    [
      patch(
        'FILTER_CHAIN',
        'ADD',
        `listener: {portNumber: ${SECOND}}`,
        `{name: mine, filterChainMatch: {sourcePorts: [1]}, filters: [${DIRECT}]}`,
      ),
      patch(
        'FILTER_CHAIN',
        'REMOVE',
        `listener: {portNumber: ${SECOND}, filterChain: {name: mine}}`,
      ),
      patch(
        'FILTER_CHAIN',
        'ADD',
        `listener: {portNumber: ${SECOND}}`,
        `{name: other, filterChainMatch: {sourcePorts: [2]}, filters: [${DIRECT}]}`,
      ),
    ],
    (site) => chainsOf(site, SECOND),
    ['', 'other'],
    [''],
  ],
  [
    'ROUTE_CONFIGURATION MERGE',
    [
      patch(
        'ROUTE_CONFIGURATION',
        'MERGE',
        '',
        '{responseHeadersToAdd: [{header: {key: x-config, value: "yes"}}]}',
      ),
    ],
    header('x-config'),
    'yes',
    undefined,
  ],
  [
    'VIRTUAL_HOST ADD',
    [
      host(
        'ADD',
        '',
        '{name: mine, domains: [mine.test], routes: [{match: {prefix: /}, directResponse: {status: 418}}]}',
      ),
    ],
    statusOf('/', 'mine.test'),
    418,
    502,
  ],
  [
    'VIRTUAL_HOST MERGE',
    [host('MERGE', HOST, '{responseHeadersToAdd: [{header: {key: x-host, value: "yes"}}]}')],
    header('x-host'),
    'yes',
    undefined,
  ],
  ['VIRTUAL_HOST REPLACE', [host('REPLACE', HOST, REWRITTEN)], statusOf('/'), 418, 200],
  ['VIRTUAL_HOST REMOVE', [host('REMOVE', HOST)], statusOf('/'), 502, 200],
  [
    'HTTP_ROUTE ADD goes last',
    [NARROWED, route('ADD', '', answering('one', '/x', 418))],
    async (site) => [
      (await site.ask({ path: '/x' })).status,
      (await site.ask({ path: '/x', headers: { 'x-a': '1' } })).status,
    ],
    [418, 200],
    [200, 200],
  ],
  [
    'HTTP_ROUTE INSERT_FIRST',
    [route('INSERT_FIRST', '', answering('one', '/x', 418))],
    statusOf('/x'),
    418,
    200,
  ],
  [
    'HTTP_ROUTE INSERT_BEFORE',
    [
      route('INSERT_FIRST', '', answering('one', '/x', 418)),
      route('INSERT_BEFORE', 'name: one', answering('two', '/x', 410)),
    ],
    statusOf('/x'),
    410,
    200,
  ],
  [
    'HTTP_ROUTE INSERT_AFTER',
    [
      route('INSERT_FIRST', '', answering('one', '/x', 418)),
      route('INSERT_AFTER', 'name: one', answering('two', '/y', 410)),
    ],
    statusOf('/y'),
    410,
    200,
  ],
  [
    'HTTP_ROUTE REPLACE',
    [
      route('INSERT_FIRST', '', answering('one', '/x', 418)),
      route('REPLACE', 'name: one', answering('two', '/x', 410)),
    ],
    statusOf('/x'),
    410,
    200,
  ],
  [
    'HTTP_ROUTE REMOVE',
    [
      route('INSERT_FIRST', '', answering('two', '/x', 410)),
      route('INSERT_FIRST', '', answering('one', '/x', 418)),
      route('REMOVE', 'name: one'),
    ],
    statusOf('/x'),
    410,
    200,
  ],
  [
    'HTTP_ROUTE MERGE',
    [
      route(
        'MERGE',
        'action: ROUTE',
        '{responseHeadersToAdd: [{header: {key: x-route, value: "yes"}}]}',
      ),
    ],
    header('x-route'),
    'yes',
    undefined,
  ],
  [
    'HTTP_ROUTE MERGE_AND_REPLACE_LIST',
    [
      route(
        'MERGE',
        'action: ROUTE',
        '{responseHeadersToAdd: [{header: {key: x-route, value: "a"}}]}',
      ),
      route(
        'MERGE_AND_REPLACE_LIST',
        'action: ROUTE',
        '{responseHeadersToAdd: [{header: {key: x-route, value: "b"}}]}',
      ),
    ],
    header('x-route'),
    'b',
    undefined,
  ],
  [
    'CLUSTER MERGE',
    [cluster('MERGE', CLUSTER, '{altStatName: patched}')],
    async (site) => {
      await site.ask()
      return (await site.mesh.envoy('shop/client').stat('cluster.patched.upstream_rq_total')) > 0
    },
    true,
    false,
  ],
  ['CLUSTER REMOVE', [cluster('REMOVE', CLUSTER)], statusOf('/'), 503, 200],
  [
    'CLUSTER ADD',
    [
      route('INSERT_FIRST', '', '{match: {path: /mine}, route: {cluster: mine}}'),
      cluster(
        'ADD',
        '',
        '{name: mine, connectTimeout: 1s, type: STATIC, loadAssignment: {clusterName: mine}}',
      ),
    ],
    async (site) => (await site.ask({ path: '/mine' })).body === 'no healthy upstream',
    true,
    false,
  ],
  [
    'EXTENSION_CONFIG ADD, used by a filter that asks for it',
    [
      `{applyTo: EXTENSION_CONFIG, match: {context: SIDECAR_OUTBOUND}, patch: {operation: ADD, value: ${lua('remote')}}}`,
      http(
        'INSERT_FIRST',
        '',
        `{name: remote, configDiscovery: {configSource: {ads: {}, resourceApiVersion: V3, initialFetchTimeout: 0s},
        typeUrls: [${V3}.http.lua.v3.Lua]}}`,
      ),
    ],
    order,
    'remote',
    undefined,
  ],
]

/** What Envoy has acknowledged its worker may not have yet. */
async function becomes(what: string, look: () => Promise<unknown>, expected: unknown) {
  await waitFor(what, look, (seen) => isDeepStrictEqual(seen, expected))
}

async function answerAt(address: string, port: number): Promise<unknown> {
  try {
    return (await request({ address, port, host: 'nobody.test' })).status
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  }
}

interface Chain {
  readonly name?: string
  readonly filters?: readonly {
    readonly name: string
    readonly typed_config: { readonly http_filters?: readonly { readonly name: string }[] }
  }[]
}
interface Held {
  readonly listener_filters?: readonly { readonly name: string }[]
  readonly filter_chains?: readonly Chain[]
}

async function listenerOf(site: Shop & { client: string }, port: number): Promise<Held> {
  const all = await site.mesh.envoy('shop/client').resources('listener')
  const found = all.find(
    ({ name, state }) => name === `${site.client}_${port}` && state === 'active',
  )
  return (found?.resource ?? {}) as Held
}

async function chainsOf(site: Site, port: number): Promise<string[]> {
  return ((await listenerOf(site, port)).filter_chains ?? []).map(({ name = '' }) => name).sort()
}

async function start(t: TestContext): Promise<Site> {
  const shop = await startShop(t)
  const listeners = await shop.mesh.envoy('shop/client').resources('listener')
  const [client = ''] = listeners[0]!.name.split('_')
  const named = (list: readonly { readonly name: string }[] = []) => list.map(({ name }) => name)
  const filters: Site['filters'] = async (level) => {
    const { listener_filters, filter_chains = [] } = await listenerOf({ ...shop, client }, PORT)
    if (level === 'listener') return own(named(listener_filters))
    const chain = filter_chains[0]?.filters ?? []
    return level === 'network' ? named(chain) : named(chain.at(-1)?.typed_config.http_filters)
  }
  return { ...shop, client, filters }
}

test('operations of EnvoyFilter', { skip }, async (t) => {
  const site = await start(t)
  for (const [what, patches, see, after, before] of ROWS) {
    await t.test(what, async () => {
      await site.rules()
      await becomes('without the patches', () => see(site), before)
      const spec = `{workloadSelector: {labels: {team: red}}, configPatches: [${patches.join()}]}`
      await site.rules(policy('EnvoyFilter', 'shop/p', spec))
      await becomes('with the patches', () => see(site), after)
    })
  }

  await t.test(
    'the root namespace goes first, then priority, then age; a selector keeps others out',
    async () => {
      const marking = (named: string, more: string, name: string, year: number) =>
        policy(
          'EnvoyFilter',
          named,
          `{${more}configPatches: [${http('INSERT_FIRST', '', lua(name))}]}`,
          year,
        )
      await site.rules(
        marking('shop/later', '', 'young', 3),
        marking('istio-system/root', '', 'root', 9),
        marking('shop/sooner', '', 'old', 1),
        marking('shop/last', 'priority: 5, ', 'five', 0),
        marking('shop/others', 'workloadSelector: {labels: {team: blue}}, ', 'blue', 0),
        marking('else/others', '', 'else', 0),
      )
      // Each goes before those that were put first earlier.
      await becomes('the order', () => order(site), 'five, young, old, root')
    },
  )

  await t.test('nothing was refused by Envoy', () => assert.equal(site.mesh.sent().nacks, 0))
})

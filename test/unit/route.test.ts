// Envoy routes of VirtualServices: each rule that implementations tend to get wrong, and Envoy's own opinion of all of them.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { parse } from 'yaml'
import { findEnvoy } from '../../envoy/binary.ts'
import type { Route } from '../../proto/envoy.d.ts'
import type { Document } from '../../src/model/document.ts'
import { fullName } from '../../src/model/host.ts'
import { nearestOrigin, originsOf } from '../../src/model/origin.ts'
import type { VirtualService } from '../../src/model/schema/virtual-service.ts'
import { outboundCluster } from '../../src/translate/names.ts'
import {
  defaultRoute,
  httpRoutes,
  type RouteContext,
} from '../../src/translate/route/http-route.ts'
import { encodeMessage } from '../../src/xds/encode/index.ts'

/** Every route made here, for the encoder and for Envoy. */
const made: Route[] = []

/** A rule `web` of namespace shop; the origin of a path is the path itself, joined by dots. */
function rule(yaml: string): Document<VirtualService> {
  return {
    kind: 'VirtualService',
    apiVersion: 'networking.istio.io/v1',
    metadata: { name: 'web', namespace: 'shop', labels: {}, annotations: {} },
    spec: { hosts: ['web'], http: parse(yaml) },
    at: (path) => ({ source: path.join('.'), line: 0, column: 0 }),
  }
}

function routesOf(yaml: string, context: Partial<RouteContext> = {}): Route[] {
  const routes = httpRoutes({
    virtualService: rule(yaml),
    port: 80,
    gateways: ['mesh'],
    clientLabel: () => assert.fail('a label was read although no match needs it'),
    clientNamespace: () => assert.fail('the namespace was read although no match needs it'),
    cluster: ({ host, port, subset }) =>
      outboundCluster(fullName(host, 'shop'), port?.number ?? 80, subset),
    hashPolicy: () => [],
    filters: () => ({}),
    isGateway: false,
    ...context,
  })
  made.push(...routes)
  return routes
}

/** The one route of a rule. */
function only(yaml: string, context: Partial<RouteContext> = {}): Route {
  const routes = routesOf(yaml, context)
  assert.equal(routes.length, 1)
  return routes[0]!
}

/** Without origins, which are symbols and count for deepEqual. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

const TO_V1 = 'route: [{ destination: { host: web, subset: v1 } }]'
const TO_V2 = 'route: [{ destination: { host: web, subset: v2 } }]'
const V1 = 'outbound|80|v1|web.shop.svc.cluster.local'
const V2 = 'outbound|80|v2|web.shop.svc.cluster.local'

test('a plain rule has no timeout, Istio’s retries, its object’s name and the places it came from', () => {
  const route = only(`[{ ${TO_V1} }]`)
  assert.deepEqual(plain(route), {
    match: { prefix: '/' },
    route: {
      cluster: V1,
      timeout: '0s',
      max_stream_duration: { grpc_timeout_header_max: '0s' },
      retry_policy: {
        retry_on: 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes',
        num_retries: 2,
        retry_host_predicate: [
          {
            name: 'envoy.retry_host_predicates.previous_hosts',
            typed_config: {
              '@type':
                'type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate',
            },
          },
        ],
        host_selection_retry_max_attempts: 20,
      },
    },
    metadata: {
      filter_metadata: {
        istio: { config: '/apis/networking.istio.io/v1/namespaces/shop/virtual-service/web' },
      },
    },
    decorator: { operation: 'web.shop.svc.cluster.local:80/*' },
  })
  const origins = Object.fromEntries([...originsOf(route)].map(([at, { source }]) => [at, source]))
  assert.deepEqual(origins, {
    '': 'spec.http.0',
    '/match': 'spec.http.0',
    '/route': 'spec.http.0.route',
  })
})

test('the route of a service without a rule: outbound, hashed, inbound and inbound gRPC', () => {
  const outbound = defaultRoute(V1, { direction: 'outbound', operation: 'web.shop:80/*' })
  assert.equal(outbound.name, 'default')
  assert.deepEqual(outbound.match, { prefix: '/' })
  assert.equal(outbound.route?.timeout, '0s')
  assert.equal(outbound.route?.retry_policy?.num_retries, 2)
  assert.equal(outbound.decorator?.operation, 'web.shop:80/*')
  const hashPolicy = [{ header: { header_name: 'x-user' } }]
  const hashed = defaultRoute(V1, { direction: 'outbound', hashPolicy })
  assert.deepEqual(hashed.route?.hash_policy, hashPolicy)
  assert.equal(hashed.route?.retry_policy?.retry_host_predicate, undefined)
  const off = defaultRoute(V1, { direction: 'outbound', defaultRetries: { attempts: 0 } })
  assert.equal(off.route?.retry_policy, undefined)
  const inbound = defaultRoute('inbound|8080||', { direction: 'inbound' })
  assert.deepEqual(inbound.route?.retry_policy, {
    retry_on: 'reset-before-request',
    num_retries: 2,
  })
  const grpc = defaultRoute('inbound|8080||', { direction: 'inbound', isGrpc: true })
  assert.equal(grpc.route?.retry_policy, undefined)
  made.push(outbound, hashed, off, inbound, grpc)
})

test('order is that of the YAML and ends at the first rule that takes everything', () => {
  const routes = routesOf(`
    - { name: a, match: [{ uri: { prefix: / }, headers: { x: {} } }], ${TO_V2} }
    - name: b
      match: [{ name: one, uri: { exact: /x } }, { name: two, uri: { regex: '/x.*' } }, {}]
      ${TO_V1}
    - { name: never, ${TO_V2} }`)
  assert.deepEqual(
    routes.map(({ name }) => name),
    ['a', 'b.one', 'b.two', 'b'],
  )
  assert.deepEqual(
    routes.map(({ route }) => route?.cluster),
    [V2, V1, V1, V1],
  )
  const everything = routesOf(`
    - { match: [{ uri: { regex: '.*' } }], ${TO_V1} }
    - { ${TO_V2} }`)
  assert.equal(everything.length, 1)
  const parameter = routesOf(`
    - { match: [{ uri: { prefix: / }, queryParams: { a: {} } }], ${TO_V1} }
    - { ${TO_V2} }`)
  assert.equal(parameter.length, 2)
})

test('port, gateways, source labels and namespace are decided here, and read only where a match asks', () => {
  const read: string[] = []
  const client = {
    clientLabel: (name: string) => {
      read.push(name)
      return name === 'app' ? 'shop' : undefined
    },
    clientNamespace: () => 'users',
  }
  const names = (yaml: string, context: Partial<RouteContext> = {}) =>
    routesOf(yaml, { ...client, ...context }).map(({ name }) => name)
  const ports = `
    - { name: other, match: [{ port: 8080 }], ${TO_V2} }
    - { name: this, match: [{ port: 80 }], ${TO_V1} }`
  assert.deepEqual(names(ports), ['this'])
  assert.deepEqual(names(ports, { port: 8080 }), ['other'])
  assert.deepEqual(names(ports, { port: 9090 }), [])
  assert.deepEqual(names(`[{ name: a, match: [{ sourceLabels: { app: shop } }], ${TO_V1} }]`), [
    'a',
  ])
  assert.deepEqual(
    names(`[{ name: a, match: [{ sourceLabels: { app: shop, v: '1' } }], ${TO_V1} }]`),
    [],
  )
  assert.deepEqual(read, ['app', 'app', 'v'])
  assert.deepEqual(names(`[{ name: a, match: [{ sourceNamespace: users }], ${TO_V1} }]`), ['a'])
  assert.deepEqual(names(`[{ name: a, match: [{ sourceNamespace: shop }], ${TO_V1} }]`), [])
  const gateways = `
    - name: mesh
      match: [{ gateways: [mesh], sourceLabels: { app: other }, sourceNamespace: none }]
      ${TO_V1}
    - { name: own, match: [{ gateways: [edge], uri: { prefix: /a } }], ${TO_V1} }
    - { name: far, match: [{ gateways: [infra/edge] }], ${TO_V1} }`
  assert.deepEqual(names(gateways), ['mesh'], 'with gateways the source is not looked at')
  assert.deepEqual(names(gateways, { gateways: ['shop/edge'] }), ['own'])
  assert.deepEqual(names(gateways, { gateways: ['infra/edge', 'shop/edge'] }), ['own', 'far'])
})

const MATCHES: readonly [name: string, yaml: string, match: object][] = [
  ['exact', '{ uri: { exact: /a } }', { path: '/a' }],
  ['prefix of the text', '{ uri: { prefix: /foo } }', { prefix: '/foo' }],
  ['regex', "{ uri: { regex: '/a(b|c)?' } }", { safe_regex: { regex: '/a(b|c)?' } }],
  ['empty uri', '{ uri: {} }', { prefix: '/' }],
  [
    'any case',
    '{ uri: { prefix: /A }, ignoreUriCase: true }',
    { prefix: '/A', case_sensitive: false },
  ],
  [
    'case of a regex is kept',
    '{ uri: { regex: /A }, ignoreUriCase: true }',
    { safe_regex: { regex: '/A' } },
  ],
  [
    'method, authority with port, scheme',
    "{ method: { exact: GET }, authority: { exact: 'a.com:8080' }, scheme: { prefix: http } }",
    {
      prefix: '/',
      headers: [
        { name: ':method', string_match: { exact: 'GET' } },
        { name: ':authority', string_match: { exact: 'a.com:8080' } },
        { name: ':scheme', string_match: { prefix: 'http' } },
      ],
    },
  ],
  [
    'headers: lower case, sorted, present',
    "{ headers: { X-B: { regex: 'b.*' }, X-A: { exact: a }, x-c: {}, x-d: { regex: '*' } } }",
    {
      prefix: '/',
      headers: [
        { name: 'x-a', string_match: { exact: 'a' } },
        { name: 'x-b', string_match: { safe_regex: { regex: 'b.*' } } },
        { name: 'x-c', present_match: true },
        { name: 'x-d', present_match: true },
      ],
    },
  ],
  [
    'an empty exact header is a value, not presence',
    "{ headers: { x: { exact: '' } } }",
    { prefix: '/', headers: [{ name: 'x', string_match: { exact: '' } }] },
  ],
  [
    'without: a missing header has not the value',
    "{ withoutHeaders: { x-a: { exact: a }, x-b: {}, x-c: { regex: '*' }, x-d: { regex: '.*' } } }",
    {
      prefix: '/',
      headers: [
        {
          name: 'x-a',
          string_match: { exact: 'a' },
          invert_match: true,
          treat_missing_header_as_empty: true,
        },
        { name: 'x-b', present_match: true, invert_match: true },
        { name: 'x-c', present_match: true, invert_match: true },
        {
          name: 'x-d',
          string_match: { safe_regex: { regex: '.*' } },
          invert_match: true,
          treat_missing_header_as_empty: true,
        },
      ],
    },
  ],
  [
    'query parameters keep their case',
    "{ queryParams: { Q: { exact: a }, r: { regex: 'b+' }, s: { prefix: c }, t: {} } }",
    {
      prefix: '/',
      query_parameters: [
        { name: 'Q', string_match: { exact: 'a' } },
        { name: 'r', string_match: { safe_regex: { regex: 'b+' } } },
        { name: 's', string_match: { prefix: 'c' } },
        { name: 't', present_match: true },
      ],
    },
  ],
  [
    'claims of a token',
    "{ headers: { '@request.auth.claims.a.b': { exact: x } }, withoutHeaders: { '@request.auth.claims[c.d][e]': {} } }",
    {
      prefix: '/',
      dynamic_metadata: [
        {
          filter: 'envoy.filters.http.jwt_authn',
          path: [{ key: 'payload' }, { key: 'a' }, { key: 'b' }],
          value: {
            or_match: {
              value_matchers: [
                { string_match: { exact: 'x' } },
                { list_match: { one_of: { string_match: { exact: 'x' } } } },
              ],
            },
          },
        },
        {
          filter: 'envoy.filters.http.jwt_authn',
          path: [{ key: 'payload' }, { key: 'c.d' }, { key: 'e' }],
          value: { present_match: true },
          invert: true,
        },
      ],
    },
  ],
]

for (const [name, yaml, match] of MATCHES) {
  test(`match: ${name}`, () => {
    const route = only(`[{ match: [${yaml}], ${TO_V1} }]`)
    assert.deepEqual(plain(route.match), match)
    assert.equal(nearestOrigin(route, '/match/prefix')?.source, 'spec.http.0.match.0')
  })
}

test('weights: one destination ignores its weight, of several the zeros go, the sum need not be 100', () => {
  const zero = only('[{ route: [{ destination: { host: web, subset: v1 }, weight: 0 }] }]')
  assert.equal(zero.route?.cluster, V1)
  const three = only(`
    - route:
        - { destination: { host: web, subset: v1 }, weight: 1 }
        - { destination: { host: web, subset: none }, weight: 0 }
        - { destination: { host: web, subset: unset } }
        - { destination: { host: web, subset: v2 }, weight: 3 }`)
  assert.deepEqual(plain(three.route?.weighted_clusters), {
    clusters: [
      { name: V1, weight: 1 },
      { name: V2, weight: 3 },
    ],
  })
  assert.equal(three.decorator?.operation, 'web:80/*', 'no one host: the rule’s name stands for it')
  const at = '/route/weighted_clusters/clusters/1/weight'
  assert.equal(nearestOrigin(three, at)?.source, 'spec.http.0.route.3')
  const left = only(`
    - route:
        - { destination: { host: web, subset: v1 }, weight: 0 }
        - { destination: { host: web, subset: v2 }, weight: 5, headers: { request: { set: { a: b } } } }`)
  assert.equal(left.route?.cluster, V2)
  assert.equal(left.request_headers_to_add?.length, 1)
  assert.deepEqual(
    routesOf('[{ delegate: { name: other } }]'),
    [],
    'who delegates has no route of its own; see delegate.test.ts',
  )
})

test('headers: sets before adds, by name, lower case; `:…` and host cannot be changed', () => {
  const route = only(`
    - headers:
        request:
          add: { X-B: '2', x-a: '1', ':path': /x, Host: no }
          set: { x-d: '%START_TIME%', X-C: '3', ':method': PUT }
          remove: [X-Gone, Host, ':authority']
        response:
          set: { server: lotse, ':status': '200' }
          remove: [x-powered-by]
      route:
        - destination: { host: web, subset: v1 }
          headers: { request: { set: { x-e: '5' }, remove: [x-more] }, response: { add: { via: x } } }`)
  const added = (list: Route['request_headers_to_add']) =>
    list?.map(({ header, append_action }) => `${append_action} ${header?.key}=${header?.value}`)
  assert.deepEqual(added(route.request_headers_to_add), [
    'OVERWRITE_IF_EXISTS_OR_ADD x-c=3',
    'OVERWRITE_IF_EXISTS_OR_ADD x-d=%START_TIME%',
    'APPEND_IF_EXISTS_OR_ADD x-a=1',
    'APPEND_IF_EXISTS_OR_ADD x-b=2',
    'OVERWRITE_IF_EXISTS_OR_ADD x-e=5',
  ])
  assert.deepEqual(route.request_headers_to_remove, ['x-gone', 'x-more'])
  assert.deepEqual(added(route.response_headers_to_add), [
    'OVERWRITE_IF_EXISTS_OR_ADD server=lotse',
    'APPEND_IF_EXISTS_OR_ADD via=x',
  ])
  assert.deepEqual(route.response_headers_to_remove, ['x-powered-by'])
  assert.equal(route.route?.host_rewrite_literal, undefined)
})

test('host: set on the route stands above the destination’s, and rewrite.authority above both', () => {
  const set = (host: string, key = 'Host') => `headers: { request: { set: { '${key}': ${host} } } }`
  const one = (fields: string, own: string) =>
    only(`[{ ${fields} route: [{ destination: { host: web, subset: v1 }, ${own} }] }]`).route
  assert.equal(one('', set('d.com'))?.host_rewrite_literal, 'd.com')
  assert.equal(one(`${set('r.com', ':authority')},`, set('d.com'))?.host_rewrite_literal, 'r.com')
  const all = one(`rewrite: { authority: w.com }, ${set('r.com')},`, set('d.com'))
  assert.equal(all?.host_rewrite_literal, 'w.com')
  const two = (fields: string) =>
    only(`
      - ${fields}
        route:
          - { destination: { host: web, subset: v1 }, weight: 1, ${set('d.com')} }
          - { destination: { host: web, subset: v2 }, weight: 1, headers: { response: { add: { a: b } } } }`)
      .route
  const each = two('name: each')
  assert.equal(each?.weighted_clusters?.clusters?.[0]?.host_rewrite_literal, 'd.com')
  assert.equal(each?.weighted_clusters?.clusters?.[1]?.host_rewrite_literal, undefined)
  assert.equal(each?.weighted_clusters?.clusters?.[1]?.response_headers_to_add?.length, 1)
  const whole = two(set('r.com'))
  assert.equal(whole?.host_rewrite_literal, 'r.com')
  assert.equal(whole?.weighted_clusters?.clusters?.[0]?.host_rewrite_literal, undefined)
})

const REDIRECTS: readonly [
  name: string,
  yaml: string,
  redirect: object,
  context?: Partial<RouteContext>,
][] = [
  [
    'path and host, 301',
    '{ uri: /x, authority: b.com }',
    { path_redirect: '/x', host_redirect: 'b.com' },
  ],
  [
    '308',
    '{ uri: /x, redirectCode: 308 }',
    { path_redirect: '/x', response_code: 'PERMANENT_REDIRECT' },
  ],
  ['https prints no 443', '{ scheme: https, port: 443 }', { scheme_redirect: 'https' }],
  [
    'http prints 443',
    '{ scheme: http, port: 443 }',
    { scheme_redirect: 'http', port_redirect: 443 },
  ],
  [
    'another port',
    '{ port: 8443, scheme: https }',
    { port_redirect: 8443, scheme_redirect: 'https' },
  ],
  [
    'the listener’s port',
    '{ uri: /x, derivePort: FROM_REQUEST_PORT }',
    { path_redirect: '/x', port_redirect: 8080 },
    { port: 8080 },
  ],
  ['the listener’s port 80', '{ uri: /x, derivePort: FROM_REQUEST_PORT }', { path_redirect: '/x' }],
  [
    'the listener’s port 443',
    '{ uri: /x, derivePort: FROM_REQUEST_PORT }',
    { path_redirect: '/x' },
    { port: 443, isTls: true },
  ],
  [
    '443 in plain text',
    '{ uri: /x, derivePort: FROM_REQUEST_PORT }',
    { path_redirect: '/x', port_redirect: 443 },
    { port: 443 },
  ],
  [
    'the protocol’s port',
    '{ uri: /x, derivePort: FROM_PROTOCOL_DEFAULT }',
    { path_redirect: '/x' },
    { port: 8080 },
  ],
  ['prefix', '{ prefixRewrite: /new }', { prefix_rewrite: '/new' }],
]

for (const [name, yaml, redirect, context] of REDIRECTS) {
  test(`redirect: ${name}`, () => {
    const route = only(`[{ match: [{ uri: { prefix: /old } }], redirect: ${yaml} }]`, context)
    assert.deepEqual(plain(route.redirect), redirect)
    assert.equal(route.route, undefined)
    assert.equal(nearestOrigin(route, '/redirect/path_redirect')?.source, 'spec.http.0.redirect')
  })
}

test('direct responses with text, bytes, nothing, and headers', () => {
  const text = only(`
    - directResponse: { status: 503, body: { string: 'later' } }
      headers: { response: { set: { retry-after: '5' } } }`)
  assert.deepEqual(plain(text.direct_response), { status: 503, body: { inline_string: 'later' } })
  assert.equal(text.response_headers_to_add?.length, 1)
  const bytes = only('[{ directResponse: { status: 200, body: { bytes: aGk= } } }]')
  assert.deepEqual(plain(bytes.direct_response), { status: 200, body: { inline_bytes: 'aGk=' } })
  assert.deepEqual(plain(only('[{ directResponse: { status: 404 } }]').direct_response), {
    status: 404,
  })
})

test('rewrite: prefix, exact and regex matches, and a regex of its own', () => {
  const rewrite = (match: string, fields: string) =>
    only(`[{ match: [{ uri: ${match} }], rewrite: ${fields}, ${TO_V1} }]`).route
  assert.equal(rewrite('{ prefix: /foo/ }', '{ uri: / }')?.prefix_rewrite, '/')
  assert.equal(rewrite('{ exact: /foo }', '{ uri: /bar }')?.prefix_rewrite, '/bar')
  assert.deepEqual(rewrite("{ regex: '/foo|/bar' }", '{ uri: /x }')?.regex_rewrite, {
    pattern: { regex: '^(?:/foo|/bar)$' },
    substitution: '/x',
  })
  const regex = "{ uriRegexRewrite: { match: '^/a/([^/]+)(.*)$', rewrite: '\\2/\\1' } }"
  assert.deepEqual(rewrite('{ prefix: /a }', regex)?.regex_rewrite, {
    pattern: { regex: '^/a/([^/]+)(.*)$' },
    substitution: '\\2/\\1',
  })
})

test('timeouts: of the rule with that of gRPC clients, 0s for none', () => {
  const timeout = (text: string) => only(`[{ timeout: ${text}, ${TO_V1} }]`).route
  assert.equal(timeout('1m500ms')?.timeout, '60.5s')
  assert.equal(timeout('2s')?.max_grpc_timeout, '2s')
  assert.equal(timeout('0s')?.timeout, '0s')
  assert.equal(timeout('0s')?.max_grpc_timeout, undefined)
  // With a stream duration Envoy would not look at the timeout.
  assert.equal(timeout('2s')?.max_stream_duration, undefined)
})

test('retries: attempts, codes among the words, hosts, localities, back-off, the mesh’s default', () => {
  const policy = (yaml: string, context: Partial<RouteContext> = {}) =>
    only(`[{ retries: ${yaml}, ${TO_V1} }]`, context).route?.retry_policy
  assert.equal(policy('{ attempts: 0 }'), undefined)
  assert.equal(policy('{ perTryTimeout: 1s }'), undefined)
  const codes = policy("{ attempts: 3, retryOn: '503, gateway-error,429' }")
  assert.equal(codes?.num_retries, 3)
  assert.equal(codes?.retry_on, 'gateway-error,retriable-status-codes')
  assert.deepEqual(codes?.retriable_status_codes, [503, 429])
  const named = policy("{ attempts: 1, retryOn: 'retriable-status-codes,503' }")
  assert.equal(named?.retry_on, 'retriable-status-codes')
  const full = policy(
    '{ attempts: 1, perTryTimeout: 300ms, backoff: 10ms, retryRemoteLocalities: true, retryIgnorePreviousHosts: false }',
  )
  assert.equal(full?.retry_on?.startsWith('connect-failure,refused-stream'), true)
  assert.equal(full?.per_try_timeout, '0.3s')
  assert.deepEqual(full?.retry_back_off, { base_interval: '0.01s' })
  assert.equal(full?.retry_host_predicate, undefined)
  assert.equal(full?.retry_priority?.typed_config?.update_frequency, 2)
  const hashPolicy = () => [{ header: { header_name: 'x-user' } }]
  assert.equal(policy('{ attempts: 1 }', { hashPolicy })?.retry_host_predicate, undefined)
  const forced = policy('{ attempts: 1, retryIgnorePreviousHosts: true }', { hashPolicy })
  assert.equal(forced?.retry_host_predicate?.length, 1)
  const mesh = { defaultRetries: { attempts: 7, retryOn: 'reset' } }
  assert.equal(only(`[{ ${TO_V1} }]`, mesh).route?.retry_policy?.num_retries, 7)
  assert.equal(policy('{ attempts: 1 }', mesh)?.num_retries, 1)
  const route = only(`[{ retries: { attempts: 1 }, ${TO_V1} }]`)
  assert.equal(nearestOrigin(route, '/route/retry_policy/retry_on')?.source, 'spec.http.0.retries')
})

test('hash policies of all destinations stand on the route, each once', () => {
  const user = { header: { header_name: 'x-user' } }
  const cookie = { cookie: { name: 'session', ttl: '0s' as const } }
  const route = only(
    `
    - route:
        - { destination: { host: web, subset: v1 }, weight: 1 }
        - { destination: { host: web, subset: v2 }, weight: 1 }`,
    { hashPolicy: ({ subset }) => (subset === 'v1' ? [user] : [user, cookie]) },
  )
  assert.deepEqual(route.route?.hash_policy, [user, cookie])
})

test('faults: millionths, nothing without a percentage, gRPC codes by name', () => {
  const fault = (yaml: string) => {
    const config = only(`[{ fault: ${yaml}, ${TO_V1} }]`).typed_per_filter_config
    return plain(config?.['envoy.filters.http.fault'] ?? null)
  }
  const type = 'type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault'
  const share = (numerator: number) => ({ numerator, denominator: 'MILLION' })
  assert.deepEqual(fault('{ delay: { fixedDelay: 3s, percentage: { value: 0.1 } } }'), {
    '@type': type,
    delay: { fixed_delay: '3s', percentage: share(1000) },
  })
  assert.deepEqual(
    fault('{ delay: { fixedDelay: 3s, percent: 20 }, abort: { httpStatus: 500 } }'),
    {
      '@type': type,
      delay: { fixed_delay: '3s', percentage: share(200_000) },
      abort: { http_status: 500, percentage: share(0) },
    },
  )
  assert.deepEqual(fault('{ delay: { fixedDelay: 3s } }'), {
    '@type': type,
    delay: { fixed_delay: '3s', percentage: share(0) },
  })
  assert.deepEqual(fault('{ abort: { grpcStatus: UNAVAILABLE, percentage: { value: 100 } } }'), {
    '@type': type,
    abort: { grpc_status: 14, percentage: share(1_000_000) },
  })
  assert.equal(fault('{ delay: { exponentialDelay: 3s } }'), null)
})

test('mirrors: all without a number, none with 0, the Host unchanged', () => {
  const mirrors = (yaml: string) => only(`[{ ${yaml}, ${TO_V1} }]`).route?.request_mirror_policies
  const [all] = mirrors('mirror: { host: web, subset: v2 }') ?? []
  assert.deepEqual(plain(all), {
    cluster: V2,
    runtime_fraction: { default_value: { numerator: 1_000_000, denominator: 'MILLION' } },
    trace_sampled: false,
    disable_shadow_host_suffix_append: true,
  })
  assert.equal(mirrors('mirror: { host: web }, mirrorPercentage: { value: 0 }'), undefined)
  assert.equal(mirrors('mirror: { host: web }, mirrorPercent: 0'), undefined)
  const shares = (yaml: string) =>
    mirrors(yaml)?.map(({ runtime_fraction }) => runtime_fraction?.default_value?.numerator)
  assert.deepEqual(shares('mirror: { host: web }, mirrorPercent: 10'), [100_000])
  assert.deepEqual(
    shares(
      'mirrors: [{ destination: { host: a.b } }, { destination: { host: c }, percentage: { value: 0.5 } }, { destination: { host: d }, percentage: { value: 0 } }]',
    ),
    [1_000_000, 5_000],
  )
})

test('cross-origin requests: origins of both forms, age in seconds, unmatched preflights go on', () => {
  const cors = (yaml: string) =>
    plain(
      only(`[{ corsPolicy: ${yaml}, ${TO_V1} }]`).typed_per_filter_config?.[
        'envoy.filters.http.cors'
      ],
    )
  const type = 'type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy'
  assert.deepEqual(
    cors(
      "{ allowOrigins: [{ exact: 'https://a.com' }, { regex: '.*' }], allowMethods: [GET, PUT], allowHeaders: [a], exposeHeaders: [b, c], maxAge: 1h, allowCredentials: false }",
    ),
    {
      '@type': type,
      allow_origin_string_match: [{ exact: 'https://a.com' }, { safe_regex: { regex: '.*' } }],
      allow_methods: 'GET,PUT',
      allow_headers: 'a',
      expose_headers: 'b,c',
      max_age: '3600',
      allow_credentials: false,
      forward_not_matching_preflights: true,
    },
  )
  assert.deepEqual(cors("{ allowOrigin: ['*'], unmatchedPreflights: IGNORE }"), {
    '@type': type,
    allow_origin_string_match: [{ exact: '*' }],
    forward_not_matching_preflights: false,
  })
})

test('every route made above can be encoded', () => {
  assert.ok(made.length > 60)
  for (const route of made) {
    const encoded = encodeMessage('envoy.config.route.v3.Route', route)
    assert.ok('bytes' in encoded, JSON.stringify([encoded, route]))
  }
})

const folder = mkdtempSync(join(tmpdir(), 'lotse-route-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('Envoy accepts every route made above', async (t) => {
  const envoy = await findEnvoy({ install: false })
  if ('severity' in envoy) return t.skip(envoy.text)
  const file = join(folder, 'envoy.json')
  writeFileSync(file, JSON.stringify(staticConfig(made)))
  const output = await new Promise<string>((resolve) => {
    const args = ['--mode', 'validate', '-c', file, '-l', 'warning']
    execFile(envoy.path, args, (error, stdout, stderr) =>
      resolve(`${error ? error.code : 'OK'}\n${stdout}${stderr}`),
    )
  })
  assert.match(output, /^OK\n/)
  const complaints = output.split('\n').filter((line) => /error|deprecated/i.test(line))
  assert.deepEqual(
    complaints.filter((line) => !line.includes('max_grpc_timeout')),
    [],
  )
})

/** One virtual host a route, so that none hides another. */
function staticConfig(routes: readonly Route[]): object {
  const virtual_hosts = routes.map((route, index) => ({
    name: `host-${index}`,
    domains: [`host-${index}`],
    routes: [route],
  }))
  const http_filters = [
    ['fault', 'envoy.extensions.filters.http.fault.v3.HTTPFault'],
    ['cors', 'envoy.extensions.filters.http.cors.v3.Cors'],
    ['router', 'envoy.extensions.filters.http.router.v3.Router'],
  ].map(([name, type]) => ({
    name: `envoy.filters.http.${name}`,
    typed_config: { '@type': `type.googleapis.com/${type}` },
  }))
  const typed_config = {
    '@type':
      'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    stat_prefix: 'routes',
    route_config: { name: 'routes', validate_clusters: false, virtual_hosts },
    http_filters,
  }
  const filters = [{ name: 'envoy.filters.network.http_connection_manager', typed_config }]
  const address = { socket_address: { address: '127.0.0.1', port_value: 0 } }
  return {
    static_resources: { listeners: [{ name: 'routes', address, filter_chains: [{ filters }] }] },
  }
}

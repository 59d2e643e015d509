// Encoding Envoy's messages: the JSON mapping value by value, what is refused and how it is said, the generated types.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { descriptor } from '../../proto/descriptor.ts'
import type {
  Cluster,
  HttpConnectionManager,
  Listener,
  RouteAction,
  RouteConfiguration,
  Typed,
} from '../../proto/envoy.d.ts'
import { generate } from '../../proto/types.ts'
import { ORIGIN } from '../../src/model/origin.ts'
import { decodeMessage, encodeMessage, messageType, redact } from '../../src/xds/encode/index.ts'

const CLUSTER = 'envoy.config.cluster.v3.Cluster'
const ROUTES = 'envoy.config.route.v3.RouteConfiguration'

function bytesOf(type: string, json: object): Buffer {
  const result = encodeMessage(type, json)
  assert.ok('bytes' in result, JSON.stringify(result))
  return Buffer.from(result.bytes)
}

function hex(type: string, json: object): string {
  return bytesOf(`google.protobuf.${type}`, json).toString('hex')
}

/** Pointer and text of each error, rules included. */
function errorsOf(type: string, json: object): string[] {
  const result = encodeMessage(type, json)
  return 'errors' in result ? result.errors.map((e) => `${e.pointer}: ${e.text}`) : []
}

test('durations, times and 64-bit integers have the bytes protobuf gives them', () => {
  const duration = (value: string) => hex('Any', { '@type': 'x/google.protobuf.Duration', value })
  assert.ok(duration('15s').endsWith('080f'))
  assert.ok(duration('0.25s').endsWith('1080e59a77'))
  assert.ok(duration('-1.5s').endsWith('08ffffffffffffffffff011080b6ca91feffffffff01'))
  const values: [string, string, unknown][] = [
    ['Duration', '-1.5s', '-1.500s'],
    ['Duration', '-0.000000001s', '-0.000000001s'],
    ['Duration', '315576000000s', '315576000000s'],
    ['Timestamp', '2026-01-02T03:04:05.06+01:00', '2026-01-02T02:04:05.060Z'],
    ['Timestamp', '0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
    ['Timestamp', '9999-12-31T23:59:59.999999999Z', '9999-12-31T23:59:59.999999999Z'],
  ]
  for (const [type, given, canonical] of values) {
    const any = { '@type': `type.googleapis.com/google.protobuf.${type}`, value: given }
    const decoded = decodeMessage('google.protobuf.Any', bytesOf('google.protobuf.Any', any))
    assert.equal(decoded.value, canonical)
  }
  const point = 'opentelemetry.proto.metrics.v1.NumberDataPoint'
  for (const int of ['9223372036854775807', '-9223372036854775808', '-1', '0']) {
    assert.equal(decodeMessage(point, bytesOf(point, { as_int: int })).as_int, int)
  }
  assert.deepEqual(bytesOf(point, { as_int: 2 ** 40 }), bytesOf(point, { as_int: String(2 ** 40) }))
  assert.match(errorsOf(point, { as_int: 2 ** 53 })[0]!, /^\/as_int: .*write numbers beyond 2\^53/)
  assert.match(errorsOf(point, { as_int: '9223372036854775808' })[0]!, /is not between/)
})

test('equal content gives equal bytes: key order, camelCase, origins, integer-like map keys', () => {
  const origin = { source: 'a.yaml', line: 3, column: 1 }
  const one = {
    name: 'a',
    connect_timeout: '1s',
    metadata: { filter_metadata: { 10: {}, 9: {}, b: {} } },
  }
  const two = {
    [ORIGIN]: origin,
    metadata: { filterMetadata: { b: {}, 9: { x: undefined }, 10: {} } },
    connectTimeout: '1.0s',
    alt_stat_name: undefined,
    lb_policy: null,
    name: 'a',
  }
  assert.deepEqual(bytesOf(CLUSTER, one), bytesOf(CLUSTER, two))
  const keys = bytesOf(CLUSTER, one)
    .toString('latin1')
    .match(/10|9|b/g)
  assert.deepEqual(keys, ['10', '9', 'b'])
})

test('an Any is opened where its type is known, and kept where it is not', () => {
  const unknown = { '@type': 'type.googleapis.com/acme.Filter', value: 'CAE=' }
  const wire = messageType('google.protobuf.Any')
  const bytes = wire.encode({ type_url: unknown['@type'], value: Buffer.from([8, 1]) }).finish()
  assert.deepEqual(decodeMessage('google.protobuf.Any', bytes), unknown)
  assert.deepEqual(errorsOf('google.protobuf.Any', unknown), [
    ": '@type': type.googleapis.com/acme.Filter is no message type of Envoy 1.40's API",
  ])
  const inner = {
    '@type': 'type.googleapis.com/google.protobuf.Struct',
    value: { a: [null, -0.5] },
  }
  const outer = { '@type': 'type.googleapis.com/google.protobuf.Any', value: inner }
  const nested = { '@type': 'type.googleapis.com/xds.type.v3.TypedStruct', value: { a: 1 } }
  for (const any of [inner, outer, nested]) {
    assert.deepEqual(decodeMessage('google.protobuf.Any', bytesOf('google.protobuf.Any', any)), any)
  }
  assert.equal(errorsOf('google.protobuf.Any', { ...inner, vlaue: 1 }).length, 1)
})

test('what a type does not allow is refused, with the place and the way out', () => {
  const errors = errorsOf(ROUTES, {
    name: 'x',
    virtual_hosts: [
      { name: 'a', domains: ['*'] },
      {
        name: 'b',
        domains: ['b', 7],
        routes: [
          { match: { prefix: '/', path: '/x' }, route: { cluster: 'c', timeout: '5 s', prio: 1 } },
          {
            match: { prefix: '/' },
            redirect: { response_code: 'SEE_ELSEWHERE', port_redirect: -1 },
          },
          {
            match: { prefix: '/' },
            route: { cluster: 'c' },
            typed_per_filter_config: { 'a/b': {} },
          },
        ],
        request_headers_to_add: { header: {} },
      },
    ],
    virtualHosts: [],
  })
  for (const expected of [
    /^\/virtualHosts: given twice, also as virtual_hosts/,
    /^\/virtual_hosts\/1\/domains\/1: expected text, got 7/,
    /^\/virtual_hosts\/1\/routes\/0\/match\/path: only one field of 'path_specifier' can be set/,
    /^\/virtual_hosts\/1\/routes\/0\/route\/prio: .*RouteAction has no such field/,
    /^\/virtual_hosts\/1\/routes\/0\/route\/timeout: expected a duration such as '1.5s', got '5 s'/,
    /^\/virtual_hosts\/1\/routes\/1\/redirect\/response_code: 'SEE_ELSEWHERE' is not one of/,
    /^\/virtual_hosts\/1\/routes\/1\/redirect\/port_redirect: -1 is not between 0 and 4294967295/,
    /^\/virtual_hosts\/1\/request_headers_to_add: expected a list, got an object/,
  ]) {
    assert.ok(
      errors.some((error) => expected.test(error)),
      `${expected} in\n${errors.join('\n')}`,
    )
  }
  assert.match(
    errorsOf(CLUSTER, { name: 'a', conect_timeout: '1s' })[0]!,
    /did you mean connect_timeout\?/,
  )
  assert.match(errorsOf('envoy.Nothing', {})[0]!, /no message type envoy.Nothing/)
  assert.match(errorsOf(CLUSTER, { name: 'a\ud800' })[0]!, /not valid Unicode/)
  const key = { inline_string: ['-----BEGIN PRIVATE KEY-----'] }
  assert.doesNotMatch(errorsOf('envoy.config.core.v3.DataSource', key)[0]!, /PRIVATE/)
  let deep: object = {}
  for (let level = 0; level < 200; level++) deep = { a: deep }
  assert.match(errorsOf('google.protobuf.Struct', deep)[0]!, /levels deep/)
})

test("what Envoy's own validation would refuse is found before it is sent", () => {
  const match = { prefix: '/' }
  const cases: [string, object, string[]][] = [
    [CLUSTER, {}, ['/name: must be set: must have at least 1 character, has 0']],
    [CLUSTER, { name: 'a', connect_timeout: '0s' }, ['/connect_timeout: must be more than 0s']],
    [
      'envoy.config.endpoint.v3.ClusterLoadAssignment',
      { cluster_name: 'a', policy: { overprovisioning_factor: 0 } },
      ['/policy/overprovisioning_factor: must be more than 0'],
    ],
    [
      'envoy.config.route.v3.VirtualHost',
      { name: 'a', domains: [] },
      ['/domains: must have at least 1 item, has 0'],
    ],
    [
      'envoy.config.route.v3.Route',
      { match },
      [
        ': one of route, redirect, direct_response, filter_action, non_forwarding_action must be set',
      ],
    ],
    ['envoy.config.route.v3.Route', { redirect: {} }, ['/match: must be set']],
    [
      'envoy.config.route.v3.Route',
      { match, redirect: {}, request_headers_to_remove: ['a', 'b\n'] },
      ['/request_headers_to_remove/1: must be allowed as the name of a header'],
    ],
    ['envoy.config.rbac.v3.Permission', { any: false }, ['/any: must be true']],
    [
      'envoy.config.rbac.v3.Policy',
      { permissions: [{ any: true }], principals: [{ authenticated: {} }, {}] },
      [
        '/principals/1: one of and_ids, or_ids, any, authenticated, direct_remote_ip, remote_ip, header, url_path, filter_state, not_id, sourced_metadata, custom must be set',
      ],
    ],
    [
      'envoy.config.core.v3.TypedExtensionConfig',
      {
        name: 'a',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
          stat_prefix: 'x',
          cluster: 'c',
          max_connect_attempts: 0,
        },
      },
      ['/typed_config/max_connect_attempts: must be at least 1'],
    ],
    [
      'envoy.config.route.v3.RateLimit.Action',
      {
        dynamic_metadata: { descriptor_key: 'a', metadata_key: { key: 'k', path: [{ key: 'p' }] } },
      },
      ['/dynamic_metadata: Envoy refuses this deprecated field'],
    ],
  ]
  for (const [type, json, expected] of cases) assert.deepEqual(errorsOf(type, json), expected, type)
  assert.ok('bytes' in encodeMessage(CLUSTER, {}, { rules: false }))
})

test('secrets are taken out of what is shown, wherever they stand', () => {
  const secret = {
    name: 'a',
    tls_certificate: {
      certificate_chain: { inline_string: 'public' },
      private_key: { inline_string: 'hidden' },
      password: { inlineBytes: 'aGlkZGVu' },
    },
  }
  const type = 'envoy.extensions.transport_sockets.tls.v3.Secret'
  const any = { '@type': `type.googleapis.com/${type}`, ...secret }
  for (const shown of [
    redact(type, secret),
    redact('envoy.service.discovery.v3.DiscoveryResponse', { resources: [any] }),
    redact('envoy.config.bootstrap.v3.Bootstrap', {
      static_resources: {
        clusters: [{ typed_extension_protocol_options: { k: any } }],
        secrets: [secret],
      },
    }),
  ]) {
    const text = JSON.stringify(shown)
    assert.match(text, /public/)
    assert.match(text, /redacted/)
    assert.doesNotMatch(text, /hidden|aGlkZGVu/)
  }
  for (const [service, asked] of [
    ['GrpcService', { initial_metadata: [{ key: 'x-token', value: 'hidden' }] }],
    [
      'HttpService',
      { request_headers_to_add: [{ header: { key: 'x-token', raw_value: 'aGlkZGVu' } }] },
    ],
  ] as const) {
    const text = JSON.stringify(redact(`envoy.config.core.v3.${service}`, asked))
    assert.match(text, /x-token.*redacted/)
    assert.doesNotMatch(text, /hidden|aGlkZGVu/)
  }
  const unknown = { '@type': 'type.googleapis.com/acme.Keys', value: 'aGlkZGVu' }
  assert.deepEqual(redact('google.protobuf.Any', unknown), { ...unknown, value: '[redacted]' })
})

test('every message of the API compiles, rules included', () => {
  let fields = 0
  for (const message of descriptor().all().messages) {
    if (message.name.startsWith('google.protobuf.')) continue
    encodeMessage(message.name, {})
    fields += message.fields.length
  }
  assert.ok(fields > 5_000)
})

test('the wire types of protobufjs read and write the same bytes', () => {
  const type = 'envoy.service.discovery.v3.DeltaDiscoveryRequest'
  const json = {
    node: { id: 'a', metadata: { LABELS: { app: 'x' } }, locality: { zone: 'z' } },
    type_url: 'u',
    resource_names_subscribe: ['*', 'b'],
    initial_resource_versions: { b: '1' },
    error_detail: { code: 3, message: 'no' },
  }
  const read = messageType(type).decode(bytesOf(type, json))
  assert.deepEqual(read.toJSON(), {
    ...json,
    node: { ...json.node, metadata: read.toJSON().node.metadata },
  })
  assert.deepEqual(Buffer.from(messageType(type).encode(read).finish()), bytesOf(type, json))
  assert.throws(() => messageType('envoy.Nothing'), /no message type/)
  assert.throws(() => decodeMessage(type, Buffer.from([0x0a, 0x7f, 1])), RangeError)
})

test('envoy.d.ts is what the descriptor gives', () => {
  const committed = readFileSync(new URL('../../proto/envoy.d.ts', import.meta.url), 'utf8')
  assert.equal(committed === generate(), true, 'proto/envoy.d.ts is stale: npm run types')
})

test('the types allow what the encoder does and nothing else', () => {
  const hcm: Typed<'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'> =
    {
      '@type':
        'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
      stat_prefix: 'x',
      rds: { route_config_name: '80', config_source: { ads: {}, resource_api_version: 'V3' } },
    }
  const listener: Listener = {
    name: 'a',
    address: { socket_address: { address: '127.0.0.1', port_value: 80 } },
    filter_chains: [{ filters: [{ name: 'hcm', typed_config: hcm }] }],
  }
  assert.deepEqual(
    decodeMessage(
      'envoy.config.listener.v3.Listener',
      bytesOf('envoy.config.listener.v3.Listener', listener),
    ),
    listener,
  )
  const traced: Listener = { ...listener, [ORIGIN]: { source: 'a.yaml', line: 1, column: 1 } }
  const type = 'envoy.config.listener.v3.Listener'
  assert.deepEqual(bytesOf(type, traced), bytesOf(type, listener))
  const action: RouteAction = { cluster: 'c', timeout: '0s' }
  const routes: RouteConfiguration = {
    name: 'r',
    virtual_hosts: [
      { name: 'v', domains: ['*'], routes: [{ match: { prefix: '/' }, route: action }] },
    ],
  }
  assert.ok(bytesOf(ROUTES, routes).length > 0)
  const wrong = [
    // @ts-expect-error two arms of a oneof
    { cluster: 'c', cluster_header: 'x-c' } satisfies RouteAction,
    // @ts-expect-error a duration without its unit
    { cluster: 'c', timeout: '5' } satisfies RouteAction,
    // @ts-expect-error a misspelt field
    { cluster: 'c', timeuot: '5s' } satisfies RouteAction,
  ]
  for (const json of wrong)
    assert.notEqual(errorsOf('envoy.config.route.v3.RouteAction', json).length, 0)
  // @ts-expect-error no such choice
  const cluster: Cluster = { name: 'a', type: 'EDSS' }
  assert.equal(errorsOf(CLUSTER, cluster).length, 1)
  // @ts-expect-error a deprecated field
  const manager: HttpConnectionManager = { stat_prefix: 'x', access_log_flush_interval: '1s' }
  assert.ok(manager)
})

test('a switch that can only be on is not turned off', () => {
  const http = 'envoy.extensions.filters.http'
  for (const [type, field] of [
    [`${http}.lua.v3.LuaPerRoute`, 'disabled'],
    [`${http}.jwt_authn.v3.PerRouteConfig`, 'disabled'],
    ['envoy.config.rbac.v3.Permission', 'any'],
    ['envoy.config.common.matcher.v3.MatchPredicate', 'any_match'],
  ] as const) {
    assert.equal(errorsOf(type, { [field]: true }).length, 0, type)
    assert.equal(errorsOf(type, { [field]: false }).length, 1, type)
  }
})

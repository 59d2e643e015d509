// Law: for any authored message, our bytes mean what protobuf-es says the JSON means, and decoding gives it back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  createFileRegistry,
  fromBinary,
  fromJson,
  type JsonValue,
  toBinary,
  toJson,
} from '@bufbuild/protobuf'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import fc from 'fast-check'
import { descriptor, type FieldDescriptor, TYPE } from '../../proto/descriptor.ts'
import { decodeMessage, encodeMessage } from '../../src/xds/encode/index.ts'
import '../support/laws.ts'

const registry = createFileRegistry(readDescriptorSet())

const TYPES = [
  'envoy.config.cluster.v3.Cluster',
  'envoy.config.listener.v3.Listener',
  'envoy.config.route.v3.RouteConfiguration',
  'envoy.config.route.v3.Route',
  'envoy.config.endpoint.v3.ClusterLoadAssignment',
  'envoy.config.rbac.v3.RBAC',
  'envoy.config.bootstrap.v3.Bootstrap',
  'envoy.config.accesslog.v3.AccessLog',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
  'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication',
  'envoy.extensions.filters.http.ext_authz.v3.ExtAuthz',
  'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
  'envoy.extensions.transport_sockets.tls.v3.Secret',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
  'envoy.service.discovery.v3.DeltaDiscoveryResponse',
  'envoy.data.accesslog.v3.HTTPAccessLogEntry',
  'opentelemetry.proto.trace.v1.ResourceSpans',
  'opentelemetry.proto.metrics.v1.Metric',
]

/** Our descriptor leaves out the JSON names, which all follow from the names. */
function readDescriptorSet() {
  const set = fromBinary(FileDescriptorSetSchema, descriptor().bytes)
  const pending = set.file.flatMap((file) => file.messageType)
  for (const message of pending) {
    pending.push(...message.nestedType)
    for (const f of message.field) f.jsonName = protoCamelCase(f.name)
  }
  return set
}

function protoCamelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** What may stand in an Any; some of them special inside it. */
const PACKED = [
  'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
  'envoy.extensions.filters.http.router.v3.Router',
  'envoy.extensions.filters.http.fault.v3.HTTPFault',
  'google.protobuf.Duration',
  'google.protobuf.Struct',
  'google.protobuf.StringValue',
]

const key = fc.oneof(fc.string({ maxLength: 6, unit: 'grapheme' }), fc.constantFrom('1', '10', '2'))
const json: fc.Arbitrary<JsonValue> = fc.jsonValue({ maxDepth: 2, noUnicodeString: false }) as never
const struct = fc.dictionary(key, json.map(withoutNegativeZero), { maxKeys: 4 })
const int32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff })
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff })
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String)
/** Exact in 32 bits, since libraries print other floats differently. */
const float = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((n) => n / 4)
const double = fc
  .oneof(float, fc.constantFrom('NaN', 'Infinity', '-Infinity'), fc.double())
  .map((n) => (Object.is(n, -0) ? 0 : typeof n === 'number' && !Number.isFinite(n) ? String(n) : n))
const text = fc.string({ maxLength: 200, unit: 'grapheme' })
const bytes = fc.uint8Array({ maxLength: 40 }).map((b) => Buffer.from(b).toString('base64'))
const duration = fc
  .tuple(fc.boolean(), fc.integer({ min: 0, max: 315_576_000_000 }), fc.nat(999_999_999))
  .map(
    ([negative, s, n]) => `${negative ? '-' : ''}${s}${n ? `.${String(n).padStart(9, '0')}` : ''}s`,
  )
const timestamp = fc
  .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString())

const WELL_KNOWN: Record<string, fc.Arbitrary<unknown>> = {
  'google.protobuf.Duration': duration,
  'google.protobuf.Timestamp': timestamp,
  'google.protobuf.Struct': struct,
  'google.protobuf.Value': json.map(withoutNegativeZero),
  'google.protobuf.ListValue': fc.array(json.map(withoutNegativeZero), { maxLength: 3 }),
  'google.protobuf.FieldMask': fc.constantFrom('', 'routeConfig.name,virtualHosts', 'name'),
  'google.protobuf.DoubleValue': double,
  'google.protobuf.FloatValue': float,
  'google.protobuf.Int64Value': int64,
  'google.protobuf.UInt64Value': uint64,
  'google.protobuf.Int32Value': int32,
  'google.protobuf.UInt32Value': uint32,
  'google.protobuf.BoolValue': fc.boolean(),
  'google.protobuf.StringValue': text,
  'google.protobuf.BytesValue': bytes,
}

const SCALARS: Record<number, fc.Arbitrary<unknown>> = {
  [TYPE.double]: double,
  [TYPE.float]: float,
  [TYPE.int64]: int64,
  [TYPE.uint64]: fc.oneof(uint64, fc.nat()),
  [TYPE.int32]: int32,
  [TYPE.fixed64]: uint64,
  [TYPE.fixed32]: uint32,
  [TYPE.bool]: fc.boolean(),
  [TYPE.string]: text,
  [TYPE.bytes]: bytes,
  [TYPE.uint32]: fc.oneof(uint32, uint32.map(String)),
  [TYPE.sfixed32]: int32,
  [TYPE.sfixed64]: int64,
  [TYPE.sint32]: int32,
  [TYPE.sint64]: int64,
}

function withoutNegativeZero(value: JsonValue): JsonValue {
  return JSON.parse(JSON.stringify(value))
}

const messages = new Map<string, fc.Arbitrary<unknown>>()

/** A few fields of the message, at most one of each oneof; `depth` more levels of messages inside. */
function message(name: string, depth: number): fc.Arbitrary<unknown> {
  const known = WELL_KNOWN[name] ?? messages.get(`${name} ${depth}`)
  if (known) return known
  const { fields } = descriptor().message(name)!
  const usable = depth > 0 ? fields : fields.filter((f) => f.type !== TYPE.message)
  const arbitrary =
    name === 'google.protobuf.Any'
      ? anyOf(depth)
      : fc
          .subarray(usable, { maxLength: Math.min(5, usable.length) })
          .map((chosen) => oneOfEach(chosen))
          .chain((chosen) =>
            fc.record(Object.fromEntries(chosen.map((f) => [nameFor(f), field(f, depth - 1)]))),
          )
  messages.set(`${name} ${depth}`, arbitrary)
  return arbitrary
}

function oneOfEach(fields: FieldDescriptor[]): FieldDescriptor[] {
  const first = (f: FieldDescriptor) => fields.findIndex((other) => other.oneof === f.oneof)
  return fields.filter((f, index) => f.oneof === undefined || first(f) === index)
}

/** Now and then the camelCase form. */
function nameFor(f: FieldDescriptor): string {
  return f.number % 7 === 0 ? f.jsonName : f.name
}

function anyOf(depth: number): fc.Arbitrary<unknown> {
  if (depth <= 0)
    return fc.constant({ '@type': 'type.googleapis.com/google.protobuf.BoolValue', value: true })
  return fc.constantFrom(...PACKED).chain((name) =>
    message(name, depth - 1).map((content) => {
      const special = name.startsWith('google.protobuf.')
      const fields = special ? { value: content } : (content as object)
      return { '@type': `type.googleapis.com/${name}`, ...fields }
    }),
  )
}

function field(f: FieldDescriptor, depth: number): fc.Arbitrary<unknown> {
  const entry = f.type === TYPE.message ? descriptor().message(f.typeName) : undefined
  if (entry?.mapEntry) {
    const keys = entry.fields[0]!.type === TYPE.string ? key : uint32.map(String)
    return fc.dictionary(keys, value(entry.fields[1]!, depth), { maxKeys: 3 })
  }
  return f.repeated ? fc.array(value(f, depth), { maxLength: 3 }) : value(f, depth)
}

function value(f: FieldDescriptor, depth: number): fc.Arbitrary<unknown> {
  if (f.type === TYPE.message) return message(f.typeName, depth)
  if (f.type !== TYPE.enum) return SCALARS[f.type]!
  if (f.typeName === 'google.protobuf.NullValue') return fc.constant(null)
  return fc.constantFrom(...descriptor().enum(f.typeName)!.values.keys())
}

test('random messages of the main types: same meaning as protobuf-es, round trip, same bytes', () => {
  const authored = fc
    .constantFrom(...TYPES)
    .chain((name) => fc.tuple(fc.constant(name), message(name, 4)))
  let encoded = 0
  fc.assert(
    fc.property(authored, ([name, content]) => {
      const schema = registry.getMessage(name)!
      const result = encodeMessage(name, content as object, { rules: false })
      assert.ok('bytes' in result, JSON.stringify(result))
      const options = { registry, useProtoFieldName: true }
      const theirs = fromJson(schema, content as JsonValue, { registry })
      const canonical = toJson(schema, theirs, options)
      assert.deepEqual(toJson(schema, fromBinary(schema, result.bytes), options), canonical)
      const decoded = decodeMessage(name, result.bytes)
      assert.deepEqual(decoded, canonical)
      assert.deepEqual(decodeMessage(name, toBinary(schema, theirs)), canonical)
      const again = encodeMessage(name, decoded, { rules: false })
      assert.ok('bytes' in again && Buffer.compare(again.bytes, result.bytes) === 0)
      encoded += result.bytes.length
    }),
    { numRuns: 1500 },
  )
  // 113,000 and a deviation of 7,000: less means that the messages are nearly all empty.
  assert.ok(encoded > 50_000, `only ${encoded} bytes were tried`)
})

test('the order of keys does not matter, a misspelt field anywhere is an error with its place', () => {
  fc.assert(
    fc.property(message('envoy.config.cluster.v3.Cluster', 3), (content) => {
      const name = 'envoy.config.cluster.v3.Cluster'
      const backwards = Object.fromEntries(Object.entries(content as object).reverse())
      assert.deepEqual(
        encodeMessage(name, backwards, { rules: false }),
        encodeMessage(name, content as object, { rules: false }),
      )
      const clusters = [{}, { ...(content as object), nmae: 'x' }]
      const result = encodeMessage(
        'envoy.config.bootstrap.v3.Bootstrap',
        { static_resources: { clusters } },
        { rules: false },
      )
      assert.ok('errors' in result)
      assert.deepEqual(
        result.errors.map((error) => error.pointer),
        ['/static_resources/clusters/1/nmae'],
      )
    }),
    { numRuns: 200 },
  )
})

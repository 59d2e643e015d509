// Writes envoy.d.ts: TypeScript types of Envoy's messages in the JSON form Lotse writes them in.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { descriptor, type FieldDescriptor, type MessageDescriptor, TYPE } from './descriptor.ts'

/** Deprecated fields that stay in the types, since Istio's behaviour needs them and Envoy 1.40 has no other. */
const KEPT_THOUGH_DEPRECATED = new Set(['envoy.config.route.v3.RouteAction.max_grpc_timeout'])

/** What the encoder knows, and no authored configuration is made of; types for it would only slow the compiler. */
const LEFT_OUT = [
  /^(google\.protobuf|validate|io\.prometheus)\./,
  /^envoy\..*(thrift|redis|dubbo|mongo|zookeeper|mcp|a2a|sip_|dynamic_module|quic|geoip|kafka|reverse_)/,
  /^envoy\..*(aws|gcp|\.ai\.|ai_filters|ai_protocol|alts|s2a|fluentd|generic_proxy|file_system|\.udp\.)/,
]

/** What an Any in a configuration holds. */
const IN_ANY = /^(envoy\.(config|extensions|type)|xds\.type|udpa\.type)\.[a-z0-9_.]+\.[A-Z]\w*$/

/** Packages whose types keep the short name when several have it; the earlier wins. */
const SHORT_NAME_FIRST = [
  'envoy.config.core.v3',
  'envoy.config.route.v3',
  'envoy.config.listener.v3',
  'envoy.config.cluster.v3',
  'envoy.config.endpoint.v3',
  'envoy.extensions.transport_sockets.tls.v3',
  'envoy.extensions.filters.network.http_connection_manager.v3',
  'envoy.type.matcher.v3',
  'envoy.type.v3',
  'envoy.config.rbac.v3',
  'envoy.config.accesslog.v3',
  'envoy.config.bootstrap.v3',
  'envoy.config.trace.v3',
  'envoy.service.discovery.v3',
  'envoy.extensions.filters.http.router.v3',
]

const WELL_KNOWN: Record<string, string> = {
  Any: 'Any',
  Duration: 'Duration',
  Timestamp: 'Timestamp',
  FieldMask: 'string',
  Struct: 'Struct',
  Value: 'Json',
  ListValue: 'readonly Json[]',
  Empty: 'Record<string, never>',
  DoubleValue: 'number',
  FloatValue: 'number',
  Int64Value: 'Int64',
  UInt64Value: 'Int64',
  Int32Value: 'number',
  UInt32Value: 'number',
  BoolValue: 'boolean',
  StringValue: 'string',
  BytesValue: 'Bytes',
}

/** Names the header below declares or uses. */
const RESERVED =
  'Any Duration Timestamp Bytes Int64 Json Struct Typed Traced OneOf Messages Origin Record Exclude'.split(
    ' ',
  )

const HEADER = `// Types of Envoy's messages as JSON: snake_case names, scalars for wrappers, '@type' for Any.
// Written by \`npm run types\` from the descriptor beside it; do not edit.
import type { ORIGIN, Origin } from '../src/model/origin.ts'

/** Where the object was written; never encoded. */
type Traced = { [ORIGIN]?: Origin | undefined }
/** At most one of the fields of T. */
type OneOf<T> = {
  [K in keyof T]: { [P in K]?: T[P] | undefined } & { [P in Exclude<keyof T, K>]?: undefined }
}[keyof T]

/** Seconds with up to nine decimals: \`'1.5s'\`. */
export type Duration = \`\${number}s\`
/** RFC 3339: \`'2026-01-02T03:04:05Z'\`. */
export type Timestamp = string
/** Base64. */
export type Bytes = string
export type Int64 = number | string
export type Json = null | boolean | number | string | readonly Json[] | Struct
export type Struct = { [key: string]: Json | undefined }
/** Any of the fields of T, for a part to spread into one: a spread of oneofs would multiply their unions. */
export type Fields<T> = Partial<Pick<T, keyof T>>
/** A message of any type: \`'@type'\` is \`type.googleapis.com/\` and the full name, beside its fields. */
export type Any = Traced & { '@type': string; [field: string]: unknown }
/** An Any known to hold the message with this full name. */
export type Typed<N extends keyof Messages> = { '@type': \`type.googleapis.com/\${N}\` } & Messages[N]
`

/** The text of envoy.d.ts. */
export function generate(): string {
  const { messages, enums } = descriptor().all()
  const authored = messages.filter((m) => !m.mapEntry && wanted(m.name))
  const choices = enums.filter((e) => wanted(e.name))
  const names = shortNames([...authored, ...choices].map((declared) => declared.name))
  const nameOf = (full: string) => names.get(full) ?? 'unknown'
  const parts = [HEADER]
  for (const message of authored) parts.push(messageType(message, nameOf))
  for (const { name, values, deprecated } of choices) {
    const literals = [...values.keys()].filter((v) => !deprecated.has(v)).map((v) => `'${v}'`)
    parts.push(`/** ${name} */\nexport type ${nameOf(name)} = ${literals.join(' | ')}\n`)
  }
  const packed = authored.filter((m) => IN_ANY.test(m.name))
  const map = packed.map((m) => `  '${m.name}': ${nameOf(m.name)}`)
  parts.push(
    `/** Messages an Any holds, by full name. */\nexport interface Messages {\n${map.join('\n')}\n}\n`,
  )
  return parts.join('\n')
}

function wanted(name: string): boolean {
  return !LEFT_OUT.some((pattern) => pattern.test(name))
}

function messageType(message: MessageDescriptor, nameOf: (full: string) => string): string {
  const plain: string[] = []
  const arms = message.oneofs.map((): string[] => [])
  for (const field of message.fields) {
    if (field.deprecated && !KEPT_THOUGH_DEPRECATED.has(`${message.name}.${field.name}`)) continue
    const type = fieldType(field, nameOf)
    if (field.oneof === undefined) plain.push(`  ${field.name}?: ${type} | undefined`)
    else arms[field.oneof]!.push(`  ${field.name}: ${type}`)
  }
  let type = plain.length > 0 ? `Traced & {\n${plain.join('\n')}\n}` : 'Traced'
  for (const arm of arms) if (arm.length > 0) type += ` & OneOf<{\n${arm.join('\n')}\n}>`
  return `/** ${message.name} */\nexport type ${nameOf(message.name)} = ${type}\n`
}

function fieldType(field: FieldDescriptor, nameOf: (full: string) => string): string {
  const entry = field.type === TYPE.message ? descriptor().message(field.typeName) : undefined
  if (entry?.mapEntry) return `{ [key: string]: ${fieldType(entry.fields[1]!, nameOf)} }`
  const single = singleType(field, nameOf)
  return field.repeated
    ? `readonly ${single.startsWith('readonly') ? `(${single})` : single}[]`
    : single
}

function singleType(field: FieldDescriptor, nameOf: (full: string) => string): string {
  switch (field.type) {
    case TYPE.bool:
      return 'boolean'
    case TYPE.string:
      return 'string'
    case TYPE.bytes:
      return 'Bytes'
    case TYPE.int64:
    case TYPE.uint64:
    case TYPE.fixed64:
    case TYPE.sfixed64:
    case TYPE.sint64:
      return 'Int64'
    case TYPE.message:
    case TYPE.enum: {
      if (field.typeName === 'google.protobuf.NullValue') return 'null'
      const known = /^google\.protobuf\.(\w+)$/.exec(field.typeName)?.[1]
      return (known && WELL_KNOWN[known]) ?? nameOf(field.typeName)
    }
    default:
      return 'number'
  }
}

/**
 * A readable name for each full name: `Cluster`, and where that is taken one with as many words of the package before it
 * as it needs: `HttpRBAC`. A nested type has its parent's name in front: `RouteAction_HashPolicy`.
 */
function shortNames(fullNames: string[]): Map<string, string> {
  const byShort = new Map<string, string[]>(RESERVED.map((name) => [name, ['']]))
  const top = new Set(fullNames.map((full) => fullName(split(full).scope, split(full).path[0]!)))
  for (const full of top) {
    const short = split(full).path[0]!
    byShort.set(short, [...(byShort.get(short) ?? []), full])
  }
  const names = new Map<string, string>()
  for (const [short, sharing] of byShort) {
    const [first, ...rest] = sharing.toSorted((a, b) => rank(a) - rank(b))
    const owned = rest.length === 0 || rank(first!) < SHORT_NAME_FIRST.length || first === ''
    names.set(first!, owned ? short : longName(first!, sharing, byShort))
    for (const full of rest) names.set(full, longName(full, sharing, byShort))
  }
  for (const full of fullNames) {
    const { scope, path } = split(full)
    names.set(full, [names.get(fullName(scope, path[0]!)), ...path.slice(1)].join('_'))
  }
  return names
}

function rank(full: string): number {
  const at = full === '' ? -1 : SHORT_NAME_FIRST.indexOf(split(full).scope)
  return at < 0 && full !== '' ? SHORT_NAME_FIRST.length : at
}

/** Words of the package, from the last, until no other full name gives the same. */
function longName(full: string, sharing: string[], taken: Map<string, unknown>): string {
  for (let count = 1; ; count++) {
    const name = prefixed(full, count)
    const unique = sharing.every((other) => other === full || prefixed(other, count) !== name)
    if ((unique && !taken.has(name)) || count > 12) return name
  }
}

function prefixed(full: string, count: number): string {
  const { scope, path } = split(full)
  const short = path[0]!
  const words = scope.split('.').filter((word) => !/^v\d\w*$/.test(word))
  if (words[0] !== 'envoy') words.push(words.shift()!)
  const last = words.at(-1)!.replaceAll('_', '')
  if (short.toLowerCase().startsWith(last)) words.pop()
  return words.slice(-count).map(pascal).join('') + short
}

function pascal(word: string): string {
  return word.replace(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase())
}

/** Package, and names from the outer to the inner; the words of a package begin with a small letter. */
function split(full: string): { scope: string; path: string[] } {
  const words = full.split('.')
  const at = words.findIndex((word) => /^[A-Z]/.test(word))
  return { scope: words.slice(0, at).join('.'), path: words.slice(at) }
}

function fullName(scope: string, name: string): string {
  return `${scope}.${name}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('./envoy.d.ts', import.meta.url), generate())
}

// Takes secrets out of a message before it is shown: what Envoy's API marks as sensitive, and headers for services that Envoy asks.
import {
  descriptor,
  type FieldDescriptor,
  type MessageDescriptor,
  TYPE,
} from '../../../proto/descriptor.ts'
import { isObject } from './codec.ts'

const REDACTED = '[redacted]'

/** Headers that a proxy itself sends to collectors and authorizers: tokens, which Envoy's API does not mark. Names stay. */
const CREDENTIAL_HEADERS: ReadonlySet<string> = new Set([
  'envoy.config.core.v3.GrpcService.initial_metadata',
  'envoy.config.core.v3.HttpService.request_headers_to_add',
])
const HEADER_VALUES: ReadonlySet<string> = new Set(['value', 'raw_value', 'rawValue'])

/**
 * A copy of `json`, a message of type `typeName`, in which every text inside a sensitive field (private keys, passwords,
 * ticket keys, generic secrets), also inside an Any, and inside types unknown here, is `[redacted]`; so are values of headers
 * that Envoy sends to services it asks. Origins stay. To show, not to send.
 */
export function redact(typeName: string, json: object): Record<string, unknown> {
  const type = typeName === 'google.protobuf.Any' ? typeInside(json) : typeName
  const message = type === undefined ? undefined : descriptor().message(type)
  if (!message) return blank(json) as Record<string, unknown>
  const fields = fieldsOf(message)
  const shown: Record<string, unknown> = { ...json }
  for (const [key, value] of Object.entries(json)) {
    const field = fields.get(key)
    if (!field) continue
    const isCredential = CREDENTIAL_HEADERS.has(`${type}.${field.name}`)
    shown[key] = isCredential ? withoutValues(value) : redactField(field, value)
  }
  return shown
}

const fieldsByName = new WeakMap<MessageDescriptor, ReadonlyMap<string, FieldDescriptor>>()

function fieldsOf(message: MessageDescriptor): ReadonlyMap<string, FieldDescriptor> {
  let fields = fieldsByName.get(message)
  if (!fields) {
    const pairs = message.fields.flatMap((field) => [
      [field.jsonName, field] as const,
      [field.name, field] as const,
    ])
    fields = new Map(pairs)
    fieldsByName.set(message, fields)
  }
  return fields
}

function withoutValues(headers: unknown): unknown {
  if (Array.isArray(headers)) return headers.map(withoutValues)
  if (!isObject(headers)) return headers
  const entries = Object.entries(headers).map(([key, value]) => [
    key,
    HEADER_VALUES.has(key) && typeof value === 'string' ? REDACTED : withoutValues(value),
  ])
  return { ...headers, ...Object.fromEntries(entries) }
}

function typeInside(json: object): string | undefined {
  const url = (json as { '@type'?: unknown })['@type']
  return typeof url === 'string' ? url.slice(url.lastIndexOf('/') + 1) : undefined
}

function redactField(field: FieldDescriptor, value: unknown): unknown {
  if (field.sensitive) return blank(value)
  if (field.type !== TYPE.message || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => redactField(field, item))
  const entry = descriptor().message(field.typeName)
  if (!entry?.mapEntry) return redact(field.typeName, value)
  const ofValue = entry.fields[1]!
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, redactField(ofValue, v)]))
}

function blank(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(blank)
  if (isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([k, v]) => [k, k === '@type' ? v : blank(v)]),
    )
  return typeof value === 'string' ? REDACTED : value
}

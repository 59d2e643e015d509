// Takes secrets out of a message before it is shown: what Envoy's API marks as sensitive.
import { descriptor, type FieldDescriptor, TYPE } from '../../../proto/descriptor.ts'
import { isObject } from './codec.ts'

const REDACTED = '[redacted]'

/**
 * A copy of `json`, a message of type `typeName`, in which every text inside a sensitive field (private keys, passwords,
 * ticket keys, generic secrets), also inside an Any, and inside types unknown here, is `[redacted]`. To show, not to send.
 */
export function redact(typeName: string, json: object): Record<string, unknown> {
  const type = typeName === 'google.protobuf.Any' ? typeInside(json) : typeName
  const message = type === undefined ? undefined : descriptor().message(type)
  if (!message) return blank(json) as Record<string, unknown>
  const fields = new Map<string, FieldDescriptor>()
  for (const field of message.fields) fields.set(field.jsonName, field).set(field.name, field)
  const shown: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(json)) {
    const field = fields.get(key)
    shown[key] = field ? redactField(field, value) : value
  }
  return shown
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

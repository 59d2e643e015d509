// Message types for protobufjs, where the wire form is wanted without the JSON mapping (discovery requests, OTLP).
import protobuf from 'protobufjs/light.js'
import { descriptor, type FieldDescriptor, TYPE } from './descriptor.ts'

const types = new Map<string, protobuf.Type>()
const TYPE_NAMES = new Map<number, string>(
  Object.entries(TYPE).map(([name, number]) => [number, name]),
)

/**
 * The protobufjs type of a message, for instance `envoy.service.discovery.v3.DeltaDiscoveryRequest`: fields are in
 * snake_case, enums numbers, 64-bit integers Long. Only the types it reaches are built, on the first call. Throws for a
 * name the descriptor does not have.
 */
export function messageType(typeName: string): protobuf.Type {
  let type = types.get(typeName)
  if (!type) {
    const nested: Record<string, protobuf.IType | protobuf.IEnum> = {}
    collect(typeName, nested)
    type = protobuf.Root.fromJSON({ nested }).resolveAll().lookupType(flat(typeName))
    types.set(typeName, type)
  }
  return type
}

/** Packages would nest inside types of the same name, so each type stands at the top under a name without dots. */
function flat(typeName: string): string {
  return typeName.replaceAll('.', '_')
}

function collect(name: string, into: Record<string, protobuf.IType | protobuf.IEnum>): void {
  if (flat(name) in into) return
  const message = descriptor().message(name)
  if (!message) {
    const found = descriptor().enum(name)
    if (!found) throw new Error(`no message type ${name}`)
    into[flat(name)] = { edition: 'proto3', values: Object.fromEntries(found.values) }
    return
  }
  const fields: Record<string, protobuf.IField | protobuf.IMapField> = {}
  const oneofs: Record<string, protobuf.IOneOf> = {}
  into[flat(name)] = { edition: 'proto3', fields, oneofs }
  for (const field of message.fields) {
    const entry = field.type === TYPE.message ? descriptor().message(field.typeName) : undefined
    const [key, value] = entry?.mapEntry ? entry.fields : []
    for (const used of [value ?? field]) if (used.typeName) collect(used.typeName, into)
    fields[field.name] =
      key && value
        ? { id: field.number, type: typeOf(value), keyType: typeOf(key) }
        : { id: field.number, type: typeOf(field), ...(field.repeated && { rule: 'repeated' }) }
    if (field.oneof === undefined) {
      if (!field.presence || field.type === TYPE.message) continue
      fields[field.name] = { ...fields[field.name]!, options: { proto3_optional: true } }
    } else {
      const { name: oneof } = message.oneofs[field.oneof]!
      oneofs[oneof] ??= { oneof: [] }
      oneofs[oneof].oneof.push(field.name)
    }
  }
}

function typeOf(field: FieldDescriptor): string {
  return field.typeName ? flat(field.typeName) : TYPE_NAMES.get(field.type)!
}

// Envoy's messages as authored JSON, told apart by the descriptor: field names in one form, and protobuf's merge.
import { descriptor, type FieldDescriptor, TYPE } from '../../../proto/descriptor.ts'
import { FIELD_ORIGINS, ORIGIN, type Origin, type Path, type Traced } from '../../model/origin.ts'
import { TYPE_PREFIX } from '../../model/resource.ts'

export type Json = Readonly<Record<string, unknown>> & Traced

const ANY = 'google.protobuf.Any'

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * `value` as a message of type `typeName` with its field names in snake_case, whichever form they were written in. Keys of maps
 * and of structs are the user's own words and stay. Unknown fields stay too: the encoder reports them. Each object and each
 * field gets the origin of its path.
 */
export function normalised(
  typeName: string,
  value: Json,
  at: (path: Path) => Origin,
  path: Path,
): Json {
  const isAny = typeName === ANY
  const type = isAny ? innerType(value) : typeName
  const fields: Record<string, Origin> = {}
  const entries = Object.entries(value).map(([written, part]): [string, unknown] => {
    const field = fieldOf(type, written)
    const name = field?.name ?? written
    fields[name] = at([...path, written])
    return [name, field ? normalisedField(field, part, at, [...path, written]) : part]
  })
  return { ...Object.fromEntries(entries), [ORIGIN]: at(path), [FIELD_ORIGINS]: fields }
}

function normalisedField(
  field: FieldDescriptor,
  value: unknown,
  at: (path: Path) => Origin,
  path: Path,
): unknown {
  if (field.type !== TYPE.message) return value
  const mapped = mapValue(field)
  if (mapped) {
    if (!isObject(value) || mapped.type !== TYPE.message) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [
        key,
        normalisedField(mapped, part, at, [...path, key]),
      ]),
    )
  }
  if (Array.isArray(value)) {
    return value.map((part, index) => normalisedOne(field.typeName, part, at, [...path, index]))
  }
  return normalisedOne(field.typeName, value, at, path)
}

function normalisedOne(
  typeName: string,
  value: unknown,
  at: (path: Path) => Origin,
  path: Path,
): unknown {
  if (!isObject(value) || isWellKnown(typeName)) return value
  return normalised(typeName, value, at, path)
}

export interface MergeOptions {
  /** Lists are replaced as a whole; by default what is new is appended (protobuf). */
  readonly replaceLists: boolean
}

/**
 * Protobuf's merge: messages field by field, lists appended, entries of maps by key, everything else replaced; setting one member
 * of a oneof removes the others. An Any is merged with one of the same type, and replaced by one of another. `patch` is normalised.
 */
export function merged(typeName: string, target: Json, patch: Json, options: MergeOptions): Json {
  const result: Record<string, unknown> & Traced = { ...target }
  for (const [name, value] of Object.entries(patch)) {
    const field = fieldOf(typeName, name)
    if (field?.oneof !== undefined) removeRivals(result, typeName, field)
    result[name] = field ? mergedField(field, target[name], value, options) : value
  }
  const { '@type': _, ...written } = patch[FIELD_ORIGINS] ?? {}
  const fields = { ...target[FIELD_ORIGINS], ...written }
  return { ...result, [FIELD_ORIGINS]: fields }
}

function removeRivals(
  result: Record<string, unknown>,
  typeName: string,
  { name, oneof }: FieldDescriptor,
): void {
  for (const other of descriptor().message(typeName)?.fields ?? []) {
    if (other.oneof === oneof && other.name !== name) delete result[other.name]
  }
}

function mergedField(
  field: FieldDescriptor,
  before: unknown,
  value: unknown,
  options: MergeOptions,
): unknown {
  const mapped = mapValue(field)
  if (mapped) {
    if (!isObject(before) || !isObject(value)) return value
    const entries = Object.entries(value).map(([key, part]): [string, unknown] => [
      key,
      key in before ? mergedField(mapped, before[key], part, options) : part,
    ])
    return { ...before, ...Object.fromEntries(entries) }
  }
  if (field.repeated) {
    if (options.replaceLists || !Array.isArray(before) || !Array.isArray(value)) return value
    return [...before, ...value]
  }
  if (field.type !== TYPE.message || !isObject(before) || !isObject(value)) return value
  if (field.typeName === 'google.protobuf.Struct') return mergedStruct(before, value)
  if (isWellKnown(field.typeName)) return value
  if (field.typeName !== ANY) return merged(field.typeName, before, value, options)
  const type = innerType(value)
  return type !== '' && type === innerType(before) ? merged(type, before, value, options) : value
}

function mergedStruct(before: Json, value: Json): Json {
  const entries = Object.entries(value).map(([key, part]): [string, unknown] => {
    const old = before[key]
    return [key, isObject(old) && isObject(part) ? mergedStruct(old, part) : part]
  })
  return { ...before, ...Object.fromEntries(entries) }
}

/** The type of the message in an Any; empty if it does not say. */
function innerType(any: Json): string {
  const type = any['@type']
  return typeof type === 'string' ? type.slice(type.lastIndexOf('/') + 1) : ''
}

/** Whether an Any holds a message of this type. */
export function holds(any: unknown, typeName: string): any is Json {
  return isObject(any) && any['@type'] === `${TYPE_PREFIX}${typeName}`
}

function fieldOf(typeName: string, name: string): FieldDescriptor | undefined {
  return descriptor()
    .message(typeName)
    ?.fields.find((field) => field.name === name || field.jsonName === name)
}

/** The field of a map's values; undefined for what is no map. */
function mapValue(field: FieldDescriptor): FieldDescriptor | undefined {
  if (field.type !== TYPE.message || !field.repeated) return undefined
  const entry = descriptor().message(field.typeName)
  return entry?.mapEntry ? entry.fields[1] : undefined
}

/** Types whose JSON is not an object of their fields; an Any has fields of what it holds. */
function isWellKnown(typeName: string): boolean {
  return typeName.startsWith('google.protobuf.') && typeName !== ANY
}

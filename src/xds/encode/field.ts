// Fields of a message: single, repeated, packed and map fields, each with its tag.
import { descriptor, type FieldDescriptor, TYPE } from '../../../proto/descriptor.ts'
import {
  type Body,
  type Codec,
  isObject,
  kindOf,
  locate,
  put,
  type Reader,
  type Run,
  report,
} from './codec.ts'
import { enumeration, scalar } from './scalar.ts'
import { nest } from './wellknown.ts'

/** How a field's JSON is written, tag included, and read. */
export interface FieldCodec {
  write(run: Run, value: unknown): void
  /** Reads one occurrence after its tag; `earlier` is what the occurrences before gave. */
  read(reader: Reader, wire: number, earlier: unknown): unknown
  takesNull: boolean
}

/** Compiles a field; message types are looked up with `bodyOf`. */
export function fieldCodec(
  field: FieldDescriptor,
  bodyOf: (name: string) => Body | undefined,
): FieldCodec {
  const entry = field.type === TYPE.message ? descriptor().message(field.typeName) : undefined
  if (entry?.mapEntry) {
    const [key, value] = entry.fields as [FieldDescriptor, FieldDescriptor]
    return map(field.number, key.type, valueCodec(value, bodyOf), defaultOf(value))
  }
  const codec = valueCodec(field, bodyOf)
  if (field.packed) return packed(field.number, codec)
  if (field.repeated) return list(field.number, codec)
  return single(field, codec)
}

function valueCodec(field: FieldDescriptor, bodyOf: (name: string) => Body | undefined): Codec {
  if (field.type === TYPE.enum) {
    const found = descriptor().enum(field.typeName)
    if (!found) throw new Error(`the descriptor lacks ${field.typeName}`)
    return field.typeName === 'google.protobuf.NullValue' ? NULL : enumeration(found)
  }
  if (field.type !== TYPE.message) return scalar(field.type)
  const body = bodyOf(field.typeName)
  if (!body) throw new Error(`the descriptor lacks ${field.typeName}`)
  return {
    wire: 2,
    isZero: () => false,
    write: (run, value) => nest(run, body, value),
    read: (reader) => body.read(reader, endOf(reader)),
    ...(body.takesNull && { takesNull: true }),
  }
}

const NULL: Codec = {
  wire: 0,
  takesNull: true,
  isZero: (value) => value === null,
  write: (run, value) => (value === null ? run.out.uint32(0) : report(run, 'expected null')),
  read: (reader) => {
    reader.int32()
    return null
  },
}

function endOf(reader: Reader): number {
  const end = reader.uint32() + reader.pos
  if (end > reader.len) throw new RangeError('the message is cut off')
  return end
}

function single({ number, presence }: FieldDescriptor, codec: Codec): FieldCodec {
  const tag = (number << 3) | codec.wire
  return {
    takesNull: codec.takesNull === true,
    write(run, value) {
      if (!presence && codec.isZero(value)) return
      run.out.uint32(tag)
      codec.write(run, value)
    },
    read(reader) {
      const value = codec.read(reader)
      return presence || !codec.isZero(value) ? value : undefined
    },
  }
}

function list(number: number, codec: Codec): FieldCodec {
  const tag = (number << 3) | codec.wire
  return {
    takesNull: false,
    write(run, value) {
      if (!Array.isArray(value)) return report(run, `expected a list, got ${kindOf(value)}`)
      for (let index = 0; index < value.length; index++) {
        const before = run.errors.length
        run.out.uint32(tag)
        codec.write(run, value[index])
        if (run.errors.length > before) locate(run, before, index)
      }
    },
    read(reader, wire, earlier) {
      const items = (earlier as unknown[] | undefined) ?? []
      readInto(items, reader, wire, codec)
      return items
    },
  }
}

function packed(number: number, codec: Codec): FieldCodec {
  const tag = (number << 3) | 2
  const { read } = list(number, codec)
  return {
    takesNull: false,
    read,
    write(run, value) {
      if (!Array.isArray(value)) return report(run, `expected a list, got ${kindOf(value)}`)
      if (value.length === 0) return
      run.out.uint32(tag)
      const start = run.out.begin()
      for (let index = 0; index < value.length; index++) {
        const before = run.errors.length
        codec.write(run, value[index])
        if (run.errors.length > before) locate(run, before, index)
      }
      run.out.end(start)
    },
  }
}

/** Numbers may come packed into one length-delimited value or one by one. */
function readInto(items: unknown[], reader: Reader, wire: number, codec: Codec): void {
  if (wire !== 2 || codec.wire === 2) {
    items.push(codec.read(reader))
    return
  }
  const end = endOf(reader)
  while (reader.pos < end) items.push(codec.read(reader))
}

function map(number: number, keyType: number, codec: Codec, absent: () => unknown): FieldCodec {
  const tag = (number << 3) | 2
  const keys = scalar(keyType)
  const keyTag = 8 | keys.wire
  const valueTag = 16 | codec.wire
  const fromText = (key: string) =>
    keyType === TYPE.bool ? (key === 'true' ? true : key === 'false' ? false : key) : key
  return {
    takesNull: false,
    write(run, value) {
      if (!isObject(value)) return report(run, `expected an object, got ${kindOf(value)}`)
      for (const key of Object.keys(value).sort()) {
        const item = value[key]
        if (item === undefined) continue
        const before = run.errors.length
        run.out.uint32(tag)
        const start = run.out.begin()
        run.out.uint32(keyTag)
        keys.write(run, fromText(key))
        run.out.uint32(valueTag)
        codec.write(run, item)
        run.out.end(start)
        if (run.errors.length > before) locate(run, before, key)
      }
    },
    read(reader, _wire, earlier) {
      const entries = (earlier as Record<string, unknown> | undefined) ?? {}
      const end = endOf(reader)
      let key: unknown
      let value: unknown
      while (reader.pos < end) {
        const part = reader.uint32()
        if (part === keyTag) key = keys.read(reader)
        else if (part === valueTag) value = codec.read(reader)
        else reader.skipType(part & 7)
      }
      const missing = keyType === TYPE.string ? '' : keyType === TYPE.bool ? 'false' : '0'
      put(entries, String(key ?? missing), value === undefined ? absent() : value)
      return entries
    },
  }
}

/** What a map value left out on the wire is. */
function defaultOf(field: FieldDescriptor): () => unknown {
  switch (field.type) {
    case TYPE.message:
      return () => ({})
    case TYPE.string:
    case TYPE.bytes:
      return () => ''
    case TYPE.bool:
      return () => false
    case TYPE.enum:
      return () => descriptor().enum(field.typeName)?.values.keys().next().value ?? 0
    default:
      return () => 0
  }
}

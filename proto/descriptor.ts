// Reads Envoy's API descriptor: what messages, fields and enums exist. Parsed a message at a time, when first asked for.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import protobuf from 'protobufjs/minimal.js'

/** Numbers of google.protobuf.FieldDescriptorProto.Type. */
export const TYPE = {
  double: 1,
  float: 2,
  int64: 3,
  uint64: 4,
  int32: 5,
  fixed64: 6,
  fixed32: 7,
  bool: 8,
  string: 9,
  message: 11,
  bytes: 12,
  uint32: 13,
  enum: 14,
  sfixed32: 15,
  sfixed64: 16,
  sint32: 17,
  sint64: 18,
} as const

export interface FieldDescriptor {
  /** snake_case, as in the .proto file. */
  name: string
  /** lowerCamelCase. */
  jsonName: string
  number: number
  /** One of TYPE. */
  type: number
  /** Full name of the message or enum. */
  typeName: string
  repeated: boolean
  packed: boolean
  /** Set and unset differ even for the zero value: messages, oneof members, `optional`. */
  presence: boolean
  /** Index into `oneofs`; absent for `optional` fields, whose oneof is synthetic. */
  oneof?: number
  deprecated: boolean
  /** Envoy refuses the field unless a runtime key allows it. */
  disallowed: boolean
  /** Holds a secret. */
  sensitive: boolean
  /** An encoded validate.FieldRules. */
  rules?: Uint8Array
}

export interface MessageDescriptor {
  /** Full name, as in `envoy.config.cluster.v3.Cluster`. */
  name: string
  fields: FieldDescriptor[]
  oneofs: { name: string; required: boolean }[]
  /** An entry type of a map field: key = 1, value = 2. */
  mapEntry: boolean
}

export interface EnumDescriptor {
  name: string
  values: Map<string, number>
  deprecated: Set<string>
}

type Visit = (field: number, reader: protobuf.Reader, wire: number) => void

interface Location {
  bytes: Uint8Array
  kind: 'message' | 'enum'
  proto3: boolean
}

const FILE_KINDS: Record<number, Location['kind']> = { 4: 'message', 5: 'enum' }

class Descriptor {
  readonly #bytes = readDescriptorSet()
  readonly #top = indexFiles(this.#bytes)
  readonly #messages = new Map<string, MessageDescriptor>()
  readonly #enums = new Map<string, EnumDescriptor>()

  /** The google.protobuf.FileDescriptorSet itself, for other protobuf libraries. */
  get bytes(): Uint8Array {
    return this.#bytes
  }

  message(name: string): MessageDescriptor | undefined {
    if (!this.#messages.has(name)) this.#parseAround(name)
    return this.#messages.get(name)
  }

  enum(name: string): EnumDescriptor | undefined {
    if (!this.#enums.has(name)) this.#parseAround(name)
    return this.#enums.get(name)
  }

  /** Every message and enum, by name. */
  all(): { messages: MessageDescriptor[]; enums: EnumDescriptor[] } {
    for (const name of this.#top.keys()) this.#parseAround(name)
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)
    return {
      messages: [...this.#messages.values()].sort(byName),
      enums: [...this.#enums.values()].sort(byName),
    }
  }

  /** Parses the top-level declaration that `name` is or is nested in. */
  #parseAround(name: string): void {
    for (let top = name; top.includes('.'); top = top.slice(0, top.lastIndexOf('.'))) {
      const at = this.#top.get(top)
      if (!at || this.#messages.has(top) || this.#enums.has(top)) continue
      const scope = top.slice(0, top.lastIndexOf('.') + 1)
      if (at.kind === 'enum') this.#addEnum(scope, at.bytes)
      else this.#addMessage(scope, at.bytes, at.proto3)
      return
    }
  }

  #addMessage(scope: string, bytes: Uint8Array, proto3: boolean): void {
    const message: MessageDescriptor = {
      name: '',
      fields: [],
      oneofs: [],
      mapEntry: false,
    }
    scan(bytes, (field, reader, wire) => {
      if (field === 1) {
        message.name = scope + reader.string()
        this.#messages.set(message.name, message)
      } else if (field === 2) message.fields.push(parseField(reader.bytes(), proto3))
      else if (field === 3) this.#addMessage(`${message.name}.`, reader.bytes(), proto3)
      else if (field === 4) this.#addEnum(`${message.name}.`, reader.bytes())
      else if (field === 7) readMessageOptions(reader.bytes(), message)
      else if (field === 8) message.oneofs.push(parseOneof(reader.bytes()))
      else reader.skipType(wire)
    })
  }

  #addEnum(scope: string, bytes: Uint8Array): void {
    const found: EnumDescriptor = { name: '', values: new Map(), deprecated: new Set() }
    scan(bytes, (field, reader, wire) => {
      if (field === 1) found.name = scope + reader.string()
      else if (field === 2) addEnumValue(reader.bytes(), found)
      else reader.skipType(wire)
    })
    this.#enums.set(found.name, found)
  }
}

let loaded: Descriptor | undefined

/** The descriptor of Envoy's API, read from disk on first use. */
export function descriptor(): Descriptor {
  loaded ??= new Descriptor()
  return loaded
}

function readDescriptorSet(): Uint8Array {
  return gunzipSync(readFileSync(new URL('./envoy.binpb.gz', import.meta.url)))
}

function scan(bytes: Uint8Array, visit: Visit): void {
  const reader = protobuf.Reader.create(bytes)
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    visit(tag >>> 3, reader, tag & 7)
  }
}

function indexFiles(set: Uint8Array): Map<string, Location> {
  const top = new Map<string, Location>()
  scan(set, (_field, files) => {
    let scope = ''
    let proto3 = false
    const inFile: Location[] = []
    scan(files.bytes(), (field, reader, wire) => {
      const kind = FILE_KINDS[field]
      if (field === 2) scope = `${reader.string()}.`
      else if (field === 12) proto3 = reader.string() === 'proto3'
      else if (kind) {
        const at: Location = { bytes: reader.bytes(), kind, proto3: false }
        inFile.push(at)
        top.set(scope + nameOf(at.bytes), at)
      } else reader.skipType(wire)
    })
    for (const at of inFile) at.proto3 = proto3
  })
  return top
}

function nameOf(bytes: Uint8Array): string {
  let name = ''
  scan(bytes, (field, reader, wire) => {
    if (field === 1) name = reader.string()
    else reader.skipType(wire)
  })
  return name
}

function parseField(bytes: Uint8Array, proto3: boolean): FieldDescriptor {
  const field: FieldDescriptor = {
    name: '',
    jsonName: '',
    number: 0,
    type: 0,
    typeName: '',
    repeated: false,
    packed: false,
    presence: false,
    deprecated: false,
    disallowed: false,
    sensitive: false,
  }
  let optional = !proto3
  scan(bytes, (number, reader, wire) => {
    if (number === 1) field.name = reader.string()
    else if (number === 3) field.number = reader.int32()
    else if (number === 4) field.repeated = reader.int32() === 3
    else if (number === 5) field.type = reader.int32()
    else if (number === 6) field.typeName = reader.string().slice(1)
    else if (number === 8) readFieldOptions(reader.bytes(), field)
    else if (number === 9) field.oneof = reader.int32()
    else if (number === 17) optional = reader.bool()
    else reader.skipType(wire)
  })
  if (proto3 && optional) delete field.oneof
  field.jsonName = field.name.replace(/_+(.?)/g, (_, letter: string) => letter.toUpperCase())
  field.presence =
    !field.repeated && (optional || field.oneof !== undefined || field.type === TYPE.message)
  const packable =
    field.type !== TYPE.string && field.type !== TYPE.bytes && field.type !== TYPE.message
  field.packed = field.repeated && packable && proto3
  return field
}

function readFieldOptions(bytes: Uint8Array, field: FieldDescriptor): void {
  scan(bytes, (number, reader, wire) => {
    if (number === 3) field.deprecated = reader.bool()
    else if (number === 1071) field.rules = reader.bytes()
    else if (number === 189503207) field.disallowed = reader.bool()
    else if (number === 76569463) field.sensitive = reader.bool()
    else reader.skipType(wire)
  })
}

function readMessageOptions(bytes: Uint8Array, message: MessageDescriptor): void {
  scan(bytes, (number, reader, wire) => {
    if (number === 7) message.mapEntry = reader.bool()
    else reader.skipType(wire)
  })
}

function parseOneof(bytes: Uint8Array): { name: string; required: boolean } {
  const oneof = { name: '', required: false }
  scan(bytes, (field, reader, wire) => {
    if (field === 1) oneof.name = reader.string()
    else if (field === 2) {
      scan(reader.bytes(), (option, options, optionWire) => {
        if (option === 1071) oneof.required = options.bool()
        else options.skipType(optionWire)
      })
    } else reader.skipType(wire)
  })
  return oneof
}

function addEnumValue(bytes: Uint8Array, to: EnumDescriptor): void {
  let name = ''
  let value = 0
  let deprecated = false
  scan(bytes, (field, reader, wire) => {
    if (field === 1) name = reader.string()
    else if (field === 2) value = reader.int32()
    else if (field === 3) {
      scan(reader.bytes(), (option, options, optionWire) => {
        if (option === 1) deprecated = options.bool()
        else options.skipType(optionWire)
      })
    } else reader.skipType(wire)
  })
  to.values.set(name, value)
  if (deprecated) to.deprecated.add(name)
}

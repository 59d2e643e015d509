// Frames discovery responses around bytes that were encoded before; the only place that knows their field numbers.
import { MESSAGE_NAMES, type ResourceType, TYPE_PREFIX } from '../model/resource.ts'

/** Tags of length-delimited fields: (number << 3) | 2. */
const FIELD_1 = 0x0a
const FIELD_2 = 0x12
const FIELD_3 = 0x1a
const FIELD_4 = 0x22
const FIELD_5 = 0x2a
const FIELD_6 = 0x32

export const TYPE_URLS = Object.freeze(
  Object.fromEntries(
    Object.entries(MESSAGE_NAMES).map(([type, name]) => [type, TYPE_PREFIX + name]),
  ),
) as Readonly<Record<ResourceType, string>>

export interface ResourceFrames {
  /** One `resources` entry of a DiscoveryResponse: a part of `deltaChunk`, no copy. */
  readonly chunk: Buffer
  /** One `resources` entry of a DeltaDiscoveryResponse. */
  readonly deltaChunk: Buffer
}

/**
 * The message given in `parts` (protobuf concatenates them) as an entry of both kinds of response. Both messages
 * number `resources` 2, and so does Resource its Any; the one entry is therefore a slice of the other.
 */
export function frameResource(
  typeUrl: string,
  name: string,
  version: string,
  parts: readonly Uint8Array[],
): ResourceFrames {
  let length = 0
  for (const part of parts) length += part.length
  const any = stringSize(typeUrl) + fieldSize(length)
  const resource = stringSize(version) + fieldSize(any) + stringSize(name)
  // Not from the pool: a small slice that lives long would keep a whole slab alive.
  const bytes = Buffer.allocUnsafeSlow(fieldSize(resource))
  let at = writeHeader(bytes, 0, FIELD_2, resource)
  at = writeString(bytes, at, FIELD_1, version)
  const start = at
  at = writeHeader(bytes, at, FIELD_2, any)
  at = writeString(bytes, at, FIELD_1, typeUrl)
  at = writeHeader(bytes, at, FIELD_2, length)
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  const end = at
  writeString(bytes, at, FIELD_3, name)
  return { chunk: bytes.subarray(start, end), deltaChunk: bytes }
}

/** `0x12 <length>` for a repeated message field with number 2, such as the virtual hosts of a route configuration. */
export function repeatedHeader(length: number): Buffer {
  const header = Buffer.allocUnsafe(1 + varintSize(length))
  writeHeader(header, 0, FIELD_2, length)
  return header
}

/** The first field of a message, such as the name of a virtual host. */
export function nameField(name: string): Buffer {
  const field = Buffer.allocUnsafe(stringSize(name))
  writeString(field, 0, FIELD_1, name)
  return field
}

/** A delta resource without a message: version 1, name 3, and the name as alias 4 for requests that wait for it. */
export function frameAnswer(name: string, version: string): ResourceFrames {
  const resource = stringSize(version) + stringSize(name) * 2
  const bytes = Buffer.allocUnsafeSlow(fieldSize(resource))
  let at = writeHeader(bytes, 0, FIELD_2, resource)
  at = writeString(bytes, at, FIELD_1, version)
  at = writeString(bytes, at, FIELD_3, name)
  writeString(bytes, at, FIELD_4, name)
  return { chunk: Buffer.alloc(0), deltaChunk: bytes }
}

/** A DiscoveryResponse: version_info 1, resources 2, type_url 4, nonce 5. */
export function frameSotw(
  typeUrl: string,
  version: string,
  nonce: string,
  chunks: readonly Buffer[],
): Buffer {
  const size = stringSize(version) + sumOfLengths(chunks) + stringSize(typeUrl) + stringSize(nonce)
  const bytes = Buffer.allocUnsafe(size)
  let at = writeString(bytes, 0, FIELD_1, version)
  at = writeChunks(bytes, at, chunks)
  at = writeString(bytes, at, FIELD_4, typeUrl)
  writeString(bytes, at, FIELD_5, nonce)
  return bytes
}

/** A DeltaDiscoveryResponse: resources 2, type_url 4, nonce 5, removed_resources 6. */
export function frameDelta(
  typeUrl: string,
  nonce: string,
  chunks: readonly Buffer[],
  removed: readonly string[],
): Buffer {
  let size = sumOfLengths(chunks) + stringSize(typeUrl) + stringSize(nonce)
  for (const name of removed) size += stringSize(name)
  const bytes = Buffer.allocUnsafe(size)
  let at = writeChunks(bytes, 0, chunks)
  at = writeString(bytes, at, FIELD_4, typeUrl)
  at = writeString(bytes, at, FIELD_5, nonce)
  for (const name of removed) at = writeString(bytes, at, FIELD_6, name)
  return bytes
}

function sumOfLengths(chunks: readonly Buffer[]): number {
  let size = 0
  for (const chunk of chunks) size += chunk.length
  return size
}

function writeChunks(bytes: Buffer, at: number, chunks: readonly Buffer[]): number {
  let next = at
  for (const chunk of chunks) {
    bytes.set(chunk, next)
    next += chunk.length
  }
  return next
}

function varintSize(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5
}

function fieldSize(length: number): number {
  return 1 + varintSize(length) + length
}

function stringSize(text: string): number {
  return fieldSize(Buffer.byteLength(text))
}

function writeHeader(bytes: Buffer, at: number, tag: number, length: number): number {
  bytes[at] = tag
  let next = at + 1
  let rest = length
  while (rest >= 0x80) {
    bytes[next++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  bytes[next++] = rest
  return next
}

function writeString(bytes: Buffer, at: number, tag: number, text: string): number {
  const start = writeHeader(bytes, at, tag, Buffer.byteLength(text))
  return start + bytes.write(text, start)
}

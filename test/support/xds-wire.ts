// Requests and responses of xDS as bytes, read and written field by field, apart from the server's own code.
import protobuf from 'protobufjs/minimal.js'
import {
  MESSAGE_NAMES,
  RESOURCE_TYPES,
  type ResourceType,
  TYPE_PREFIX,
} from '../../src/model/resource.ts'
import { encodeMessage } from '../../src/xds/encode/index.ts'

export interface ReceivedResource {
  readonly name: string
  /** Empty in state-of-the-world responses. */
  readonly version: string
  /** The message; undefined for a delta resource that only says that a name does not exist. */
  readonly bytes: Buffer | undefined
}

export interface ReceivedResponse {
  readonly type: ResourceType
  readonly nonce: string
  readonly version: string
  readonly resources: readonly ReceivedResource[]
  readonly removed: readonly string[]
  readonly size: number
}

export function encodeRequest(mode: 'delta' | 'sotw', request: object): Buffer {
  const prefix = mode === 'delta' ? 'Delta' : ''
  const result = encodeMessage(`envoy.service.discovery.v3.${prefix}DiscoveryRequest`, request)
  if ('errors' in result) throw new Error(JSON.stringify(result.errors))
  return Buffer.from(result.bytes)
}

type Field = (number: number, reader: protobuf.Reader) => boolean

function readFields(bytes: Uint8Array, field: Field): void {
  const reader = protobuf.Reader.create(bytes)
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (!field(tag >>> 3, reader)) reader.skipType(tag & 7)
  }
}

const TYPES = new Map(RESOURCE_TYPES.map((type) => [TYPE_PREFIX + MESSAGE_NAMES[type], type]))

/** Undefined for a type that is none of Lotse's. */
export function readDeltaResponse(bytes: Buffer): ReceivedResponse | undefined {
  let url = ''
  let nonce = ''
  const resources: ReceivedResource[] = []
  const removed: string[] = []
  readFields(bytes, (number, reader) => {
    if (number === 2) resources.push(readResource(reader.bytes()))
    else if (number === 4) url = reader.string()
    else if (number === 5) nonce = reader.string()
    else if (number === 6) removed.push(reader.string())
    else return false
    return true
  })
  const type = TYPES.get(url)
  return type && { type, nonce, version: '', resources, removed, size: bytes.length }
}

export function readSotwResponse(bytes: Buffer): ReceivedResponse | undefined {
  let url = ''
  let nonce = ''
  let version = ''
  const resources: ReceivedResource[] = []
  readFields(bytes, (number, reader) => {
    if (number === 1) version = reader.string()
    else if (number === 2) {
      const value = readAny(reader.bytes())
      resources.push({ name: nameIn(value), version: '', bytes: value })
    } else if (number === 4) url = reader.string()
    else if (number === 5) nonce = reader.string()
    else return false
    return true
  })
  const type = TYPES.get(url)
  return type && { type, nonce, version, resources, removed: [], size: bytes.length }
}

function readResource(bytes: Uint8Array): ReceivedResource {
  let name = ''
  let version = ''
  let value: Buffer | undefined
  readFields(bytes, (number, reader) => {
    if (number === 1) version = reader.string()
    else if (number === 2) value = readAny(reader.bytes())
    else if (number === 3) name = reader.string()
    else return false
    return true
  })
  return { name, version, bytes: value }
}

function readAny(bytes: Uint8Array): Buffer {
  let value: Uint8Array = new Uint8Array()
  readFields(bytes, (number, reader) => {
    if (number !== 2) return false
    value = reader.bytes()
    return true
  })
  return Buffer.from(value.buffer, value.byteOffset, value.length)
}

/** All resource messages have their name in field 1. */
function nameIn(message: Buffer): string {
  let name = ''
  readFields(message, (number, reader) => {
    if (number !== 1) return false
    name = reader.string()
    return true
  })
  return name
}

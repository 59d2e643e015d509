// The little of protobuf that a measuring client needs: requests are built from parts, responses are read without decoding resources.
import protobuf from 'protobufjs/minimal.js'
import {
  MESSAGE_NAMES,
  RESOURCE_TYPES,
  type ResourceType,
  TYPE_PREFIX,
} from '../src/model/resource.ts'
import { decodeMessage, encodeMessage } from '../src/xds/encode/index.ts'

export type Mode = 'delta' | 'sotw'

export const PATHS: Readonly<Record<Mode, string>> = {
  delta: '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources',
  sotw: '/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources',
}

/** The resources of a response: names with versions (those of the state of the world have none). */
export interface Payload {
  readonly versions: ReadonlyMap<string, string>
  /** Names that the resources ask for: endpoints of clusters, routes of listeners. */
  readonly wanted: ReadonlyMap<string, readonly string[]>
  readonly bytes: Buffer
  /** Where the resources end in the message. */
  readonly end: number
}

export interface Response {
  readonly type: ResourceType
  readonly nonce: string
  readonly version: string
  readonly payload: Payload
  readonly removed: readonly string[]
}

const TYPES = new Map(RESOURCE_TYPES.map((type) => [TYPE_PREFIX + MESSAGE_NAMES[type], type]))

/** Reads responses; one whose resources are byte for byte those of an earlier one costs only a comparison. */
export class ResponseReader {
  readonly #mode: Mode
  readonly #seen = new Map<number, Payload[]>()

  constructor(mode: Mode) {
    this.#mode = mode
  }

  read(bytes: Buffer): Response {
    const same = this.#seen
      .get(bytes.length)
      ?.find(({ bytes: known, end }) => bytes.compare(known, 0, end, 0, end) === 0)
    const payload = same ?? readPayload(this.#mode, bytes)
    if (!same) {
      const list = this.#seen.get(bytes.length)
      if (list) list.push(payload)
      else this.#seen.set(bytes.length, [payload])
    }
    let version = ''
    let url = ''
    let nonce = ''
    const removed: string[] = []
    // State of the world: the version stands before the resources.
    if (this.#mode === 'sotw') version = readTail(bytes, 0).get(1)?.[0] ?? ''
    for (const [number, texts] of readTail(bytes, payload.end)) {
      if (number === 4) url = texts[0]!
      if (number === 5) nonce = texts[0]!
      if (number === 6) removed.push(...texts)
    }
    const type = TYPES.get(url)
    if (!type) throw new Error(`a response of the type ${url}`)
    return { type, nonce, version, payload, removed }
  }

  /** What a measurement pushes is new each time: forget it. */
  forget(): void {
    this.#seen.clear()
  }
}

/** Text fields from a position on, up to the first resource. */
function readTail(bytes: Buffer, from: number): Map<number, string[]> {
  const reader = protobuf.Reader.create(bytes)
  reader.pos = from
  const fields = new Map<number, string[]>()
  while (reader.pos < reader.len) {
    const number = reader.uint32() >>> 3
    if (number === 2) break
    const text = reader.string()
    fields.set(number, [...(fields.get(number) ?? []), text])
  }
  return fields
}

function readPayload(mode: Mode, bytes: Buffer): Payload {
  const reader = protobuf.Reader.create(bytes)
  const versions = new Map<string, string>()
  const wanted = new Map<string, readonly string[]>()
  let end = 0
  while (reader.pos < reader.len) {
    const number = reader.uint32() >>> 3
    const field = reader.bytes()
    if (number !== 2) continue
    end = reader.pos
    const resource = mode === 'delta' ? readResource(field) : readAny(field, '')
    versions.set(resource.name, resource.version)
    const names = wantedBy(resource)
    if (names.length > 0) wanted.set(resource.name, names)
  }
  return { versions, wanted, bytes, end }
}

interface Resource {
  readonly name: string
  readonly version: string
  readonly url: string
  readonly value: Uint8Array
}

function readResource(bytes: Uint8Array): Resource {
  const fields = readBytes(bytes)
  const version = text(fields.get(1))
  const any = fields.get(2)
  const resource = readAny(any ?? new Uint8Array(), version)
  return { ...resource, name: text(fields.get(3)) }
}

/** All resource messages but clusters with other first fields have their name in field 1. */
function readAny(bytes: Uint8Array, version: string): Resource {
  const fields = readBytes(bytes)
  const url = text(fields.get(1))
  const value = fields.get(2) ?? new Uint8Array()
  return { name: text(readBytes(value, 1).get(1)), version, url, value }
}

/** The last of each length-delimited field; only the first field if `only` says so. */
function readBytes(bytes: Uint8Array, only?: number): Map<number, Uint8Array> {
  const reader = protobuf.Reader.create(bytes)
  const fields = new Map<number, Uint8Array>()
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if ((tag & 7) === 2) fields.set(tag >>> 3, reader.bytes())
    else reader.skipType(tag & 7)
    if (only !== undefined && fields.has(only)) break
  }
  return fields
}

function text(bytes: Uint8Array | undefined): string {
  return bytes ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString() : ''
}

function wantedBy({ url, name, value }: Resource): readonly string[] {
  const type = TYPES.get(url)
  if (type !== 'cluster' && type !== 'listener') return []
  const body = decodeMessage(MESSAGE_NAMES[type], value)
  if (type === 'listener') return [...new Set(routeNames(body))]
  const { type: discovery, eds_cluster_config: eds } = body as {
    type?: string
    eds_cluster_config?: { service_name?: string }
  }
  return discovery === 'EDS' ? [eds?.service_name || name] : []
}

function routeNames(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  const { rds } = value as { rds?: { route_config_name?: string } }
  const own = rds?.route_config_name ? [rds.route_config_name] : []
  return [...own, ...Object.values(value).flatMap(routeNames)]
}

/** The parts of requests that do not change are encoded once. */
export function encodeRequest(mode: Mode, request: object): Buffer {
  const prefix = mode === 'delta' ? 'Delta' : ''
  const result = encodeMessage(`envoy.service.discovery.v3.${prefix}DiscoveryRequest`, request)
  if ('errors' in result) throw new Error(JSON.stringify(result.errors))
  return Buffer.from(result.bytes)
}

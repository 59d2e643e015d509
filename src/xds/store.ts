// Encodes every resource once and keeps one byte array per distinct content, whichever proxies it goes to.
import { createHash } from 'node:crypto'
import type { Diagnostic } from '../model/diagnostic.ts'
import { nearestOrigin } from '../model/origin.ts'
import { MESSAGE_NAMES, type Resource, type ResourceType } from '../model/resource.ts'
import { frameAnswer, frameResource, nameField, repeatedHeader, TYPE_URLS } from './wire.ts'

export interface EncodeError {
  /** JSON pointer into the message. */
  readonly pointer: string
  readonly text: string
}

/** Envoy's JSON to bytes. */
export type EncodeMessage = (
  typeName: string,
  json: object,
) => { readonly bytes: Uint8Array } | { readonly errors: readonly EncodeError[] }

/** A resource ready to be sent. Equal bytes of one type and name are the identical object. */
export interface Encoded {
  readonly type: ResourceType
  readonly name: string
  /** First 16 hexadecimal digits of the SHA-256 of the bytes. */
  readonly version: string
  readonly chunk: Buffer
  readonly deltaChunk: Buffer
  /** The first resource seen with these bytes; a later one may differ in its origins. */
  readonly resource: Resource
}

/** A resource that has no bytes: it is withheld, and a proxy keeps what it has under this name. */
export interface Failed {
  readonly type: ResourceType
  readonly name: string
  /** Undefined for what is withheld on purpose. */
  readonly failure: Diagnostic | undefined
}

export type Entry = Encoded | Failed

/** Of resources without a message. */
const ANSWER_VERSION = 'answer'

export function isFailed(entry: Entry): entry is Failed {
  return 'failure' in entry
}

export interface StoreOptions {
  readonly encode: EncodeMessage
  /** Called once for each resource object that cannot be encoded. */
  readonly onFailure?: (diagnostic: Diagnostic) => void
}

export interface Store {
  /** Bytes of a resource, or why it has none. */
  encode(resource: Resource): Entry
  /** Number of byte arrays that are shared at present; collected ones leave it some time later. */
  readonly size: number
}

type Bytes = { readonly bytes: Uint8Array } | { readonly failure: Diagnostic }

export function createStore(options: StoreOptions): Store {
  const entries = new WeakMap<Resource, Entry>()
  const values = new WeakMap<Resource, Bytes>()
  const interned = new Map<string, WeakRef<Encoded>>()
  const collected = new FinalizationRegistry<string>((key) => {
    if (!interned.get(key)?.deref()) interned.delete(key)
  })

  function bytesOf(resource: Resource): Bytes {
    let value = values.get(resource)
    if (!value) {
      value = encodeBody(options.encode, resource)
      values.set(resource, value)
    }
    return value
  }

  function build(resource: Resource): Entry {
    const { type, name, of } = resource
    if (resource.withheld) return { type, name, failure: undefined }
    if (resource.answer) {
      return { type, name, version: ANSWER_VERSION, ...frameAnswer(name, ANSWER_VERSION), resource }
    }
    // The value of a plain resource is copied into its frame, so only virtual hosts are kept apart.
    const value =
      type === 'virtualHost' ? bytesOf(of ?? resource) : encodeBody(options.encode, resource)
    if ('failure' in value) return { type, name, failure: value.failure }
    // Of a field that stands twice the last counts.
    const parts = [value.bytes, ...(of ? [nameField(name)] : [])]
    for (const host of resource.virtualHosts ?? []) {
      const inner = bytesOf(host)
      if ('failure' in inner) return { type, name, failure: inner.failure }
      parts.push(repeatedHeader(inner.bytes.length), inner.bytes)
    }
    const version = hash(parts)
    const key = `${type}\0${name}\0${version}`
    const same = interned.get(key)?.deref()
    if (same) return same
    const frames = frameResource(TYPE_URLS[type], name, version, parts)
    const encoded: Encoded = { type, name, version, ...frames, resource }
    interned.set(key, new WeakRef(encoded))
    collected.register(encoded, key)
    return encoded
  }

  return {
    encode(resource) {
      let entry = entries.get(resource)
      if (!entry) {
        entry = build(resource)
        entries.set(resource, entry)
        if (isFailed(entry) && entry.failure) options.onFailure?.(entry.failure)
      }
      return entry
    },
    get size() {
      return interned.size
    },
  }
}

function encodeBody(encode: EncodeMessage, resource: Resource): Bytes {
  const result = encode(MESSAGE_NAMES[resource.type], resource.body)
  if ('bytes' in result) return result
  const [first] = result.errors
  const where = first?.pointer ? ` at ${first.pointer}` : ''
  const origin = nearestOrigin(resource.body, first?.pointer ?? '')
  const failure: Diagnostic = {
    code: 'L0301',
    severity: 'error',
    text:
      `${resource.type} ${resource.name} is not valid for Envoy${where}: ${first?.text ?? 'no reason given'}. ` +
      'It is withheld; proxies keep the version they have. Correct the object that it comes from.',
  }
  return { failure: origin ? { ...failure, origin } : failure }
}

function hash(parts: readonly Uint8Array[]): string {
  const sha = createHash('sha256')
  for (const part of parts) sha.update(part)
  return sha.digest('hex').slice(0, 16)
}

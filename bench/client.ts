// A client that stays connected and answers like Envoy, as cheap as possible: many of them share what they hold.
import { createHash } from 'node:crypto'
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2'
import { MESSAGE_NAMES, type ResourceType, TYPE_PREFIX } from '../src/model/resource.ts'
import {
  type Holding,
  holdingOf,
  NOTHING,
  namesOf,
  remember,
  type Shared,
  without,
} from './holding.ts'
import { encodeRequest, PATHS, type Response } from './wire.ts'

/** As Envoy's defaults. */
const STREAM_WINDOW = 16 * 1024 * 1024
const CONNECTION_WINDOW = 24 * 1024 * 1024

/** What the names of a type follow from. */
const FOLLOWS = { cluster: 'endpoint', listener: 'route' } as const

/** Of a client that has virtual hosts by VHDS: how many it is to get, and the names it asks for (on demand). */
export interface VirtualHosts {
  readonly count: number
  readonly hosts: readonly string[]
}

const TYPES = ['cluster', 'endpoint', 'listener', 'route', 'virtualHost'] as const

export class BenchClient {
  readonly #shared: Shared
  readonly #address: string
  readonly #node: object
  readonly #onResponse: (response: Response, size: number) => void
  readonly #virtualHosts: VirtualHosts | undefined
  #session: ClientHttp2Session | undefined
  #stream: ClientHttp2Stream | undefined
  #parts: Buffer[] = []
  #size = 0
  #first = true
  /** Something came on this connection. */
  #heard = false
  #retry: NodeJS.Timeout | undefined
  #held = new Map<ResourceType, Holding>()
  readonly #versions = new Map<ResourceType, string>()
  readonly #nonces = new Map<ResourceType, string>()
  readonly #names = new Map<ResourceType, readonly string[]>()
  bytes = 0
  responses = 0
  /** Why the stream ended, if it was not by `disconnect`. */
  failure: string | undefined

  constructor(
    shared: Shared,
    options: {
      readonly address: string
      readonly node: object
      readonly onResponse: (response: Response, size: number) => void
      readonly virtualHosts?: VirtualHosts
    },
  ) {
    this.#virtualHosts = options.virtualHosts
    this.#shared = shared
    this.#address = options.address
    this.#node = options.node
    this.#onResponse = options.onResponse
  }

  /** Opens a connection and a stream, and asks for everything, telling what is held. */
  connect(): void {
    const session = connect(`http://${this.#address}`, {
      settings: { initialWindowSize: STREAM_WINDOW, enablePush: false },
    })
    session.once('connect', () => session.setLocalWindowSize(CONNECTION_WINDOW))
    session.on('error', (error) => this.#fail(session, error.message))
    const stream = session.request({
      ':method': 'POST',
      ':path': PATHS[this.#shared.mode],
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    stream.on('data', (bytes: Buffer) => this.#receive(bytes))
    stream.on('error', (error) => this.#fail(session, error.message))
    stream.on('close', () => this.#fail(session, 'the server ended the stream'))
    this.#session = session
    this.#stream = stream
    this.#first = true
    this.#heard = false
    this.#parts = []
    this.#size = 0
    this.#nonces.clear()
    for (const type of TYPES) {
      const wildcard = type === 'cluster' || type === 'listener'
      if (wildcard || this.#names.has(type)) this.#hello(type)
    }
  }

  disconnect(): void {
    const session = this.#session
    clearTimeout(this.#retry)
    this.#session = undefined
    session?.destroy()
  }

  /** Whether everything that was asked for is there. */
  get isComplete(): boolean {
    for (const type of ['cluster', 'listener'] as const) {
      if (!this.#held.has(type)) return false
    }
    if (this.count('virtualHost') < (this.#virtualHosts?.count ?? 0)) return false
    for (const [type, names] of this.#names) {
      if (type === 'virtualHost') continue
      if (names.length > 0 && (this.#held.get(type)?.versions.size ?? 0) < names.length) {
        return false
      }
    }
    return true
  }

  count(type: ResourceType): number {
    return this.#held.get(type)?.versions.size ?? 0
  }

  /** A version is a hash of the resource's bytes. */
  fingerprint(): string {
    const hash = createHash('sha256')
    for (const type of TYPES) {
      const versions = this.#held.get(type)?.versions ?? new Map<string, string>()
      for (const pair of [...versions].sort(([a], [b]) => (a < b ? -1 : 1)))
        hash.update(pair.join())
      hash.update(type)
    }
    return hash.digest('hex')
  }

  /** What it holds of what it asked for, for error messages. */
  describe(): string {
    return TYPES.map(
      (type) => `${type} ${this.count(type)}/${this.#names.get(type)?.length ?? '*'}`,
    ).join(' ')
  }

  /** A connection that was never taken up, as when a thousand come at once, is tried again, as a proxy does. */
  #fail(session: ClientHttp2Session, text: string): void {
    if (this.#session !== session) return
    if (this.#heard) {
      this.failure ??= text
      return
    }
    this.#session = undefined
    session.destroy()
    this.#retry = setTimeout(() => this.connect(), RETRY)
  }

  #receive(bytes: Buffer): void {
    this.#heard = true
    this.#parts.push(bytes)
    this.#size += bytes.length
    while (this.#size >= 5) {
      if (this.#parts[0]!.length < 5) this.#parts = [Buffer.concat(this.#parts)]
      const end = 5 + this.#parts[0]!.readUInt32BE(1)
      if (this.#size < end) return
      const whole = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts)
      const rest = whole.subarray(end)
      this.#parts = rest.length > 0 ? [rest] : []
      this.#size = rest.length
      this.#answer(whole.subarray(5, end), end - 5)
    }
  }

  #answer(bytes: Buffer, size: number): void {
    const response = this.#shared.reader.read(bytes)
    const { type, nonce, version } = response
    this.bytes += size
    this.responses++
    this.#hold(response)
    this.#nonces.set(type, nonce)
    this.#versions.set(type, version)
    if (type === 'cluster' || type === 'listener') this.#follow(type)
    if (type === 'route') this.#askVirtualHosts()
    if (this.#shared.mode === 'sotw') this.#list(type)
    else this.#send(encodeRequest('delta', { type_url: urlOf(type), response_nonce: nonce }))
    this.#onResponse(response, size)
  }

  #hold({ type, payload, removed }: Response): void {
    const before = this.#held.get(type) ?? NOTHING
    const full = this.#shared.mode === 'sotw' && (type === 'cluster' || type === 'listener')
    const after = full ? holdingOf(this.#shared, NOTHING, payload) : before
    const now = full ? after : holdingOf(this.#shared, before, payload)
    this.#held.set(type, removed.length === 0 ? now : without(now, removed))
  }

  /** Names that follow from what is held now: asked for before the response is answered, as Envoy does. */
  #follow(type: 'cluster' | 'listener'): void {
    const other = FOLLOWS[type]
    const names = namesOf(this.#shared, this.#held.get(type)!)
    const known = this.#names.get(other)
    if (known && sameNames(names, known)) return
    this.#names.set(other, names)
    if (names.length === 0 && !known) return
    if (!known) this.#hello(other)
    else if (this.#shared.mode === 'sotw') this.#list(other)
    else this.#adjust(other, known, names)
  }

  /** As Envoy: first with no name, then what requests ask for. */
  #askVirtualHosts(): void {
    const [route] = this.#names.get('route') ?? []
    if (!this.#virtualHosts || route === undefined || this.#names.has('virtualHost')) return
    const { hosts } = this.#virtualHosts
    const names = hosts.map((host) => `${route}/${host}`)
    this.#names.set('virtualHost', ['*', ...names])
    this.#send(encodeRequest('delta', { type_url: urlOf('virtualHost') }))
    if (names.length === 0) return
    this.#send(
      encodeRequest('delta', {
        type_url: urlOf('virtualHost'),
        resource_names_subscribe: names,
      }),
    )
  }

  #adjust(other: ResourceType, known: readonly string[], names: readonly string[]): void {
    const had = new Set(known)
    const has = new Set(names)
    const added = names.filter((name) => !had.has(name))
    const gone = known.filter((name) => !has.has(name))
    if (added.length + gone.length === 0) return
    this.#send(
      encodeRequest('delta', {
        type_url: urlOf(other),
        resource_names_subscribe: added,
        resource_names_unsubscribe: gone,
      }),
    )
  }

  #hello(type: ResourceType): void {
    if (this.#shared.mode === 'sotw') {
      this.#list(type)
      return
    }
    const names = this.#names.get(type)
    const held = this.#held.get(type) ?? NOTHING
    const build = () =>
      encodeRequest('delta', {
        type_url: urlOf(type),
        resource_names_subscribe: names ?? ['*'],
        initial_resource_versions: Object.fromEntries(held.versions),
      })
    const known = remember(this.#shared.hellos, held, () => new Map<string, Buffer>())
    this.#send(held === NOTHING ? build() : remember(known, type, build))
  }

  /** State of the world: every request lists all names. */
  #list(type: ResourceType): void {
    const names = this.#names.get(type) ?? NO_NAMES
    const head = remember(
      remember(this.#shared.parts, names, () => new Map<string, Buffer>()),
      type,
      () => encodeRequest('sotw', { type_url: urlOf(type), resource_names: names }),
    )
    const rest = encodeRequest('sotw', {
      version_info: this.#versions.get(type) ?? '',
      response_nonce: this.#nonces.get(type) ?? '',
    })
    this.#send(head, rest)
  }

  #send(...parts: readonly Buffer[]): void {
    const node = this.#first ? encodeRequest(this.#shared.mode, { node: this.#node }) : undefined
    this.#first = false
    const all = node ? [node, ...parts] : parts
    const length = all.reduce((sum, part) => sum + part.length, 0)
    const header = Buffer.alloc(5)
    header.writeUInt32BE(length, 1)
    this.#stream?.write(Buffer.concat([header, ...all]))
  }
}

const NO_NAMES: readonly string[] = []

/** Milliseconds; Envoy's first. */
const RETRY = 500

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((name, index) => name === b[index]))
}

function urlOf(type: ResourceType): string {
  return TYPE_PREFIX + MESSAGE_NAMES[type]
}

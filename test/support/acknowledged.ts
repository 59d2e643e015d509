// What a control plane knows of a proxy by the messages of their streams alone: what was sent, and what of it was acknowledged or refused.
import type { ResourceType } from '../../src/model/resource.ts'
import type { Mode } from '../../src/xds/holdings.ts'
import type { Sending } from '../../src/xds/order.ts'
import type { Request } from '../../src/xds/request.ts'

/** A response whose answer was not read yet. */
interface Open {
  readonly sending: Sending
  /** Names whose version is another one than was acknowledged. */
  readonly changed: readonly string[]
  /** Of these, clusters that waited for endpoints before; of endpoints, those that a cluster waited for. */
  readonly cold: ReadonlySet<string>
}

/** Types for which a first request without names means all. */
const LEGACY_WILDCARD: ReadonlySet<ResourceType> = new Set(['cluster', 'listener'])

/** For names of clusters and endpoints, which are the same in the model. */
export class Acknowledged {
  readonly #mode: Mode
  readonly #open = new Map<ResourceType, Open>()
  readonly #versions = new Map<ResourceType, Map<string, string>>()
  /** Clusters under way when the stream ended. */
  #lost: Open | undefined
  readonly #watched = new Map<ResourceType, { names: Set<string>; wildcard: boolean }>()
  /** State of the world: lists by their version, which a proxy tells when it comes back. */
  readonly #lists = new Map<string, ReadonlyMap<string, string>>()
  readonly #refused = new Set<string>()
  /** Clusters whose endpoints were not sent since they changed. */
  readonly #cold = new Set<string>()
  /** Endpoints that were refused with others, and which it may have applied. */
  readonly #doubtful = new Set<string>()

  constructor(mode: Mode) {
    this.#mode = mode
  }

  /** The version that the proxy said it has; in the state of the world it is that of the last list. */
  versionOf(type: ResourceType, name: string): string | undefined {
    return this.#versions.get(type)?.get(name)
  }

  watches(type: ResourceType, name: string): boolean {
    const watched = this.#watched.get(type)
    return watched !== undefined && (watched.wildcard || watched.names.has(name))
  }

  hasRefused(type: ResourceType, name: string, version: string): boolean {
    return this.#refused.has(`${type}/${name}@${version}`)
  }

  isOpen(type: ResourceType): boolean {
    return this.#open.has(type)
  }

  /** Its cluster was sent, and its endpoints were not sent since, or were refused with others. */
  isCold(cluster: string): boolean {
    return this.#cold.has(cluster) || this.#doubtful.has(cluster)
  }

  /** There are no endpoints that could be sent for these now: their clusters are in use without, whatever comes later. */
  needNone(isNone: (cluster: string) => boolean): void {
    if (this.#open.has('cluster')) return
    for (const waiting of [this.#cold, this.#doubtful]) {
      for (const name of waiting) if (isNone(name)) waiting.delete(name)
    }
  }

  /** The stream ended; what the proxy has it tells on the next one. */
  reconnect(): void {
    this.#lost = this.#open.get('cluster') ?? this.#lost
    this.#open.clear()
    this.#watched.clear()
  }

  /** Of another process, which knows nothing of endpoints that are still under way. */
  restart(): void {
    this.reconnect()
    this.#cold.clear()
    this.#doubtful.clear()
  }

  sent(sending: Sending): void {
    const { type, response } = sending
    const names = response.resources.map(({ name }) => name)
    const changed = response.resources
      .filter(({ name, version }) => this.versionOf(type, name) !== version)
      .map(({ name }) => name)
    const list = response.resources.map(({ name, version }) => [name, version] as const)
    this.#lists.set(`${type} ${response.version}`, new Map(list))
    const concerned = type === 'endpoint' ? [...names, ...response.removed] : changed
    const cold = new Set(concerned.filter((name) => this.isCold(name)))
    this.#open.set(type, { sending, changed, cold })
    if (type === 'cluster') for (const name of changed) this.#cold.add(name)
    if (type !== 'endpoint') return
    for (const name of concerned) {
      this.#cold.delete(name)
      this.#doubtful.delete(name)
    }
  }

  /** True if it answers the open response of its type. */
  heard(type: ResourceType, request: Request): boolean {
    this.#watch(type, request)
    const open = this.#open.get(type)
    if (!open || open.sending.response.nonce !== request.nonce) return false
    this.#open.delete(type)
    if (request.error === undefined) this.#accepted(open)
    else this.#rejected(open, request.error)
    return true
  }

  #watch(type: ResourceType, { names, unsubscribed, versions, version }: Request): void {
    const known = this.#watched.get(type)
    const own = names.filter((name) => name !== '*')
    if (!known) {
      const wildcard = names.includes('*') || (names.length === 0 && LEGACY_WILDCARD.has(type))
      this.#watched.set(type, { names: new Set(own), wildcard })
      const list = LEGACY_WILDCARD.has(type) && this.#lists.get(`${type} ${version}`)
      if (this.#mode === 'delta') this.#versions.set(type, new Map(versions))
      else if (list) this.#versions.set(type, new Map(list))
      if (type === 'endpoint') for (const name of versions.keys()) this.#doubtful.delete(name)
      if (type === 'cluster') this.#find()
    } else if (this.#mode === 'sotw') {
      const isList = names.length > 0 || known.names.size > 0 || !known.wildcard
      if (isList) this.#watched.set(type, { names: new Set(own), wildcard: names.includes('*') })
    } else {
      for (const name of own) known.names.add(name)
      for (const name of unsubscribed) known.names.delete(name)
      if (names.includes('*')) known.wildcard = true
      if (unsubscribed.includes('*')) known.wildcard = false
    }
    const has = this.#versions.get(type)
    for (const name of has?.keys() ?? []) if (!this.watches(type, name)) has!.delete(name)
  }

  /** What it does not say it has, of what was under way, changed nothing. */
  #find(): void {
    for (const { name, version } of this.#lost?.sending.response.resources ?? []) {
      const isLost = this.#lost!.changed.includes(name) && !this.#lost!.cold.has(name)
      if (isLost && this.versionOf('cluster', name) !== version) this.#cold.delete(name)
    }
    this.#lost = undefined
  }

  #accepted({ sending: { type, response } }: Open): void {
    const isList = this.#mode === 'sotw' && LEGACY_WILDCARD.has(type)
    const has = (!isList && this.#versions.get(type)) || new Map<string, string>()
    this.#versions.set(type, has)
    for (const { name, version } of response.resources) {
      if (this.watches(type, name)) has.set(name, version)
    }
    for (const name of response.removed) has.delete(name)
  }

  /** The proxy may have applied any part of what was new. If one resource alone was, it has what it had. */
  #rejected({ sending: { type, response }, changed, cold }: Open, error: string): void {
    for (const { name, version } of response.resources) {
      if (error.includes(`${name}:`)) this.#refused.add(`${type}/${name}@${version}`)
    }
    const [only] = changed
    if (changed.length === 1 && only !== undefined) {
      if (type === 'cluster' && !cold.has(only)) this.#cold.delete(only)
      return
    }
    for (const name of changed) this.#versions.get(type)?.delete(name)
    if (type === 'endpoint') for (const name of cold) this.#doubtful.add(name)
  }
}

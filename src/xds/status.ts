// What is known of a stream, for `lotse status`, the API and metrics.
import {
  type HeldBack,
  RESOURCE_TYPES,
  type ResourceSet,
  type ResourceType,
} from '../model/resource.ts'
import { type Held, heldOf, isSubscribed, type Mode, type Subscription } from './holdings.ts'
import type { Delivery } from './order.ts'
import { printable } from './rejection.ts'
import { pendingOf } from './respond.ts'
import type { List, Sets } from './sets.ts'
import { isFailed } from './store.ts'
import { isGreeting, isVirtualHost } from './virtual-hosts.ts'

export interface StreamStatus {
  /** Id of the proxy; empty before its first request. */
  readonly proxy: string
  readonly mode: Mode
  /** Milliseconds since 1970. */
  readonly connectedAt: number
  readonly types: Readonly<Partial<Record<ResourceType, TypeStatus>>>
}

export interface TypeStatus {
  readonly wildcard: boolean
  /** Number of names asked for. */
  readonly subscribed: number
  /** Number of resources that the proxy has, as far as it has not refused them. */
  readonly held: number
  /** Resources sent so far, and names removed. */
  readonly sent: number
  readonly removed: number
  /** Responses accepted and refused so far. */
  readonly acked: number
  readonly nacks: number
  /** What the proxy said when it refused last. */
  readonly lastError?: string
  /** Names it refuses at present, or would: it has an older version of them, or none. */
  readonly rejected: readonly string[]
  /** It does not have all that it is to have: something is under way, or refused. */
  readonly stale: boolean
}

interface Counts {
  sent: number
  removed: number
  acked: number
  nacks: number
  lastError?: string
}

/** Counts of one stream by type. */
export class Tally {
  readonly #counts = new Map<ResourceType, Counts>()

  of(type: ResourceType): Readonly<Counts> {
    return this.#entry(type)
  }

  sent(type: ResourceType, resources: number, removed: number): void {
    const entry = this.#entry(type)
    entry.sent += resources
    entry.removed += removed
  }

  accepted(type: ResourceType): void {
    this.#entry(type).acked++
  }

  refused(type: ResourceType, text: string): void {
    const entry = this.#entry(type)
    entry.nacks++
    entry.lastError = text
  }

  #entry(type: ResourceType): Counts {
    let entry = this.#counts.get(type)
    if (!entry) {
      entry = { sent: 0, removed: 0, acked: 0, nacks: 0 }
      this.#counts.set(type, entry)
    }
    return entry
  }
}

export function statusOf(
  delivery: Delivery | undefined,
  tally: Tally,
  sets: Sets,
): StreamStatus['types'] {
  const types: Partial<Record<ResourceType, TypeStatus>> = {}
  for (const type of RESOURCE_TYPES) {
    const state = delivery?.subscriptions[type]
    if (!delivery || !state) continue
    const refused = heldBack(delivery, type).filter(({ reason }) => reason !== undefined)
    const [reason] = refused.map((one) => printable(one.reason!))
    types[type] = {
      wildcard: state.wildcard,
      subscribed: state.names.size,
      held: countHeld(state, sets),
      ...(reason === undefined ? {} : { lastError: reason }),
      ...tally.of(type),
      rejected: [...new Set([...state.rejected.keys(), ...refused.map(({ name }) => name)])],
      stale: isBehind(delivery, type, sets),
    }
  }
  return types
}

/** Whether something of this type is under way, or refused. */
export function isBehind(delivery: Delivery, type: ResourceType, sets: Sets): boolean {
  const state = delivery.subscriptions[type]
  if (!state) return false
  const { goal, latest } = delivery
  return goal[type] !== latest[type] || heldBack(delivery, type).length > 0 || isStale(state, sets)
}

function heldBack({ latest }: Delivery, type: ResourceType): readonly HeldBack[] {
  return (latest.heldBack ?? []).filter((one) => one.type === type)
}

/** The set without what the proxy did not ask for, where it has virtual hosts on demand. */
export function askedFor({ latest, subscriptions }: Delivery): ResourceSet {
  if (!latest.vhds?.onDemand) return latest
  const names = subscriptions.endpoint?.names
  const endpoint = latest.endpoint.map((chunk) => chunk.filter(({ name }) => names?.has(name)))
  const virtualHost = latest.virtualHost.map((chunk) => chunk.filter(isShown))
  return { ...latest, endpoint, virtualHost }
}

/** Answers are no virtual hosts, nor is what ends the wait for them. */
function isShown({ name }: { readonly name: string }): boolean {
  return isVirtualHost(name) && !isGreeting(name)
}

function countHeld(state: Subscription, sets: Sets): number {
  let count = countSettled(state, sets)
  const settled: Subscription = { ...state, differs: NOTHING }
  for (const [name, { version }] of state.differs) {
    if (!isSubscribed(state, name) || !isCounted(state, name)) continue
    if (heldOf(settled, name, sets)?.version !== undefined) count--
    if (version !== undefined) count++
  }
  return count
}

const NOTHING: ReadonlyMap<string, Held> = new Map()
const counts = new WeakMap<List, WeakMap<object, number>>()

/** The same for all streams that ask for the same of the same. */
function countSettled({ type, base, wildcard, names }: Subscription, sets: Sets): number {
  const all = wildcard ? base : names
  const known = counts.get(base) ?? new WeakMap<object, number>()
  counts.set(base, known)
  let count = known.get(all)
  if (count === undefined) {
    count = 0
    const asked = wildcard ? new Set(base.flat().map(({ name }) => name)) : names
    for (const name of asked) {
      const entry = isCounted({ type }, name) ? sets.get(base, name) : undefined
      if (entry && !isFailed(entry)) count++
    }
    known.set(all, count)
  }
  return count
}

function isCounted({ type }: { readonly type: ResourceType }, name: string): boolean {
  return type !== 'virtualHost' || isShown({ name })
}

function isStale(state: Subscription, sets: Sets): boolean {
  if (state.outstanding || state.rejected.size > 0) return true
  const { additions, absent, removals } = pendingOf(state, sets)
  return additions.length + absent.length + removals.length > 0
}

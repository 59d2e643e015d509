// What a proxy has and wants of one resource type on one stream; data and questions about it.
import type { Resource, ResourceType } from '../model/resource.ts'
import { EMPTY, type List, type Sets } from './sets.ts'
import { type Encoded, isFailed } from './store.ts'

/** The two forms of the protocol: changes only, or (state of the world) lists. */
export type Mode = 'delta' | 'sotw'

/** What the proxy has under a name, where that differs from `base`. */
export interface Held {
  /** Undefined: it has nothing under this name. */
  readonly version: string | undefined
  /** Its bytes, where they are known: not of all that came on an earlier stream. Of what it does not have: what it had accepted before it lost it. */
  readonly encoded?: Encoded | undefined
  /**
   * Why it is sent what it is to have, even if that is the same. `asked`: it waits for an answer. `refused`: it may have
   * applied a part of a response that it refused.
   */
  readonly doubt: 'asked' | 'refused' | undefined
  /** Its answer to this was not heard before an earlier stream ended. */
  readonly sent?: Encoded
}

export const ABSENT: Held = Object.freeze({ version: undefined, doubt: undefined })

/** Content that this proxy refused; other content under the same name is tried again. */
export interface Rejection extends PastRejection {
  readonly resource?: Resource
}

/** As it is known after a restart. */
export interface PastRejection {
  readonly type: ResourceType
  readonly name: string
  readonly version: string
  /** What the proxy said. */
  readonly text: string
}

/** A response that was neither accepted nor refused yet. At most one a type. */
export interface Outstanding {
  readonly nonce: string
  /** Resources that were new in it, with what the proxy had before. */
  readonly sent: readonly { readonly resource: Encoded; readonly before: Held | undefined }[]
  readonly removed: readonly string[]
}

/** Never changed, always replaced. */
export interface Subscription {
  readonly type: ResourceType
  readonly mode: Mode
  readonly wildcard: boolean
  /** Subscribed by name; under a wildcard too. */
  readonly names: ReadonlySet<string>
  /** A request listed names; from then on an empty state-of-the-world list means none and no longer all. */
  readonly listed: boolean
  /** What the proxy has of what it subscribed, apart from `differs`. */
  readonly base: List
  /** What it is to have. */
  readonly target: List
  readonly differs: ReadonlyMap<string, Held>
  readonly outstanding: Outstanding | undefined
  /** Names of refused responses, to be sent again in these groups, one response each. */
  readonly groups: readonly (readonly string[])[]
  readonly rejected: ReadonlyMap<string, Rejection>
  /** The first answer to a wildcard goes out even if it is empty: a starting proxy waits for it. */
  readonly owesAnswer: boolean
  /** Number of responses so far; it is their nonce. */
  readonly count: number
}

/** All of one stream; of one shape, so that copies are cheap. */
export type Subscriptions = Readonly<Record<ResourceType, Subscription | undefined>>

export const NO_SUBSCRIPTIONS: Subscriptions = Object.freeze({
  ...{ cluster: undefined, endpoint: undefined, secret: undefined, listener: undefined },
  ...{ route: undefined, virtualHost: undefined, extensionConfig: undefined, runtime: undefined },
})

export interface Response {
  readonly nonce: string
  /** All resources in it. */
  readonly resources: readonly Encoded[]
  /** Those of them that are new to the proxy. */
  readonly additions: readonly Encoded[]
  /** Names that are gone or never were; in a state-of-the-world response it is their absence that says so. */
  readonly removed: readonly string[]
  /** `version_info` of a state-of-the-world response. */
  readonly version: string
}

/** The response to a state, if one is due, and the state after it. */
export interface Answer {
  readonly state: Subscription
  readonly send?: Response
}

const NO_NAMES: ReadonlySet<string> = new Set()

/** From an earlier stream of the proxy. */
export interface Remembered {
  readonly rejected?: ReadonlyMap<string, Rejection> | undefined
  readonly held?: ReadonlyMap<string, Held> | undefined
}

export function createSubscription(
  type: ResourceType,
  mode: Mode,
  target: List,
  { rejected, held }: Remembered = {},
): Subscription {
  return {
    type,
    mode,
    wildcard: false,
    names: NO_NAMES,
    listed: false,
    base: EMPTY,
    target,
    differs: held ?? new Map(),
    outstanding: undefined,
    groups: [],
    rejected: rejected ?? new Map(),
    owesAnswer: false,
    count: 0,
  }
}

/** Types whose state-of-the-world response lists everything: what is missing in it is removed. */
export function isFullState(state: Subscription): boolean {
  return state.mode === 'sotw' && (state.type === 'cluster' || state.type === 'listener')
}

export function isSubscribed(state: Subscription, name: string): boolean {
  return state.wildcard || state.names.has(name)
}

/**
 * Of an extension Envoy keeps the configuration that it refused. It refuses listeners that come to name it, and accepts the same
 * configuration when it comes again without using it, until it is sent another or told that there is none.
 */
export function keepsRefused({ type }: Subscription): boolean {
  return type === 'extensionConfig'
}

/** What the proxy has under a name it subscribed; undefined if nothing. */
export function heldOf(state: Subscription, name: string, sets: Sets): Held | undefined {
  const held = state.differs.get(name)
  if (held) return held
  const entry = sets.get(state.base, name)
  if (!entry || isFailed(entry)) return undefined
  return { version: entry.version, encoded: entry, doubt: undefined }
}

/** Every subscribed name under which the proxy may have something or is to have something. */
export function subscribedNames(state: Subscription): ReadonlySet<string> {
  if (!state.wildcard) return state.names
  const names = new Set(state.differs.keys())
  for (const list of state.base === state.target ? [state.base] : [state.target, state.base]) {
    for (const chunk of list) for (const { name } of chunk) names.add(name)
  }
  return names
}

/** One version for all that the proxy has, independent of order: what state-of-the-world calls `version_info`. */
export function versionOf(state: Subscription, sets: Sets): string {
  let high = 0
  let low = 0
  for (const name of subscribedNames(state)) {
    const version = heldOf(state, name, sets)?.version
    if (version === undefined) continue
    high ^= Number.parseInt(version.slice(0, 8), 16)
    low ^= Number.parseInt(version.slice(8, 16), 16)
  }
  return [high, low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
}

/**
 * A proxy that comes back asks for all its types at once. Only when it has answered something have they all been heard,
 * so that it is known which of them still have to change before a cluster goes.
 */
export function hasGreeted(clusters: Subscription | undefined): boolean {
  if (clusters?.mode !== 'delta') return true
  return clusters.count > (clusters.outstanding ? 1 : 0)
}

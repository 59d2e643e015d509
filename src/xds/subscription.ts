// What requests and changes do to one subscription, delta and state of the world: a pure state machine.
import type { ResourceType } from '../model/resource.ts'
import {
  ABSENT,
  type Held,
  heldOf,
  isSubscribed,
  keepsRefused,
  type Subscription,
  versionOf,
} from './holdings.ts'
import { isolate } from './isolate.ts'
import { type Allowance, EVERYTHING, type Response, respond } from './respond.ts'
import { EMPTY, type List, type Sets } from './sets.ts'
import { follow } from './states.ts'
import { type Encoded, isFailed } from './store.ts'

export type Event =
  | Connected
  | { readonly kind: 'subscribe'; readonly names: readonly string[] }
  | { readonly kind: 'unsubscribe'; readonly names: readonly string[] }
  | { readonly kind: 'ack'; readonly nonce: string }
  | { readonly kind: 'nack'; readonly nonce: string; readonly text: string }
  | { readonly kind: 'changed'; readonly target: List }
  /** Send these again although they did not change: a changed cluster warms until its endpoints come. */
  | { readonly kind: 'resend'; readonly names: readonly string[] }

/** First request on the stream, with what the proxy kept from an earlier stream. */
export interface Connected {
  readonly kind: 'connected'
  readonly names: readonly string[]
  /** Delta: `initial_resource_versions`. */
  readonly versions?: ReadonlyMap<string, string>
  /** State of the world: `version_info`. */
  readonly version?: string
}

export const WILDCARD = '*'

/** Types for which a first request without names means all; Envoy opens VHDS like that, too. */
const LEGACY_WILDCARD: ReadonlySet<ResourceType> = new Set(['cluster', 'listener', 'virtualHost'])

/** One event, and the response that it causes, if any. */
export function step(
  state: Subscription,
  event: Event,
  sets: Sets,
  allow: Allowance = EVERYTHING,
): { readonly state: Subscription; readonly send?: Response } {
  return respond(receive(state, event, sets), allow, sets)
}

/** The state after `event`. The nonce of an answer counts only if it is that of the outstanding response. */
export function receive(state: Subscription, event: Event, sets: Sets): Subscription {
  switch (event.kind) {
    case 'connected':
      return connect(state, event, sets)
    case 'subscribe':
      return together(state, event, sets, subscribe)
    case 'unsubscribe':
      return unsubscribe(state, event.names, sets)
    case 'ack':
      return accept(state, event.nonce, sets)
    case 'nack':
      return refuse(state, event.nonce, event.text)
    case 'changed':
      return retarget(state, event.target, sets)
    case 'resend':
      return together(state, event, sets, ask)
  }
}

/** What may happen to all streams in the same state alike; of a first request how it asks. */
const KINDS = {
  ...{ ack: {}, changed: {}, subscribe: {}, resend: {} },
  ...{ all: {}, listed: {}, named: {}, none: {} },
} as const

/** What many streams ask for in the same state is looked up once. */
function together(
  state: Subscription,
  { kind, names }: { readonly kind: 'subscribe' | 'resend'; readonly names: readonly string[] },
  sets: Sets,
  apply: (state: Subscription, names: readonly string[], sets: Sets) => Subscription,
): Subscription {
  if (names.length === 0) return state
  const all = sets.names(new Set(names))
  return follow(state, KINDS[kind], all, sets, () => apply(state, names, sets))
}

function accept(state: Subscription, nonce: string, sets: Sets): Subscription {
  if (state.outstanding?.nonce !== nonce) return state
  const { ack } = KINDS
  return follow(state, ack, ack, sets, () => ({ ...state, outstanding: undefined }))
}

function connect(state: Subscription, event: Connected, sets: Sets): Subscription {
  const wildcard =
    event.names.includes(WILDCARD) || (event.names.length === 0 && LEGACY_WILDCARD.has(state.type))
  const asked = new Set(event.names.map((name) => sets.shared(state.target, name)))
  asked.delete(WILDCARD)
  const names = sets.names(asked)
  const listed = event.names.length > 0
  const begin = () => begun(state, event, { wildcard, names, listed }, sets)
  // What it has from an earlier stream is its own.
  if (event.version || (event.versions?.size ?? 0) > 0) return begin()
  const kind = wildcard ? (listed ? 'listed' : 'all') : listed ? 'named' : 'none'
  return follow(state, KINDS[kind], names, sets, begin)
}

function begun(
  state: Subscription,
  event: Connected,
  { wildcard, names, listed }: Pick<Subscription, 'wildcard' | 'names' | 'listed'>,
  sets: Sets,
): Subscription {
  const rejected = stillMeant(state.rejected, state.target, sets)
  const fresh: Subscription = {
    ...state,
    wildcard,
    names,
    listed,
    rejected,
    owesAnswer: wildcard,
  }
  if (state.mode === 'sotw' && event.version) {
    const unchanged: Subscription = { ...fresh, base: state.target, owesAnswer: false }
    if (versionOf(unchanged, sets) === event.version) return unchanged
  }
  const differs = new Map<string, Held>()
  // A name that is asked for gets an answer, if only that it does not exist.
  for (const name of names) differs.set(name, { version: undefined, doubt: 'asked' })
  for (const [name, version] of event.versions ?? [])
    differs.set(name, { version, doubt: undefined })
  for (const [name, known] of state.differs) {
    const held = differs.get(name)
    if (held) differs.set(name, returned(state, held, known))
  }
  // The removal of clusters waits for a first answer of the proxy, so it must have something to answer.
  const owesAnswer = wildcard || (state.mode === 'delta' && state.type === 'cluster')
  return { ...fresh, differs, owesAnswer }
}

/** With what is known from an earlier stream. In the state of the world a proxy does not tell what it has. */
function returned({ mode }: Subscription, held: Held, known: Held): Held {
  if (held.version === known.version)
    return known.doubt === 'refused' ? known : { ...known, doubt: held.doubt }
  if (mode === 'sotw') return { ...known, doubt: 'asked' }
  if (held.version === known.sent?.version) return { ...held, encoded: known.sent }
  return held.version === undefined ? { ...held, encoded: known.encoded } : held
}

function subscribe(state: Subscription, added: readonly string[], sets: Sets): Subscription {
  let next: Subscription = { ...state, listed: true }
  if (added.includes(WILDCARD) && !state.wildcard) {
    // `base` speaks of what is subscribed, which is everything from now on: spell out what the proxy has.
    const differs = new Map<string, Held>()
    for (const name of state.names) differs.set(name, heldOf(state, name, sets) ?? ABSENT)
    next = { ...next, wildcard: true, base: EMPTY, differs, owesAnswer: true }
  }
  const named = added
    .filter((name) => name !== WILDCARD)
    .map((name) => sets.shared(state.target, name))
  if (named.length === 0) return next
  const names = sets.names(new Set([...state.names, ...named]))
  return ask({ ...next, names }, named, sets, state)
}

function unsubscribe(state: Subscription, gone: readonly string[], sets: Sets): Subscription {
  const names = new Set(state.names)
  for (const name of gone) names.delete(name)
  const wildcard = state.wildcard && !gone.includes(WILDCARD)
  const next: Subscription = {
    ...state,
    names: sets.names(names),
    wildcard,
    owesAnswer: state.owesAnswer && wildcard,
  }
  // The proxy cannot know what the wildcard still covers: answer for it again.
  if (wildcard) return ask(next, gone, sets)
  return { ...next, differs: only(state.differs, names), rejected: only(state.rejected, names) }
}

function only<V>(map: ReadonlyMap<string, V>, names: ReadonlySet<string>): ReadonlyMap<string, V> {
  return new Map([...map].filter(([name]) => names.has(name)))
}

/** Marks names as asked for, so that each is answered again. What was not subscribed `before`, the proxy does not have. */
function ask(
  state: Subscription,
  names: readonly string[],
  sets: Sets,
  before = state,
): Subscription {
  const differs = new Map(state.differs)
  for (const name of names) {
    if (!isSubscribed(state, name)) continue
    const held = isSubscribed(before, name) ? heldOf(state, name, sets) : undefined
    differs.set(name, { ...(held ?? ABSENT), doubt: 'asked' })
  }
  return { ...state, differs }
}

/** After a refusal nothing of that response counts as sent; alone in its response, a resource is the guilty one. */
function refuse(state: Subscription, nonce: string, text: string): Subscription {
  const refused = state.outstanding
  if (refused?.nonce !== nonce) return state
  const differs = new Map(state.differs)
  const rejected = new Map(state.rejected)
  const names = refused.sent.map(({ resource }) => resource.name)
  const alone = names.length === 1
  for (const { resource, before: had } of refused.sent) {
    const { name } = resource
    if (!isSubscribed(state, name)) continue
    // Asked for since it was sent, too.
    const isAsked = had && !had.doubt && differs.get(name)?.doubt === 'asked'
    const before: Held | undefined = isAsked ? { ...had, doubt: 'asked' } : had
    // The last good version of what is rejected: it is not the guilty one.
    const isRepeat = resource === before?.encoded
    if (alone && !(isRepeat && rejected.has(name)))
      rejected.set(name, { ...refusedNow(resource), text })
    differs.set(
      name,
      alone ? afterRefusal(state, before, isRepeat) : { ...(before ?? ABSENT), doubt: 'refused' },
    )
  }
  // A refused response may have removed nothing. Removals that are refused on their own are not repeated.
  if (names.length > 0) {
    for (const name of refused.removed) differs.set(name, { ...ABSENT, doubt: 'refused' })
  }
  const groups = alone ? state.groups : [...isolate(names, text), ...state.groups]
  return { ...state, outstanding: undefined, differs, rejected, groups }
}

function refusedNow({ type, name, version, resource }: Encoded) {
  return { type, name, version, resource }
}

/** What the proxy has when it refused one resource, alone. */
function afterRefusal(state: Subscription, before: Held | undefined, isRepeat: boolean): Held {
  const { version } = before ?? ABSENT
  if (keepsRefused(state)) {
    if (!isRepeat) return { ...(before ?? ABSENT), doubt: 'refused' }
    // Refused, too: it is not sent once more.
    return { version, doubt: version === undefined ? 'refused' : undefined }
  }
  // A cluster that warms waits for what it has, too.
  if (before?.doubt === 'asked' && version !== undefined && !isRepeat) return before
  // It was not applied, so the proxy has what it had. In the state of the world it does not tell what it had before the stream.
  const isKnown = before ? before.doubt !== 'refused' : state.mode === 'delta'
  return { ...(before ?? ABSENT), doubt: isKnown ? undefined : 'refused' }
}

function retarget(state: Subscription, target: List, sets: Sets): Subscription {
  if (target === state.target) return state
  return follow(state, KINDS.changed, target, sets, () => ({
    ...state,
    target,
    rejected: stillMeant(state.rejected, target, sets),
  }))
}

/** An edited object is tried again. */
function stillMeant(
  rejected: Subscription['rejected'],
  target: List,
  sets: Sets,
): Subscription['rejected'] {
  if (rejected.size === 0) return rejected
  return new Map(
    [...rejected].filter(([name, { version }]) => {
      const entry = sets.get(target, name)
      return entry && !isFailed(entry) && entry.version === version
    }),
  )
}

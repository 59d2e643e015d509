// What a subscription is to be sent now: the difference between what the proxy has and what it is to have.
import {
  ABSENT,
  type Answer,
  type Held,
  heldOf,
  isFullState,
  isSubscribed,
  keepsRefused,
  type Response,
  type Subscription,
  subscribedNames,
  versionOf,
} from './holdings.ts'
import type { List, Sets } from './sets.ts'
import { answered } from './states.ts'
import { type Encoded, isFailed } from './store.ts'
import { greetingName } from './virtual-hosts.ts'

export type { Response } from './holdings.ts'

/** What may be sent now; the order between types decides it. */
export interface Allowance {
  readonly additions: boolean
  readonly removals: boolean
  /** Names that are not removed all the same. */
  readonly keeps?: (name: string) => boolean
}

export const EVERYTHING: Allowance = { additions: true, removals: true }

export interface Pending {
  readonly additions: readonly Encoded[]
  /** Names without a resource of which the proxy must hear that. */
  readonly absent: readonly string[]
  readonly removals: readonly string[]
}

/** Bytes of resources in one delta response, at most, if it holds more than one. */
const SLICE_BYTES = 1 << 20

const NOTHING: Pending = Object.freeze({ additions: [], absent: [], removals: [] })

/** Everything that is not yet sent, whether or not it may be. */
export function pendingOf(state: Subscription, sets: Sets): Pending {
  if (state.base === state.target && state.differs.size === 0) return NOTHING
  const known = pendingsFor(state, sets)
  const key = isPlain(state) ? (state.wildcard ? state.target : state.names) : state
  let pending = known.get(key)
  if (!pending) {
    pending = computePending(state, sets)
    known.set(key, pending)
  }
  return pending
}

/** It has what the base says: then the same is pending for all streams that ask for the same. */
function isPlain({ differs, rejected }: Subscription): boolean {
  return differs.size + rejected.size === 0
}

/** A state never changes, and the order between types asks often: by state, or by what many states have in common. */
type Pendings = WeakMap<object, Pending>

const pendings: Pendings = new WeakMap()
const common = new WeakMap<Sets, WeakMap<List, WeakMap<List, Pendings>>>()

function pendingsFor(state: Subscription, sets: Sets): Pendings {
  if (!isPlain(state)) return pendings
  const { base, target } = state
  const all = common.get(sets) ?? new WeakMap<List, WeakMap<List, Pendings>>()
  common.set(sets, all)
  const since = all.get(base) ?? new WeakMap<List, Pendings>()
  all.set(base, since)
  const until = since.get(target) ?? new WeakMap<object, Pending>()
  since.set(target, until)
  return until
}

function computePending(state: Subscription, sets: Sets): Pending {
  const additions: Encoded[] = []
  const absent: string[] = []
  const removals: string[] = []
  for (const name of undecidedNames(state, sets)) {
    if (!isSubscribed(state, name)) continue
    const held = heldOf(state, name, sets)
    const due = dueFor(state, name, held, sets)
    if (due === 'remove') (isAwaited(state, held) ? absent : removals).push(name)
    else if (due) additions.push(due)
  }
  return { additions, absent, removals }
}

/** Under which the proxy may have something else than it is to have. */
export function undecidedNames(state: Subscription, sets: Sets): Iterable<string> {
  const touched = sets.touched(state.base, state.target)
  return state.differs.size === 0 ? touched : new Set([...touched, ...state.differs.keys()])
}

/** What must be sent for a name: a resource, its removal or nothing. */
function dueFor(
  state: Subscription,
  name: string,
  held: Held | undefined,
  sets: Sets,
): Encoded | 'remove' | undefined {
  const entry = sets.get(state.target, name)
  if (!entry) {
    if (held?.doubt !== 'asked' && isLeft(state, name, sets)) return undefined
    return held && (held.version !== undefined || held.doubt) ? 'remove' : undefined
  }
  const withheld = isFailed(entry) || state.rejected.get(name)?.version === entry.version
  const isKept = held?.doubt === 'refused' && keepsRefused(state)
  if (!withheld && !isKept) {
    return held && !held.doubt && held.version === entry.version ? undefined : entry
  }
  // Withheld: the proxy keeps the last good version, and is sent that again if it asks, or kept what it refused.
  if (!held || !isAwaited(state, held)) return undefined
  return held.encoded ?? (held.version === undefined ? 'remove' : withheld ? undefined : entry)
}

/** The proxy waits to hear what there is, or must hear it to get on. */
function isAwaited(state: Subscription, held: Held | undefined): boolean {
  return held?.doubt === 'asked' || (held?.doubt === 'refused' && keepsRefused(state))
}

/** Connections of a listener that is replaced end with the virtual hosts they have: these go with their route configuration. */
function isLeft({ type, target }: Subscription, name: string, sets: Sets): boolean {
  const slash = type === 'virtualHost' ? name.indexOf('/') : -1
  return slash >= 0 && !sets.find(target, greetingName(name.slice(0, slash)))
}

/** No response can be due, whatever is allowed. */
export function isAtRest(state: Subscription): boolean {
  if (state.outstanding) return true
  const { base, target, differs, groups, owesAnswer } = state
  return base === target && differs.size + groups.length === 0 && !owesAnswer
}

/** The next response, if one is due, allowed, and none is outstanding. */
export function respond(state: Subscription, allow: Allowance, sets: Sets): Answer {
  if (state.outstanding) return { state }
  const answer = () => answerTo(state, pendingOf(state, sets), allow, sets)
  const picks = allow.removals && allow.keeps && pendingOf(state, sets).removals.length > 0
  return picks ? answer() : answered(state, allow, sets, answer)
}

function answerTo(state: Subscription, pending: Pending, allow: Allowance, sets: Sets): Answer {
  const [group, later] = nextGroup(state, pending)
  const chosen = choose(state, pending, group, allow)
  const rest = size(pending) - size(chosen)
  const groups = size(chosen) > 0 || rest === 0 ? later : state.groups
  const after = apply(groups === state.groups ? state : { ...state, groups }, chosen)
  const silent = state.mode === 'sotw' && !isFullState(state)
  const visible = silent ? chosen.additions.length : size(chosen)
  const owed = state.owesAnswer && allow.additions
  if (visible === 0 && !owed) return { state: rest === 0 ? settle(after, state, sets) : after }

  const nonce = String(state.count + 1)
  const removed = [...chosen.absent, ...chosen.removals]
  const sent = chosen.additions.map((resource) => ({
    resource,
    before: heldOf(state, resource.name, sets),
  }))
  const next: Subscription = {
    ...(rest === 0 ? settle(after, state, sets) : after),
    outstanding: { nonce, sent, removed },
    owesAnswer: false,
    count: state.count + 1,
  }
  const resources = isFullState(state) ? everything(next, sets) : chosen.additions
  const version = state.mode === 'sotw' ? versionOf(next, sets) : ''
  return { state: next, send: { nonce, resources, additions: chosen.additions, removed, version } }
}

/** The first group of a refused response of which something is still due, and the groups after it. */
function nextGroup(
  state: Subscription,
  { additions }: Pending,
): [group: ReadonlySet<string> | undefined, later: Subscription['groups']] {
  if (state.groups.length === 0) return [undefined, state.groups]
  const due = new Set(additions.map(({ name }) => name))
  const at = state.groups.findIndex((names) => names.some((name) => due.has(name)))
  if (at < 0) return [undefined, NO_GROUPS]
  return [new Set(state.groups[at]), state.groups.slice(at + 1)]
}

const NO_GROUPS: Subscription['groups'] = []

function choose(
  state: Subscription,
  pending: Pending,
  group: ReadonlySet<string> | undefined,
  allow: Allowance,
): Pending {
  const full = isFullState(state)
  if (group) {
    const additions = allow.additions ? pending.additions.filter(({ name }) => group.has(name)) : []
    return { ...NOTHING, additions: slice(state, additions) }
  }
  // A list of everything can hold removals back, but not send them while additions have to wait.
  const removals = allow.removals && (allow.additions || !full)
  return {
    additions: allow.additions ? slice(state, pending.additions) : [],
    absent: allow.additions ? pending.absent : [],
    removals: removals ? pending.removals.filter((name) => !allow.keeps?.(name)) : [],
  }
}

function slice(state: Subscription, additions: readonly Encoded[]): readonly Encoded[] {
  if (isFullState(state)) return additions
  // What Envoy refused among others and kept it takes for known and good when it comes again.
  if (keepsRefused(state)) return additions.slice(0, 1)
  let bytes = 0
  const end = additions.findIndex((resource, index) => {
    bytes += resource.deltaChunk.length
    return index > 0 && bytes > SLICE_BYTES
  })
  return end < 0 ? additions : additions.slice(0, end)
}

/** Whether all that is new of a type was answered; what is to go may wait. */
export function isThere(state: Subscription | undefined, sets: Sets): boolean {
  if (!state) return true
  const { additions, absent } = pendingOf(state, sets)
  return !state.outstanding && additions.length + absent.length === 0
}

export function isEmpty(pending: Pending): boolean {
  return size(pending) === 0
}

function size(pending: Pending): number {
  return pending.additions.length + pending.absent.length + pending.removals.length
}

/** What is sent counts as being there at once; a refusal takes it back. */
function apply(state: Subscription, chosen: Pending): Subscription {
  if (size(chosen) === 0) return state
  const differs = new Map(state.differs)
  for (const encoded of chosen.additions) {
    differs.set(encoded.name, { version: encoded.version, encoded, doubt: undefined })
  }
  for (const name of [...chosen.absent, ...chosen.removals]) differs.set(name, ABSENT)
  return { ...state, differs }
}

/** Nothing is due any more: the target is the new base, and only what differs from it stays noted. Identical if it was. */
function settle(after: Subscription, before: Subscription, sets: Sets): Subscription {
  if (after.base === after.target && after.differs.size === 0) return after
  const differs = new Map<string, Held>()
  const settled: Subscription = { ...after, base: after.target, differs }
  for (const name of undecidedNames(before, sets)) {
    if (!isSubscribed(after, name)) continue
    const held = heldOf(after, name, sets) ?? ABSENT
    const assumed = heldOf(settled, name, sets) ?? ABSENT
    if (held.version !== assumed.version || held.doubt) differs.set(name, held)
  }
  if (after.base === after.target && differs.size === after.differs.size) return after
  return settled
}

/**
 * What a response may change at the proxy. A list of the state of the world repeats what is not new, and that changes a proxy
 * which had applied its part of a response that it refused.
 */
export function changedIn(
  { additions, resources }: Response,
  before: Subscription,
): readonly Encoded[] {
  const repeated = resources.filter(({ name }) => before.differs.get(name)?.doubt === 'refused')
  return repeated.length === 0 ? additions : [...new Set([...additions, ...repeated])]
}

/** Contents of a response that lists everything. */
function everything(state: Subscription, sets: Sets): readonly Encoded[] {
  const resources: Encoded[] = []
  for (const name of subscribedNames(state)) {
    const encoded = heldOf(state, name, sets)?.encoded
    if (encoded) resources.push(encoded)
  }
  return resources
}

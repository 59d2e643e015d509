// What must not be forgotten when a stream ends, since the proxy does not tell it when it comes back.
import type { ResourceType } from '../model/resource.ts'
import {
  ABSENT,
  type Held,
  heldOf,
  type PastRejection,
  type Rejection,
  type Remembered,
  type Subscription,
  type Subscriptions,
  subscribedNames,
} from './holdings.ts'
import type { Sets } from './sets.ts'

export interface Memory {
  /** What it refused; the same would be refused again. */
  readonly rejected: ReadonlyMap<ResourceType, ReadonlyMap<string, Rejection>>
  /** The last good configurations of extensions, and where it may keep what it refused. */
  readonly extensions?: ReadonlyMap<string, Held>
  /** Endpoints that it may still wait for although it has them. */
  readonly warming: readonly string[]
  /** Types of which the version that it tells is not all it has. */
  readonly partly?: ReadonlySet<ResourceType>
}

/** Undefined if there is nothing to remember. */
export function remember(
  subscriptions: Subscriptions,
  awaited: readonly string[],
  before: Memory | undefined,
  sets: Sets,
): Memory | undefined {
  const rejected = new Map(before?.rejected)
  const partly = new Set(before?.partly)
  for (const state of Object.values(subscriptions)) {
    if (!state) continue
    const { type } = state
    if (state.rejected.size > 0) rejected.set(type, state.rejected)
    else rejected.delete(type)
    if (isPartlyApplied(state, partly.has(type))) partly.add(type)
    else partly.delete(type)
  }
  const warming = [...new Set([...awaited, ...unanswered(subscriptions.endpoint)])]
  const state = subscriptions.extensionConfig
  const extensions = state ? heldIn(state, sets) : (before?.extensions ?? new Map())
  if (rejected.size + warming.length + extensions.size + partly.size === 0) return undefined
  return { rejected, warming, extensions, partly }
}

/** From what was kept for another process. */
export function pastMemory(known: readonly PastRejection[]): Memory | undefined {
  if (known.length === 0) return undefined
  const rejected = new Map<ResourceType, Map<string, PastRejection>>()
  for (const one of known) {
    rejected.set(one.type, (rejected.get(one.type) ?? new Map()).set(one.name, one))
  }
  return { rejected, warming: [] }
}

/** What is kept for another process. */
export function rejectionsIn(memory: Memory | undefined): readonly PastRejection[] {
  const all = [...(memory?.rejected.values() ?? [])].flatMap((one) => [...one.values()])
  return all.map(({ type, name, version, text }) => ({ type, name, version, text }))
}

export function rememberedOf(memory: Memory | undefined, type: ResourceType): Remembered {
  const held = type === 'extensionConfig' ? memory?.extensions : undefined
  return { rejected: memory?.rejected.get(type), held }
}

/** With the bytes of all of it, also of what was under way: if the proxy comes back with that, it is the last good one. */
function heldIn(state: Subscription, sets: Sets): ReadonlyMap<string, Held> {
  const all = new Map<string, Held>()
  for (const name of subscribedNames(state)) {
    const held = heldOf(state, name, sets)
    if (held) all.set(name, held)
  }
  const { sent, removed } = state.outstanding ?? { sent: [], removed: [] }
  for (const { resource, before = ABSENT } of sent) {
    all.set(resource.name, { ...before, doubt: 'refused', sent: resource })
  }
  for (const name of removed) all.set(name, { ...ABSENT, doubt: 'refused' })
  return all
}

/** In the state of the world it tells the version that it accepted last, and may have applied a part of what it refused since. */
function isPartlyApplied(
  { mode, outstanding, differs, count }: Subscription,
  before: boolean,
): boolean {
  if (mode === 'delta') return false
  const refused = [...differs.values()].some(({ doubt }) => doubt === 'refused')
  return refused || outstanding !== undefined || (before && count === 0)
}

/** Endpoints that it asked for again and may not have got: the bytes of what it has are not known, or its answer was not heard. */
function unanswered(endpoints: Subscription | undefined): readonly string[] {
  const { sent, removed } = endpoints?.outstanding ?? { sent: [], removed: [] }
  const waits = (held?: Held) => held?.doubt === 'asked' && held.version !== undefined
  const open = sent.filter(({ before }) => waits(before)).map(({ resource }) => resource.name)
  const asked = [...(endpoints?.differs ?? [])].filter(([, held]) => waits(held))
  return [...open, ...removed, ...asked.map(([name]) => name)]
}

// Sets and their lists of chunks: the identical objects while they hold the same, and two of them joined once.
import { memo, remembering } from '../model/memo.ts'
import { sameElements } from '../model/mesh.ts'
import {
  type Chunk,
  RESOURCE_TYPES,
  type ResourceSet,
  type ResourceType,
  type Vhds,
} from '../model/resource.ts'
import type { View } from '../model/view.ts'

type List = readonly Chunk[]
type Lists = Record<ResourceType, List>

export const NONE: List = Object.freeze([])

export function chunks(all: readonly Chunk[]): List {
  const some = all.filter((chunk) => chunk.length > 0)
  return some.length > 0 ? Object.freeze(some) : NONE
}

/** `now` with the identical lists of others that hold the same, first of all those of before; the identical set if all of it is the same. */
export function kept(now: ResourceSet, others: readonly ResourceSet[]): ResourceSet {
  const [before = now] = others
  const set = { ...now }
  for (const type of RESOURCE_TYPES) {
    const list = withChunksOf(before[type], now[type])
    ;(set as Lists)[type] = others.find((other) => sameElements(other[type], list))?.[type] ?? list
  }
  const vhds = now.vhds && others.find((other) => isSame(other.vhds, now.vhds!))?.vhds
  const whole = vhds ? { ...set, vhds } : set
  return (
    others.find((other) => FIELDS.every((field) => other[field] === whole[field])) ??
    Object.freeze(whole)
  )
}

const FIELDS = [...RESOURCE_TYPES, 'vhds'] as const

function isSame(a: Vhds | undefined, b: Vhds): boolean {
  return a?.onDemand === b.onDemand && sameElements(a.routes, b.routes)
}

/** A chunk may be new although what is in it is not. */
function withChunksOf(before: List, now: List): List {
  const chunk = (one: Chunk, at: number) =>
    before[at] && sameElements(before[at], one) ? before[at] : one
  return Object.freeze(now.map(chunk))
}

/** The set of what is shared and what is a workload's own: the identical one for the identical two, as is each of its lists. */
export const joinedTo = memo((view: View, shared: ResourceSet) => {
  const joins = RESOURCE_TYPES.map((type) => {
    // The proxy's own cluster comes after those that it calls.
    const join = type === 'endpoint' ? listAfter : listBefore
    return [type, join(view, shared[type])] as const
  })
  return remembering((own: ResourceSet): ResourceSet => {
    const set = { ...shared }
    for (const [type, joined] of joins) (set as Lists)[type] = joined(own[type])
    return Object.freeze(set)
  })
})

const listBefore = listJoinedTo((own, shared) => [...own, ...shared])
const listAfter = listJoinedTo((own, shared) => [...shared, ...own])

function listJoinedTo(join: (own: List, shared: List) => List) {
  return memo((_: View, shared: List) =>
    remembering((own: List): List => {
      if (own.length === 0) return shared
      return shared.length === 0 ? own : Object.freeze(join(own, shared))
    }),
  )
}

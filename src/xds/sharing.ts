// Equal sets, lists and names of different proxies are made one object, so that a stream costs what is its own.
import { type Chunk, RESOURCE_TYPES, type ResourceSet } from '../model/resource.ts'

type List = readonly Chunk[]

export interface Sharing {
  /** The first set of those with equal lists. */
  same(set: ResourceSet): ResourceSet
  /** The first list of those with the identical chunks. */
  list(list: List): List
  /** The first of equal sets of names. */
  names(names: ReadonlySet<string>): ReadonlySet<string>
  /** What is made of these very things, and of nothing else: made once, for as long as somebody holds it. */
  made<T extends object>(what: string, of: readonly object[], make: () => T): T
}

const TYPES: ReadonlySet<string> = new Set(RESOURCE_TYPES)

export function createSharing(): Sharing {
  const lists = new Pool<List>()
  const sets = new Pool<ResourceSet>()
  const names = new Pool<ReadonlySet<string>>()
  const things = new Pool<object>()
  const known = new WeakMap<ResourceSet, ResourceSet>()
  const knownLists = new WeakMap<List, List>()
  const numberOf = numbering()

  function list(one: List): List {
    let shared = knownLists.get(one)
    if (!shared) {
      shared = lists.first(one.map(numberOf).join(), one)
      knownLists.set(one, shared)
    }
    return shared
  }

  function share(set: ResourceSet): ResourceSet {
    const shared = { ...set }
    for (const type of RESOURCE_TYPES) shared[type] = list(set[type])
    const { vhds, ...others } = set
    const apart = vhds ? [vhds.onDemand, ...vhds.routes.map(numberOf)] : []
    const besides = Object.entries(others).filter(([field]) => !TYPES.has(field))
    const key = [
      ...RESOURCE_TYPES.map((type) => numberOf(shared[type])),
      ...apart,
      ...besides.map(([field, value]) => `${field}${value ? numberOf(value) : ''}`),
    ].join()
    return sets.first(key, Object.freeze(shared))
  }

  return {
    list,
    same(set) {
      let shared = known.get(set)
      if (!shared) {
        shared = share(set)
        known.set(set, shared)
        known.set(shared, shared)
      }
      return shared
    },
    names(all) {
      const first = names.first(signature(all), all)
      return first === all || sameNames(first, all) ? first : all
    },
    made<T extends object>(what: string, of: readonly object[], make: () => T): T {
      const key = `${what} ${of.map(numberOf).join()}`
      return (things.find(key) ?? things.first(key, make())) as T
    },
  }
}

/** Gives each object a number of its own, so that keys can be made of several. */
export function numbering(): (thing: object) => number {
  const numbers = new WeakMap<object, number>()
  let count = 0
  return (thing) => {
    let number = numbers.get(thing)
    if (number === undefined) {
      count += 1
      number = count
      numbers.set(thing, number)
    }
    return number
  }
}

/** Remembers the first of each key for as long as somebody holds it. */
export class Pool<T extends object> {
  readonly #kept = new Map<string, WeakRef<T>>()
  readonly #collected = new FinalizationRegistry<string>((key) => {
    if (!this.#kept.get(key)?.deref()) this.#kept.delete(key)
  })

  find(key: string): T | undefined {
    return this.#kept.get(key)?.deref()
  }

  first(key: string, one: T): T {
    const first = this.find(key)
    if (first) return first
    this.#kept.set(key, new WeakRef(one))
    this.#collected.register(one, key)
    return one
  }
}

/** The same for equal sets, and mostly another for others. */
function signature(names: ReadonlySet<string>): string {
  let length = 0
  let least = ''
  let greatest = ''
  for (const name of names) {
    length += name.length
    if (least === '' || name < least) least = name
    if (name > greatest) greatest = name
  }
  return JSON.stringify([names.size, length, least, greatest])
}

function sameNames(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  if (a.size !== b.size) return false
  for (const name of a) if (!b.has(name)) return false
  return true
}

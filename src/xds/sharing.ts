// Equal lists and names of different proxies are made one object, and what follows from the same things is made once.

export interface Sharing {
  /** The first of those with the identical members. */
  list<T extends object>(list: readonly T[]): readonly T[]
  /** The first of equal sets of names. */
  names(names: ReadonlySet<string>): ReadonlySet<string>
  /** What follows from these very things, and from nothing else: made once, for as long as all of them are there. */
  made<T extends object>(what: string, of: readonly object[], make: () => T): T
}

/** By the first thing, then by the second, and so on. */
type Tree = WeakMap<object, object>

export function createSharing(): Sharing {
  const lists = new Pool<readonly object[]>()
  const names = new Pool<ReadonlySet<string>>()
  const known = new WeakMap<readonly object[], readonly object[]>()
  const trees = new Map<string, Tree>()
  const numberOf = numbering()

  return {
    list<T extends object>(list: readonly T[]) {
      let shared = known.get(list)
      if (!shared) {
        shared = lists.first(list.map(numberOf).join(), list)
        known.set(list, shared)
      }
      return shared as readonly T[]
    },
    names(all) {
      const first = names.first(signature(all), all)
      return first === all || sameNames(first, all) ? first : all
    },
    made<T extends object>(what: string, of: readonly object[], make: () => T): T {
      let tree = trees.get(what)
      if (!tree) {
        tree = new WeakMap()
        trees.set(what, tree)
      }
      const last = of.length - 1
      for (let at = 0; at < last; at++) tree = remember(tree, of[at]!, branch) as Tree
      return remember(tree, of[last]!, make) as T
    },
  }
}

function branch(): Tree {
  return new WeakMap()
}

export function remember<K extends object, V>(memory: WeakMap<K, V>, key: K, compute: () => V): V {
  let value = memory.get(key)
  if (value === undefined) {
    value = compute()
    memory.set(key, value)
  }
  return value
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

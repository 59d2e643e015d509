// Looks names up in lists of chunks and compares lists; what several streams ask is computed once.
import type { Chunk, Resource, ResourceSet } from '../model/resource.ts'
import { createSharing } from './sharing.ts'
import type { Entry, Store } from './store.ts'

/** The resources of one type that a proxy is to have. The identical array means the identical resources. */
export type List = readonly Chunk[]

export const EMPTY: List = Object.freeze([])

export interface Sets {
  /** The identical set for equal ones: proxies that are to have the same then share all that is known of it. */
  same(set: ResourceSet): ResourceSet
  /** The identical list for equal ones. */
  list(list: List): List
  /** The identical names for equal ones. */
  names(names: ReadonlySet<string>): ReadonlySet<string>
  /** The resource of this name, not yet encoded. Of several with one name the first counts. */
  find(list: List, name: string): Resource | undefined
  /** The resource of this name, encoded when it is first asked for. Of several with one name the first counts. */
  get(list: List, name: string): Entry | undefined
  /** The same name, as the string that the list holds: many streams then share it. */
  shared(list: List, name: string): string
  /** Names whose resource is another object in `after` than in `before`; all of them may still have equal bytes. */
  touched(before: List, after: List): readonly string[]
}

type Names = ReadonlyMap<string, Resource>

/**
 * How a list is searched. Large chunks are those of services, which many proxies have in common; what a proxy has for itself is
 * in small ones.
 */
interface Search {
  readonly small: Names
  readonly large: Large
}

/** Searched chunk by chunk, until so many look-ups came that one joint index is cheaper. */
interface Large {
  readonly chunks: readonly Names[]
  readonly size: number
  probes: number
  joint?: Names
}

/** Resources of a small chunk, at most. */
const SMALL = 16

export function createSets(store: Store): Sets {
  const indexes = new WeakMap<Chunk, Names>()
  const searches = new WeakMap<List, Search>()
  const larges = new WeakMap<List, Large>()
  const chunkChanges = new WeakMap<Chunk, WeakMap<Chunk, readonly string[]>>()
  const listChanges = new WeakMap<List, WeakMap<List, readonly string[]>>()
  const { same, list: canonical, names: sameNames } = createSharing()

  const indexOf = (chunk: Chunk) => remember(indexes, chunk, () => indexChunks([chunk]))

  function largeOf(list: List): Large {
    return remember(larges, list, () => {
      const chunks = list.map(indexOf)
      return { chunks, size: chunks.reduce((sum, names) => sum + names.size, 0), probes: 0 }
    })
  }

  function searchOf(list: List): Search {
    const isLarge = (chunk: Chunk) => chunk.length > SMALL
    const large = largeOf(canonical(list.filter(isLarge)))
    const small = new Map<string, Resource>()
    for (const chunk of list) {
      if (isLarge(chunk)) continue
      for (const resource of chunk) {
        const { name } = resource
        if (small.has(name)) continue
        const first = findIn(large, name) && list.find((one) => indexOf(one).has(name))
        small.set(name, first ? indexOf(first).get(name)! : resource)
      }
    }
    return { small, large }
  }

  function findIn(large: Large, name: string): Resource | undefined {
    if (large.joint) return large.joint.get(name)
    large.probes += large.chunks.length
    if (large.chunks.length > 1 && large.probes > large.size) large.joint = joined(large.chunks)
    for (const names of large.chunks) {
      const resource = names.get(name)
      if (resource) return resource
    }
    return undefined
  }

  function find(list: List, name: string): Resource | undefined {
    const search = remember(searches, list, () => searchOf(list))
    return search.small.get(name) ?? findIn(search.large, name)
  }

  function compareChunks(before: Chunk, after: Chunk): readonly string[] {
    const inner = remember(chunkChanges, before, () => new WeakMap())
    return remember(inner, after, () => differentNames(indexOf(before), indexOf(after)))
  }

  function compareLists(before: List, after: List): readonly string[] {
    const kept = new Set(after)
    const had = new Set(before)
    const gone = before.filter((chunk) => !kept.has(chunk))
    const come = after.filter((chunk) => !had.has(chunk))
    const names = new Set<string>()
    for (let i = 0; i < Math.max(gone.length, come.length); i++) {
      for (const name of compareChunks(gone[i] ?? NO_RESOURCES, come[i] ?? NO_RESOURCES)) {
        if (find(before, name) !== find(after, name)) names.add(name)
      }
    }
    return [...names]
  }

  return {
    ...{ same, list: canonical, names: sameNames },
    find,
    get(list, name) {
      const resource = find(list, name)
      return resource && store.encode(resource)
    },
    shared: (list, name) => find(list, name)?.name ?? name,
    touched(before, after) {
      if (before === after) return []
      const inner = remember(listChanges, before, () => new WeakMap())
      return remember(inner, after, () => compareLists(before, after))
    },
  }
}

const NO_RESOURCES: Chunk = Object.freeze([])

function indexChunks(chunks: readonly Chunk[]): Names {
  const names = new Map<string, Resource>()
  for (const chunk of chunks) {
    for (const resource of chunk) if (!names.has(resource.name)) names.set(resource.name, resource)
  }
  return names
}

function joined(all: readonly Names[]): Names {
  const joint = new Map<string, Resource>()
  for (const names of all) {
    for (const [name, resource] of names) if (!joint.has(name)) joint.set(name, resource)
  }
  return joint
}

function differentNames(before: Names, after: Names): readonly string[] {
  const names: string[] = []
  for (const [name, resource] of before) if (after.get(name) !== resource) names.push(name)
  for (const name of after.keys()) if (!before.has(name)) names.push(name)
  return names
}

function remember<K extends object, V>(memory: WeakMap<K, V>, key: K, compute: () => V): V {
  let value = memory.get(key)
  if (value === undefined) {
    value = compute()
    memory.set(key, value)
  }
  return value
}

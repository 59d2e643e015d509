// Looks names up in lists of chunks and compares lists; what several streams ask is computed once.
import type { Chunk, Resource } from '../model/resource.ts'
import { createSharing, remember, type Sharing } from './sharing.ts'
import type { Entry, Store } from './store.ts'

/** The resources of one type that a proxy is to have. The identical array means the identical resources. */
export type List = readonly Chunk[]

export const EMPTY: List = Object.freeze([])

/** Also: equal lists and names are one object, so that proxies that are to have the same share all that is known of it. */
export interface Sets extends Sharing {
  /** The resource of this name, not yet encoded. Of several with one name the first counts. */
  find(list: List, name: string): Resource | undefined
  /** The resource of this name, encoded when it is first asked for. Of several with one name the first counts. */
  get(list: List, name: string): Entry | undefined
  /** The same name, as the string that the list holds: many streams then share it. */
  shared(list: List, name: string): string
  /** Names whose resource is another object in `after` than in `before`; all of them may still have equal bytes. */
  touched(before: List, after: List): readonly string[]
}

/** Where in a chunk the first resource of a name is; one for all chunks with the same names in the same order. */
type Places = ReadonlyMap<string, number>

/**
 * How a list is searched. Large chunks are those of services, which many proxies have in common; what a proxy has for itself is
 * in small ones.
 */
interface Search {
  readonly small: ReadonlyMap<string, Resource>
  readonly large: Large
}

/** Searched chunk by chunk, until so many look-ups came that one joint index is cheaper. */
interface Large {
  readonly chunks: List
  readonly size: number
  probes: number
  joint?: ReadonlyMap<string, Resource>
}

/** Resources of a small chunk, at most. */
const SMALL = 16

export function createSets(store: Store): Sets {
  const searches = new WeakMap<List, Search>()
  const larges = new WeakMap<List, Large>()
  const listChanges = new WeakMap<List, WeakMap<List, readonly string[]>>()
  const sharing = createSharing()
  const { placesIn, at, compare } = createChunks()

  function largeOf(list: List): Large {
    return remember(larges, list, () => {
      return { chunks: list, size: list.reduce((sum, { length }) => sum + length, 0), probes: 0 }
    })
  }

  function searchOf(list: List): Search {
    const isLarge = (chunk: Chunk) => chunk.length > SMALL
    const large = largeOf(sharing.list(list.filter(isLarge)))
    const small = new Map<string, Resource>()
    for (const chunk of list) {
      if (isLarge(chunk)) continue
      for (const resource of chunk) {
        const { name } = resource
        if (small.has(name)) continue
        const first = findIn(large, name) && list.find((one) => placesIn(one).has(name))
        small.set(name, first ? at(first, name)! : resource)
      }
    }
    return { small, large }
  }

  function findIn(large: Large, name: string): Resource | undefined {
    if (large.joint) return large.joint.get(name)
    large.probes += large.chunks.length
    if (large.chunks.length > 1 && large.probes > large.size) large.joint = joined(large.chunks)
    for (const chunk of large.chunks) {
      const resource = at(chunk, name)
      if (resource) return resource
    }
    return undefined
  }

  function find(list: List, name: string): Resource | undefined {
    const search = remember(searches, list, () => searchOf(list))
    return search.small.get(name) ?? findIn(search.large, name)
  }

  function compareLists(before: List, after: List): readonly string[] {
    const kept = new Set(after)
    const had = new Set(before)
    const gone = before.filter((chunk) => !kept.has(chunk))
    const come = after.filter((chunk) => !had.has(chunk))
    const names = new Set<string>()
    for (let i = 0; i < Math.max(gone.length, come.length); i++) {
      for (const name of compare(gone[i] ?? NO_RESOURCES, come[i] ?? NO_RESOURCES)) {
        if (find(before, name) !== find(after, name)) names.add(name)
      }
    }
    return [...names]
  }

  return {
    ...sharing,
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

/** Finds names in chunks and compares chunks, each once. */
function createChunks() {
  const places = new WeakMap<Chunk, Places>()
  const changes = new WeakMap<Chunk, WeakMap<Chunk, readonly string[]>>()
  const placesIn = (chunk: Chunk) => remember(places, chunk, () => placesOf(chunk))

  function at(chunk: Chunk, name: string): Resource | undefined {
    const place = placesIn(chunk).get(name)
    return place === undefined ? undefined : chunk[place]
  }

  function differences(before: Chunk, after: Chunk): readonly string[] {
    if (isNamedAlike(before, after)) {
      // Most changes are within resources: the new chunk is then searched like the one before.
      places.set(after, placesIn(before))
      return after.filter((resource, place) => resource !== before[place]).map(({ name }) => name)
    }
    const names = [...placesIn(before).keys()]
    const come = [...placesIn(after).keys()].filter((name) => !placesIn(before).has(name))
    return [...names.filter((name) => at(before, name) !== at(after, name)), ...come]
  }

  return {
    placesIn,
    at,
    /** Names whose resource is another object; of several with one name the first counts, and others may be named, too. */
    compare(before: Chunk, after: Chunk): readonly string[] {
      const inner = remember(changes, before, () => new WeakMap())
      return remember(inner, after, () => differences(before, after))
    },
  }
}

function placesOf(chunk: Chunk): Places {
  const places = new Map<string, number>()
  for (const [place, { name }] of chunk.entries()) if (!places.has(name)) places.set(name, place)
  return places
}

function isNamedAlike(a: Chunk, b: Chunk): boolean {
  return a.length === b.length && a.every(({ name }, place) => name === b[place]!.name)
}

const NO_RESOURCES: Chunk = Object.freeze([])

function joined(chunks: List): ReadonlyMap<string, Resource> {
  const joint = new Map<string, Resource>()
  for (const chunk of chunks) {
    for (const resource of chunk) if (!joint.has(resource.name)) joint.set(resource.name, resource)
  }
  return joint
}

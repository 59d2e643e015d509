// Remembers results of pure functions of (view, argument); a result stays valid while everything it read yields the identical value.
import type { Argument, Entry } from './cache.ts'
import { sameElements } from './mesh.ts'
import { type Facet, type FacetValue, facetOf, type Node } from './node.ts'
import { type Source, type TableSource, type Trace, View } from './view.ts'

interface MemoSource extends Source {
  /** The entry that `read` used last for this key and node. */
  entry(view: View, key: Argument): Entry
}

export interface MemoOptions<Value> {
  /** Whether a new value may be replaced by the one before, to stop a change here. Arrays of identical elements always are. */
  readonly same?: (before: Value, now: Value) => boolean
}

/**
 * Wraps `build` so that its result is shared by all views that agree in what was read. The argument is a
 * string, or an object whose identity counts. `build` must be pure and read only through the view it is given.
 */
export function memo<A extends Argument, Value>(
  build: (view: View, argument: A) => Value,
  options: MemoOptions<Value> = {},
): (view: View, argument: A) => Value {
  const source: MemoSource = {
    read: (view, key) => source.entry(view, key).value,
    entry(view, key) {
      const entries = view.cache.entries(source, key)
      const found = entryFor(entries, view.node)
      if (found && isValid(found, view)) {
        found.usedAt = view.mesh.generation
        return found
      }
      const entry = compute(build as (view: View, argument: Argument) => unknown, view, key)
      if (found) keepIdentity(found, entry, options as MemoOptions<unknown>)
      // Asked anew: an inner memo of the same source may have changed the list meanwhile.
      const place = found ? entries.indexOf(found) : -1
      if (place >= 0) entries[place] = entry
      else entries.push(entry)
      return entry
    },
  }
  return (view, argument) => {
    const entry = source.entry(view, argument)
    view.trace?.reads.push(source, argument, entry.value)
    return entry.value as Value
  }
}

function entryFor(entries: readonly Entry[], node: Node): Entry | undefined {
  for (const entry of entries) if (facetsMatch(entry.facets, node)) return entry
  return undefined
}

function facetsMatch(facets: Facets, node: Node): boolean {
  if (facets.size === 0) return true
  for (const [facet, value] of facets) if (facetOf(node, facet) !== value) return false
  return true
}

function isValid(entry: Entry, view: View): boolean {
  const { generation } = view.mesh
  if (entry.checkedAt === generation) return true
  const changed = view.cache.changedSince(view.mesh, entry.checkedAt)
  if (view.cache.walksFully(generation) || (entry.tables & changed) !== 0) {
    const { reads } = entry
    for (let at = 0; at < reads.length; at += 3) {
      const source = reads[at] as Source
      if (source.read(view, reads[at + 1] as Argument) !== reads[at + 2]) return false
    }
    inherit(entry, view)
  }
  entry.checkedAt = generation
  return true
}

function compute(
  build: (view: View, argument: Argument) => unknown,
  view: View,
  argument: Argument,
): Entry {
  const trace: Trace = { facets: new Map(), reads: [] }
  const value = build(new View(view.mesh, view.node, view.cache, trace), argument)
  const entry: Entry = {
    value,
    facets: trace.facets,
    ownFacets: trace.facets,
    reads: trace.reads,
    tables: 0,
    checkedAt: view.mesh.generation,
    usedAt: view.mesh.generation,
  }
  inherit(entry, view)
  return entry
}

/** An inner memo may read other facets and tables than last time, although it yields the same value. */
function inherit(entry: Entry, view: View): void {
  let facets = entry.ownFacets
  let tables = 0
  const { reads } = entry
  for (let at = 0; at < reads.length; at += 3) {
    const source = reads[at] as TableSource | MemoSource
    if (isTable(source)) {
      tables |= source.bit
      continue
    }
    const inner = source.entry(view, reads[at + 1] as Argument)
    facets = joined(facets, inner.facets)
    tables |= inner.tables
  }
  entry.facets = facets
  entry.tables = tables
}

type Facets = ReadonlyMap<Facet, FacetValue>

/** One of the two where it has all, since most entries read what those inside them read. */
function joined(a: Facets, b: Facets): Facets {
  if (a === b || b.size === 0) return a
  if (a.size === 0) return b
  let all: Map<Facet, FacetValue> | undefined
  for (const [facet, value] of b) {
    if (a.has(facet)) continue
    all ??= new Map(a)
    all.set(facet, value)
  }
  return all ?? a
}

function isTable(source: TableSource | MemoSource): source is TableSource {
  return 'bit' in source
}

function keepIdentity(before: Entry, now: Entry, options: MemoOptions<unknown>): void {
  const same =
    Array.isArray(before.value) && Array.isArray(now.value)
      ? sameElements(before.value, now.value) || options.same?.(before.value, now.value)
      : options.same?.(before.value, now.value)
  if (same) now.value = before.value
}

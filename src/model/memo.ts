// Remembers results of pure functions of (view, argument); a result stays valid while everything it read yields the identical value.
import type { Argument } from './cache.ts'
import type { Entries, Entry } from './entries.ts'
import { sameElements } from './mesh.ts'
import { type Source, type TableSource, type Trace, View } from './view.ts'

interface MemoSource extends Source {
  /** Tells it from a table. */
  readonly bit: 0
  /** The entry that `read` used last for this key and node. */
  entry(view: View, key: Argument): Entry
}

export interface MemoOptions<Value> {
  /**
   * Whether a new value may be replaced by the one before, or by that of another node, to stop a change here. Arrays of identical
   * elements always are.
   */
  readonly same?: (before: Value, now: Value) => boolean
  /** The new value with parts of others in the place of those that are the same; the one before is the first of them. */
  readonly kept?: (now: Value, others: readonly Value[]) => Value
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
    bit: 0,
    read: (view, key) => source.entry(view, key).value,
    entry(view, key) {
      const entries = view.cache.entries(source, key)
      const found = entries.find(view.node, view.cache.facets)
      if (found && isValid(found, entries, view)) {
        found.usedAt = view.mesh.generation
        return found
      }
      const entry = compute(build as (view: View, argument: Argument) => unknown, view, key)
      keepIdentity(entry, found, entries, options as MemoOptions<unknown>)
      if (found) entries.delete(found)
      else view.cache.came()
      entries.add(entry)
      return entry
    },
  }
  return (view, argument) => {
    const entry = source.entry(view, argument)
    view.trace?.reads.push(source, argument, entry.value)
    view.trace?.inner.push(entry)
    return entry.value as Value
  }
}

/** An inner memo may read other facets and tables than last time, although it yields the same value. */
function isValid(entry: Entry, entries: Entries, view: View): boolean {
  const { generation } = view.mesh
  if (entry.checkedAt === generation) return true
  const changed = view.cache.changedSince(view.mesh, entry.checkedAt)
  if (view.cache.walksFully(generation) || (entry.tables & changed) !== 0) {
    const { reads } = entry
    let facets = entry.ownFacets
    let tables = 0
    for (let at = 0; at < reads.length; at += 3) {
      const source = reads[at] as TableSource
      if (source.bit !== 0) {
        if (source.read(view, reads[at + 1] as string) !== reads[at + 2]) return false
        tables |= source.bit
        continue
      }
      const inner = (source as unknown as MemoSource).entry(view, reads[at + 1] as Argument)
      if (inner.value !== reads[at + 2]) return false
      facets = view.cache.facets.joined(facets, inner.facets)
      tables |= inner.tables
    }
    entry.tables = tables
    if (facets !== entry.facets) entries.move(entry, facets)
  }
  entry.checkedAt = generation
  return true
}

function compute(
  build: (view: View, argument: Argument) => unknown,
  view: View,
  argument: Argument,
): Entry {
  const trace: Trace = { facets: new Map(), reads: [], inner: [] }
  const value = build(new View(view.mesh, view.node, view.cache, trace), argument)
  const { reads, inner } = trace
  const ownFacets = view.cache.facets.of(trace.facets)
  let facets = ownFacets
  let tables = 0
  for (let at = 0; at < reads.length; at += 3) tables |= (reads[at] as TableSource | MemoSource).bit
  for (const entry of inner) {
    facets = view.cache.facets.joined(facets, entry.facets)
    tables |= entry.tables
  }
  const { generation } = view.mesh
  return { value, facets, ownFacets, reads, tables, checkedAt: generation, usedAt: generation }
}

/** The value of before, or that of another node, if it is the same: what is made of it is then not made again. */
function keepIdentity(
  now: Entry,
  before: Entry | undefined,
  others: Iterable<Entry>,
  options: MemoOptions<unknown>,
): void {
  if (options.kept) {
    const all = new Set(before ? [before, ...others] : others)
    now.value = options.kept(
      now.value,
      [...all].map(({ value }) => value),
    )
    return
  }
  if (!options.same && !Array.isArray(now.value)) return
  const isSame = (other: Entry) => {
    if (Array.isArray(other.value) && Array.isArray(now.value)) {
      if (sameElements(other.value, now.value)) return true
    }
    return options.same?.(other.value, now.value) === true
  }
  if (before && isSame(before)) {
    now.value = before.value
    return
  }
  for (const other of others) {
    if (!isSame(other)) continue
    now.value = other.value
    return
  }
}

/** `make` with its results kept for as long as the objects they are made of. It may depend on nothing else. */
export function remembering<Key extends object, Value>(
  make: (key: Key) => Value,
): (key: Key) => Value {
  const known = new WeakMap<Key, Value>()
  return (key) => {
    let value = known.get(key)
    if (value === undefined) {
      value = make(key)
      known.set(key, value)
    }
    return value
  }
}

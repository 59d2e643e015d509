// Remembered results of one memo for one argument: one for each distinct set of facets that was read.
import type { Facets, FacetTable } from './facets.ts'
import type { Node } from './node.ts'

/** One remembered result and all that it depended on. */
export interface Entry {
  value: unknown
  /** Facets of the node that were read, directly or by a memo inside. */
  facets: Facets
  /** Those read directly, so that the whole set can be rebuilt when an inner memo reads more. */
  readonly ownFacets: Facets
  /** Source, key and value of each read in turn: one array, since there are many reads. */
  readonly reads: readonly unknown[]
  /** Tables read, directly or inside, one bit each: while none of them changed, nothing needs to be checked. */
  tables: number
  /** Generation for which it was last found valid. */
  checkedAt: number
  /** Generation in which it was last used. */
  usedAt: number
}

export class Entries {
  /** Most have one only. */
  #one: Entry | undefined
  /** By the key of their facets, once there are several. */
  #several: Map<string, Entry> | undefined
  /** Facets of each shape among several. */
  #shapes: Facets[] = NO_SHAPES

  find(node: Node, table: FacetTable): Entry | undefined {
    const one = this.#one
    if (one) {
      const { facets } = one
      const fits = facets.values.size === 0 || table.keyFor(node, facets) === facets.key
      return fits ? one : undefined
    }
    for (const facets of this.#shapes) {
      const entry = this.#several!.get(table.keyFor(node, facets))
      if (entry) return entry
    }
    return undefined
  }

  add(entry: Entry): void {
    if (!this.#one && !this.#several) {
      this.#one = entry
      return
    }
    if (!this.#several) {
      const { facets } = this.#one!
      this.#several = new Map([[facets.key, this.#one!]])
      this.#shapes = [facets]
      this.#one = undefined
    }
    const { facets } = entry
    this.#several.set(facets.key, entry)
    if (!this.#shapes.some(({ shape }) => shape === facets.shape)) this.#shapes.push(facets)
  }

  delete(entry: Entry): void {
    if (this.#one === entry) this.#one = undefined
    const { key } = entry.facets
    if (this.#several?.get(key) === entry) this.#several.delete(key)
  }

  /** The entry depends on other facets than it did. */
  move(entry: Entry, facets: Facets): void {
    this.delete(entry)
    entry.facets = facets
    this.add(entry)
  }

  /** Forgets what was not used in this generation or later; false if nothing is left. */
  sweep(generation: number): boolean {
    if (this.#one && this.#one.usedAt >= generation) return true
    const kept = [...this].filter(({ usedAt }) => usedAt >= generation)
    this.#one = undefined
    this.#several = undefined
    this.#shapes = NO_SHAPES
    for (const entry of kept) this.add(entry)
    return kept.length > 0
  }

  get size(): number {
    return this.#several?.size ?? (this.#one ? 1 : 0)
  }

  *[Symbol.iterator](): Iterator<Entry> {
    if (this.#one) yield this.#one
    if (this.#several) yield* this.#several.values()
  }
}

/** Never added to: the first shapes make a list of their own. */
const NO_SHAPES: Facets[] = []

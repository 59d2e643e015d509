// Where memo results live: one cache per process, a fresh one per test, so that no module keeps state.
import { type Mesh, TABLE_NAMES } from './mesh.ts'
import type { Facet, FacetValue } from './node.ts'

export type Argument = string | object

/** One remembered result and all that it depended on. */
export interface Entry {
  value: unknown
  /** Facets of the node that were read, directly or by a memo inside. Entries with the same facets mostly share one map. */
  facets: ReadonlyMap<Facet, FacetValue>
  /** Those read directly, so that the whole map can be rebuilt when an inner memo reads more. */
  ownFacets: ReadonlyMap<Facet, FacetValue>
  /** Source, key and value of each read in turn: one array, since there are many reads. */
  reads: readonly unknown[]
  /** Tables read, directly or inside, one bit each: while none of them changed, nothing needs to be checked. */
  tables: number
  /** Generation for which it was last found valid. */
  checkedAt: number
  /** Generation in which it was last used. */
  usedAt: number
}

/** How many generations pass between sweeps; each sweep is preceded by one full walk, which marks what is in use. */
const SWEEP_EVERY = 64

export class Cache {
  readonly #results = new Map<object, Map<Argument, Entry[]>>()
  #sweptAt = 0
  #mesh: Mesh | undefined
  /** For `#mesh`: the tables that changed after a generation. */
  readonly #changes = new Map<number, number>()

  /** Entries of a memo for an argument, one per distinct set of facets. */
  entries(memo: object, argument: Argument): Entry[] {
    let byArgument = this.#results.get(memo)
    if (!byArgument) {
      byArgument = new Map()
      this.#results.set(memo, byArgument)
    }
    let entries = byArgument.get(argument)
    if (!entries) {
      entries = []
      byArgument.set(argument, entries)
    }
    return entries
  }

  /** Tables of the mesh that changed after a generation, one bit each in the order of `TABLE_NAMES`. */
  changedSince(mesh: Mesh, generation: number): number {
    if (this.#mesh !== mesh) {
      this.#mesh = mesh
      this.#changes.clear()
    }
    let bits = this.#changes.get(generation)
    if (bits === undefined) {
      bits = 0
      for (const [index, name] of TABLE_NAMES.entries()) {
        if (mesh.tables[name].changedAt > generation) bits |= 1 << index
      }
      this.#changes.set(generation, bits)
    }
    return bits
  }

  /** In such a generation every read is walked, also of unchanged tables, so that all that is in use is marked. */
  walksFully(generation: number): boolean {
    return generation - this.#sweptAt >= SWEEP_EVERY
  }

  /** Call after all proxies were served for `generation`: forgets what none of them used. */
  sweep(generation: number): void {
    if (!this.walksFully(generation)) return
    this.#sweptAt = generation
    for (const byArgument of this.#results.values()) {
      for (const [argument, entries] of byArgument) {
        const kept = entries.filter((entry) => entry.usedAt === generation)
        if (kept.length === 0) byArgument.delete(argument)
        else if (kept.length < entries.length) byArgument.set(argument, kept)
      }
    }
  }

  /** Number of remembered results, for metrics and tests. */
  get size(): number {
    let size = 0
    for (const byArgument of this.#results.values()) {
      for (const entries of byArgument.values()) size += entries.length
    }
    return size
  }
}

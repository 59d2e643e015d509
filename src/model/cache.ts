// Where memo results live: one cache per process, a fresh one per test, so that no module keeps state.

import { Entries } from './entries.ts'
import { FacetTable } from './facets.ts'
import { type Mesh, TABLE_NAMES } from './mesh.ts'

export type Argument = string | object

/**
 * How many generations pass between sweeps, unless so many results are new that one comes sooner; each sweep is preceded by one
 * full walk, which marks what is in use.
 */
const SWEEP_EVERY = 16
/** So many new results, as a share of those kept, and at least, that one comes sooner. */
const MANY = { share: 0.5, least: 5_000 }

export class Cache {
  readonly facets = new FacetTable()
  readonly #results = new Map<object, Map<Argument, Entries>>()
  #fullFrom = SWEEP_EVERY
  /** Results that the last sweep kept, and those that came since. */
  #kept = 0
  #come = 0
  #mesh: Mesh | undefined
  /** For `#mesh`: the tables that changed after a generation. */
  readonly #changes = new Map<number, number>()

  /** What is remembered of a memo for an argument. */
  entries(memo: object, argument: Argument): Entries {
    let byArgument = this.#results.get(memo)
    if (!byArgument) {
      byArgument = new Map()
      this.#results.set(memo, byArgument)
    }
    let entries = byArgument.get(argument)
    if (!entries) {
      entries = new Entries()
      byArgument.set(argument, entries)
    }
    return entries
  }

  /** A result was made that takes no other's place. */
  came(): void {
    this.#come++
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
    return generation >= this.#fullFrom
  }

  /** Call when all proxies were served for `generation` or a later one: forgets what none of them used since. */
  sweep(generation: number): void {
    if (!this.walksFully(generation)) {
      if (this.#come <= Math.max(MANY.least, this.#kept * MANY.share)) return
      // The generation of now may be walked already, in part.
      const next = Math.max(generation, this.#mesh?.generation ?? 0) + 1
      this.#fullFrom = Math.min(this.#fullFrom, next)
      return
    }
    this.#fullFrom = generation + SWEEP_EVERY
    this.facets.forget()
    for (const byArgument of this.#results.values()) {
      for (const [argument, entries] of byArgument) {
        if (!entries.sweep(generation)) byArgument.delete(argument)
      }
    }
    this.#kept = this.size
    this.#come = 0
  }

  /** Number of remembered results, for metrics and tests. */
  get size(): number {
    let size = 0
    for (const byArgument of this.#results.values()) {
      for (const entries of byArgument.values()) size += entries.size
    }
    return size
  }
}

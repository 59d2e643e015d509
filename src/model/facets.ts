// Sets of facets that computations read: each distinct one once, and which of them a node has.
import { type Facet, type FacetValue, facetOf, type Node } from './node.ts'

/** Frozen. Equal ones have the same key, and are mostly the identical object. */
export interface Facets {
  readonly values: ReadonlyMap<Facet, FacetValue>
  /** Of the names alone. */
  readonly shape: string
  readonly key: string
}

export class FacetTable {
  readonly #known = new Map<string, Facets>()
  readonly #joins = new Map<Facets, Map<Facets, Facets>>()
  /** Keys that facets of each shape have for a node. */
  #keys = new WeakMap<Node, Map<string, string>>()

  of(values: ReadonlyMap<Facet, FacetValue>): Facets {
    const names = [...values.keys()].sort()
    const shape = JSON.stringify(names)
    const key = keyOf(shape, names, (name) => values.get(name))
    let facets = this.#known.get(key)
    if (!facets) {
      const sorted = new Map(names.map((name) => [name, values.get(name)]))
      facets = Object.freeze({ values: sorted, shape, key })
      this.#known.set(key, facets)
    }
    return facets
  }

  /** One of the two where it has all, since most computations read what those inside them read. */
  joined(a: Facets, b: Facets): Facets {
    if (a === b || b.values.size === 0) return a
    if (a.values.size === 0) return b
    let inner = this.#joins.get(a)
    if (!inner) {
      inner = new Map()
      this.#joins.set(a, inner)
    }
    let both = inner.get(b)
    if (!both) {
      both = this.of(new Map([...b.values, ...a.values]))
      inner.set(b, both)
    }
    return both
  }

  /** The key that facets with these names have for a node; its own if the node has them. */
  keyFor(node: Node, { shape, values }: Facets): string {
    let keys = this.#keys.get(node)
    if (!keys) {
      keys = new Map()
      this.#keys.set(node, keys)
    }
    let key = keys.get(shape)
    if (key === undefined) {
      key = keyOf(shape, [...values.keys()], (name) => facetOf(node, name))
      // The identical text is compared at once.
      key = this.#known.get(key)?.key ?? key
      keys.set(shape, key)
    }
    return key
  }

  /** Nodes come and go. */
  forget(): void {
    this.#known.clear()
    this.#joins.clear()
    this.#keys = new WeakMap()
  }
}

function keyOf(shape: string, names: readonly Facet[], read: (name: Facet) => FacetValue): string {
  return shape + JSON.stringify(names.map((name) => read(name) ?? null))
}

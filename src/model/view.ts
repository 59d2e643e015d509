// The only way translation reads the mesh and the node: every read is recorded, and what was read is the cache key.
import type { Cache } from './cache.ts'
import type { Entry } from './entries.ts'
import { type Mesh, TABLE_NAMES, type TableName, type Tables } from './mesh.ts'
import { type Facet, type FacetValue, facetOf, type Node } from './node.ts'

const NO_KEYS: readonly string[] = Object.freeze([])

/** Something that can be read again for another mesh, to see whether it still yields the identical value. */
export interface Source {
  read(view: View, key: string | object): unknown
}

/** What one computation read. */
export interface Trace {
  readonly facets: Map<Facet, FacetValue>
  /** `Source`, key and value of each read in turn. */
  readonly reads: unknown[]
  /** Results of other computations among them. */
  readonly inner: Entry[]
}

export class View {
  readonly mesh: Mesh
  readonly node: Node
  readonly cache: Cache
  readonly trace: Trace | undefined

  constructor(mesh: Mesh, node: Node, cache: Cache, trace?: Trace) {
    this.mesh = mesh
    this.node = node
    this.cache = cache
    this.trace = trace
  }

  /** The row of a table; finding nothing is a read too. */
  get<T extends TableName>(table: T, key: string): Tables[T] | undefined {
    const value = this.mesh.tables[table].rows.get(key)
    this.trace?.reads.push(ROWS[table], key, value)
    return value as Tables[T] | undefined
  }

  /** All keys of a table, sorted: one read, which changes only with membership. */
  keys(table: TableName): readonly string[] {
    const value = this.mesh.tables[table].keys
    this.trace?.reads.push(KEYS[table], '', value)
    return value
  }

  keysIn(table: TableName, namespace: string): readonly string[] {
    const value = this.mesh.tables[table].keysByNamespace.get(namespace) ?? NO_KEYS
    this.trace?.reads.push(KEYS_IN[table], namespace, value)
    return value
  }

  facet(facet: Facet): FacetValue {
    const value = facetOf(this.node, facet)
    this.trace?.facets.set(facet, value)
    return value
  }

  label(name: string): FacetValue {
    return this.facet(`label:${name}`)
  }
}

/** A source that is one table of the mesh; its bit lets the memo skip what reads no table that changed. */
export interface TableSource extends Source {
  /** 1 shifted by the table's place in `TABLE_NAMES`. */
  readonly bit: number
}

type Sources = { readonly [T in TableName]: TableSource }

function sources(read: (mesh: Mesh, table: TableName, key: string) => unknown): Sources {
  const entries = TABLE_NAMES.map((table, index): [TableName, TableSource] => [
    table,
    { bit: 1 << index, read: (view, key) => read(view.mesh, table, key as string) },
  ])
  return Object.freeze(Object.fromEntries(entries)) as Sources
}

const ROWS = sources((mesh, table, key) => mesh.tables[table].rows.get(key))
const KEYS = sources((mesh, table) => mesh.tables[table].keys)
const KEYS_IN = sources(
  (mesh, table, namespace) => mesh.tables[table].keysByNamespace.get(namespace) ?? NO_KEYS,
)

// The whole input at one moment: frozen tables that share structure with the moment before.
import { type Document, KINDS, type Kind, keyOf, nameOf } from './document.ts'
import type { RemoteKeys } from './jwks.ts'
import type { Specs } from './schema/index.ts'

/** What the certificate authority publishes for all proxies. */
export interface Trust {
  readonly trustDomain: string
  /** PEM certificates of the roots that are trusted now. */
  readonly roots: readonly string[]
  /** PEM lists of revoked certificates: none, or one of each authority. */
  readonly crls?: readonly string[]
  /** When a certificate was revoked last, of those that would be good otherwise; milliseconds since 1970. */
  readonly revokedAt?: number
}

/** A fact recorded when a workload's proxy got its certificate: its endpoints can be called with mutual TLS. */
export interface Enrolment {
  readonly workload: string
  /** Its proxy is about to stop: nobody is to call it. */
  readonly draining?: true
}

/** What each table holds; documents by kind, and the state that Lotse itself records. */
export type Tables = { readonly [K in Kind]: Document<Specs[K]> } & {
  /** By `namespace/workload`. */
  readonly enrolment: Enrolment
  /** One entry, `trust`. */
  readonly trust: Trust
  /** Keys of token issuers, by the URL they come from. */
  readonly jwks: RemoteKeys
}

export type TableName = keyof Tables

export const TABLE_NAMES: readonly TableName[] = [...KINDS, 'enrolment', 'trust', 'jwks']

/** Frozen. Key lists keep their identity while membership does. */
export interface Table<Value> {
  readonly rows: ReadonlyMap<string, Value>
  /** Sorted. */
  readonly keys: readonly string[]
  readonly keysByNamespace: ReadonlyMap<string, readonly string[]>
  /** Generation of the mesh in which this table last changed. */
  readonly changedAt: number
}

export interface Mesh {
  /** Counts up with every change. */
  readonly generation: number
  readonly tables: { readonly [T in TableName]: Table<Tables[T]> }
  /** What it was made of: of the next state only what differs is looked at. */
  readonly from?: MeshState
}

const EMPTY: Table<never> = {
  rows: new Map<string, never>(),
  keys: [],
  keysByNamespace: new Map(),
  changedAt: 0,
}

export const EMPTY_MESH: Mesh = {
  generation: 0,
  tables: Object.fromEntries(TABLE_NAMES.map((name) => [name, EMPTY])) as unknown as Mesh['tables'],
}

export interface MeshState {
  /** At most one of each kind, namespace and name. */
  readonly documents: readonly Document[]
  readonly enrolments: readonly Enrolment[]
  readonly trust?: Trust
  /** Identical objects for what did not change. */
  readonly remoteKeys?: readonly RemoteKeys[]
}

/** The mesh after `state` was read; the identical `previous` if nothing in it changed. */
export function nextMesh(previous: Mesh, state: MeshState): Mesh {
  const generation = previous.generation + 1
  const replaced = previous.from && replacements(previous.from, state)
  const rows = replaced ? rowsWith(previous, replaced) : rowsOf(state)
  let changed = false
  const tables = Object.fromEntries(
    TABLE_NAMES.map((name) => {
      const before: Table<unknown> = previous.tables[name]
      const now = rows.get(name) ?? (replaced ? before.rows : new Map())
      const table = nextTable(before, now, generation)
      changed ||= table !== before
      return [name, table]
    }),
  ) as unknown as Mesh['tables']
  if (!changed) return previous
  return Object.freeze({ generation, tables: Object.freeze(tables), from: state })
}

/** The documents that took the places of others of the same names; undefined if more than that changed. */
function replacements(before: MeshState, now: MeshState): readonly Document[] | undefined {
  const same =
    before.trust === now.trust &&
    sameElements(before.enrolments, now.enrolments) &&
    sameElements(before.remoteKeys ?? [], now.remoteKeys ?? [])
  if (!same || before.documents.length !== now.documents.length) return undefined
  const replaced: Document[] = []
  for (let at = 0; at < now.documents.length; at++) {
    const [old, document] = [before.documents[at]!, now.documents[at]!]
    if (old === document) continue
    if (nameOf(old) !== nameOf(document)) return undefined
    replaced.push(document)
  }
  return replaced
}

/** Of the tables with such documents. */
function rowsWith(previous: Mesh, replaced: readonly Document[]): Map<TableName, Rows> {
  const rows = new Map<TableName, Rows>()
  for (const document of replaced) {
    const { kind } = document
    const table: Rows = rows.get(kind) ?? new Map<string, unknown>(previous.tables[kind].rows)
    rows.set(kind, table.set(keyOf(document.metadata), document))
  }
  return rows
}

type Rows = Map<string, unknown>

function rowsOf(state: MeshState): Map<TableName, Rows> {
  const rows = new Map<TableName, Rows>()
  const put = (table: TableName, key: string, value: unknown) => {
    const existing = rows.get(table)
    if (existing) existing.set(key, value)
    else rows.set(table, new Map([[key, value]]))
  }
  for (const document of state.documents) put(document.kind, keyOf(document.metadata), document)
  for (const enrolment of state.enrolments) put('enrolment', enrolment.workload, enrolment)
  if (state.trust) put('trust', 'trust', state.trust)
  for (const keys of state.remoteKeys ?? []) put('jwks', keys.url, keys)
  return rows
}

function nextTable<Value>(
  previous: Table<Value>,
  rows: ReadonlyMap<string, unknown>,
  generation: number,
): Table<Value> {
  if (rows === previous.rows) return previous
  const typed = rows as ReadonlyMap<string, Value>
  let sameKeys = typed.size === previous.rows.size
  let sameRows = sameKeys
  for (const [key, row] of typed) {
    const before = previous.rows.get(key)
    if (before === undefined) sameKeys = false
    if (before !== row) sameRows = false
    if (!sameKeys) break
  }
  if (sameKeys && sameRows) return previous
  if (sameKeys) return Object.freeze({ ...previous, rows: typed, changedAt: generation })
  const keys = Object.freeze([...typed.keys()].sort())
  return Object.freeze({
    rows: typed,
    keys,
    keysByNamespace: byNamespace(keys, previous.keysByNamespace),
    changedAt: generation,
  })
}

function byNamespace(
  keys: readonly string[],
  previous: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly string[]> {
  const lists = new Map<string, string[]>()
  for (const key of keys) {
    const namespace = key.slice(0, key.indexOf('/'))
    const list = lists.get(namespace)
    if (list) list.push(key)
    else lists.set(namespace, [key])
  }
  const kept = new Map<string, readonly string[]>()
  for (const [namespace, list] of lists) {
    const before = previous.get(namespace)
    kept.set(namespace, before && sameElements(before, list) ? before : Object.freeze(list))
  }
  return kept
}

/** Whether two lists hold the identical elements in the same order. */
export function sameElements(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false
  return true
}

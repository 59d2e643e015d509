// The objects of a store (Kubernetes, etcd): each checked when it changes, with the same rules as files for what is broken.
import { isDeepStrictEqual } from 'node:util'
import { compareDiagnostics, type Diagnostic } from '../model/diagnostic.ts'
import { type Document, nameOf } from '../model/document.ts'
import type { Origin, Path } from '../model/origin.ts'
import { type Checked, check } from './check.ts'
import { closedVersion, guessedAbout, isStandIn } from './closed.ts'
import { type Held, merge } from './merge.ts'
import type { RegistryState } from './state.ts'
import { consequence, tell } from './tell.ts'

/** One object as the store has it. */
export interface StoredObject {
  readonly value: unknown
  readonly at: (path: Path) => Origin
}

interface Entry {
  readonly held: Held | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * What is in force of a store. An object that does not change keeps its identity. A refused one keeps its last good version;
 * one that guards something and has none is closed.
 */
export class Objects {
  readonly #entries = new Map<string, Entry>()
  /** By `Kind/namespace/name`, the ids of the objects that are called so: nearly always one. */
  readonly #ids = new Map<string, string[]>()
  #names: readonly string[] | undefined
  #state: RegistryState | undefined

  /** True if something is in force, or to be told, that was not before. `id` names the object in the store. */
  put(id: string, object: StoredObject): boolean {
    const before = this.#entries.get(id)
    const entry = entryOf(object, before)
    if (before && isSame(before, entry)) return false
    this.#entries.set(id, entry)
    this.#rename(id, before?.held?.name, entry.held?.name)
    this.#state = undefined
    return true
  }

  /** False if there was no such object. */
  remove(id: string): boolean {
    const before = this.#entries.get(id)
    if (!before) return false
    this.#entries.delete(id)
    this.#rename(id, before.held?.name, undefined)
    this.#state = undefined
    return true
  }

  ids(): IterableIterator<string> {
    return this.#entries.keys()
  }

  /** Documents sorted by `Kind/namespace/name`; the identical state if nothing changed. */
  state(): RegistryState {
    this.#state ??= this.#settle()
    return this.#state
  }

  #settle(): RegistryState {
    this.#names ??= [...this.#ids.keys()].sort()
    const clashes: Diagnostic[] = []
    const documents = this.#names.map((name) => {
      const ids = this.#ids.get(name)!
      const held = ids.map((id) => this.#entries.get(id)!.held!)
      if (held.length === 1) return held[0]!.document
      const merged = merge(held)
      clashes.push(...merged.diagnostics)
      return merged.documents[0]!
    })
    const own = [...this.#entries.values()].flatMap(({ diagnostics }) => diagnostics)
    return { documents, diagnostics: [...own, ...clashes].sort(compareDiagnostics) }
  }

  #rename(id: string, before: string | undefined, now: string | undefined): void {
    if (before === now) return
    if (before !== undefined) {
      const rest = this.#ids.get(before)!.filter((other) => other !== id)
      if (rest.length > 0) this.#ids.set(before, rest)
      else {
        this.#ids.delete(before)
        this.#names = undefined
      }
    }
    if (now !== undefined) {
      const others = this.#ids.get(now)
      if (!others) this.#names = undefined
      this.#ids.set(now, [...(others ?? []), id])
    }
  }
}

function entryOf({ value, at }: StoredObject, before: Entry | undefined): Entry {
  const checked = check(value)
  const last = before?.held?.document
  const { content } = checked
  if (content) {
    const document = keep(last, Object.freeze({ ...content, at }))
    return {
      held: { name: nameOf(document), document, fresh: true },
      diagnostics: tell(checked, at),
    }
  }
  const instead = checked.refused ? inForceInstead(checked, value, at, last) : undefined
  return {
    held: instead && { name: nameOf(instead), document: instead, fresh: false },
    diagnostics: tell(checked, at, consequence(instead)),
  }
}

/** The document of before if the new one says the same. */
function keep(last: Document | undefined, now: Document): Document {
  if (!last || last.kind !== now.kind || last.apiVersion !== now.apiVersion) return now
  const sameSpec = isDeepStrictEqual(last.spec, now.spec)
  if (!sameSpec) return now
  if (isDeepStrictEqual(last.metadata, now.metadata)) return last
  return Object.freeze({ ...now, spec: last.spec })
}

function inForceInstead(
  { about }: Checked,
  value: unknown,
  at: (path: Path) => Origin,
  last: Document | undefined,
): Document | undefined {
  if (last && !isStandIn(last) && nameOf(last) === about) return last
  const name = about ?? guessedAbout(value)
  return name === undefined ? undefined : closedVersion(name, value, at)
}

function isSame(before: Entry, now: Entry): boolean {
  return (
    before.held?.document === now.held?.document &&
    before.held?.fresh === now.held?.fresh &&
    isDeepStrictEqual(before.diagnostics, now.diagnostics)
  )
}

// The objects of all files in one list: one of each kind, namespace and name, in an order that no file order changes.
import type { Diagnostic } from '../model/diagnostic.ts'
import { byAge, type Document } from '../model/document.ts'
import { printOrigin } from '../model/origin.ts'
import type { Position } from './position.ts'

/** A document in force; `fresh` unless it is the last good version of one that is broken now. */
export interface Held {
  /** Of the document, as `nameOf` gives it: made once, since every merge sorts by it. */
  readonly name: string
  readonly document: Document
  readonly fresh: boolean
  /** Of a document in a file. */
  readonly position?: Position | undefined
}

export interface Merged {
  /** Sorted by `Kind/namespace/name`. */
  readonly documents: readonly Document[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Of several objects with one name the oldest stays in force, the others get L0108. */
export function merge(held: Iterable<Held>): Merged {
  const winners = new Map<string, Held>()
  const doubles = new Map<string, Held[]>()
  for (const entry of held) {
    const { name } = entry
    const first = winners.get(name)
    if (!first) winners.set(name, entry)
    else {
      const list = doubles.get(name)
      if (list) list.push(entry)
      else doubles.set(name, [first, entry])
    }
  }
  const diagnostics: Diagnostic[] = []
  for (const [name, list] of doubles) {
    const [winner, ...losers] = list.sort(precedence) as [Held, ...Held[]]
    winners.set(name, winner)
    for (const loser of losers) if (loser.fresh) diagnostics.push(double(winner, loser, name))
  }
  const documents = [...winners.keys()].sort().map((name) => winners.get(name)!.document)
  return { documents, diagnostics }
}

/** Fresh before last good, then oldest, then by content, so that it does not matter where they stand. */
function precedence(a: Held, b: Held): number {
  return (
    Number(b.fresh) - Number(a.fresh) ||
    byAge(a.document, b.document) ||
    compare(textOf(a.document), textOf(b.document)) ||
    compare(placeOf(a.document), placeOf(b.document))
  )
}

function double(winner: Held, loser: Held, name: string): Diagnostic {
  const place = printOrigin(winner.document.at([]))
  return {
    code: 'L0108',
    severity: 'error',
    text: `${name} is defined at ${place} too, and that one is in force; remove one of them`,
    origin: loser.document.at([]),
    about: name,
  }
}

function textOf({ apiVersion, metadata, spec }: Document): string {
  return JSON.stringify([apiVersion, metadata, spec])
}

function placeOf(document: Document): string {
  const { source, line } = document.at([])
  return `${source}:${String(line).padStart(9, '0')}`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

// Collects what is to be said about one object, each with the place of its path.
import type { Code } from '../../model/codes.ts'
import type { Diagnostic, Severity } from '../../model/diagnostic.ts'
import { type Document, nameOf } from '../../model/document.ts'
import type { Path } from '../../model/origin.ts'

export interface Report {
  readonly diagnostics: Diagnostic[]
  /** The object cannot be used as written. */
  readonly error: Say
  /** The object is used, but something in it will not do what it seems to say. */
  readonly warning: Say
  readonly info: Say
}

/** A text that names the place of another object is made whenever it is read, since lines move. */
type Text = string | (() => string)
type Say = (code: Code, path: Path, text: Text) => void

/** Paths count from the document's root, as `['spec', 'http', 0]`. */
export function reportOn(document: Document): Report {
  const diagnostics: Diagnostic[] = []
  const about = nameOf(document)
  const say =
    (severity: Severity): Say =>
    (code, path, text) => {
      const origin = document.at(path)
      const said = () => (typeof text === 'string' ? text : text())
      diagnostics.push({
        ...{ code, severity, origin, about },
        get text() {
          return said()
        },
      })
    }
  return { diagnostics, error: say('error'), warning: say('warning'), info: say('info') }
}

/** Calls `check` with each element and its path; nothing for an absent list. */
export function eachOf<T>(
  list: readonly T[] | undefined,
  path: Path,
  check: (value: T, path: Path, index: number) => void,
): void {
  for (const [index, value] of (list ?? []).entries()) check(value, [...path, index], index)
}

/** Likewise for the entries of a map. */
export function eachEntry<T>(
  map: Readonly<Record<string, T>> | undefined,
  path: Path,
  check: (key: string, value: T, path: Path) => void,
): void {
  for (const [key, value] of Object.entries(map ?? {})) check(key, value, [...path, key])
}

/** Indexes of elements equal (by key) to an earlier one, each with the index of the first. */
export function repeats<T>(
  list: readonly T[] | undefined,
  keyOf: (value: T) => string | undefined,
): [index: number, first: number][] {
  const seen = new Map<string, number>()
  const found: [number, number][] = []
  for (const [index, value] of (list ?? []).entries()) {
    const key = keyOf(value)
    if (key === undefined) continue
    const first = seen.get(key)
    if (first === undefined) seen.set(key, index)
    else found.push([index, first])
  }
  return found
}

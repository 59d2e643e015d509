// One file: its text and what it said before -> the documents in force and what is wrong. Pure; documents that did not change are not parsed again.
import { isDeepStrictEqual } from 'node:util'
import type { Diagnostic } from '../model/diagnostic.ts'
import { type Document, nameOf } from '../model/document.ts'
import type { Origin, Path } from '../model/origin.ts'
import { type Checked, check, objectsIn } from './check.ts'
import { closedVersion, guessedAbout, isStandIn, UNNAMED } from './closed.ts'
import type { Held } from './merge.ts'
import type { Parsed, Place } from './parsed.ts'
import { consequence, tell } from './tell.ts'
import { closedVersionsIn } from './unreadable.ts'
import { find, parse, split } from './yaml.ts'

/** What reading a file gave. */
export type FileContent =
  | { readonly text: string }
  | { readonly problem: { readonly code: 'L0101' | 'L0109' | 'L0111'; readonly text: string } }

export interface SourceFile {
  readonly path: string
  readonly content: FileContent
  readonly chunks: readonly ReadChunk[]
  readonly held: readonly Held[]
  readonly diagnostics: readonly Diagnostic[]
}

/** A chunk's text with all that follows from it and from its first line. */
interface ReadChunk {
  readonly text: string
  readonly line: number
  readonly parsed: Parsed
  readonly objects: readonly ReadObject[]
}

interface ReadObject {
  readonly path: Path
  readonly checked: Checked
  readonly document?: Document
  readonly name?: string
}

/**
 * The file after its content became `content`. Last good versions stay in force for what is broken: a refused object keeps its own,
 * a file with a syntax error keeps every object that it does not name any more, an unreadable or (unless `allowEmpty`) blank
 * file keeps all. Yields between documents, so that the caller can let others run.
 */
export function* nextFile(
  path: string,
  content: FileContent,
  previous: SourceFile | undefined,
  allowEmpty: boolean,
): Generator<void, SourceFile> {
  const before = previous?.held ?? []
  if ('problem' in content) {
    const { code, text } = content.problem
    return keepAll(path, content, previous, {
      code,
      severity: 'error',
      text: text + inForce(before),
    })
  }
  if (content.text.trim() === '' && before.length > 0 && !allowEmpty) {
    const text = `the file is empty now; delete it to remove its objects${inForce(before)}`
    return keepAll(path, content, previous, { code: 'L0110', severity: 'error', text })
  }
  const known = new Map<string, ReadChunk[]>()
  for (const chunk of previous?.chunks ?? []) {
    const same = known.get(chunk.text)
    if (same) same.push(chunk)
    else known.set(chunk.text, [chunk])
  }
  const documents = new Map(before.map(({ name, document }) => [name, document]))
  const chunks: ReadChunk[] = []
  for (const { text, line } of split(content.text)) {
    const same = known.get(text)
    const found = same?.find((chunk) => chunk.line === line)
    chunks.push(found ?? readChunk(path, text, line, same?.[0], documents))
    yield
  }
  return { path, content, chunks, ...inForceNow(path, chunks, documents) }
}

function keepAll(
  path: string,
  content: FileContent,
  previous: SourceFile | undefined,
  diagnostic: Diagnostic,
): SourceFile {
  const held = (previous?.held ?? []).map((entry) => ({ ...entry, fresh: false }))
  const origin = { source: path, line: 0, column: 0 }
  return {
    path,
    content,
    chunks: previous?.chunks ?? [],
    held,
    diagnostics: [{ ...diagnostic, origin }],
  }
}

function readChunk(
  source: string,
  text: string,
  line: number,
  same: ReadChunk | undefined,
  previous: ReadonlyMap<string, Document>,
): ReadChunk {
  const parsed = same?.parsed ?? parse(text)
  if (parsed.type !== 'value') return { text, line, parsed, objects: [] }
  const checks =
    same?.objects ??
    objectsIn(parsed.value).map(({ value, path }) => ({ path, checked: check(value) }))
  const objects = checks.map(({ path, checked }): ReadObject => {
    const { content } = checked
    if (!content) return { path, checked }
    const at = (inside: Path) => originOf(source, line, parsed.place, [...path, ...inside])
    const old = previous.get(checked.about ?? '')
    const document: Document = Object.freeze({
      ...content,
      metadata: kept(old?.metadata, content.metadata),
      spec: kept(old?.spec, content.spec),
      at,
    })
    return { path, checked, document, name: nameOf(document) }
  })
  return { text, line, parsed, objects }
}

/** The old value if the new one is equal: what did not change stays the same object. */
function kept<T>(old: T | undefined, now: T): T {
  return old !== undefined && isDeepStrictEqual(old, now) ? old : now
}

function originOf(source: string, line: number, place: Place, path: Path): Origin {
  const at = find(place, path)
  return { source, line: line + at.line + 1, column: at.column + 1 }
}

function inForceNow(
  source: string,
  chunks: readonly ReadChunk[],
  previous: ReadonlyMap<string, Document>,
): { held: readonly Held[]; diagnostics: readonly Diagnostic[] } {
  const held: Held[] = []
  const diagnostics: Diagnostic[] = []
  const named = new Set<string>()
  const objects = chunks.flatMap((chunk) => chunk.objects.map((object) => ({ chunk, object })))
  for (const { object } of objects) {
    const { document, name } = object
    if (!document || name === undefined) continue
    held.push({ name, document, fresh: true })
    named.add(name)
  }
  for (const { chunk, object } of objects) {
    const { refused } = object.checked
    const about = object.checked.about ?? guessedName(chunk, object)
    const last =
      refused && about && !named.has(about)
        ? fallback(source, chunk, object, about, previous)
        : undefined
    if (last && about) {
      named.add(about)
      held.push({ name: about, document: last, fresh: false })
    }
    diagnostics.push(...diagnose(source, chunk, object, last))
  }
  const broken = chunks.filter((chunk) => chunk.parsed.type === 'problem')
  const rest =
    broken.length === 0
      ? []
      : [...previous].filter(([name, document]) => !named.has(name) && !isStandIn(document))
  const lost = rest.map(([name, document]) => ({ name, document, fresh: false }))
  held.push(...lost)
  for (const { text: written, parsed, line } of broken) {
    if (parsed.type !== 'problem') continue
    const { problem } = parsed
    const origin = { source, line: line + problem.line + 1, column: problem.column + 1 }
    const closed = closedVersionsIn(written, origin)
      .map((document) => ({ name: nameOf(document), document, fresh: false }))
      .filter(({ document }) => !isKnown(document, held))
    held.push(...closed)
    const text = `${problem.text}${inForce(lost)}${closedUntilRead(closed)}`
    diagnostics.push({ code: 'L0101', severity: 'error', text, origin })
  }
  return { held, diagnostics }
}

/** A version of it is in force; or one of another name in its place, where its own cannot be read. */
function isKnown({ kind, metadata }: Document, held: readonly Held[]): boolean {
  return held.some(
    ({ document, fresh }) =>
      document.kind === kind &&
      document.metadata.namespace === metadata.namespace &&
      (document.metadata.name === metadata.name ||
        (metadata.name === UNNAMED && !fresh && !isStandIn(document))),
  )
}

function closedUntilRead(closed: readonly Held[]): string {
  if (closed.length === 0) return ''
  const names = closed.map(({ name }) => name).join(', ')
  return `; what it may be about is closed until it can be read: ${names}`
}

/** The last good version of a refused object; without one, a closed stand-in if it guards something. */
function fallback(
  source: string,
  { line, parsed }: ReadChunk,
  { path }: ReadObject,
  about: string,
  previous: ReadonlyMap<string, Document>,
): Document | undefined {
  const last = previous.get(about)
  if ((last && !isStandIn(last)) || parsed.type !== 'value') return last
  const value = valueAt(parsed.value, path)
  const at = (inside: Path) => originOf(source, line, parsed.place, [...path, ...inside])
  return closedVersion(about, value, at)
}

/** Of an object without a usable header, if it guards something. */
function guessedName({ parsed }: ReadChunk, { path, checked }: ReadObject): string | undefined {
  if (parsed.type !== 'value' || !checked.refused) return undefined
  return guessedAbout(valueAt(parsed.value, path))
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, key) => (at as Fields)[key], value)
}

type Fields = Readonly<Record<string | number, unknown>>

/** The findings with their places; the first error of a refused object says what is in force instead. */
function diagnose(
  source: string,
  { line, parsed }: ReadChunk,
  { path, checked }: ReadObject,
  last: Document | undefined,
): Diagnostic[] {
  if (parsed.type !== 'value') return []
  const at = (inside: Path) => originOf(source, line, parsed.place, [...path, ...inside])
  return tell(checked, at, consequence(last))
}

function inForce(held: readonly Held[]): string {
  if (held.length === 0) return ''
  const names = held.slice(0, 3).map(({ name }) => name)
  const more = held.length > names.length ? ` and ${held.length - names.length} more` : ''
  return `; in force as they were before: ${names.join(', ')}${more}`
}

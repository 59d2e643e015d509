// One file: its text and what it said before -> the documents in force and what is wrong. Documents that did not change are not parsed again.
import { isDeepStrictEqual } from 'node:util'
import type { Diagnostic } from '../model/diagnostic.ts'
import { type Document, nameOf } from '../model/document.ts'
import type { Origin, Path } from '../model/origin.ts'
import { type Checked, type Content, check, objectsIn } from './check.ts'
import { closedVersion, guessedAbout, isStandIn, UNNAMED } from './closed.ts'
import type { Held } from './merge.ts'
import type { Parsed, Place } from './parsed.ts'
import { Position } from './position.ts'
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
  readonly position?: Position
  readonly name?: string
}

/**
 * The file after its content became `content`. Last good versions stay in force for what is broken: a refused object keeps its own,
 * a file with a syntax error keeps every object that it does not name any more, an unreadable or (unless `allowEmpty`) blank
 * file keeps all. A document that says the same is the identical one, also where its lines moved: they are told to its position,
 * and that is all that this changes of `previous`. Yields between documents, so that the caller can let others run.
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
  const last = new Map(before.map((held) => [held.name, held]))
  const parts = split(content.text).map(({ text, line }) => {
    const same = known.get(text)
    return { text, line, same, found: same?.find((chunk) => chunk.line === line) }
  })
  const free = new Map(last)
  for (const { found } of parts) {
    for (const { name = '' } of found?.objects ?? []) free.delete(name)
  }
  const chunks: ReadChunk[] = []
  for (const { text, line, same, found } of parts) {
    chunks.push(found ?? readChunk(path, text, line, same?.[0], free))
    yield
  }
  return { path, content, chunks, ...inForceNow(path, chunks, last) }
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
  free: Map<string, Held>,
): ReadChunk {
  const parsed = same?.parsed ?? parse(text)
  if (parsed.type !== 'value') return { text, line, parsed, objects: [] }
  const checks =
    same?.objects ??
    objectsIn(parsed.value).map(({ value, path }) => ({ path, checked: check(value) }))
  const objects = checks.map(({ path, checked }): ReadObject => {
    const { content } = checked
    if (!content) return { path, checked }
    const find = (inside: Path) => originOf(source, line, parsed.place, [...path, ...inside])
    const name = checked.about ?? ''
    const old = free.get(name)
    // Of two of one name only one can be it.
    free.delete(name)
    return { path, checked, name, ...placed(content, find, old) }
  })
  return { text, line, parsed, objects }
}

/** The document of before, moved, if it says the same. */
function placed(content: Content, find: Position['find'], old: Held | undefined) {
  const last = old?.document
  const metadata = kept(last?.metadata, content.metadata)
  const spec = kept(last?.spec, content.spec)
  const same =
    last?.apiVersion === content.apiVersion && last.metadata === metadata && last.spec === spec
  if (same && old?.position) {
    old.position.find = find
    return { document: last, position: old.position }
  }
  const position = new Position(find)
  const document: Document = Object.freeze({ ...content, metadata, spec, at: position.at })
  return { document, position }
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
  previous: ReadonlyMap<string, Held>,
): { held: readonly Held[]; diagnostics: readonly Diagnostic[] } {
  const held: Held[] = []
  const diagnostics: Diagnostic[] = []
  const named = new Set<string>()
  const objects = chunks.flatMap((chunk) => chunk.objects.map((object) => ({ chunk, object })))
  for (const { object } of objects) {
    const { document, position, name } = object
    if (!document || name === undefined) continue
    held.push({ name, document, position, fresh: true })
    named.add(name)
  }
  for (const { chunk, object } of objects) {
    const { refused } = object.checked
    const about = object.checked.about ?? guessedName(chunk, object)
    const last =
      refused && about && !named.has(about)
        ? fallback(source, chunk, object, about, previous.get(about))
        : undefined
    if (last) {
      named.add(last.name)
      held.push(last)
    }
    diagnostics.push(...diagnose(source, chunk, object, last?.document))
  }
  const broken = chunks.filter((chunk) => chunk.parsed.type === 'problem')
  const rest =
    broken.length === 0
      ? []
      : [...previous.values()].filter(
          ({ name, document }) => !named.has(name) && !isStandIn(document),
        )
  const lost = rest.map((entry) => ({ ...entry, fresh: false }))
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
  name: string,
  last: Held | undefined,
): Held | undefined {
  if (last && (!isStandIn(last.document) || parsed.type !== 'value')) {
    return { ...last, fresh: false }
  }
  if (parsed.type !== 'value') return undefined
  const value = valueAt(parsed.value, path)
  const at = (inside: Path) => originOf(source, line, parsed.place, [...path, ...inside])
  const document = closedVersion(name, value, at)
  return document && { name, document, fresh: false }
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

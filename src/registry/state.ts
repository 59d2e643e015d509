// All files -> all documents: the pure step from what was read before to what is read now.
import { compareDiagnostics, type Diagnostic } from '../model/diagnostic.ts'
import type { Document } from '../model/document.ts'
import { type Held, type Merged, merge } from './merge.ts'
import { type FileContent, nextFile, type SourceFile } from './source.ts'

/** What the registry publishes. */
export interface RegistryState {
  /** One of each kind, namespace and name; sorted by `Kind/namespace/name`. */
  readonly documents: readonly Document[]
  readonly diagnostics: readonly Diagnostic[]
}

export interface FilesState extends RegistryState {
  readonly files: ReadonlyMap<string, SourceFile>
}

/** Everything found at one moment. */
export interface Found {
  /** By path. The identical object as before if the file did not change. */
  readonly files: ReadonlyMap<string, FileContent>
  /** Given paths that are gone or empty. */
  readonly troubles: readonly Trouble[]
  /** Files that are gone but still count for a moment; the same objects elsewhere come before theirs. */
  readonly fading?: ReadonlySet<string>
}

export interface Trouble {
  readonly path: string
  readonly code: 'L0109' | 'L0110'
  readonly text: string
}

export interface StateOptions {
  /** Empty files and directories mean that there are no objects; otherwise they are taken for an accident. */
  readonly allowEmpty?: boolean
}

export const NOTHING: FilesState = { files: new Map(), documents: [], diagnostics: [] }

/**
 * The state after `found` was read; `previous` itself if that changes nothing. Documents that say the same keep their identity,
 * also where they moved; of others, `spec` and `metadata` do. Yields between documents.
 */
export function* nextState(
  previous: FilesState,
  found: Found,
  options: StateOptions = {},
): Generator<void, FilesState> {
  const allowEmpty = options.allowEmpty ?? false
  const files = new Map<string, SourceFile>()
  const gone = new Set(found.fading)
  const troubles: Diagnostic[] = []
  for (const trouble of found.troubles) {
    const lost = allowEmpty
      ? []
      : [...previous.files].filter(([path]) => within(trouble.path, path))
    for (const [path, file] of lost) {
      files.set(path, file)
      gone.add(path)
    }
    const objects = lost.reduce((sum, [, file]) => sum + file.held.length, 0)
    const diagnostic = report(trouble, objects, allowEmpty)
    if (diagnostic) troubles.push(diagnostic)
  }
  for (const path of [...found.files.keys()].sort()) {
    const content = found.files.get(path)!
    const before = previous.files.get(path)
    gone.delete(path)
    if (found.fading?.has(path)) gone.add(path)
    if (before && before.content === content) files.set(path, before)
    else files.set(path, yield* nextFile(path, content, before, allowEmpty))
  }
  const all = [...files.values()]
  const merged = inPlace(previous, files) ?? merge(all.flatMap((file) => heldIn(file, gone)))
  const diagnostics = [
    ...troubles,
    ...all.flatMap((file) => file.diagnostics),
    ...merged.diagnostics,
  ].sort(compareDiagnostics)
  return settle(previous, { files, documents: merged.documents, diagnostics })
}

function heldIn({ path, held }: SourceFile, gone: ReadonlySet<string>): readonly Held[] {
  return gone.has(path) ? held.map((entry) => ({ ...entry, fresh: false })) : held
}

/** Where each file holds objects of the names of before, and no two have one name, those that changed take their places. */
function inPlace(previous: FilesState, files: ReadonlyMap<string, SourceFile>): Merged | undefined {
  if (files.size !== previous.files.size) return undefined
  const changed = new Map<Document, Document>()
  let objects = 0
  for (const [path, { held }] of files) {
    const before = previous.files.get(path)?.held
    if (before?.length !== held.length) return undefined
    objects += held.length
    for (let at = 0; before !== held && at < held.length; at++) {
      const [old, now] = [before[at]!, held[at]!]
      if (old.name !== now.name) return undefined
      if (old.document !== now.document) changed.set(old.document, now.document)
    }
  }
  if (objects !== previous.documents.length) return undefined
  const { documents } = previous
  if (changed.size === 0) return { documents, diagnostics: [] }
  return {
    documents: documents.map((document) => changed.get(document) ?? document),
    diagnostics: [],
  }
}

function report(trouble: Trouble, objects: number, allowEmpty: boolean): Diagnostic | undefined {
  const { code, path } = trouble
  if (code === 'L0110' && allowEmpty) return undefined
  const note = objects > 0 ? `; its ${objects} objects stay in force as they were before` : ''
  return {
    code,
    severity: code === 'L0110' && objects === 0 ? 'warning' : 'error',
    text: `${trouble.text}${note}`,
    origin: { source: path, line: 0, column: 0 },
  }
}

/** Whether a path is `parent` or below it. */
export function within(parent: string, path: string): boolean {
  return path === parent || path.startsWith(parent.endsWith('/') ? parent : `${parent}/`)
}

/** Keeps the identity of what is equal. */
function settle(previous: FilesState, next: FilesState): FilesState {
  const documents = same(previous.documents, next.documents) ? previous.documents : next.documents
  const before = previous.diagnostics
  const now = next.diagnostics
  const diagnostics =
    before.length === now.length &&
    before.every((old, index) => JSON.stringify(old) === JSON.stringify(now[index]))
      ? before
      : now
  if (documents === previous.documents && diagnostics === before && sameFiles(previous, next)) {
    return previous
  }
  return { files: next.files, documents, diagnostics }
}

function sameFiles(a: FilesState, b: FilesState): boolean {
  if (a.files.size !== b.files.size) return false
  for (const [path, file] of a.files) if (b.files.get(path) !== file) return false
  return true
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index])
}

// One object as it was written -> its checked, frozen content and what is to be said about it.
import type { Code } from '../model/codes.ts'
import type { Severity } from '../model/diagnostic.ts'
import type { Kind, Metadata } from '../model/document.ts'
import type { Path } from '../model/origin.ts'
import { type KindSchema, SCHEMAS } from '../model/schema/index.ts'
import type { Shape } from '../model/shape.ts'
import { fit, type Note } from './fit.ts'
import { identify } from './identify.ts'
import { complete, isTime, metadataShape } from './metadata.ts'
import { phrase, printPath } from './phrase.ts'
import { nearest } from './spelling.ts'

/** A diagnostic whose place is still a path into the object. */
export interface Finding {
  readonly code: Code
  readonly severity: Severity
  readonly text: string
  readonly path: Path
}

export interface Content {
  readonly kind: Kind
  readonly apiVersion: string
  readonly metadata: Metadata
  /** Frozen all through. */
  readonly spec: unknown
}

export interface Checked {
  /** Absent if the object is refused or ignored. */
  readonly content?: Content
  /** `Kind/namespace/name`, if it could be read. */
  readonly about?: string
  /** It is one of Lotse's kinds, and so wrong that it cannot be used. */
  readonly refused: boolean
  readonly findings: readonly Finding[]
}

type Fields = Readonly<Record<string, unknown>>

/** The objects in a parsed document, each with its path: the items of a List, or the one object that it is. */
export function objectsIn(value: unknown, path: Path = []): { value: unknown; path: Path }[] {
  if (isObject(value) && typeof value.kind === 'string' && Array.isArray(value.items)) {
    if (value.kind.endsWith('List') && path.length < 10) {
      return value.items.flatMap((item, index) => objectsIn(item, [...path, 'items', index]))
    }
  }
  return [{ value, path }]
}

/** Never throws. An unknown field is a warning and removed; a wrong or missing one is an error and the object is refused. */
export function check(value: unknown): Checked {
  if (!isObject(value)) {
    return refuse('L0102', 'not an object with apiVersion, kind and metadata', [])
  }
  const { kind, apiVersion } = value
  for (const [name, given] of Object.entries({ apiVersion, kind })) {
    if (typeof given === 'string' && given !== '') continue
    return refuse('L0102', `the document has no ${name}: not a Kubernetes-style object`, [name])
  }
  const identified = identify(String(kind), String(apiVersion))
  if (identified.type === 'ignored') {
    const finding = { severity: 'warning', text: identified.text, path: ['kind'] } as const
    return { refused: false, findings: [{ code: 'L0103', ...finding }] }
  }
  if (identified.type === 'wrong') return refuse('L0103', identified.text, [identified.field])
  return checkKnown(identified.kind, String(apiVersion), value)
}

function refuse(code: Code, text: string, path: Path): Checked {
  return { refused: true, findings: [{ code, severity: 'error', text, path }] }
}

function checkKnown(kind: Kind, apiVersion: string, value: Fields): Checked {
  const { shape, namespaced, content }: KindSchema<unknown> = SCHEMAS[kind]
  const findings: Finding[] = []
  const header = checkMetadata(kind, namespaced, value.metadata, findings)
  const isSecret = kind === 'Secret'
  const spec =
    content === 'spec'
      ? checkPart(shape, value.spec ?? {}, ['spec'], isSecret, findings)
      : checkPart(shape, besides(value, ROOT), [], isSecret, findings)
  if (content === 'spec') {
    const known = ['apiVersion', 'kind', 'metadata', 'spec', 'status']
    for (const key of Object.keys(value)) {
      if (!known.includes(key)) findings.push(unknownField([key], known))
    }
  }
  if (shape.schema.later) {
    const text = `${kind} is read and checked but not translated yet`
    findings.push({ code: 'L0107', severity: 'warning', text, path: ['kind'] })
  }
  const about = header && `${kind}/${header.namespace}/${header.name}`
  const refused = findings.some((finding) => finding.severity === 'error')
  const identity = about === undefined ? {} : { about }
  if (refused || !header) return { ...identity, refused: true, findings }
  return {
    ...identity,
    refused: false,
    findings,
    content: Object.freeze({ kind, apiVersion, metadata: header, spec }),
  }
}

const ROOT = ['apiVersion', 'kind', 'metadata', 'status']

function besides(value: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)))
}

/** The part without unknown fields; what is wrong with it goes to `findings`. */
function checkPart<T>(
  shape: Shape<T>,
  value: unknown,
  at: Path,
  secret: boolean,
  findings: Finding[],
): T {
  const { copy, notes } = fit(shape.schema, value, at)
  for (const note of notes) findings.push(findingOf(note, secret))
  return copy as T
}

function findingOf(note: Note, secret: boolean): Finding {
  const { path } = note
  const where = printPath(path)
  switch (note.type) {
    case 'unknown':
      return unknownField(path, note.known)
    case 'later': {
      const text = `${where} is known but not supported yet: it has no effect`
      return { code: 'L0107', severity: 'warning', text, path }
    }
    case 'unused': {
      const text = `${where} has no effect: ${note.why}`
      return { code: 'L0238', severity: 'warning', text, path }
    }
    case 'missing':
      return { code: 'L0106', severity: 'error', text: `${where} is missing`, path }
    case 'exclusive': {
      const text = `${where} has ${note.fields.join(' and ')}; only one of them may be given`
      return { code: 'L0105', severity: 'error', text, path: [...path, note.fields[1] ?? ''] }
    }
    case 'misfit': {
      const text = `${where} ${phrase(note.rule, note.schema, note.value, secret)}`
      return { code: 'L0105', severity: 'error', text, path }
    }
  }
}

function unknownField(path: Path, known: readonly string[]): Finding {
  const meant = nearest(String(path.at(-1)), known)
  const hint = meant ? `; did you mean \`${meant}\`?` : ''
  const text = `unknown field ${printPath(path)}: ignored${hint}`
  return { code: 'L0104', severity: 'warning', text, path }
}

/** Undefined if the object cannot be named. */
function checkMetadata(
  kind: Kind,
  namespaced: boolean,
  value: unknown,
  findings: Finding[],
): Metadata | undefined {
  const before = findings.length
  const given = checkPart(metadataShape, value ?? {}, ['metadata'], false, findings)
  const name = given.name ?? (kind === 'MeshConfig' ? 'mesh' : undefined)
  const failedWhole = findings.slice(before).some(({ path }) => path.length === 1)
  if (name === undefined && !failedWhole) {
    const text = `metadata.name is missing: every ${kind} needs one`
    findings.push({ code: 'L0106', severity: 'error', text, path: ['metadata', 'name'] })
  }
  const time = given.creationTimestamp
  if (typeof time === 'string' && !isTime(time)) {
    const text = 'metadata.creationTimestamp must be a time such as 2026-01-31T12:00:00Z'
    const path = ['metadata', 'creationTimestamp']
    findings.push({ code: 'L0105', severity: 'error', text, path })
  }
  const failed = findings.slice(before).filter(({ severity }) => severity === 'error')
  if (name === undefined || failed.some(({ path }) => !named(path))) return undefined
  const namespace = given.namespace === undefined ? {} : { namespace: given.namespace }
  return complete(failed.length === 0 ? given : namespace, name, namespaced)
}

/** Whether an error at this path leaves name and namespace readable. */
function named(path: Path): boolean {
  return path.length > 1 && path[1] !== 'name' && path[1] !== 'namespace'
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

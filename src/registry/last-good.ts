// What was in force when Lotse ended, kept in the data directory: a restart must not lose what a broken file said before.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CUSTOM_KINDS } from '../model/custom-kind.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { type Document, KINDS, nameOf } from '../model/document.ts'
import type { Origin } from '../model/origin.ts'
import type { RegistryState } from './state.ts'

/** Milliseconds without a change before it is written, and how long that may be put off. */
const QUIET = 2_000
const LONGEST_QUIET = 30_000

/** An object as one line of the file. */
interface Line extends Pick<Document, 'kind' | 'apiVersion' | 'metadata' | 'spec'> {
  readonly origin: Origin
}

export class LastGood {
  /** As an earlier process left them. */
  readonly documents: readonly Document[]
  readonly #path: string
  /** Of each object that is kept its line without the place in its source, which may move. */
  readonly #heads = new WeakMap<Document, string>()
  #wanted: readonly Document[] | undefined
  #since = 0
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> | undefined

  constructor(directory: string) {
    this.#path = join(directory, 'last-good.jsonl')
    this.documents = read(this.#path)
  }

  /** What was read, with the objects of an earlier process whose file cannot be understood now. */
  complete(state: RegistryState): RegistryState {
    if (this.documents.length === 0) return state
    const wrong = new Set(
      state.diagnostics.flatMap(({ severity, origin }) =>
        severity === 'error' && origin ? [origin.source] : [],
      ),
    )
    if (wrong.size === 0) return state
    const present = new Set(state.documents.map(nameOf))
    const kept = this.documents.filter(
      (document) => wrong.has(document.at([]).source) && !present.has(nameOf(document)),
    )
    if (kept.length === 0) return state
    return {
      documents: [...state.documents, ...kept],
      diagnostics: [...state.diagnostics, ...kept.map(note)],
    }
  }

  /** Written a little later, since it is for the next process only. */
  keep(documents: readonly Document[]): void {
    if (!this.#wanted) this.#since = performance.now()
    this.#wanted = documents
    const left = this.#since + LONGEST_QUIET - performance.now()
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#write(), Math.max(0, Math.min(QUIET, left)))
    this.#timer.unref()
  }

  /** Writes what is not written yet. */
  async close(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#writing
    if (!this.#wanted) return
    try {
      writeFileSync(`${this.#path}.new`, this.#text(this.#wanted), { mode: 0o600 })
      renameSync(`${this.#path}.new`, this.#path)
    } catch {
      // Without it the next start knows only what the files say.
    }
  }

  #write(): void {
    if (this.#writing || !this.#wanted) return
    const text = this.#text(this.#wanted)
    this.#wanted = undefined
    this.#writing = writeFile(`${this.#path}.new`, text, { mode: 0o600 })
      .then(() => rename(`${this.#path}.new`, this.#path))
      .catch(() => undefined)
      .finally(() => {
        this.#writing = undefined
        if (this.#wanted) this.keep(this.#wanted)
      })
  }

  #text(documents: readonly Document[]): string {
    const lines: string[] = []
    for (const document of documents) {
      if (!isKept(document)) continue
      let head = this.#heads.get(document)
      if (head === undefined) {
        const { kind, apiVersion, metadata, spec } = document
        const origin = { source: document.at([]).source }
        head = JSON.stringify({ kind, apiVersion, metadata, spec, origin }).slice(0, -2)
        this.#heads.set(document, head)
      }
      const { line, column } = document.at([])
      lines.push(`${head},"line":${line},"column":${column}}}`)
    }
    return `${lines.join('\n')}\n`
  }
}

/** Keys must not lie about; a Secret that is refused is the certificate of one server. */
function isKept({ kind, at }: Document): boolean {
  if (kind === 'Secret' || kind === 'ConfigMap') return false
  // Pods and slices are many, and the API server takes none that cannot be understood.
  const { source } = at([])
  return !source.startsWith('k8s:') || CHECKED_BY_LOTSE.some((one) => source.startsWith(one))
}

const CHECKED_BY_LOTSE = CUSTOM_KINDS.map((kind) => `k8s:${kind}/`)

function read(path: string): readonly Document[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return []
  }
  return text.split('\n').flatMap((line) => parsed(line) ?? [])
}

/** Nothing for a line that is not what was written: half a file, or that of another version. */
function parsed(line: string): Document | undefined {
  try {
    const { origin, ...rest } = JSON.parse(line) as Line
    if (!KINDS.includes(rest.kind) || typeof origin?.source !== 'string') return undefined
    return Object.freeze({ ...rest, at: () => origin })
  } catch {
    return undefined
  }
}

function note(document: Document): Diagnostic {
  const about = nameOf(document)
  return {
    code: 'L0200',
    severity: 'info',
    text: `${about} stays in force as it was before the restart, since its file cannot be understood now`,
    origin: document.at([]),
    about,
  }
}

// Files and directories as a source of objects: read once, or watched for as long as the registry is open.
import { basename, dirname } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Fading, GRACE, isBlank, withGrace } from './grace.ts'
import { type Entry, identityOf, look, reload, type Scan, scan } from './scan.ts'
import type { FileContent } from './source.ts'
import {
  type FilesState,
  type Found,
  NOTHING,
  nextState,
  type RegistryState,
  type StateOptions,
} from './state.ts'
import { DirectoryWatch } from './watch.ts'

export type { RegistryState } from './state.ts'

export interface FileOptions extends StateOptions {
  /** Called after every change of `state`, once a batch of changed files; also where only lines moved. */
  readonly onChange: (state: RegistryState) => void
  /** Milliseconds between looks at everything, for file systems that give no events. */
  readonly rescan?: number
}

/** Longest slice of work before others get the event loop, in ms. */
const SLICE = 10
/** In a burst: how long no event must come before the next read, and how long that may be put off, in ms. */
const QUIET = 20
const LONGEST_QUIET = 200

/** Reads files and directories (recursively) once. Never rejects for what is in them: see the diagnostics. */
export async function readFiles(
  paths: readonly string[],
  options: StateOptions = {},
): Promise<RegistryState> {
  const { entries, troubles } = await scan(paths)
  const { documents, diagnostics } = await drive(
    nextState(NOTHING, { files: contentsOf(entries), troubles }, options),
  )
  return { documents, diagnostics }
}

/** Reads files and directories (recursively) and watches them until `close`. Resolves when all are read. */
export async function openFiles(
  paths: readonly string[],
  options: FileOptions,
): Promise<FileRegistry> {
  const registry = new FileRegistry(paths, options)
  await registry.open()
  return registry
}

export class FileRegistry {
  readonly #roots: readonly string[]
  readonly #options: FileOptions
  readonly #watch = new DirectoryWatch((path) => this.#changed(path))
  #state: FilesState = NOTHING
  #scan: Scan = { entries: new Map(), troubles: [], directories: new Map() }
  #fading: Fading = new Map()
  /** What events named since the last read; `everything` if one named nothing. */
  #dirty = new Set<string>()
  #everything = false
  #firstEvent = 0
  #lastRead = 0
  /** How long the last look at everything took, in ms. */
  #scanTime = 0
  #reading: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #rescan: NodeJS.Timeout | undefined
  #closed = false

  constructor(roots: readonly string[], options: FileOptions) {
    this.#roots = roots
    this.#options = options
  }

  get state(): RegistryState {
    return this.#state
  }

  async open(): Promise<void> {
    this.#scan = await scan(this.#roots)
    await this.#follow()
    this.#state = await drive(nextState(NOTHING, this.#found(), this.#options))
    this.#lastRead = performance.now()
    this.#rescan = setInterval(() => this.#lookAround(), this.#options.rescan ?? 3000)
    this.#rescan.unref()
    this.#changed()
  }

  /** No `onChange` after this has resolved. */
  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#rescan)
    clearTimeout(this.#timer)
    this.#watch.close()
    await this.#reading
  }

  /** Many files take long to look at, so they are looked at less often: at most one hundredth of the time. */
  #lookAround(): void {
    if (performance.now() - this.#lastRead >= 100 * this.#scanTime) this.#changed()
  }

  /** The first change after a quiet time is read at once; those of a burst together. */
  #changed(path?: string): void {
    if (this.#closed) return
    const now = performance.now()
    if (this.#dirty.size === 0 && !this.#everything) this.#firstEvent = now
    if (path === undefined) this.#everything = true
    else this.#dirty.add(path)
    if (this.#reading) return
    const quiet = now - this.#lastRead > QUIET
    const overdue = now - this.#firstEvent > LONGEST_QUIET
    this.#schedule(quiet || overdue ? 0 : QUIET)
  }

  #schedule(delay: number): void {
    clearTimeout(this.#timer)
    if (delay > 0) this.#timer = setTimeout(() => this.#start(), delay)
    else this.#start()
  }

  #start(): void {
    if (this.#closed || this.#reading) return
    this.#reading = this.#read().finally(() => {
      this.#reading = undefined
      this.#lastRead = performance.now()
      const more = this.#everything || this.#dirty.size > 0
      if (!this.#closed && (more || this.#fading.size > 0)) this.#schedule(more ? QUIET : GRACE)
    })
  }

  async #read(): Promise<void> {
    const named = this.#everything || this.#fading.size > 0 ? undefined : [...this.#dirty]
    this.#everything = false
    const touched = this.#dirty
    this.#dirty = new Set()
    if (!named || !(await this.#readNamed(named))) await this.#readAll(touched)
    const state = await drive(nextState(this.#state, this.#found(), this.#options))
    const changed = state !== this.#state
    this.#state = state
    if (changed && !this.#closed) this.#options.onChange(state)
  }

  /** Reads only these files. False if more than their content changed. */
  async #readNamed(paths: readonly string[]): Promise<boolean> {
    const entries = new Map(this.#scan.entries)
    for (const path of paths) {
      const before = entries.get(path)
      const entry = before && (await reload(path, before))
      if (!entry || (isBlank(entry) && !isBlank(before))) return false
      entries.set(path, entry)
    }
    this.#scan = { ...this.#scan, entries }
    return true
  }

  /** Looks at everything; files that an event named are read whatever their time and size say. */
  async #readAll(touched: ReadonlySet<string>): Promise<void> {
    const before = this.#scan
    const began = performance.now()
    const now = await scan(this.#roots, before.entries, touched)
    this.#scanTime = performance.now() - began
    const settled = withGrace(before, now, this.#fading, performance.now())
    this.#scan = settled.scan
    this.#fading = settled.fading
    await this.#follow()
  }

  #found(): Found {
    const { entries, troubles } = this.#scan
    return { files: contentsOf(entries), troubles, fading: new Set(this.#fading.keys()) }
  }

  /** Watches what was scanned, and the parents of the given paths, since those can be replaced. */
  async #follow(): Promise<void> {
    const directories = new Map(this.#scan.directories)
    const only = new Map<string, Map<string, string>>()
    for (const root of this.#roots) {
      const parent = dirname(root)
      if (this.#scan.directories.has(parent)) continue
      const stats = await look(parent)
      if (!stats) continue
      directories.set(parent, identityOf(stats))
      only.set(parent, new Map(only.get(parent)).set(basename(root), root))
    }
    if (!this.#closed) this.#watch.follow(directories, only)
  }
}

function contentsOf(entries: ReadonlyMap<string, Entry>): Found['files'] {
  const contents = new Map<string, FileContent>()
  for (const [path, { content }] of entries) contents.set(path, content)
  return contents
}

/** Runs steps to their end, in slices. */
async function drive<T>(steps: Generator<void, T>): Promise<T> {
  let started = performance.now()
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    if (performance.now() - started > SLICE) {
      await nextTurn()
      started = performance.now()
    }
  }
}

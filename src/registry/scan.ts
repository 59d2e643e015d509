// Directories and files as they are now: which there are, and the text of those that changed.
import { type BigIntStats, readFileSync, statSync } from 'node:fs'
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { FileContent } from './source.ts'
import type { Trouble } from './state.ts'

/** A larger file is refused. */
const LARGEST = 20n * 1024n * 1024n

/** How files are read. */
interface Disk {
  stat(path: string): BigIntStats | Promise<BigIntStats>
  read(path: string): Buffer | Promise<Buffer>
}

/** A disk that hangs must not keep proxies waiting. */
const PATIENT: Disk = {
  stat: (path) => stat(path, { bigint: true }),
  read: (path) => readFile(path),
}
/** At the start nobody waits for anything else, and many small files cost a fraction of the CPU time. */
const AT_ONCE: Disk = { stat: (path) => statSync(path, { bigint: true }), read: readFileSync }

export interface Entry {
  /** Differs when the file on disk does. */
  readonly stamp: string
  readonly content: FileContent
}

export interface Scan {
  readonly entries: ReadonlyMap<string, Entry>
  readonly troubles: readonly Trouble[]
  /** Every directory read, with its identity on disk. */
  readonly directories: ReadonlyMap<string, string>
}

/**
 * All YAML and JSON files below `roots` (files or directories; hidden names are left out). A file is read again if its stamp
 * differs from `before`, or if it is one of `touched`; the same content keeps its identity.
 */
export async function scan(
  roots: readonly string[],
  before: ReadonlyMap<string, Entry> = new Map(),
  touched: ReadonlySet<string> = new Set(),
): Promise<Scan> {
  const entries = new Map<string, Entry>()
  const troubles: Trouble[] = []
  const directories = new Map<string, string>()
  const disk = before.size === 0 ? AT_ONCE : PATIENT
  for (const root of roots) {
    const found: { path: string; stats: BigIntStats }[] = []
    const stats = await look(root, disk)
    if (!stats) troubles.push({ path: root, code: 'L0109', text: `${root} does not exist` })
    else if (stats.isFile()) found.push({ path: root, stats })
    else if (!stats.isDirectory()) {
      const text = `${root} is neither a file nor a directory`
      troubles.push({ path: root, code: 'L0109', text })
    } else {
      await walk(root, stats, { disk, found, troubles, directories, above: [] })
      if (found.length === 0 && !troubles.some(({ path }) => path.startsWith(root))) {
        const text = `${root} has no files named *.yaml, *.yml or *.json`
        troubles.push({ path: root, code: 'L0110', text })
      }
    }
    await inBatches(found, async ({ path, stats }) => {
      entries.set(path, await load(path, stats, before.get(path), touched.has(path), disk))
    })
  }
  return { entries, troubles, directories }
}

/** The entry of one file, read anew whatever its stamp; undefined if there is no such file. */
export async function reload(path: string, before: Entry): Promise<Entry | undefined> {
  const stats = await look(path)
  return stats?.isFile() ? load(path, stats, before, true) : undefined
}

/** Whether a name in a directory is that of a file to read. */
export function isWanted(name: string): boolean {
  return !name.startsWith('.') && /\.(?:ya?ml|json)$/i.test(name)
}

/** The path of a name in a directory, beginning as the user wrote it (`./mesh` stays `./mesh/a.yaml`). */
export function below(directory: string, name: string): string {
  return directory.endsWith('/') ? `${directory}${name}` : `${directory}/${name}`
}

export function identityOf(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}`
}

/** Follows links. */
export async function look(path: string, disk = PATIENT): Promise<BigIntStats | undefined> {
  try {
    return await disk.stat(path)
  } catch {
    return undefined
  }
}

interface Walk {
  readonly disk: Disk
  readonly found: { path: string; stats: BigIntStats }[]
  readonly troubles: Trouble[]
  readonly directories: Map<string, string>
  /** Real paths of the directories on the way here: a link back to one of them is a loop. */
  readonly above: readonly string[]
}

async function walk(directory: string, stats: BigIntStats, state: Walk): Promise<void> {
  const real = await realpath(directory).catch(() => directory)
  if (state.above.includes(real)) return
  state.directories.set(directory, identityOf(stats))
  let names: string[]
  try {
    names = await readdir(directory)
  } catch (error) {
    state.troubles.push({ path: directory, code: 'L0109', text: unreadable(directory, error) })
    return
  }
  const visible = names.filter((name) => !name.startsWith('.')).sort()
  const children: { path: string; stats: BigIntStats }[] = []
  await inBatches(visible, async (name) => {
    const path = below(directory, name)
    const child = await look(path, state.disk)
    if (child) children.push({ path, stats: child })
  })
  for (const child of children) {
    if (child.stats.isFile() && isWanted(basename(child.path))) state.found.push(child)
    if (child.stats.isDirectory()) {
      await walk(child.path, child.stats, { ...state, above: [...state.above, real] })
    }
  }
}

async function load(
  path: string,
  stats: BigIntStats,
  before: Entry | undefined,
  anew: boolean,
  disk = PATIENT,
): Promise<Entry> {
  const stamp = `${identityOf(stats)}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`
  if (before?.stamp === stamp && !anew) return before
  const content = await contentOf(path, stats.size, disk)
  const same = before && isDeepStrictEqual(before.content, content)
  return { stamp, content: same ? before.content : content }
}

async function contentOf(path: string, size: bigint, disk: Disk): Promise<FileContent> {
  if (size > LARGEST) {
    const text = `${path} has ${size / 1_048_576n} MB; files up to 20 MB are read: split it`
    return { problem: { code: 'L0111', text } }
  }
  try {
    return decode(path, await disk.read(path))
  } catch (error) {
    return { problem: { code: 'L0109', text: unreadable(path, error) } }
  }
}

function decode(path: string, bytes: Buffer): FileContent {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes) }
  } catch {
    return { problem: { code: 'L0101', text: `${path} is not UTF-8 text; save it as UTF-8` } }
  }
}

function unreadable(path: string, error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown reason'
  const reason = code === 'EACCES' || code === 'EPERM' ? 'permission denied' : code
  return `${path} cannot be read: ${reason}`
}

async function inBatches<T>(items: readonly T[], each: (item: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += 32) {
    await Promise.all(items.slice(start, start + 32).map(each))
    await nextTurn()
  }
}

// Files that are either complete or absent: written aside, flushed, then moved into place.
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'

/** Creates a file with this mode (0600 by default) and flushes it; throws EEXIST if it is there already. One that cannot be completed is not left behind. */
export function createFile(path: string, content: string, mode = 0o600): void {
  const file = openSync(path, 'wx', mode)
  try {
    const bytes = Buffer.from(content)
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(file, bytes, written)
    }
    fsyncSync(file)
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
}

/** Creates a complete file under its final name, or throws EEXIST: a reader never sees half of it. */
export function publishFile(path: string, content: string, mode = 0o600): void {
  const aside = asideOf(path)
  createFile(aside, content, mode)
  try {
    linkSync(aside, path)
  } finally {
    unlinkSync(aside)
  }
  syncDirectory(dirname(path))
}

/**
 * Creates a directory (0700) with all its files in one step; throws EEXIST or ENOTEMPTY if another process was first.
 * `files` maps a file's name to its content and mode.
 */
export function publishDirectory(
  path: string,
  files: Readonly<Record<string, { readonly content: string; readonly mode: number }>>,
): void {
  const aside = asideOf(path)
  mkdirSync(aside, { mode: 0o700 })
  try {
    for (const [name, file] of Object.entries(files)) {
      createFile(`${aside}/${name}`, file.content, file.mode)
    }
    syncDirectory(aside)
    renameSync(aside, path)
  } catch (error) {
    rmSync(aside, { recursive: true, force: true })
    throw error
  }
  syncDirectory(dirname(path))
}

/** Replaces a file (0600) in one step, or creates it. */
export function replaceFile(path: string, content: string): void {
  const aside = asideOf(path)
  createFile(aside, content)
  renameSync(aside, path)
  syncDirectory(dirname(path))
}

export function syncDirectory(path: string): void {
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}

/** A name beside `path` that nobody else uses and that readers of the directory skip (it begins with a dot). */
export function asideOf(path: string): string {
  const cut = path.lastIndexOf('/') + 1
  return `${path.slice(0, cut)}.${path.slice(cut)}.${randomBytes(6).toString('hex')}`
}

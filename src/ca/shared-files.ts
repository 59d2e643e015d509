// The files of an authority as one text that replicas share, and back: certificates, keys, and the state of a rotation.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import type { Diagnostic } from '../model/diagnostic.ts'
import { FILES } from './authority-folder.ts'
import { publishDirectory, publishFile, replaceFile } from './files.ts'
import { problem } from './problem.ts'
import { authorityFolder } from './root.ts'
import { trustedBy } from './rotation.ts'
import { isAuthorityName, type StoredRotation } from './rotation-files.ts'

export interface SharedAuthority {
  /** The same for as long as roots follow each other. */
  readonly id: string
  readonly rotation: StoredRotation
  /** By the name of the authority, its files by name. */
  readonly authorities: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** Says which shared authority the directory belongs to. */
const ID_FILE = 'shared-id'
const STATE_FILE = 'rotation.json'
const AUTHORITY_FILES: ReadonlySet<string> = new Set(Object.values(FILES))

/** Throws if it is not one: whoever writes to the store must not choose which files of this machine are written. */
export function readShared(text: string): SharedAuthority {
  const shared = JSON.parse(text) as SharedAuthority
  for (const [name, files] of Object.entries(shared.authorities)) {
    const foreign = Object.keys(files).find((file) => !AUTHORITY_FILES.has(file))
    if (!isAuthorityName(name) || foreign !== undefined) {
      throw new Error(`it names ${JSON.stringify(foreign ?? name)}, which no authority has`)
    }
  }
  return shared
}

/** What is on disk, with another state. L0419 if a key would leave this machine in the clear although the store is not trusted with it. */
export function sharedText(
  directory: string,
  rotation: StoredRotation,
  encrypted: boolean,
): string | Diagnostic {
  const authorities: Record<string, Record<string, string>> = {}
  for (const name of trustedBy(rotation)) {
    const folder = authorityFolder(directory, name)
    const present = Object.values(FILES).filter((file) => existsSync(`${folder}/${file}`))
    const files = present.map((file) => [file, readFileSync(`${folder}/${file}`, 'utf8')] as const)
    const open = files.find(([file, text]) => isKey(file) && !text.includes('ENCRYPTED'))
    if (encrypted && open) {
      return problem(
        'L0419',
        `${folder}/${open[0]} is not encrypted, and is not written to etcd in the clear. Make or import it with --passphrase-file.`,
      )
    }
    authorities[name] = Object.fromEntries(files)
  }
  return JSON.stringify({ id: idOf(directory), rotation, authorities } satisfies SharedAuthority)
}

/** Whether the directory holds this authority or an earlier state of it, or none yet. */
export function isOurs(directory: string, { id, authorities }: SharedAuthority): boolean {
  if (!existsSync(`${directory}/ca`)) return true
  if (existsSync(`${directory}/ca/${ID_FILE}`)) return idOf(directory) === id
  const own = `${directory}/ca/${FILES.root}`
  return existsSync(own) && readFileSync(own, 'utf8') === authorities['.']?.[FILES.root]
}

/** The directory has all of it afterwards, the state last. Keys of authorities that are no more are left to the rotation. */
export function writeShared(directory: string, { id, rotation, authorities }: SharedAuthority) {
  const { '.': first = {}, ...others } = authorities
  const text = `${JSON.stringify(rotation)}\n`
  if (!existsSync(`${directory}/ca`)) {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    publishDirectory(`${directory}/ca`, {
      ...withModes(first),
      [ID_FILE]: { content: id, mode: 0o600 },
    })
  }
  for (const [name, files] of Object.entries(others)) {
    const folder = authorityFolder(directory, name)
    if (!existsSync(folder)) publishDirectory(folder, withModes(files))
  }
  if (!existsSync(`${directory}/ca/${ID_FILE}`)) publishFile(`${directory}/ca/${ID_FILE}`, id)
  replaceFile(`${directory}/ca/${STATE_FILE}`, text)
}

function withModes(files: Readonly<Record<string, string>>) {
  const entries = Object.entries(files).map(([name, content]) => [
    name,
    { content, mode: isKey(name) ? 0o600 : 0o644 },
  ])
  return Object.fromEntries(entries) as Record<string, { content: string; mode: number }>
}

function isKey(name: string): boolean {
  return name === FILES.rootKey || name === FILES.issuingKey
}

function idOf(directory: string): string {
  const path = `${directory}/ca/${ID_FILE}`
  if (!existsSync(path)) publishFile(path, randomBytes(8).toString('hex'))
  return readFileSync(path, 'utf8')
}

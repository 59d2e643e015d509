// One certificate authority for several replicas: the first one publishes what it made, the others take it from there.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import type { Diagnostic } from '../model/diagnostic.ts'
import { FILES } from './authority-folder.ts'
import { type AuthorityOptions, type CertificateAuthority, openAuthority } from './ca.ts'
import { publishDirectory } from './files.ts'
import { isProblem, problem, reasonOf } from './problem.ts'

/** The files of an authority by name. The key among them is encrypted where the store is not trusted with it. */
export type SharedFiles = Readonly<Record<string, string>>

/** Where replicas keep what they share. Both reject when it cannot be reached. */
export interface SharedStore {
  /** For messages. */
  readonly name: string
  readonly read: () => Promise<SharedFiles | undefined>
  /** False if another process was first. */
  readonly create: (files: SharedFiles) => Promise<boolean>
}

const FOLDER = 'ca'

/** As `openAuthority`, but the same for all who share the store; L0419 if the directory and the store have different ones. */
export async function openSharedAuthority(
  given: AuthorityOptions,
  store: SharedStore,
): Promise<CertificateAuthority | Diagnostic> {
  const options = { ...given, shared: true }
  const folder = `${options.directory}/${FOLDER}`
  try {
    const shared = await store.read()
    if (shared) return await openAs(options, shared, store)
    const opened = await openAuthority(options)
    if (isProblem(opened) || (await store.create(filesIn(folder)))) return opened
    const theirs = await store.read()
    if (!theirs) return unreachable(store, 'what another replica wrote is gone')
    if (opened.created) forget(options.directory)
    return await openAs(options, theirs, store)
  } catch (error) {
    return unreachable(store, reasonOf(error))
  }
}

async function openAs(
  options: AuthorityOptions,
  shared: SharedFiles,
  store: SharedStore,
): Promise<CertificateAuthority | Diagnostic> {
  const folder = `${options.directory}/${FOLDER}`
  const own = `${folder}/${FILES.root}`
  if (existsSync(own) && readFileSync(own, 'utf8') !== shared[FILES.root]) {
    return problem(
      'L0419',
      `${own} is not the root that the replicas share in ${store.name}. Start with an empty data directory, or with that of another mesh's store.`,
    )
  }
  if (!existsSync(own)) {
    mkdirSync(options.directory, { recursive: true, mode: 0o700 })
    const files = Object.entries(shared).map(([name, content]) => [
      name,
      { content, mode: isKey(name) ? 0o600 : 0o644 },
    ])
    publishDirectory(folder, Object.fromEntries(files))
  }
  return openAuthority(options)
}

function isKey(name: string): boolean {
  return name === FILES.rootKey || name === FILES.issuingKey
}

function filesIn(folder: string): SharedFiles {
  const present = Object.values(FILES).filter((name) => existsSync(`${folder}/${name}`))
  return Object.fromEntries(
    present.map((name) => [name, readFileSync(`${folder}/${name}`, 'utf8')]),
  )
}

/** What was just made, and nobody has used. */
function forget(directory: string): void {
  for (const name of [FOLDER, 'tokens', 'join-token']) {
    rmSync(`${directory}/${name}`, { recursive: true, force: true })
  }
}

function unreachable(store: SharedStore, why: string): Diagnostic {
  return problem(
    'L0410',
    `The certificate authority that the replicas share in ${store.name} cannot be read (${why}). Without it this replica would have another one.`,
  )
}

// One certificate authority for several replicas: the first one publishes what it made, the others follow, and the leader replaces roots.
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { SharedStore } from '../model/shared.ts'
import { type AuthorityOptions, type CertificateAuthority, openAuthority } from './ca.ts'
import { isProblem, problem, reasonOf } from './problem.ts'
import { ReplicaRecords } from './replica-records.ts'
import { readRotation } from './rotation-files.ts'
import { isOurs, readShared, sharedText, writeShared } from './shared-files.ts'
import { SharedIssued } from './shared-issued.ts'
import { SharedLists } from './shared-lists.ts'
import { SharedRevoked } from './shared-revoked.ts'
import { SharedTokens } from './shared-tokens.ts'
import type { Together } from './together.ts'

export interface SharedOptions extends AuthorityOptions {
  /** Whether this replica decides for all, and the name of the one that does. */
  readonly leads: () => boolean
  readonly leader: () => string
  /** The store is not trusted with a key in the clear. */
  readonly encrypted: boolean
}

const FILES = 'files'

/** As `openAuthority`, but the same for all who share the store; L0419 if the directory and the store have different ones. */
export async function openSharedAuthority(
  options: SharedOptions,
  store: SharedStore,
): Promise<CertificateAuthority | Diagnostic> {
  const { directory } = options
  try {
    await store.refresh()
    const shared = store.entries('authority').get(FILES)
    if (shared !== undefined) return await openAs(options, shared, store)
    const opened = await openAuthority(options)
    if (isProblem(opened)) return opened
    const state = readRotation(directory)
    if (isProblem(state)) return state
    const text = sharedText(directory, state, options.encrypted)
    if (isProblem(text)) return text
    if (await store.swap('authority', FILES, undefined, text)) {
      return await openAs(options, text, store)
    }
    await store.refresh()
    const theirs = store.entries('authority').get(FILES)
    if (theirs === undefined) return unreachable(store, 'what another replica wrote is gone')
    if (opened.created) forget(directory)
    return await openAs(options, theirs, store)
  } catch (error) {
    return unreachable(store, reasonOf(error))
  }
}

async function openAs(
  options: SharedOptions,
  text: string,
  store: SharedStore,
): Promise<CertificateAuthority | Diagnostic> {
  const { directory } = options
  const shared = readShared(text)
  if (!isOurs(directory, shared)) {
    return problem(
      'L0419',
      `The certificate authority in ${directory}/ca is not the one that the replicas share in ${store.name}. Start with an empty data directory, or with that of another mesh's store.`,
    )
  }
  writeShared(directory, shared)
  // What was revoked elsewhere meanwhile is refused from the beginning.
  new SharedRevoked(store, directory, options.now).exchange(false)
  new SharedTokens(store, directory, '').exchange()
  return openAuthority({ ...options, together: together(options, text, store) })
}

function together(options: SharedOptions, first: string, store: SharedStore): Together {
  const { directory, encrypted, leads, leader, now } = options
  const replica = randomBytes(6).toString('hex')
  let taken = first
  const issued = new SharedIssued(store, now)
  const records = new ReplicaRecords(store, replica, leads)
  const revoked = new SharedRevoked(store, directory, now)
  const tokens = new SharedTokens(store, directory, replica)
  const lists = new SharedLists(store)
  return {
    ...{ leads, leader },
    recorded: (certificate, used) => issued.record(certificate, used),
    adopt: () => {
      revoked.exchange(leads())
      tokens.exchange()
      issued.flush()
      const text = store.entries('authority').get(FILES)
      const changed = text !== undefined && text !== taken
      if (changed) {
        writeShared(directory, readShared(text))
        taken = text
      }
      return { changed: changed || lists.isOther(), issued: issued.news() }
    },
    commit: async (rotation) => {
      const text = sharedText(directory, rotation, encrypted)
      if (isProblem(text)) throw new Error(text.text)
      if (!leads() || !(await store.swap('authority', FILES, taken, text))) return false
      taken = text
      return true
    },
    share: (rotation, own) => records.share(rotation, own),
    prune: (live) => {
      if (leads()) issued.prune(live)
    },
    tokens: (local) => tokens.checking(local),
    lists: (about, make) => lists.of(about, make),
    close: async () => {
      await issued.close()
      await records.close()
    },
  }
}

/** What was just made, and nobody has used. */
function forget(directory: string): void {
  for (const name of ['ca', 'tokens', 'join-token']) {
    rmSync(`${directory}/${name}`, { recursive: true, force: true })
  }
}

function unreachable(store: SharedStore, why: string): Diagnostic {
  return problem(
    'L0410',
    `The certificate authority that the replicas share in ${store.name} cannot be read (${why}). Without it this replica would have another one.`,
  )
}

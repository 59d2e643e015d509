// A workload's key and certificates on disk, changed as one set that Envoy's `watched_directory` reads whole.
import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import type { Diagnostic } from '../model/diagnostic.ts'
import { createFile, syncDirectory } from './files.ts'
import { type Workload, workloadOf } from './identity.ts'
import { isProblem, problem, reasonOf } from './problem.ts'
import { certificateBlocks } from './x509.ts'

export interface Credentials {
  /** PKCS#8 PEM; made on this machine, written to `key.pem` and to nothing else. */
  readonly keyPem: string
  /** The leaf first, then intermediates, the root last. */
  readonly chainPem: string
  /** All roots that are trusted: more than one while a root is being replaced. */
  readonly rootPem: string
  readonly notBefore: Date
  readonly notAfter: Date
  readonly workload: Workload
}

/** What Envoy's bootstrap names, below the directory given to `writeCredentials`. */
export const CREDENTIAL_FILES = { key: 'key.pem', chain: 'chain.pem', root: 'root.pem' } as const

const CURRENT = '..data'

/**
 * Writes the set as Kubernetes mounts secrets: `key.pem -> ..data/key.pem`, `..data -> ..VERSION`. Replacing it is one rename of
 * the link `..data` inside the directory, which is the event Envoy watches for; no reader ever sees two generations.
 */
export function writeCredentials(directory: string, set: Credentials): Diagnostic | undefined {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const version = `..${set.notBefore.getTime()}.${randomBytes(6).toString('hex')}`
    mkdirSync(`${directory}/${version}`, { mode: 0o700 })
    createFile(`${directory}/${version}/${CREDENTIAL_FILES.key}`, set.keyPem, 0o600)
    createFile(`${directory}/${version}/${CREDENTIAL_FILES.chain}`, set.chainPem, 0o644)
    createFile(`${directory}/${version}/${CREDENTIAL_FILES.root}`, set.rootPem, 0o644)
    syncDirectory(`${directory}/${version}`)
    for (const name of Object.values(CREDENTIAL_FILES)) {
      link(`${CURRENT}/${name}`, `${directory}/${name}`, version)
    }
    link(version, `${directory}/${CURRENT}`, version)
    syncDirectory(directory)
    dropOthers(directory, version)
    return undefined
  } catch (error) {
    return problem('L0410', `Cannot write the credentials to ${directory}: ${reasonOf(error)}.`)
  }
}

/** Lets `path` be a symbolic link to `target`, in one step; left alone if it is so already. */
function link(target: string, path: string, version: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) {
    if (readlinkSync(path) === target) return
  }
  const aside = `${path}.${version.slice(2)}`
  symlinkSync(target, aside)
  renameSync(aside, path)
}

function dropOthers(directory: string, version: string): void {
  for (const name of readdirSync(directory)) {
    // also what a write that was cut off left behind
    const old = /\.\d+\.[0-9a-f]{12}$/.test(name) && name !== version
    if (old) rmSync(`${directory}/${name}`, { recursive: true, force: true })
  }
}

/** When to renew: at half of the certificate's life, so that a control plane may be away for the other half. */
export function renewalTime(set: Pick<Credentials, 'notBefore' | 'notAfter'>): Date {
  return new Date((set.notBefore.getTime() + set.notAfter.getTime()) / 2)
}

/** The stored set; undefined if there is none; L0443 if it is damaged or its parts do not belong together. */
export function readCredentials(directory: string): Credentials | Diagnostic | undefined {
  if (!existsSync(`${directory}/${CURRENT}`)) return undefined
  try {
    const read = (name: string) => readFileSync(`${directory}/${CURRENT}/${name}`, 'utf8')
    return checkCredentials({
      keyPem: read(CREDENTIAL_FILES.key),
      chainPem: read(CREDENTIAL_FILES.chain),
      rootPem: read(CREDENTIAL_FILES.root),
    })
  } catch (error) {
    return problem('L0443', `Cannot read the credentials in ${directory}: ${reasonOf(error)}.`)
  }
}

/** The set with what its leaf says, or L0443: key, leaf and root must fit each other. Time is not judged here. */
export function checkCredentials(
  pem: Pick<Credentials, 'keyPem' | 'chainPem' | 'rootPem'>,
): Credentials | Diagnostic {
  try {
    const [leaf, ...above] = certificateBlocks(pem.chainPem).map(parsed)
    if (!leaf) throw new Error('no certificate')
    const roots = certificateBlocks(pem.rootPem).map(parsed)
    const workload = workloadOf(leaf)
    if (isProblem(workload)) return problem('L0443', workload.text)
    const fits = leaf.checkPrivateKey(createPrivateKey(pem.keyPem))
    if (!fits || !isBelow(leaf, above, roots)) {
      return problem('L0443', 'The key, the certificate and the root do not belong together.')
    }
    const [notBefore, notAfter] = [new Date(leaf.validFrom), new Date(leaf.validTo)]
    return { ...pem, notBefore, notAfter, workload }
  } catch {
    return problem('L0443', 'The key or a certificate cannot be read.')
  }
}

function parsed(pem: string): X509Certificate {
  return new X509Certificate(pem)
}

/** Whether each certificate is signed by the next one, and the last by one of the roots. */
function isBelow(
  leaf: X509Certificate,
  above: readonly X509Certificate[],
  roots: readonly X509Certificate[],
): boolean {
  let below = leaf
  for (const next of above) {
    if (roots.some((root) => below.verify(root.publicKey))) return true
    if (!next.ca || !below.verify(next.publicKey)) return false
    below = next
  }
  return roots.some((root) => below.verify(root.publicKey))
}

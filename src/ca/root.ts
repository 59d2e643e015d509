// The root of trust: made once in an empty data directory, afterwards only read; nothing here ever replaces it.
import { KeyObject, webcrypto } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import type { Diagnostic } from '../model/diagnostic.ts'
import { FILES, keyPem, type Loaded, loadAuthority } from './authority-folder.ts'
import { publishDirectory } from './files.ts'
import { isTrustDomain } from './identity.ts'
import { isProblem, problem, reasonOf } from './problem.ts'
import { KEY_ALGORITHM, pemOf, SIGNING_ALGORITHM, x509 } from './x509.ts'

const LIFETIME = 3653 * 24 * 3600_000
/** A proxy whose clock is late must accept a root that was just made. */
const BACKDATED = 3600_000

export interface OpenedRoot extends Loaded {
  /** True when the data directory was empty and this root has just been made. */
  readonly created: boolean
}

export interface RootOptions {
  /** The data directory; made (0700) if absent. The root lives in its folder `ca`. */
  readonly directory: string
  /** Absent: that of the root that is there, and `cluster.local` for a new one. */
  readonly trustDomain?: string
  /** Opens the key, and encrypts one that is made. */
  readonly passphrase?: string
  /** Which folder below `ca` holds it, as the state of a rotation says; the first, `.`, by default. */
  readonly name?: string
  readonly now: () => Date
}

const DEFAULT_TRUST_DOMAIN = 'cluster.local'

/**
 * Loads the root certificate and key, or makes them when the directory holds no trace of an authority. Everything
 * damaged, incomplete, expired, of another trust domain or open to others is a diagnostic (L0401, L0410..L0415).
 */
export async function openRoot(options: RootOptions): Promise<OpenedRoot | Diagnostic> {
  const { directory } = options
  if (options.trustDomain !== undefined && !isTrustDomain(options.trustDomain)) {
    return problem(
      'L0401',
      'The trust domain is not valid: use lower-case letters, digits, . - and _.',
    )
  }
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    let created = false
    if (!existsSync(`${directory}/ca`)) {
      if (existsSync(`${directory}/tokens`)) return lost(directory)
      created = await createRoot(`${directory}/ca`, options)
    }
    const folder = authorityFolder(directory, options.name ?? '.')
    const loaded = await loadAuthority({ ...options, directory, folder })
    return isProblem(loaded) ? loaded : { ...loaded, created }
  } catch (error) {
    return problem('L0410', `Cannot use the data directory ${directory}: ${reasonOf(error)}.`)
  }
}

function lost(directory: string): Diagnostic {
  return problem(
    'L0411',
    `${directory} holds join tokens but the folder ca with the root certificate is gone. Restore it from a backup, or ` +
      'give an empty data directory to begin anew; every proxy must then enrol again.',
  )
}

/** `.` is the folder `ca` itself, where the first authority of a data directory lives; later ones have folders in it. */
export function authorityFolder(directory: string, name: string): string {
  return name === '.' ? `${directory}/ca` : `${directory}/ca/${name}`
}

/** Makes a root and its key in `folder`. False when another process was first; its root is then used. */
export async function createRoot(
  folder: string,
  options: Pick<RootOptions, 'trustDomain' | 'passphrase' | 'now'>,
): Promise<boolean> {
  const keys = await webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify'])
  const now = options.now().getTime()
  const trustDomain = options.trustDomain ?? DEFAULT_TRUST_DOMAIN
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=Lotse root,O=${trustDomain}`,
    keys,
    notBefore: new Date(now - BACKDATED),
    notAfter: new Date(now + LIFETIME),
    signingAlgorithm: SIGNING_ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      new x509.SubjectAlternativeNameExtension([{ type: 'url', value: `spiffe://${trustDomain}` }]),
    ],
  })
  const key = keyPem(KeyObject.from(keys.privateKey), options.passphrase)
  try {
    publishDirectory(folder, {
      [FILES.rootKey]: { content: key, mode: 0o600 },
      [FILES.root]: {
        content: pemOf('CERTIFICATE', Buffer.from(certificate.rawData)),
        mode: 0o644,
      },
    })
    return true
  } catch (error) {
    if (!['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    return false
  }
}

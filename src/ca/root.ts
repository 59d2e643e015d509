// The root of trust: made once in an empty data directory, afterwards only read; nothing here ever replaces it.
import {
  createHash,
  createPrivateKey,
  type KeyObject,
  X509Certificate as NodeCertificate,
  webcrypto,
} from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import type { Diagnostic } from '../model/diagnostic.ts'
import { publishDirectory } from './files.ts'
import { isTrustDomain } from './identity.ts'
import { isProblem, problem, reasonOf } from './problem.ts'
import { KEY_ALGORITHM, pemOf, SIGNING_ALGORITHM, x509 } from './x509.ts'

const DAY = 24 * 3600_000
const LIFETIME = 3653 * DAY
const WARN_BEFORE_EXPIRY = 90 * DAY
/** A proxy whose clock is late must accept a root that was just made. */
const BACKDATED = 3600_000

export interface Root {
  readonly trustDomain: string
  readonly certificate: x509.X509Certificate
  readonly certificatePem: string
  /** base64url of the SHA-256 of the DER: what join tokens pin. */
  readonly sha256: string
  /** Signs and cannot be exported. */
  readonly signingKey: webcrypto.CryptoKey
  /** What every certificate that it signs says of its key. */
  readonly authorityKey: x509.Extension
}

export interface OpenedRoot {
  readonly root: Root
  /** True when the data directory was empty and this root has just been made. */
  readonly created: boolean
  readonly warnings: readonly Diagnostic[]
}

export interface RootOptions {
  /** The data directory; made (0700) if absent. The root lives in its folder `ca`. */
  readonly directory: string
  /** Absent: that of the root that is there, and `cluster.local` for a new one. */
  readonly trustDomain?: string
  readonly now: () => Date
}

const DEFAULT_TRUST_DOMAIN = 'cluster.local'

/**
 * Loads the root certificate and key, or makes them when the directory holds no trace of an authority. Everything
 * damaged, incomplete, expired, of another trust domain or open to others is a diagnostic (L0401, L0410..L0414).
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
      created = await createRoot(options)
    }
    const loaded = await loadRoot(options)
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

/** False when another process was first; its root is then used. */
async function createRoot(options: RootOptions): Promise<boolean> {
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
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  const key = pemOf('PRIVATE KEY', pkcs8)
  try {
    publishDirectory(`${options.directory}/ca`, {
      'root-key.pem': { content: key, mode: 0o600 },
      'root.pem': { content: pemOf('CERTIFICATE', Buffer.from(certificate.rawData)), mode: 0o644 },
    })
    return true
  } catch (error) {
    if (!['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    return false
  }
}

async function loadRoot(options: RootOptions): Promise<Omit<OpenedRoot, 'created'> | Diagnostic> {
  const paths = {
    certificate: `${options.directory}/ca/root.pem`,
    key: `${options.directory}/ca/root-key.pem`,
  }
  for (const path of Object.values(paths)) {
    if (existsSync(path)) continue
    return problem(
      'L0411',
      `${path} is missing while the rest of the authority is there. Restore it from a backup; it is not made anew.`,
    )
  }
  const access = checkAccess(options.directory, paths.key)
  const severe = access.find((d) => d.severity === 'error')
  if (severe) return severe

  const key = readKey(paths.key)
  if (isProblem(key)) return key
  const certificate = readCertificate(paths.certificate)
  if (isProblem(certificate)) return certificate
  const warning = checkRoot(certificate, key, options, paths)
  if (warning?.severity === 'error') return warning

  const signingKey = await webcrypto.subtle.importKey(
    'pkcs8',
    key.export({ type: 'pkcs8', format: 'der' }),
    KEY_ALGORITHM,
    false,
    ['sign'],
  )
  const root: Root = {
    trustDomain: trustDomainOf(certificate.rawData) ?? '',
    certificate,
    certificatePem: pemOf('CERTIFICATE', Buffer.from(certificate.rawData)),
    sha256: createHash('sha256').update(Buffer.from(certificate.rawData)).digest('base64url'),
    signingKey,
    authorityKey: await x509.AuthorityKeyIdentifierExtension.create(certificate.publicKey),
  }
  return { root, warnings: warning ? [...access, warning] : access }
}

/** Others may read the key: error. The group may (as Kubernetes mounts secrets): warning. */
function checkAccess(directory: string, keyPath: string): Diagnostic[] {
  const found: Diagnostic[] = []
  const mode = statSync(keyPath).mode & 0o777
  if (mode & 0o077) {
    const severity = mode & 0o037 ? 'error' : 'warning'
    const text = `${keyPath} has permissions 0${mode.toString(8)}; anyone who reads it can be any workload. Set 0600.`
    found.push(problem('L0414', text, severity))
  }
  for (const path of [directory, `${directory}/ca`]) {
    const writable = statSync(path).mode & 0o022
    if (!writable) continue
    const text = `${path} can be written by others, who could replace what is in it. Set 0700.`
    found.push(problem('L0414', text, 'warning'))
  }
  return found
}

function readKey(path: string): KeyObject | Diagnostic {
  try {
    const key = createPrivateKey(readFileSync(path))
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key
    return problem('L0412', `${path} is not a P-256 key.`)
  } catch {
    return problem(
      'L0412',
      `${path} is damaged: it holds no private key. Restore it from a backup.`,
    )
  }
}

function readCertificate(path: string): x509.X509Certificate | Diagnostic {
  try {
    const blocks = x509.PemConverter.decodeWithHeaders(readFileSync(path, 'utf8'))
    if (blocks.length === 1 && blocks[0]?.type === 'CERTIFICATE') {
      return new x509.X509Certificate(blocks[0].rawData)
    }
  } catch {
    // reported below, like a file with no or several certificates
  }
  return problem(
    'L0412',
    `${path} is damaged: it must hold one certificate. Restore it from a backup.`,
  )
}

function checkRoot(
  certificate: x509.X509Certificate,
  key: KeyObject,
  options: RootOptions,
  paths: { readonly certificate: string; readonly key: string },
): Diagnostic | undefined {
  const parsed = new NodeCertificate(Buffer.from(certificate.rawData))
  if (!parsed.checkPrivateKey(key)) {
    return problem('L0412', `${paths.key} is not the key of ${paths.certificate}.`)
  }
  if (!parsed.ca || !parsed.verify(parsed.publicKey)) {
    return problem(
      'L0412',
      `${paths.certificate} is not a self-signed certificate of an authority.`,
    )
  }
  const trustDomain = trustDomainOf(parsed.raw)
  if (trustDomain === undefined || trustDomain !== (options.trustDomain ?? trustDomain)) {
    return problem(
      'L0412',
      `${paths.certificate} is not for the trust domain ${options.trustDomain ?? 'of a mesh'}. Use the trust domain it was made for, or an empty data directory.`,
    )
  }
  const now = options.now()
  const left = certificate.notAfter.getTime() - now.getTime()
  if (now < certificate.notBefore || left <= 0) {
    const from = certificate.notBefore.toISOString()
    const until = certificate.notAfter.toISOString()
    return problem('L0413', `${paths.certificate} is valid from ${from} until ${until}, not now.`)
  }
  if (left >= WARN_BEFORE_EXPIRY) return undefined
  const days = Math.floor(left / DAY)
  return problem('L0413', `${paths.certificate} expires in ${days} days.`, 'warning')
}

/** The root's only name is its trust domain (X509-SVID §2). */
function trustDomainOf(raw: ArrayBuffer | Buffer): string | undefined {
  const names = new NodeCertificate(Buffer.from(raw as Buffer)).subjectAltName ?? ''
  return /^URI:spiffe:\/\/([^/,]+)$/.exec(names)?.[1]
}

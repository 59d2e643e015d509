// One signing authority on disk: Lotse's own root with its key, or an organisation's intermediate below that organisation's root.
import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import type { Diagnostic } from '../model/diagnostic.ts'
import { isProblem, problem } from './problem.ts'
import { isStrongKey, keySigner, type Signer } from './signer.ts'
import { certificatesIn, x509 } from './x509.ts'

const DAY = 24 * 3600_000
const WARN_BEFORE_EXPIRY = 90 * DAY

export interface Root {
  readonly trustDomain: string
  readonly certificate: x509.X509Certificate
  readonly certificatePem: string
  /** base64url of the SHA-256 of the DER: what join tokens pin. */
  readonly sha256: string
  /** What signs below it: the root itself, or an organisation's intermediate. */
  readonly issuing: Issuing
}

export interface Issuing {
  readonly certificate: x509.X509Certificate
  /** PEM, from the one that signs leaves upwards, without the root; empty where the root signs itself. */
  readonly intermediates: readonly string[]
  readonly signer: Signer
  /** What every certificate that it signs says of its key. */
  readonly authorityKey: x509.Extension
}

/** File names. An own root has the first two; what was imported has all but `rootKey`. */
export const FILES = {
  root: 'root.pem',
  rootKey: 'root-key.pem',
  chain: 'chain.pem',
  issuingKey: 'issuing-key.pem',
  about: 'authority.json',
} as const

export interface LoadOptions {
  readonly folder: string
  /** The data directory: that nobody else can write it is checked too. */
  readonly directory?: string
  /** That of the mesh's settings; what the folder says must be the same. */
  readonly trustDomain?: string
  readonly passphrase?: string
  readonly now: () => Date
}

export interface Loaded {
  readonly root: Root
  readonly warnings: readonly Diagnostic[]
}

/** Everything damaged, incomplete, expired, of another trust domain or open to others is a diagnostic (L0411..L0415). */
export async function loadAuthority(options: LoadOptions): Promise<Loaded | Diagnostic> {
  const { folder } = options
  const imported = existsSync(`${folder}/${FILES.chain}`)
  const paths = {
    root: `${folder}/${FILES.root}`,
    key: `${folder}/${imported ? FILES.issuingKey : FILES.rootKey}`,
    about: `${folder}/${FILES.about}`,
  }
  for (const path of imported ? Object.values(paths) : [paths.root, paths.key]) {
    if (!existsSync(path)) return missing(path)
  }
  const access = checkAccess([...(options.directory ? [options.directory] : []), folder], paths.key)
  const severe = access.find((d) => d.severity === 'error')
  if (severe) return severe
  const key = readKey(paths.key, options.passphrase)
  if (isProblem(key)) return key
  const roots = certificatesIn(readFileSync(paths.root, 'utf8'))
  const [root] = roots ?? []
  if (!root || roots?.length !== 1) return damaged(paths.root)
  const chain = imported ? certificatesIn(readFileSync(`${folder}/${FILES.chain}`, 'utf8')) : []
  if (!chain || (imported && chain.length === 0)) return damaged(`${folder}/${FILES.chain}`)
  const trustDomain = imported ? writtenDomain(paths.about) : trustDomainOf(root)
  const parts = { root, chain, key, names: { root: paths.root, key: paths.key }, imported }
  const wrong =
    checkParts(parts) ?? checkDomain(paths.root, trustDomain, options) ?? checkTime(parts, options)
  if (wrong?.severity === 'error') return wrong
  const loaded = await rootOf(parts, trustDomain ?? '')
  return { root: loaded, warnings: wrong ? [...access, wrong] : access }
}

export interface Parts {
  readonly root: x509.X509Certificate
  /** From the one that signs upwards; empty where the root signs. */
  readonly chain: readonly x509.X509Certificate[]
  readonly key: KeyObject
  /** Of the files, for diagnostics. */
  readonly names: { readonly root: string; readonly key: string }
  readonly imported: boolean
}

export async function rootOf(parts: Parts, trustDomain: string): Promise<Root> {
  const { root, chain, key } = parts
  const certificate = chain[0] ?? root
  return {
    trustDomain,
    certificate: root,
    certificatePem: root.toString('pem').concat('\n'),
    sha256: createHash('sha256').update(Buffer.from(root.rawData)).digest('base64url'),
    issuing: {
      certificate,
      intermediates: chain.map((one) => `${one.toString('pem')}\n`),
      signer: keySigner(key),
      authorityKey: await x509.AuthorityKeyIdentifierExtension.create(certificate.publicKey),
    },
  }
}

/** Key, certificate, chain and root must fit each other, whatever the time. */
export function checkParts({ root, chain, key, names, imported }: Parts): Diagnostic | undefined {
  const signing = new X509Certificate(Buffer.from((chain[0] ?? root).rawData))
  const top = new X509Certificate(Buffer.from(root.rawData))
  if (!isStrongKey(key)) {
    return problem('L0412', `${names.key} is not a P-256, P-384 or RSA key of 2048 bits or more.`)
  }
  if (!signing.checkPrivateKey(key)) {
    const whose = imported ? 'the certificate that is to sign' : names.root
    return problem('L0412', `${names.key} is not the key of ${whose}.`)
  }
  if (top.ca && top.verify(top.publicKey)) return undefined
  return problem('L0412', `${names.root} is not a self-signed certificate of an authority.`)
}

function checkDomain(
  path: string,
  written: string | undefined,
  options: LoadOptions,
): Diagnostic | undefined {
  if (written !== undefined && written === (options.trustDomain ?? written)) return undefined
  return problem(
    'L0412',
    `${path} is not for the trust domain ${options.trustDomain ?? 'of a mesh'}. Use the trust domain it was made for, or an empty data directory.`,
  )
}

function checkTime(parts: Parts, options: LoadOptions): Diagnostic | undefined {
  const now = options.now().getTime()
  for (const certificate of [parts.root, ...parts.chain]) {
    const { notBefore, notAfter } = certificate
    const name = certificate === parts.root ? parts.names.root : 'The intermediate certificate'
    const left = notAfter.getTime() - now
    if (now < notBefore.getTime() || left <= 0) {
      const span = `from ${notBefore.toISOString()} until ${notAfter.toISOString()}`
      return problem('L0413', `${name} is valid ${span}, not now.`)
    }
    if (left < WARN_BEFORE_EXPIRY) {
      return problem('L0413', `${name} expires in ${Math.floor(left / DAY)} days.`, 'warning')
    }
  }
  return undefined
}

/** Others may read the key: error. The group may (as Kubernetes mounts secrets): warning. */
function checkAccess(folders: readonly string[], keyPath: string): Diagnostic[] {
  const found: Diagnostic[] = []
  const mode = statSync(keyPath).mode & 0o777
  if (mode & 0o077) {
    const severity = mode & 0o037 ? 'error' : 'warning'
    const text = `${keyPath} has permissions 0${mode.toString(8)}; anyone who reads it can be any workload. Set 0600.`
    found.push(problem('L0414', text, severity))
  }
  for (const folder of folders) {
    if (!(statSync(folder).mode & 0o022)) continue
    const text = `${folder} can be written by others, who could replace what is in it. Set 0700.`
    found.push(problem('L0414', text, 'warning'))
  }
  return found
}

const ENCRYPTED = '-----BEGIN ENCRYPTED PRIVATE KEY-----'

/** The private key of a PEM file, or L0412 (damaged) or L0415 (encrypted, and the passphrase is absent or wrong). */
export function readKey(path: string, passphrase?: string): KeyObject | Diagnostic {
  const text = readFileSync(path, 'utf8')
  const encrypted = text.includes(ENCRYPTED)
  if (encrypted && passphrase === undefined) {
    return problem('L0415', `${path} is encrypted. Name the file with its passphrase.`)
  }
  try {
    return createPrivateKey({ key: text, ...(encrypted && { passphrase }) })
  } catch {
    if (encrypted) return problem('L0415', `The passphrase does not open ${path}.`)
    return problem(
      'L0412',
      `${path} is damaged: it holds no private key. Restore it from a backup.`,
    )
  }
}

/** PKCS#8 in PEM, encrypted where there is a passphrase. */
export function keyPem(key: KeyObject, passphrase?: string): string {
  const form = { type: 'pkcs8', format: 'pem' } as const
  return passphrase === undefined
    ? key.export(form).toString()
    : key.export({ ...form, cipher: 'aes-256-cbc', passphrase }).toString()
}

/** The root's only name is its trust domain (X509-SVID §2). */
export function trustDomainOf(certificate: x509.X509Certificate): string | undefined {
  const names = new X509Certificate(Buffer.from(certificate.rawData)).subjectAltName ?? ''
  return /^URI:spiffe:\/\/([^/,]+)$/.exec(names)?.[1]
}

/** As an imported authority's folder says. */
export function writtenDomain(path: string): string | undefined {
  try {
    const { trustDomain } = JSON.parse(readFileSync(path, 'utf8')) as { trustDomain?: unknown }
    return typeof trustDomain === 'string' ? trustDomain : undefined
  } catch {
    return undefined
  }
}

function missing(path: string): Diagnostic {
  return problem(
    'L0411',
    `${path} is missing while the rest of the authority is there. Restore it from a backup; it is not made anew.`,
  )
}

function damaged(path: string): Diagnostic {
  return problem(
    'L0412',
    `${path} is damaged: it must hold one certificate. Restore it from a backup.`,
  )
}

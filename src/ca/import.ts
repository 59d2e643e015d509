// Takes an organisation's authority: an intermediate certificate with its key and everything up to the organisation's root.
import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import type { Diagnostic } from '../model/diagnostic.ts'
import { checkParts, FILES, keyPem, readKey } from './authority-folder.ts'
import { publishDirectory } from './files.ts'
import { isTrustDomain } from './identity.ts'
import { readPkcs12 } from './pkcs12.ts'
import { isProblem, problem, reasonOf } from './problem.ts'
import { authorityFolder } from './root.ts'
import { newAuthorityName } from './rotation-files.ts'
import { isStrongKey } from './signer.ts'
import { certificateBlocks, certificatesIn, x509 } from './x509.ts'

export interface ImportOptions {
  /** The data directory. */
  readonly directory: string
  readonly from: PemFiles | Pkcs12File
  readonly trustDomain: string
  /** Encrypts the key in the data directory. */
  readonly passphrase?: string
  readonly now: () => Date
}

/** Paths of PEM files. */
export interface PemFiles {
  /** Begins with the one that signs; those up to the root may follow. */
  readonly certificate: string
  readonly key: string
  readonly root: string
  /** Opens the key file if that is encrypted. */
  readonly keyPassphrase?: string
}

export interface Pkcs12File {
  /** Path of a file with key and certificates. */
  readonly pkcs12: string
  /** Path of a PEM file, where the root is not in the other. */
  readonly root?: string
  readonly keyPassphrase?: string
}

export interface Imported {
  /** Name of the authority's folder: `.` where the data directory had none. */
  readonly name: string
  readonly warnings: readonly Diagnostic[]
}

interface Material {
  /** From the one that signs upwards, without the root. */
  readonly chain: readonly X509Certificate[]
  readonly root: X509Certificate
  readonly key: KeyObject
  /** Of the files, for diagnostics. */
  readonly names: { readonly root: string; readonly key: string }
}

/**
 * Checks everything, then copies it: as the authority of a new data directory, or beside the one that is there, to which
 * a rotation can then lead. L0401, L0410, L0412, L0415, L0417.
 */
export async function importAuthority(options: ImportOptions): Promise<Imported | Diagnostic> {
  const { directory, trustDomain, passphrase } = options
  if (!isTrustDomain(trustDomain)) return problem('L0401', 'The trust domain is not valid.')
  try {
    const { from } = options
    const material = 'pkcs12' in from ? await fromPkcs12(from) : fromPem(from)
    if (isProblem(material)) return material
    const wrong = checkChain(material, options) ?? checkKey(material)
    if (wrong) return wrong
    const first = !existsSync(`${directory}/ca`)
    if (first && existsSync(`${directory}/tokens`)) {
      return problem('L0417', `${directory} holds join tokens of an authority that is gone.`)
    }
    const name = first ? '.' : newAuthorityName()
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const { chain, root, key } = material
    publishDirectory(authorityFolder(directory, name), {
      [FILES.issuingKey]: { content: keyPem(key, passphrase), mode: 0o600 },
      [FILES.chain]: { content: chain.map(pemText).join(''), mode: 0o644 },
      [FILES.root]: { content: pemText(root), mode: 0o644 },
      [FILES.about]: { content: `${JSON.stringify({ trustDomain })}\n`, mode: 0o600 },
    })
    return { name, warnings: warningsOf(chain[0]!) }
  } catch (error) {
    return problem('L0410', `The authority cannot be imported: ${reasonOf(error)}.`)
  }
}

function fromPem(from: PemFiles): Material | Diagnostic {
  const root = readRootFile(from.root)
  if (isProblem(root)) return root
  const chain = certificatesAt(from.certificate)?.filter((one) => !one.raw.equals(root.raw))
  if (!chain || chain.length === 0) {
    return refused(
      `${from.certificate} must hold the certificate that signs, and then those between it and the root`,
    )
  }
  const key = readKey(from.key, from.keyPassphrase)
  return isProblem(key) ? key : { chain, root, key, names: from }
}

async function fromPkcs12(from: Pkcs12File): Promise<Material | Diagnostic> {
  const read = await readPkcs12(readFileSync(from.pkcs12), from.pkcs12, from.keyPassphrase)
  if (isProblem(read)) return read
  const { key, certificates } = read
  const given = from.root === undefined ? undefined : readRootFile(from.root)
  if (given && isProblem(given)) return given
  const signing = certificates.find((one) => one.checkPrivateKey(key))
  if (!signing) return refused(`${from.pkcs12} has no certificate that fits its key`)
  const all = given ? [...certificates, given] : certificates
  const chain = [signing]
  for (let next = issuerOf(signing, all); next && !chain.includes(next); ) {
    chain.push(next)
    next = issuerOf(next, all)
  }
  const root = chain.pop()!
  if (chain.length === 0 || !root.checkIssued(root)) {
    return refused(
      `${from.pkcs12} must hold an intermediate certificate and its chain; name its root by a file of its own if it is not in it`,
    )
  }
  return { chain, root, key, names: { root: from.root ?? from.pkcs12, key: from.pkcs12 } }
}

function issuerOf(
  certificate: X509Certificate,
  all: readonly X509Certificate[],
): X509Certificate | undefined {
  return all.find((one) => certificate.checkIssued(one) && certificate.verify(one.publicKey))
}

function readRootFile(path: string): X509Certificate | Diagnostic {
  const [root, ...more] = certificatesAt(path) ?? []
  if (root && more.length === 0) return root
  return refused(`${path} must hold one certificate, the root, and nothing else`)
}

function certificatesAt(path: string): X509Certificate[] | undefined {
  const found = certificatesIn(readFileSync(path, 'utf8'))
  return found?.map(({ rawData }) => new X509Certificate(Buffer.from(rawData)))
}

/** Each certificate is an authority's, in time, strong, signed by the next, and allowed to have as many below it as it has. */
function checkChain({ chain, root }: Material, options: ImportOptions): Diagnostic | undefined {
  const now = options.now()
  const all = [...chain, root]
  for (const [depth, certificate] of all.entries()) {
    const name = `The certificate ${JSON.stringify(certificate.subject.split('\n').at(-1))}`
    const above = all[depth + 1] ?? root
    const parsed = new x509.X509Certificate(certificate.raw)
    const constraints = parsed.getExtension(x509.BasicConstraintsExtension)
    if (!certificate.ca || !constraints?.ca) return refused(`${name} is not an authority's (cA)`)
    if (constraints.pathLength !== undefined && constraints.pathLength < depth) {
      return refused(`${name} may not have ${depth} authorities below it (pathLenConstraint)`)
    }
    const { usages } = parsed.getExtension(x509.KeyUsagesExtension) ?? {}
    if (usages === undefined || !(usages & x509.KeyUsageFlags.keyCertSign)) {
      return refused(`${name} may not sign certificates (keyCertSign)`)
    }
    if (
      !isStrongKey(createPublicKey(certificate.publicKey.export({ type: 'spki', format: 'pem' })))
    ) {
      return refused(`${name} has a weak key: use P-256, P-384, or RSA of 2048 bits or more`)
    }
    if (now < new Date(certificate.validFrom) || now >= new Date(certificate.validTo)) {
      return refused(`${name} is valid from ${certificate.validFrom} until ${certificate.validTo}`)
    }
    if (!certificate.checkIssued(above) || !certificate.verify(above.publicKey)) {
      return refused(`${name} is not signed by the next one: the chain must lead to the root`)
    }
  }
  return checkNames(chain[0]!, options)
}

/** X509-SVID §2: an authority that names a trust domain names no workload, and this one. */
function checkNames(signing: X509Certificate, options: ImportOptions): Diagnostic | undefined {
  const uris = /URI:([^,]*)/.exec(signing.subjectAltName ?? '')?.[1]
  if (uris === undefined || uris === `spiffe://${options.trustDomain}`) return undefined
  return refused(`The certificate is for another trust domain than ${options.trustDomain}`)
}

function checkKey({ chain, root, key, names }: Material): Diagnostic | undefined {
  const parsed = (one: X509Certificate) => new x509.X509Certificate(one.raw)
  return checkParts({ chain: chain.map(parsed), root: parsed(root), key, names, imported: true })
}

function warningsOf(signing: X509Certificate): readonly Diagnostic[] {
  const usages = new x509.X509Certificate(signing.raw).getExtension(x509.KeyUsagesExtension)?.usages
  if ((usages ?? 0) & x509.KeyUsageFlags.cRLSign) return []
  const text =
    'The certificate may not sign revocation lists (cRLSign): proxies then refuse everybody once a certificate is revoked'
  return [problem('L0417', text, 'warning')]
}

function pemText(certificate: X509Certificate): string {
  return certificateBlocks(certificate.toString())[0] ?? ''
}

function refused(text: string): Diagnostic {
  return problem('L0417', `${text}. Nothing was imported.`)
}

// An organisation's public key infrastructure for tests: a root and intermediates below it, as files that `lotse ca import` takes.
import { execFileSync } from 'node:child_process'
import { KeyObject, webcrypto } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { x509 } from '../../src/ca/x509.ts'

type Algorithm = webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams

const P256: Algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
export const RSA = (modulusLength = 2048): Algorithm => ({
  ...{ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength },
  publicExponent: new Uint8Array([1, 0, 1]),
})

export interface OrganisationOptions {
  /** Of the certificate that is imported; P-256 by default. */
  readonly algorithm?: Algorithm
  readonly ca?: boolean
  readonly usages?: number
  /** Seconds from now. */
  readonly lifetime?: number
  /** Encrypts the key's file. */
  readonly passphrase?: string
  /** pathLenConstraint of the certificate in the middle. */
  readonly middlePath?: number
}

export interface Organisation {
  /** Paths. */
  readonly certificate: string
  readonly key: string
  readonly root: string
  readonly rootPem: string
  /** Makes a PKCS#12 file of all three with openssl. */
  pkcs12(passphrase: string, parts?: { readonly root?: boolean }): string
}

const DAY = 86_400_000
const { keyCertSign, cRLSign } = x509.KeyUsageFlags

/** Root, a certificate in the middle, and the one that is to sign for Lotse. */
export async function organisation(
  folder: string,
  options: OrganisationOptions = {},
): Promise<Organisation> {
  const root = await certify({ name: 'CN=Example root,O=Example' })
  const middle = await certify({
    ...{ name: 'CN=Example middle,O=Example', by: root, path: options.middlePath ?? 1 },
  })
  const own = await certify({ name: 'CN=Example mesh,O=Example', by: middle, path: 0, ...options })
  const paths = {
    certificate: `${folder}/chain.pem`,
    key: `${folder}/key.pem`,
    root: `${folder}/root.pem`,
  }
  const { passphrase } = options
  const form = { type: 'pkcs8', format: 'pem' } as const
  const key = KeyObject.from(own.keys.privateKey)
  const keyText = key.export(
    passphrase === undefined ? form : { ...form, cipher: 'aes-256-cbc', passphrase },
  )
  writeFileSync(paths.certificate, pem(own) + pem(middle))
  writeFileSync(paths.key, keyText, { mode: 0o600 })
  writeFileSync(paths.root, pem(root))
  return {
    ...paths,
    rootPem: pem(root),
    pkcs12: (secret, { root: whole = true } = {}) => {
      const path = `${folder}/all-${whole}.p12`
      const plainKey = `${folder}/plain-key.pem`
      const above = `${folder}/above.pem`
      writeFileSync(plainKey, key.export(form), { mode: 0o600 })
      writeFileSync(above, pem(middle) + (whole ? pem(root) : ''))
      const parts = ['-inkey', plainKey, '-in', paths.certificate, '-certfile', above]
      const args = ['pkcs12', '-export', ...parts, '-out', path, '-passout', `pass:${secret}`]
      execFileSync('openssl', args, { stdio: 'ignore' })
      return path
    },
  }
}

interface Certified {
  readonly keys: webcrypto.CryptoKeyPair
  readonly certificate: x509.X509Certificate
}

interface Wanted extends OrganisationOptions {
  readonly name: string
  readonly by?: Certified
  readonly path?: number
}

async function certify(wanted: Wanted): Promise<Certified> {
  const { name, by, path, algorithm = P256, ca = true, lifetime } = wanted
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair
  const signer = by?.keys ?? keys
  const now = Date.now()
  const certificate = await x509.X509CertificateGenerator.create({
    subject: name,
    issuer: by?.certificate.subject ?? name,
    notBefore: new Date(now - DAY),
    notAfter: new Date(lifetime === undefined ? now + 365 * DAY : now + lifetime * 1000),
    signingAlgorithm: { name: signer.privateKey.algorithm.name, hash: 'SHA-256' },
    publicKey: keys.publicKey,
    signingKey: signer.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(ca, path, true),
      new x509.KeyUsagesExtension(wanted.usages ?? keyCertSign | cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(signer.publicKey),
    ],
  })
  return { keys, certificate }
}

function pem({ certificate }: Certified): string {
  return `${certificate.toString('pem')}\n`
}

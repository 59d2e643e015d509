// A certificate authority for tests, independent of src/ca: any name, any lifetime, P-256.
import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
x509.cryptoProvider.set(webcrypto)

export interface KeyPair {
  readonly keyPem: string
  /** The leaf, then the root. */
  readonly chainPem: string
  readonly rootPem: string
  /** Hexadecimal, upper case, as node:tls prints it. */
  readonly serial: string
}

export interface LeafNames {
  /** For instance `spiffe://cluster.local/ns/default/sa/web`. */
  readonly uri?: string
  readonly dns?: string
  readonly ip?: string
  /** Seconds from now; an hour by default, negative for one that has expired. */
  readonly lifetime?: number
}

export interface TestCa {
  readonly rootPem: string
  issue(names: LeafNames): Promise<KeyPair>
  /** A list of revoked certificates, by their serial numbers. */
  crl(...serials: string[]): Promise<string>
}

export async function testCa(trustDomain = 'cluster.local'): Promise<TestCa> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: 'O=lotse test',
    notBefore: new Date(Date.now() - 86_400_000),
    notAfter: new Date(Date.now() + 86_400_000),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      new x509.SubjectAlternativeNameExtension([{ type: 'url', value: `spiffe://${trustDomain}` }]),
    ],
  })
  const rootPem = `${root.toString('pem')}\n`
  return {
    rootPem,
    issue: (names) => issue(root, keys.privateKey, names),
    crl: async (...serials) => {
      const crl = await x509.X509CrlGenerator.create({
        issuer: root.subject,
        thisUpdate: new Date(Date.now() - 86_400_000),
        nextUpdate: new Date(Date.now() + 86_400_000),
        extensions: [new x509.Extension('2.5.29.20', false, Buffer.from([2, 1, 1]))],
        // An empty list is none at all (RFC 5280).
        ...(serials.length > 0
          ? {
              entries: serials.map((serialNumber) => ({
                serialNumber,
                revocationDate: new Date(1_767_225_600_000),
                reason: x509.X509CrlReason.keyCompromise,
              })),
            }
          : {}),
        signingAlgorithm: ALGORITHM,
        signingKey: keys.privateKey,
      })
      // The label that OpenSSL and Envoy know; with another one they see no list at all.
      return `${crl.toString('pem').replaceAll(' CRL-', ' X509 CRL-')}\n`
    },
  }
}

/** An authority that is there already, as that of a data directory: its certificate and its key (PKCS#8), in PEM. */
export async function caFrom(rootPem: string, keyPem: string): Promise<Pick<TestCa, 'issue'>> {
  const der = x509.PemConverter.decodeFirst(keyPem)
  const key = await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign'])
  const root = new x509.X509Certificate(rootPem)
  return { issue: (names) => issue(root, key, names) }
}

async function issue(
  root: x509.X509Certificate,
  signingKey: webcrypto.CryptoKey,
  { uri, dns, ip, lifetime = 3_600 }: LeafNames,
): Promise<KeyPair> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const names: x509.JsonGeneralNames = []
  if (uri) names.push({ type: 'url', value: uri })
  if (dns) names.push({ type: 'dns', value: dns })
  if (ip) names.push({ type: 'ip', value: ip })
  const serialNumber = serial()
  const until = Date.now() + lifetime * 1_000
  const leaf = await x509.X509CertificateGenerator.create({
    serialNumber,
    subject: '',
    issuer: root.subject,
    notBefore: new Date(Math.min(until, Date.now()) - 60_000),
    notAfter: new Date(until),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']),
      new x509.SubjectAlternativeNameExtension(names, true),
    ],
  })
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  const rootPem = `${root.toString('pem')}\n`
  return {
    keyPem: `-----BEGIN PRIVATE KEY-----\n${key.toString('base64')}\n-----END PRIVATE KEY-----\n`,
    chainPem: `${leaf.toString('pem')}\n${rootPem}`,
    rootPem,
    serial: serialNumber.toUpperCase(),
  }
}

/** Positive, and without a leading zero byte, so that every tool prints it alike. */
function serial(): string {
  const bytes = randomBytes(16)
  bytes[0] = (bytes[0]! & 0x3f) | 0x40
  return bytes.toString('hex')
}

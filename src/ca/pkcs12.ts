// Reads PKCS#12 files (RFC 7292), in which organisations hand out an authority; node-forge is loaded only here.
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { asn1 as Asn1, pkcs12 } from 'node-forge'
import type { Diagnostic } from '../model/diagnostic.ts'
import { problem } from './problem.ts'

export interface Pkcs12 {
  readonly key: KeyObject
  /** In the order of the file, which means nothing. */
  readonly certificates: readonly X509Certificate[]
}

/** An authority's file has a few kilobytes. */
const MAX_BYTES = 1024 * 1024

/** L0417: not PKCS#12, no key or several, no certificate; L0415: the passphrase is absent or wrong. */
export async function readPkcs12(
  bytes: Buffer,
  path: string,
  passphrase = '',
): Promise<Pkcs12 | Diagnostic> {
  if (bytes.length > MAX_BYTES) return refused(path, 'is larger than 1 MB')
  const { default: forge } = await import('node-forge')
  const { keyBag, pkcs8ShroudedKeyBag, certBag } = forge.pki.oids
  const der = (node: Asn1.Asn1) => Buffer.from(forge.asn1.toDer(node).getBytes(), 'binary')
  let opened: pkcs12.Pkcs12Pfx
  try {
    const parsed = forge.asn1.fromDer(forge.util.createBuffer(bytes.toString('binary')))
    opened = forge.pkcs12.pkcs12FromAsn1(parsed, passphrase)
  } catch (error) {
    if (/mac|password|passphrase|decrypt/i.test((error as Error).message)) {
      return problem('L0415', `The passphrase does not open ${path}.`)
    }
    return refused(path, 'is not a PKCS#12 file that can be read')
  }
  const bags = (type: string | undefined) => opened.getBags({ bagType: type! })[type!] ?? []
  try {
    // forge understands no ECDSA: what it does not understand it leaves as ASN.1, in the forms that Node reads
    const keys = [...bags(pkcs8ShroudedKeyBag), ...bags(keyBag)].map((bag) => {
      const info = bag.key
        ? forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(bag.key))
        : bag.asn1
      return createPrivateKey({ key: der(info), format: 'der', type: 'pkcs8' })
    })
    const certificates = bags(certBag).map(
      (bag) =>
        new X509Certificate(der(bag.cert ? forge.pki.certificateToAsn1(bag.cert) : bag.asn1)),
    )
    const [key, ...more] = keys
    if (!key || more.length > 0) return refused(path, 'must hold one private key')
    if (certificates.length === 0) return refused(path, 'holds no certificate')
    return { key, certificates }
  } catch {
    return refused(path, 'holds a key or certificate that cannot be read')
  }
}

function refused(path: string, what: string): Diagnostic {
  return problem('L0417', `${path} ${what}. Nothing was imported.`)
}

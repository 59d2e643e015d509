// Checks a certificate against every MUST of the X509-SVID standard for leaves; for tests and `lotse ca`.

import { identityOf, OID_SUBJECT_ALTERNATIVE_NAME } from './identity.ts'
import { isProblem } from './problem.ts'
import { certificateBlocks, x509 } from './x509.ts'

const OID_KEY_USAGE = '2.5.29.15'

/** The broken rules of a PEM leaf certificate, each as one sentence; empty when it is a correct X.509 SVID. */
export function lintSvid(pem: string): string[] {
  let leaf: x509.X509Certificate
  try {
    leaf = new x509.X509Certificate(pem)
  } catch {
    return ['The certificate cannot be read.']
  }
  return [...lintNames(leaf), ...lintUsage(leaf), ...lintFrame(leaf)]
}

/** A chain: its leaf first, all others are authorities. */
export function lintChain(pem: string): string[] {
  const [leaf = '', ...above] = certificateBlocks(pem)
  return [...lintSvid(leaf), ...above.flatMap(lintAuthority)]
}

/** The same for a certificate that signs: the standard's rules for those (X509-SVID §§2, 4 and appendix A). */
export function lintAuthority(pem: string): string[] {
  let certificate: x509.X509Certificate
  try {
    certificate = new x509.X509Certificate(pem)
  } catch {
    return ['The certificate cannot be read.']
  }
  const found: string[] = []
  const usage = certificate.extensions.find((e) => e.type === OID_KEY_USAGE)
  const { usages } = usage ? new x509.KeyUsagesExtension(usage.rawData) : { usages: 0 }
  if (!usage?.critical) found.push('The key usage must be there and critical.')
  if (!(usages & x509.KeyUsageFlags.keyCertSign)) found.push('The key usage must have keyCertSign.')
  if (!certificate.getExtension(x509.BasicConstraintsExtension)?.ca) found.push('It must be a CA.')
  const names = certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? []
  const uris = names.filter(({ type }) => type === 'url').map(({ value }) => value)
  if (uris.length > 1) found.push('There must be one URI name at most.')
  if (uris.some((uri) => !/^spiffe:\/\/[a-z0-9._-]+$/.test(uri))) {
    found.push('The SPIFFE identity of an authority has no path.')
  }
  const proven = identityOf({ raw: new Uint8Array(certificate.rawData) })
  if (!isProblem(proven)) found.push('A certificate that signs must prove no workload.')
  return found
}

function lintNames(leaf: x509.X509Certificate): string[] {
  const found: string[] = []
  const names = leaf.extensions.filter((e) => e.type === OID_SUBJECT_ALTERNATIVE_NAME)
  if (names.length !== 1) found.push('There must be exactly one list of alternative names.')
  if (leaf.subject === '' && !names[0]?.critical) {
    found.push('With an empty subject the alternative names must be critical.')
  }
  const identity = identityOf({ raw: new Uint8Array(leaf.rawData) })
  if (isProblem(identity)) found.push(identity.text)
  return found
}

function lintUsage(leaf: x509.X509Certificate): string[] {
  const found: string[] = []
  const usage = leaf.extensions.find((e) => e.type === OID_KEY_USAGE)
  const { usages } = usage ? new x509.KeyUsagesExtension(usage.rawData) : { usages: 0 }
  const { digitalSignature, keyCertSign, cRLSign } = x509.KeyUsageFlags
  if (!usage?.critical) found.push('The key usage must be there and critical.')
  if (!(usages & digitalSignature)) found.push('The key usage must have digitalSignature.')
  if (usages & (keyCertSign | cRLSign)) {
    found.push('The key usage must have neither keyCertSign nor cRLSign.')
  }
  const extended = leaf.getExtension(x509.ExtendedKeyUsageExtension)?.usages
  for (const needed of [x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]) {
    if (extended && !extended.includes(needed)) {
      found.push('The extended key usage must have serverAuth and clientAuth.')
    }
  }
  if (leaf.getExtension(x509.BasicConstraintsExtension)?.ca) found.push('A leaf must not be a CA.')
  return found
}

function lintFrame(leaf: x509.X509Certificate): string[] {
  const found: string[] = []
  if (!leaf.getExtension(x509.SubjectKeyIdentifierExtension)) found.push('No subject key id.')
  if (!leaf.getExtension(x509.AuthorityKeyIdentifierExtension)) found.push('No authority key id.')
  const serial = leaf.serialNumber.replace(/^0+/, '')
  if (serial.length < 16 || serial.length > 40)
    found.push('The serial number is not random enough.')
  if (leaf.notBefore >= leaf.notAfter) found.push('The certificate is never valid.')
  return found
}

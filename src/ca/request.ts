// Reads a certificate signing request from an untrusted caller and refuses every abuse of it; only its public key is used.
import { createPublicKey } from 'node:crypto'
import type { Diagnostic } from '../model/diagnostic.ts'
import { OID_SUBJECT_ALTERNATIVE_NAME } from './identity.ts'
import { problem } from './problem.ts'
import { x509 } from './x509.ts'

/** Bytes; a P-256 request is about 400, an RSA-4096 one about 1,700. */
export const MAX_REQUEST = 16 * 1024

const PEM =
  /^\s*-----BEGIN CERTIFICATE REQUEST-----([A-Za-z0-9+/=\r\n]+)-----END CERTIFICATE REQUEST-----\s*$/
/** No request that is accepted comes near these. */
const LIMITS = { berOptions: { maxDepth: 24, maxNodes: 1000 } }
const OID_BASIC_CONSTRAINTS = '2.5.29.19'
const OID_KEY_USAGE = '2.5.29.15'
const OID_EXTENDED_KEY_USAGE = '2.5.29.37'
const HASHES = ['SHA-256', 'SHA-384', 'SHA-512']
/** How a P-256 and a P-384 key begin: the curve by name (never by its own parameters), the point uncompressed. */
const EC_KEYS = [
  '3059301306072a8648ce3d020106082a8648ce3d03010703420004',
  '3076301006072a8648ce3d020106052b8104002203620004',
].map((prefix) => Buffer.from(prefix, 'hex'))

/** The names a request may repeat: those its authenticated caller has anyway. */
export interface OwnNames {
  readonly uri: string
  readonly dns: string
}

/**
 * The public key of a PEM signing request, or why it is refused: unreadable or over 16 KB (L0420), a weak key (L0421), not
 * signed with that key (L0422), or asking for a foreign name or for rights a workload never gets (L0423).
 */
export async function readRequest(
  pem: string,
  own: OwnNames,
): Promise<x509.PublicKey | Diagnostic> {
  if (pem.length > MAX_REQUEST) {
    return problem('L0420', `The signing request is larger than ${MAX_REQUEST / 1024} KB.`)
  }
  const body = PEM.exec(pem)?.[1]
  if (!body)
    return problem('L0420', 'The signing request is not one PEM block CERTIFICATE REQUEST.')
  try {
    const request = new x509.Pkcs10CertificateRequest(Buffer.from(body, 'base64'), LIMITS)
    return (
      checkKey(request) ??
      checkAsked(request, own) ??
      (await checkSignature(request)) ??
      request.publicKey
    )
  } catch {
    return problem('L0420', 'The signing request cannot be read.')
  }
}

function checkKey(request: x509.Pkcs10CertificateRequest): Diagnostic | undefined {
  const der = Buffer.from(request.publicKey.rawData)
  // whether the point is on its curve shows when the signature is checked
  if (EC_KEYS.some((prefix) => der.subarray(0, prefix.length).equals(prefix))) return undefined
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
  const { modulusLength: bits = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  const sound =
    bits >= 2048 && bits <= 4096 && publicExponent >= 65537n && publicExponent % 2n === 1n
  if (key.asymmetricKeyType === 'rsa' && sound) return undefined
  return problem(
    'L0421',
    'The key of the signing request is not accepted: use ECDSA P-256 or P-384, or RSA of 2048 to 4096 bits.',
  )
}

async function checkSignature(
  request: x509.Pkcs10CertificateRequest,
): Promise<Diagnostic | undefined> {
  const hash = request.signatureAlgorithm.hash?.name ?? ''
  if (HASHES.includes(hash) && (await request.verify().catch(() => false))) return undefined
  return problem(
    'L0422',
    'The signing request is not signed with its own key (by SHA-256 or stronger).',
  )
}

function checkAsked(request: x509.Pkcs10CertificateRequest, own: OwnNames): Diagnostic | undefined {
  for (const { type, rawData } of request.extensions) {
    if (type === OID_SUBJECT_ALTERNATIVE_NAME && !onlyNames(rawData, own)) {
      return refused('a name other than that of its own workload')
    }
    if (type === OID_BASIC_CONSTRAINTS && new x509.BasicConstraintsExtension(rawData).ca) {
      return refused('the right to sign certificates')
    }
    if (type === OID_KEY_USAGE) {
      const { keyCertSign, cRLSign } = x509.KeyUsageFlags
      const asked = new x509.KeyUsagesExtension(rawData).usages
      if (asked & (keyCertSign | cRLSign)) return refused('the right to sign certificates')
    }
    if (type === OID_EXTENDED_KEY_USAGE) {
      const { serverAuth, clientAuth } = x509.ExtendedKeyUsage
      const { usages } = new x509.ExtendedKeyUsageExtension(rawData)
      const beyond = usages.some((usage) => usage !== serverAuth && usage !== clientAuth)
      if (beyond) return refused('a use other than TLS server and client')
    }
  }
  return undefined
}

function onlyNames(rawData: ArrayBuffer, own: OwnNames): boolean {
  const names = new x509.SubjectAlternativeNameExtension(rawData).names.items
  return names.every(
    ({ type, value }) =>
      (type === 'url' && value === own.uri) || (type === 'dns' && value === own.dns),
  )
}

function refused(what: string): Diagnostic {
  return problem(
    'L0423',
    `The signing request asks for ${what}. Names come from the enrolment only.`,
  )
}

// Looks into Secrets and the MeshConfig for certificates: what Envoy would refuse is refused here, where its line is known.
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { Code } from '../model/codes.ts'
import {
  AUTHORITY_FIELDS,
  CERTIFICATE_FIELDS,
  credentialOf,
  KEY_FIELDS,
} from '../model/credential.ts'
import type { Diagnostic, Severity } from '../model/diagnostic.ts'
import { type Document, nameOf } from '../model/document.ts'
import type { Path } from '../model/origin.ts'
import { isKind } from '../model/schema/index.ts'
import type { MeshConfig } from '../model/schema/mesh-config.ts'

/** Nothing for other kinds and for secrets without a certificate. No text of a diagnostic holds anything of the secret. */
export function checkCredential(document: Document, now: Date): Diagnostic[] {
  if (isKind(document, 'MeshConfig')) return checkAuthorities(document, now)
  if (!isKind(document, 'Secret')) return []
  const { certificate, key, authority } = credentialOf(document)
  const found: Diagnostic[] = []
  const say: Say = (severity, code, names, text) => {
    const spec = { ...document.spec.data, ...document.spec.stringData }
    const field = names.find((name) => name in spec) ?? names[0]!
    const part = document.spec.stringData?.[field] === undefined ? 'data' : 'stringData'
    const origin = document.at([part, field])
    found.push({ code, severity, text: `${field}: ${text}`, origin, about: nameOf(document) })
  }
  // Half a pair may be anything; who names it as a certificate is told so.
  if (certificate && key) {
    const leaf = readChain(certificate, CERTIFICATE_FIELDS, now, say)
    const own = readKey(key, say)
    if (leaf && own && !leaf.checkPrivateKey(own)) {
      const text = 'the key does not belong to the certificate: take both from the same request'
      say('error', 'L0284', KEY_FIELDS, text)
    }
  }
  if (authority) readChain(authority, AUTHORITY_FIELDS, now, say)
  return found
}

/** A text of an authority that is none would keep the whole list of them from every proxy. */
function checkAuthorities(document: Document<MeshConfig>, now: Date): Diagnostic[] {
  const { caCertificates = [], defaultConfig } = document.spec
  const texts: (readonly [pem: string | undefined, path: Path])[] = [
    ...caCertificates.map(({ pem }, index) => [pem, ['caCertificates', index, 'pem']] as const),
    ...(defaultConfig?.caCertificatesPem ?? []).map(
      (pem, index) => [pem, ['defaultConfig', 'caCertificatesPem', index]] as const,
    ),
  ]
  return texts.flatMap(([pem, path]) => {
    const found = pem === undefined ? undefined : authorityProblem(pem, now)
    return found ? [{ ...found, origin: document.at(path), about: nameOf(document) }] : []
  })
}

function authorityProblem(
  pem: string,
  now: Date,
): Pick<Diagnostic, 'code' | 'severity' | 'text'> | undefined {
  const blocks = pem.match(CERTIFICATE) ?? []
  const text = 'these are not certificates in PEM form and nothing else: correct it'
  const unreadable = { code: 'L0298', severity: 'error', text } as const
  if (blocks.length === 0 || blocks.length !== pem.split('-----BEGIN').length - 1) return unreadable
  try {
    const expired = blocks.map((block) => new X509Certificate(block)).find(isPast(now))
    if (!expired) return undefined
    const old = `the certificate has expired (${expired.validTo}): take its successor`
    return { code: 'L0285', severity: 'warning', text: old }
  } catch {
    return unreadable
  }
}

const isPast =
  (now: Date) =>
  ({ validTo }: X509Certificate) =>
    now > new Date(validTo)

type Say = (severity: Severity, code: Code, fields: readonly string[], text: string) => void

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

/** The first certificate, with its public key; all are read. */
function readChain(
  pem: string,
  fields: readonly string[],
  now: Date,
  say: Say,
): X509Certificate | undefined {
  const blocks = pem.match(CERTIFICATE) ?? []
  try {
    const [leaf] = blocks.map((block) => new X509Certificate(block))
    if (!leaf) throw new Error('no certificate')
    checkValidity(leaf, fields, now, say)
    if (fields === CERTIFICATE_FIELDS) checkStrength(leaf.publicKey, fields, say)
    return leaf
  } catch {
    const text = 'this is not a certificate in PEM form (in data, base64 of that): correct it'
    say('error', 'L0283', fields, text)
    return undefined
  }
}

/** Envoy serves such a certificate all the same, and clients refuse it. */
function checkValidity(
  { validFrom, validTo }: X509Certificate,
  fields: readonly string[],
  now: Date,
  say: Say,
): void {
  if (now > new Date(validTo)) {
    say('warning', 'L0285', fields, `the certificate has expired (${validTo}): renew it`)
  } else if (now < new Date(validFrom)) {
    say('warning', 'L0285', fields, `the certificate is not valid before ${validFrom}`)
  }
}

function readKey(pem: string, say: Say): KeyObject | undefined {
  try {
    return createPrivateKey(pem)
  } catch {
    const text = 'this is not an unencrypted private key in PEM form (in data, base64 of that)'
    say('error', 'L0283', KEY_FIELDS, `${text}: correct it`)
    return undefined
  }
}

const CURVES = ['prime256v1', 'secp384r1', 'secp521r1']

function checkStrength(key: KeyObject, fields: readonly string[], say: Say): void {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
  if (type === 'rsa' && (details?.modulusLength ?? 0) < 2048) {
    say('error', 'L0286', fields, 'the RSA key has less than 2048 bits: make a new one')
  } else if (type === 'ec' && !CURVES.includes(details?.namedCurve ?? '')) {
    say('error', 'L0286', fields, 'the curve is not P-256, P-384 or P-521: make a new key')
  } else if (type !== 'rsa' && type !== 'ec') {
    say('error', 'L0286', fields, `keys of kind ${type} are not possible: use RSA or ECDSA`)
  }
}

// Who holds a signing key: a file now; a key service or a token can take its place, since nothing else ever sees the key.
import { createPublicKey, type KeyObject, sign, type webcrypto } from 'node:crypto'

export interface Signer {
  /** SubjectPublicKeyInfo in DER: ECDSA P-256 or P-384, or RSA. */
  readonly publicKey: Buffer
  /**
   * A signature by SHA-256 (SHA-384 for P-384), in the form that X.509 and key services have: ECDSA as DER, RSA as
   * PKCS #1 v1.5. May reject; the certificate is then not issued.
   */
  readonly sign: (data: Uint8Array) => Promise<Uint8Array>
}

/** The key stays in this closure: it is in no object that could be printed. */
export function keySigner(key: KeyObject): Signer {
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' })
  const { hash } = algorithmOf(publicKey)
  return Object.freeze({
    publicKey,
    sign: async (data: Uint8Array) => sign(hash.replace('-', ''), data, key),
  })
}

interface Algorithm {
  readonly name: 'ECDSA' | 'RSASSA-PKCS1-v1_5'
  readonly hash: 'SHA-256' | 'SHA-384'
  readonly namedCurve?: 'P-256' | 'P-384'
}

const CURVES: Readonly<Record<string, Algorithm & { readonly bytes: number }>> = {
  prime256v1: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256', bytes: 32 },
  secp384r1: { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384', bytes: 48 },
}
const RSA: Algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
const SHORTEST_RSA = 2048

/** P-256, P-384, or RSA of at least 2048 bits. */
export function isStrongKey(key: KeyObject): boolean {
  const { namedCurve = '', modulusLength = 0 } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType === 'rsa') return modulusLength >= SHORTEST_RSA
  return key.asymmetricKeyType === 'ec' && CURVES[namedCurve] !== undefined
}

function curveOf(publicKey: Buffer) {
  const key = createPublicKey({ key: publicKey, format: 'der', type: 'spki' })
  return CURVES[key.asymmetricKeyDetails?.namedCurve ?? '']
}

function algorithmOf(publicKey: Buffer): Algorithm {
  return curveOf(publicKey) ?? RSA
}

/** What the generators of certificates and revocation lists take to sign by `signer`. */
export function signingBy(signer: Signer) {
  const { name, hash, namedCurve } = algorithmOf(signer.publicKey)
  const bytes = curveOf(signer.publicKey)?.bytes
  const algorithm = { name, hash, ...(namedCurve && { namedCurve }) }
  const subtle = {
    sign: async (_algorithm: unknown, _key: unknown, data: ArrayBuffer) => {
      const signature = Buffer.from(await signer.sign(new Uint8Array(data)))
      return new Uint8Array(bytes === undefined ? signature : plainOf(signature, bytes)).buffer
    },
  }
  return {
    signingAlgorithm: algorithm,
    // the generators look at nothing of the key but its algorithm, and use nothing of the provider but `sign`
    signingKey: { algorithm } as unknown as webcrypto.CryptoKey,
    crypto: { subtle } as unknown as webcrypto.Crypto,
  }
}

/** An ECDSA signature's two numbers, from DER to the fixed length that WebCrypto writes. */
function plainOf(der: Buffer, bytes: number): Buffer {
  const first = der[1]! & 0x80 ? 3 : 2
  const r = integerAt(der, first)
  const s = integerAt(der, r.end)
  return Buffer.concat([fixed(r.value, bytes), fixed(s.value, bytes)])
}

function integerAt(der: Buffer, at: number): { value: Buffer; end: number } {
  const end = at + 2 + der[at + 1]!
  return { value: der.subarray(at + 2, end), end }
}

function fixed(value: Buffer, bytes: number): Buffer {
  const short = value.subarray(Math.max(0, value.length - bytes))
  return Buffer.concat([Buffer.alloc(bytes - short.length), short])
}

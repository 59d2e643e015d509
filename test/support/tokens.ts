// Issuers of JSON web tokens for tests: keys made here, tokens honest and forged.
import {
  createHmac,
  createPrivateKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomUUID,
  sign,
} from 'node:crypto'

export interface Issuer {
  readonly issuer: string
  /** The public key set, as JSON. */
  readonly jwks: string
  readonly publicPem: string
  readonly privateJwk: JsonWebKey
  /** Claims over `iss`, `sub: user` and an hour to live; `header` over what fits the key. */
  token(
    claims?: Readonly<Record<string, unknown>>,
    header?: Readonly<Record<string, unknown>>,
  ): string
}

export function issuerOf(issuer: string, algorithm: 'RS256' | 'ES256' = 'ES256'): Issuer {
  const pair = keyPair(algorithm)
  const kid = randomUUID()
  const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' }
  return {
    issuer,
    jwks: JSON.stringify({ keys: [jwk] }),
    publicPem: pair.publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    privateJwk: pair.privateKey.export({ format: 'jwk' }),
    token(claims = {}, header = {}) {
      const now = Math.floor(Date.now() / 1000)
      const input = [
        encode({ alg: algorithm, typ: 'JWT', kid, ...header }),
        encode({ iss: issuer, sub: 'user', iat: now, exp: now + 3600, ...claims }),
      ].join('.')
      return `${input}.${signature(input, pair.privateKey)}`
    },
  }
}

/** A token that says it was signed with a shared secret, and was: the secret is the given text. */
export function hmacToken(claims: object, secret: string): string {
  const input = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

/** A token without a signature that says that none is needed. */
export function unsignedToken(claims: object): string {
  return `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`
}

function keyPair(algorithm: 'RS256' | 'ES256'): { publicKey: KeyObject; privateKey: KeyObject } {
  return algorithm === 'RS256'
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

function signature(input: string, key: KeyObject): string {
  const pem = createPrivateKey(key.export({ format: 'pem', type: 'pkcs8' }))
  return sign('sha256', Buffer.from(input), { key: pem, dsaEncoding: 'ieee-p1363' }).toString(
    'base64url',
  )
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

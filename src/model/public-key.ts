// Whether a JSON web key is a public key that Envoy takes: of a bad one it would refuse everything that came with it.

/** Members of public keys that verification needs, by kind of key (RFC 7518). */
export const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
}

interface Curve {
  /** Of a coordinate. */
  readonly bytes: number
  readonly p: bigint
  readonly b: bigint
}

/** y² = x³ - 3x + b (mod p); FIPS 186-4, D.1.2. */
const CURVES: Readonly<Record<string, Curve>> = {
  'P-256': {
    bytes: 32,
    p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  },
  'P-384': {
    bytes: 48,
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  },
  'P-521': {
    bytes: 66,
    p: 2n ** 521n - 1n,
    b: 0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
  },
}

const LEAST_RSA_BITS = 2048
const MOST_RSA_BITS = 16384

export function isPublicKey(key: Readonly<Record<string, unknown>>): boolean {
  const text = (name: string) => (typeof key[name] === 'string' ? key[name] : '')
  switch (key.kty) {
    case 'RSA':
      return isRsa(number(text('n')), number(text('e')))
    case 'EC':
      return isPoint(text('crv'), bytes(text('x')), bytes(text('y')))
    case 'OKP':
      return key.crv === 'Ed25519' && bytes(text('x'))?.length === 32
    default:
      return false
  }
}

function isRsa(n: bigint | undefined, e: bigint | undefined): boolean {
  if (!n || !e) return false
  const bits = n.toString(2).length
  const odd = n % 2n === 1n && e % 2n === 1n
  return odd && bits >= LEAST_RSA_BITS && bits <= MOST_RSA_BITS && e > 1n && e < 2n ** 33n
}

function isPoint(name: string, xs: Buffer | undefined, ys: Buffer | undefined): boolean {
  const curve = Object.hasOwn(CURVES, name) ? CURVES[name] : undefined
  if (!curve || xs?.length !== curve.bytes || ys?.length !== curve.bytes) return false
  const { p, b } = curve
  const x = BigInt(`0x${xs.toString('hex')}`)
  const y = BigInt(`0x${ys.toString('hex')}`)
  return x < p && y < p && (y * y - (x * x * x - 3n * x + b)) % p === 0n
}

function number(text: string): bigint | undefined {
  const read = bytes(text)
  return read && BigInt(`0x${read.toString('hex')}`)
}

/** Base64url without padding; undefined for anything else. */
function bytes(text: string): Buffer | undefined {
  if (text.length > 4096 || !/^[A-Za-z0-9_-]+$/.test(text)) return undefined
  const read = Buffer.from(text, 'base64url')
  return read.length > 0 ? read : undefined
}

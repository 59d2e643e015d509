// Keys that verify JSON web tokens: where a rule has them from, and which of a key set can be used at all.
import { isPublicKey, MEMBERS } from './public-key.ts'
import type { JwtRule } from './schema/authorization-policy.ts'

/** Keys fetched for the proxies. Without a row, nothing verifies: every token of the issuer is refused. */
export interface RemoteKeys {
  readonly url: string
  /** A JSON web key set with public keys only. */
  readonly keys: string
}

/** Where keys are to be fetched. */
export interface KeySource {
  readonly url: string
  /** The address is that of an OpenID configuration, whose `jwks_uri` is to be followed. */
  readonly discovery: boolean
}

const WELL_KNOWN = '/.well-known/openid-configuration'

/** Undefined if the keys stand in the rule. With neither field, the issuer tells where its keys are (Istio). */
export function keySourceOf({ jwks, jwksUri, issuer }: JwtRule): KeySource | undefined {
  if (jwks) return undefined
  if (jwksUri) return { url: jwksUri, discovery: false }
  return { url: `${issuer.replace(/\/$/, '')}${WELL_KNOWN}`, discovery: true }
}

/** No keys: an empty set, which verifies no token. */
export type KeySet = { readonly keys: string | undefined } | { readonly problem: string }

const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/**
 * The usable public keys of a set (RFC 7517), in a form that depends on nothing else. Private and secret keys are refused: they
 * would be handed to every proxy, and a published secret signs for anybody. An empty set is a set that verifies nothing.
 */
export function readKeySet(text: string): KeySet {
  const set = parsed(text)
  if (!isObject(set) || !Array.isArray(set.keys)) {
    return { problem: 'it is not a JSON object with a list `keys`' }
  }
  const keys: unknown[] = set.keys
  const secret = keys.findIndex((key) => isObject(key) && PRIVATE.some((name) => name in key))
  if (secret >= 0)
    return { problem: `key ${secret} is private or secret; publish public keys only` }
  const usable = keys.flatMap((key) => publicKey(key) ?? [])
  if (usable.length === 0 && keys.length > 0) {
    return {
      problem:
        'none of its keys is an RSA (2048 bits or more), EC (P-256, P-384, P-521) or Ed25519 public key for signatures',
    }
  }
  return { keys: usable.length > 0 ? JSON.stringify({ keys: usable }) : undefined }
}

function publicKey(key: unknown): object | undefined {
  if (!isObject(key) || !isPublicKey(key)) return undefined
  const { kty, alg, kid, use } = key
  if (use !== undefined && use !== 'sig') return undefined
  // A key that claims to be for no algorithm, or for one with shared secrets, is for no token.
  if (alg !== undefined && !/^([RPE]S(256|384|512)|EdDSA)$/.test(String(alg))) return undefined
  const named = { kid, alg, use }
  return Object.fromEntries([
    ['kty', kty],
    ...Object.entries(named).filter(([, value]) => typeof value === 'string'),
    ...MEMBERS[String(kty)]!.map((name) => [name, key[name]]),
  ])
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

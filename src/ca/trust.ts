// The trust bundle as data for the mesh: whose certificates are believed.
import type { Root } from './authority-folder.ts'

export interface TrustBundle {
  readonly trustDomain: string
  /** PEM, one certificate an entry. More than one while a root is being replaced. */
  readonly rootsPem: readonly string[]
  /** PEM, one list for each authority that signs or signed; empty while nothing is revoked. */
  readonly crlsPem: readonly string[]
  /** Milliseconds since 1970; absent while nothing is revoked. */
  readonly revokedAt?: number
}

export function trustBundleOf(
  roots: readonly [Root, ...Root[]],
  crls: readonly string[] = [],
  revokedAt?: number,
): TrustBundle {
  return Object.freeze({
    trustDomain: roots[0].trustDomain,
    rootsPem: Object.freeze([...new Set(roots.map((root) => root.certificatePem))]),
    crlsPem: Object.freeze([...crls]),
    ...(revokedAt !== undefined && { revokedAt }),
  })
}

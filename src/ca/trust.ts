// The trust bundle as data for the mesh: whose certificates are believed.
import type { Root } from './authority-folder.ts'
import { type RevokedCertificate, revocationList } from './revoked.ts'

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

/** The lists about these authorities and serials, whoever signed them. */
export type SharedListsOf = (
  about: string,
  make: () => Promise<readonly string[]>,
) => Promise<readonly string[]>

interface Named {
  readonly name: string
  readonly root: Root
}

/** With the lists of what was revoked: where one authority has a list, proxies demand one of every authority. */
export async function bundleWithLists(
  authorities: readonly Named[],
  revoked: ReadonlyMap<string, RevokedCertificate>,
  now: Date,
  shared?: SharedListsOf,
): Promise<TrustBundle> {
  const roots = authorities.map(({ root }) => root) as [Root, ...Root[]]
  if (revoked.size === 0) return trustBundleOf(roots)
  const all = [...revoked.values()]
  const make = () =>
    Promise.all(
      authorities.map(({ name, root }) => {
        const own = all.filter(({ authority }) => authority === name)
        return revocationList(root, own, now)
      }),
    )
  const about = [...authorities.map(({ root }) => root.sha256), ...[...revoked.keys()].sort()]
  const lists = shared ? await shared(about.join(), make) : await make()
  return trustBundleOf(roots, lists, Math.max(...all.map(({ at }) => at)))
}

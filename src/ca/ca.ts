// Opens the built-in certificate authority of a data directory: root, issuer, tokens and trust bundle.
import { existsSync } from 'node:fs'
import type { Diagnostic } from '../model/diagnostic.ts'
import { createIssuer, type Issuer } from './issuer.ts'
import { isProblem } from './problem.ts'
import { openRoot } from './root.ts'
import { openTokens, type Tokens, writeJoinToken } from './token.ts'
import { type TrustBundle, trustBundleOf } from './trust.ts'

export interface CertificateAuthority {
  readonly issuer: Issuer
  readonly tokens: Tokens
  readonly trust: TrustBundle
  /** True when the data directory was empty: root, key and `join-token` have just been made. */
  readonly created: boolean
  readonly warnings: readonly Diagnostic[]
}

export interface AuthorityOptions {
  readonly directory: string
  /** Absent: that of the root that is there, and `cluster.local` for a new one. */
  readonly trustDomain?: string
  readonly now: () => Date
  /** Seconds, of workload certificates; 24 hours by default. */
  readonly lifetime?: number
  readonly maxLifetime?: number
}

/** Makes what an empty directory lacks, and repairs nothing: see `openRoot` for what is refused. */
export async function openAuthority(
  options: AuthorityOptions,
): Promise<CertificateAuthority | Diagnostic> {
  const opened = await openRoot(options)
  if (isProblem(opened)) return opened
  const { root, warnings } = opened
  // also after a start that was cut off between root and token
  const created = !existsSync(`${options.directory}/tokens`)
  const tokens = openTokens({ ...options, rootSha256: root.sha256 })
  if (isProblem(tokens)) return tokens
  const failed = created ? writeJoinToken(options.directory, tokens) : undefined
  if (failed) return failed
  const issuer = createIssuer({ ...options, root })
  return { issuer, tokens, trust: trustBundleOf(root), created, warnings }
}

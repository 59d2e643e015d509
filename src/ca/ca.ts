// Opens the built-in certificate authority of a data directory: roots, issuer, tokens and trust bundle.
import { existsSync } from 'node:fs'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Issuer } from './issuer.ts'
import { isProblem, reasonOf } from './problem.ts'
import { type Advice, Rotator } from './rotator.ts'
import type { Together } from './together.ts'
import { type EnrolmentTokens, openTokens, type Tokens, writeJoinToken } from './token.ts'
import type { TrustBundle } from './trust.ts'

export interface CertificateAuthority {
  /** Its `root` is the one that the control plane's own certificate is below. */
  readonly issuer: Issuer
  readonly tokens: Tokens
  /** The same for those who enrol, where other replicas know tokens, too. */
  readonly enrolmentTokens: EnrolmentTokens
  /** As of now; see `watch`. */
  readonly trust: TrustBundle
  readonly advise: (serial: string) => Advice
  /** The certificate was used by its holder. */
  readonly seen: (serial: string) => void
  readonly isRevoked: (serial: string) => boolean
  readonly rotator: Rotator
  /** Lets rotations and revocations go on; only one process does so. Ends with the returned function. */
  readonly watch: (options: WatchOptions) => () => Promise<void>
  /** True when the data directory was empty: root, key and `join-token` have just been made. */
  readonly created: boolean
  readonly warnings: readonly Diagnostic[]
}

export interface WatchOptions {
  /** Workloads whose proxies are connected and have confirmed the present trust. */
  readonly informed: () => ReadonlySet<string>
  /** Of those whose proxies are connected, the ones of which one has not. */
  readonly behind?: () => ReadonlySet<string>
  /** Trust, signer or revocations changed. */
  readonly onChange: () => void | Promise<void>
  /** Told of what keeps a look from its end, once until it is over or another. */
  readonly onProblem: (error: unknown) => void
  /** Milliseconds between looks; 1,000 by default. */
  readonly interval?: number
}

export interface AuthorityOptions {
  readonly directory: string
  /** Absent: that of the root that is there, and `cluster.local` for a new one. */
  readonly trustDomain?: string
  /** Opens the key; a key that is made is encrypted with it. */
  readonly passphrase?: string
  /** Other processes have the same authority, see `openSharedAuthority`. */
  readonly together?: Together
  readonly now: () => Date
  /** Seconds, of workload certificates; 24 hours by default. */
  readonly lifetime?: number
  readonly maxLifetime?: number
  /** Milliseconds that a root is still trusted after the last certificate below it; see `Handshakes`. */
  readonly handshakeTime?: number
}

/** Makes what an empty directory lacks, and repairs nothing: see `openRoot` for what is refused. */
export async function openAuthority(
  options: AuthorityOptions,
): Promise<CertificateAuthority | Diagnostic> {
  const opened = await Rotator.open(options)
  if (isProblem(opened)) return opened
  const { rotator, warnings } = opened
  // also after a start that was cut off between root and token
  const created = !existsSync(`${options.directory}/tokens`)
  const rootSha256 = () => rotator.present.root.sha256
  const tokens = openTokens({ ...options, rootSha256 })
  if (isProblem(tokens)) return tokens
  const failed = created ? writeJoinToken(options.directory, tokens) : undefined
  if (failed) return failed
  return {
    issuer: {
      get root() {
        return rotator.present.root
      },
      issue: (order) => rotator.issue(order),
      issueServer: (hosts) => rotator.present.issuer.issueServer(hosts),
    },
    tokens,
    enrolmentTokens: options.together?.tokens(tokens) ?? tokens,
    get trust() {
      return rotator.trust
    },
    advise: (serial) => rotator.advise(serial),
    seen: (serial) => rotator.seen(serial),
    isRevoked: (serial) => rotator.isRevoked(serial),
    rotator,
    watch: (how) => {
      const ended = watch(rotator, how)
      return async () => {
        await ended()
        await options.together?.close()
      }
    },
    created,
    warnings,
  }
}

function watch(rotator: Rotator, options: WatchOptions): () => Promise<void> {
  let ended = false
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> = Promise.resolve()
  let trouble: string | undefined
  const look = async () => {
    try {
      if (await rotator.tick(options.informed(), options.behind?.())) await options.onChange()
      rotator.settle()
      trouble = undefined
    } catch (error) {
      const reason = reasonOf(error)
      if (reason !== trouble) options.onProblem(error)
      trouble = reason
    }
    if (!ended) again()
  }
  const again = () => {
    timer = setTimeout(() => {
      looking = look()
    }, options.interval ?? 1_000)
    timer.unref()
  }
  again()
  return async () => {
    ended = true
    clearTimeout(timer)
    await looking
  }
}

// Keeps the certificate of one proxy good for as long as it runs: renews it in time, takes up new roots, and comes back after outages.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Diagnostic } from '../model/diagnostic.ts'
import { type Credentials, renewalTime, writeCredentials } from './credentials.ts'
import { askAdvice, enrol, renew } from './enrol.ts'
import { isProblem, problem, reasonOf } from './problem.ts'
import { certificateBlocks } from './x509.ts'

export interface AgentOptions {
  /** `HOST:PORT` of the control plane. */
  readonly address: string
  /** Where `writeCredentials` put the present ones. */
  readonly folder: string
  readonly credentials: Credentials
  /** The join token's text, read anew each time: needed when the certificate ran out before it could be renewed. */
  readonly token: () => string | Diagnostic
  readonly onProblem: (diagnostic: Diagnostic) => void
  /** The new ones are on disk. What it waits for is waited for before the control plane is asked with them. */
  readonly onRenewed?: (credentials: Credentials) => void | Promise<void>
  /** Milliseconds between two looks at most; 30,000 by default. */
  readonly longestPause?: number
  readonly signal: AbortSignal
}

/** Looks at the clock and asks for advice this often, rather than once at the right time: machines sleep, and clocks jump. */
const LONGEST_PAUSE = 30_000
const SHORTEST_PAUSE = 100
/** Of a certificate's life; proxies that were started together do not renew together. */
const JITTER = 0.1

/** Ends when the signal says so; what goes wrong is told and tried again. */
export async function keepCredentials(options: AgentOptions): Promise<void> {
  let { credentials } = options
  let renewAt = jittered(credentials)
  let pause = pauseOf(credentials, options)
  while (!(await stopped(pause, options.signal))) {
    // What the control plane answers and no certificate can be read from is a problem like others.
    const next = await improved(options, credentials, renewAt).catch((error: unknown) =>
      problem('L0441', `What ${options.address} answered cannot be used: ${reasonOf(error)}.`),
    )
    pause = pauseOf(credentials, options)
    if (next === undefined) continue
    const failed = isProblem(next) ? next : writeCredentials(options.folder, next)
    if (failed || isProblem(next)) {
      options.onProblem(failed ?? (next as Diagnostic))
      continue
    }
    if (next.chainPem !== credentials.chainPem) {
      renewAt = jittered(next)
      // a rotation waits for the first word by the new certificate
      pause = SHORTEST_PAUSE
    }
    credentials = next
    await options.onRenewed?.(next)
  }
}

/** Better credentials than the present ones, nothing if these are good, or why there are none. */
async function improved(
  { address, token }: AgentOptions,
  present: Credentials,
  renewAt: number,
): Promise<Credentials | Diagnostic | undefined> {
  const now = Date.now()
  const contact = { address, timeout: timeoutOf(present) }
  if (now >= present.notAfter.getTime()) {
    const text = token()
    if (isProblem(text)) return text
    const { namespace, name } = present.workload
    const known = present.rootPem
    return enrol({ ...contact, token: text, workload: `${namespace}/${name}`, known })
  }
  if (now >= renewAt) return renew({ ...contact, credentials: present })
  const advice = await askAdvice({ ...contact, credentials: present })
  if (isProblem(advice)) return advice
  if (advice.renew) return renew({ ...contact, credentials: present })
  const roots = advice.roots.flatMap(certificateBlocks)
  const same = roots.join('') === present.rootPem
  // roots are never given up before there is a certificate below one of those that stay
  return same || roots.length === 0 ? undefined : { ...present, rootPem: roots.join('') }
}

function jittered(credentials: Credentials): number {
  const life = credentials.notAfter.getTime() - credentials.notBefore.getTime()
  return renewalTime(credentials).getTime() + (Math.random() - 0.5) * JITTER * life
}

/** One call that hangs must not use up what is left of a short life. */
function timeoutOf({ notBefore, notAfter }: Credentials): number {
  const life = notAfter.getTime() - notBefore.getTime()
  return Math.min(10_000, Math.max(2_000, life / 8))
}

/** A short life is looked at more often. */
function pauseOf({ notBefore, notAfter }: Credentials, options: AgentOptions): number {
  const life = notAfter.getTime() - notBefore.getTime()
  const pause = Math.min(options.longestPause ?? LONGEST_PAUSE, Math.max(SHORTEST_PAUSE, life / 20))
  return pause * (0.9 + 0.2 * Math.random())
}

/** Waits; true if it is time to stop. */
async function stopped(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined)
  return signal.aborted
}

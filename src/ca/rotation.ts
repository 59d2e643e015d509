// Replacing the root, as a pure state machine: which authorities are trusted, which one signs, and what must be true before the next step.
import type { Diagnostic } from '../model/diagnostic.ts'
import { problem } from './problem.ts'

/**
 * `distribute`: both roots are trusted, the old one signs. `sign`: the new one signs. `rekey`: proxies are told to renew now.
 * `withdraw`: given up; the old one signs again, and proxies that have the new one renew. Without a phase one root is in force.
 * The fourth phase, dropping a root, is the step back to no phase.
 */
export type Phase = 'distribute' | 'sign' | 'rekey' | 'withdraw'

export interface Rotation {
  /** Names of authorities (their folders). */
  readonly current: string
  /** There exactly while there is a phase. */
  readonly next?: string
  readonly phase?: Phase
  /** How far it may go by itself; `done` is the end. It waits where its phase is its goal. */
  readonly goal?: Phase | 'done'
}

/** A certificate that may be in use: handed out, not expired, not revoked, and not known to be replaced. */
export interface LiveCertificate {
  readonly serial: string
  /** `NAMESPACE/NAME`. */
  readonly workload: string
  readonly authority: string
  /** Milliseconds since 1970. */
  readonly notAfter: number
}

export interface Facts {
  readonly live: readonly LiveCertificate[]
  /** Workloads whose proxies are connected and have confirmed the roots that are trusted now. */
  readonly informed: ReadonlySet<string>
}

export interface AdvanceFacts extends Facts {
  /** Those that began with the last certificate of the authority that is to go: dropped before, its root would fail them. */
  readonly handshakesEnded: boolean
}

export type Wish = 'finish' | 'next' | 'abort'

/** Names of the authorities whose certificates are believed; the present one first. */
export function trustedBy({ current, next }: Rotation): readonly string[] {
  return next === undefined ? [current] : [current, next]
}

/** Name of the authority that signs workloads' certificates. */
export function signerOf({ current, next, phase }: Rotation): string {
  return next !== undefined && (phase === 'sign' || phase === 'rekey') ? next : current
}

/** Whether a proxy with a certificate of this authority is to renew now, not only at half of its life. */
export function mustRenew(rotation: Rotation, authority: string): boolean {
  const { phase } = rotation
  return (phase === 'rekey' || phase === 'withdraw') && authority !== signerOf(rotation)
}

/**
 * What an operator asks for. Without a rotation `finish` and `next` begin one to `prepared`; a wish that changes nothing is
 * L0416 with the reason.
 */
export function wish(
  rotation: Rotation,
  wanted: Wish,
  prepared: string | undefined,
): Rotation | Diagnostic {
  const { current, next, phase } = rotation
  if (phase === undefined || next === undefined) {
    if (wanted === 'abort') return problem('L0416', 'No rotation is under way.')
    if (prepared === undefined || prepared === current) {
      return problem('L0416', 'There is no other authority to rotate to.')
    }
    const goal = wanted === 'next' ? 'distribute' : 'done'
    return { current, next: prepared, phase: 'distribute', goal }
  }
  if (wanted === 'abort') {
    if (phase === 'withdraw') return problem('L0416', 'The rotation is being given up already.')
    return { current, next, phase: 'withdraw', goal: 'done' }
  }
  if (phase === 'withdraw') {
    return { current, next, phase: 'distribute', goal: wanted === 'next' ? 'distribute' : 'done' }
  }
  return { current, next, phase, goal: wanted === 'finish' ? 'done' : AFTER[phase] }
}

const AFTER = { distribute: 'sign', sign: 'rekey', rekey: 'done' } as const

/** One step onwards if its goal and the facts allow it, else the same object. Call again until it is the same. */
export function advance(rotation: Rotation, facts: AdvanceFacts): Rotation {
  const { current, next, phase, goal = 'done' } = rotation
  if (phase === undefined || next === undefined || phase === goal) return rotation
  if (waitingFor(rotation, facts).length > 0) return rotation
  if (phase === 'withdraw' || phase === 'rekey') {
    return facts.handshakesEnded ? { current: phase === 'rekey' ? next : current } : rotation
  }
  return { current, next, phase: AFTER[phase], goal }
}

/** The certificates that keep the present phase from being over. */
export function waitingFor(
  { current, next, phase }: Rotation,
  { live, informed }: Facts,
): readonly LiveCertificate[] {
  if (phase === 'distribute') return live.filter(({ workload }) => !informed.has(workload))
  if (phase === 'rekey') return live.filter(({ authority }) => authority === current)
  if (phase === 'withdraw') return live.filter(({ authority }) => authority === next)
  return []
}

// Which of the replicas on one store leads: it writes status and replaces roots. Alone on files, a control plane leads itself.
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { NAME } from './install/roles.ts'
import type { Diagnostic } from './model/diagnostic.ts'
import { holdLeaderKey } from './registry/etcd/leader.ts'
import { holdLease } from './registry/kubernetes/lease.ts'
import type { Sources } from './sources.ts'

export interface Leading {
  readonly leads: () => boolean
  /** The one that leads, for messages: ` (NAME)`, or nothing while nobody does. */
  readonly leader: () => string
  readonly close: () => Promise<void>
}

interface LeadingOptions {
  /** Of Lotse in its cluster. */
  readonly namespace: string
  /** Seconds for which a leader that is not heard of is still believed. */
  readonly duration?: number | undefined
  readonly log: (diagnostic: Diagnostic) => void
}

export function startLeading(
  { kubernetes, etcd }: Sources,
  { namespace, duration, log }: LeadingOptions,
): Leading {
  if (!kubernetes && !etcd) {
    return { leads: () => true, leader: () => '', close: async () => undefined }
  }
  const stop = new AbortController()
  const trouble = troubles(log)
  let leads = false
  let leader = ''
  let until = () => 0
  const options = {
    identity: `${hostname()}_${process.pid}_${randomBytes(4).toString('hex')}`,
    ...(duration ? { duration } : {}),
    onChange: (now: boolean) => {
      leads = now
    },
    onHeld: (time: number | (() => number)) => {
      until = typeof time === 'number' ? () => time : time
    },
    onHolder: (holder: string) => {
      leader = holder && ` (${holder.split('_')[0]})`
    },
    onTrouble: (why: string | undefined) =>
      trouble(why && `The lock of the replicas cannot be looked at (${why})`),
  }
  const held = kubernetes
    ? holdLease(kubernetes.connection, { namespace, name: NAME, ...options }, stop.signal)
    : holdLeaderKey(etcd!.etcd, options, stop.signal)
  return {
    // A process that stood still may not have heard yet that another took its place.
    leads: () => leads && performance.now() < until(),
    leader: () => leader,
    close: async () => {
      stop.abort()
      await held
    },
  }
}

/** Tells a trouble once, until it is over or another. */
export function troubles(
  log: (diagnostic: Diagnostic) => void,
): (text: string | undefined) => void {
  let last: string | undefined
  return (text) => {
    if (text !== undefined && text !== last) log({ code: 'L0121', severity: 'warning', text })
    last = text
  }
}

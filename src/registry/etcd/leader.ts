// Who of several replicas leads: the one whose key is there, bound to a lease that it keeps alive.
import { setTimeout as pause } from 'node:timers/promises'
import type { Etcd, EtcdLease } from './client.ts'

export interface LeaderOptions {
  /** Of this process; different for each. */
  readonly identity: string
  /** Seconds after which one that is not heard of is replaced; 10 by default. */
  readonly duration?: number
  readonly onChange: (leads: boolean) => void
  /** Until when (`performance.now()`) this process may act as the holder, whatever else it hears. */
  readonly onHeld?: (until: () => number) => void
  /** The identity that holds it; empty: nobody. */
  readonly onHolder?: (identity: string) => void
  /** Why the lock cannot be looked at; undefined when it can be again. */
  readonly onTrouble: (why: string | undefined) => void
}

const DURATION = 10
const KEY = 'leader'

/** Runs until `stop`, then lets the lock go. A leader that cannot keep its lease stops before etcd gives it to another. */
export async function holdLeaderKey(
  etcd: Etcd,
  { identity, duration = DURATION, onChange, onHeld, onHolder, onTrouble }: LeaderOptions,
  stop: AbortSignal,
): Promise<void> {
  const key = Buffer.from(`${etcd.prefix}${KEY}`)
  let lease: EtcdLease | undefined
  let leads = false
  const lead = (now: boolean) => {
    if (now !== leads) onChange(now)
    leads = now
  }
  const lost = () => {
    lease = undefined
    lead(false)
  }
  while (!stop.aborted) {
    try {
      const { kvs } = await etcd.range({ key })
      onHolder?.(kvs[0]?.value.toString() ?? '')
      if (kvs.length === 0) {
        lead(false)
        lease ??= await etcd.lease(duration, lost)
        const put = { key, value: Buffer.from(identity), lease: lease.id }
        const { succeeded } = await etcd.txn({
          compare: [{ key, target: 'MOD', modRevision: 0 }],
          success: [{ requestPut: put }],
        })
        // The lease may have been lost meanwhile.
        if (succeeded && lease) onHeld?.(lease.until)
        lead(succeeded && lease !== undefined)
      } else lead(lease !== undefined && kvs[0]?.value.toString() === identity)
      onTrouble(undefined)
    } catch (error) {
      onTrouble((error as Error).message.split('\n', 1)[0] ?? '')
    }
    const every = (duration * 1000) / 4
    await pause(every * (0.9 + Math.random() * 0.2), undefined, { signal: stop }).catch(() => {})
  }
  lead(false)
  await lease?.end()
}

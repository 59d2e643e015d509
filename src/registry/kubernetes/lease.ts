// Who of several replicas writes: a lock in the cluster (coordination.k8s.io/v1 Lease) that its holder renews.
import { setTimeout as pause } from 'node:timers/promises'
import { type Connection, messageOf } from './connection.ts'

export interface LeaseOptions {
  readonly namespace: string
  readonly name: string
  /** Of this process; different for each. */
  readonly identity: string
  /** Seconds for which a holder that is not heard of is still believed; 10 by default. */
  readonly duration?: number
  readonly onChange: (leads: boolean) => void
  /** Until when (`performance.now()`) this process may act as the holder, whatever else it hears. */
  readonly onHeld?: (until: number) => void
  /** The identity that holds it; empty: nobody. */
  readonly onHolder?: (identity: string) => void
  /** Why the lock cannot be looked at; undefined when it can be again. */
  readonly onTrouble: (why: string | undefined) => void
}

interface Lease {
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    resourceVersion?: string
  }
  readonly spec: {
    readonly holderIdentity?: string
    readonly leaseDurationSeconds?: number
    readonly acquireTime?: string
    readonly renewTime?: string
    readonly leaseTransitions?: number
  }
}

const DURATION = 10
/** Milliseconds a second of its duration for which a holder is sure that nobody else has the lease. */
const SURE = 750

/**
 * Runs until `stop`, then lets the lock go. Clocks of machines are not compared: a holder counts as gone when its lease has not
 * changed for its duration by this process's own clock.
 */
export async function holdLease(
  connection: Connection,
  options: LeaseOptions,
  stop: AbortSignal,
): Promise<void> {
  const lock = new Lock(connection, options)
  const every = ((options.duration ?? DURATION) * 1000) / 4
  while (!stop.aborted) {
    await lock.look()
    await pause(every * (0.9 + Math.random() * 0.2), undefined, { signal: stop }).catch(() => {})
  }
  await lock.release()
}

class Lock {
  readonly #connection: Connection
  readonly #options: LeaseOptions
  readonly #duration: number
  #leads = false
  /** When this process last held the lock for certain. */
  #held = 0
  /** The lease as last seen, and since when it has been so. */
  #seen = ''
  #since = 0

  constructor(connection: Connection, options: LeaseOptions) {
    this.#connection = connection
    this.#options = options
    this.#duration = options.duration ?? DURATION
  }

  get #path(): string {
    const { namespace } = this.#options
    return `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`
  }

  async look(): Promise<void> {
    const began = performance.now()
    try {
      const held = await this.#acquire()
      if (held) {
        this.#held = began
        this.#options.onHeld?.(began + this.#duration * SURE)
      }
      this.#lead(held)
      this.#options.onTrouble(undefined)
    } catch (error) {
      this.#options.onTrouble((error as Error).message)
      // Another process may take it soon: whoever is not sure must stop before that.
      if (performance.now() - this.#held > this.#duration * SURE) this.#lead(false)
    }
  }

  /** So that another replica need not wait. */
  async release(): Promise<void> {
    if (!this.#leads) return
    this.#lead(false)
    const found = await this.#get().catch(() => undefined)
    if (!found || found.spec.holderIdentity !== this.#options.identity) return
    const spec = { ...found.spec, holderIdentity: '', leaseDurationSeconds: 1 }
    await this.#put({ ...found, spec }).catch(() => undefined)
  }

  async #acquire(): Promise<boolean> {
    const { namespace, name, identity } = this.#options
    const now = new Date().toISOString().replace('Z', '000Z')
    const found = await this.#get()
    this.#options.onHolder?.(found?.spec.holderIdentity ?? '')
    const wanted = {
      holderIdentity: identity,
      leaseDurationSeconds: this.#duration,
      renewTime: now,
    }
    if (!found) {
      const spec = { ...wanted, acquireTime: now, leaseTransitions: 0 }
      return this.#write('POST', this.#path, { metadata: { name, namespace }, spec })
    }
    const { spec } = found
    const own = spec.holderIdentity === identity
    if (!own && !this.#isOver(found)) return false
    const transitions = (spec.leaseTransitions ?? 0) + (own ? 0 : 1)
    const acquireTime = own ? (spec.acquireTime ?? now) : now
    return this.#put({ ...found, spec: { ...wanted, acquireTime, leaseTransitions: transitions } })
  }

  #isOver({ metadata, spec }: Lease): boolean {
    if (!spec.holderIdentity) return true
    const now = performance.now()
    if (this.#seen !== metadata.resourceVersion) {
      this.#seen = metadata.resourceVersion ?? ''
      this.#since = now
      return false
    }
    return now - this.#since > (spec.leaseDurationSeconds ?? this.#duration) * 1000
  }

  async #get(): Promise<Lease | undefined> {
    const path = `${this.#path}/${this.#options.name}`
    const { status, body } = await this.#connection.request('GET', path)
    if (status === 404) return undefined
    if (status !== 200) throw new Error(messageOf(body))
    return body as Lease
  }

  #put(lease: Lease): Promise<boolean> {
    return this.#write('PUT', `${this.#path}/${lease.metadata.name}`, lease)
  }

  /** False when another process was faster: the version in the lease is no longer the present one. */
  async #write(method: string, path: string, lease: Lease): Promise<boolean> {
    const head = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' }
    const { status, body } = await this.#connection.request(method, path, {
      body: { ...head, ...lease },
    })
    if (status === 409) return false
    if (status >= 300) throw new Error(messageOf(body))
    return true
  }

  #lead(leads: boolean): void {
    if (leads === this.#leads) return
    this.#leads = leads
    this.#options.onChange(leads)
  }
}

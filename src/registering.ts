// Self-registered workloads as part of the mesh: there while their certificate is good and their proxy is connected.
import type { Diagnostic } from './model/diagnostic.ts'
import { type Document, keyOf } from './model/document.ts'
import { isKind } from './model/schema/index.ts'
import type { WorkloadEntry, WorkloadGroup } from './model/schema/workload-entry.ts'
import {
  entryOf,
  openRegistrations,
  type Registration,
  type Registrations,
} from './registry/registration.ts'
import { parseNodeId } from './translate/node.ts'

/** Milliseconds that a proxy may be away, so that a reconnect moves no traffic. */
const GRACE = 10_000

const LOOK = 1_000

export interface RegisteringOptions {
  readonly registrations: Registrations
  readonly now: () => number
  /** Milliseconds; 10,000 by default. */
  readonly grace?: number
}

interface Made {
  readonly row: Registration
  readonly group: Document
  readonly entry: Document<WorkloadEntry>
}

export class Registering {
  /** Told of each registration and each new end of one. */
  onRecord: ((row: Registration) => void) | undefined
  readonly #registrations: Registrations
  readonly #now: () => number
  readonly #grace: number
  /** When each was last connected. */
  readonly #seen = new Map<string, number>()
  #connected: ReadonlySet<string> = new Set()
  /** Who was there at the last look. */
  #last = ''
  #made = new Map<string, Made>()

  constructor({ registrations, now, grace = GRACE }: RegisteringOptions) {
    this.#registrations = registrations
    this.#now = now
    this.#grace = grace
    // After a restart each has the time to come back.
    for (const { workload } of registrations.list()) this.#seen.set(workload, now())
  }

  register(row: Registration): void {
    this.#registrations.put(row)
    this.#seen.set(row.workload, this.#now())
    this.onRecord?.(row)
  }

  close(): void {
    this.#registrations.close()
  }

  /** What another replica recorded; true if it was new. */
  learn(row: Registration): boolean {
    if (row.until <= this.#now()) return false
    const known = this.#registrations.list().find(({ workload }) => workload === row.workload)
    const isOld = known && known.until >= row.until && (known.toldAt ?? 0) >= (row.toldAt ?? 0)
    if (isOld) return false
    this.#registrations.put(row)
    this.#seen.set(row.workload, this.#now())
    return true
  }

  /** They are connected to another replica. */
  elsewhere(workloads: readonly string[]): void {
    for (const workload of workloads) this.#seen.set(workload, this.#now())
  }

  /** Of those that registered, the ones that are connected here. */
  here(): readonly string[] {
    return this.#registrations
      .list()
      .map(({ workload }) => workload)
      .filter((workload) => this.#connected.has(workload))
  }

  /** Also of one that is away. */
  groupOf(workload: string): string | undefined {
    return this.#registrations.list().find((row) => row.workload === workload)?.group
  }

  extend(workload: string, until: number): void {
    if (!this.#registrations.extend(workload, until)) return
    const row = this.#registrations.list().find((one) => one.workload === workload)
    if (row) this.onRecord?.(row)
  }

  /** What its agent found of its application; true if that is news. */
  tell(workload: string, healthy: boolean): boolean {
    if (!this.#registrations.tell(workload, healthy, this.#now())) return false
    const row = this.#registrations.list().find((one) => one.workload === workload)
    if (row) this.onRecord?.(row)
    return true
  }

  /** Brings up to date who is there; `connected` are the workloads with a stream. True if the mesh may have changed. */
  look(connected: ReadonlySet<string>): boolean {
    const now = this.#now()
    this.#connected = connected
    for (const workload of connected) this.#seen.set(workload, now)
    this.#registrations.expire(now)
    const there = this.#there()
    const changed = there !== this.#last
    this.#last = there
    return changed
  }

  #there(): string {
    const rows = this.#registrations.list().filter((row) => this.#isThere(row))
    return rows.map(({ workload }) => workload).join()
  }

  #isThere({ workload, until }: Registration): boolean {
    const now = this.#now()
    return until > now && now - (this.#seen.get(workload) ?? 0) <= this.#grace
  }

  /** The documents and the entries of those who are there; identical ones for what did not change. */
  with(documents: readonly Document[]): readonly Document[] {
    const rows = this.#registrations.list().filter((row) => this.#isThere(row))
    if (rows.length === 0) return documents
    const groups = new Map<string, Document<WorkloadGroup>>()
    const written = new Set<string>()
    for (const document of documents) {
      if (isKind(document, 'WorkloadGroup')) groups.set(keyOf(document.metadata), document)
      if (document.kind === 'WorkloadEntry') written.add(keyOf(document.metadata))
    }
    const made = new Map<string, Made>()
    for (const row of rows) {
      const group = groups.get(groupKey(row))
      if (!group || written.has(row.workload)) continue
      const last = this.#made.get(row.workload)
      const same =
        last?.group === group &&
        last.row.address === row.address &&
        last.row.group === row.group &&
        last.row.healthy === row.healthy
      const entry = same ? last.entry : entryOf(group, row)
      made.set(row.workload, { row, group, entry })
    }
    this.#made = made
    return [...documents, ...[...made.values()].map(({ entry }) => entry)]
  }
}

function groupKey({ workload, group }: Registration): string {
  return `${workload.slice(0, workload.indexOf('/'))}/${group}`
}

/** From what the data directory holds. */
export function openRegistering(
  directory: string,
  now: () => Date,
  log: (diagnostic: Diagnostic) => void,
): Registering | Diagnostic {
  const registrations = openRegistrations(directory, log)
  if ('code' in registrations) return registrations
  return new Registering({ registrations, now: () => now().getTime() })
}

interface Watched {
  readonly registering: Registering | undefined
  readonly services: readonly { proxies(): readonly { readonly id: string }[] }[]
  registrationsChanged(): void
}

/** Looks once a second who is connected; gives the way to end it. */
export function watchRegistrations(core: Watched): () => void {
  const timer = setInterval(() => {
    const workloads = new Set<string>()
    for (const { id } of core.services.flatMap((service) => service.proxies())) {
      const node = parseNodeId(id)
      if (node) workloads.add(`${node.namespace}/${node.workload}`)
    }
    if (core.registering?.look(workloads)) core.registrationsChanged()
  }, LOOK)
  timer.unref()
  return () => clearInterval(timer)
}

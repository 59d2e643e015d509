// Workloads that registered themselves under a WorkloadGroup at enrolment: WorkloadEntries that nobody wrote, kept over restarts.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Document } from '../model/document.ts'
import type { WorkloadEntry, WorkloadGroup } from '../model/schema/workload-entry.ts'
import { UNHEALTHY } from '../model/workload.ts'
import { RecordFile } from './record.ts'

/** What a workload says of itself when it enrols; it proves only its name. */
export interface Registration {
  /** `NAMESPACE/NAME`. */
  readonly workload: string
  /** Name of a WorkloadGroup of its namespace. */
  readonly group: string
  readonly address: string
  /** Milliseconds since 1970: when its certificate ends, and it with it unless it renews. */
  readonly until: number
  /** What its agent told of its application last; absent while its group asks for nothing. */
  readonly healthy?: boolean
  /** Milliseconds since 1970: when that was told. */
  readonly toldAt?: number
}

export interface Registrations {
  list(): readonly Registration[]
  put(registration: Registration): void
  /** It has a new certificate. False if it never registered. */
  extend(workload: string, until: number): boolean
  /** False if that is known, or it never registered. */
  tell(workload: string, healthy: boolean, toldAt: number): boolean
  /** Drops those that ended; true if there were any. */
  expire(now: number): boolean
  /** Nothing is tried again from now on. */
  close(): void
}

const FILE = 'registered.json'

/** A record that cannot be read is L0109: workloads would silently be gone. */
export function openRegistrations(
  directory: string,
  log: (diagnostic: Diagnostic) => void,
): Registrations | Diagnostic {
  const path = join(directory, FILE)
  const read = readRecord(path)
  if ('code' in read) return read
  const rows = new Map(read.registrations.map((row) => [row.workload, row]))
  const record = new RecordFile({
    ...{ path, of: 'which workloads registered themselves', log },
    text: () => `${JSON.stringify([...rows.values()], null, 1)}\n`,
  })
  const put = (registration: Registration) => {
    rows.set(registration.workload, Object.freeze(registration))
    record.save()
  }
  return {
    list: () => [...rows.values()],
    put,
    extend(workload, until) {
      const row = rows.get(workload)
      if (row) put({ ...row, until })
      return row !== undefined
    },
    tell(workload, healthy, toldAt) {
      const row = rows.get(workload)
      if (!row || row.healthy === healthy) return false
      put({ ...row, healthy, toldAt })
      return true
    },
    expire(now) {
      const over = [...rows.values()].filter((row) => row.until <= now)
      for (const { workload } of over) rows.delete(workload)
      if (over.length > 0) record.save()
      return over.length > 0
    },
    close: () => record.close(),
  }
}

function readRecord(path: string): { registrations: Registration[] } | Diagnostic {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (Array.isArray(value) && value.every(isRegistration)) return { registrations: value }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { registrations: [] }
  }
  return {
    code: 'L0109',
    severity: 'error',
    text: 'The record of workloads that registered themselves cannot be read. Repair the file, or remove it: they register again when they enrol',
    origin: { source: path, line: 0, column: 0 },
  }
}

export function isRegistration(value: unknown): value is Registration {
  const { workload, group, address, until } = (value ?? {}) as Record<string, unknown>
  return [workload, group, address].every((v) => typeof v === 'string') && typeof until === 'number'
}

/**
 * The entry of one: the group's template with the address, found at the template's place. An entry that somebody wrote under
 * that name comes first.
 */
export function entryOf(
  group: Document<WorkloadGroup>,
  { workload, address, healthy }: Registration,
): Document<WorkloadEntry> {
  const { namespace } = group.metadata
  const { metadata = {}, template, probe } = group.spec
  const isOut = probe !== undefined && healthy === false
  const labels = Object.freeze({ ...metadata.labels, ...template.labels })
  return Object.freeze({
    kind: 'WorkloadEntry',
    apiVersion: group.apiVersion,
    metadata: Object.freeze({
      name: workload.slice(namespace.length + 1),
      namespace,
      labels,
      annotations: { ...metadata.annotations, ...(isOut ? { [UNHEALTHY]: 'true' } : {}) },
    }),
    spec: Object.freeze({ ...template, labels, address }),
    at: () => group.at(['spec', 'template']),
  })
}

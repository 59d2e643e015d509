// Which workloads have a proxy with a certificate: kept in the data directory, so that a restart does not forget it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Enrolment } from '../model/mesh.ts'
import { RecordFile } from './record.ts'

export interface Enrolments {
  list(): readonly Enrolment[]
  /** True if it was new. */
  add(workload: string): boolean
  /** Whether its proxy is about to stop, which no restart remembers; true if that is news. */
  drain(workload: string, draining: boolean): boolean
  /** Nothing is tried again from now on. */
  close(): void
}

const FILE = 'enrolled.json'

/** L0109 if the file is there and cannot be read; a missing one means that nobody has enrolled. */
export function openEnrolments(
  directory: string,
  log: (diagnostic: Diagnostic) => void,
): Enrolments | Diagnostic {
  const path = join(directory, FILE)
  const read = readWorkloads(path)
  if ('code' in read) return read
  const workloads = new Map<string, Enrolment>(
    read.workloads.map((workload) => [workload, { workload }]),
  )
  let list: readonly Enrolment[] = [...workloads.values()]
  const record = new RecordFile({
    ...{ path, of: 'which workloads have enrolled', log },
    text: () => `${JSON.stringify([...workloads.keys()].sort(), null, 1)}\n`,
  })
  return {
    list: () => list,
    close: () => record.close(),
    add(workload) {
      if (workloads.has(workload)) return false
      workloads.set(workload, Object.freeze({ workload }))
      list = [...workloads.values()]
      record.save()
      return true
    },
    drain(workload, draining) {
      const known = workloads.get(workload)
      if (!known || (known.draining ?? false) === draining) return false
      workloads.set(
        workload,
        Object.freeze(draining ? { workload, draining } : { workload }) as Enrolment,
      )
      list = [...workloads.values()]
      return true
    },
  }
}

function readWorkloads(path: string): { workloads: string[] } | Diagnostic {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { workloads: [] }
    return unreadable(path, (error as NodeJS.ErrnoException).code ?? 'error')
  }
  try {
    const value: unknown = JSON.parse(text)
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
      return { workloads: value }
    }
  } catch {
    // Said below.
  }
  return unreadable(path, 'it is not a list of workloads')
}

function unreadable(path: string, why: string): Diagnostic {
  return {
    code: 'L0109',
    severity: 'error',
    text: `The record of enrolled workloads cannot be read (${why}). Repair the file, or remove it: workloads are recorded again when their proxies renew`,
    origin: { source: path, line: 0, column: 0 },
  }
}

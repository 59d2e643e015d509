// Figures: the clock, medians, and where they were measured.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { findEnvoy } from '../envoy/binary.ts'
import { isProblem } from '../envoy/problem.ts'

/** Milliseconds of the machine's monotonic clock, which all its processes share. */
export function clock(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

export interface Summary {
  readonly median: number
  readonly p95: number
  readonly min: number
  readonly max: number
  readonly samples: readonly number[]
}

export function summary(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  const middle = sorted.length >> 1
  const median =
    sorted.length % 2 === 1
      ? sorted[middle]!
      : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
  return {
    median: round(median),
    p95: round(at(0.95) ?? 0),
    min: round(sorted[0] ?? 0),
    max: round(sorted.at(-1) ?? 0),
    samples: values.map(round),
  }
}

export function round(value: number): number {
  return Math.round(value * 100) / 100
}

export async function machine(): Promise<Record<string, string | number>> {
  const envoy = await findEnvoy({ install: false })
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${execFileSync('uname', ['-r'], { encoding: 'utf8' }).trim()}`,
    node: process.versions.node,
    envoy: isProblem(envoy) ? 'none' : envoy.version,
  }
}

const RESULTS = fileURLToPath(new URL('results/', import.meta.url))

/** Writes `bench/results/NAME.json`; what is there under other keys of `results` is kept. */
export async function writeResults(
  name: string,
  date: string,
  results: Readonly<Record<string, unknown>>,
): Promise<void> {
  const path = `${RESULTS}${name}.json`
  const before = earlier(path)
  mkdirSync(RESULTS, { recursive: true })
  const all = { date, machine: await machine(), results: { ...before, ...results } }
  writeFileSync(path, `${JSON.stringify(all, shortLists, 2)}\n`)
}

function earlier(path: string): Record<string, unknown> {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { results: Record<string, unknown> }).results
  } catch {
    return {}
  }
}

/** Samples on one line each. */
function shortLists(key: string, value: unknown): unknown {
  return key === 'samples' && Array.isArray(value) ? value.join(' ') : value
}

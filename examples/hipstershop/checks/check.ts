// What a check is, and the few ways all of them measure.
import { randomUUID } from 'node:crypto'
import type { LoadCount } from '../load.ts'
import type { Services } from '../services.ts'
import { type Answer, get } from '../standin/app.ts'
import { GATEWAY } from '../topology.ts'

/** What a check works with: the running stand-ins, and the mesh's YAML, which it may change. */
export interface Stage {
  readonly services: Services
  /** The folder that the control plane watches: a copy of `mesh/`. */
  readonly meshFolder: string
  /** Of the status page and the API. */
  readonly url: string
  /** The control plane's. */
  readonly dataFolder: string
  readonly load: () => LoadCount
}

export interface Verdict {
  readonly passed: boolean
  /** What was measured. */
  readonly text: string
}

export type Check = (stage: Stage) => Promise<Verdict>

/** One request from outside, through the ingress gateway; with a form it is a POST. */
export function browse(path: string, form?: string): Promise<Answer> {
  const headers = { 'user-agent': 'visitor/1', cookie: 'shop_session-id=checker' }
  const method = form === undefined ? 'GET' : 'POST'
  return get(GATEWAY.address, GATEWAY.port, path, { method, headers }, form)
}

/** Does something `total` times, at most `width` at once; the results come in order. */
export async function repeat<Result>(
  total: number,
  width: number,
  act: (index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < total) {
      const index = next++
      results[index] = await act(index)
    }
  }
  await Promise.all(Array.from({ length: width }, lane))
  return results
}

/** Tries until it holds; false when `limit` milliseconds are over. */
export async function eventually(holds: () => Promise<boolean>, limit: number): Promise<boolean> {
  const end = performance.now() + limit
  for (;;) {
    if (await holds()) return true
    if (performance.now() > end) return false
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Whether `hits` of `total` are believable for this chance: within five standard deviations, wrong once in a million. */
export function believable(hits: number, total: number, chance: number): boolean {
  return Math.abs(hits - total * chance) <= 5 * Math.sqrt(total * chance * (1 - chance))
}

export function percentOf(part: number, total: number): string {
  return `${((100 * part) / total).toFixed(1)} %`
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`
}

/** A value of `x-check` that no other request carries. */
export function newMark(name: string): string {
  return `${name}-${randomUUID()}`
}

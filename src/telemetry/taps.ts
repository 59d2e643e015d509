// Who taps which workload, and hands on what its proxies tell. Nothing is kept.
import type { Tapped } from '../model/tap.ts'

type Take = (requests: readonly Tapped[]) => void

export class Taps {
  readonly #byWorkload = new Map<string, Set<Take>>()
  readonly #onChange: () => void

  /** `onChange` when a workload is tapped that was not, or not any more. */
  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  has(workload: string): boolean {
    return this.#byWorkload.has(workload)
  }

  /** Calls `take` with what the workload's proxies tell, until the function that it gives is called. */
  add(workload: string, take: Take): () => void {
    const takers = this.#byWorkload.get(workload) ?? new Set()
    const isNew = takers.size === 0
    this.#byWorkload.set(workload, takers.add(take))
    if (isNew) this.#onChange()
    return () => {
      if (!takers.delete(take) || takers.size > 0) return
      this.#byWorkload.delete(workload)
      this.#onChange()
    }
  }

  deliver(workload: string, requests: readonly Tapped[]): void {
    for (const take of this.#byWorkload.get(workload) ?? []) take(requests)
  }
}

// Figures of one edge over the last half hour: steps of 5 s, older ones merged to 30 s, so that memory stays small.

/** Seconds. */
export const STEP = 5
const COARSE = 6
/** In steps: how long fine steps are kept, and how long any. */
const FINE_STEPS = 300 / STEP
export const KEPT_STEPS = 1800 / STEP

/** Where each figure stands. */
export const FIGURE = {
  /** HTTP requests by class of status; `none` had no answer. */
  none: 0,
  informational: 1,
  ok: 2,
  redirected: 3,
  refused: 4,
  failed: 5,
  /** What went wrong on the server's side: status 5xx, such a gRPC status, or no connection. */
  errors: 6,
  grpc: 7,
  /** What reached its destination: by mutual TLS, or not. */
  mutualTls: 8,
  plain: 9,
  opened: 10,
  closed: 11,
  sent: 12,
  received: 13,
  /** Microseconds in all. */
  duration: 14,
} as const

/** Upper bounds of the buckets of durations, microseconds; the last bucket has none. */
export const BOUNDS: readonly number[] = [
  500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 2_500_000,
  10_000_000,
]
export const FIRST_BUCKET = 15
export const FIGURES = FIRST_BUCKET + BOUNDS.length + 1

export type Figures = number[]

/** Plain numbers, which V8 keeps in place: a typed array has its memory elsewhere, and takes twice as much. */
const NONE: Figures = Array.from({ length: FIGURES }, () => 0.5).fill(0)

export function noFigures(): Figures {
  return NONE.slice()
}

interface Step {
  /** Number of its first step since 1970. */
  at: number
  readonly figures: Figures
}

export class Window {
  readonly #steps: Step[] = []
  /** Steps before this one are coarse. */
  #fine = 0

  /** The figures of the step, to be added to. `at` never decreases. */
  at(at: number): Figures {
    const last = this.#steps.at(-1)
    if (last && last.at >= at) return last.figures
    this.#age(at)
    const step = { at, figures: noFigures() }
    this.#steps.push(step)
    return step.figures
  }

  /** Last step with figures; -1 if there is none. */
  get latest(): number {
    return this.#steps.at(-1)?.at ?? -1
  }

  /** Adds up the steps after `from`, up to and including `to`. */
  sum(from: number, to: number, into: Figures = noFigures()): Figures {
    for (let index = this.#steps.length - 1; index >= 0; index--) {
      const { at, figures } = this.#steps[index]!
      if (at > to) continue
      if (at <= from) break
      for (let figure = 0; figure < FIGURES; figure++) into[figure]! += figures[figure]!
    }
    return into
  }

  /** Merges what is no longer recent and forgets what is too old. */
  #age(now: number): void {
    const steps = this.#steps
    while (this.#fine < steps.length && steps[this.#fine]!.at <= now - FINE_STEPS) {
      const step = steps[this.#fine]!
      const before = steps[this.#fine - 1]
      if (before && Math.floor(before.at / COARSE) === Math.floor(step.at / COARSE)) {
        for (let figure = 0; figure < FIGURES; figure++)
          before.figures[figure]! += step.figures[figure]!
        steps.splice(this.#fine, 1)
      } else this.#fine += 1
    }
    const forgotten = steps.findIndex(({ at }) => at > now - KEPT_STEPS)
    const count = forgotten === -1 ? steps.length : forgotten
    if (count > 0) {
      steps.splice(0, count)
      this.#fine = Math.max(0, this.#fine - count)
    }
  }
}

/** Adds a histogram of any bounds: each bucket goes to ours that holds its upper bound; that of the last one is `most`. */
export function addDurations(
  figures: Figures,
  histogram: {
    readonly counts: readonly number[]
    readonly bounds: readonly number[]
    readonly sum: number
  },
  most: number,
): void {
  const { counts, bounds, sum } = histogram
  figures[FIGURE.duration]! += sum
  for (let index = 0; index < counts.length; index++) {
    if (counts[index] === 0) continue
    const upper = bounds[index] ?? most
    let bucket = 0
    while (bucket < BOUNDS.length && upper > BOUNDS[bucket]!) bucket += 1
    figures[FIRST_BUCKET + bucket]! += counts[index]!
  }
}

/** A quantile in milliseconds, by straight lines within buckets; undefined if nothing was counted. */
export function quantile(figures: Figures, share: number): number | undefined {
  let total = 0
  for (let index = FIRST_BUCKET; index < FIGURES; index++) total += figures[index]!
  if (total === 0) return undefined
  let left = total * share
  for (const [index, upper] of BOUNDS.entries()) {
    const count = figures[FIRST_BUCKET + index]!
    if (count > 0 && left <= count) {
      const lower = BOUNDS[index - 1] ?? 0
      return (lower + ((upper - lower) * left) / count) / 1000
    }
    left -= count
  }
  return BOUNDS.at(-1)! / 1000
}

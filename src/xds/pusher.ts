// When streams are brought up to date: at once, in slices that leave the event loop free, bursts joined.

export interface PushTiming {
  /** After a push, the next one waits until no change came for so many milliseconds; 0 (default) pushes at once. */
  readonly quietMilliseconds?: number
  /** But no longer than this after the first change that waits; by default ten times the quiet time. */
  readonly maxWaitMilliseconds?: number
}

/** Work is interrupted after this time, so that requests and other work get their turn. */
const SLICE_MILLISECONDS = 10

export class Pusher<Item> {
  readonly #items: () => Iterable<Item>
  readonly #begin: () => (item: Item) => void
  readonly #quiet: number
  readonly #maxWait: number
  #running = false
  #again = false
  #timer: NodeJS.Timeout | undefined
  #waitingSince = 0
  #endedAt = Number.NEGATIVE_INFINITY
  #closed = false
  #beganAt = 0
  readonly #onPass: (milliseconds: number) => void

  /** `begin` starts one pass over `items` and yields what to do with each; `onPass` hears how long each pass took. */
  constructor(
    items: () => Iterable<Item>,
    begin: () => (item: Item) => void,
    timing: PushTiming = {},
    onPass: (milliseconds: number) => void = () => {},
  ) {
    this.#onPass = onPass
    this.#items = items
    this.#begin = begin
    this.#quiet = timing.quietMilliseconds ?? 0
    this.#maxWait = timing.maxWaitMilliseconds ?? this.#quiet * 10
  }

  /** Something changed. The first change after a pause goes out before this returns, as far as one slice goes. */
  push(): void {
    if (this.#closed) return
    if (this.#running) {
      this.#again = true
      return
    }
    const now = performance.now()
    if (!this.#timer && now - this.#endedAt >= this.#quiet) {
      this.#run()
      return
    }
    if (!this.#timer) this.#waitingSince = now
    const left = Math.max(0, this.#waitingSince + this.#maxWait - now)
    this.#runIn(Math.min(this.#quiet, left))
  }

  /** A pass is under way or due. */
  get busy(): boolean {
    return this.#running || this.#timer !== undefined
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  #runIn(milliseconds: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#run(), milliseconds)
    this.#timer.unref()
  }

  #run(): void {
    this.#timer = undefined
    this.#running = true
    this.#again = false
    this.#beganAt = performance.now()
    this.#slice([...this.#items()], 0, this.#begin())
  }

  #slice(items: readonly Item[], from: number, work: (item: Item) => void): void {
    if (this.#closed) return
    const start = performance.now()
    let at = from
    while (at < items.length) {
      work(items[at++]!)
      if (at < items.length && performance.now() - start > SLICE_MILLISECONDS) {
        setImmediate(() => this.#slice(items, at, work))
        return
      }
    }
    this.#running = false
    this.#endedAt = performance.now()
    this.#onPass(this.#endedAt - this.#beganAt)
    if (!this.#again) return
    this.#waitingSince = this.#endedAt
    this.#runIn(Math.min(this.#quiet, this.#maxWait))
  }
}

// Certificates that replicas handed out, known to all of them: the one that replaces the root waits for each.
import type { SharedStore } from '../model/shared.ts'
import type { IssuedCertificate } from './issued.ts'
import type { LiveCertificate } from './rotation.ts'

/** Milliseconds between two looks for records that may go. */
const PRUNING = 60_000

type Known = IssuedCertificate & { readonly used: boolean }

export class SharedIssued {
  readonly #store: SharedStore
  readonly #now: () => Date
  /** Not in the store yet. A renewal must not wait for a store that is away, so they are kept here meanwhile. */
  #pending: Record<string, string> = {}
  #writing: Promise<void> | undefined
  #news = true
  /** What `news` gave already. */
  #given: ReadonlyMap<string, string> = new Map()
  #pruned = performance.now()

  constructor(store: SharedStore, now: () => Date) {
    this.#store = store
    this.#now = now
    store.onChange((folders) => {
      if (folders.has('issued')) this.#news = true
    })
  }

  record({ serial, workload, authority, notAfter, line }: IssuedCertificate, used: boolean): void {
    const certificate = { serial, workload, authority, notAfter, line, used }
    this.#pending[serial] = JSON.stringify(certificate satisfies Known)
    this.flush()
  }

  /** What came meanwhile goes with the next one. */
  flush(): void {
    if (this.#writing || Object.keys(this.#pending).length === 0) return
    const texts = this.#pending
    this.#pending = {}
    this.#writing = this.#store
      .put('issued', texts)
      .catch(() => {
        this.#pending = { ...texts, ...this.#pending }
      })
      .finally(() => {
        this.#writing = undefined
      })
  }

  /** Those that are other than before. */
  news(): readonly Known[] {
    if (!this.#news) return []
    this.#news = false
    const now = this.#now().getTime()
    const entries = this.#store.entries('issued')
    const all = [...entries]
      .filter(([serial, text]) => this.#given.get(serial) !== text)
      .map(([, text]) => JSON.parse(text) as Known)
    this.#given = new Map(entries)
    // In the order of issue, as far as that can be told: lives are equally long.
    return all.filter(({ notAfter }) => notAfter > now).sort((a, b) => a.notAfter - b.notAfter)
  }

  prune(live: readonly LiveCertificate[]): void {
    if (performance.now() - this.#pruned < PRUNING) return
    this.#pruned = performance.now()
    const kept = new Set(live.map(({ serial }) => serial))
    const over = [...this.#store.entries('issued').keys()].filter((serial) => !kept.has(serial))
    if (over.length === 0) return
    const removed = Object.fromEntries(over.map((serial) => [serial, undefined]))
    this.#store.put('issued', removed).catch(() => undefined)
  }

  async close(): Promise<void> {
    await this.#writing
    this.flush()
    await this.#writing
  }
}

// What each replica tells the others while a root is replaced: the state it has taken up, and which proxies have confirmed it.
import type { SharedStore } from '../model/shared.ts'
import type { Rotation } from './rotation.ts'
import type { Confirmed, Shared } from './together.ts'

interface Record {
  readonly state: string
  readonly informed?: readonly string[]
  readonly behind?: readonly string[]
  /** Counts up, so that a replica that says nothing new is heard of. */
  readonly beat: number
}

/** Milliseconds between two signs of life, and after which a replica without any does not count. */
const BEAT = 10_000
const GONE = 45_000
/** After which its record is removed. */
const FORGOTTEN = 10 * 60_000

export class ReplicaRecords {
  readonly #store: SharedStore
  readonly #own: string
  readonly #leads: () => boolean
  /** When each record of another was last seen to change, by this process's own clock. */
  readonly #heard = new Map<string, { readonly text: string; readonly at: number }>()
  #beat = 0
  #written = ''
  #at = Number.NEGATIVE_INFINITY
  #writing: Promise<void> = Promise.resolve()

  constructor(store: SharedStore, own: string, leads: () => boolean) {
    this.#store = store
    this.#own = own
    this.#leads = leads
  }

  share(rotation: Rotation, own: Confirmed): Shared {
    const state = [rotation.current, rotation.next, rotation.phase].filter(Boolean).join(' ')
    this.#tell(state, rotation.phase === 'distribute' ? own : undefined)
    const others = this.#others()
    const behind = new Set([...own.behind, ...others.flatMap((one) => one.behind ?? [])])
    const informed = [...own.informed, ...others.flatMap((one) => one.informed ?? [])]
    return {
      informed: new Set(informed.filter((name) => !behind.has(name))),
      agreed: others.every((one) => one.state === state),
    }
  }

  async close(): Promise<void> {
    await this.#writing
    await this.#store.put('replicas', { [this.#own]: undefined }).catch(() => undefined)
  }

  #tell(state: string, confirmed: Confirmed | undefined): void {
    const lists = confirmed && {
      informed: [...confirmed.informed].sort(),
      behind: [...confirmed.behind].sort(),
    }
    const content = JSON.stringify({ state, ...lists })
    const now = performance.now()
    if (content === this.#written && now - this.#at < BEAT) return
    this.#written = content
    this.#at = now
    this.#beat += 1
    const text = JSON.stringify({ state, ...lists, beat: this.#beat } satisfies Record)
    const put = () => this.#store.put('replicas', { [this.#own]: text })
    // One that could not be written is written again at the next look.
    this.#writing = this.#writing.then(put).catch(() => {
      this.#written = ''
    })
  }

  #others(): readonly Record[] {
    const now = performance.now()
    const found: Record[] = []
    const forgotten: string[] = []
    for (const [name, text] of this.#store.entries('replicas')) {
      if (name === this.#own) continue
      const before = this.#heard.get(name)
      const at = before?.text === text ? before.at : now
      this.#heard.set(name, { text, at })
      if (now - at < GONE) found.push(JSON.parse(text) as Record)
      else if (now - at > FORGOTTEN) forgotten.push(name)
    }
    if (forgotten.length > 0 && this.#leads()) {
      const removed = Object.fromEntries(forgotten.map((name) => [name, undefined]))
      this.#store.put('replicas', removed).catch(() => undefined)
    }
    return found
  }
}

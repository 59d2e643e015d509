// Workloads that registered themselves, known to all replicas: who they are, and whether they are connected to any of them.
import { randomBytes } from 'node:crypto'
import type { Diagnostic } from './model/diagnostic.ts'
import type { SharedStore } from './model/shared.ts'
import type { Registering } from './registering.ts'
import { isRegistration } from './registry/registration.ts'

interface Present {
  readonly here: readonly string[]
  /** Counts up, so that a replica that says nothing new is heard of. */
  readonly beat: number
}

/** Milliseconds; three of them fit into the time that a proxy may be away. */
const BEAT = 3_000
const LOOK = 500
/** After which the word of a replica that is gone is removed. */
const FORGOTTEN = 10 * 60_000

interface Sharing {
  readonly store: SharedStore
  readonly registering: Registering
  readonly changed: () => void
  readonly log: (diagnostic: Diagnostic) => void
}

/** Ends with the returned function. */
export function shareRegistrations(options: Sharing): () => Promise<void> {
  const { store, registering, changed, log } = options
  const presence = new Presence(options)
  registering.onRecord = (row) => {
    store.put('registered', { [row.workload]: JSON.stringify(row) }).catch((error: Error) => {
      const text = `Other replicas do not know yet that ${row.workload} registered itself (${error.message})`
      log({ code: 'L0124', severity: 'warning', text })
    })
  }
  const take = () => {
    const rows = [...store.entries('registered').values()].map(parsed).filter(isRegistration)
    const news = rows.filter((row) => registering.learn(row))
    if (news.length > 0) changed()
  }
  take()
  store.onChange((folders) => {
    if (folders.has('registered')) take()
    if (folders.has('present')) presence.hear()
  })
  const timer = setInterval(() => presence.tell(), LOOK)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await presence.end()
  }
}

class Presence {
  readonly #store: SharedStore
  readonly #registering: Registering
  readonly #own = randomBytes(6).toString('hex')
  readonly #heard = new Map<string, { readonly text: string; readonly at: number }>()
  #told = ''
  #at = 0
  #beat = 0

  constructor({ store, registering }: Sharing) {
    this.#store = store
    this.#registering = registering
    this.hear()
  }

  /** Nothing is written by a replica to which none of them is connected. */
  tell(): void {
    const here = [...this.#registering.here()].sort()
    const content = here.join()
    const now = performance.now()
    if (content === this.#told && (here.length === 0 || now - this.#at < BEAT)) return
    this.#told = content
    this.#at = now
    this.#beat += 1
    const text = JSON.stringify({ here, beat: this.#beat } satisfies Present)
    this.#store
      .put('present', { [this.#own]: here.length > 0 ? text : undefined })
      .catch(() => undefined)
  }

  /** Each new word of another replica is a sign of life of those who are connected to it. */
  hear(): void {
    const now = performance.now()
    for (const [name, text] of this.#store.entries('present')) {
      if (name === this.#own) continue
      const before = this.#heard.get(name)
      if (before?.text !== text) {
        this.#heard.set(name, { text, at: now })
        this.#registering.elsewhere(presentIn(text))
      } else if (now - before.at > FORGOTTEN) {
        this.#store.put('present', { [name]: undefined }).catch(() => undefined)
      }
    }
  }

  async end(): Promise<void> {
    if (this.#told === '') return
    await this.#store.put('present', { [this.#own]: undefined }).catch(() => undefined)
  }
}

/** What somebody else wrote there is no reason to end. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function presentIn(text: string): readonly string[] {
  const { here } = (parsed(text) ?? {}) as Partial<Present>
  return Array.isArray(here) ? here : []
}

// Lists of what was revoked, the same bytes at every replica: a signature is another one each time, and proxies would be sent it.
import type { SharedStore } from '../model/shared.ts'

interface Lists {
  /** Of which authorities, with which certificates. */
  readonly about: string
  /** PEM. */
  readonly crls: readonly string[]
}

const NAME = 'lists'

export class SharedLists {
  readonly #store: SharedStore
  #used = ''

  constructor(store: SharedStore) {
    this.#store = store
  }

  /** The lists that another replica signed, or else those that are made here. With a store that is away they are one's own. */
  async of(about: string, make: () => Promise<readonly string[]>): Promise<readonly string[]> {
    const there = this.#shared()
    if (there?.about === about) return this.#use(there)
    const own = { about, crls: await make() }
    const before = this.#store.entries('authority').get(NAME)
    try {
      const first = await this.#store.swap('authority', NAME, before, JSON.stringify(own))
      if (!first) await this.#store.refresh()
    } catch {
      return this.#use(own)
    }
    const now = this.#shared()
    return this.#use(now?.about === about ? now : own)
  }

  /** Whether others have another one of the list that is in use here. */
  isOther(): boolean {
    const text = this.#store.entries('authority').get(NAME)
    if (this.#used === '' || text === undefined || text === this.#used) return false
    return (JSON.parse(text) as Lists).about === (JSON.parse(this.#used) as Lists).about
  }

  #shared(): Lists | undefined {
    const text = this.#store.entries('authority').get(NAME)
    return text === undefined ? undefined : (JSON.parse(text) as Lists)
  }

  #use(lists: Lists): readonly string[] {
    this.#used = JSON.stringify(lists)
    return lists.crls
  }
}

// The copy of what replicas share, and who is told when it changes.
import type { SharedFolder, SharedStore } from '../model/shared.ts'

const NOTHING: ReadonlyMap<string, string> = new Map()

export class SharedCopy {
  readonly #folders = new Map<SharedFolder, Map<string, string>>()
  readonly #listeners = new Set<Parameters<SharedStore['onChange']>[0]>()
  #changed = new Set<SharedFolder>()

  readonly entries: SharedStore['entries'] = (folder) => this.#folders.get(folder) ?? NOTHING

  readonly onChange: SharedStore['onChange'] = (listener) => {
    this.#listeners.add(listener)
  }

  set(folder: SharedFolder, name: string, text: string | undefined): void {
    const texts = this.#folders.get(folder) ?? new Map<string, string>()
    this.#folders.set(folder, texts)
    if (texts.get(name) === text) return
    if (text === undefined) texts.delete(name)
    else texts.set(name, text)
    if (this.#changed.size === 0) setImmediate(() => this.#tell())
    this.#changed.add(folder)
  }

  /** The names of a folder that `mine` owns are these from now on, and no others. */
  replace(
    folder: SharedFolder,
    texts: ReadonlyMap<string, string>,
    mine: (name: string) => boolean = () => true,
  ): void {
    for (const name of [...this.entries(folder).keys()]) {
      if (mine(name) && !texts.has(name)) this.set(folder, name, undefined)
    }
    for (const [name, text] of texts) this.set(folder, name, text)
  }

  #tell(): void {
    const changed = this.#changed
    this.#changed = new Set()
    for (const listener of this.#listeners) listener(changed)
  }
}

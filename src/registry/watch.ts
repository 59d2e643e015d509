// Watches directories one by one; which ones follows from the last scan. Where events are missing the caller's re-scan makes up for it.
import { type FSWatcher, watch } from 'node:fs'
import { below, isWanted } from './scan.ts'

/** Called with a file's path, or without one when anything may have changed. */
export type OnEvent = (path?: string) => void

/** One watcher a directory. `follow` sets which; `close` ends all. */
export class DirectoryWatch {
  readonly #onEvent: OnEvent
  readonly #watchers = new Map<string, { readonly identity: string; readonly watcher: FSWatcher }>()

  constructor(onEvent: OnEvent) {
    this.#onEvent = onEvent
  }

  /**
   * Watches exactly these directories (path and identity on disk; one that was replaced is watched anew). Of those in
   * `only` events of just the given names count, and are told with the path given for the name.
   */
  follow(
    directories: ReadonlyMap<string, string>,
    only: ReadonlyMap<string, ReadonlyMap<string, string>>,
  ): void {
    for (const [path, { identity }] of this.#watchers) {
      if (directories.get(path) !== identity) this.#drop(path)
    }
    for (const [path, identity] of directories) {
      if (!this.#watchers.has(path)) this.#add(path, identity, only.get(path))
    }
  }

  close(): void {
    for (const path of [...this.#watchers.keys()]) this.#drop(path)
  }

  #add(path: string, identity: string, names: ReadonlyMap<string, string> | undefined): void {
    try {
      const watcher = watch(path, (_event, name) => {
        if (name === null) this.#onEvent()
        else if (names) this.#namedEvent(names.get(name))
        else if (isWanted(name)) this.#onEvent(below(path, name))
        else if (mayMatter(name)) this.#onEvent()
      })
      watcher.on('error', () => this.#drop(path))
      this.#watchers.set(path, { identity, watcher })
    } catch {
      // No watcher to be had (limit of the system, directory just removed): the re-scan sees the changes.
    }
  }

  #namedEvent(path: string | undefined): void {
    if (path !== undefined) this.#onEvent(path)
  }

  #drop(path: string): void {
    this.#watchers.get(path)?.watcher.close()
    this.#watchers.delete(path)
  }
}

/** Hidden names are left out, as editors' files on the side; but Kubernetes swaps all files of a folder by `..data`. */
function mayMatter(name: string): boolean {
  return !name.startsWith('.') || name.startsWith('..')
}

// The authorities that are loaded, by the names of their folders: as many as are trusted.
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Root } from './authority-folder.ts'
import { createIssuer, type Issuer } from './issuer.ts'
import { isProblem } from './problem.ts'
import { authorityFolder, createRoot, openRoot } from './root.ts'
import { removeAuthority } from './rotation-files.ts'

export interface AuthoritiesOptions {
  readonly directory: string
  readonly passphrase?: string
  readonly lifetime?: number
  readonly maxLifetime?: number
  readonly now: () => Date
}

export interface Authority {
  readonly root: Root
  readonly issuer: Issuer
}

export class Authorities {
  readonly #options: AuthoritiesOptions
  readonly #trustDomain: string
  readonly #loaded = new Map<string, Authority>()

  constructor(options: AuthoritiesOptions, name: string, root: Root) {
    this.#options = options
    this.#trustDomain = root.trustDomain
    this.#loaded.set(name, this.#authorityOf(root))
  }

  get(name: string): Authority {
    return this.#loaded.get(name)!
  }

  all(): ReadonlyMap<string, Authority> {
    return this.#loaded
  }

  async make(name: string): Promise<Diagnostic | undefined> {
    const { directory, passphrase, now } = this.#options
    const key = passphrase === undefined ? {} : { passphrase }
    const order = { trustDomain: this.#trustDomain, now, ...key }
    await createRoot(authorityFolder(directory, name), order)
    return this.load(name)
  }

  /** From its folder, unless it is loaded. */
  async load(name: string): Promise<Diagnostic | undefined> {
    if (this.#loaded.has(name)) return undefined
    const opened = await openRoot({ ...this.#options, trustDomain: this.#trustDomain, name })
    if (isProblem(opened)) return opened
    this.#loaded.set(name, this.#authorityOf(opened.root))
    return undefined
  }

  /** Those that are trusted no more: their keys leave this machine, too. */
  keep(names: readonly string[], before: readonly string[]): void {
    for (const name of before) {
      if (names.includes(name)) continue
      this.#loaded.delete(name)
      removeAuthority(this.#options.directory, name)
    }
  }

  #authorityOf(root: Root): Authority {
    return { root, issuer: createIssuer({ ...this.#options, root }) }
  }
}

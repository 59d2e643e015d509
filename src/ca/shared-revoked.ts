// Revocations, known to all replicas: whoever is refused by one is refused by each.
import { existsSync, mkdirSync } from 'node:fs'
import type { SharedStore } from '../model/shared.ts'
import { publishFile } from './files.ts'
import { type RevokedCertificate, readRevoked } from './revoked.ts'

export class SharedRevoked {
  readonly #store: SharedStore
  readonly #directory: string
  readonly #now: () => Date

  constructor(store: SharedStore, directory: string, now: () => Date) {
    this.#store = store
    this.#directory = directory
    this.#now = now
  }

  /** The directory and the store have the same afterwards, or soon. */
  exchange(leads: boolean): void {
    const now = this.#now()
    const shared = this.#store.entries('revoked')
    const local = readRevoked(this.#directory, now)
    const folder = `${this.#directory}/ca/revoked`
    const texts: Record<string, string | undefined> = {}
    for (const [serial, text] of shared) {
      const { notAfter } = JSON.parse(text) as RevokedCertificate
      if (notAfter <= now.getTime()) {
        if (leads) texts[serial] = undefined
      } else if (/^[0-9a-f]{1,40}$/.test(serial) && !existsSync(`${folder}/${serial}.json`)) {
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        publishFile(`${folder}/${serial}.json`, `${text}\n`)
      }
    }
    for (const [serial, entry] of local) {
      if (!shared.has(serial)) texts[serial] = JSON.stringify(entry)
    }
    // What fails now is found again at the next look.
    if (Object.keys(texts).length > 0) this.#store.put('revoked', texts).catch(() => undefined)
  }
}

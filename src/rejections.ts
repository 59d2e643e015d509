// What proxies refused, in the data directory: after a restart the same is not sent to them again.
import { readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RESOURCE_TYPES } from './model/resource.ts'
import type { PastRejection } from './xds/holdings.ts'
import type { RejectionStore } from './xds/server.ts'

/** Proxies of which it is kept; the one that refused longest ago is forgotten first. */
const MAX_PROXIES = 1000

export class Rejections implements RejectionStore {
  readonly #path: string
  readonly #proxies: Map<string, readonly PastRejection[]>
  #writing: Promise<void> | undefined
  #again = false

  constructor(directory: string) {
    this.#path = join(directory, 'rejections.json')
    this.#proxies = read(this.#path)
  }

  of(proxy: string): readonly PastRejection[] {
    return this.#proxies.get(proxy) ?? []
  }

  keep(proxy: string, rejections: readonly PastRejection[]): void {
    if (rejections.length === 0 && !this.#proxies.has(proxy)) return
    this.#proxies.delete(proxy)
    if (rejections.length > 0) this.#proxies.set(proxy, rejections)
    const [oldest] = this.#proxies.keys()
    if (this.#proxies.size > MAX_PROXIES && oldest !== undefined) this.#proxies.delete(oldest)
    this.#write()
  }

  /** When all is written. */
  async close(): Promise<void> {
    while (this.#writing) await this.#writing
  }

  #write(): void {
    this.#again = true
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined
    })
  }

  async #writeAll(): Promise<void> {
    while (this.#again) {
      this.#again = false
      const text = JSON.stringify(Object.fromEntries(this.#proxies), null, 1)
      // Without it the next process learns it from the proxies once more.
      await writeFile(`${this.#path}.new`, text, { mode: 0o600 })
        .then(() => rename(`${this.#path}.new`, this.#path))
        .catch(() => undefined)
    }
  }
}

function read(path: string): Map<string, readonly PastRejection[]> {
  try {
    const found: unknown = JSON.parse(readFileSync(path, 'utf8'))
    const proxies = Object.entries(found as Record<string, unknown>)
    return new Map(
      proxies.map(([proxy, list]) => [proxy, Array.isArray(list) ? list.filter(isRejection) : []]),
    )
  } catch {
    return new Map()
  }
}

function isRejection(value: unknown): value is PastRejection {
  if (typeof value !== 'object' || value === null) return false
  const { type, name, version, text } = value as Record<string, unknown>
  const isType = RESOURCE_TYPES.some((one) => one === type)
  return isType && [name, version, text].every((one) => typeof one === 'string')
}

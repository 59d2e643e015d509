// Keeps the keys of token issuers fresh. Until they were fetched there are none: nothing stands in for them.
import type { Diagnostic } from '../model/diagnostic.ts'
import { type Document, nameOf } from '../model/document.ts'
import { milliseconds } from '../model/duration.ts'
import {
  type KeySet,
  type KeySource,
  keySourceOf,
  type RemoteKeys,
  readKeySet,
} from '../model/jwks.ts'
import type { Origin } from '../model/origin.ts'
import type { RequestAuthentication } from '../model/schema/authorization-policy.ts'
import type { Fetched } from './guarded-fetch.ts'

export interface RemoteKeysOptions {
  readonly fetch: (url: string, timeout: number) => Promise<Fetched>
  /** Keys or what is to be said about them have changed. */
  readonly onChange: () => void
  readonly now: () => Date
  /** Milliseconds from one successful fetch to the next. */
  readonly refresh?: number
  /** Milliseconds after a first failure; doubles up to a minute. */
  readonly retry?: number
}

interface Wanted {
  readonly source: KeySource
  readonly timeout: number
  readonly issuer: string
  readonly origin: Origin
  readonly about: string
}

interface Entry {
  wanted: Wanted
  keys: RemoteKeys | undefined
  fetchedAt: number
  failures: number
  problem: string | undefined
  timer: NodeJS.Timeout | undefined
}

/** Istio's. */
const REFRESH = 20 * 60_000
const TIMEOUT = 5_000
const LONGEST_TIMEOUT = 30_000
const LONGEST_RETRY = 60_000
/** Keys that could not be renewed for so long are not believed any more. */
const STALE = 24 * 3_600_000

export class KeyKeeper {
  readonly #options: RemoteKeysOptions
  readonly #entries = new Map<string, Entry>()
  readonly #first = new Set<Promise<void>>()
  #list: readonly RemoteKeys[] = []
  #closed = false

  constructor(options: RemoteKeysOptions) {
    this.#options = options
  }

  /** All keys that there are; the identical objects while they are the same. */
  list(): readonly RemoteKeys[] {
    return this.#list
  }

  diagnostics(): readonly Diagnostic[] {
    return [...this.#entries.values()].flatMap(({ wanted, problem, keys, fetchedAt }) => {
      if (!problem) return []
      const { issuer, source, origin, about } = wanted
      const since = new Date(fetchedAt).toISOString()
      const then = keys
        ? `those of ${since} stay in use for a day at most`
        : 'every token of the issuer is refused (requests without a token are not)'
      return [
        {
          code: 'L0295' as const,
          severity: keys ? ('warning' as const) : ('error' as const),
          text: `the keys of ${issuer} cannot be had from ${source.url}: ${problem}; ${then}`,
          origin,
          about,
        },
      ]
    })
  }

  /** From now on these policies' keys are kept, and no others. */
  want(documents: readonly Document<RequestAuthentication>[]): void {
    const wanted = wantedBy(documents)
    for (const [url, entry] of this.#entries) {
      if (wanted.has(url)) continue
      clearTimeout(entry.timer)
      this.#entries.delete(url)
    }
    for (const [url, want] of wanted) {
      const entry = this.#entries.get(url)
      if (entry) entry.wanted = want
      else this.#add(url, want)
    }
    this.#collect()
  }

  /** When every source that is wanted now was tried once. */
  async tried(): Promise<void> {
    await Promise.all(this.#first)
  }

  close(): void {
    this.#closed = true
    for (const { timer } of this.#entries.values()) clearTimeout(timer)
    this.#entries.clear()
  }

  #add(url: string, wanted: Wanted): void {
    const entry: Entry = {
      ...{ wanted, keys: undefined, fetchedAt: 0, failures: 0 },
      ...{ problem: undefined, timer: undefined },
    }
    this.#entries.set(url, entry)
    const first = this.#renew(url, entry).finally(() => this.#first.delete(first))
    this.#first.add(first)
  }

  async #renew(url: string, entry: Entry): Promise<void> {
    const { source, timeout } = entry.wanted
    const fetched = await this.#fetch(source, timeout).catch(({ message }: Error) => ({
      problem: message,
    }))
    // Meanwhile nobody may want it any more.
    if (this.#closed || this.#entries.get(url) !== entry) return
    const { retry = 1000, refresh = REFRESH, now } = this.#options
    if ('problem' in fetched) {
      entry.failures += 1
      entry.problem = fetched.problem
      if (now().getTime() - entry.fetchedAt > STALE) entry.keys = undefined
    } else {
      entry.failures = 0
      entry.problem = undefined
      entry.fetchedAt = now().getTime()
      const { keys } = fetched
      if (keys === undefined) entry.keys = undefined
      else if (entry.keys?.keys !== keys) entry.keys = Object.freeze({ url, keys })
    }
    const wait = entry.failures > 0 ? retry * 2 ** Math.min(entry.failures - 1, 10) : refresh
    const most = entry.failures > 0 ? Math.max(LONGEST_RETRY, retry) : refresh
    entry.timer = setTimeout(() => void this.#renew(url, entry), Math.min(wait, most)).unref()
    this.#collect()
    this.#options.onChange()
  }

  async #fetch({ url, discovery }: KeySource, timeout: number): Promise<KeySet> {
    const fetched = await this.#options.fetch(url, timeout)
    if ('problem' in fetched) return fetched
    if (!discovery) return readKeySet(fetched.text)
    const jwksUri = jwksUriIn(fetched.text)
    if (jwksUri === undefined) return { problem: 'it is no OpenID configuration with a jwks_uri' }
    const keys = await this.#options.fetch(jwksUri, timeout)
    return 'problem' in keys
      ? { problem: `its jwks_uri ${jwksUri}: ${keys.problem}` }
      : readKeySet(keys.text)
  }

  #collect(): void {
    const list = [...this.#entries.values()].flatMap(({ keys }) => keys ?? [])
    const same =
      list.length === this.#list.length && list.every((keys, index) => keys === this.#list[index])
    if (!same) this.#list = Object.freeze(list)
  }
}

/** By URL. Of several rules with one URL the most patient counts. */
function wantedBy(
  documents: readonly Document<RequestAuthentication>[],
): ReadonlyMap<string, Wanted> {
  const wanted = new Map<string, Wanted>()
  for (const document of documents) {
    for (const [index, rule] of (document.spec.jwtRules ?? []).entries()) {
      const source = rule.issuer ? keySourceOf(rule) : undefined
      if (!source) continue
      const patience = rule.timeout === undefined ? TIMEOUT : milliseconds(rule.timeout)
      const timeout = Math.min(Math.max(patience, 1), LONGEST_TIMEOUT)
      const before = wanted.get(source.url)
      if (before && before.timeout >= timeout) continue
      const field = rule.jwksUri ? 'jwksUri' : 'issuer'
      const origin = document.at(['spec', 'jwtRules', index, field])
      const { issuer } = rule
      wanted.set(source.url, { source, timeout, issuer, origin, about: nameOf(document) })
    }
  }
  return wanted
}

function jwksUriIn(text: string): string | undefined {
  try {
    const uri: unknown = (JSON.parse(text) as { readonly jwks_uri?: unknown } | null)?.jwks_uri
    return typeof uri === 'string' ? uri : undefined
  } catch {
    return undefined
  }
}

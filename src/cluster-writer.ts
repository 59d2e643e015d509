// What the leader of the replicas writes to the cluster: conditions on users' objects, and the mesh's roots where others need them.
import { setTimeout as pause } from 'node:timers/promises'
import { ROOT_CONFIG_MAP, ROOT_KEY } from './admission/inject.ts'
import type { GatewayWriter } from './gateway-writer.ts'
import { NAME } from './install/roles.ts'
import { type Leading, troubles } from './leading.ts'
import type { Diagnostic } from './model/diagnostic.ts'
import type { Document } from './model/document.ts'
import type { Connection } from './registry/kubernetes/connection.ts'
import { publishRoots, publishWebhookRoots } from './registry/kubernetes/publish.ts'
import { conditionsOf, isNews, type Known, writeStatus } from './registry/kubernetes/status.ts'

export interface ClusterWriterOptions {
  readonly connection: Connection
  /** Lotse's own. */
  readonly namespace: string
  readonly known: ReadonlyMap<string, Known>
  readonly gateways: GatewayWriter
  readonly namespaces: () => readonly Document[]
  readonly roots: () => string
  readonly diagnostics: () => readonly Diagnostic[]
  /** Connected proxies, and those of them that hold all they are to have. */
  readonly proxies: () => { readonly all: number; readonly synced: number }
  readonly log: (diagnostic: Diagnostic) => void
  readonly leads: () => boolean
}

export type ClusterWriter = Pick<Leading, 'close'>

/** Between two looks at what is to be written; a look that finds nothing asks the API server nothing. */
const EVERY = 500
/** Writes of status in a look, so that a mesh-wide change does not flood the API server. */
const MOST = 50
/** Milliseconds between two looks at the webhooks' registrations. */
const WEBHOOKS_EVERY = 30_000
/** After something could not be written. */
const REST = 5_000

export function startClusterWriter(options: ClusterWriterOptions): ClusterWriter {
  const stop = new AbortController()
  const { leads, log } = options
  const trouble = troubles(log)
  const writer = new Writer(options)
  const writing = (async () => {
    while (!stop.signal.aborted) {
      let rest = EVERY
      if (leads()) {
        try {
          await writer.look(() => leads() && !stop.signal.aborted)
          trouble(undefined)
        } catch (error) {
          trouble(`The cluster cannot be written to (${(error as Error).message})`)
          rest = REST
        }
      }
      await pause(rest, undefined, { signal: stop.signal }).catch(() => undefined)
    }
  })()
  return {
    close: async () => {
      stop.abort()
      await writing
    },
  }
}

class Writer {
  readonly #options: ClusterWriterOptions
  /** What each namespace was given: one that is made again is another. */
  readonly #published = new WeakMap<Document, string>()
  /** Objects whose status the server did not take. */
  readonly #refused = new Set<string>()
  #webhookRoots = ''
  #webhooksSeen = 0

  constructor(options: ClusterWriterOptions) {
    this.#options = options
  }

  /**
   * `goesOn` is asked before each write: a leader that lost its lock stops at once. Rejects with the first refusal after all
   * else was written.
   */
  async look(goesOn: () => boolean): Promise<void> {
    const refused = await this.#roots(goesOn)
    const byObject = this.#diagnosticsByObject()
    const alsoRefused = await this.#statuses(byObject, goesOn)
    await this.#options.gateways.look((id) => byObject.get(id) ?? [], MOST, goesOn)
    const first = refused ?? alsoRefused
    if (first) throw new Error(first)
  }

  async #roots(goesOn: () => boolean): Promise<string | undefined> {
    const { connection, namespaces, roots } = this.#options
    const present = roots()
    const map = { name: ROOT_CONFIG_MAP, key: ROOT_KEY, roots: present }
    let refused: string | undefined
    for (const namespace of namespaces()) {
      if (this.#published.get(namespace) === present) continue
      if (!goesOn()) return refused
      const { name } = namespace.metadata
      const why = await publishRoots(connection, name, map)
      if (why) refused ??= `${ROOT_CONFIG_MAP} in ${name}: ${why}`
      else this.#published.set(namespace, present)
    }
    // Whoever installs again may take the bundle away.
    const looked = performance.now() - this.#webhooksSeen < WEBHOOKS_EVERY
    if ((this.#webhookRoots === present && looked) || !goesOn()) return refused
    await publishWebhookRoots(connection, `${NAME}-${this.#options.namespace}`, present)
    this.#webhookRoots = present
    this.#webhooksSeen = performance.now()
    return refused
  }

  async #statuses(
    byObject: ReadonlyMap<string, readonly Diagnostic[]>,
    goesOn: () => boolean,
  ): Promise<string | undefined> {
    const { connection, proxies } = this.#options
    const { all, synced } = proxies()
    let written = 0
    let refused: string | undefined
    for (const [id, object] of this.#known()) {
      const report = { diagnostics: byObject.get(id) ?? [], proxies: all, synced }
      const wanted = conditionsOf(object, report)
      if (!isNews(object.conditions, wanted)) continue
      if (written === MOST || !goesOn()) break
      const why = await writeStatus(connection, object, wanted, new Date())
      written += 1
      this.#refused.delete(id)
      if (!why) continue
      this.#refused.add(id)
      refused ??= `status of ${id}: ${why}`
    }
    return refused
  }

  /** Those that were refused last come last, so that they keep no others waiting. */
  #known(): Iterable<readonly [string, Known]> {
    const { known } = this.#options
    for (const id of this.#refused) if (!known.has(id)) this.#refused.delete(id)
    if (this.#refused.size === 0) return known
    const late = ([id]: readonly [string, Known]) => Number(this.#refused.has(id))
    return [...known].sort((one, other) => late(one) - late(other))
  }

  #diagnosticsByObject(): Map<string, Diagnostic[]> {
    const found = new Map<string, Diagnostic[]>()
    for (const diagnostic of this.#options.diagnostics()) {
      const id = objectOf(diagnostic)
      if (id === undefined) continue
      const list = found.get(id)
      if (list) list.push(diagnostic)
      else found.set(id, [diagnostic])
    }
    return found
  }
}

/** `Kind/namespace/name`: by the place, since that of a rejection is all that is known of its object. */
function objectOf({ about, origin }: Diagnostic): string | undefined {
  const place = origin?.source.startsWith('k8s:') ? origin.source.slice(4).split('#')[0] : undefined
  return place ?? about
}

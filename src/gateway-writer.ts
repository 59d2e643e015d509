// What the leader writes into the status of GatewayClasses, Gateways and routes: what translation says of them, and Envoy.
import type { Diagnostic } from './model/diagnostic.ts'
import type { Condition, Status } from './model/gateway-api.ts'
import { type Connection, messageOf } from './registry/kubernetes/connection.ts'
import {
  applyStatus,
  installedVersion,
  type StatusHolder,
  says,
  statusToApply,
} from './registry/kubernetes/gateway-status.ts'

export interface GatewayWriterOptions {
  readonly connection: Connection
  /** By `Kind/namespace/name`. */
  readonly holders: ReadonlyMap<string, StatusHolder>
  readonly statuses: () => ReadonlyMap<string, Status>
  readonly now?: () => Date
}

/** What an object reads as is not yet what the mesh was made of: it is looked at when that is over. */
const SETTLE = 300
const VERSION_FOR = 300_000
const CONFLICT = 409
const NOT_FOUND = 404

/** All that a status follows from; where nothing of it changed there is nothing to write. */
interface Seen {
  readonly holder: StatusHolder
  readonly status: Status
  readonly told: string
}

export class GatewayWriter {
  readonly #options: GatewayWriterOptions
  readonly #seen = new Map<string, Seen>()
  #version: string | undefined
  #versionReadAt = Number.NEGATIVE_INFINITY

  constructor(options: GatewayWriterOptions) {
    this.#options = options
  }

  /** At most `most` writes. Rejects with the first refusal after all others were written. */
  async look(
    diagnosticsOf: (id: string) => readonly Diagnostic[],
    most: number,
    goesOn: () => boolean,
  ): Promise<void> {
    const { holders, statuses } = this.#options
    for (const id of [...this.#seen.keys()]) if (!holders.has(id)) this.#seen.delete(id)
    if (holders.size === 0) return
    const all = statuses()
    let written = 0
    let refused: string | undefined
    for (const [id, holder] of holders) {
      if (performance.now() - holder.readAt < SETTLE) continue
      const status = all.get(id)
      const told = diagnosticsOf(id)
      if (!status || this.#isSeen(id, { holder, status, told: textOf(told) })) continue
      if (written === most || !goesOn()) break
      const failed = await this.#write(id, holder, withDiagnostics(status, told))
      if (failed) refused ??= `${id}: ${failed}`
      else this.#seen.set(id, { holder, status, told: textOf(told) })
      written += 1
    }
    if (refused) throw new Error(refused)
  }

  #isSeen(id: string, { holder, status, told }: Seen): boolean {
    const seen = this.#seen.get(id)
    return seen?.holder === holder && seen.status === status && seen.told === told
  }

  /** The server's words if it refuses. */
  async #write(id: string, holder: StatusHolder, wanted: Status): Promise<string | undefined> {
    const { connection, now = () => new Date() } = this.#options
    const whole = id.startsWith('GatewayClass/') ? await this.#withVersion(wanted) : wanted
    const status = statusToApply(holder, whole, secondsOf(now()))
    if (!status || says(holder.status, status)) return undefined
    let reply = await applyStatus(connection, holder, status)
    if (reply.status >= 400 && reply.status !== CONFLICT && 'supportedFeatures' in status) {
      // Older definitions do not have the field.
      const { supportedFeatures: _, ...rest } = status as Status
      reply = await applyStatus(connection, holder, rest)
    }
    const { status: code, body } = reply
    // It changed or went away meanwhile: the next look sees what it is now.
    if (code < 300 || code === CONFLICT || code === NOT_FOUND) return undefined
    return messageOf(body)
  }

  async #withVersion(status: Status): Promise<Status> {
    if (performance.now() - this.#versionReadAt > VERSION_FOR) {
      this.#version = await installedVersion(this.#options.connection)
      this.#versionReadAt = performance.now()
    }
    if (this.#version === undefined) return status
    return { ...status, conditions: [...(status.conditions ?? []), supported(this.#version)] }
  }
}

function supported(version: string): Condition {
  const isKnown = /^v1\./.test(version)
  return {
    type: 'SupportedVersion',
    status: isKnown ? 'True' : 'False',
    reason: isKnown ? 'SupportedVersion' : 'UnsupportedVersion',
    message: `the definitions are of version ${version}; Lotse reads v1`,
  }
}

/** The API server keeps no fractions. */
function secondsOf(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z')
}

/** What translation itself says of Gateways and routes is in their conditions already. */
const OF_TRANSLATION = /^L026[456]$/

function textOf(diagnostics: readonly Diagnostic[]): string {
  return diagnostics
    .filter(({ severity, code }) => severity === 'error' && !OF_TRANSLATION.test(code))
    .map(({ text, code }) => `${text} (${code})`)
    .join('; ')
    .slice(0, 32_768)
}

/** An object that is refused keeps its last good version, and so does a resource that Envoy refuses: its status says so. */
function withDiagnostics(status: Status, told: readonly Diagnostic[]): Status {
  const message = textOf(told)
  if (message === '') return status
  const byEnvoy = told.some(({ code }) => code === 'L0302')
  const fail = (types: readonly string[], reason: string, list: readonly Condition[] = []) =>
    list.map((condition) =>
      types.includes(condition.type)
        ? { ...condition, status: 'False' as const, reason, message }
        : condition,
    )
  const ofGateway = byEnvoy ? ['Programmed'] : ['Accepted', 'Programmed']
  return {
    ...status,
    ...(status.conditions ? { conditions: fail(ofGateway, 'Invalid', status.conditions) } : {}),
    ...(status.parents
      ? {
          parents: status.parents.map((parent) => ({
            ...parent,
            conditions: fail(['Accepted'], 'UnsupportedValue', parent.conditions),
          })),
        }
      : {}),
  }
}

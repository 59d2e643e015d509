// The process of the clients: many of them, told by messages what to do and what to wait for.

import type { DeliveryMode } from '../src/model/node.ts'
import type { ResourceType } from '../src/model/resource.ts'
import { BenchClient, type VirtualHosts } from './client.ts'
import { clock } from './figures.ts'
import { createShared } from './holding.ts'
import { clientWorkload, namespaceOf, RULES_EVERY, serviceName } from './mesh.ts'
import { type Mode, type Payload, type Response, ResponseReader } from './wire.ts'

/** What the measuring process may ask for; times are those of the machine's monotonic clock, in ms. */
export interface ClientsApi {
  /** Connects clients at once; ends when all have everything. */
  connect(from: number, to: number): { began: number; ended: number }
  /** From now on, look for this text in responses of the type; with a service only at clients that hold it. */
  arm(type: ResourceType, mark: string, service?: number): void
  /** Ends when every client that `arm` concerns has what it looks for. */
  reached(): Reached
  /** Ends all connections and opens them again at once. */
  reconnect(): { began: number }
  /** Ends all connections. */
  leave(): void
  totals(): Totals
  /** Of each client a hash of the names and versions of all that it holds. */
  fingerprints(): readonly string[]
}

export interface Reached {
  readonly first: number
  readonly median: number
  readonly last: number
}

export interface Totals {
  readonly bytes: number
  readonly responses: number
  /** Resources that one client holds. */
  readonly held: Readonly<Record<string, number>>
  readonly failures: readonly string[]
}

export interface ClientsOptions {
  readonly address: string
  readonly mode: Mode
  readonly services: number
  readonly delivery: DeliveryMode
  /** On demand, whether all clients use the same services. */
  readonly uses: Uses
}

export type Uses = 'same' | 'own'

/** Services that a client uses, where it holds only what it uses. */
const USED = 10

/** In ms, without any response: many clients of a large mesh take minutes, but something comes all the time. */
const LONGEST_WAIT = 120_000

const VERSION = { version: { major_number: 1, minor_number: 40, patch: 0 } }
const AS_ENVOY = { user_agent_name: 'envoy', user_agent_build_version: VERSION }
const ENVOY: Readonly<Record<DeliveryMode, object>> = {
  whole: {},
  preloaded: AS_ENVOY,
  'on-demand': AS_ENVOY,
}

/** Those that measurements change are among what the first client uses. */
function usedBy({ services, uses }: ClientsOptions, index: number): readonly number[] {
  const first = RULES_EVERY + (uses === 'own' ? index * USED : 0)
  return [...new Set(Array.from({ length: USED }, (_, at) => (first + at) % services))]
}

function virtualHostsOf(options: ClientsOptions, index: number): { virtualHosts?: VirtualHosts } {
  const { delivery, services } = options
  if (delivery === 'whole') return {}
  if (delivery === 'preloaded') return { virtualHosts: { count: services, hosts: [] } }
  const hosts = usedBy(options, index).map(
    (at) => `${serviceName(at)}.${namespaceOf(at)}.svc.cluster.local`,
  )
  return { virtualHosts: { count: hosts.length, hosts } }
}

class Clients {
  readonly #options: ClientsOptions
  readonly #reader: ResponseReader
  readonly #shared: ReturnType<typeof createShared>
  readonly #clients: BenchClient[] = []
  #armed: { type: ResourceType; mark: string; found: WeakMap<Payload, boolean> } | undefined
  #times = new Map<number, number>()
  #concerned = 0
  #changed: () => void = () => {}

  constructor(options: ClientsOptions) {
    this.#options = options
    this.#reader = new ResponseReader(options.mode)
    this.#shared = createShared(options.mode, this.#reader)
  }

  async connect(from: number, to: number): Promise<{ began: number; ended: number }> {
    const began = clock()
    let ended = began
    for (let index = from; index < to; index++) this.#open(index)
    await this.#until(() => {
      ended = clock()
      return this.#clients.every((client) => client.isComplete)
    })
    return { began, ended }
  }

  #open(index: number): void {
    const { address, services, delivery } = this.#options
    const { namespace, name, address: ip } = clientWorkload(services, index)
    const id = `sidecar~${ip}~${name}.${namespace}~${namespace}.svc.cluster.local`
    const client = new BenchClient(this.#shared, {
      address,
      node: { id, metadata: { NAMESPACE: namespace, NAME: name }, ...ENVOY[delivery] },
      ...virtualHostsOf(this.#options, index),
      onResponse: (response) => this.#heard(index, response),
    })
    this.#clients[index] = client
    client.connect()
  }

  arm(type: ResourceType, mark: string, service?: number): void {
    const all = this.#clients.map((_, index) => index)
    const holds = (index: number) => usedBy(this.#options, index).includes(service!)
    const isPart = service !== undefined && this.#options.delivery === 'on-demand'
    this.#concerned = (isPart ? all.filter(holds) : all).length
    this.#reader.forget()
    this.#armed = { type, mark, found: new WeakMap() }
    this.#times = new Map()
  }

  async reached(): Promise<Reached> {
    await this.#until(() => this.#times.size === this.#concerned)
    const times = [...this.#times.values()].sort((a, b) => a - b)
    return { first: times[0]!, median: times[times.length >> 1]!, last: times.at(-1)! }
  }

  async reconnect(): Promise<{ began: number }> {
    for (const client of this.#clients) client.disconnect()
    // The server hears of the end of the connections before it hears of the new ones.
    await new Promise((resolve) => setTimeout(resolve, 500))
    const began = clock()
    for (const client of this.#clients) client.connect()
    return { began }
  }

  leave(): void {
    for (const client of this.#clients) client.disconnect()
  }

  totals(): Totals {
    const [one] = this.#clients
    const types = ['cluster', 'endpoint', 'listener', 'route', 'virtualHost'] as const
    return {
      bytes: this.#clients.reduce((sum, client) => sum + client.bytes, 0),
      responses: this.#clients.reduce((sum, client) => sum + client.responses, 0),
      held: Object.fromEntries(types.map((type) => [type, one?.count(type) ?? 0])),
      failures: this.#clients.flatMap(({ failure }) => failure ?? []),
    }
  }

  fingerprints(): readonly string[] {
    return this.#clients.map((client) => client.fingerprint())
  }

  /** Clients that got the same bytes share them, so the mark is looked for once in each distinct response. */
  #heard(index: number, { type, payload }: Response): void {
    const armed = this.#armed
    if (armed && type === armed.type && !this.#times.has(index)) {
      let marked = armed.found.get(payload)
      if (marked === undefined) {
        marked = payload.bytes.includes(armed.mark)
        armed.found.set(payload, marked)
      }
      if (marked) this.#times.set(index, clock())
    }
    this.#changed()
  }

  /** Asked after each response, but only once a turn of the event loop. */
  #until(condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      let planned = false
      const timer = setTimeout(() => {
        const failures = [...new Set(this.totals().failures)]
        const open = this.#clients.filter((client) => !client.isComplete)
        const states = [...new Set(open.map((client) => client.describe()))].slice(0, 5)
        reject(new Error(`waited in vain for ${open.length} clients: ${[...failures, ...states]}`))
      }, LONGEST_WAIT)
      const look = () => {
        planned = false
        if (!condition()) return
        clearTimeout(timer)
        this.#changed = () => {}
        resolve()
      }
      this.#changed = () => {
        timer.refresh()
        if (!planned) setImmediate(look)
        planned = true
      }
      look()
    })
  }
}

export interface Call {
  readonly id: number
  readonly name: keyof ClientsApi
  readonly args: readonly unknown[]
}

const clients = new Clients(JSON.parse(process.argv[2] ?? '{}') as ClientsOptions)

process.on('message', async ({ id, name, args }: Call) => {
  const method = clients[name].bind(clients) as (...args: readonly unknown[]) => unknown
  try {
    process.send?.({ id, result: await method(...args) })
  } catch (error) {
    process.send?.({ id, error: (error as Error).message })
  }
})
process.on('disconnect', () => process.exit(0))

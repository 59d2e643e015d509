// A model of an Envoy with VHDS and on-demand requests, and of the server's side of its stream; messages wait in two queues.
import assert from 'node:assert/strict'
import type { Resource, ResourceSet, ResourceType } from '../../src/model/resource.ts'
import { domainsOf } from '../../src/xds/domains.ts'
import { createDelivery, deliver, memoryOf, retarget, type Sending } from '../../src/xds/order.ts'
import type { Request } from '../../src/xds/request.ts'
import { reselect, select } from '../../src/xds/selection.ts'
import { createSets } from '../../src/xds/sets.ts'
import { createStore } from '../../src/xds/store.ts'
import { type Taken, take } from '../../src/xds/take.ts'
import { isGreeting } from '../../src/xds/virtual-hosts.ts'

export interface HostBody {
  readonly name: string
  readonly domains: readonly string[]
  /** Clusters it names. */
  readonly uses: readonly string[]
}

interface Kept {
  readonly version: string
  readonly resource: Resource
}

const TYPES = ['cluster', 'listener', 'endpoint', 'route', 'virtualHost'] as const

export class OnDemandEnvoy {
  readonly held = new Map<ResourceType, Map<string, Kept>>(TYPES.map((type) => [type, new Map()]))
  /** Subscriptions by type; clusters, listeners and virtual hosts have all, and names asked for. */
  readonly names = new Map<ResourceType, Set<string>>()
  /** Requests that wait for their virtual host. */
  readonly waiting = new Set<string>()
  readonly warming = new Set<string>()
  toProxy: Sending[] = []
  toServer: { readonly type: ResourceType; readonly request: Request }[] = []
  answers = 0
  /** Resources and removals that came, all in all. */
  received = 0
  readonly sets = createSets(
    createStore({ encode: (_, json) => ({ bytes: Buffer.from(JSON.stringify(json)) }) }),
  )
  #taken: Taken
  #late: { readonly type: ResourceType; readonly request: Request } | undefined
  whole: ResourceSet

  constructor(whole: ResourceSet) {
    this.whole = whole
    this.#taken = this.#open()
    for (const type of ['cluster', 'listener'] as const) this.#begin(type)
  }

  change(whole: ResourceSet): void {
    this.whole = whole
    const selection = reselect(this.#taken.selection, whole, this.sets)
    const delivery = retarget(this.#taken.delivery, selection.set, this.sets)
    this.#send({ selection, delivery })
  }

  /** `late`: it tells of its virtual hosts only after it has answered something. */
  reconnect(late = false): void {
    this.#taken = this.#open(memoryOf(this.#taken.delivery, this.sets))
    this.toProxy = []
    this.toServer = []
    this.#late = undefined
    for (const type of TYPES) {
      const names = this.names.get(type)
      if (!names) continue
      const versions = new Map(
        [...this.held.get(type)!].map(([name, { version }]) => [name, version]),
      )
      const wild = type === 'virtualHost' && names.size > 0 ? ['*'] : []
      this.#request(type, { names: [...wild, ...names], versions })
    }
    if (late && this.names.has('virtualHost')) this.#late = this.toServer.pop()
  }

  /** A request for a host on a route configuration that it has. */
  ask(route: string, host: string): void {
    const name = `${route}/${host}`
    const names = this.names.get('virtualHost')
    if (!names || !this.names.get('route')?.has(route) || this.match(route, host)) return
    // What it asked for once it does not ask for again.
    if (names.has(name)) return
    names.add(name)
    this.waiting.add(name)
    this.#request('virtualHost', { names: [name] })
  }

  match(route: string, host: string): HostBody | undefined {
    const mine = this.hosts(route)
    return domainsOf(mine).find(host)?.virtualHost.body as HostBody | undefined
  }

  hosts(route: string): Resource[] {
    const all = [...this.held.get('virtualHost')!.values()].map(({ resource }) => resource)
    return all.filter(({ name }) => name.startsWith(`${route}/~`) && !isGreeting(name))
  }

  stepServer(): boolean {
    const next = this.toServer.shift()
    if (next) this.#send(take(this.#taken, 'delta', next, this.sets))
    return next !== undefined
  }

  stepProxy(): boolean {
    const next = this.toProxy.shift()
    if (!next) return false
    const { type, response } = next
    const held = this.held.get(type)!
    this.received += response.resources.length + response.removed.length
    for (const name of response.removed) this.#remove(type, name)
    for (const { name, version, resource } of response.resources) {
      if (type === 'virtualHost' && !this.#isWatched(name)) continue
      if (type === 'cluster' && held.get(name)?.version !== version) this.warming.add(name)
      if (type === 'endpoint') this.warming.delete(name)
      held.set(name, { version, resource })
      this.waiting.delete(name)
    }
    if (type === 'virtualHost') this.#checkHosts()
    this.answers++
    if (type === 'cluster') this.#follow('endpoint', held.keys())
    if (type === 'listener') this.#follow('route', this.#routesOfListeners())
    if (type === 'route' && !this.names.has('virtualHost')) this.#begin('virtualHost')
    this.#request(type, { nonce: response.nonce })
    if (this.#late) this.toServer.push(this.#late)
    this.#late = undefined
    return true
  }

  settle(): void {
    for (let turn = 0; turn < 2000; turn++) {
      const moved = this.stepServer()
      if (!this.stepProxy() && !moved) return
    }
    assert.fail('it never comes to rest')
  }

  #open(memory?: ReturnType<typeof memoryOf>): Taken {
    const selection = select(this.whole, this.sets)
    return { selection, delivery: createDelivery('delta', selection.set, memory) }
  }

  #begin(type: ResourceType): void {
    this.names.set(type, new Set())
    this.#request(type, {})
  }

  #send({ selection, delivery: from }: Taken): void {
    const { delivery, sendings } = deliver(from, this.sets)
    this.#taken = { selection, delivery }
    this.toProxy.push(...sendings)
  }

  #request(type: ResourceType, fields: Partial<Request>): void {
    const request: Request = {
      node: { id: 'x', metadata: {}, locality: '', userAgent: '', version: [0, 0] },
      ...{ typeUrl: '', nonce: '', error: undefined, version: '' },
      ...{ names: [], unsubscribed: [], versions: new Map() },
      ...fields,
    }
    if (type === 'virtualHost' && this.#late) {
      const { request: first } = this.#late
      const gone = new Set(request.unsubscribed)
      const names = [...first.names, ...request.names].filter((name) => !gone.has(name))
      this.#late = { type, request: { ...first, names } }
      return
    }
    this.toServer.push({ type, request })
  }

  #routesOfListeners(): string[] {
    const listeners = [...this.held.get('listener')!.values()]
    return listeners.flatMap(({ resource }) => (resource.body as { routes: string[] }).routes)
  }

  #follow(type: ResourceType, list: Iterable<string>): void {
    const wanted = new Set(list)
    const known = this.names.get(type) ?? new Set()
    const gone = [...known].filter((name) => !wanted.has(name))
    const added = [...wanted].filter((name) => !known.has(name))
    this.names.set(type, wanted)
    for (const name of gone) this.#forget(type, name)
    if (gone.length > 0) this.#request(type, { unsubscribed: gone })
    if (added.length > 0) this.#request(type, { names: added })
  }

  /** With a route configuration all its virtual hosts go, and what was asked for there. */
  #forget(type: ResourceType, name: string): void {
    this.held.get(type)!.delete(name)
    if (type !== 'route') return
    const below = (one: string) => one.startsWith(`${name}/`)
    const asked = this.names.get('virtualHost') ?? new Set()
    const unsubscribed = [...asked].filter(below)
    for (const one of unsubscribed) asked.delete(one)
    for (const one of [...this.waiting].filter(below)) this.waiting.delete(one)
    for (const one of [...this.held.get('virtualHost')!.keys()].filter(below)) {
      this.held.get('virtualHost')!.delete(one)
    }
    if (unsubscribed.length > 0) this.#request('virtualHost', { unsubscribed })
  }

  #remove(type: ResourceType, name: string): void {
    if (type === 'cluster') {
      const users = [...this.held.get('virtualHost')!.values()].filter(({ resource }) =>
        (resource.body as Partial<HostBody>).uses?.includes(name),
      )
      assert.deepEqual(
        users.map((user) => user.resource.name),
        [],
        `${name} is still named`,
      )
    }
    // Endpoints that are told to be absent end the wait for them, too.
    this.warming.delete(name)
    this.held.get(type)!.delete(name)
  }

  /** Without the route configuration a virtual host is ignored. */
  #isWatched(name: string): boolean {
    return this.held.get('route')!.has(name.slice(0, name.indexOf('/')))
  }

  #checkHosts(): void {
    for (const route of this.names.get('route') ?? []) {
      const bodies = this.hosts(route).map(({ body }) => body as HostBody)
      const domains = bodies.flatMap((body) => body.domains)
      assert.equal(new Set(domains).size, domains.length, `a domain stands twice: ${domains}`)
      for (const { name, uses } of bodies) {
        for (const cluster of uses) {
          assert.ok(
            this.held.get('cluster')!.has(cluster),
            `${name} names ${cluster}, which is not there`,
          )
          assert.ok(
            !this.warming.has(cluster),
            `${name} names ${cluster}, which has no endpoints yet`,
          )
        }
      }
    }
  }
}

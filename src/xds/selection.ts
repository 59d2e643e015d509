// What of its whole configuration a proxy is to have: with VHDS on demand only what it asked for, and the clusters for that.
import { sameElements } from '../model/mesh.ts'
import type { Chunk, Resource, ResourceSet, ResourceType, VhdsRoute } from '../model/resource.ts'
import { alwaysNeeded, clustersNamed } from './cluster-names.ts'
import { domainsOf } from './domains.ts'
import type { List, Sets } from './sets.ts'
import {
  answer,
  everyHost,
  exactHost,
  greeting,
  hostAlone,
  isVirtualHost,
  ownName,
} from './virtual-hosts.ts'

/** Never changed, always replaced. */
export interface Selection {
  readonly whole: ResourceSet
  readonly set: ResourceSet
  /** What the proxy asked for, `ROUTE/HOST` with the Host header as it was sent, with its answer. Envoy never forgets them. */
  readonly asked: ReadonlyMap<string, Resource>
  /** Names of virtual hosts it has or had: Envoy does not ask again for what was taken away. */
  readonly loaded: ReadonlySet<string>
  /** Clusters that it asked for by name. */
  readonly clusters: ReadonlySet<string>
}

/** A proxy that asks for more hosts than this gets everything: what it asked for cannot be taken back. */
const MAX_ASKED = 5000

export function select(set: ResourceSet, sets: Sets): Selection {
  const whole = sets.same(set)
  const nothing = { asked: new Map(), loaded: new Set<string>(), clusters: new Set<string>() }
  return choose({ whole, set: whole, ...nothing }, sets)
}

/** Another whole configuration; the identical selection for the identical one. */
export function reselect(selection: Selection, set: ResourceSet, sets: Sets): Selection {
  const whole = sets.same(set)
  return whole === selection.whole ? selection : choose({ ...selection, whole }, sets, selection)
}

/** Names in a request, divided. */
export interface Demand {
  readonly selection: Selection
  /** Asked for again. */
  readonly again: readonly string[]
  /** Names that are none of the selection's business. */
  readonly others: readonly string[]
}

/** A proxy asks for `names`; it has something under the names `held` from an earlier stream. */
export function demand(
  selection: Selection,
  request: {
    readonly type: ResourceType
    readonly names: readonly string[]
    readonly held: Iterable<string>
  },
  sets: Sets,
): Demand {
  const { vhds, cluster } = selection.whole
  const { type, names } = request
  if (type === 'virtualHost' && vhds) {
    const wanted = names.filter((name) => name !== '*')
    const others = names.filter((name) => name === '*')
    if (!vhds.onDemand) return { selection, again: [], others }
    const asked = new Map(selection.asked)
    const loaded = new Set(selection.loaded)
    const held = [...request.held]
    for (const name of held) if (isVirtualHost(name)) loaded.add(name)
    for (const name of [...wanted, ...held]) {
      if (!isVirtualHost(name) && !asked.has(name)) asked.set(name, answer(name))
    }
    const again = wanted.filter((name) => selection.asked.has(name))
    return { selection: choose({ ...selection, asked, loaded }, sets), again, others }
  }
  if (type === 'cluster' && vhds?.onDemand) {
    const wanted = names.filter((name) => name !== '*' && sets.find(cluster, name))
    const clusters = new Set([...selection.clusters, ...wanted])
    const others = names.filter((name) => !clusters.has(name))
    const again = wanted.filter((name) => sets.find(selection.set.cluster, name))
    return { selection: choose({ ...selection, clusters }, sets), again, others }
  }
  return { selection, again: [], others: names }
}

/** Lists of `before` that hold the same stay the identical ones. */
function choose(selection: Selection, sets: Sets, before?: Selection): Selection {
  const { whole, asked } = selection
  const { vhds } = whole
  if (!vhds) return { ...selection, set: whole }
  const answers = [...asked.values()]
  if (!vhds.onDemand || asked.size > MAX_ASKED) {
    const all = everyHost(vhds)
    if (!vhds.onDemand) return { ...selection, set: withHosts(whole, all, sets) }
    return { ...selection, set: sets.same({ ...whole, virtualHost: [...all, answers] }) }
  }
  const { hosts, loaded } = hostsFor(selection, vhds.routes)
  const greetings = vhds.routes.map(({ name }) => greeting(name))
  const virtualHost = kept(before?.set.virtualHost, [[...greetings, ...hosts, ...answers]])
  const needed = clustersFor(selection, hosts, sets, before?.whole)
  const cluster = kept(before?.set.cluster, needed)
  return { ...selection, loaded, set: { ...whole, virtualHost, cluster } }
}

const complete = new WeakMap<ResourceSet, ResourceSet>()

/** One for each set, as each is one for all proxies that have it. */
function withHosts(whole: ResourceSet, all: List, { list }: Sets): ResourceSet {
  const set = complete.get(whole) ?? Object.freeze({ ...whole, virtualHost: list(all) })
  complete.set(whole, set)
  return set
}

function kept(before: List | undefined, now: List): List {
  const isSame = (chunk: Chunk, at: number) => sameElements(chunk, now[at] ?? [])
  return before?.length === now.length && before.every(isSame) ? before : now
}

/** Virtual hosts that answer what was asked, and those that are there already. */
function hostsFor(
  { asked, loaded: before }: Selection,
  routes: readonly VhdsRoute[],
): { readonly hosts: readonly Resource[]; readonly loaded: ReadonlySet<string> } {
  const hosts = new Map<string, Resource>()
  const loaded = new Set(before)
  const byName = new Map(routes.map((route) => [route.name, route]))
  for (const name of asked.keys()) {
    const slash = name.indexOf('/')
    const route = byName.get(name.slice(0, slash))
    const host = hostOf(name.slice(slash + 1))
    const found = route && host && domainsOf(route.virtualHosts).find(host)
    if (!route || !host || !found) continue
    const { virtualHost, exact } = found
    const one = exact
      ? exactHost(route.name, virtualHost)
      : hostAlone(route.name, virtualHost, host)
    if (!one) continue
    hosts.set(one.name, one)
    if (exact) loaded.add(one.name)
  }
  for (const name of loaded) {
    if (hosts.has(name)) continue
    const route = byName.get(name.slice(0, name.indexOf('/')))
    const own = route && ownName(route.name, name)
    const virtualHost = own ? domainsOf(route.virtualHosts).named(own) : undefined
    const one = route && virtualHost && exactHost(route.name, virtualHost)
    if (one) hosts.set(name, one)
  }
  return { hosts: [...hosts.values()], loaded }
}

/** Without port, in lower case; undefined for what is no host. */
function hostOf(authority: string): string | undefined {
  const colon = authority.lastIndexOf(':')
  const bare =
    colon < 0 || authority.lastIndexOf(']') > colon ? authority : authority.slice(0, colon)
  return bare === '' || bare.includes('*') ? undefined : bare.toLowerCase()
}

/** Those that virtual hosts name, and all that something else may name. */
function clustersFor(
  { whole, clusters }: Selection,
  hosts: readonly Resource[],
  sets: Sets,
  before: ResourceSet | undefined,
): List {
  const always = alwaysNeeded(whole, sets, before)
  const names = new Set([...clusters, ...hosts.flatMap(clustersNamed)])
  const some = [...names].flatMap((name) => {
    const found = always.names.has(name) ? undefined : sets.find(whole.cluster, name)
    return found ?? []
  })
  return [always.chunk, some]
}

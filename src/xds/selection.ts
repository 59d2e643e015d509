// What of its whole configuration a proxy is to have: with VHDS on demand only what it asked for, and the clusters for that.
import { sameElements } from '../model/mesh.ts'
import {
  RESOURCE_TYPES,
  type ResourceSet,
  type ResourceType,
  type Vhds,
} from '../model/resource.ts'
import { alwaysNeeded } from './cluster-names.ts'
import { type Hosts, hostsFor } from './hosts.ts'
import type { List, Sets } from './sets.ts'
import { answer, everyHost, isVirtualHost } from './virtual-hosts.ts'

/** Never changed, always replaced. */
export interface Selection extends Wish {
  readonly set: ResourceSet
  /** What its clusters follow from, where they are chosen. */
  readonly basis?: readonly object[]
  readonly hosts?: Hosts
}

/** All that decides what a proxy is to have. */
interface Wish {
  readonly whole: ResourceSet
  /** What the proxy asked for, `ROUTE/HOST` with the Host header as it was sent. Envoy never forgets them. */
  readonly asked: ReadonlySet<string>
  /** Names of virtual hosts it has or had: Envoy does not ask again for what was taken away. */
  readonly loaded: ReadonlySet<string>
  /** Clusters that it asked for by name. */
  readonly clusters: ReadonlySet<string>
}

/** A proxy that asks for more hosts than this gets everything: what it asked for cannot be taken back. */
const MAX_ASKED = 5000

const NO_NAMES: ReadonlySet<string> = new Set()

export function select(set: ResourceSet, sets: Sets): Selection {
  const whole = shared(set, undefined, sets)
  return choose({ whole, asked: NO_NAMES, loaded: NO_NAMES, clusters: NO_NAMES }, sets)
}

/** Another whole configuration; the identical selection if nothing in it is another. */
export function reselect(selection: Selection, set: ResourceSet, sets: Sets): Selection {
  const whole = shared(set, selection.whole, sets)
  if (whole === selection.whole) return selection
  const { asked, loaded, clusters } = selection
  return choose({ whole, asked, loaded, clusters }, sets, selection)
}

/** With lists that are one for all proxies, whatever each had before; the identical set if nothing in it is another. */
function shared(set: ResourceSet, before: ResourceSet | undefined, sets: Sets): ResourceSet {
  if (before && isAlike(before, set)) return before
  const whole = { ...set }
  for (const type of RESOURCE_TYPES) whole[type] = sharedList(before?.[type], set[type], sets)
  if (set.vhds) {
    whole.vhds = { ...set.vhds, routes: sharedList(before?.vhds?.routes, set.vhds.routes, sets) }
  }
  return whole
}

function sharedList<T extends object>(
  before: readonly T[] | undefined,
  now: readonly T[],
  sets: Sets,
): readonly T[] {
  return before && isSame(before, now) ? before : sets.list(now)
}

function isAlike(before: ResourceSet, now: ResourceSet): boolean {
  for (const type of RESOURCE_TYPES) if (!isSame(before[type], now[type])) return false
  const { vhds } = now
  const had = before.vhds
  const sameHosts = vhds && had ? isSame(had.routes, vhds.routes) : vhds === had
  return sameHosts && vhds?.onDemand === had?.onDemand && before.heldBack === now.heldBack
}

function isSame(before: readonly object[], now: readonly object[]): boolean {
  return before === now || sameElements(before, now)
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
    const held = [...request.held]
    const hosts = [...wanted, ...held].filter((name) => !isVirtualHost(name))
    const asked = withNames(selection.asked, hosts, sets)
    const loaded = withNames(selection.loaded, held.filter(isVirtualHost), sets)
    const again = wanted.filter((name) => selection.asked.has(name))
    return { selection: wishing(selection, { asked, loaded }, sets), again, others }
  }
  if (type === 'cluster' && vhds?.onDemand) {
    const wanted = names.filter((name) => name !== '*' && sets.find(cluster, name))
    const clusters = withNames(selection.clusters, wanted, sets)
    const others = names.filter((name) => !clusters.has(name))
    const again = wanted.filter((name) => sets.find(selection.set.cluster, name))
    return { selection: wishing(selection, { clusters }, sets), again, others }
  }
  return { selection, again: [], others: names }
}

/** The identical names if no other comes. */
function withNames(
  before: ReadonlySet<string>,
  more: readonly string[],
  sets: Sets,
): ReadonlySet<string> {
  return more.every((name) => before.has(name)) ? before : sets.names(new Set([...before, ...more]))
}

/** The identical selection if nothing more is asked for. */
function wishing(selection: Selection, more: Partial<Wish>, sets: Sets): Selection {
  const { whole, asked, loaded, clusters } = selection
  const wish = { whole, asked, loaded, clusters, ...more }
  const isMore = wish.asked !== asked || wish.loaded !== loaded || wish.clusters !== clusters
  return isMore ? choose(wish, sets, selection) : selection
}

function choose(wish: Wish, sets: Sets, before?: Selection): Selection {
  const { whole, asked, loaded, clusters } = wish
  const { vhds } = whole
  if (!vhds) return { ...wish, set: whole }
  if (!vhds.onDemand) return { ...wish, set: { ...whole, virtualHost: allHosts(vhds, sets) } }
  if (asked.size > MAX_ASKED) {
    const virtualHost = sets.list([...everyHost(vhds), sets.list([...asked].map(answer))])
    return { ...wish, set: { ...whole, virtualHost } }
  }
  const hosts = hostsFor({ routes: vhds.routes, asked, loaded }, sets, before?.hosts)
  const { listener, route, extensionConfig } = whole
  const basis = [whole.cluster, listener, route, extensionConfig, clusters, hosts.clusters]
  const isSettled = before?.basis && sameElements(before.basis, basis)
  const cluster = isSettled ? before.set.cluster : clustersFor(wish, hosts.clusters, sets)
  const set = { ...whole, virtualHost: hosts.list, cluster }
  return { whole, asked, loaded: hosts.loaded, clusters, set, basis, hosts }
}

function allHosts(vhds: Vhds, sets: Sets): List {
  return sets.made('all hosts', [vhds.routes], () => sets.list(everyHost(vhds)))
}

/** Those that virtual hosts name, and all that something else may name. */
function clustersFor({ whole, clusters }: Wish, byHosts: ReadonlySet<string>, sets: Sets): List {
  const always = alwaysNeeded(whole, sets)
  return sets.made('clusters', [whole.cluster, always.chunk, clusters, byHosts], () => {
    const names = new Set([...clusters, ...byHosts])
    const some = [...names].flatMap((name) => {
      const found = always.names.has(name) ? undefined : sets.find(whole.cluster, name)
      return found ?? []
    })
    return sets.list([always.chunk, sets.list(some)])
  })
}

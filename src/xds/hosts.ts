// Which virtual hosts a proxy has on demand: the answers to what it asked for, and what it had before.
import { sameElements } from '../model/mesh.ts'
import type { Resource, VhdsRoute } from '../model/resource.ts'
import { clustersNamed } from './cluster-names.ts'
import { domainsIn, domainsOf } from './domains.ts'
import type { List, Sets } from './sets.ts'
import { answer, exactHost, greeting, hostAlone, nameIn, ownName } from './virtual-hosts.ts'

/** One object for all proxies that agree in it, however different their listeners. */
export interface Hosts {
  readonly list: List
  /** Clusters that they name. */
  readonly clusters: ReadonlySet<string>
  readonly loaded: ReadonlySet<string>
  /** What they were chosen from; `sources` are the virtual hosts that were found, `ROUTE/~NAME`. */
  readonly of: Pick<Wanted, 'routes' | 'asked'> & { readonly sources: ReadonlySet<string> }
}

export interface Wanted {
  readonly routes: readonly VhdsRoute[]
  readonly asked: ReadonlySet<string>
  readonly loaded: ReadonlySet<string>
}

/** `before`: what the proxy had. */
export function hostsFor(wanted: Wanted, sets: Sets, before?: Hosts): Hosts {
  const { routes, asked, loaded } = wanted
  return sets.made('hosts', [routes, asked, loaded], () =>
    before && isStillMeant(before, wanted, sets)
      ? { ...before, of: { ...before.of, routes } }
      : chooseHosts(wanted, sets),
  )
}

/** Most changes concern few proxies: nothing of what it had is another one by what changed in the route configurations. */
function isStillMeant({ of, loaded }: Hosts, wanted: Wanted, sets: Sets): boolean {
  if (of.asked !== wanted.asked || loaded !== wanted.loaded) return false
  const changed = changedIn(of.routes, wanted.routes, sets)
  return changed !== EVERYWHERE && !changed.some((name) => of.sources.has(name))
}

/** `ROUTE/~NAME` of virtual hosts that are others now; everywhere, if any host may lead to another one. */
function changedIn(
  before: readonly VhdsRoute[],
  now: readonly VhdsRoute[],
  sets: Sets,
): readonly string[] {
  return sets.made('changed hosts', [before, now], () => {
    if (before.length !== now.length) return EVERYWHERE
    const names: string[] = []
    for (const [at, route] of now.entries()) {
      const had = before[at]!
      if (had.name !== route.name || !changedHosts(had, route, names)) return EVERYWHERE
    }
    return names
  })
}

const EVERYWHERE: readonly string[] = Object.freeze(['*'])

/** False if their names or domains are others, too. */
function changedHosts(had: VhdsRoute, route: VhdsRoute, names: string[]): boolean {
  if (had.virtualHosts === route.virtualHosts) return true
  if (had.virtualHosts.length !== route.virtualHosts.length) return false
  for (const [at, host] of route.virtualHosts.entries()) {
    const one = had.virtualHosts[at]!
    if (one === host) continue
    if (one.name !== host.name || !sameElements(domainsIn(one), domainsIn(host))) return false
    names.push(nameIn(route.name, host.name))
  }
  return true
}

/** Virtual hosts that answer what was asked, and those that are there already. */
function chooseHosts(wanted: Wanted, sets: Sets): Hosts {
  const { routes, asked } = wanted
  const hosts = new Map<string, Resource>()
  const loaded = new Set(wanted.loaded)
  const sources = new Set<string>()
  const byName = new Map(routes.map((route) => [route.name, route]))
  for (const name of asked) {
    const slash = name.indexOf('/')
    const route = byName.get(name.slice(0, slash))
    const host = hostOf(name.slice(slash + 1))
    const found = route && host && domainsOf(route.virtualHosts).find(host)
    if (!route || !host || !found) continue
    const { virtualHost, exact } = found
    sources.add(nameIn(route.name, virtualHost.name))
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
    if (virtualHost) sources.add(name)
    const one = route && virtualHost && exactHost(route.name, virtualHost)
    if (one) hosts.set(name, one)
  }
  const chosen = [...hosts.values()]
  const greetings = routes.map(({ name }) => greeting(name))
  return {
    list: sets.list([sets.list([...greetings, ...chosen, ...[...asked].map(answer)])]),
    clusters: sets.names(new Set(chosen.flatMap(clustersNamed))),
    loaded: sets.names(loaded),
    of: { routes, asked, sources },
  }
}

/** Without port, in lower case; undefined for what is no host. */
function hostOf(authority: string): string | undefined {
  const colon = authority.lastIndexOf(':')
  const bare =
    colon < 0 || authority.lastIndexOf(']') > colon ? authority : authority.slice(0, colon)
  return bare === '' || bare.includes('*') ? undefined : bare.toLowerCase()
}

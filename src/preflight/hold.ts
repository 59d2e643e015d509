// What a proxy is to have while some of it may not be sent: each such resource stays as it was, and so do the clusters it uses.
import type {
  Chunk,
  HeldBack,
  Resource,
  ResourceSet,
  ResourceType,
  VhdsRoute,
} from '../model/resource.ts'
import { clustersNamed, endpointName } from '../xds/cluster-names.ts'
import { nameIn } from '../xds/virtual-hosts.ts'
import { isJudged } from './trial.ts'

/** `pending`: Envoy was not asked yet. `needs`: it names a cluster that is held back. */
export type Standing =
  | 'accepted'
  | 'pending'
  | { readonly refused: string }
  | { readonly needs: string }

export interface Judged {
  standingOf(resource: Resource): Standing
  /** Chunks and lists of virtual hosts all of which were found to be accepted. */
  readonly clean: WeakSet<object>
}

interface Holding extends Judged {
  /** What the same proxy was to have before. */
  readonly before: ResourceSet | undefined
  readonly heldBack: HeldBack[]
  /** Last good versions that take the place of others. */
  readonly stayed: Resource[]
  /** Clusters that are held back and have no last good version. */
  readonly missing: Map<string, Standing>
}

/** The identical set if all of it may be sent. `before` is what this gave last for the same proxy. */
export function hold(
  set: ResourceSet,
  before: ResourceSet | undefined,
  judged: Judged,
): ResourceSet {
  const { standingOf, clean } = judged
  const holding: Holding = {
    ...{ standingOf, clean, before, heldBack: [], stayed: [], missing: new Map() },
  }
  // Clusters first: what names one that cannot be there waits with it.
  const cluster = set.cluster.map((chunk) => heldChunk(holding, chunk))
  const listener = set.listener.map((chunk) => heldChunk(holding, chunk))
  const extensionConfig = set.extensionConfig.map((chunk) => heldChunk(holding, chunk))
  const route = set.route.map((chunk) => heldChunk(holding, chunk))
  const vhds = set.vhds?.routes.map((one) => heldHosts(holding, one))
  const { heldBack } = holding
  if (heldBack.length === 0) return set
  const still = stillUsed(holding, { ...set, cluster })
  return Object.freeze({
    ...set,
    cluster: still.clusters.length > 0 ? [...cluster, still.clusters] : same(set.cluster, cluster),
    endpoint: still.endpoints.length > 0 ? [...set.endpoint, still.endpoints] : set.endpoint,
    listener: same(set.listener, listener),
    extensionConfig: same(set.extensionConfig, extensionConfig),
    route: same(set.route, route),
    ...(set.vhds && vhds ? { vhds: withRoutes(set.vhds, vhds) } : {}),
    heldBack,
  })
}

function withRoutes(vhds: NonNullable<ResourceSet['vhds']>, routes: readonly VhdsRoute[]) {
  return same(vhds.routes, routes) === vhds.routes ? vhds : Object.freeze({ ...vhds, routes })
}

/** `after`, or the identical `before` if it holds the same. */
function same<T>(before: readonly T[], after: readonly T[]): readonly T[] {
  const equal = before.length === after.length && before.every((one, at) => one === after[at])
  return equal ? before : Object.freeze(after)
}

function heldChunk(holding: Holding, chunk: Chunk): Chunk {
  if (isClean(holding, chunk)) return chunk
  const after = same(
    chunk,
    chunk.flatMap((one) => heldResource(holding, one) ?? []),
  )
  if (after === chunk && holding.missing.size === 0) holding.clean.add(chunk)
  return after
}

function isClean({ clean, missing }: Holding, list: readonly Resource[]): boolean {
  return missing.size === 0 && clean.has(list)
}

/** Undefined if there is nothing in its place. */
function heldResource(holding: Holding, one: Resource): Resource | undefined {
  const { type, name } = one
  const standing = standingIn(holding, one)
  const earlier = standing === 'accepted' && !one.virtualHosts ? undefined : earlierOf(holding, one)
  if (standing !== 'accepted') {
    if (type === 'cluster' && !earlier) holding.missing.set(name, standing)
    return inPlaceOf(holding, one, { type, name, standing, earlier })
  }
  if (!one.virtualHosts || isClean(holding, one.virtualHosts)) return one
  const hosts = one.virtualHosts.flatMap((host) => {
    const standing = standingIn(holding, host)
    if (standing === 'accepted') return host
    const last = earlier?.virtualHosts?.find((other) => other.name === host.name)
    const instead = inPlaceOf(holding, host, { type, name, standing, earlier: last })
    // Within its route configuration nothing can be said of it, so it is not there.
    return instead && !instead.withheld ? instead : []
  })
  const virtualHosts = same(one.virtualHosts, hosts)
  if (virtualHosts !== one.virtualHosts) return Object.freeze({ ...one, virtualHosts })
  if (holding.missing.size === 0) holding.clean.add(one.virtualHosts)
  return one
}

/** Virtual hosts that travel alone. */
function heldHosts(holding: Holding, route: VhdsRoute): VhdsRoute {
  if (isClean(holding, route.virtualHosts)) return route
  const earlier = holding.before?.vhds?.routes.find(({ name }) => name === route.name)
  const after = route.virtualHosts.flatMap((host) => {
    const standing = standingIn(holding, host)
    if (standing === 'accepted') return host
    const last = earlier?.virtualHosts.find((other) => other.name === host.name)
    const name = nameIn(route.name, host.name)
    return inPlaceOf(holding, host, { type: 'virtualHost', name, standing, earlier: last }) ?? []
  })
  const virtualHosts = same(route.virtualHosts, after)
  if (virtualHosts !== route.virtualHosts) return Object.freeze({ ...route, virtualHosts })
  if (holding.missing.size === 0) holding.clean.add(route.virtualHosts)
  return route
}

function standingIn({ standingOf, missing }: Holding, one: Resource): Standing {
  const standing = isJudged(one) ? standingOf(one) : 'accepted'
  if (standing !== 'accepted' || missing.size === 0) return standing
  if (one.type === 'cluster' || one.virtualHosts) return standing
  for (const name of clustersNamed(one)) {
    const lacking = missing.get(name)
    if (lacking) return lacking === 'pending' ? 'pending' : { needs: name }
  }
  return 'accepted'
}

interface Place {
  /** Of the resource that proxies are sent. */
  readonly type: ResourceType
  readonly name: string
  readonly standing: Standing
  readonly earlier: Resource | undefined
}

function inPlaceOf(holding: Holding, one: Resource, place: Place): Resource | undefined {
  const { type, name, standing, earlier } = place
  holding.heldBack.push({ type, name, resource: one, ...told(standing) })
  if (earlier) {
    holding.stayed.push(earlier)
    return earlier
  }
  // What the proxy has from an earlier process is not known, so nothing is said of it. Later it is known to have nothing.
  return holding.before ? undefined : withheld(one)
}

function told(standing: Standing): Pick<HeldBack, 'reason' | 'follows'> {
  if (typeof standing === 'string') return { reason: undefined }
  if ('refused' in standing) return { reason: standing.refused }
  return { reason: `it names cluster ${standing.needs}, which is held back`, follows: true }
}

const withheldOnes = new WeakMap<Resource, Resource>()

function withheld(one: Resource): Resource {
  let made = withheldOnes.get(one)
  if (!made) {
    made = Object.freeze({ ...one, withheld: true as const })
    withheldOnes.set(one, made)
  }
  return made
}

const indexes = new WeakMap<Chunk, ReadonlyMap<string, Resource>>()

function findIn(list: readonly Chunk[] | undefined, name: string): Resource | undefined {
  for (const chunk of list ?? []) {
    let index = indexes.get(chunk)
    if (!index) {
      index = new Map(chunk.map((one) => [one.name, one]))
      indexes.set(chunk, index)
    }
    const found = index.get(name)
    if (found) return found
  }
  return undefined
}

function earlierOf({ before }: Holding, { type, name }: Resource): Resource | undefined {
  return findIn(before?.[type], name)
}

/** Clusters that only what stayed uses, with their endpoints. */
function stillUsed({ stayed, before }: Holding, set: ResourceSet) {
  const names = new Set(stayed.flatMap((one) => (one.type === 'cluster' ? [] : clustersNamed(one))))
  const clusters = [...names].flatMap((name) => {
    const gone = findIn(set.cluster, name) ? undefined : findIn(before?.cluster, name)
    return gone ?? []
  })
  const endpoints = clusters.flatMap((cluster) => {
    const name = endpointName(cluster)
    if (name === undefined || findIn(set.endpoint, name)) return []
    return findIn(before?.endpoint, name) ?? []
  })
  return { clusters: Object.freeze(clusters), endpoints: Object.freeze(endpoints) }
}

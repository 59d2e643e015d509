// Which clusters resources name. Only clusters of services are left out on demand; names are found wherever they stand, in scripts too.
import type { Chunk, Resource, ResourceSet } from '../model/resource.ts'
import type { Sets } from './sets.ts'

const OF_SERVICE = /^outbound(?:-tcp)?\|/
const NAMES = /outbound(?:-tcp)?\|\d+\|[^|"\\]*\|[^"'\\\s,;)|]+/g

const named = new WeakMap<Resource, readonly string[]>()
const others = new WeakMap<Chunk, Chunk>()

/** Clusters of services that a resource names, with those of its virtual hosts. */
export function clustersNamed(resource: Resource): readonly string[] {
  let names = named.get(resource)
  if (!names) {
    const own = JSON.stringify(resource.body).match(NAMES) ?? []
    names = [...new Set([...own, ...(resource.virtualHosts ?? []).flatMap(clustersNamed)])]
    named.set(resource, names)
  }
  return names
}

export interface AlwaysNeeded {
  readonly chunk: Chunk
  readonly names: ReadonlySet<string>
}

/** All but what only virtual hosts of VHDS name: listeners for TCP, inbound routes and extensions have no way to ask. */
export function alwaysNeeded(whole: ResourceSet, sets: Sets): AlwaysNeeded {
  const users = [whole.listener, whole.route, whole.extensionConfig]
  const used = users.map((list) => namedIn(list, sets))
  return sets.made('always needed', [whole.cluster, ...used], () => {
    const names = used.flatMap((some) => [...some])
    const found = names.flatMap((name) => sets.find(whole.cluster, name) ?? [])
    const all = [...new Set([...whole.cluster.flatMap(withoutServices), ...found])]
    const chunk = sets.list(all)
    return { chunk, names: new Set(chunk.map(({ name }) => name)) }
  })
}

/** Most changes of resources leave the clusters that they name, so that no more need be looked at. */
function namedIn(list: readonly Chunk[], sets: Sets): ReadonlySet<string> {
  return sets.made('clusters named', [list], () => {
    return sets.names(new Set(list.flat().flatMap(clustersNamed)))
  })
}

function withoutServices(chunk: Chunk): Chunk {
  let kept = others.get(chunk)
  if (!kept) {
    kept = chunk.filter(({ name }) => !OF_SERVICE.test(name))
    others.set(chunk, kept)
  }
  return kept
}

/** Name under which a cluster asks for its endpoints, if it does. */
export function endpointName(cluster: Resource): string | undefined {
  const body = cluster.body as {
    type?: string
    eds_cluster_config?: { service_name?: string }
  }
  if (body.type !== 'EDS') return undefined
  return body.eds_cluster_config?.service_name || cluster.name
}

// Which clusters resources name. Only clusters of services are left out on demand; names are found wherever they stand, in scripts too.
import type { Chunk, Resource, ResourceSet } from '../model/resource.ts'
import type { Sets } from './sets.ts'

const OF_SERVICE = /^outbound(?:-tcp)?\|/
const NAMES = /outbound(?:-tcp)?\|\d+\|[^|"\\]*\|[^"'\\\s,;)|]+/g

const named = new WeakMap<Resource, readonly string[]>()
const others = new WeakMap<Chunk, Chunk>()
const needed = new WeakMap<ResourceSet, AlwaysNeeded>()

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

const CONCERNED = ['cluster', 'listener', 'route', 'extensionConfig'] as const

/** All but what only virtual hosts of VHDS name: listeners for TCP, inbound routes and extensions have no way to ask. */
export function alwaysNeeded(whole: ResourceSet, sets: Sets): AlwaysNeeded {
  let found = needed.get(whole)
  if (!found) {
    const lists = CONCERNED.map((type) => whole[type])
    found = sets.made('always needed', lists, () => {
      const users = [...whole.listener, ...whole.route, ...whole.extensionConfig].flat()
      const used = [...new Set(users.flatMap(clustersNamed))].flatMap(
        (name) => sets.find(whole.cluster, name) ?? [],
      )
      const all = [...new Set([...whole.cluster.flatMap(withoutServices), ...used])]
      const chunk = sets.made('chunk', all, () => all)
      return { chunk, names: new Set(chunk.map(({ name }) => name)) }
    })
    needed.set(whole, found)
  }
  return found
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

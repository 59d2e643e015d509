// Route configurations whose virtual hosts travel alone, put together again for those who ask where a request goes.
import type { Resource, ResourceSet } from './resource.ts'

/** The set as a proxy that knows no VHDS would have it, apart from names. */
export function withVirtualHosts(set: ResourceSet): ResourceSet {
  const { vhds } = set
  if (!vhds) return set
  const apart = new Map(vhds.routes.map(({ name, virtualHosts }) => [name, virtualHosts]))
  const joined = (route: Resource): Resource => {
    const virtualHosts = apart.get(route.name)
    return virtualHosts ? { ...route, virtualHosts } : route
  }
  return { ...set, route: set.route.map((chunk) => chunk.map(joined)) }
}

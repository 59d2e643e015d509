// AUTO_PASSTHROUGH: the clusters that a gateway reaches services of the mesh by without opening their mutual TLS.
import type { Filter } from '../../../proto/envoy.d.ts'
import { seconds } from '../../model/duration.ts'
import { memo } from '../../model/memo.ts'
import { ORIGIN } from '../../model/origin.ts'
import type { Resource } from '../../model/resource.ts'
import type { Service } from '../../model/service.ts'
import type { View } from '../../model/view.ts'
import { destinationRuleFor } from '../kinds/destination-rule.ts'
import { type GatewayServer, gatewayServers } from '../kinds/gateway.ts'
import { tcpProxy } from '../listener/filters.ts'
import { meshConfig } from '../mesh-config.ts'
import { BLACK_HOLE_CLUSTER, outboundCluster, serverName } from '../names.ts'
import { ALL_HOSTS, importedServices, imports } from '../scope.ts'
import { type ClusterFields, FROM_ADS, resource, typed } from '../typed.ts'

/** Services that servers of this mode let in. */
export const passedServices = memo((view: View, _: ''): readonly Service[] => {
  const servers = gatewayServers(view, '').filter(
    ({ server }) => server.tls?.mode === 'AUTO_PASSTHROUGH',
  )
  if (servers.length === 0) return []
  return Object.freeze(
    importedServices(view, ALL_HOSTS).filter((service) =>
      servers.some((server) => letsIn(server, service)),
    ),
  )
})

/** Only services whose addresses Lotse knows: others have no mutual TLS to pass through. */
function letsIn({ server, namespace }: GatewayServer, service: Service): boolean {
  if (service.resolution !== 'EDS' || service.external) return false
  const patterns = server.hosts.map((entry) => {
    const slash = entry.indexOf('/')
    const allowed = slash < 0 ? '*' : entry.slice(0, slash)
    return {
      namespace: allowed === '.' ? namespace : allowed,
      host: entry.slice(slash + 1).toLowerCase(),
    }
  })
  return imports(patterns, service.namespace, service.hostname)
}

interface Way {
  readonly name: string
  /** Name of the endpoints. */
  readonly assignment: string
}

const waysTo = memo((view: View, service: Service): readonly Way[] => {
  const subsets = destinationRuleFor(view, service)?.subsets ?? []
  const names = ['', ...subsets.map(({ value }) => value.name)]
  return service.ports.flatMap(({ number }) =>
    names.map((subset) => ({
      name: serverName(service, number, subset),
      assignment: outboundCluster(service.hostname, number, subset),
    })),
  )
})

/** Each is listed: an open pattern would let a caller name any cluster of the proxy. */
export function meshServerNames(view: View, server: GatewayServer): string[] {
  return passedServices(view, '')
    .filter((service) => letsIn(server, service))
    .flatMap((service) => waysTo(view, service).map(({ name }) => name))
    .sort()
}

/** The server name is the name of the cluster. */
export function toNamedCluster(view: View): Filter[] {
  return [
    {
      name: 'envoy.filters.network.sni_cluster',
      typed_config: typed('envoy.extensions.filters.network.sni_cluster.v3.SniCluster', {}),
    },
    tcpProxy(view, BLACK_HOLE_CLUSTER, BLACK_HOLE_CLUSTER),
  ]
}

/** They share the endpoints of the service's ordinary clusters. */
export const namedClusters = memo((view: View, _: ''): readonly Resource[] =>
  Object.freeze(passedServices(view, '').flatMap((service) => clustersOf(view, service))),
)

const clustersOf = memo((view: View, service: Service): readonly Resource[] => {
  const { connectTimeout } = meshConfig(view)
  return waysTo(view, service).map(({ name, assignment }) => {
    const body: ClusterFields = {
      [ORIGIN]: service.document.at(['metadata', 'name']),
      name,
      type: 'EDS',
      eds_cluster_config: { eds_config: FROM_ADS, service_name: assignment },
      connect_timeout: seconds(connectTimeout),
      lb_policy: 'LEAST_REQUEST',
    }
    return resource('cluster', name, body)
  })
})

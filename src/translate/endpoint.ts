// Load assignments (EDS): the endpoints of each cluster of a service, by locality.
import type { ClusterLoadAssignment, LbEndpoint, LocalityLbEndpoints } from '../../proto/envoy.d.ts'
import { type Endpoint, endpointPort, endpointsOf, hasProxy } from '../model/endpoint.ts'
import { memo } from '../model/memo.ts'
import { ORIGIN } from '../model/origin.ts'
import type { Resource } from '../model/resource.ts'
import type { Service, ServicePort } from '../model/service.ts'
import type { View } from '../model/view.ts'
import { MUTUAL_TLS_MATCH } from './cluster/tls.ts'
import { destinationRuleFor } from './kinds/destination-rule.ts'
import { mutualTlsMode } from './kinds/peer-authentication.ts'
import { outboundCluster, outboundTcpCluster } from './names.ts'
import { resource } from './typed.ts'

export const loadAssignments = memo((view: View, service: Service): readonly Resource[] => {
  if (service.resolution !== 'EDS') return []
  const subsets = destinationRuleFor(view, service)?.subsets ?? []
  return Object.freeze(
    service.ports.flatMap((port) => [
      assignment(view, service, port, undefined),
      ...subsets.map(({ value }) => assignment(view, service, port, value)),
      ...(port.protocol === 'auto' ? [tcpAssignment(view, service, port)] : []),
    ]),
  )
})

interface Selected {
  readonly name: string
  readonly labels?: Readonly<Record<string, string>>
}

function assignment(
  view: View,
  service: Service,
  port: ServicePort,
  subset: Selected | undefined,
): Resource {
  const name = outboundCluster(service.hostname, port.number, subset?.name)
  const wanted = Object.entries(subset?.labels ?? {})
  const byLocality = new Map<string, LbEndpoint[]>()
  for (const endpoint of endpointsOf(view, service)) {
    if (!wanted.every(([label, value]) => endpoint.labels[label] === value)) continue
    const lbEndpoint = lbEndpointOf(view, endpoint, port)
    if (!lbEndpoint) continue
    const list = byLocality.get(endpoint.locality)
    if (list) list.push(lbEndpoint)
    else byLocality.set(endpoint.locality, [lbEndpoint])
  }
  const body: ClusterLoadAssignment = {
    [ORIGIN]: service.document.at(['metadata', 'name']),
    cluster_name: name,
    endpoints: [...byLocality].sort(([a], [b]) => (a < b ? -1 : 1)).map(localityEndpoints),
  }
  return resource('endpoint', name, body)
}

function tcpAssignment(view: View, service: Service, port: ServicePort): Resource {
  const { body } = assignment(view, service, port, undefined)
  const name = outboundTcpCluster(service.hostname, port.number)
  return resource('endpoint', name, { ...body, cluster_name: name } as ClusterLoadAssignment)
}

function localityEndpoints([locality, lb_endpoints]: [string, LbEndpoint[]]): LocalityLbEndpoints {
  const [region, zone, sub_zone] = locality.split('/')
  return {
    ...(locality
      ? {
          locality: {
            ...(region ? { region } : {}),
            ...(zone ? { zone } : {}),
            ...(sub_zone ? { sub_zone } : {}),
          },
        }
      : {}),
    load_balancing_weight: lb_endpoints.reduce(
      (sum, endpoint) => sum + (endpoint.load_balancing_weight ?? 1),
      0,
    ),
    lb_endpoints,
  }
}

function lbEndpointOf(view: View, endpoint: Endpoint, port: ServicePort): LbEndpoint | undefined {
  const number = endpointPort(endpoint, port)
  if (number === undefined) return undefined
  const path = endpoint.address.startsWith('unix://') ? endpoint.address.slice(7) : undefined
  const mutual = hasProxy(view, endpoint) && mutualTlsMode(view, endpoint, number) !== 'DISABLE'
  return {
    [ORIGIN]: endpoint.document.at(endpoint.path),
    endpoint: {
      address: path
        ? { pipe: { path } }
        : { socket_address: { address: endpoint.address, port_value: number } },
    },
    ...(endpoint.healthy ? {} : { health_status: 'UNHEALTHY' as const }),
    load_balancing_weight: endpoint.weight,
    ...(mutual
      ? { metadata: { filter_metadata: { 'envoy.transport_socket_match': MUTUAL_TLS_MATCH } } }
      : {}),
  }
}

// Load assignments (EDS): the endpoints of each cluster of a service, by locality.
import type { ClusterLoadAssignment, LbEndpoint, LocalityLbEndpoints } from '../../proto/envoy.d.ts'
import {
  type Endpoint,
  endpointPort,
  endpointsOf,
  hasProxy,
  isDraining,
  isPlace,
} from '../model/endpoint.ts'
import { memo } from '../model/memo.ts'
import { ORIGIN } from '../model/origin.ts'
import type { Resource } from '../model/resource.ts'
import type { Service, ServicePort } from '../model/service.ts'
import type { View } from '../model/view.ts'
import { MUTUAL_TLS_MATCH } from './cluster/tls.ts'
import { type MergedRule, policyFor, type Seen } from './kinds/destination-rule.ts'
import { mutualTlsMode } from './kinds/peer-authentication.ts'
import { localityBalance, localityEndpoints, type Placed } from './locality.ts'
import { outboundCluster, outboundTcpCluster } from './names.ts'
import { isCaptured } from './scope.ts'
import { resource } from './typed.ts'

export const loadAssignments = memo((view: View, { service, rule }: Seen): readonly Resource[] => {
  if (!byAssignment(view, service)) return []
  return Object.freeze(
    service.ports.flatMap((port) => [
      assignment(view, { service, port, rule }),
      ...(rule?.subsets ?? []).map((subset) => assignment(view, { service, port, rule, subset })),
      ...(port.protocol === 'auto' ? [tcpAssignment(view, { service, port, rule })] : []),
    ]),
  )
})

/**
 * Calls go where they were going anyway: to names nobody looks up, and to the pod a caller chose of a headless service. That
 * needs a captured connection; a gateway has none, and such a service has no endpoints there (Istio).
 */
export function toOrigin(view: View, { resolution, headless }: Service): boolean {
  if (view.facet('type') === 'gateway') return false
  return resolution === 'NONE' || (headless && isCaptured(view))
}

export function byAssignment(view: View, service: Service): boolean {
  const { resolution } = service
  return (resolution === 'EDS' || resolution === 'NONE') && !toOrigin(view, service)
}

/** One cluster of a service. */
export interface Target {
  readonly service: Service
  readonly port: ServicePort
  readonly rule: MergedRule | undefined
  readonly subset?: MergedRule['subsets'][number]
}

function assignment(view: View, target: Target): Resource {
  const { service, port, subset } = target
  const name = outboundCluster(service.hostname, port.number, subset?.value.name)
  return resource('endpoint', name, {
    [ORIGIN]: service.document.at(['metadata', 'name']),
    cluster_name: name,
    endpoints: groupedEndpoints(view, target),
  } satisfies ClusterLoadAssignment)
}

/** Endpoints that carry the labels of the subset, in their localities, as the policy of the cluster orders those. */
export function groupedEndpoints(view: View, target: Target): readonly LocalityLbEndpoints[] {
  const { service, port, rule, subset } = target
  if (service.resolution === 'NONE') return []
  const wanted = Object.entries(subset?.value.labels ?? {})
  const matching = endpointsOf(view, service).filter(({ labels }) =>
    wanted.every(([name, value]) => labels[name] === value),
  )
  const placed = staying(view, service, matching)
    .filter((endpoint) => !byAssignment(view, service) || isPlace(endpoint))
    .flatMap((endpoint): Placed[] => {
      const lbEndpoint = lbEndpointOf(view, endpoint, port)
      return lbEndpoint ? [{ endpoint, lbEndpoint }] : []
    })
  const policy = policyFor(view, rule, port.number, subset)
  return localityEndpoints(view, placed, localityBalance(view, service, policy))
}

/** Those about to stop are left out while others of the same subset are there. */
function staying(
  view: View,
  service: Service,
  endpoints: readonly Endpoint[],
): readonly Endpoint[] {
  if (!byAssignment(view, service)) return endpoints
  const rest = endpoints.filter((endpoint) => !isDraining(view, endpoint))
  return rest.some(({ healthy }) => healthy) ? rest : endpoints
}

function tcpAssignment(view: View, target: Target): Resource {
  const { body } = assignment(view, target)
  const name = outboundTcpCluster(target.service.hostname, target.port.number)
  return resource('endpoint', name, { ...body, cluster_name: name } as ClusterLoadAssignment)
}

function lbEndpointOf(view: View, endpoint: Endpoint, port: ServicePort): LbEndpoint | undefined {
  const number = endpointPort(endpoint, port)
  if (number === undefined) return undefined
  const path = endpoint.address.startsWith('unix://') ? endpoint.address.slice(7) : undefined
  const mutual = takesMutualTls(view, endpoint, number)
  return {
    [ORIGIN]: endpoint.document.at(endpoint.path),
    endpoint: {
      address: path
        ? { pipe: { path } }
        : { socket_address: { address: endpoint.address, port_value: number } },
    },
    ...(endpoint.healthy ? {} : { health_status: 'UNHEALTHY' as const }),
    load_balancing_weight: endpoint.weight,
    ...endpointMetadata(
      endpoint,
      mutual ? { 'envoy.transport_socket_match': MUTUAL_TLS_MATCH } : {},
    ),
  }
}

function takesMutualTls(view: View, endpoint: Endpoint, port: number): boolean {
  return hasProxy(view, endpoint) && mutualTlsMode(view, endpoint, port) !== 'DISABLE'
}

/** Where Envoy does not know which endpoint it calls, mutual TLS is for all of them or for none (Istio). */
export function allTakeMutualTls(view: View, service: Service, port: ServicePort): boolean {
  const endpoints = endpointsOf(view, service)
  const takes = (endpoint: Endpoint) =>
    takesMutualTls(view, endpoint, endpointPort(endpoint, port) ?? port.number)
  return endpoints.length > 0 && endpoints.every(takes)
}

/** Names the workload as Istio does, but without `;APP;VERSION`, so that a caller can tell whom it called in every report. */
export function endpointMetadata(
  { workload, namespace }: Endpoint,
  more: Readonly<Record<string, { readonly [field: string]: string }>> = {},
): Pick<LbEndpoint, 'metadata'> {
  const istio = { workload: `${workload};${namespace}` }
  const filter_metadata = { ...(workload ? { istio } : {}), ...more }
  return Object.keys(filter_metadata).length > 0 ? { metadata: { filter_metadata } } : {}
}

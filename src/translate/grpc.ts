// Resources for gRPC clients that take them without an Envoy: a listener named as the target, and what gRPC understands of the rest.
import type {
  Cluster,
  ClusterLoadAssignment,
  Listener,
  Route,
  RouteAction,
  RouteConfiguration,
  VirtualHost,
} from '../../proto/envoy.d.ts'
import { memo } from '../model/memo.ts'
import { ORIGIN } from '../model/origin.ts'
import { NO_RESOURCES, type Resource, type ResourceSet } from '../model/resource.ts'
import type { Service } from '../model/service.ts'
import type { View } from '../model/view.ts'
import { outboundClusters } from './cluster/outbound.ts'
import { loadAssignments } from './endpoint.ts'
import { HTTP_FILTERS } from './filters.ts'
import { seen } from './kinds/destination-rule.ts'
import { kept } from './lists.ts'
import { BLACK_HOLE_CLUSTER, outboundCluster } from './names.ts'
import { reachableIn, reachableNamespaces } from './reachable.ts'
import { virtualHosts } from './route/virtual-host.ts'
import { type ClusterFields, FROM_ADS, resource, typed } from './typed.ts'

/** The client asks for what it needs by name, first the listener `host:port` of its target. No secrets: it speaks plain text. */
export const grpcResources = memo(
  (view: View, _: ''): ResourceSet => {
    const services = reachableNamespaces(view, '').flatMap((namespace) =>
      reachableIn(view, namespace),
    )
    const parts = services.map((service) => grpcService(view, service))
    const taken = new Set<string>()
    return {
      ...NO_RESOURCES,
      cluster: [NOWHERE.clusters, ...parts.map(({ clusters }) => clusters)],
      endpoint: [NOWHERE.endpoints, ...parts.map(({ endpoints }) => endpoints)],
      listener: parts.map(({ listeners }) => withoutTaken(listeners, taken)),
      route: parts.map(({ routes }) => routes),
    }
  },
  { kept },
)

/** Two services may have a name or address in common: the first keeps it. */
function withoutTaken(listeners: readonly Resource[], taken: Set<string>): readonly Resource[] {
  const free = listeners.filter(({ name }) => !taken.has(name))
  for (const { name } of free) taken.add(name)
  return free.length === listeners.length ? listeners : free
}

/** A cluster without endpoints. */
const NOWHERE = {
  clusters: Object.freeze([
    resource('cluster', BLACK_HOLE_CLUSTER, {
      name: BLACK_HOLE_CLUSTER,
      type: 'EDS',
      eds_cluster_config: { eds_config: FROM_ADS },
      lb_policy: 'ROUND_ROBIN',
    } satisfies Cluster),
  ]),
  endpoints: Object.freeze([
    resource('endpoint', BLACK_HOLE_CLUSTER, {
      cluster_name: BLACK_HOLE_CLUSTER,
    } satisfies ClusterLoadAssignment),
  ]),
}

interface GrpcService {
  readonly listeners: readonly Resource[]
  readonly routes: readonly Resource[]
  readonly clusters: readonly Resource[]
  readonly endpoints: readonly Resource[]
}

const grpcService = memo((view: View, service: Service): GrpcService => {
  const hosts = [...virtualHosts(view, service)]
  return Object.freeze({
    listeners: hosts.flatMap(([port, host]) => apiListeners(service, port, host)),
    routes: hosts.map(([port, host]) => routeConfiguration(service, port, host)),
    clusters: outboundClusters(view, seen(view, service)).flatMap(cluster),
    endpoints: loadAssignments(view, seen(view, service)).map(assignment),
  })
})

/** One for each name by which the client may call the service: `echo:7070`, `echo.shop:7070`, … */
function apiListeners(service: Service, port: number, host: Resource): Resource[] {
  const { domains = [] } = host.body as VirtualHost
  const api_listener = typed(
    'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    {
      stat_prefix: outboundCluster(service.hostname, port),
      rds: { route_config_name: outboundCluster(service.hostname, port), config_source: FROM_ADS },
      http_filters: [
        {
          name: HTTP_FILTERS.fault,
          typed_config: typed('envoy.extensions.filters.http.fault.v3.HTTPFault', {}),
        },
        {
          name: HTTP_FILTERS.router,
          typed_config: typed('envoy.extensions.filters.http.router.v3.Router', {}),
        },
      ],
    },
  )
  return domains.map((domain) => {
    const name = `${domain}:${port}`
    const body: Listener = {
      [ORIGIN]: service.document.at(['metadata', 'name']),
      name,
      api_listener: { api_listener },
    }
    return resource('listener', name, body)
  })
}

/** gRPC compares domains with the whole target, so the port is part of them. */
function routeConfiguration(service: Service, port: number, host: Resource): Resource {
  const body = host.body as VirtualHost
  const domains = (body.domains ?? []).flatMap((domain) => [`${domain}:${port}`, domain])
  const routes = (body.routes ?? []).flatMap(grpcRoute)
  const name = outboundCluster(service.hostname, port)
  const made: RouteConfiguration = { name, virtual_hosts: [{ ...body, domains, routes }] }
  return resource('route', name, made)
}

/**
 * A gRPC request has neither query parameters nor checked claims, so a route that asks for them never matches; gRPC itself
 * would ignore the condition. Redirects and direct responses are no actions of gRPC: such a call finds no endpoint and fails.
 */
function grpcRoute(route: Route): Route[] {
  const { match, typed_per_filter_config: filters, ...rest } = route
  if (match?.query_parameters || match?.dynamic_metadata) return []
  const fault = filters?.[HTTP_FILTERS.fault]
  const common = {
    ...(rest[ORIGIN] ? { [ORIGIN]: rest[ORIGIN] } : {}),
    ...(rest.name ? { name: rest.name } : {}),
    ...(match ? { match } : {}),
    ...(rest.metadata ? { metadata: rest.metadata } : {}),
    ...(fault ? { typed_per_filter_config: { [HTTP_FILTERS.fault]: fault } } : {}),
  }
  const action = rest.route ? grpcAction(rest.route) : { cluster: BLACK_HOLE_CLUSTER }
  return [{ ...common, route: action }]
}

/** gRPC has no `timeout` but the longest duration of a stream. */
function grpcAction(action: RouteAction): RouteAction {
  const { timeout, max_grpc_timeout: longest } = action
  if (!longest || !timeout) return action
  const limit = { max_stream_duration: timeout, grpc_timeout_header_max: longest }
  return { ...action, max_stream_duration: limit }
}

/** gRPC knows endpoints by EDS, or one name by DNS, and balances round-robin or by ring; the rest it would refuse. */
function cluster(original: Resource): Resource[] {
  const from = original.body as ClusterFields & { type?: Cluster['type'] }
  const ring = from.lb_policy === 'RING_HASH'
  const found = discovery(from)
  if (!found) return []
  const body: ClusterFields = {
    ...(from[ORIGIN] ? { [ORIGIN]: from[ORIGIN] } : {}),
    name: original.name,
    ...found,
    lb_policy: ring ? 'RING_HASH' : 'ROUND_ROBIN',
    ...(ring && from.ring_hash_lb_config ? { ring_hash_lb_config: from.ring_hash_lb_config } : {}),
    ...(from.connect_timeout ? { connect_timeout: from.connect_timeout } : {}),
    ...(from.circuit_breakers ? { circuit_breakers: from.circuit_breakers } : {}),
    ...(from.outlier_detection ? { outlier_detection: from.outlier_detection } : {}),
    ...(from.metadata ? { metadata: from.metadata } : {}),
  }
  return [resource('cluster', original.name, body)]
}

function discovery(from: ClusterFields): ClusterFields | undefined {
  if (from.eds_cluster_config) return { type: 'EDS', eds_cluster_config: from.eds_cluster_config }
  const { load_assignment } = from
  const count = load_assignment?.endpoints?.flatMap(({ lb_endpoints = [] }) => lb_endpoints).length
  return count === 1 ? { type: 'LOGICAL_DNS', load_assignment: load_assignment! } : undefined
}

/** Every group of endpoints names a locality, be it an empty one. */
function assignment(original: Resource): Resource {
  const body = original.body as ClusterLoadAssignment
  const endpoints = (body.endpoints ?? []).map((group) => ({ locality: {}, ...group }))
  return resource('endpoint', original.name, { ...body, endpoints })
}

// The TCP proxy filter: to one cluster, or to several by weight, with what DestinationRules say of connections.
import type { Filter, TcpProxy } from '../../../proto/envoy.d.ts'
import { isSome, seconds } from '../../model/duration.ts'
import type { TrafficPolicy } from '../../model/schema/destination-rule.ts'
import type { Destination, RouteDestination } from '../../model/schema/virtual-service.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import type { View } from '../../model/view.ts'
import { clusterOf, hashPolicyOf, type Target, targetOf } from '../destination.ts'
import { destinationRuleFor, policyFor } from '../kinds/destination-rule.ts'
import type { HostRule } from '../kinds/virtual-service.ts'
import { tcpLogs } from '../listener/tcp-log.ts'
import { outboundTcpCluster } from '../names.ts'
import { typed } from '../typed.ts'

/** To where a rule's `route` leads, by weight for each connection. */
export function proxyOfRoute(
  view: View,
  { document }: HostRule,
  route: readonly RouteDestination[],
  listenerPort: number,
): Filter {
  const { namespace } = document.metadata
  const ways = route.map(({ destination, weight = 0 }) => {
    const target = targetOf(view, destination, namespace, listenerPort)
    return { target, destination, weight, cluster: tcpCluster(target, destination) }
  })
  const weighted = ways.length > 1 ? ways.filter(({ weight }) => weight > 0) : ways
  const [first = ways[0]!] = weighted
  const clusters = weighted.map(({ cluster, weight }) => ({ name: cluster, weight }))
  return filter(view, {
    stat_prefix: first.cluster,
    ...connectionFields(view, first.target, first.destination.subset),
    ...(clusters.length > 1 ? { weighted_clusters: { clusters } } : { cluster: first.cluster }),
  })
}

/** To a service's own endpoints. */
export function proxyOfService(view: View, service: Service, { number }: ServicePort): Filter {
  const target: Target = { service, hostname: service.hostname, port: number }
  const cluster = tcpCluster(target, { host: service.hostname })
  return filter(view, {
    stat_prefix: cluster,
    ...connectionFields(view, target, undefined),
    cluster,
  })
}

/** A sniffed port has a cluster of its own for what is not HTTP; its subsets have none. */
function tcpCluster(target: Target, destination: Destination): string {
  const port = target.service?.ports.find(({ number }) => number === target.port)
  return port?.protocol === 'auto' && !destination.subset
    ? outboundTcpCluster(target.hostname, target.port)
    : clusterOf(target, destination)
}

type ConnectionFields = Pick<
  TcpProxy,
  'idle_timeout' | 'max_downstream_connection_duration' | 'hash_policy' | 'tunneling_config'
>

type Tunnel = NonNullable<TrafficPolicy['tunnel']>

/** With several destinations the first one's rule decides, since it is said before one is chosen. */
function connectionFields(
  view: View,
  target: Target,
  subsetName: string | undefined,
): ConnectionFields {
  if (!target.service) return {}
  const rule = destinationRuleFor(view, target.service)
  const subset = rule?.subsets.find(({ value }) => value.name === subsetName)
  const { connectionPool, tunnel } = policyFor(view, rule, target.port, subset)
  const { idleTimeout, maxConnectionDuration } = connectionPool?.tcp ?? {}
  const hashed = hashPolicyOf(view, target, subsetName).some(
    (policy) => policy.connection_properties?.source_ip === true,
  )
  return {
    ...(idleTimeout === undefined ? {} : { idle_timeout: seconds(idleTimeout) }),
    ...(isSome(maxConnectionDuration)
      ? { max_downstream_connection_duration: seconds(maxConnectionDuration) }
      : {}),
    ...(hashed ? { hash_policy: [{ source_ip: {} }] } : {}),
    ...(tunnel ? { tunneling_config: through(tunnel) } : {}),
  }
}

/** The endpoints are forward proxies, asked to connect to the target (CONNECT, or POST where they want that). */
function through({ protocol, targetHost, targetPort }: Tunnel): TcpProxy['tunneling_config'] {
  const hostname = targetHost.includes(':') ? `[${targetHost}]` : targetHost
  return {
    hostname: `${hostname}:${targetPort}`,
    ...(protocol === 'POST' ? { use_post: true } : {}),
  }
}

function filter(view: View, config: TcpProxy): Filter {
  return {
    name: 'envoy.filters.network.tcp_proxy',
    typed_config: typed('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', {
      ...config,
      ...tcpLogs(view, 'client'),
    } as TcpProxy),
  }
}

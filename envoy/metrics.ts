// What the mesh wants of a proxy's statistics beside what Lotse takes itself: tags in their names, and a service that takes all of them.
import type { Bootstrap, Cluster, TransportSocket, Typed } from '../proto/envoy.d.ts'
import type { ProxySettings } from '../src/model/proxy-settings.ts'
import { type ControlPlaneTls, meshTls } from './mesh-tls.ts'

type Stats = Partial<Pick<Bootstrap, 'stats_sinks' | 'stats_config'>>

export const METRICS_CLUSTER = 'metrics-service'
const TYPE = 'type.googleapis.com/' as const

export function withSettings<T extends Stats>(
  stats: T,
  settings: ProxySettings = {},
  tls?: ControlPlaneTls,
): T {
  const { statTags = [] } = settings
  return {
    ...stats,
    ...(statTags.length > 0
      ? { stats_config: { ...stats.stats_config, stats_tags: statTags.map(tag) } }
      : {}),
    ...(metricsClusters(settings, tls).length > 0
      ? { stats_sinks: [...(stats.stats_sinks ?? []), sink()] }
      : {}),
  }
}

/** As Istio's extensions write them into a name: `NAME.=.VALUE;.` */
function tag(name: string) {
  const quoted = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return { tag_name: name, regex: `(${quoted}\\.=\\.(.*?);\\.)` }
}

function sink() {
  return {
    name: 'envoy.stat_sinks.metrics_service',
    typed_config: {
      '@type': `${TYPE}envoy.config.metrics.v3.MetricsServiceConfig`,
      grpc_service: { envoy_grpc: { cluster_name: METRICS_CLUSTER } },
      transport_api_version: 'V3',
    } satisfies Typed<'envoy.config.metrics.v3.MetricsServiceConfig'>,
  }
}

/** None if there is no such service, its address has no port, or it wants the mesh's mutual TLS of a proxy without a certificate. */
export function metricsClusters(settings: ProxySettings = {}, tls?: ControlPlaneTls): Cluster[] {
  const { metricsService = '', metricsKeepalive, metricsTls } = settings
  const [, host, port] = /^\[?(.+?)\]?:(\d+)$/.exec(metricsService) ?? []
  if (!host || (metricsTls?.mutual && !tls)) return []
  const isAddress = /^[0-9.]+$/.test(host) || host.includes(':')
  const address = { socket_address: { address: host, port_value: Number(port) } }
  return [
    {
      name: METRICS_CLUSTER,
      type: isAddress ? 'STATIC' : 'STRICT_DNS',
      connect_timeout: '5s',
      load_assignment: {
        cluster_name: METRICS_CLUSTER,
        endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }],
      },
      typed_extension_protocol_options: {
        'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
          '@type': `${TYPE}envoy.extensions.upstreams.http.v3.HttpProtocolOptions`,
          explicit_http_config: { http2_protocol_options: {} },
        } satisfies Typed<'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'>,
      },
      ...(metricsKeepalive && {
        upstream_connection_options: { tcp_keepalive: metricsKeepalive },
      }),
      ...(metricsTls && { transport_socket: socketOf(metricsTls, tls) }),
    },
  ]
}

function socketOf(
  { socket, mutual }: NonNullable<ProxySettings['metricsTls']>,
  tls: ControlPlaneTls | undefined,
): TransportSocket {
  if (!mutual || !tls) return socket as TransportSocket
  const { sni, subjectAltNames = [] } = mutual
  const anyone = { prefix: `spiffe://${tls.trustDomain}/` }
  const names = subjectAltNames.map((exact) => ({ exact }))
  return meshTls(tls, { sni, names: names.length > 0 ? names : [anyone] })
}

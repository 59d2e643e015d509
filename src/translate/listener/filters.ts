// The filters of listeners: listener filters, the HTTP connection manager, the TCP proxy.
import type {
  Filter,
  HttpConnectionManager,
  HttpFilter,
  Listener,
  ListenerFilter,
} from '../../../proto/envoy.d.ts'
import { seconds } from '../../model/duration.ts'
import type { View } from '../../model/view.ts'
import { DYNAMIC_DNS_FILTERS, looksUpHosts } from '../cluster/dynamic-dns.ts'
import { httpLimits } from '../connection-settings.ts'
import { extAuthzHttpFilters } from '../ext-authz.ts'
import { HTTP_FILTERS } from '../filters.ts'
import { rbacHttpFilters } from '../kinds/authorization-policy.ts'
import { extensionFilters } from '../kinds/extension.ts'
import { jwtHttpFilter } from '../kinds/request-authentication.ts'
import { addedTags, type Mode } from '../kinds/telemetry.ts'
import { meshConfig, type PathNormalization } from '../mesh-config.ts'
import { FROM_ADS, typed } from '../typed.ts'
import { accessLogs } from './access-log.ts'
import { type Place, proxyHeaders, routerOptions } from './proxy-headers.ts'
import { GRPC_STATS, httpSignals, type Side, sideOf } from './signals.ts'
import { tapLog } from './tap.ts'
import { tcpLogs } from './tcp-log.ts'
import { toldAt } from './told.ts'
import { tracingFields } from './tracing.ts'

export const TLS_INSPECTOR: ListenerFilter = {
  name: 'envoy.filters.listener.tls_inspector',
  typed_config: typed('envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector', {}),
}

export const HTTP_INSPECTOR: ListenerFilter = {
  name: 'envoy.filters.listener.http_inspector',
  typed_config: typed('envoy.extensions.filters.listener.http_inspector.v3.HttpInspector', {}),
}

export const ORIGINAL_DST: ListenerFilter = {
  name: 'envoy.filters.listener.original_dst',
  typed_config: typed('envoy.extensions.filters.listener.original_dst.v3.OriginalDst', {}),
}

/** How long to look for what a connection carries, before it is taken for neither TLS nor HTTP. */
export function detectionTimeout(
  view: View,
): Pick<Listener, 'listener_filters_timeout' | 'continue_on_listener_filters_timeout'> {
  const timeout = meshConfig(view).protocolDetectionTimeout
  return Number.parseFloat(timeout) === 0
    ? { listener_filters_timeout: '0s' }
    : { listener_filters_timeout: seconds(timeout), continue_on_listener_filters_timeout: true }
}

/**
 * For the last bytes of an answer after which the connection closes. Envoy's own second counts from when they are given to
 * the connection, not from when it may write them: a worker that lags so long threw them away, and the caller saw a hang-up.
 * Longer is no good either: what a caller sends on a connection that waits to be closed is lost.
 */
const DELAYED_CLOSE_TIMEOUT = '3s'

export interface HttpOptions {
  readonly place: Place
  readonly statPrefix: string
  /** Name of the route configuration, which comes over RDS. */
  readonly routeName: string
  /** That requests are sent to, as services and servers name it. */
  readonly port: number
  readonly grpcWeb?: boolean
}

export function httpConnectionManager(view: View, options: HttpOptions): Filter {
  const { place, statPrefix, routeName } = options
  const config = meshConfig(view)
  const manager: Part = {
    stat_prefix: statPrefix,
    rds: { route_config_name: routeName, config_source: FROM_ADS },
    http_filters: httpFilters(view, options),
    access_log: [
      ...httpSignals(toldAt(view, sideAt(place)), addedTags(view, modeOf(place))),
      ...tapLog(view, sideAt(place)),
      ...accessLogs(view, modeOf(place), 'http'),
    ],
    ...tracingFields(view, modeOf(place), place === 'gateway'),
    stream_idle_timeout: '0s',
    delayed_close_timeout: DELAYED_CLOSE_TIMEOUT,
    upgrade_configs: [{ upgrade_type: 'websocket' }],
    ...normalization(config.pathNormalization.normalization),
    ...httpLimits(view),
    ...proxyHeaders(view, place),
  }
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: typed(
      'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
      manager as HttpConnectionManager,
    ),
  }
}

function sideAt(place: Place): Side {
  return place === 'inbound' ? 'server' : 'client'
}

/** In Istio's order (X14); what a policy configures comes per route, so that these bytes never change with it. */
function httpFilters(view: View, { place, grpcWeb, port }: HttpOptions): HttpFilter[] {
  const protects = place !== 'outbound'
  const { authn, authz, stats, rest } = extensionFilters(view, modeOf(place), port)
  return [
    ...(protects ? extAuthzHttpFilters(view, '') : []),
    ...authn,
    ...(protects ? [jwtHttpFilter] : []),
    ...authz,
    ...(protects ? rbacHttpFilters : []),
    ...stats,
    ...rest,
    ...(grpcWeb
      ? [
          httpFilter(
            HTTP_FILTERS.grpcWeb,
            typed('envoy.extensions.filters.http.grpc_web.v3.GrpcWeb', {}),
          ),
        ]
      : []),
    GRPC_STATS,
    ...(place === 'inbound'
      ? []
      : [
          httpFilter(
            HTTP_FILTERS.fault,
            typed('envoy.extensions.filters.http.fault.v3.HTTPFault', {}),
          ),
          httpFilter(HTTP_FILTERS.cors, typed('envoy.extensions.filters.http.cors.v3.Cors', {})),
        ]),
    ...(place !== 'inbound' && looksUpHosts(view, '') ? DYNAMIC_DNS_FILTERS : []),
    httpFilter(
      HTTP_FILTERS.router,
      typed('envoy.extensions.filters.http.router.v3.Router', routerOptions(view)),
    ),
  ]
}

function httpFilter(name: string, typed_config: HttpFilter['typed_config']): HttpFilter {
  return { name, typed_config } as HttpFilter
}

function modeOf(place: Place): Mode {
  return place === 'inbound' ? 'SERVER' : 'CLIENT'
}

type Part = Partial<Pick<HttpConnectionManager, keyof HttpConnectionManager>>

function normalization(mode: PathNormalization): Part {
  if (mode === 'NONE') return {}
  return {
    normalize_path: true,
    ...(mode === 'BASE' ? {} : { merge_slashes: true }),
    ...(mode === 'DECODE_AND_MERGE_SLASHES'
      ? { path_with_escaped_slashes_action: 'UNESCAPE_AND_FORWARD' }
      : {}),
  }
}

export function tcpProxy(view: View, statPrefix: string, cluster: string): Filter {
  return {
    name: 'envoy.filters.network.tcp_proxy',
    typed_config: typed('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', {
      stat_prefix: statPrefix,
      cluster,
      ...tcpLogs(view, sideOf(cluster)),
    }),
  }
}

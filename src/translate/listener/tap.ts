// An access log to the control plane that is always there and always silent, until somebody taps the workload: a runtime
// value switches it on, so that neither listener nor routes change. Off, a request costs one look-up of that value.
import type {
  AccessLog,
  AccessLogFilter,
  CommonGrpcAccessLogConfig,
  CustomTag,
} from '../../../proto/envoy.d.ts'
import type { View } from '../../model/view.ts'
import { typed } from '../typed.ts'
import type { Side } from './signals.ts'

/** The value is a percentage: how many of the requests are told. */
export const TAP_KEY = 'lotse.tap'

/** The static cluster of the bootstrap by which a proxy knows its control plane. */
const CONTROL_PLANE = 'xds-grpc'

const GRPC_STATUS = ['grpc-status'] as const

/** The object that the route was made of. */
const CONFIG: CustomTag = {
  tag: 'config',
  metadata: { kind: { route: {} }, metadata_key: { key: 'istio', path: [{ key: 'config' }] } },
}

/** Only proxies with a certificate are sure to have that cluster; what the others say proves nothing. */
export function tapLog(view: View, side: Side): readonly AccessLog[] {
  if (view.facet('certified') !== 'yes') return []
  const config = {
    common_config: { ...toControlPlane(side), custom_tags: [CONFIG] },
    additional_response_headers_to_log: GRPC_STATUS,
    additional_response_trailers_to_log: GRPC_STATUS,
  }
  return [
    {
      name: 'envoy.access_loggers.http_grpc',
      filter: WHILE_TAPPED,
      typed_config: typed(
        'envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig',
        config,
      ),
    },
  ]
}

/** The same of connections, when they are made and when they end. */
export function tcpTapLog(view: View, side: Side): readonly AccessLog[] {
  if (view.facet('certified') !== 'yes') return []
  const config = { common_config: toControlPlane(side) }
  return [
    {
      name: 'envoy.access_loggers.tcp_grpc',
      filter: WHILE_TAPPED,
      typed_config: typed('envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig', config),
    },
  ]
}

const WHILE_TAPPED: AccessLogFilter = {
  runtime_filter: {
    runtime_key: TAP_KEY,
    percent_sampled: { numerator: 0 },
    use_independent_randomness: true,
  },
}

function toControlPlane(side: Side): CommonGrpcAccessLogConfig {
  return {
    log_name: side,
    grpc_service: { envoy_grpc: { cluster_name: CONTROL_PLANE } },
    transport_api_version: 'V3',
    buffer_flush_interval: '0.25s',
  }
}

// Which HTTP version a cluster speaks: always declared, since the mesh's own ALPN leaves nothing to negotiate.
import type { Any } from '../../../proto/envoy.d.ts'
import { isHttp, isHttp2, type Protocol } from '../../model/protocol.ts'
import type { ConnectionPoolSettings } from '../../model/schema/destination-rule.ts'
import { typed, type UpstreamHttpFields, type UpstreamHttpOptions } from '../typed.ts'
import { httpConnectionLimits } from './policy.ts'

/** Envoy's largest value: limits are set by the circuit breakers. */
const MAX_STREAMS = 1073741824

export interface ProtocolOptions {
  readonly pool?: ConnectionPoolSettings | undefined
  /** Take the server name and the name to verify from the request's Host (TLS to the outside without `sni`). */
  readonly autoServerName?: boolean
}

/** `typed_extension_protocol_options` of a cluster; nothing for TCP. */
export function protocolOptions(
  protocol: Protocol,
  { pool, autoServerName }: ProtocolOptions = {},
): { typed_extension_protocol_options?: { [name: string]: Any } } {
  const version = httpVersion(protocol, pool)
  if (!version && !autoServerName) return {}
  const options: UpstreamHttpFields = {
    ...httpConnectionLimits(pool),
    ...(autoServerName
      ? { upstream_http_protocol_options: { auto_sni: true, auto_san_validation: true } }
      : {}),
    ...(version ?? { explicit_http_config: { http_protocol_options: {} } }),
  }
  const name = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'
  return {
    typed_extension_protocol_options: { [name]: typed(name, options as UpstreamHttpOptions) },
  }
}

function httpVersion(
  protocol: Protocol,
  pool: ConnectionPoolSettings | undefined,
): UpstreamHttpFields | undefined {
  const streams = pool?.http?.maxConcurrentStreams || MAX_STREAMS
  const http2 = { http2_protocol_options: { max_concurrent_streams: streams } }
  if (protocol === 'auto' || (isHttp(protocol) && pool?.http?.useClientProtocol)) {
    return { use_downstream_protocol_config: { http_protocol_options: {}, ...http2 } }
  }
  if (!isHttp(protocol)) return undefined
  const upgraded = pool?.http?.h2UpgradePolicy === 'UPGRADE'
  if (isHttp2(protocol) || upgraded) return { explicit_http_config: http2 }
  return { explicit_http_config: { http_protocol_options: {} } }
}

// Which HTTP version a cluster speaks: always declared, since the mesh's own ALPN leaves nothing to negotiate.
import type { Any, MatcherMatchPredicate } from '../../../proto/envoy.d.ts'
import { isHttp, isHttp2, type Protocol } from '../../model/protocol.ts'
import type { ConnectionPoolSettings } from '../../model/schema/destination-rule.ts'
import { AS_WRITTEN } from '../listener/proxy-headers.ts'
import { typed, type UpstreamHttpFields, type UpstreamHttpOptions } from '../typed.ts'
import { httpConnectionLimits } from './policy.ts'

/** Envoy's largest value: limits are set by the circuit breakers. */
const MAX_STREAMS = 1073741824

export interface ProtocolOptions {
  readonly pool?: ConnectionPoolSettings | undefined
  /** MeshConfig's `h2UpgradePolicy`. */
  readonly upgrade?: boolean
  /** HTTP/1 headers keep their letters. */
  readonly preservesCase?: boolean
  /** Status codes that outlier detection counts, where they are not those of 5xx. */
  readonly errorCodes?: readonly number[] | undefined
  /** Take the server name and the name to verify from the request's Host (TLS to the outside without `sni`). */
  readonly autoServerName?: UpstreamHttpFields['upstream_http_protocol_options']
}

/** `typed_extension_protocol_options` of a cluster; nothing for TCP. */
export function protocolOptions(
  protocol: Protocol,
  settings: ProtocolOptions = {},
): { typed_extension_protocol_options?: { [name: string]: Any } } {
  const { pool, autoServerName, errorCodes } = settings
  const version = versionOptions(upstreamVersion(protocol, settings), settings)
  if (!version && !autoServerName) return {}
  const options: UpstreamHttpFields = {
    ...httpConnectionLimits(pool),
    ...(autoServerName ? { upstream_http_protocol_options: autoServerName } : {}),
    ...(version ?? { explicit_http_config: { http_protocol_options: {} } }),
    ...(errorCodes?.length ? { outlier_detection: { error_matcher: statusIn(errorCodes) } } : {}),
  }
  const name = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'
  return {
    typed_extension_protocol_options: { [name]: typed(name, options as UpstreamHttpOptions) },
  }
}

/** `client`: the version the caller came with. Undefined: not HTTP. */
export type HttpVersion = '1' | '2' | 'client'

/**
 * Only a rule's own UPGRADE reaches ports whose protocol is not declared; the mesh's is for declared HTTP/1.1 ports, and a rule's
 * DO_NOT_UPGRADE keeps it away. `useClientProtocol` beats both (Istio).
 */
export function upstreamVersion(
  protocol: Protocol,
  { pool, upgrade = false }: Pick<ProtocolOptions, 'pool' | 'upgrade'>,
): HttpVersion | undefined {
  const http = pool?.http
  const declared = isHttp(protocol)
  if (!declared && protocol !== 'auto') return undefined
  if (http?.useClientProtocol) return 'client'
  if (isHttp2(protocol) || http?.h2UpgradePolicy === 'UPGRADE') return '2'
  if (!declared) return 'client'
  return upgrade && http?.h2UpgradePolicy !== 'DO_NOT_UPGRADE' ? '2' : '1'
}

function versionOptions(
  version: HttpVersion | undefined,
  { pool, preservesCase }: ProtocolOptions,
): UpstreamHttpFields | undefined {
  const streams = pool?.http?.maxConcurrentStreams || MAX_STREAMS
  const http2 = { http2_protocol_options: { max_concurrent_streams: streams } }
  const http1 = { http_protocol_options: preservesCase ? AS_WRITTEN : {} }
  switch (version) {
    case 'client':
      return { use_downstream_protocol_config: { ...http1, ...http2 } }
    case '2':
      return { explicit_http_config: http2 }
    case '1':
      return { explicit_http_config: http1 }
    default:
      return undefined
  }
}

function statusIn(codes: readonly number[]): MatcherMatchPredicate {
  const [only, ...more] = codes.map(
    (code): MatcherMatchPredicate => ({
      http_response_headers_match: {
        headers: [{ name: ':status', string_match: { exact: String(code) } }],
      },
    }),
  )
  return more.length > 0 ? { or_match: { rules: [only!, ...more] } } : only!
}

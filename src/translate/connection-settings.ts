// MeshConfig's `defaultConfig.connectionSettings` as fields of listeners, clusters and connection managers. A gateway with the profile EDGE
// takes what Envoy recommends against strangers for all that is not said (Istio).
import type { Cluster, HttpConnectionManager, Listener } from '../../proto/envoy.d.ts'
import { seconds } from '../model/duration.ts'
import { memo } from '../model/memo.ts'
import type { ConnectionSettings } from '../model/schema/connection-settings.ts'
import type { View } from '../model/view.ts'
import { meshConfig } from './mesh-config.ts'

type Part = Partial<Pick<HttpConnectionManager, keyof HttpConnectionManager>>

const KIB = 1024

const EDGE: ConnectionSettings = {
  listenerPerConnectionBufferLimitBytes: 32 * KIB,
  clusterPerConnectionBufferLimitBytes: 32 * KIB,
  httpIdleTimeout: '1h',
  httpStreamIdleTimeout: '5m',
  httpRequestTimeout: '5m',
  httpRequestHeadersTimeout: '60s',
  httpMaxConcurrentStreams: 100,
  http2InitialStreamWindowSize: 64 * KIB,
  http2InitialConnectionWindowSize: KIB * KIB,
  httpHeadersWithUnderscoresAction: 'HEADERS_WITH_UNDERSCORES_REJECT_REQUEST',
  httpMergeSlashes: true,
  httpPathWithEscapedSlashesAction: 'UNESCAPE_AND_REDIRECT',
}

const settings = memo((view: View, _: ''): ConnectionSettings => {
  const said = meshConfig(view).defaultConfig.connectionSettings ?? {}
  if (said.profile !== 'EDGE' || view.facet('type') !== 'gateway') return said
  const meant = Object.entries(said).filter(([, value]) => !String(value).endsWith('_UNSPECIFIED'))
  return Object.freeze({ ...EDGE, ...Object.fromEntries(meant) })
})

export function listenerLimits(view: View): Pick<Listener, 'per_connection_buffer_limit_bytes'> {
  return size(
    'per_connection_buffer_limit_bytes',
    settings(view, '').listenerPerConnectionBufferLimitBytes,
  )
}

export function clusterLimits(view: View): Pick<Cluster, 'per_connection_buffer_limit_bytes'> {
  return size(
    'per_connection_buffer_limit_bytes',
    settings(view, '').clusterPerConnectionBufferLimitBytes,
  )
}

/** They come over what the MeshConfig says of paths. */
export function httpLimits(view: View): Part {
  const said = settings(view, '')
  const common = {
    ...time('idle_timeout', said.httpIdleTimeout),
    ...time('max_connection_duration', said.httpMaxConnectionDuration),
    ...time('max_stream_duration', said.httpMaxStreamDuration),
    ...underscores(said),
  }
  const http2 = {
    ...size('max_concurrent_streams', said.httpMaxConcurrentStreams),
    ...size('initial_stream_window_size', said.http2InitialStreamWindowSize),
    ...size('initial_connection_window_size', said.http2InitialConnectionWindowSize),
  }
  return {
    ...time('stream_idle_timeout', said.httpStreamIdleTimeout),
    ...time('request_timeout', said.httpRequestTimeout),
    ...time('request_headers_timeout', said.httpRequestHeadersTimeout),
    ...time('drain_timeout', said.httpDrainTimeout),
    ...(Object.keys(common).length > 0 ? { common_http_protocol_options: common } : {}),
    ...(Object.keys(http2).length > 0 ? { http2_protocol_options: http2 } : {}),
    ...(said.httpMergeSlashes === undefined ? {} : { merge_slashes: said.httpMergeSlashes }),
    ...escapedSlashes(said),
  }
}

function time<K extends string>(name: K, length: string | undefined) {
  return (length === undefined ? {} : { [name]: seconds(length) }) as {
    readonly [N in K]?: `${number}s`
  }
}

/** Below zero: none (Istio). */
function size<K extends string>(name: K, bytes: number | undefined) {
  return (bytes === undefined || bytes < 0 ? {} : { [name]: bytes }) as {
    readonly [N in K]?: number
  }
}

const UNDERSCORES = {
  HEADERS_WITH_UNDERSCORES_UNSPECIFIED: undefined,
  HEADERS_WITH_UNDERSCORES_ALLOW: 'ALLOW',
  HEADERS_WITH_UNDERSCORES_REJECT_REQUEST: 'REJECT_REQUEST',
  HEADERS_WITH_UNDERSCORES_DROP_HEADER: 'DROP_HEADER',
} as const

function underscores({ httpHeadersWithUnderscoresAction: action }: ConnectionSettings) {
  const told = action && UNDERSCORES[action]
  return told ? { headers_with_underscores_action: told } : {}
}

function escapedSlashes({ httpPathWithEscapedSlashesAction: action }: ConnectionSettings): Part {
  if (!action || action === 'PATH_WITH_ESCAPED_SLASHES_UNSPECIFIED') return {}
  return { path_with_escaped_slashes_action: action }
}

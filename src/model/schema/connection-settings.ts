// MeshConfig's `defaultConfig.connectionSettings`: limits and care with strangers, for connections that proxies accept.
import { boolean, duration, enumOf, type Infer, int32, object } from '../shape.ts'

/** Istio takes a number below zero for none. */
const size = int32

export const connectionSettings = object({
  profile: enumOf('UNSPECIFIED', 'DEFAULT', 'EDGE'),
  listenerPerConnectionBufferLimitBytes: size,
  clusterPerConnectionBufferLimitBytes: size,
  httpIdleTimeout: duration,
  httpMaxConnectionDuration: duration,
  httpMaxStreamDuration: duration,
  httpStreamIdleTimeout: duration,
  httpRequestTimeout: duration,
  httpRequestHeadersTimeout: duration,
  httpDrainTimeout: duration,
  httpMaxConcurrentStreams: size,
  http2InitialStreamWindowSize: size,
  http2InitialConnectionWindowSize: size,
  httpHeadersWithUnderscoresAction: enumOf(
    'HEADERS_WITH_UNDERSCORES_UNSPECIFIED',
    'HEADERS_WITH_UNDERSCORES_ALLOW',
    'HEADERS_WITH_UNDERSCORES_REJECT_REQUEST',
    'HEADERS_WITH_UNDERSCORES_DROP_HEADER',
  ),
  httpMergeSlashes: boolean,
  httpPathWithEscapedSlashesAction: enumOf(
    'PATH_WITH_ESCAPED_SLASHES_UNSPECIFIED',
    'KEEP_UNCHANGED',
    'REJECT_REQUEST',
    'UNESCAPE_AND_REDIRECT',
    'UNESCAPE_AND_FORWARD',
  ),
})

export type ConnectionSettings = Infer<typeof connectionSettings>

// What connection managers add to requests and answers, by MeshConfig's `defaultConfig`: `proxyHeaders` and `gatewayTopology`.
import type { HttpConnectionManager, Router } from '../../../proto/envoy.d.ts'
import type { View } from '../../model/view.ts'
import { meshConfig } from '../mesh-config.ts'
import { typed } from '../typed.ts'

/** Where the connection manager stands: it decides whom it trusts and what it tells. */
export type Place = 'inbound' | 'outbound' | 'gateway'

type Part = Partial<Pick<HttpConnectionManager, keyof HttpConnectionManager>>

export function proxyHeaders(view: View, place: Place): Part {
  const { proxyHeaders: said = {}, gatewayTopology } = meshConfig(view).defaultConfig
  const { server } = said
  return {
    ...trust(place, gatewayTopology?.numTrustedProxies ?? 0),
    ...(place === 'outbound' ? {} : clientCertificate(view, place)),
    ...(said.requestId?.disabled ? { generate_request_id: false } : {}),
    ...(server?.disabled ? { server_header_transformation: 'PASS_THROUGH' as const } : {}),
    ...(server?.value ? { server_name: server.value } : {}),
    ...(said.xForwardedPort?.enabled ? { append_x_forwarded_port: true } : {}),
    ...(said.preserveHttp1HeaderCase ? { http_protocol_options: AS_WRITTEN } : {}),
  }
}

/** `a.test.` is `a.test` to servers, so it must not be another host to rules. */
const ONE_NAME: Part = { strip_trailing_host_dot: true }

/** An edge does not believe what clients say of themselves; `trustedProxies` stand before it and are believed. */
function trust(place: Place, trustedProxies: number): Part {
  if (place === 'outbound') return { use_remote_address: false }
  if (place === 'inbound') return { use_remote_address: false, ...ONE_NAME }
  return {
    use_remote_address: true,
    ...ONE_NAME,
    ...(trustedProxies > 0 ? { xff_num_trusted_hops: trustedProxies } : {}),
  }
}

/** A sidecar adds the verified certificate for its application. At a gateway its topology beats the headers' setting (Istio). */
function clientCertificate(view: View, place: Place): Part {
  const { proxyHeaders: said = {}, gatewayTopology } = meshConfig(view).defaultConfig
  const atEdge = place === 'gateway' ? told(gatewayTopology?.forwardClientCertDetails) : undefined
  const details = said.setCurrentClientCertDetails
  return {
    forward_client_cert_details:
      atEdge ??
      told(said.forwardedClientCert) ??
      (place === 'gateway' ? 'SANITIZE_SET' : 'APPEND_FORWARD'),
    set_current_client_cert_details: {
      subject: details?.subject ?? true,
      ...(details?.cert ? { cert: true } : {}),
      ...(details?.chain ? { chain: true } : {}),
      uri: details?.uri ?? true,
      dns: details?.dns ?? true,
    },
  }
}

const FORWARD = {
  UNDEFINED: undefined,
  SANITIZE: 'SANITIZE',
  FORWARD_ONLY: 'FORWARD_ONLY',
  APPEND_FORWARD: 'APPEND_FORWARD',
  SANITIZE_SET: 'SANITIZE_SET',
  ALWAYS_FORWARD_ONLY: 'ALWAYS_FORWARD_ONLY',
} as const

function told(mode: keyof typeof FORWARD = 'UNDEFINED') {
  return FORWARD[mode]
}

/** HTTP/1 headers keep their letters on the way; on both sides, or it has no effect. */
export const AS_WRITTEN = {
  header_key_format: {
    stateful_formatter: {
      name: 'preserve_case',
      typed_config: typed(
        'envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig',
        {},
      ),
    },
  },
} as const

export function preservesCase(view: View): boolean {
  return meshConfig(view).defaultConfig.proxyHeaders?.preserveHttp1HeaderCase === true
}

/** Without it Envoy tells its upstreams and clients how it fared (`x-envoy-…`). */
export function routerOptions(view: View): Router {
  const { envoyDebugHeaders } = meshConfig(view).defaultConfig.proxyHeaders ?? {}
  return envoyDebugHeaders?.disabled ? { suppress_envoy_headers: true } : {}
}

/** `x-envoy-attempt-count` on requests. */
export function countsAttempts(view: View): boolean {
  return meshConfig(view).defaultConfig.proxyHeaders?.attemptCount?.disabled !== true
}

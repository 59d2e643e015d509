// How a cluster's connections are secured: the mesh's mutual TLS where the endpoint takes it, or what a DestinationRule says.
import type {
  CertificateValidationContext,
  CommonTlsContext,
  TlsParameters,
  TransportSocket,
  UpstreamTlsContext,
} from '../../../proto/envoy.d.ts'
import { ORIGIN, type Origin } from '../../model/origin.ts'
import { isHttp, isHttp2, type Protocol } from '../../model/protocol.ts'
import type { ClientTlsSettings } from '../../model/schema/destination-rule.ts'
import { CERTIFICATE_SECRET, ROOTS_SECRET } from '../names.ts'
import { type ClusterFields, FROM_ADS, typed } from '../typed.ts'

/** Label value in endpoint metadata that tells an endpoint's proxy takes mutual TLS. */
export const MUTUAL_TLS_MATCH: { readonly tlsMode: string } = Object.freeze({ tlsMode: 'istio' })

const PLAIN_TEXT: TransportSocket = {
  name: 'envoy.transport_sockets.raw_buffer',
  typed_config: typed('envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer', {}),
}

export interface MutualTls {
  readonly protocol: Protocol
  readonly sni: string
  /** SPIFFE IDs that the endpoints may have. */
  readonly identities: readonly string[]
}

/** Mutual TLS for the endpoints that take it, plain text for the others. */
export function automaticMutualTls(settings: MutualTls): ClusterFields {
  return {
    transport_socket_matches: [
      {
        name: 'tlsMode-istio',
        match: { ...MUTUAL_TLS_MATCH },
        transport_socket: tlsSocket(mutualTlsContext(settings)),
      },
      { name: 'tlsMode-disabled', match: {}, transport_socket: PLAIN_TEXT },
    ],
  }
}

function mutualTlsContext({ protocol, sni, identities }: MutualTls): UpstreamTlsContext {
  return {
    sni,
    common_tls_context: {
      alpn_protocols: meshAlpn(protocol),
      ...workloadCertificate(),
      combined_validation_context: {
        default_validation_context: verifyIdentities(identities),
        validation_context_sds_secret_config: { name: ROOTS_SECRET, sds_config: FROM_ADS },
      },
    },
  }
}

/** Tells the server's filter chains what comes, before a byte of it is seen. */
export function meshAlpn(protocol: Protocol): string[] {
  if (isHttp2(protocol)) return ['istio-h2']
  if (isHttp(protocol) || protocol === 'auto') return ['istio-http/1.1']
  return ['istio']
}

export function workloadCertificate(): Pick<
  CommonTlsContext,
  'tls_certificate_sds_secret_configs' | 'tls_params'
> {
  return {
    tls_params: TLS_VERSIONS,
    tls_certificate_sds_secret_configs: [{ name: CERTIFICATE_SECRET, sds_config: FROM_ADS }],
  }
}

/** As a client Envoy would stop at 1.2 if it were not told. */
const TLS_VERSIONS: TlsParameters = Object.freeze({
  tls_minimum_protocol_version: 'TLSv1_2',
  tls_maximum_protocol_version: 'TLSv1_3',
})

function verifyIdentities(identities: readonly string[]): CertificateValidationContext {
  if (identities.length === 0) return {}
  return {
    match_typed_subject_alt_names: identities.map((exact) => ({
      san_type: 'URI',
      matcher: { exact },
    })),
  }
}

function tlsSocket(context: UpstreamTlsContext): TransportSocket {
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: typed('envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext', context),
  }
}

/** What `trafficPolicy.tls` asks for; any mode switches the automatic choice off. */
export function explicitTls(
  tls: ClientTlsSettings,
  origin: Origin | undefined,
  mutual: MutualTls,
): ClusterFields {
  switch (tls.mode) {
    case 'ISTIO_MUTUAL':
      return {
        transport_socket: {
          [ORIGIN]: origin,
          ...tlsSocket(
            mutualTlsContext({
              protocol: mutual.protocol,
              sni: tls.sni || mutual.sni,
              identities: tls.subjectAltNames?.length ? tls.subjectAltNames : mutual.identities,
            }),
          ),
        },
      }
    case 'SIMPLE':
    case 'MUTUAL':
      return { transport_socket: { [ORIGIN]: origin, ...tlsSocket(ordinaryTls(tls, mutual)) } }
    default:
      return {}
  }
}

function ordinaryTls(tls: ClientTlsSettings, { protocol }: MutualTls): UpstreamTlsContext {
  const alpn = isHttp2(protocol) ? ['h2'] : isHttp(protocol) ? ['http/1.1'] : []
  return {
    ...(tls.sni ? { sni: tls.sni } : {}),
    common_tls_context: {
      tls_params: TLS_VERSIONS,
      ...(alpn.length > 0 ? { alpn_protocols: alpn } : {}),
      ...(tls.mode === 'MUTUAL' && tls.clientCertificate && tls.privateKey
        ? {
            tls_certificates: [
              {
                certificate_chain: { filename: tls.clientCertificate },
                private_key: { filename: tls.privateKey },
              },
            ],
          }
        : {}),
      ...(tls.insecureSkipVerify ? {} : { validation_context: verifyServer(tls) }),
    },
  }
}

/** Of Debian, Ubuntu and Alpine, so of Envoy's images; Envoy 1.40 knows `system_root_certs` but does not use it. */
const SYSTEM_ROOTS = '/etc/ssl/certs/ca-certificates.crt'

function verifyServer(tls: ClientTlsSettings): CertificateValidationContext {
  return {
    trusted_ca: { filename: tls.caCertificates || SYSTEM_ROOTS },
    ...(tls.subjectAltNames?.length
      ? {
          match_typed_subject_alt_names: tls.subjectAltNames.map((exact) => ({
            san_type: exact.includes('://') ? ('URI' as const) : ('DNS' as const),
            matcher: { exact },
          })),
        }
      : {}),
  }
}

/** Server name and verification by Host: TLS to the outside, HTTP, no name given (Istio's auto SNI). */
export function needsAutoServerName(
  tls: ClientTlsSettings | undefined,
  protocol: Protocol,
): boolean {
  const outside = tls?.mode === 'SIMPLE' || tls?.mode === 'MUTUAL'
  return outside && !tls.sni && (isHttp(protocol) || protocol === 'auto')
}

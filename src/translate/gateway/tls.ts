// How a gateway's server terminates TLS: its certificates, which clients it takes, versions and ciphers.
import type {
  CertificateValidationContext,
  CommonTlsContext,
  SdsSecretConfig,
  TlsParameters,
  TransportSocket,
} from '../../../proto/envoy.d.ts'
import { isAddress } from '../../model/host.ts'
import type { Resource } from '../../model/resource.ts'
import type { ServerTlsSettings } from '../../model/schema/gateway.ts'
import type { View } from '../../model/view.ts'
import { verifyTrustDomains, workloadCertificate } from '../cluster/tls.ts'
import { trustDomains } from '../mesh-config.ts'
import { ROOTS_SECRET } from '../names.ts'
import { CIPHERS, defaultTlsParameters, known, meshTlsParameters } from '../tls-parameters.ts'
import { FROM_ADS, typed } from '../typed.ts'
import { serverCredentials, verifiesClients } from './credential.ts'

/** Undefined if a certificate is missing: the server is left out. `alpn` is empty where no HTTP is spoken. */
export function terminatingTls(
  view: View,
  tls: ServerTlsSettings,
  alpn: readonly string[],
): TransportSocket | undefined {
  const context = tls.mode === 'ISTIO_MUTUAL' ? meshContext(view, tls) : ownContext(view, tls)
  if (!context) return undefined
  const isRequired = tls.mode === 'MUTUAL' || tls.mode === 'ISTIO_MUTUAL'
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: typed('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', {
      require_client_certificate: isRequired,
      // A resumed session would not be verified again.
      ...(isRequired || verifiesClients(tls)
        ? {
            disable_stateless_session_resumption: true,
            disable_stateful_session_resumption: true,
          }
        : {}),
      common_tls_context: {
        ...(alpn.length > 0 ? { alpn_protocols: alpn } : {}),
        ...context,
        tls_params: versions(view, tls),
      } as CommonTlsContext,
    }),
  }
}

type Context = Partial<Pick<CommonTlsContext, keyof CommonTlsContext>>

function meshContext(view: View, tls: ServerTlsSettings): Context | undefined {
  if (view.facet('certified') !== 'yes') return undefined
  const verified = verification(tls, ROOTS_SECRET, verifyTrustDomains(trustDomains(view)))
  return { ...workloadCertificate(), ...verified }
}

function ownContext(view: View, tls: ServerTlsSettings): Context | undefined {
  const credentials = serverCredentials(view, tls)
  if (!credentials) return undefined
  const { certificates, authority } = credentials
  return {
    tls_certificate_sds_secret_configs: certificates.map(reference),
    ...(authority ? verification(tls, authority.name) : {}),
  }
}

function reference({ name }: Pick<Resource, 'name'>): SdsSecretConfig {
  return { name, sds_config: FROM_ADS }
}

/** `otherwise` holds where no names are given. */
function verification(
  tls: ServerTlsSettings,
  authority: string,
  otherwise: CertificateValidationContext = {},
): Context {
  const validation_context_sds_secret_config = reference({ name: authority })
  const own: CertificateValidationContext = {
    ...(tls.subjectAltNames?.length
      ? { match_typed_subject_alt_names: tls.subjectAltNames.map(subjectAltName) }
      : otherwise),
    ...(tls.verifyCertificateSpki?.length
      ? { verify_certificate_spki: tls.verifyCertificateSpki }
      : {}),
    ...(tls.verifyCertificateHash?.length
      ? { verify_certificate_hash: tls.verifyCertificateHash }
      : {}),
  }
  return Object.keys(own).length > 0
    ? {
        combined_validation_context: {
          default_validation_context: own,
          validation_context_sds_secret_config,
        },
      }
    : { validation_context_sds_secret_config }
}

function subjectAltName(exact: string) {
  const san_type = exact.includes('://')
    ? 'URI'
    : exact.includes('@')
      ? 'EMAIL'
      : isAddress(exact)
        ? 'IP_ADDRESS'
        : 'DNS'
  return { san_type, matcher: { exact } } as const
}

const VERSIONS = {
  TLS_AUTO: undefined,
  TLSV1_0: 'TLSv1_0',
  TLSV1_1: 'TLSv1_1',
  TLSV1_2: 'TLSv1_2',
  TLSV1_3: 'TLSv1_3',
} as const

/** The server's own ciphers come before the mesh's. */
function versions(view: View, tls: ServerTlsSettings): TlsParameters {
  const most = VERSIONS[tls.maxProtocolVersion ?? 'TLS_AUTO'] ?? 'TLSv1_3'
  const base = tls.mode === 'ISTIO_MUTUAL' ? meshTlsParameters(view) : defaultTlsParameters(view)
  const least =
    VERSIONS[tls.minProtocolVersion ?? 'TLS_AUTO'] ?? base.tls_minimum_protocol_version ?? 'TLSv1_2'
  const ciphers = known(tls.cipherSuites, CIPHERS)
  return {
    ...base,
    // A server that says only what is the most it speaks means that one.
    tls_minimum_protocol_version: [least, most].sort()[0]!,
    tls_maximum_protocol_version: most,
    ...(ciphers.length > 0 ? { cipher_suites: ciphers } : {}),
  }
}

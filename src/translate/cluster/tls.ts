// How a cluster's connections are secured: the mesh's mutual TLS where the endpoint takes it, or what a DestinationRule says.
import type {
  CertificateValidationContext,
  CommonTlsContext,
  TlsParameters,
  TransportSocket,
  UpstreamTlsContext,
} from '../../../proto/envoy.d.ts'
import { ORIGIN, type Origin } from '../../model/origin.ts'
import { isHttp, type Protocol } from '../../model/protocol.ts'
import type { ClientTlsSettings } from '../../model/schema/destination-rule.ts'
import { CERTIFICATE_SECRET, ROOTS_SECRET } from '../names.ts'
import { TLS_VERSIONS } from '../tls-parameters.ts'
import { type ClusterFields, FROM_ADS, typed } from '../typed.ts'
import type { ClientCredential } from './credential.ts'
import type { HttpVersion } from './protocol.ts'

/** Label value in endpoint metadata that tells an endpoint's proxy takes mutual TLS. */
export const MUTUAL_TLS_MATCH: { readonly tlsMode: string } = Object.freeze({ tlsMode: 'istio' })

const PLAIN_TEXT: TransportSocket = {
  name: 'envoy.transport_sockets.raw_buffer',
  typed_config: typed('envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer', {}),
}

/** What TLS to one cluster depends on besides the rule. */
export interface TlsTarget {
  readonly protocol: Protocol
  /** Of HTTP to its endpoints; undefined for TCP. */
  readonly version: HttpVersion | undefined
  /** Server name that the mesh's mutual TLS sends. */
  readonly sni: string
  /** SPIFFE IDs that the endpoints may have. */
  readonly identities: readonly string[]
  /** Names that a ServiceEntry says its servers prove. */
  readonly subjectAltNames: readonly string[]
  readonly parameters: TlsParameters
  /** Of TLS that is not the mesh's own. */
  readonly otherParameters: TlsParameters
  /** What the rule's `credentialName` gives, where it counts for this proxy. */
  readonly credential: ClientCredential | undefined
}

/** Mutual TLS for the endpoints that take it, plain text for the others. */
export function automaticMutualTls(target: TlsTarget): ClusterFields {
  return {
    transport_socket_matches: [
      {
        name: 'tlsMode-istio',
        match: { ...MUTUAL_TLS_MATCH },
        transport_socket: tlsSocket(mutualTlsContext(target)),
      },
      { name: 'tlsMode-disabled', match: {}, transport_socket: PLAIN_TEXT },
    ],
  }
}

function mutualTlsContext(target: TlsTarget): UpstreamTlsContext {
  return {
    sni: target.sni,
    common_tls_context: {
      alpn_protocols: meshAlpn(target),
      ...workloadCertificate(target.parameters),
      combined_validation_context: {
        default_validation_context: verifyIdentities(target.identities),
        validation_context_sds_secret_config: { name: ROOTS_SECRET, sds_config: FROM_ADS },
      },
    },
  }
}

/** Tells the server's filter chains what comes, before a byte of it is seen. */
function meshAlpn({ version }: TlsTarget): string[] {
  if (version === undefined) return ['istio']
  return version === '2' ? ['istio-h2'] : ['istio-http/1.1']
}

export function workloadCertificate(
  parameters: TlsParameters = TLS_VERSIONS,
): Pick<CommonTlsContext, 'tls_certificate_sds_secret_configs' | 'tls_params'> {
  return {
    tls_params: parameters,
    tls_certificate_sds_secret_configs: [{ name: CERTIFICATE_SECRET, sds_config: FROM_ADS }],
  }
}

function verifyIdentities(identities: readonly string[]): CertificateValidationContext {
  if (identities.length === 0) return {}
  return {
    match_typed_subject_alt_names: identities.map((exact) => ({
      san_type: 'URI',
      matcher: { exact },
    })),
  }
}

/** Any identity of these trust domains. */
export function verifyTrustDomains(trustDomains: readonly string[]): CertificateValidationContext {
  return {
    match_typed_subject_alt_names: trustDomains.map((domain) => ({
      san_type: 'URI',
      matcher: { prefix: `spiffe://${domain}/` },
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
  target: TlsTarget,
): ClusterFields {
  switch (tls.mode) {
    case 'ISTIO_MUTUAL': {
      const sni = tls.sni || target.sni
      const identities = tls.subjectAltNames?.length ? tls.subjectAltNames : target.identities
      const context = mutualTlsContext({ ...target, sni, identities })
      return { transport_socket: { [ORIGIN]: origin, ...tlsSocket(context) } }
    }
    case 'SIMPLE':
    case 'MUTUAL':
      return { transport_socket: { [ORIGIN]: origin, ...tlsSocket(ordinaryTls(tls, target)) } }
    default:
      return {}
  }
}

/** TLS to a gRPC service that is no cluster of the mesh's: certificates in files only. Undefined if it is called in plain text. */
export function fileTls(
  tls: ClientTlsSettings,
  otherParameters: TlsParameters,
): TransportSocket | undefined {
  if (tls.mode !== 'SIMPLE' && tls.mode !== 'MUTUAL') return undefined
  const none = { sni: '', identities: [], subjectAltNames: [], credential: undefined }
  const target = { ...none, protocol: 'GRPC', version: '2', parameters: TLS_VERSIONS } as const
  return tlsSocket(ordinaryTls(tls, { ...target, otherParameters }))
}

/** HTTP whose version follows the caller's is left to Envoy, which then offers that one version. */
const ALPN: Readonly<Record<HttpVersion, readonly string[]>> = {
  '1': ['http/1.1'],
  '2': ['h2'],
  client: [],
}

function ordinaryTls(tls: ClientTlsSettings, target: TlsTarget): UpstreamTlsContext {
  const alpn = target.version ? ALPN[target.version] : []
  return {
    ...(tls.sni ? { sni: tls.sni } : {}),
    common_tls_context: {
      tls_params: target.otherParameters,
      ...(alpn.length > 0 ? { alpn_protocols: alpn } : {}),
      ...ownProof(tls, target),
      ...verification(tls, target),
    } as CommonTlsContext,
  }
}

/** Which of a oneof is set is left to the encoder's check. */
type TlsFields = Partial<Pick<CommonTlsContext, keyof CommonTlsContext>>

/** The certificate the client shows: of the named Kubernetes Secret, or in files beside the proxy. */
function ownProof(tls: ClientTlsSettings, { credential }: TlsTarget): TlsFields {
  if (tls.mode !== 'MUTUAL') return {}
  if (credential) {
    return credential.pair
      ? {
          tls_certificate_sds_secret_configs: [
            { name: credential.pair.name, sds_config: FROM_ADS },
          ],
        }
      : {}
  }
  if (!tls.clientCertificate || !tls.privateKey) return {}
  return {
    tls_certificates: [
      {
        certificate_chain: { filename: tls.clientCertificate },
        private_key: { filename: tls.privateKey },
      },
    ],
  }
}

function verification(tls: ClientTlsSettings, target: TlsTarget): TlsFields {
  if (tls.insecureSkipVerify) return {}
  const names = verifyNames(tls, target)
  const authority = target.credential?.authority
  if (!authority) return { validation_context: { ...trustedFiles(tls), ...names } }
  return {
    combined_validation_context: {
      default_validation_context: names,
      validation_context_sds_secret_config: { name: authority.name, sds_config: FROM_ADS },
    },
  }
}

/** Of Debian, Ubuntu and Alpine, so of Envoy's images; Envoy 1.40 knows `system_root_certs` but does not use it. */
const SYSTEM_ROOTS = '/etc/ssl/certs/ca-certificates.crt'

function trustedFiles(tls: ClientTlsSettings): CertificateValidationContext {
  return {
    trusted_ca: { filename: rootsFile(tls.caCertificates) },
    ...(tls.caCrl ? { crl: { filename: tls.caCrl } } : {}),
  }
}

function verifyNames(tls: ClientTlsSettings, target: TlsTarget): CertificateValidationContext {
  const names = tls.subjectAltNames?.length ? tls.subjectAltNames : target.subjectAltNames
  if (names.length === 0) return {}
  return {
    match_typed_subject_alt_names: names.map((exact) => ({
      san_type: exact.includes('://') ? ('URI' as const) : ('DNS' as const),
      matcher: { exact },
    })),
  }
}

/**
 * TLS to the outside, HTTP, no server name given: it is taken from the Host, which the server must also prove unless other
 * names are said or nothing is verified (Istio's auto SNI).
 */
export function autoServerName(
  tls: ClientTlsSettings | undefined,
  { protocol, subjectAltNames }: Pick<TlsTarget, 'protocol' | 'subjectAltNames'>,
): { auto_sni: true; auto_san_validation: boolean } | undefined {
  const outside = tls?.mode === 'SIMPLE' || tls?.mode === 'MUTUAL'
  if (!outside || tls.sni || !(isHttp(protocol) || protocol === 'auto')) return undefined
  const named = tls.subjectAltNames?.length || subjectAltNames.length
  return { auto_sni: true, auto_san_validation: !named && !tls.insecureSkipVerify }
}

/** Puts the PROXY protocol's header in front of every connection, whatever secures it. */
export function withProxyProtocol(
  security: ClusterFields,
  version: 'V1' | 'V2',
  origin: Origin | undefined,
): ClusterFields {
  const wrap = (inner: TransportSocket): TransportSocket => ({
    [ORIGIN]: origin,
    name: 'envoy.transport_sockets.upstream_proxy_protocol',
    typed_config: typed(
      'envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport',
      { config: { version }, transport_socket: inner },
    ),
  })
  const matches = security.transport_socket_matches?.map((match) => ({
    ...match,
    transport_socket: wrap(match.transport_socket ?? PLAIN_TEXT),
  }))
  return matches
    ? { ...security, transport_socket_matches: matches }
    : { ...security, transport_socket: wrap(security.transport_socket ?? PLAIN_TEXT) }
}

/** Without a file, or with the word `system` for one (Istio), those of the machine. */
function rootsFile(file: string | undefined): string {
  return !file || file === 'system' ? SYSTEM_ROOTS : file
}

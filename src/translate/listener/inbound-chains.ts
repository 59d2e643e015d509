// Filter chains in front of one port of the application: which connections are taken, by PeerAuthentication and protocol.
import type {
  Filter,
  FilterChain,
  FilterChainMatch,
  TlsParameters,
  TransportSocket,
} from '../../../proto/envoy.d.ts'
import { ORIGIN, type Origin } from '../../model/origin.ts'
import { isHttp, type Protocol } from '../../model/protocol.ts'
import { verifyTrustDomains, workloadCertificate } from '../cluster/tls.ts'
import type { MutualTlsMode } from '../kinds/peer-authentication.ts'
import { ROOTS_SECRET } from '../names.ts'
import { FROM_ADS, typed } from '../typed.ts'

const ISTIO_HTTP = ['istio-http/1.0', 'istio-http/1.1', 'istio-h2']
const ISTIO_TCP = ['istio-peer-exchange', 'istio']

export interface ChainOptions {
  readonly protocol: Protocol
  readonly mode: MutualTlsMode
  /** False for a proxy without a certificate: STRICT then takes nothing at all. */
  readonly certified: boolean
  readonly http: Filter
  /** Before the TCP proxy stand the filters that authorize connections. */
  readonly tcp: readonly Filter[]
  /** Ends a connection that may not be taken. */
  readonly blackHole: Filter
  /** When a certificate was revoked last: a chain that changes lets go of the connections it has. */
  readonly revokedAt?: number
  /** Set where one listener serves many ports (capture). */
  readonly destinationPort?: number
  readonly parameters: TlsParameters
  /** Of the mesh and its aliases: an organisation's root may stand above others, too. */
  readonly trustDomains: readonly string[]
  /** TLS that the Sidecar says for clients outside the mesh; used only where mutual TLS is off. */
  readonly ownTls?: TransportSocket | undefined
  readonly origin: Origin | undefined
}

/** In Envoy's matching the most specific chain wins, so their order does not matter. */
export function inboundChains(options: ChainOptions): FilterChain[] {
  const { protocol, mode, certified } = options
  const plain = mode === 'DISABLE' || !certified
  if (!certified && mode === 'STRICT') {
    return [chain(options, {}, [options.blackHole])]
  }
  const strict = mode === 'STRICT'
  if (options.ownTls && mode === 'DISABLE') return ownTlsChains(options)
  if (isHttp(protocol)) return httpChains(options, plain, strict)
  if (protocol === 'auto') return sniffedChains(options, plain, strict)
  return tcpChains(options, plain, strict)
}

function ownTlsChains(options: ChainOptions): FilterChain[] {
  const { protocol, http, tcp, ownTls } = options
  const isRequests = isHttp(protocol) || protocol === 'auto'
  const taken = chain(options, { transport_protocol: 'tls' }, isRequests ? [http] : tcp)
  return [{ ...taken, ...(ownTls ? { transport_socket: ownTls } : {}) }]
}

function httpChains(options: ChainOptions, plain: boolean, strict: boolean): FilterChain[] {
  const { http } = options
  if (plain) return [chain(options, {}, [http])]
  if (strict) return [mutual(options, { transport_protocol: 'tls' }, [http])]
  return [
    mutual(
      options,
      { transport_protocol: 'tls', application_protocols: [...ISTIO_HTTP, ...ISTIO_TCP] },
      [http],
    ),
    chain(options, { transport_protocol: 'raw_buffer' }, [http]),
  ]
}

function tcpChains(options: ChainOptions, plain: boolean, strict: boolean): FilterChain[] {
  const { tcp } = options
  if (plain) return [chain(options, {}, tcp)]
  if (strict) return [mutual(options, { transport_protocol: 'tls' }, tcp)]
  return [
    mutual(
      options,
      { transport_protocol: 'tls', application_protocols: [...ISTIO_TCP, ...ISTIO_HTTP] },
      tcp,
    ),
    chain(options, { transport_protocol: 'tls' }, tcp),
    chain(options, { transport_protocol: 'raw_buffer' }, tcp),
  ]
}

/** Undeclared protocol: clients of the mesh tell by ALPN what they send, others are looked at. */
function sniffedChains(options: ChainOptions, plain: boolean, strict: boolean): FilterChain[] {
  const { http, tcp } = options
  const overPlainText = [
    chain(
      options,
      { transport_protocol: 'raw_buffer', application_protocols: ['http/1.1', 'h2c'] },
      [http],
    ),
    chain(options, { transport_protocol: 'raw_buffer' }, tcp),
  ]
  const ownTls = chain(options, { transport_protocol: 'tls' }, tcp)
  if (plain) return [...overPlainText, ownTls]
  const meshHttp = mutual(
    options,
    { transport_protocol: 'tls', application_protocols: ISTIO_HTTP },
    [http],
  )
  if (strict) return [meshHttp, mutual(options, { transport_protocol: 'tls' }, tcp)]
  const meshTcp = mutual(
    options,
    { transport_protocol: 'tls', application_protocols: ISTIO_TCP },
    tcp,
  )
  return [meshHttp, meshTcp, ownTls, ...overPlainText]
}

function chain(
  { destinationPort, origin }: ChainOptions,
  match: FilterChainMatch,
  filters: readonly Filter[],
): FilterChain {
  const whole = {
    ...(destinationPort === undefined ? {} : { destination_port: destinationPort }),
    ...match,
  }
  const kind = match.transport_protocol ?? 'any'
  const alpn = match.application_protocols ? `_${match.application_protocols[0]}` : ''
  return {
    [ORIGIN]: origin,
    name: `${destinationPort ?? 'inbound'}_${kind}${alpn}`,
    ...(Object.keys(whole).length > 0 ? { filter_chain_match: whole } : {}),
    filters,
  }
}

function mutual(
  options: ChainOptions,
  match: FilterChainMatch,
  filters: readonly Filter[],
): FilterChain {
  const { revokedAt } = options
  return {
    ...chain(options, match, filters),
    ...(revokedAt !== undefined && {
      metadata: { filter_metadata: { lotse: { revoked: String(revokedAt) } } },
    }),
    transport_socket: mutualTls(options),
  }
}

/** A certificate of the mesh is demanded; which of its identities may do what is for authorization to say. */
function mutualTls({ parameters, trustDomains }: ChainOptions): TransportSocket {
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: typed('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', {
      require_client_certificate: true,
      disable_stateless_session_resumption: true,
      disable_stateful_session_resumption: true,
      common_tls_context: {
        alpn_protocols: ['h2', 'http/1.1'],
        ...workloadCertificate(parameters),
        combined_validation_context: {
          default_validation_context: verifyTrustDomains(trustDomains),
          validation_context_sds_secret_config: { name: ROOTS_SECRET, sds_config: FROM_ADS },
        },
      },
    }),
  }
}

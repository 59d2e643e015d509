// Versions, ciphers and curves of TLS: what the mesh says for the connections between proxies, and for all others.
import type { TlsParameters } from '../../proto/envoy.d.ts'
import type { MeshConfig } from '../model/schema/mesh-config.ts'
import type { View } from '../model/view.ts'
import { meshConfig } from './mesh-config.ts'

/** Ciphers that Envoy's TLS library knows for versions up to 1.2; any other would make it refuse the listener. */
export const CIPHERS: ReadonlySet<string> = new Set([
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-ECDSA-AES256-SHA',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-RSA-AES128-SHA',
  'ECDHE-RSA-AES256-SHA',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
  'AES128-SHA',
  'AES256-SHA',
])

/** Likewise for the curves of the key exchange. */
export const CURVES: ReadonlySet<string> = new Set([
  'P-256',
  'P-384',
  'P-521',
  'X25519',
  'X25519MLKEM768',
])

/** As a client Envoy would stop at 1.2 if it were not told. */
export const TLS_VERSIONS: TlsParameters = Object.freeze({
  tls_minimum_protocol_version: 'TLSv1_2',
  tls_maximum_protocol_version: 'TLSv1_3',
})

/** MeshConfig's `meshMTLS`: of TLS between proxies, on both sides. */
export function meshTlsParameters(view: View): TlsParameters {
  const { meshMTLS } = meshConfig(view)
  const least = meshMTLS?.minProtocolVersion === 'TLSV1_3' ? 'TLSv1_3' : 'TLSv1_2'
  return { ...TLS_VERSIONS, tls_minimum_protocol_version: least, ...choices(meshMTLS) }
}

/** MeshConfig's `tlsDefaults`: ciphers and curves of every other TLS, where a server or rule says nothing itself. */
export function defaultTlsParameters(view: View): TlsParameters {
  return { ...TLS_VERSIONS, ...choices(meshConfig(view).tlsDefaults) }
}

/** What Envoy does not know is left out, with a warning (L0226). */
function choices({ cipherSuites, ecdhCurves }: NonNullable<MeshConfig['tlsDefaults']> = {}) {
  const ciphers = known(cipherSuites, CIPHERS)
  const curves = known(ecdhCurves, CURVES)
  return {
    ...(ciphers.length > 0 ? { cipher_suites: ciphers } : {}),
    ...(curves.length > 0 ? { ecdh_curves: curves } : {}),
  }
}

/** Each once, in the order of preference. */
export function known(names: readonly string[] = [], all: ReadonlySet<string>): string[] {
  return [...new Set(names.filter((name) => all.has(name)))]
}

// Mutual TLS of a proxy's own connections, which it opens before it has secrets from the control plane: certificates in files. Pure.
import type {
  ConfigSource,
  Secret,
  StringMatcher,
  TransportSocket,
  Typed,
} from '../proto/envoy.d.ts'

/** Mutual TLS to the control plane with the workload's own certificate, read from files. */
export interface ControlPlaneTls {
  readonly trustDomain: string
  /** Absolute path of the folder with `key.pem`, `chain.pem`, `root.pem`, all replaced at once by swapping `..data`. */
  readonly certificates: string
  /** Absolute path of the folder with the two secret files that `secretFiles` describes. */
  readonly folder: string
}

/** The workload's certificate and the mesh's roots, as secrets in files. */
const CLIENT_SECRET = 'xds-client'
const ROOT_SECRET = 'xds-root'

const TYPE = 'type.googleapis.com/' as const

/** A server of the mesh, called with the workload's own certificate, that proves one of these names. HTTP/2. */
export function meshTls(
  tls: ControlPlaneTls,
  server: { readonly names: readonly StringMatcher[]; readonly sni?: string | undefined },
): TransportSocket {
  const context: Typed<'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext'> = {
    '@type': `${TYPE}envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext`,
    ...(server.sni ? { sni: server.sni } : {}),
    common_tls_context: {
      // As a client Envoy speaks TLS 1.2 at most unless it is told.
      tls_params: {
        tls_minimum_protocol_version: 'TLSv1_3',
        tls_maximum_protocol_version: 'TLSv1_3',
      },
      alpn_protocols: ['h2'],
      tls_certificate_sds_secret_configs: [secretConfig(CLIENT_SECRET, tls.folder)],
      combined_validation_context: {
        default_validation_context: {
          match_typed_subject_alt_names: server.names.map((matcher) => ({
            san_type: 'URI' as const,
            matcher,
          })),
        },
        validation_context_sds_secret_config: secretConfig(ROOT_SECRET, tls.folder),
      },
    },
  }
  return { name: 'envoy.transport_sockets.tls', typed_config: context }
}

function secretConfig(name: string, folder: string): { name: string; sds_config: ConfigSource } {
  const path = `${folder}/${secretFile(name)}`
  return { name, sds_config: { path_config_source: { path }, resource_api_version: 'V3' } }
}

function secretFile(name: string): string {
  return `sds-${name}.yaml`
}

/**
 * The files that tell Envoy where its keys for the control plane lie, by file name: Envoy reads keys anew only when
 * they come as secrets with a watched folder, and wants one secret a file.
 */
export function secretFiles(certificates: string): Record<string, { resources: Secret[] }> {
  const watched_directory = { path: certificates }
  const file = (name: string) => ({ filename: `${certificates}/${name}` })
  const secrets: readonly (Secret & { name: string })[] = [
    {
      name: CLIENT_SECRET,
      tls_certificate: {
        certificate_chain: file('chain.pem'),
        private_key: file('key.pem'),
        watched_directory,
      },
    },
    {
      name: ROOT_SECRET,
      validation_context: { trusted_ca: file('root.pem'), watched_directory },
    },
  ]
  const type = `${TYPE}envoy.extensions.transport_sockets.tls.v3.Secret`
  return Object.fromEntries(
    secrets.map((secret) => [
      secretFile(secret.name),
      { resources: [{ '@type': type, ...secret }] },
    ]),
  )
}

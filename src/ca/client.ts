// A gRPC client of the control plane that talks to no other server, with the workload's certificate once it has one.
import { X509Certificate } from 'node:crypto'
import { type ChannelOptions, Client, credentials as channel } from '@grpc/grpc-js'
import type { Credentials } from './credentials.ts'
import { CONTROL_PLANE, identityOf } from './identity.ts'
import { isProblem } from './problem.ts'
import { certificateBlocks } from './x509.ts'

export interface Server {
  readonly rootPem: string
  /** Any trust domain if it is not known yet. */
  readonly wanted: { readonly trustDomain?: string }
  /** What the caller shows; nothing at its first contact. */
  readonly present?: Pick<Credentials, 'keyPem' | 'chainPem'>
}

export function controlPlaneClient(
  address: string,
  server: Server,
  options: ChannelOptions = {},
): Client {
  const { rootPem, present } = server
  return new Client(
    address,
    channel.createSsl(
      Buffer.from(rootPem),
      present ? Buffer.from(present.keyPem) : null,
      present ? Buffer.from(present.chainPem) : null,
      { checkServerIdentity: (_host, certificate) => checkServer(certificate, server) },
    ),
    {
      'grpc.enable_http_proxy': 0,
      'grpc.use_local_subchannel_pool': 1,
      // only a label: the server is judged by its SPIFFE identity, and TLS forbids an IP address here
      'grpc.ssl_target_name_override': 'lotse.internal',
      ...options,
    },
  )
}

/** The certificate is verified against the root already; it must also be the control plane's, not any workload's. */
function checkServer(
  certificate: { readonly raw: Buffer },
  { rootPem, wanted }: Server,
): Error | undefined {
  const identity = identityOf(certificate)
  if (isProblem(identity)) return new Error(identity.text)
  const { namespace, serviceAccount, trustDomain } = identity
  // an organisation's root has no name of a trust domain; what the present certificate says holds there
  const names = certificateBlocks(rootPem).map((pem) => new X509Certificate(pem).subjectAltName)
  const domain = names.some(
    (name = '') => !name.includes('URI:') || name === `URI:spiffe://${trustDomain}`,
  )
  const own =
    namespace === CONTROL_PLANE.namespace &&
    serviceAccount === CONTROL_PLANE.serviceAccount &&
    trustDomain === (wanted.trustDomain ?? trustDomain) &&
    domain
  return own ? undefined : new Error('The server is not the control plane of this mesh.')
}

// Gateway: the servers (ports, hosts, certificates) of a proxy at the mesh's edge.
import {
  boolean,
  enumOf,
  type Infer,
  list,
  object,
  port,
  required,
  string,
  unused,
} from '../shape.ts'
import { labels, strings } from './match.ts'

const tlsProtocol = enumOf('TLS_AUTO', 'TLSV1_0', 'TLSV1_1', 'TLSV1_2', 'TLSV1_3')

export const serverTlsSettings = object({
  httpsRedirect: boolean,
  mode: enumOf(
    'PASSTHROUGH',
    'SIMPLE',
    'MUTUAL',
    'AUTO_PASSTHROUGH',
    'ISTIO_MUTUAL',
    'OPTIONAL_MUTUAL',
  ),
  serverCertificate: string,
  privateKey: string,
  caCertificates: string,
  caCrl: string,
  credentialName: string,
  credentialNames: strings,
  caCertCredentialName: string,
  tlsCertificates: list(
    object({ serverCertificate: string, privateKey: string, caCertificates: string }),
  ),
  subjectAltNames: strings,
  verifyCertificateSpki: strings,
  verifyCertificateHash: strings,
  minProtocolVersion: tlsProtocol,
  maxProtocolVersion: tlsProtocol,
  cipherSuites: strings,
})

export const gatewayPort = object({
  number: required(port),
  protocol: required(string),
  name: required(string),
  targetPort: unused(port, 'the targetPort of the Service in front of the gateway decides'),
})

const server = object({
  port: required(gatewayPort),
  bind: string,
  hosts: required(list(string, 1)),
  tls: serverTlsSettings,
  defaultEndpoint: unused(
    string,
    'Istio never implemented it; bind a VirtualService to the server',
  ),
  name: string,
})

export const gateway = object({ servers: list(server), selector: labels })

export type Gateway = Omit<Infer<typeof gateway>, 'servers'> & {
  readonly servers?: readonly Server[]
}
export type Server = Omit<Infer<typeof server>, 'tls'> & { readonly tls?: ServerTlsSettings }
export type GatewayPort = Infer<typeof gatewayPort>
/** What the Gateway API can say besides, and no user of Istio's: secrets of any namespace, as `namespace/name`. */
export type ServerTlsSettings = Infer<typeof serverTlsSettings> & {
  readonly secrets?: readonly string[]
}

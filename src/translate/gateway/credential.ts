// Certificates of a gateway's TLS servers: which secrets it may have, and their names in SDS.
import type { Secret } from '../../../proto/envoy.d.ts'
import { authoritySecret, credentialOf } from '../../model/credential.ts'
import { type Document, keyOf } from '../../model/document.ts'
import { memo } from '../../model/memo.ts'
import { ORIGIN, type Origin } from '../../model/origin.ts'
import type { Resource } from '../../model/resource.ts'
import type { Secret as SecretSpec } from '../../model/schema/core.ts'
import type { ServerTlsSettings } from '../../model/schema/gateway.ts'
import type { View } from '../../model/view.ts'
import { resource } from '../typed.ts'

/** The secrets that one server needs; each by its name in SDS. */
export interface ServerCredentials {
  readonly certificates: readonly Resource[]
  /** What clients are verified with; absent where they are not. */
  readonly authority: Resource | undefined
}

/**
 * Undefined if something is missing: the server is then left out, as Envoy would keep a whole listener warming for a
 * secret that does not come. Secrets are of the proxy's own namespace, and only for one that has proven who it is.
 */
export function serverCredentials(
  view: View,
  tls: ServerTlsSettings,
): ServerCredentials | undefined {
  const certificates = certificatesOf(view, tls)
  if (!certificates?.length) return undefined
  if (!verifiesClients(tls)) return { certificates, authority: undefined }
  const authority = authorityOf(view, tls)
  return authority && { certificates, authority }
}

export function verifiesClients({ mode }: ServerTlsSettings): boolean {
  return mode === 'MUTUAL' || mode === 'OPTIONAL_MUTUAL'
}

export function credentialNames(tls: ServerTlsSettings): readonly string[] {
  return tls.credentialNames?.length
    ? tls.credentialNames
    : tls.credentialName
      ? [tls.credentialName]
      : []
}

function certificatesOf(view: View, tls: ServerTlsSettings): Resource[] | undefined {
  if (tls.secrets) return tls.secrets.flatMap((key) => certificateAt(view, key) ?? [])
  const names = credentialNames(tls)
  if (names.length > 0) {
    const found = names.flatMap((name) => certificateSecret(view, name) ?? [])
    return found.length === names.length ? found : undefined
  }
  const pairs = tls.tlsCertificates?.length ? tls.tlsCertificates : [tls]
  return pairs.flatMap(({ serverCertificate, privateKey }) =>
    serverCertificate && privateKey ? [filePair(serverCertificate, privateKey)] : [],
  )
}

function authorityOf(view: View, tls: ServerTlsSettings): Resource | undefined {
  const [name] = tls.caCertCredentialName ? [tls.caCertCredentialName] : credentialNames(tls)
  if (name) return authorityFor(view, name)
  const file =
    tls.caCertificates ?? tls.tlsCertificates?.find((one) => one.caCertificates)?.caCertificates
  return file ? fileAuthority(file, tls.caCrl) : undefined
}

/**
 * A Secret of the proxy's own namespace, only for a proxy that has proven its name, and of which the mesh (not the proxy
 * itself) says what it is: every way to a secret's content goes through here.
 */
function secretOf(view: View, name: string): Document<SecretSpec> | undefined {
  return secretAt(view, `${view.facet('namespace')}/${name}`)
}

function secretAt(view: View, key: string): Document<SecretSpec> | undefined {
  const own = `${view.facet('namespace')}/${view.facet('workload')}`
  if (view.facet('certified') !== 'yes' || !view.get('WorkloadEntry', own)) return undefined
  return view.get('Secret', key)
}

/** Of a namespace that allows it, as `namespace/name`. */
function certificateAt(view: View, key: string): Resource | undefined {
  const document = secretAt(view, key)
  return document && certificateElsewhere(view, document)
}

export function certificateSecret(view: View, name: string): Resource | undefined {
  const document = secretOf(view, name)
  return document && certificateIn(view, document)
}

/** Named by the Secret that asks for it, wherever it stands: in that Secret itself, else in the one beside it (Istio). */
export function authorityFor(view: View, name: string): Resource | undefined {
  const own = secretOf(view, name)
  if (own && credentialOf(own).authority) return authorityIn(view, own)
  const beside = secretOf(view, authoritySecret(name))
  return beside && authorityBeside(view, beside)
}

// By document, so that proxies of one namespace share what they have in common.
const certificateIn = memo((_view: View, document: Document<SecretSpec>): Resource | undefined =>
  certificate(`kubernetes://${document.metadata.name}`, document),
)

const certificateElsewhere = memo(
  (_view: View, document: Document<SecretSpec>): Resource | undefined =>
    certificate(`kubernetes-gateway://${keyOf(document.metadata)}`, document),
)

function certificate(name: string, document: Document<SecretSpec>): Resource | undefined {
  const { certificate, key } = credentialOf(document)
  if (!certificate || !key) return undefined
  const content: Content = {
    tls_certificate: {
      certificate_chain: { inline_string: certificate },
      private_key: { inline_string: key },
    },
  }
  return secret(name, content, document.at(NAME))
}

const authorityIn = memo((_view: View, document: Document<SecretSpec>): Resource | undefined =>
  authority(authoritySecret(document.metadata.name), document),
)

const authorityBeside = memo((_view: View, document: Document<SecretSpec>): Resource | undefined =>
  authority(document.metadata.name, document),
)

function authority(name: string, document: Document<SecretSpec>): Resource | undefined {
  const text = credentialOf(document).authority
  if (!text) return undefined
  const content: Content = { validation_context: { trusted_ca: { inline_string: text } } }
  return secret(`kubernetes://${name}`, content, document.at(NAME))
}

const NAME = ['metadata', 'name']

/** Files are named in a secret too: one that cannot be read takes down its own server, not the listener. */
function filePair(certificate: string, key: string): Resource {
  return secret(`file-cert:${certificate}~${key}`, {
    tls_certificate: {
      certificate_chain: { filename: certificate },
      private_key: { filename: key },
      watched_directory: { path: dirname(certificate) },
    },
  })
}

function fileAuthority(file: string, revoked: string | undefined): Resource {
  return secret(`file-root:${file}${revoked ? `~${revoked}` : ''}`, {
    validation_context: {
      trusted_ca: { filename: file },
      ...(revoked ? { crl: { filename: revoked } } : {}),
      watched_directory: { path: dirname(file) },
    },
  })
}

type Content = Secret extends infer S ? (S extends unknown ? Omit<S, 'name'> : never) : never

function dirname(file: string): string {
  return file.slice(0, Math.max(1, file.lastIndexOf('/')))
}

function secret(name: string, content: Content, origin?: Origin): Resource {
  return resource('secret', name, { name, ...content, ...(origin ? { [ORIGIN]: origin } : {}) })
}

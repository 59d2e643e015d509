// Certificates of a gateway's TLS servers: which secrets it may have, and their names in SDS.
import type { Secret } from '../../../proto/envoy.d.ts'
import { authoritySecret, credentialOf } from '../../model/credential.ts'
import { memo } from '../../model/memo.ts'
import { ORIGIN, type Origin } from '../../model/origin.ts'
import type { Resource } from '../../model/resource.ts'
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

function secretOf(view: View, name: string) {
  if (view.facet('certified') !== 'yes') return undefined
  return view.get('Secret', `${view.facet('namespace')}/${name}`)
}

export const certificateSecret = memo((view: View, name: string): Resource | undefined => {
  const document = secretOf(view, name)
  if (!document) return undefined
  const { certificate, key } = credentialOf(document)
  if (!certificate || !key) return undefined
  return secret(
    `kubernetes://${name}`,
    {
      tls_certificate: {
        certificate_chain: { inline_string: certificate },
        private_key: { inline_string: key },
      },
    },
    document.at(['metadata', 'name']),
  )
})

/** In the secret itself, else in the one beside it (Istio). */
export const authorityFor = memo((view: View, name: string): Resource | undefined => {
  for (const source of [name, authoritySecret(name)]) {
    const document = secretOf(view, source)
    const authority = document && credentialOf(document).authority
    if (!authority) continue
    return secret(
      `kubernetes://${authoritySecret(name)}`,
      { validation_context: { trusted_ca: { inline_string: authority } } },
      document.at(['metadata', 'name']),
    )
  }
  return undefined
})

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

// What a Secret holds for TLS: certificate and key of a server, and the authority that clients are verified with.
import type { Document } from './document.ts'
import type { Secret } from './schema/core.ts'

/** PEM texts, as far as they are there. */
export interface Credential {
  readonly certificate: string | undefined
  readonly key: string | undefined
  /** Certificates of the authorities that clients' certificates must come from. */
  readonly authority: string | undefined
}

/** The field names of Kubernetes' TLS secrets, else of Istio's generic ones. */
export const CERTIFICATE_FIELDS = ['tls.crt', 'cert'] as const
export const KEY_FIELDS = ['tls.key', 'key'] as const
export const AUTHORITY_FIELDS = ['ca.crt', 'cacert'] as const

/** Fields of both forms are never mixed for one pair. */
export function credentialOf(document: Document<Secret>): Credential {
  const field = (name: string) => text(document.spec, name)
  const [kubernetes, generic] = [0, 1].map((form) => ({
    certificate: field(CERTIFICATE_FIELDS[form]!),
    key: field(KEY_FIELDS[form]!),
  }))
  const pair = kubernetes!.certificate || kubernetes!.key ? kubernetes! : generic!
  return { ...pair, authority: field(AUTHORITY_FIELDS[0]) ?? field(AUTHORITY_FIELDS[1]) }
}

/** Kubernetes lets `stringData` win over `data`. */
function text({ data, stringData }: Secret, name: string): string | undefined {
  const plain = stringData?.[name]
  const encoded = data?.[name]
  const value = plain ?? (encoded && Buffer.from(encoded, 'base64').toString('utf8'))
  return value || undefined
}

/** Where an authority of its own stands, if the secret of the server has none (Istio). */
export function authoritySecret(credentialName: string): string {
  return `${credentialName}-cacert`
}

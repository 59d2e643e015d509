// Of the Secrets of a cluster only what a gateway may need is kept: passwords of applications are nobody's business here.
import { AUTHORITY_FIELDS, CERTIFICATE_FIELDS, KEY_FIELDS } from '../../model/credential.ts'
import type { KubernetesObject } from './reflector.ts'

const FIELDS: readonly string[] = [...CERTIFICATE_FIELDS, ...KEY_FIELDS, ...AUTHORITY_FIELDS]

/** Without fields that are no part of a certificate. */
export function withoutOthers(secret: KubernetesObject): KubernetesObject {
  const data = Object.entries((secret.data ?? {}) as Readonly<Record<string, unknown>>)
  return { ...secret, data: Object.fromEntries(data.filter(([name]) => FIELDS.includes(name))) }
}

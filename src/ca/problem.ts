// Errors of the certificate authority as values, and the codes they carry.
import type { Diagnostic } from '../model/diagnostic.ts'

/** What each code means. */
export const CA_CODES = {
  L0401: 'The trust domain, namespace, workload or service account is not a valid name.',
  L0402: 'The certificate does not prove an identity of the mesh.',
  L0403: 'The certificate does not prove a workload.',
  L0410: "The certificate authority's data directory cannot be read or written.",
  L0411: "A part of the certificate authority's data is missing.",
  L0412: "The certificate authority's root certificate and key cannot be used.",
  L0413: 'The root certificate is not valid at this time.',
  L0414: 'Others than the owner can read or change the certificate authority.',
  L0420: 'The signing request cannot be read.',
  L0421: 'The key of the signing request is too weak or of a kind that is not accepted.',
  L0422: 'The signature of the signing request does not fit its key.',
  L0423: 'The signing request asks for more than its identity.',
  L0424: 'The certificate could not be signed.',
  L0430: 'The caller has no valid token or certificate.',
  L0431: 'The caller may not have a certificate for this workload.',
  L0432: 'The token cannot be made as asked.',
  L0433: 'The request does not name its workload.',
  L0440: 'The control plane is not the one that the token belongs to.',
  L0441: 'The control plane cannot be reached or refused to enrol the workload.',
  L0442: 'The text is not a join token.',
  L0443: 'The stored key and certificates of the workload cannot be used.',
} as const

export type CaCode = keyof typeof CA_CODES

export function problem(
  code: CaCode,
  text: string,
  severity: Diagnostic['severity'] = 'error',
): Diagnostic {
  return { code: code as string as Diagnostic['code'], severity, text }
}

/** Tells an error from a result: every function here that can fail returns `T | Diagnostic`. */
export function isProblem<T>(value: T | Diagnostic): value is Diagnostic {
  return typeof value === 'object' && value !== null && 'severity' in value && 'text' in value
}

/** The reason in a caught error, as one short line; never its stack. */
export function reasonOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code
  const text = typeof code === 'string' ? code : error instanceof Error ? error.message : 'unknown'
  return text.split('\n', 1)[0]?.slice(0, 200) ?? 'unknown'
}

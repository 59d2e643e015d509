// Errors of the certificate authority as values.
import type { Code } from '../model/codes.ts'
import type { Diagnostic } from '../model/diagnostic.ts'

export function problem(
  code: Code,
  text: string,
  severity: Diagnostic['severity'] = 'error',
): Diagnostic {
  return { code, severity, text }
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

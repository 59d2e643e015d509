// Errors of finding, configuring and running an Envoy as values.
import type { Code } from '../src/model/codes.ts'
import type { Diagnostic } from '../src/model/diagnostic.ts'

export function problem(code: Code, text: string): Diagnostic {
  return { code, severity: 'error', text }
}

/** Tells an error from a result: functions here that can fail give `T | Diagnostic`. */
export function isProblem(value: unknown): value is Diagnostic {
  if (typeof value !== 'object' || value === null) return false
  return 'severity' in value && 'code' in value && 'text' in value
}

/** The reason in a caught error as one short line: never a stack, never an address a tool was configured with. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const line = text.split('\n', 1)[0] ?? ''
  return line.replace(/\b[a-z]+:\/\/\S+/g, '<address>').slice(0, 300)
}

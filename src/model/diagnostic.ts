// What is wrong, as a value: every error and warning a user sees is one of these.
import type { Code } from './codes.ts'
import { type Origin, printOrigin } from './origin.ts'

export type Severity = 'error' | 'warning' | 'info'

/** `text` says what, why and what to do; `origin` says where. Codes are listed in `codes.ts`. */
export interface Diagnostic {
  readonly code: Code
  readonly severity: Severity
  readonly text: string
  readonly origin?: Origin
  /** The object it is about, as `Kind/namespace/name`. */
  readonly about?: string
}

export function isDiagnostic(value: object): value is Diagnostic {
  return 'code' in value && 'severity' in value
}

/** `mesh.yaml:3:5: error: text (L0102)`. */
export function printDiagnostic(diagnostic: Diagnostic): string {
  const place = diagnostic.origin ? `${printOrigin(diagnostic.origin)}: ` : ''
  return `${place}${diagnostic.severity}: ${diagnostic.text} (${diagnostic.code})`
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error')
}

/** By place, then code, so that the order never depends on the order of reading. */
export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  return (
    compare(a.origin?.source ?? '', b.origin?.source ?? '') ||
    (a.origin?.line ?? 0) - (b.origin?.line ?? 0) ||
    (a.origin?.column ?? 0) - (b.origin?.column ?? 0) ||
    compare(a.code, b.code) ||
    compare(a.text, b.text)
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

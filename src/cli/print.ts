// How commands talk: results on standard output, everything else on standard error; exit codes of DESIGN §4.
import { type Diagnostic, hasErrors, printDiagnostic } from '../model/diagnostic.ts'

export const EXIT = { done: 0, wrongInput: 1, wrongUsage: 2, environment: 3 } as const

export function printAll(diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) console.error(printDiagnostic(diagnostic))
}

export function verdict(diagnostics: readonly Diagnostic[]): number {
  return hasErrors(diagnostics) ? EXIT.wrongInput : EXIT.done
}

/** Prints why a command cannot go on; codes of the environment (L05) have an exit code of their own. */
export function fail(diagnostic: Diagnostic): number {
  printAll([diagnostic])
  return diagnostic.code.startsWith('L05') ? EXIT.environment : EXIT.wrongInput
}

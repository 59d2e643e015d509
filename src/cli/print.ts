// How commands talk: results on standard output, everything else on standard error; exit codes of DESIGN §4.
import { type Diagnostic, hasErrors, printDiagnostic } from '../model/diagnostic.ts'

export const EXIT = { done: 0, wrongInput: 1, wrongUsage: 2, environment: 3 } as const

export function printAll(diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) console.error(printDiagnostic(diagnostic))
}

export function verdict(diagnostics: readonly Diagnostic[]): number {
  return hasErrors(diagnostics) ? EXIT.wrongInput : EXIT.done
}

/** Prints why a command cannot go on; wrong usage (L0512) and the environment (other L05) have exit codes of their own. */
export function fail(diagnostic: Diagnostic): number {
  printAll([diagnostic])
  if (diagnostic.code === 'L0512') return EXIT.wrongUsage
  return diagnostic.code.startsWith('L05') ? EXIT.environment : EXIT.wrongInput
}

// Errors of finding, configuring and running an Envoy as values, and the codes they carry.
import type { Diagnostic } from '../src/model/diagnostic.ts'

/** What each code means. */
export const ENVOY_CODES = {
  L0501: 'No Envoy binary was found and none could be installed.',
  L0502: 'The Envoy binary that was named cannot be used.',
  L0503: 'Envoy ended or did not become ready.',
  L0504: 'The folder of a proxy cannot be written.',
  L0505: 'The description of a proxy is wrong.',
} as const

export type EnvoyCode = keyof typeof ENVOY_CODES

export function problem(code: EnvoyCode, text: string): Diagnostic {
  return { code: code as string as Diagnostic['code'], severity: 'error', text }
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

// Admission reviews (admission.k8s.io/v1): a question of the API server to its answer. Pure but for what the caller passes in.
import { type Diagnostic, hasErrors, printDiagnostic } from '../model/diagnostic.ts'
import { type InjectSettings, inject } from './inject.ts'
import type { Pod } from './pod.ts'
import { takesSidecar } from './policy.ts'

export interface Review {
  readonly request?: {
    readonly uid: string
    readonly namespace?: string
    readonly operation?: string
    readonly object?: unknown
  }
}

export interface Verdict {
  readonly allowed: boolean
  readonly warnings?: readonly string[]
  readonly status?: { readonly code: number; readonly message: string }
  /** Base64 of a JSON patch (RFC 6902). */
  readonly patch?: string
  readonly patchType?: 'JSONPatch'
}

/** Kubernetes cuts warnings that are longer, or more than fit. */
const LONGEST = 250
const MOST = 15

/** The API server's answer form around a verdict; undefined if it asked nothing. */
export function answer(review: Review, verdict: Verdict): object | undefined {
  const uid = review.request?.uid
  if (typeof uid !== 'string') return undefined
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid, ...verdict },
  }
}

/** Refuses what has an error; warnings are shown to whoever applied the object. */
export function verdictOf(diagnostics: readonly Diagnostic[]): Verdict {
  const warnings = diagnostics
    .filter(({ severity }) => severity !== 'error')
    .slice(0, MOST)
    .map((diagnostic) => printDiagnostic(diagnostic).slice(0, LONGEST))
  const told = warnings.length > 0 ? { warnings } : {}
  if (!hasErrors(diagnostics)) return { allowed: true, ...told }
  const errors = diagnostics.filter(({ severity }) => severity === 'error').slice(0, MOST)
  const message = errors.map(printDiagnostic).join('\n')
  return { allowed: false, status: { code: 422, message }, ...told }
}

export function injectionOf(pod: unknown, settings: InjectSettings): Verdict {
  if (!isPod(pod) || !takesSidecar(pod, settings.revision)) return { allowed: true }
  const { metadata, spec } = inject(pod, settings)
  const operations = [
    { op: 'replace', path: '/metadata', value: metadata },
    { op: 'replace', path: '/spec', value: spec },
  ]
  const patch = Buffer.from(JSON.stringify(operations)).toString('base64')
  return { allowed: true, patch, patchType: 'JSONPatch' }
}

function isPod(value: unknown): value is Pod {
  if (typeof value !== 'object' || value === null || !('spec' in value)) return false
  const { spec } = value
  return typeof spec === 'object' && spec !== null && 'containers' in spec
}

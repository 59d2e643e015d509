// Says in the user's terms what Envoy would refuse: which resources, from which line, and why.
import type { Diagnostic } from '../model/diagnostic.ts'
import { printOrigin } from '../model/origin.ts'
import type { Resource } from '../model/resource.ts'
import { guiltyOrigin, printable } from '../xds/rejection.ts'

/** `fate` says what becomes of it. */
export function refusalOf(resource: Resource, words: string, fate: string): Diagnostic {
  const origin = guiltyOrigin(resource, words)
  const { type, name } = resource
  const text = `Envoy refuses ${type} ${name}: ${printable(words)}. ${fate}`
  return { code: 'L0307', severity: 'error', text, ...(origin ? { origin } : {}) }
}

/** One for each place that makes resources wrong, however many there are. */
export function byPlace(refusals: readonly Diagnostic[]): Diagnostic[] {
  const found = new Map<string, { readonly first: Diagnostic; others: number }>()
  for (const refusal of refusals) {
    const place = refusal.origin ? printOrigin(refusal.origin) : refusal.text
    const known = found.get(place)
    if (known) known.others += 1
    else found.set(place, { first: refusal, others: 0 })
  }
  return [...found.values()].map(({ first, others }) =>
    others === 0 ? first : { ...first, text: `${first.text} So it does ${others} more.` },
  )
}

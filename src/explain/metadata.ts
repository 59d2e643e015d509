// Envoy's matchers of dynamic metadata, as the claims of a verified token.
import type { MetadataMatcher, ValueMatcher } from '../../proto/envoy.d.ts'
import { matchesText, Unknown } from './text.ts'

type Metadata = Readonly<Record<string, unknown>> | undefined

export function matchesMetadataAt(matcher: MetadataMatcher, metadata: Metadata): boolean {
  const { value, invert = false } = matcher
  return (value !== undefined && matchesValue(value, valueAt(matcher, metadata))) !== invert
}

function valueAt({ filter = '', path = [] }: MetadataMatcher, metadata: Metadata): unknown {
  let value: unknown = metadata?.[filter]
  for (const { key } of path) {
    if (typeof value !== 'object' || value === null || key === undefined) return undefined
    value = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
  }
  return value
}

function matchesValue(matcher: ValueMatcher, value: unknown): boolean {
  const { string_match: text, list_match: list, or_match: or } = matcher
  if (text) return typeof value === 'string' && matchesText(text, value)
  if (matcher.present_match !== undefined) return (value !== undefined) === matcher.present_match
  if (list?.one_of) {
    const { one_of: item } = list
    return Array.isArray(value) && value.some((one) => matchesValue(item, one))
  }
  if (or) return or.value_matchers?.some((one) => matchesValue(one, value)) ?? false
  throw new Unknown(`a value matcher of the kind ${Object.keys(matcher)}`)
}

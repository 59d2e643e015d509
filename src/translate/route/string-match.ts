// Istio's StringMatch as Envoy's matchers.
import type { StringMatcher } from '../../../proto/envoy.d.ts'
import type { StringMatch } from '../../model/schema/match.ts'

/** `{}` and the regex `*` ask for presence only (Istio); `*` is no regular expression. */
export function asksForPresence(match: StringMatch): boolean {
  const { exact, prefix, regex } = match
  return regex === '*' || (exact === undefined && prefix === undefined && regex === undefined)
}

/** For a match that does not ask for presence. A regex must match the whole text (Envoy). */
export function stringMatcher(match: StringMatch): StringMatcher {
  if (match.exact !== undefined) return { exact: match.exact }
  if (match.prefix !== undefined) return { prefix: match.prefix }
  return { safe_regex: { regex: match.regex ?? '' } }
}

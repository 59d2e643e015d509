// Envoy's matchers of texts.
import type { StringMatcher } from '../../proto/envoy.d.ts'
import { fullMatch } from './regex.ts'

/** Something in the configuration that cannot be evaluated here; the text says what. */
export class Unknown extends Error {}

/** Throws Unknown for a matcher that only Envoy itself can decide. */
export function matchesText(matcher: StringMatcher, text: string): boolean {
  const { safe_regex: regex } = matcher
  if (regex) return matchesRegex(regex.regex ?? '', text)
  const fold = (value: string) => (matcher.ignore_case ? lower(value) : value)
  const folded = fold(text)
  if (matcher.exact !== undefined) return folded === fold(matcher.exact)
  if (matcher.prefix !== undefined) return folded.startsWith(fold(matcher.prefix))
  if (matcher.suffix !== undefined) return folded.endsWith(fold(matcher.suffix))
  if (matcher.contains !== undefined) return folded.includes(fold(matcher.contains))
  throw new Unknown(`a text matcher of the kind ${Object.keys(matcher)}`)
}

/** The whole text must match. */
export function matchesRegex(regex: string, text: string): boolean {
  const test = fullMatch(regex)
  if (!test) throw new Unknown(`the regular expression ${regex}`)
  return test(text)
}

/** As Envoy folds case: ASCII only. */
export function lower(text: string): string {
  return text.replace(/[A-Z]/g, (char) => char.toLowerCase())
}

// How a user's text becomes a matcher: exact, `prefix*`, `*suffix` or `*`, and never a regular expression of the user's making.
import type { HeaderMatcher, StringMatcher } from '../../../proto/envoy.d.ts'

/** A text with which no regular expression can be smuggled in: it stands for itself in RE2. */
export function quoted(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')
}

export function regex(pattern: string): StringMatcher {
  return { safe_regex: { regex: pattern } }
}

export const ANY_TEXT: StringMatcher = regex('.+')

/** Istio's four forms; `before` stands before the whole value, as `spiffe://` does before a principal. */
export function textMatcher(value: string, before = ''): StringMatcher {
  if (value === '*') return ANY_TEXT
  if (value.startsWith('*')) return { suffix: value.slice(1) }
  if (value.endsWith('*')) return { prefix: before + value.slice(0, -1) }
  return { exact: before + value }
}

/** The header has a value of that form; of several headers with one name, one that matches is enough. */
export function headerMatcher(name: string, value: string): HeaderMatcher {
  if (value === '*') return { name, present_match: true }
  return { name, string_match: textMatcher(value) }
}

/** As a regular expression; `*` at any place stands for text without `/`, all else for itself. */
export function segmentPattern(value: string): string {
  return value.split('*').map(quoted).join('[^/]*')
}

const HEADER_NAME = /^:?[A-Za-z0-9!#$%&'*+.^_|~`-]+$/

/** Whether Envoy takes it for a header's name. */
export function isHeaderName(name: string): boolean {
  return HEADER_NAME.test(name)
}

// Whether a route takes a request, by Envoy's rules.
import type { HeaderMatcher, QueryParameterMatcher, RouteMatch } from '../../proto/envoy.d.ts'
import { matchesMetadataAt } from './metadata.ts'
import { lower, matchesRegex, matchesText, Unknown } from './text.ts'

/** A header that was sent several times has several values. */
export type Headers = Readonly<Record<string, string | readonly string[]>>

/** A request as the router sees it. */
export interface RoutedRequest {
  /** By lower-case name, with `:method`, `:authority`, `:path` (with its query) and `:scheme`. */
  readonly headers: Headers
  /** Dynamic metadata by filter, as a verified token's claims. */
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** Throws Unknown where only Envoy itself can tell. */
export function matchesRoute(match: RouteMatch, request: RoutedRequest): boolean {
  for (const field of ['runtime_fraction', 'tls_context', 'filter_state'] as const) {
    if (match[field] !== undefined) throw new Unknown(`a route with ${field}`)
  }
  const { headers } = request
  if (match.grpc && !one(headers, 'content-type').startsWith('application/grpc')) return false
  return (
    matchesPath(match, one(headers, ':path'), one(headers, ':method')) &&
    (match.headers ?? []).every((matcher) => matchesHeader(matcher, headers)) &&
    matchesQuery(match.query_parameters ?? [], one(headers, ':path')) &&
    (match.dynamic_metadata ?? []).every((matcher) => matchesMetadataAt(matcher, request.metadata))
  )
}

function matchesPath(match: RouteMatch, whole: string, method: string): boolean {
  const path = whole.replace(/[?#].*$/s, '')
  const fold = (text: string) => (match.case_sensitive === false ? lower(text) : text)
  if (match.connect_matcher) return method === 'CONNECT'
  if (match.prefix !== undefined) return fold(path).startsWith(fold(match.prefix))
  if (match.path !== undefined) return fold(path) === fold(match.path)
  if (match.safe_regex) return matchesRegex(match.safe_regex.regex ?? '', path)
  if (match.path_separated_prefix !== undefined) {
    const prefix = fold(match.path_separated_prefix)
    return fold(path) === prefix || fold(path).startsWith(`${prefix}/`)
  }
  throw new Unknown(`a path matcher of the kind ${Object.keys(match)}`)
}

/** The value of a header that is sent once; empty if it is not there. */
export function one(headers: Headers, name: string): string {
  return valuesOf(headers, name)[0] ?? ''
}

function valuesOf(headers: Headers, name: string): readonly string[] {
  return Object.hasOwn(headers, name) ? [headers[name] ?? []].flat() : []
}

/** Each value of a repeated header is matched for itself. */
export function matchesHeader(matcher: HeaderMatcher, headers: Headers): boolean {
  const { name = '', present_match: present, invert_match: invert = false } = matcher
  const given = valuesOf(headers, lower(name))
  const values = given.length === 0 && matcher.treat_missing_header_as_empty ? [''] : given
  const isPresent = values.length > 0
  const text = testOf(matcher)
  if (!text) return (isPresent === (present ?? true)) !== invert
  return isPresent && values.some(text) !== invert
}

/** Undefined for a matcher that asks for presence only. */
function testOf(matcher: HeaderMatcher): ((text: string) => boolean) | undefined {
  const { string_match: text, range_match: range } = matcher
  if (text) return (value) => matchesText(text, value)
  if (range) {
    const [start, end] = [Number(range.start ?? 0), Number(range.end ?? 0)]
    return (value) => /^[+-]?\d+$/.test(value) && Number(value) >= start && Number(value) < end
  }
  const known = ['name', 'present_match', 'invert_match', 'treat_missing_header_as_empty']
  const other = Object.keys(matcher).find((key) => !known.includes(key))
  if (other) throw new Unknown(`a header matcher of the kind ${other}`)
  return undefined
}

/** Of a parameter that stands several times the first counts; nothing is decoded. */
function matchesQuery(matchers: readonly QueryParameterMatcher[], path: string): boolean {
  if (matchers.length === 0) return true
  const values = new Map<string, string>()
  for (const part of (/\?([^#]*)/s.exec(path)?.[1] ?? '').split('&')) {
    const equals = part.indexOf('=')
    const name = equals < 0 ? part : part.slice(0, equals)
    if (!values.has(name)) values.set(name, equals < 0 ? '' : part.slice(equals + 1))
  }
  return matchers.every(({ name = '', present_match: present, string_match: text }) => {
    const value = values.get(name)
    if (text) return value !== undefined && matchesText(text, value)
    return (value !== undefined) === (present ?? true)
  })
}

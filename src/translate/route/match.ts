// Match blocks: what the control plane decides for this proxy and port, and what Envoy matches on each request.
import type {
  HeaderMatcher,
  MetadataMatcher,
  QueryParameterMatcher,
  RouteMatch,
} from '../../../proto/envoy.d.ts'
import { ORIGIN, type Path } from '../../model/origin.ts'
import type { RuleMatch } from '../../model/rule.ts'
import type { StringMatch } from '../../model/schema/match.ts'
import type { HttpMatchRequest } from '../../model/schema/virtual-service.ts'
import { matchesLabels } from '../../model/selector.ts'
import { HTTP_FILTERS } from '../filters.ts'
import type { RouteContext } from './context.ts'
import { asksForPresence, stringMatcher } from './string-match.ts'

type Where = Pick<HttpMatchRequest, 'port' | 'gateways' | 'sourceLabels' | 'sourceNamespace'>
type Whose = Pick<
  RouteContext,
  'virtualService' | 'port' | 'gateways' | 'clientLabel' | 'clientNamespace'
>

/** Whether traffic of this proxy on this port can match at all: port, then gateways, or else source labels and namespace (X7). */
export function appliesTo(match: Where, context: Whose): boolean {
  if (match.port && match.port !== context.port) return false
  if (match.gateways?.length) {
    const { namespace } = context.virtualService.metadata
    return match.gateways.some((name) => context.gateways.includes(fullGateway(name, namespace)))
  }
  if (match.sourceLabels && !matchesLabels(match.sourceLabels, context.clientLabel)) return false
  return !match.sourceNamespace || match.sourceNamespace === context.clientNamespace()
}

/** `mesh` or `namespace/name`; a bare name is a gateway of the rule's namespace. */
function fullGateway(name: string, namespace: string): string {
  return name === 'mesh' || name.includes('/') ? name : `${namespace}/${name}`
}

export function routeMatch(match: RuleMatch, context: RouteContext, path: Path): RouteMatch {
  const { headers, dynamic_metadata } = headerMatchers(match)
  const query = Object.entries(match.queryParams ?? {}).map(([name, value]) =>
    parameter(name, value),
  )
  return {
    ...(match.pathElements
      ? elementsMatch(match.pathElements, context)
      : pathMatch(match.uri, match.ignoreUriCase === true)),
    ...(headers.length > 0 ? { headers } : {}),
    ...(query.length > 0 ? { query_parameters: query } : {}),
    ...(dynamic_metadata.length > 0 ? { dynamic_metadata } : {}),
    [ORIGIN]: context.virtualService.at(path),
  }
}

/** Every request matches, so no later route can be reached. */
export function isCatchAll(match: RouteMatch): boolean {
  if (match.headers || match.query_parameters || match.dynamic_metadata) return false
  return match.prefix === '/' || match.safe_regex?.regex === '.*'
}

/** Prefix is a prefix of the text, not of path segments: `/foo` matches `/foobar` (Istio). */
function pathMatch(uri: StringMatch | undefined, ignoreCase: boolean): RouteMatch {
  // Envoy ignores the flag for a regex, as Istio says.
  const letters = ignoreCase ? { case_sensitive: false } : {}
  if (uri?.exact !== undefined) return { path: uri.exact, ...letters }
  if (uri?.regex !== undefined) return { safe_regex: { regex: uri.regex } }
  return { prefix: uri?.prefix || '/', ...letters }
}

function elementsMatch(prefix: string, { isGrpc }: RouteContext): RouteMatch {
  if (!isGrpc) return { path_separated_prefix: prefix }
  return { safe_regex: { regex: `${prefix.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}(/.*)?` } }
}

interface HeaderMatchers {
  readonly headers: HeaderMatcher[]
  readonly dynamic_metadata: MetadataMatcher[]
}

function headerMatchers(match: HttpMatchRequest): HeaderMatchers {
  const headers: HeaderMatcher[] = []
  const dynamic_metadata: MetadataMatcher[] = []
  for (const [name, value] of sorted(match.headers)) {
    const claim = claimPath(name)
    if (claim) dynamic_metadata.push(claimMatcher(claim, value, false))
    else headers.push(header(name, value))
  }
  for (const [name, value] of sorted(match.withoutHeaders)) {
    const claim = claimPath(name)
    if (claim) dynamic_metadata.push(claimMatcher(claim, value, true))
    else headers.push(withoutHeader(name, value))
  }
  if (match.method) headers.push(header(':method', match.method))
  if (match.authority) headers.push(header(':authority', match.authority))
  if (match.scheme) headers.push(header(':scheme', match.scheme))
  return { headers, dynamic_metadata }
}

function sorted(
  matches: Readonly<Record<string, StringMatch>> | undefined,
): [string, StringMatch][] {
  return Object.entries(matches ?? {})
    .map(([name, value]): [string, StringMatch] => [
      name.startsWith('@') ? name : name.toLowerCase(),
      value,
    ])
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
}

function header(name: string, match: StringMatch): HeaderMatcher {
  if (asksForPresence(match)) return { name, present_match: true }
  return { name, string_match: stringMatcher(match) }
}

/** A missing header counts as one without the value, so it matches; `.*` covers the missing header too and never matches (Istio). */
function withoutHeader(name: string, match: StringMatch): HeaderMatcher {
  const matcher: HeaderMatcher = { ...header(name, match), invert_match: true }
  return asksForPresence(match) ? matcher : { ...matcher, treat_missing_header_as_empty: true }
}

function parameter(name: string, match: StringMatch): QueryParameterMatcher {
  if (asksForPresence(match)) return { name, present_match: true }
  return { name, string_match: stringMatcher(match) }
}

const CLAIMS = '@request.auth.claims'

/** `@request.auth.claims.a.b` and `@request.auth.claims[a][b]` name the claim `a`, then `b` within it. */
export function claimPath(name: string): readonly string[] | undefined {
  if (!name.startsWith(CLAIMS)) return undefined
  const rest = name.slice(CLAIMS.length)
  if (/^(\.[^.[\]]+)+$/.test(rest)) return rest.slice(1).split('.')
  if (/^(\[[^[\]]+\])+$/.test(rest)) return rest.slice(1, -1).split('][')
  return undefined
}

/** Claims of the checked token are metadata of the filter that checked it; a claim may be one text or a list of them. */
function claimMatcher(
  claim: readonly string[],
  match: StringMatch,
  invert: boolean,
): MetadataMatcher {
  const text = asksForPresence(match) ? undefined : { string_match: stringMatcher(match) }
  return {
    filter: HTTP_FILTERS.jwtAuthn,
    path: ['payload', ...claim].map((key) => ({ key })),
    value: text
      ? { or_match: { value_matchers: [text, { list_match: { one_of: text } }] } }
      : { present_match: true },
    ...(invert ? { invert: true } : {}),
  }
}

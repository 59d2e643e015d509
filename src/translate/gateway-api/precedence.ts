// Which of several matches has a request: the order that the Gateway API gives to those of all routes of a host.
import { isWildcard } from '../../model/host.ts'
import type { RouteRuleMatch } from '../../model/schema/http-route.ts'
import type { Route } from './attachment.ts'

export interface Ranked {
  /** Of the route's own, the one for the host that is asked for; `*` if it has none. */
  readonly hostname: string
  readonly route: Route
  readonly index: readonly [rule: number, match: number]
  readonly match: RouteRuleMatch
}

/** Those that count first stand first. */
export function byPrecedence(a: Ranked, b: Ranked): number {
  return (
    byHostname(a.hostname, b.hostname) ||
    byMatch(a.match, b.match) ||
    byRouteAge(a.route, b.route) ||
    a.index[0] - b.index[0] ||
    a.index[1] - b.index[1]
  )
}

/** Exact names, then longer patterns. */
function byHostname(a: string, b: string): number {
  return Number(isWildcard(a)) - Number(isWildcard(b)) || b.length - a.length
}

/** Exact paths, patterns, prefixes, each the longest first; then with a method, then with more headers, then with more parameters. */
function byMatch(a: RouteRuleMatch, b: RouteRuleMatch): number {
  return (
    rank(b) - rank(a) ||
    (b.path?.value ?? '/').length - (a.path?.value ?? '/').length ||
    Number(b.method !== undefined) - Number(a.method !== undefined) ||
    (b.headers?.length ?? 0) - (a.headers?.length ?? 0) ||
    (b.queryParams?.length ?? 0) - (a.queryParams?.length ?? 0)
  )
}

function rank({ path }: RouteRuleMatch): number {
  const { type = 'PathPrefix' } = path ?? {}
  return { Exact: 2, RegularExpression: 1, PathPrefix: 0 }[type]
}

/** The oldest, then by `namespace/name`. */
export function byRouteAge({ metadata: a }: Route, { metadata: b }: Route): number {
  return (
    compare(a.creationTimestamp ?? '', b.creationTimestamp ?? '') ||
    compare(`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`)
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

// The matches of an HTTPRoute, one by one, each with what becomes of its requests and where that was written.
import { memo } from '../../model/memo.ts'
import type { Origin, Path } from '../../model/origin.ts'
import type { Rule, RuleMatch } from '../../model/rule.ts'
import type {
  RouteFilter,
  RouteRule,
  RouteRuleMatch,
  WeightedBackend,
} from '../../model/schema/http-route.ts'
import type { HttpRetry, HttpRouteDestination } from '../../model/schema/virtual-service.ts'
import type { View } from '../../model/view.ts'
import type { Route } from './attachment.ts'
import { type BackendProblem, backendOf } from './backend.ts'
import { corsOf, headersOf, impossible, mirroredShare, redirectOf } from './filter.ts'
import { pathMatch, pathRewrite } from './path.ts'

/** One match of a rule of a route. */
export interface Entry {
  readonly route: Route
  /** Of the rule, and of the match in it. */
  readonly index: readonly [rule: number, match: number]
  readonly match: RouteRuleMatch
  readonly rule: Rule
  /** The place of a path within `rule`. */
  readonly at: (path: Path) => Origin
}

/** Something that a rule names and that cannot be had: its requests, or their share, are answered with 500. */
export interface Unresolved extends BackendProblem {
  readonly path: Path
}

interface RouteEntries {
  readonly entries: readonly Entry[]
  readonly problems: readonly Unresolved[]
}

export const entriesOf = memo((view: View, route: Route): RouteEntries => {
  const problems: Unresolved[] = []
  const entries = (route.spec.rules ?? [{}]).flatMap((rule: RouteRule, number) => {
    const base = ['spec', 'rules', number]
    const parts = partsOf(view, route, rule, base)
    problems.push(...parts.problems)
    const matches: readonly RouteRuleMatch[] = rule.matches?.length ? rule.matches : [{}]
    return matches.map((match, index): Entry => {
      const made: Rule = {
        ...(rule.name ? { name: rule.name } : {}),
        match: [ruleMatch(match)],
        source: route,
        ...parts.ruleFor(match),
      }
      const matchPath = rule.matches?.length ? [...base, 'matches', index] : base
      const at = (path: Path) => route.at(placeOf(path, matchPath, parts))
      return { route, index: [number, index], match, rule: made, at }
    })
  })
  return Object.freeze({ entries: Object.freeze(entries), problems })
})

function ruleMatch({ path, headers, queryParams, method }: RouteRuleMatch): RuleMatch {
  return {
    ...pathMatch(path),
    ...(headers?.length ? { headers: texts(headers, true) } : {}),
    ...(queryParams?.length ? { queryParams: texts(queryParams, false) } : {}),
    ...(method ? { method: { exact: method } } : {}),
  }
}

/** Of several for one name the first counts; names of headers in any case are the same. */
function texts(list: NonNullable<RouteRuleMatch['headers']>, fold: boolean) {
  const found: Record<string, { exact: string } | { regex: string }> = {}
  for (const { name, type = 'Exact', value } of list) {
    const key = fold ? name.toLowerCase() : name
    if (Object.hasOwn(found, key)) continue
    found[key] = type === 'Exact' ? { exact: value } : { regex: value }
  }
  return found
}

interface Parts {
  readonly base: Path
  /** Where fields of the made rule come from. */
  readonly fields: ReadonlyMap<string, Path>
  readonly destinations: readonly Path[]
  readonly mirrors: readonly Path[]
  readonly problems: readonly Unresolved[]
  readonly ruleFor: (match: RouteRuleMatch) => Rule
}

function placeOf([field, number, ...rest]: Path, match: Path, parts: Parts): Path {
  if (field === undefined) return match
  if (field === 'match') return [...match, ...rest]
  const list = { route: parts.destinations, mirrors: parts.mirrors }[String(field)]
  const own = list?.[Number(number)]
  if (own) return own
  return parts.fields.get(String(field)) ?? parts.base
}

function partsOf(view: View, route: Route, rule: RouteRule, base: Path): Parts {
  const { filters = [] } = rule
  const fields = new Map<string, Path>()
  const from = (field: string, type: string) => {
    const index = filters.findIndex((one) => one.type === type)
    if (index >= 0) fields.set(field, [...base, 'filters', index])
    return filters[index]
  }
  const redirect = from('redirect', 'RequestRedirect')?.requestRedirect
  const rewrite = from('rewrite', 'URLRewrite')?.urlRewrite
  const cors = from('corsPolicy', 'CORS')?.cors
  from('headers', 'ResponseHeaderModifier')
  from('headers', 'RequestHeaderModifier')
  const headers = headersOf(filters)
  const shared: Rule = {
    ...(headers ? { headers } : {}),
    ...(cors ? { corsPolicy: corsOf(cors) } : {}),
  }
  const outside = unsupported(filters, base)
  const mirrors = mirrorsOf(view, route, filters, base)
  const backends = backendsOf(view, route, rule, base)
  fields.set('route', [...base, 'backendRefs'])
  fields.set('unresolved', backends.problems[0]?.path ?? base)
  fields.set('directResponse', outside[0]?.path ?? [...base, 'backendRefs'])
  fields.set('timeout', [...base, 'timeouts', 'request'])
  fields.set('retries', [...base, rule.retry ? 'retry' : 'timeouts'])
  const problems = [...outside, ...mirrors.problems, ...(redirect ? [] : backends.problems)]
  const common = { base, fields, problems }
  const places = { destinations: backends.paths, mirrors: mirrors.paths }
  return {
    ...{ ...common, ...places },
    ruleFor: ({ path }) => {
      if (outside.length > 0) return { ...shared, ...FAILS }
      if (redirect) return { ...shared, redirect: redirectOf(redirect, path) }
      if (backends.route.length === 0) return { ...shared, ...FAILS }
      const uri = pathRewrite(rewrite?.path, path)
      const authority = rewrite?.hostname
      return {
        ...shared,
        route: backends.route,
        ...(backends.unresolved > 0 ? { unresolved: backends.unresolved } : {}),
        ...(uri || authority ? { rewrite: { ...uri, ...(authority ? { authority } : {}) } } : {}),
        ...(mirrors.list.length > 0 ? { mirrors: mirrors.list } : {}),
        ...timesOf(rule),
      }
    },
  }
}

/** What the Gateway API asks for where there is nobody to answer. */
const FAILS: Rule = { directResponse: { status: 500 } }

/** A filter that is not known must not be skipped. */
function unsupported(filters: readonly RouteFilter[], base: Path): Unresolved[] {
  return filters.flatMap(({ type }, index): Unresolved[] => {
    if (type !== 'ExtensionRef' && type !== 'ExternalAuth') return []
    const text = `filters of the type ${type} are not supported: requests of the rule are answered with 500`
    return [{ reason: 'InvalidKind', text, path: [...base, 'filters', index] }]
  })
}

function mirrorsOf(view: View, route: Route, filters: readonly RouteFilter[], base: Path) {
  const list: NonNullable<Rule['mirrors']>[number][] = []
  const paths: Path[] = []
  const problems: Unresolved[] = []
  for (const [index, { requestMirror }] of filters.entries()) {
    if (!requestMirror) continue
    const path = [...base, 'filters', index, 'requestMirror']
    const backend = backendOf(view, requestMirror.backendRef, fromOf(route))
    if ('problem' in backend) {
      problems.push({ ...backend.problem, path: [...path, 'backendRef'] })
      continue
    }
    const percentage = mirroredShare(requestMirror)
    list.push({ destination: backend.destination, ...(percentage ? { percentage } : {}) })
    paths.push(path)
  }
  return { list, paths, problems }
}

function fromOf({ metadata }: Route) {
  return { kind: 'HTTPRoute', namespace: metadata.namespace }
}

function backendsOf(view: View, route: Route, { backendRefs = [] }: RouteRule, base: Path) {
  const list: HttpRouteDestination[] = []
  const paths: Path[] = []
  const problems: Unresolved[] = []
  let unresolved = 0
  for (const [index, reference] of backendRefs.entries()) {
    const path = [...base, 'backendRefs', index]
    const { weight = 1 } = reference
    const found = destinationOf(view, route, reference, path)
    if ('problem' in found) {
      problems.push(found.problem)
      unresolved += weight
    } else if (weight > 0) {
      list.push({ ...found.destination, weight })
      paths.push(path)
    }
  }
  return { route: list, paths, problems, unresolved }
}

/** Filters of one backend that a share of a route can have. */
const OF_BACKEND = ['RequestHeaderModifier', 'ResponseHeaderModifier']

function destinationOf(
  view: View,
  route: Route,
  reference: WeightedBackend,
  path: Path,
): { destination: Omit<HttpRouteDestination, 'weight'> } | { problem: Unresolved } {
  const { filters = [] } = reference
  const backend = backendOf(view, reference, fromOf(route))
  if ('problem' in backend) return { problem: { ...backend.problem, path } }
  const wrong = impossible(filters, OF_BACKEND)
  if (wrong >= 0) {
    const text = `a filter of the type ${filters[wrong]!.type} is not possible for a single backend: put it beside backendRefs; the backend's share is answered with 500`
    return { problem: { reason: 'UnsupportedValue', text, path: [...path, 'filters', wrong] } }
  }
  const headers = headersOf(filters)
  return { destination: { destination: backend.destination, ...(headers ? { headers } : {}) } }
}

/** What Istio retries where nothing is said; a time limit of each try needs an answer to how often. */
const DEFAULT_ATTEMPTS = 2

function timesOf({ timeouts, retry }: RouteRule): Rule {
  const limit = limitOf(timeouts?.request)
  const each = limitOf(timeouts?.backendRequest)
  const codes = retry?.codes?.join(',')
  const retries: HttpRetry = {
    attempts: retry ? (retry.attempts ?? 1) : DEFAULT_ATTEMPTS,
    ...(codes ? { retryOn: `connect-failure,refused-stream,unavailable,cancelled,${codes}` } : {}),
    ...(retry?.backoff ? { backoff: retry.backoff } : {}),
    ...(each ? { perTryTimeout: each } : {}),
  }
  return { ...(limit ? { timeout: limit } : {}), ...(retry || each ? { retries } : {}) }
}

/** Nought means none. */
function limitOf(duration: string | undefined): string | undefined {
  return duration === undefined || /^0+(h|m|s|ms)?$/.test(duration) ? undefined : duration
}

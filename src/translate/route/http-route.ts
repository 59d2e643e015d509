// Envoy routes of one VirtualService for one proxy and port, and the route of a service that has none.
import type {
  Any,
  Decorator,
  Route,
  RouteAction_HashPolicy,
  RouteMatch,
} from '../../../proto/envoy.d.ts'
import { ORIGIN, type Origin, type Path } from '../../model/origin.ts'
import type { Rule, RuleMatch } from '../../model/rule.ts'
import type { HttpRetry } from '../../model/schema/virtual-service.ts'
import { HTTP_FILTERS } from '../filters.ts'
import { configMetadata } from '../typed.ts'
import { routed, timeouts } from './action.ts'
import type { RouteContext } from './context.ts'
import { corsConfig } from './cors.ts'
import { faultConfig } from './fault.ts'
import { headerFields } from './headers.ts'
import { appliesTo, isCatchAll, routeMatch } from './match.ts'
import { directResponse, redirectAction } from './redirect.ts'
import { INBOUND_RETRIES, retryPolicy } from './retry.ts'

export type { RouteContext } from './context.ts'

/**
 * The rule's routes in the order written, up to the first that takes every request. Empty if none applies to this proxy
 * and port: the caller then goes on as if there were no rule (Istio).
 */
export function httpRoutes(context: RouteContext): Route[] {
  const routes: Route[] = []
  const rules = context.virtualService.spec.http ?? []
  for (const [index, rule] of rules.entries()) {
    const path = ['spec', 'http', index]
    const matches = rule.match?.length ? rule.match : [undefined]
    for (const [number, match] of matches.entries()) {
      if (match && !appliesTo(match, context)) continue
      const route = httpRoute(rule, match, context, path, [...path, 'match', number])
      if (!route) continue
      routes.push(route)
      if (isCatchAll(route.match ?? {})) return routes
    }
  }
  return routes
}

/** Undefined if the rule sends requests nowhere (validation refuses such rules, except those that delegate). */
function httpRoute(
  rule: Rule,
  match: RuleMatch | undefined,
  context: RouteContext,
  path: Path,
  matchPath: Path,
): Route | undefined {
  const { virtualService } = context
  const envoyMatch = routeMatch(match ?? {}, context, match ? matchPath : path)
  const [action, filters] = routeAction(rule, envoyMatch, context, path)
  if (!action) return undefined
  const name = [rule.name, match?.name].filter(Boolean).join('.')
  return {
    ...(name ? { name } : {}),
    ...(match?.statPrefix ? { stat_prefix: match.statPrefix } : {}),
    match: envoyMatch,
    ...action,
    metadata: configMetadata(rule.source ?? virtualService),
    decorator: decorator(action, envoyMatch, context, rule),
    ...filterConfig(rule, context, path, filters),
    [ORIGIN]: virtualService.at(path),
  }
}

/** The action with the route's header operations, and what its destination wants of filters. */
function routeAction(
  rule: Rule,
  match: RouteMatch,
  context: RouteContext,
  path: Path,
): readonly [action: Route | undefined, filters?: Filters | undefined] {
  const { virtualService } = context
  if (rule.redirect) {
    const origin = virtualService.at([...path, 'redirect'])
    const redirect = redirectAction(rule.redirect, context, origin)
    return [{ redirect, ...headerFields(rule.headers) }]
  }
  if (rule.directResponse) {
    const origin = virtualService.at([...path, 'directResponse'])
    const direct_response = directResponse(rule.directResponse, origin)
    return [{ direct_response, ...headerFields(rule.headers) }]
  }
  const found = routed(rule, match, context, path)
  return found ? [{ route: found.route, ...found.headers }, found.filters] : [undefined]
}

type Filters = Readonly<Record<string, Any>>

/** Istio's name of the span: `host:port/path*` with one destination, else with the rule's name in place of the host. */
function decorator(
  action: Route,
  match: RouteMatch,
  context: RouteContext,
  { source = context.virtualService }: Rule,
): Decorator {
  const prefix = match.prefix ?? match.path_separated_prefix ?? '/'
  const path = match.path ?? match.safe_regex?.regex ?? `${prefix}*`
  const [direction, port, , host] = action.route?.cluster?.split('|') ?? []
  if (direction === 'outbound') return { operation: `${host}:${port}${path}` }
  return { operation: `${source.metadata.name}:${context.port}${path}` }
}

function filterConfig(
  rule: Rule,
  context: RouteContext,
  path: Path,
  filters: Filters = {},
): Pick<Route, 'typed_per_filter_config'> {
  const { virtualService } = context
  const config: Record<string, Any> = { ...filters }
  const fault = rule.fault && faultConfig(rule.fault, virtualService.at([...path, 'fault']))
  if (fault) config[HTTP_FILTERS.fault] = fault
  if (rule.corsPolicy) {
    config[HTTP_FILTERS.cors] = corsConfig(
      rule.corsPolicy,
      virtualService.at([...path, 'corsPolicy']),
    )
  }
  return Object.keys(config).length > 0 ? { typed_per_filter_config: config } : {}
}

export interface DefaultRouteOptions {
  readonly direction: 'outbound' | 'inbound'
  /** Inbound requests of gRPC are not retried. */
  readonly isGrpc?: boolean
  /** Name of the span, as `host:port/*`. */
  readonly operation?: string
  readonly hashPolicy?: readonly RouteAction_HashPolicy[]
  readonly filters?: Filters
  readonly defaultRetries?: HttpRetry | undefined
  readonly origin?: Origin
}

/** The route of a service that no VirtualService rules: no timeout, Istio's default retries (X10, X11). */
export function defaultRoute(cluster: string, options: DefaultRouteOptions): Route {
  const { operation, hashPolicy, origin, filters = {} } = options
  const isHashed = hashPolicy !== undefined && hashPolicy.length > 0
  const retry = defaultRetryPolicy(options, isHashed)
  return {
    name: 'default',
    match: { prefix: '/' },
    route: {
      cluster,
      // The client's proxy keeps the time; a second clock here would race its per-try timeout.
      ...(options.direction === 'inbound' ? { timeout: '0s' as const } : timeouts(undefined)),
      ...(retry ? { retry_policy: retry } : {}),
      ...(isHashed ? { hash_policy: hashPolicy } : {}),
    },
    ...(Object.keys(filters).length > 0 ? { typed_per_filter_config: filters } : {}),
    ...(operation ? { decorator: { operation } } : {}),
    ...(origin ? { [ORIGIN]: origin } : {}),
  }
}

function defaultRetryPolicy(options: DefaultRouteOptions, isHashed: boolean) {
  if (options.direction === 'outbound') return retryPolicy(options.defaultRetries, isHashed)
  if (options.isGrpc) return undefined
  const { defaultRetries } = options
  // One application, so no other host to look for.
  return defaultRetries ? retryPolicy(defaultRetries, true) : INBOUND_RETRIES
}

// Where a rule sends requests: one cluster or several by weight, with rewrite, timeout, retries and mirrors.
import type {
  Any,
  RegexMatchAndSubstitute,
  RouteAction,
  RouteAction_HashPolicy,
  RouteMatch,
  WeightedCluster_ClusterWeight,
} from '../../../proto/envoy.d.ts'
import { seconds } from '../../model/duration.ts'
import { ORIGIN, type Path } from '../../model/origin.ts'
import type { Rule } from '../../model/rule.ts'
import type { HttpRewrite, HttpRouteDestination } from '../../model/schema/virtual-service.ts'
import { HTTP_FILTERS } from '../filters.ts'
import { UNRESOLVED_CLUSTER } from '../names.ts'
import { typed } from '../typed.ts'
import type { RouteContext } from './context.ts'
import { authorityOf, type HeaderFields, headerFields, joinHeaderFields } from './headers.ts'
import { mirrorPolicies } from './mirror.ts'
import { retryPolicy } from './retry.ts'

/** A destination with its place in the rule. */
interface Target {
  readonly value: HttpRouteDestination
  readonly path: Path
}

/** Fields that do not depend on how many clusters there are. */
type Shared = Pick<
  RouteAction,
  | 'timeout'
  | 'max_grpc_timeout'
  | 'max_stream_duration'
  | 'prefix_rewrite'
  | 'regex_rewrite'
  | 'request_mirror_policies'
  | 'hash_policy'
  | 'retry_policy'
>

export interface Routed {
  readonly route: RouteAction
  /** Of the route as a whole. */
  readonly headers: HeaderFields
  /** What the one destination wants of filters. */
  readonly filters?: Readonly<Record<string, Any>>
}

/** Undefined if the rule names no destination that gets requests. */
export function routed(
  rule: Rule,
  match: RouteMatch,
  context: RouteContext,
  path: Path,
): Routed | undefined {
  const targets = targetsOf(rule, path)
  const [first] = targets
  if (!first) return undefined
  const authority = rule.rewrite?.authority || authorityOf(rule.headers)
  const hash = hashPolicies(targets, context)
  const common = {
    ...commonFields(rule, match, context, path),
    ...hash,
    ...(context.forwardsHost ? { append_x_forwarded_host: true } : {}),
  }
  const origin = context.virtualService.at([...path, 'route'])
  const retry = retries(rule, context, path, hash.hash_policy !== undefined)
  const headers = headerFields(rule.headers)
  if (targets.length > 1 || rule.unresolved) {
    const clusters = [
      ...targets.map((target) => clusterWeight(target, context, authority)),
      ...(rule.unresolved ? [noCluster(rule.unresolved, context, path)] : []),
    ]
    const route = {
      weighted_clusters: { clusters },
      ...(rule.unresolved ? { cluster_not_found_response_code: NOT_FOUND } : {}),
      ...hostRewrite(authority),
      ...common,
      ...retry,
    }
    return { route: { ...route, [ORIGIN]: origin }, headers }
  }
  const cluster = context.cluster(first.value.destination)
  const host = hostRewrite(authority || authorityOf(first.value.headers))
  return {
    route: { cluster, ...host, ...common, ...retry, [ORIGIN]: origin },
    headers: joinHeaderFields(headers, headerFields(first.value.headers)),
    filters: context.filters(first.value.destination),
  }
}

/** A single destination gets everything, whatever its weight; of several, those without weight get nothing (Istio). */
function targetsOf(rule: Rule, path: Path): Target[] {
  const all = (rule.route ?? []).map((value, index) => ({ value, path: [...path, 'route', index] }))
  return all.length > 1 ? all.filter(({ value }) => (value.weight ?? 0) > 0) : all
}

/** Envoy divides by the sum of the weights, which need not be 100. The route's own host rewrite stands above a destination's. */
function clusterWeight(
  { value, path }: Target,
  context: RouteContext,
  authority: string | undefined,
): WeightedCluster_ClusterWeight {
  const filters = context.filters(value.destination)
  return {
    name: context.cluster(value.destination),
    weight: value.weight ?? 0,
    ...headerFields(value.headers),
    ...(authority ? {} : hostRewrite(authorityOf(value.headers))),
    ...(Object.keys(filters).length > 0 ? { typed_per_filter_config: filters } : {}),
    [ORIGIN]: context.virtualService.at(path),
  }
}

const NOT_FOUND = 'INTERNAL_SERVER_ERROR' as const

/** There is never a cluster of this name, and where there is none Envoy answers by itself. */
function noCluster(
  weight: number,
  context: RouteContext,
  path: Path,
): WeightedCluster_ClusterWeight {
  return {
    name: UNRESOLVED_CLUSTER,
    weight,
    ...(context.isGateway || context.isGrpc ? {} : NOT_ASKED_FOR),
    [ORIGIN]: context.virtualService.at([...path, 'unresolved']),
  }
}

/** Else a sidecar that has its clusters on demand would ask for it, and wait. */
const NOT_ASKED_FOR: Pick<WeightedCluster_ClusterWeight, 'typed_per_filter_config'> = {
  typed_per_filter_config: {
    [HTTP_FILTERS.onDemand]: typed('envoy.extensions.filters.http.on_demand.v3.PerRouteConfig', {}),
  },
}

function hostRewrite(authority: string | undefined): { host_rewrite_literal?: string } {
  return authority ? { host_rewrite_literal: authority } : {}
}

function commonFields(rule: Rule, match: RouteMatch, context: RouteContext, path: Path): Shared {
  const mirrors = mirrorPolicies(rule, context, path)
  return {
    ...timeouts(rule.timeout),
    ...pathRewrite(rule.rewrite, match),
    ...(mirrors.length > 0 ? { request_mirror_policies: mirrors } : {}),
  }
}

const NO_TIMEOUT: Shared = { timeout: '0s', max_stream_duration: { grpc_timeout_header_max: '0s' } }

/**
 * Without a timeout there is none; Envoy's own default would be 15 s. A gRPC client's own timeout counts too, up to the rule's (X10).
 * Envoy has two ways to say so: the one for `max_stream_duration` switches `timeout` off, the other is deprecated and warns.
 */
export function timeouts(timeout: string | undefined): Shared {
  const value = timeout ? seconds(timeout) : '0s'
  return value === '0s' ? NO_TIMEOUT : { timeout: value, max_grpc_timeout: value }
}

/** After a regex match the whole path is replaced; else the matched prefix or the exact path. The query stays. */
function pathRewrite(rewrite: HttpRewrite | undefined, match: RouteMatch): Shared {
  const { uri, uriRegexRewrite } = rewrite ?? {}
  if (uriRegexRewrite) {
    return { regex_rewrite: substitute(uriRegexRewrite.match ?? '', uriRegexRewrite.rewrite ?? '') }
  }
  if (!uri) return {}
  const regex = match.safe_regex?.regex
  // Envoy replaces each place the pattern is found at; anchored it is found once, as the whole path that the match stands for.
  return regex === undefined
    ? { prefix_rewrite: uri }
    : { regex_rewrite: substitute(`^(?:${regex})$`, uri) }
}

function substitute(regex: string, substitution: string): RegexMatchAndSubstitute {
  return { pattern: { regex }, substitution }
}

/** Those of every destination, each once. */
function hashPolicies(targets: readonly Target[], context: RouteContext): Shared {
  const distinct = new Map<string, RouteAction_HashPolicy>()
  for (const { value } of targets) {
    for (const policy of context.hashPolicy(value.destination)) {
      const key = JSON.stringify(policy)
      if (!distinct.has(key)) distinct.set(key, policy)
    }
  }
  return distinct.size > 0 ? { hash_policy: [...distinct.values()] } : {}
}

function retries(rule: Rule, context: RouteContext, path: Path, isHashed: boolean): Shared {
  const origin = rule.retries ? context.virtualService.at([...path, 'retries']) : undefined
  const policy = retryPolicy(rule.retries ?? context.defaultRetries, isHashed, origin)
  return policy ? { retry_policy: policy } : {}
}

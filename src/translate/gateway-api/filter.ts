// Filters of an HTTPRoute's rules and backends as parts of Lotse's rules.
import type { Rule, RuleRedirect } from '../../model/rule.ts'
import type {
  Cors,
  HeaderModifier,
  RequestRedirect,
  RouteFilter,
  RouteRuleMatch,
} from '../../model/schema/http-route.ts'
import type { CorsPolicy, HeaderOperations, Headers } from '../../model/schema/virtual-service.ts'
import { pathRedirect } from './path.ts'

/** Header operations of the filters, none if there are none. */
export function headersOf(filters: readonly RouteFilter[]): Headers | undefined {
  const request = filters.find(({ type }) => type === 'RequestHeaderModifier')
  const response = filters.find(({ type }) => type === 'ResponseHeaderModifier')
  if (!request && !response) return undefined
  return {
    ...(request?.requestHeaderModifier
      ? { request: operations(request.requestHeaderModifier) }
      : {}),
    ...(response?.responseHeaderModifier
      ? { response: operations(response.responseHeaderModifier) }
      : {}),
  }
}

function operations({ set, add, remove }: HeaderModifier): HeaderOperations {
  return {
    ...(set?.length ? { set: texts(set) } : {}),
    ...(add?.length ? { add: texts(add) } : {}),
    ...(remove?.length ? { remove } : {}),
  }
}

/** Of several for one name the first counts. Envoy would take a percent sign for the begin of a command. */
function texts(list: NonNullable<HeaderModifier['set']>): Record<string, string> {
  const found: Record<string, string> = {}
  for (const { name, value } of list) {
    const lower = name.toLowerCase()
    if (!Object.hasOwn(found, lower)) found[lower] = value.replaceAll('%', '%%')
  }
  return found
}

export function redirectOf(redirect: RequestRedirect, path: RouteRuleMatch['path']): RuleRedirect {
  const { scheme, hostname, port, statusCode = 302 } = redirect
  return {
    ...pathRedirect(redirect.path, path),
    ...(scheme ? { scheme } : {}),
    ...(hostname ? { authority: hostname } : {}),
    ...portOf(port, scheme),
    redirectCode: statusCode,
  }
}

/** That of the scheme, if one is given; else the listener's. */
function portOf(port: number | undefined, scheme: string | undefined): RuleRedirect {
  if (port) return { port }
  return scheme ? { schemePort: true } : { derivePort: 'FROM_REQUEST_PORT' }
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH']

export function corsOf(cors: Cors): CorsPolicy {
  const { allowOrigins = [], allowMethods = [], allowHeaders, exposeHeaders } = cors
  return {
    allowOrigins: allowOrigins.map(originMatch),
    // With credentials a browser takes a star for the name of a method.
    allowMethods: allowMethods.includes('*') ? METHODS : allowMethods,
    ...(allowHeaders ? { allowHeaders } : {}),
    ...(exposeHeaders ? { exposeHeaders } : {}),
    maxAge: `${cors.maxAge ?? 5}s`,
    ...(cors.allowCredentials === undefined ? {} : { allowCredentials: cors.allowCredentials }),
    unmatchedPreflights: 'IGNORE',
  }
}

/** A star in an origin stands for any labels at the begin of its host. */
function originMatch(origin: string): { exact: string } | { regex: string } {
  if (origin === '*' || !origin.includes('*')) return { exact: origin }
  const quoted = origin.replace(/[\\^$.+?()[\]{}|]/g, '\\$&').replaceAll('*', '[^/]*')
  return { regex: quoted }
}

/** What only the rule as a whole can have, or nobody: the index of the first such filter. */
export function impossible(filters: readonly RouteFilter[], allowed: readonly string[]): number {
  return filters.findIndex(({ type }) => !allowed.includes(type))
}

/** The share that is mirrored, in percent. */
export function mirroredShare(
  mirror: NonNullable<RouteFilter['requestMirror']>,
): NonNullable<Rule['mirrors']>[number]['percentage'] {
  const { percent, fraction } = mirror
  if (fraction) return { value: (100 * fraction.numerator) / (fraction.denominator ?? 100) }
  return percent === undefined ? undefined : { value: percent }
}

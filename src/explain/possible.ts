// Which routes may have taken a request of which some is known: not all of its headers, and not its query.
import type { Route, RouteMatch } from '../../proto/envoy.d.ts'
import type { ResourceSet } from '../model/resource.ts'
import { arrivals, type Question } from './route.ts'
import { matchesRoute, type RoutedRequest } from './route-match.ts'
import { lower, Unknown } from './text.ts'

/** `headers` are those that are known, empty if they were not sent: others may have been. Envoy takes the first route that matches. */
export function possibleRoutes(
  set: ResourceSet,
  { headers, ...asked }: Question & { readonly headers: Readonly<Record<string, string>> },
): readonly Route[] {
  const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''))
  try {
    const found = arrivals(set, { ...asked, headers: sent })
    const { host, request } =
      found.find(({ host }) => !host.domains?.includes('*')) ?? found[0] ?? {}
    return host && request ? possible(host.routes ?? [], request, headers) : []
  } catch (error) {
    if (error instanceof Unknown) return []
    throw error
  }
}

function possible(
  routes: readonly Route[],
  request: RoutedRequest,
  known: Readonly<Record<string, string>>,
): readonly Route[] {
  const found: Route[] = []
  for (const route of routes) {
    const { match, isWhole } = knownPart(route.match ?? {}, known)
    if (!matchesRoute(match, request)) continue
    found.push(route)
    if (isWhole) break
  }
  return found
}

function knownPart(
  match: RouteMatch,
  known: Readonly<Record<string, string>>,
): { readonly match: RouteMatch; readonly isWhole: boolean } {
  const { headers = [], query_parameters = [], dynamic_metadata = [], grpc, ...rest } = match
  const told = headers.filter(
    ({ name = '' }) => name.startsWith(':') || Object.hasOwn(known, lower(name)),
  )
  const untold = headers.length - told.length + query_parameters.length + dynamic_metadata.length
  return { match: { ...rest, headers: told } as RouteMatch, isWhole: untold === 0 && !grpc }
}

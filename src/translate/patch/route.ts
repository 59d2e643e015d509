// Patches of route configurations, their virtual hosts and routes.
import type { Resource } from '../../model/resource.ts'
import { isIn, type Patch, type PatchContext } from '../kinds/envoy-filter.ts'
import { withoutRepeatedDomains } from '../route/configuration.ts'
import { resource } from '../typed.ts'
import { eachFound, patchedList, patchedMessage } from './list.ts'
import { type Json, merged } from './message.ts'

/** A route configuration while it is patched: hosts that stay the same keep their identity. */
export interface OpenRoute {
  readonly body: Json
  readonly hosts: readonly Json[]
}

/** Where the route configuration is used. */
export interface RoutePlace {
  readonly name: string
  readonly context: PatchContext
  readonly port: number
  /** `namespace/name` of Gateways whose servers it serves. */
  readonly gateways: readonly string[]
}

/** Port in the name of a route configuration: `80`, `10.0.0.1_80`, `host:80`, `inbound|80||`, `http.80`, `https.443.….…`. */
export function portOfRoute(name: string): number {
  const found = /^(?:inbound\||https?\.)(\d+)/.exec(name) ?? /(\d+)$/.exec(name)
  return Number(found?.[1] ?? 0)
}

export function patchedRoute(route: OpenRoute, patch: Patch, place: RoutePlace): OpenRoute {
  if (!isIn(patch, place.context) || !isMeant(patch, place)) return route
  switch (patch.applyTo) {
    case 'ROUTE_CONFIGURATION':
      return patchedConfiguration(route, patch)
    case 'VIRTUAL_HOST':
      return { ...route, hosts: patchedHosts(route.hosts, patch) }
    case 'HTTP_ROUTE':
      return { ...route, hosts: patchedRoutes(route.hosts, patch) }
    default:
      return route
  }
}

function isMeant({ match }: Patch, { name, port, gateways }: RoutePlace): boolean {
  const wanted = match.routeConfiguration
  if (!wanted) return true
  if (wanted.name && wanted.name !== name) return false
  if (wanted.portNumber && wanted.portNumber !== port) return false
  if (wanted.portName && wanted.portName !== name.split('.')[2]) return false
  return !wanted.gateway || gateways.includes(wanted.gateway)
}

/** Virtual hosts travel beside the body, so those that are merged in go there. */
function patchedConfiguration({ body, hosts }: OpenRoute, patch: Patch): OpenRoute {
  const { virtual_hosts: added = [], ...rest } = patchedMessage(body, patch) ?? body
  return { body: rest, hosts: [...hosts, ...(added as readonly Json[])] }
}

function patchedHosts(hosts: readonly Json[], patch: Patch): readonly Json[] {
  if (patch.operation === 'ADD') return [...hosts, patch.value]
  return eachFound(
    hosts,
    (host) => isMeantHost(host, patch),
    (host) => patchedMessage(host, patch),
  )
}

function isMeantHost({ name, domains }: Json, { match }: Patch): boolean {
  const { name: wanted, domainName } = match.routeConfiguration?.vhost ?? {}
  if (wanted && wanted !== name) return false
  return !domainName || ((domains ?? []) as readonly string[]).includes(domainName)
}

function patchedRoutes(hosts: readonly Json[], patch: Patch): readonly Json[] {
  const wanted = patch.match.routeConfiguration?.vhost?.route ?? {}
  const action = ACTIONS[wanted.action ?? 'ANY']
  const finds = (route: Json) =>
    (!wanted.name || wanted.name === route.name) && (!action || route[action] !== undefined)
  const isNamed = wanted.name !== undefined || action !== undefined
  return eachFound(
    hosts,
    (host) => isMeantHost(host, patch),
    (host) => {
      const before = (host.routes ?? []) as readonly Json[]
      const after = patchedList(before, patch, { finds, isNamed })
      return after === before ? host : { ...host, routes: after }
    },
  )
}

const ACTIONS: Readonly<Record<string, string>> = {
  ROUTE: 'route',
  REDIRECT: 'redirect',
  DIRECT_RESPONSE: 'direct_response',
}

/** The resource of an open route; hosts are taken over where they are the same. */
export function closedRoute(
  before: Resource,
  { body, hosts }: OpenRoute,
  mark: (typeName: string, message: Json) => Json,
): Resource {
  const old = new Map((before.virtualHosts ?? []).map((host) => [host.body as Json, host]))
  const closed = hosts.map(
    (host) => old.get(host) ?? resource('virtualHost', String(host.name), mark(HOST, host)),
  )
  const own = body === before.body ? body : mark(CONFIGURATION, body)
  return Object.freeze({
    ...resource('route', String(body.name ?? before.name), own),
    virtualHosts: Object.freeze(withoutRepeatedDomains(closed)),
  })
}

const HOST = 'envoy.config.route.v3.VirtualHost'
const CONFIGURATION = 'envoy.config.route.v3.RouteConfiguration'

/** Adds the names of the patches to a message's metadata, for `config_dump` and access logs. */
export function marked(typeName: string, message: Json, by: readonly string[]): Json {
  const metadata = { filter_metadata: { lotse: { patched_by: by } } }
  return merged(typeName, message, { metadata }, { replaceLists: true })
}

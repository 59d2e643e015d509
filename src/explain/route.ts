// Follows a request through a proxy's generated resources as Envoy would: listener, chain, virtual host, route, cluster.
import type {
  FilterChain,
  HttpConnectionManager,
  Listener,
  Route,
  RouteConfiguration,
  VirtualHost,
} from '../../proto/envoy.d.ts'
import { ORIGIN, type Origin, originsOf } from '../model/origin.ts'
import { type Resource, type ResourceSet, TYPE_PREFIX } from '../model/resource.ts'
import { type Connection, chainFor } from './filter-chain.ts'
import { normalizedHost, normalizedPath } from './path.ts'
import { type Headers, matchesRoute, one, type RoutedRequest } from './route-match.ts'
import { Unknown } from './text.ts'
import { virtualHostFor } from './virtual-host.ts'

export interface Question {
  /** Of the application's requests, or of those that come to it. */
  readonly direction: 'outbound' | 'inbound'
  /** Port that the listener has; any of the direction's listeners that knows the host if it is not given. */
  readonly port?: number
  /** Name of the listener, instead of its port. */
  readonly listener?: string
  readonly host: string
  /** With its query, if it has one. */
  readonly path: string
  readonly method?: string
  readonly headers?: Headers
  readonly connection?: Partial<Connection>
  readonly metadata?: RoutedRequest['metadata']
}

export interface Step {
  readonly what:
    | 'listener'
    | 'filter chain'
    | 'route configuration'
    | 'virtual host'
    | 'route'
    | 'cluster'
    | 'policy'
  readonly name: string
  readonly origin?: Origin
}

export interface Explanation {
  readonly steps: readonly Step[]
  readonly virtualHost?: VirtualHost
  readonly route?: Route
  /** Where the request goes, with shares that add up to `total`; none for redirects and direct responses. */
  readonly clusters: readonly { readonly name: string; readonly weight: number }[]
  /** As routes see it, with `:path` put in order. */
  readonly request?: RoutedRequest
  /** Why nothing takes the request, or why that cannot be told. */
  readonly none?: string
}

const MANAGER = `${TYPE_PREFIX}envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`

/** The identical answer for the same question: pure, and without a guess where only Envoy can tell. */
export function explainRoute(set: ResourceSet, question: Question): Explanation {
  const found = managersFor(set, question)
  if (found.length === 0)
    return nothing([], `no ${question.direction} listener takes HTTP${placeOf(question)}`)
  try {
    const answers = found.map((place) => throughHttp(set, place, question))
    const known = answers.find(
      ({ virtualHost }) => virtualHost && !virtualHost.domains?.includes('*'),
    )
    return known ?? answers[0]!
  } catch (error) {
    if (!(error instanceof Unknown)) throw error
    return nothing([], `only Envoy can decide: the configuration has ${error.message}`)
  }
}

function nothing(steps: readonly Step[], none: string): Explanation {
  return { steps, clusters: [], none }
}

function placeOf({ port, listener }: Question): string {
  if (listener) return ` under the name ${listener}`
  return port === undefined ? '' : ` on port ${port}`
}

interface Place {
  readonly listener: Listener
  readonly chain: FilterChain
  readonly manager: HttpConnectionManager
}

function managersFor(set: ResourceSet, question: Question): Place[] {
  return set.listener.flat().flatMap(({ body }) => {
    const listener = body as Listener
    if (!isAsked(listener, question)) return []
    const chain = chainFor(listener, connectionOf(question))
    const config = chain?.filters?.at(-1)?.typed_config
    if (!chain || config?.['@type'] !== MANAGER) return []
    return [{ listener, chain, manager: config as unknown as HttpConnectionManager }]
  })
}

function isAsked(listener: Listener, { direction, port, listener: name }: Question): boolean {
  if ((listener.traffic_direction === 'INBOUND') !== (direction === 'inbound')) return false
  if (name !== undefined) return listener.name === name
  const { name: own = '' } = listener
  if (own === 'virtualInbound') return true
  return port === undefined || listener.address?.socket_address?.port_value === port
}

function connectionOf({ connection, port }: Question): Connection {
  return {
    tls: false,
    applicationProtocols: ['http/1.1'],
    ...(port === undefined ? {} : { destinationPort: port }),
    ...connection,
  }
}

/** Where the request meets its routes. */
export interface Arrival {
  readonly host: VirtualHost
  readonly request: RoutedRequest
  readonly steps: readonly Step[]
}

/** At each of the listeners that are asked about; throws Unknown where only Envoy can tell. */
export function arrivals(set: ResourceSet, question: Question): readonly Arrival[] {
  return managersFor(set, question)
    .map((place) => arrive(set, place, question))
    .filter((found) => 'host' in found)
}

function throughHttp(set: ResourceSet, place: Place, asked: Question): Explanation {
  const found = arrive(set, place, asked)
  return 'host' in found ? withinHost(found) : found
}

function arrive(set: ResourceSet, place: Place, asked: Question): Arrival | Explanation {
  const { listener, chain, manager } = place
  const question = { ...asked, host: normalizedHost(asked.host, manager) }
  const steps: Step[] = [step('listener', listener.name ?? '', listener)]
  if (chain.name || chain[ORIGIN]) steps.push(step('filter chain', chain.name ?? '', chain))
  const name = manager.rds?.route_config_name ?? manager.route_config?.name ?? ''
  const resource = set.route.flat().find((one) => one.name === name)
  const config = resource ? (resource.body as RouteConfiguration) : manager.route_config
  if (!config) return nothing(steps, `the route configuration ${name} is not served`)
  const hosts = resource ? hostsOf(resource) : (config.virtual_hosts ?? [])
  steps.push(step('route configuration', name, config))
  const path = normalizedPath(question.path, manager)
  if (path === undefined) return nothing(steps, 'Envoy refuses the path: 400')
  const request = requestOf(question, path)
  const host = virtualHostFor(config, hosts, question.host)
  if (!host) return { ...nothing(steps, `no virtual host is for ${asked.host}: 404`), request }
  steps.push(step('virtual host', host.name ?? '', host))
  return { host, request, steps }
}

function hostsOf({ body, virtualHosts = [] }: Resource): readonly VirtualHost[] {
  const own = (body as RouteConfiguration).virtual_hosts ?? []
  return [...own, ...virtualHosts.map((host) => host.body as VirtualHost)]
}

function requestOf(question: Question, path: string): RoutedRequest {
  const given = Object.entries(question.headers ?? {}).map(([name, value]) => [
    name.toLowerCase(),
    value,
  ])
  return {
    headers: {
      ...Object.fromEntries(given),
      ':method': question.method ?? 'GET',
      ':authority': question.host,
      ':path': path,
      ':scheme': question.connection?.tls ? 'https' : 'http',
    },
    ...(question.metadata ? { metadata: question.metadata } : {}),
  }
}

function withinHost({ host, request, steps: before }: Arrival): Explanation {
  const steps = [...before]
  const secure = request.headers[':scheme'] === 'https'
  if (host.require_tls === 'ALL' && !secure) {
    return {
      ...nothing(steps, 'the virtual host redirects to https: 301'),
      virtualHost: host,
      request,
    }
  }
  const route = (host.routes ?? []).find(({ match }) => match && matchesRoute(match, request))
  if (!route) {
    return {
      ...nothing(steps, 'no route of the virtual host matches: 404'),
      virtualHost: host,
      request,
    }
  }
  steps.push(step('route', `${route.name ?? ''} ${actionOf(route)}`.trim(), route))
  for (const policy of policiesOf(host, route)) steps.push(policy)
  const clusters = clustersOf(route, request)
  return { steps, virtualHost: host, route, clusters, request }
}

function actionOf({ redirect, direct_response: direct }: Route): string {
  if (redirect) return '(redirect)'
  return direct ? `(direct response ${direct.status})` : ''
}

/** Filters that the route or its host configures for themselves, as faults and authorization. */
function policiesOf(host: VirtualHost, route: Route): Step[] {
  const configs = { ...host.typed_per_filter_config, ...route.typed_per_filter_config }
  return Object.entries(configs).map(([name, config]) => step('policy', name, config))
}

/** With their weights; none where the proxy answers by itself. */
export function clustersOf(
  { route }: Route,
  { headers }: Pick<RoutedRequest, 'headers'>,
): Explanation['clusters'] {
  if (!route) return []
  if (route.cluster !== undefined) return [{ name: route.cluster, weight: 1 }]
  if (route.cluster_header !== undefined) {
    return [{ name: one(headers, route.cluster_header.toLowerCase()), weight: 1 }]
  }
  const weighted = route.weighted_clusters?.clusters ?? []
  return weighted.map(({ name = '', weight = 0 }) => ({ name, weight }))
}

export function step(what: Step['what'], name: string, part: object): Step {
  const [origin] = originsOf(part).values()
  return origin ? { what, name, origin } : { what, name }
}

// VirtualService: routing rules of a host.
import {
  boolean,
  duration,
  enumOf,
  type Infer,
  int32,
  integer,
  list,
  map,
  object,
  percent,
  port,
  required,
  string,
  uint32,
  unused,
} from '../shape.ts'
import { fraction, labels, stringMatch, strings } from './match.ts'

export const destination = object({
  host: required(string),
  subset: string,
  port: object({ number: port }),
})

const headerOperations = object({ set: map(string), add: map(string), remove: strings })

export const headers = object({ request: headerOperations, response: headerOperations })

const httpRouteDestination = object({
  destination: required(destination),
  weight: integer({ min: 0, max: 2147483647 }),
  headers,
})

const httpMatchRequest = object({
  name: string,
  uri: stringMatch,
  scheme: stringMatch,
  method: stringMatch,
  authority: stringMatch,
  headers: map(stringMatch),
  withoutHeaders: map(stringMatch),
  queryParams: map(stringMatch),
  ignoreUriCase: boolean,
  port,
  sourceLabels: labels,
  sourceNamespace: string,
  gateways: strings,
  statPrefix: string,
})

const httpRedirect = object(
  {
    uri: string,
    authority: string,
    port,
    derivePort: enumOf('FROM_PROTOCOL_DEFAULT', 'FROM_REQUEST_PORT'),
    scheme: string,
    redirectCode: integer({ min: 300, max: 399 }),
    prefixRewrite: string,
  },
  [
    ['port', 'derivePort'],
    ['uri', 'prefixRewrite'],
  ],
)

const httpDirectResponse = object({
  status: required(integer({ min: 200, max: 599 })),
  body: object({ string, bytes: string }, [['string', 'bytes']]),
})

const httpRewrite = object(
  {
    uri: string,
    authority: string,
    uriRegexRewrite: object({ match: string, rewrite: string }),
  },
  [['uri', 'uriRegexRewrite']],
)

export const httpRetry = object({
  attempts: int32,
  perTryTimeout: duration,
  retryOn: string,
  retryRemoteLocalities: boolean,
  retryIgnorePreviousHosts: boolean,
  backoff: duration,
})

const httpFaultInjection = object({
  delay: object(
    {
      fixedDelay: duration,
      exponentialDelay: unused(
        duration,
        'neither Envoy nor Istio has such a delay; use fixedDelay',
      ),
      percentage: fraction,
      percent,
    },
    [['fixedDelay', 'exponentialDelay']],
  ),
  abort: object(
    {
      httpStatus: integer({ min: 200, max: 599 }),
      grpcStatus: string,
      http2Error: unused(
        string,
        'neither Envoy nor Istio can abort so; use httpStatus or grpcStatus',
      ),
      percentage: fraction,
    },
    [['httpStatus', 'grpcStatus', 'http2Error']],
  ),
})

const corsPolicy = object({
  allowOrigins: list(stringMatch),
  allowOrigin: strings,
  allowMethods: strings,
  allowHeaders: strings,
  exposeHeaders: strings,
  maxAge: duration,
  allowCredentials: boolean,
  unmatchedPreflights: enumOf('UNSPECIFIED', 'FORWARD', 'IGNORE'),
})

const httpMirrorPolicy = object({ destination: required(destination), percentage: fraction })

const httpRoute = object(
  {
    name: string,
    match: list(httpMatchRequest),
    route: list(httpRouteDestination),
    redirect: httpRedirect,
    directResponse: httpDirectResponse,
    delegate: object({ name: required(string), namespace: string }),
    rewrite: httpRewrite,
    timeout: duration,
    retries: httpRetry,
    fault: httpFaultInjection,
    mirror: destination,
    mirrors: list(httpMirrorPolicy),
    mirrorPercent: uint32,
    mirrorPercentage: fraction,
    corsPolicy,
    headers,
  },
  [
    ['route', 'redirect', 'directResponse'],
    ['mirror', 'mirrors'],
  ],
)

const routeDestination = object({
  destination: required(destination),
  weight: integer({ min: 0, max: 2147483647 }),
})

const l4Match = {
  destinationSubnets: strings,
  port,
  sourceLabels: labels,
  gateways: strings,
  sourceNamespace: string,
}

const tlsMatchAttributes = object({ ...l4Match, sniHosts: required(list(string, 1)) })

const tlsRoute = object({
  match: required(list(tlsMatchAttributes, 1)),
  route: list(routeDestination),
})

const l4MatchAttributes = object({
  ...l4Match,
  sourceSubnet: unused(
    string,
    'Istio never implemented it; an AuthorizationPolicy can tell callers by address',
  ),
})

const tcpRoute = object({ match: list(l4MatchAttributes), route: list(routeDestination) })

export const virtualService = object({
  hosts: strings,
  gateways: strings,
  http: list(httpRoute),
  tls: list(tlsRoute),
  tcp: list(tcpRoute),
  exportTo: strings,
})

export type VirtualService = Infer<typeof virtualService>
export type HttpRoute = Infer<typeof httpRoute>
export type HttpMatchRequest = Infer<typeof httpMatchRequest>
export type HttpRouteDestination = Infer<typeof httpRouteDestination>
export type HttpRedirect = Infer<typeof httpRedirect>
export type HttpDirectResponse = Infer<typeof httpDirectResponse>
export type HttpRewrite = Infer<typeof httpRewrite>
export type HttpRetry = Infer<typeof httpRetry>
export type HttpFaultInjection = Infer<typeof httpFaultInjection>
export type HttpMirrorPolicy = Infer<typeof httpMirrorPolicy>
export type CorsPolicy = Infer<typeof corsPolicy>
export type Headers = Infer<typeof headers>
export type HeaderOperations = Infer<typeof headerOperations>
export type Destination = Infer<typeof destination>
export type RouteDestination = Infer<typeof routeDestination>
export type TlsRoute = Infer<typeof tlsRoute>
export type TlsMatchAttributes = Infer<typeof tlsMatchAttributes>
export type TcpRoute = Infer<typeof tcpRoute>
export type L4MatchAttributes = Infer<typeof l4MatchAttributes>

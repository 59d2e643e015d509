// HTTPRoute of the Kubernetes Gateway API: what becomes of requests that come to a gateway's listener or to a service.
import {
  boolean,
  duration,
  enumOf,
  type Infer,
  integer,
  later,
  list,
  object,
  percent,
  required,
  string,
  struct,
  text,
} from '../shape.ts'
import { objectReference, portNumber } from './gateway-api.ts'
import { strings } from './match.ts'

const name = required(text({ min: 1, max: 256 }))

export const parentReference = object({
  group: string,
  kind: string,
  name: required(text({ min: 1, max: 253 })),
  namespace: string,
  sectionName: string,
  port: portNumber,
})

const valueMatch = object({
  name,
  type: enumOf('Exact', 'RegularExpression'),
  value: required(text({ min: 1, max: 4096 })),
})

const match = object({
  path: object({
    type: enumOf('Exact', 'PathPrefix', 'RegularExpression'),
    value: text({ max: 1024 }),
  }),
  headers: list(valueMatch),
  queryParams: list(valueMatch),
  method: enumOf(
    ...['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'],
  ),
})

const header = object({ name, value: required(text({ min: 1, max: 4096 })) })

export const headerModifier = object({ set: list(header), add: list(header), remove: strings })

const pathModifier = object(
  {
    type: required(enumOf('ReplaceFullPath', 'ReplacePrefixMatch')),
    replaceFullPath: text({ max: 1024 }),
    replacePrefixMatch: text({ max: 1024 }),
  },
  [['replaceFullPath', 'replacePrefixMatch']],
)

export const backendReference = object({
  group: string,
  kind: string,
  name: required(text({ min: 1, max: 253 })),
  namespace: string,
  port: portNumber,
})

export const requestMirror = object(
  {
    backendRef: required(backendReference),
    percent,
    fraction: object({
      numerator: required(integer({ min: 0 })),
      denominator: integer({ min: 1 }),
    }),
  },
  [['percent', 'fraction']],
)

const requestRedirect = object({
  scheme: enumOf('http', 'https'),
  hostname: text({ min: 1, max: 253 }),
  path: pathModifier,
  port: portNumber,
  statusCode: integer({ min: 301, max: 308 }),
})

const cors = object({
  allowOrigins: strings,
  allowCredentials: boolean,
  allowMethods: strings,
  allowHeaders: strings,
  exposeHeaders: strings,
  maxAge: integer({ min: 1 }),
})

const filter = object({
  type: required(
    enumOf(
      'RequestHeaderModifier',
      'ResponseHeaderModifier',
      'RequestMirror',
      'RequestRedirect',
      'URLRewrite',
      'CORS',
      'ExtensionRef',
      'ExternalAuth',
    ),
  ),
  requestHeaderModifier: headerModifier,
  responseHeaderModifier: headerModifier,
  requestMirror,
  requestRedirect,
  urlRewrite: object({ hostname: text({ min: 1, max: 253 }), path: pathModifier }),
  cors,
  extensionRef: objectReference,
  externalAuth: later(struct),
})

const weightedBackend = object({
  group: string,
  kind: string,
  name: required(text({ min: 1, max: 253 })),
  namespace: string,
  port: portNumber,
  weight: integer({ min: 0, max: 1_000_000 }),
  filters: list(filter),
})

const rule = object({
  name: string,
  matches: list(match),
  filters: list(filter),
  backendRefs: list(weightedBackend),
  timeouts: object({ request: duration, backendRequest: duration }),
  retry: object({
    codes: list(integer({ min: 400, max: 599 })),
    attempts: integer({ min: 0 }),
    backoff: duration,
  }),
  sessionPersistence: later(struct),
})

export const httpRoute = object({
  parentRefs: list(parentReference),
  hostnames: strings,
  rules: list(rule, 1),
  useDefaultGateways: later(string),
})

export type HTTPRoute = Infer<typeof httpRoute>
export type RouteRule = Infer<typeof rule>
export type RouteFilter = Infer<typeof filter>
export type RouteRuleMatch = Infer<typeof match>
export type ParentReference = Infer<typeof parentReference>
export type BackendReference = Infer<typeof backendReference>
export type WeightedBackend = Infer<typeof weightedBackend>
export type PathModifier = Infer<typeof pathModifier>
export type HeaderModifier = Infer<typeof headerModifier>
export type RequestRedirect = Infer<typeof requestRedirect>
export type Cors = Infer<typeof cors>

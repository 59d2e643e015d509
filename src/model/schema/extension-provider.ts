// The extension providers of a MeshConfig: where proxies send authorization checks, traces, metrics and access logs.
import {
  boolean,
  duration,
  enumOf,
  type Infer,
  int32,
  list,
  map,
  object,
  port,
  required,
  string,
  struct,
  uint32,
  unused,
} from '../shape.ts'
import { strings } from './match.ts'

/** `service` is `[namespace/]host`. */
const backend = { service: required(string), port: required(port) }

const includeRequestBodyInCheck = object({
  maxRequestBytes: uint32,
  allowPartialMessage: boolean,
  packAsBytes: boolean,
})

const authorizer = {
  ...backend,
  timeout: duration,
  failOpen: boolean,
  clearRouteCache: boolean,
  statusOnError: string,
  includeRequestBodyInCheck,
}

const envoyExtAuthzHttp = object({
  ...authorizer,
  pathPrefix: string,
  includeHeadersInCheck: strings,
  includeRequestHeadersInCheck: strings,
  includeAdditionalHeadersInCheck: map(string),
  headersToUpstreamOnAllow: strings,
  headersToDownstreamOnDeny: strings,
  headersToDownstreamOnAllow: strings,
})

const envoyExtAuthzGrpc = object(authorizer)

const tracer = { ...backend, maxTagLength: uint32 }

const httpHeader = object({ name: required(string), value: string, envName: string }, [
  ['value', 'envName'],
])

const zipkin = object({
  ...tracer,
  enable64bitTraceId: boolean,
  path: string,
  timeout: duration,
  headers: list(httpHeader),
  traceContextOption: enumOf('USE_B3', 'USE_B3_WITH_W3C_PROPAGATION'),
})

const otlpHttp = object({ path: required(string), timeout: duration, headers: list(httpHeader) })

const dynatraceSampler = object({
  tenant: required(string),
  clusterId: required(int32),
  rootSpansPerMinute: uint32,
  httpService: object({ ...backend, http: required(otlpHttp) }),
})

const opentelemetry = object({
  ...tracer,
  http: otlpHttp,
  grpc: object({
    timeout: unused(duration, 'Envoy’s exporter over gRPC has no limit of time'),
    initialMetadata: list(httpHeader),
  }),
  resourceDetectors: object({ environment: struct, dynatrace: struct }),
  dynatraceSampler,
})

const log = { ...backend, logName: string }
const format = object({ text: string, labels: struct }, [['text', 'labels']])

const envoyHttpAls = object({
  ...log,
  filterStateObjectsToLog: strings,
  additionalRequestHeadersToLog: strings,
  additionalResponseHeadersToLog: strings,
  additionalResponseTrailersToLog: strings,
})

/** By Istio dropped as well. */
const GONE = 'Envoy has no such tracer any more; use opentelemetry'

const providers = {
  envoyExtAuthzHttp,
  envoyExtAuthzGrpc,
  zipkin,
  lightstep: unused(object({ ...tracer, accessToken: string }), GONE),
  datadog: object(tracer),
  stackdriver: unused(struct, GONE),
  opencensus: unused(struct, GONE),
  skywalking: object({ ...backend, accessToken: string }),
  opentelemetry,
  prometheus: object({}),
  envoyFileAccessLog: object({ path: string, logFormat: format, omitEmptyValues: boolean }),
  envoyHttpAls,
  envoyTcpAls: object({ ...log, filterStateObjectsToLog: strings }),
  envoyOtelAls: object({ ...log, logFormat: object({ text: string, labels: struct }) }),
  sds: unused(
    struct,
    'proxies ask nobody else for secrets: put the certificate into a Secret, or name files in the Gateway',
  ),
}

export const extensionProvider = object({ name: required(string), ...providers }, [
  Object.keys(providers) as (keyof typeof providers)[],
])

export type ExtensionProvider = Infer<typeof extensionProvider>

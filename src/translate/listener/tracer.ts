// The tracers of Envoy that a MeshConfig's extension providers name, each with how it reaches its collector.
import type {
  HttpService,
  OpenTelemetryConfig,
  TraceTracing_Http,
  TypedExtensionConfig,
} from '../../../proto/envoy.d.ts'
import { seconds } from '../../model/duration.ts'
import type { ExtensionProvider } from '../../model/schema/extension-provider.ts'
import type { View } from '../../model/view.ts'
import { canonicalName } from '../../model/workload.ts'
import type { TraceSpec } from '../kinds/telemetry.ts'
import { defaultTracing } from '../kinds/telemetry.ts'
import { meshConfig } from '../mesh-config.ts'
import { type Backend, backendOf, extensionProvider, headersOf, placeOf } from '../provider.ts'
import { typed } from '../typed.ts'

type OpenTelemetry = NonNullable<ExtensionProvider['opentelemetry']>
export interface Tracer {
  readonly tracer: TraceTracing_Http
  readonly pathLength?: number | undefined
}

export type Sampler = OpenTelemetryConfig['sampler']

export function tracerOf(view: View, spec: TraceSpec, sampler: Sampler): Tracer | undefined {
  const provider: Partial<ExtensionProvider> = providerOf(view, spec) ?? {}
  const { opentelemetry, zipkin, skywalking, datadog } = provider
  const told = opentelemetry ?? zipkin ?? skywalking ?? datadog
  const backend = told && backendOf(view, told.service, told.port)
  if (!backend) return undefined
  const pathLength = 'maxTagLength' in told ? told.maxTagLength : undefined
  const tracer = opentelemetry
    ? openTelemetry(view, opentelemetry, backend, sampler)
    : zipkin
      ? zipkinTracer(zipkin, backend)
      : skywalking
        ? skyWalking(view, skywalking, backend)
        : datadogTracer(view, backend)
  return { tracer, pathLength }
}

export function providerOf(
  view: View,
  { provider }: TraceSpec,
): Partial<ExtensionProvider> | undefined {
  return provider === undefined ? legacyProvider(view) : extensionProvider(view, provider)
}

/** `defaultConfig.tracing` from before there were extension providers. */
function legacyProvider(view: View): Partial<ExtensionProvider> | undefined {
  const { zipkin, datadog } = defaultTracing(view) ?? {}
  const told = placeOf(zipkin?.address)
  if (told) return { zipkin: told }
  const other = placeOf(datadog?.address)
  return other && { datadog: other }
}

/** An HTTP collector, or Dynatrace's own service: both are called alike. */
function httpService(
  { cluster, host }: Backend,
  { path, timeout, headers }: NonNullable<OpenTelemetry['http']>,
): HttpService {
  return {
    http_uri: {
      uri: `http://${host}${path.startsWith('/') ? '' : '/'}${path}`,
      cluster,
      timeout: timeout ? seconds(timeout) : '10s',
    },
    request_headers_to_add: headersOf(headers).map((header) => ({
      header,
      append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' as const,
    })),
  }
}

function openTelemetry(
  view: View,
  provider: OpenTelemetry,
  backend: Backend,
  usual: Sampler,
): TraceTracing_Http {
  const { http, grpc } = provider
  const { cluster, host } = backend
  const export_ = http
    ? { http_service: httpService(backend, http) }
    : {
        grpc_service: {
          envoy_grpc: { cluster_name: cluster, authority: host },
          ...(grpc?.initialMetadata ? { initial_metadata: headersOf(grpc.initialMetadata) } : {}),
        },
      }
  const sampler = dynatraceSampler(view, provider, backend) ?? usual
  const detectors = resourceDetectors(provider)
  return {
    name: 'envoy.tracers.opentelemetry',
    typed_config: typed('envoy.config.trace.v3.OpenTelemetryConfig', {
      ...export_,
      service_name: serviceName(view),
      ...(sampler ? { sampler } : {}),
      ...(detectors.length > 0 ? { resource_detectors: detectors } : {}),
    }),
  }
}

function resourceDetectors({ resourceDetectors: told = {} }: OpenTelemetry) {
  const { environment, dynatrace } = told
  const found: TypedExtensionConfig[] = []
  if (environment) {
    found.push({
      name: 'envoy.tracers.opentelemetry.resource_detectors.environment',
      typed_config: typed(
        'envoy.extensions.tracers.opentelemetry.resource_detectors.v3.EnvironmentResourceDetectorConfig',
        {},
      ),
    })
  }
  if (dynatrace) {
    found.push({
      name: 'envoy.tracers.opentelemetry.resource_detectors.dynatrace',
      typed_config: typed(
        'envoy.extensions.tracers.opentelemetry.resource_detectors.v3.DynatraceResourceDetectorConfig',
        {},
      ),
    })
  }
  return found
}

/** Where the sampler of a provider asks, if it has one: by itself at the collector's host, as far as that takes HTTP (Istio). */
export function samplerBackend(view: View, provider: OpenTelemetry): Backend | undefined {
  const { dynatraceSampler: sampler, http, service, port } = provider
  if (!sampler) return undefined
  const told = sampler.httpService ?? (http ? { service, port } : undefined)
  return told && backendOf(view, told.service, told.port)
}

function dynatraceSampler(view: View, provider: OpenTelemetry, collector: Backend): Sampler {
  const { dynatraceSampler: sampler, http } = provider
  const backend = samplerBackend(view, provider)
  if (!sampler || !backend) return undefined
  const { tenant, clusterId, rootSpansPerMinute, httpService: own } = sampler
  const asked = own?.http ?? { ...http, path: '/api/v2/samplingConfiguration' }
  return {
    name: 'envoy.tracers.opentelemetry.samplers.dynatrace',
    typed_config: typed(
      'envoy.extensions.tracers.opentelemetry.samplers.v3.DynatraceSamplerConfig',
      {
        tenant,
        cluster_id: clusterId,
        http_service: httpService(own ? backend : collector, asked),
        ...(rootSpansPerMinute ? { root_spans_per_minute: rootSpansPerMinute } : {}),
      },
    ),
  }
}

function zipkinTracer(
  provider: NonNullable<ExtensionProvider['zipkin']>,
  backend: Backend,
): TraceTracing_Http {
  const { path = '/api/v2/spans', enable64bitTraceId, traceContextOption } = provider
  return {
    name: 'envoy.tracers.zipkin',
    typed_config: typed('envoy.config.trace.v3.ZipkinConfig', {
      collector_service: httpService(backend, { ...provider, path }),
      collector_endpoint_version: 'HTTP_JSON',
      trace_id_128bit: !enable64bitTraceId,
      shared_span_context: false,
      ...(traceContextOption ? { trace_context_option: traceContextOption } : {}),
    }),
  }
}

function skyWalking(
  view: View,
  { accessToken }: NonNullable<ExtensionProvider['skywalking']>,
  { cluster, host }: Backend,
): TraceTracing_Http {
  const service_name = serviceName(view)
  return {
    name: 'envoy.tracers.skywalking',
    typed_config: typed('envoy.config.trace.v3.SkyWalkingConfig', {
      grpc_service: { envoy_grpc: { cluster_name: cluster, authority: host } },
      client_config: { service_name, ...(accessToken ? { backend_token: accessToken } : {}) },
    }),
  }
}

function datadogTracer(view: View, { cluster, host }: Backend): TraceTracing_Http {
  return {
    name: 'envoy.tracers.datadog',
    typed_config: typed('envoy.config.trace.v3.DatadogConfig', {
      collector_cluster: cluster,
      collector_hostname: host,
      service_name: serviceName(view),
    }),
  }
}

export function ownName(view: View) {
  const workload = view.facet('workload') ?? ''
  const named = ['service.istio.io/canonical-name', 'app.kubernetes.io/name', 'app']
  const versioned = ['service.istio.io/canonical-revision', 'app.kubernetes.io/version', 'version']
  const labels = [...named, ...versioned].flatMap((name): [string, string][] => {
    const value = view.label(name)
    return value === undefined ? [] : [[name, value]]
  })
  return canonicalName(workload, Object.fromEntries(labels))
}

/** Istio's: `app.namespace`, or as `tracingServiceName` says. */
function serviceName(view: View): string {
  const { app } = ownName(view)
  const only = meshConfig(view).defaultConfig.tracingServiceName === 'CANONICAL_NAME_ONLY'
  return only ? app : `${app}.${view.facet('namespace')}`
}

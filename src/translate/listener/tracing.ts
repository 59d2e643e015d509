// Tracing of HTTP: which share of requests, with which tags, to whom. It stands in the connection manager.
import type {
  CustomTag,
  HttpConnectionManager,
  HttpConnectionManager_Tracing,
  OpenTelemetryConfig,
  TraceTracing_Http,
} from '../../../proto/envoy.d.ts'
import { seconds } from '../../model/duration.ts'
import { memo } from '../../model/memo.ts'
import { ORIGIN } from '../../model/origin.ts'
import type { ExtensionProvider } from '../../model/schema/extension-provider.ts'
import type { View } from '../../model/view.ts'
import { canonicalName } from '../../model/workload.ts'
import { defaultTracing, type Mode, type TraceSpec, traceSpec } from '../kinds/telemetry.ts'
import { meshConfig } from '../mesh-config.ts'
import { type Backend, backendOf, extensionProvider, headersOf } from '../provider.ts'
import { typed } from '../typed.ts'

/** Istio's defaults: percent of requests, and characters of the path. */
const SAMPLING = 1
const LONGEST_PATH = 256

type Fields = Pick<
  HttpConnectionManager,
  'tracing' | 'request_id_extension' | 'generate_request_id'
>

/** Nothing where tracing is not asked for, or where no provider can be reached (L0260). */
export function tracingFields(view: View, mode: Mode, isGateway: boolean): Fields {
  return fields(view, `${mode} ${isGateway ? 'gateway' : ''}`)
}

const fields = memo((view: View, query: string): Fields => {
  const [mode, place] = query.split(' ') as [Mode, string]
  const spec = traceSpec(view, mode) ?? legacySpec(view)
  if (!spec || spec.disableSpanReporting) return {}
  const usual = defaultTracing(view)
  const sampling = spec.randomSamplingPercentage ?? usual?.sampling ?? SAMPLING
  // Strangers do not decide at a gateway what is traced.
  const parents = place === 'gateway' ? undefined : parentBased(sampling)
  const provider = tracerOf(view, spec, parents)
  if (!provider) return {}
  const { tracer, pathLength } = provider
  const tracing: HttpConnectionManager_Tracing = {
    ...(spec.origin ? { [ORIGIN]: spec.origin } : {}),
    client_sampling: { value: 100 },
    random_sampling: {
      value: spec.provider && isOpenTelemetry(view, spec) && parents ? 100 : sampling,
    },
    overall_sampling: { value: 100 },
    custom_tags: tagsOf(view, spec),
    provider: tracer,
    max_path_tag_length: pathLength ?? usual?.maxPathTagLength ?? LONGEST_PATH,
    // A gateway is a service of its own between its caller and whom it calls.
    ...(place === 'gateway' ? { spawn_upstream_span: true } : {}),
    ...(spec.disableContextPropagation ? { no_context_propagation: true } : {}),
  }
  return { tracing, ...(spec.useRequestIdForTraceSampling === false ? OWN_SAMPLING : {}) }
})

function isOpenTelemetry(view: View, spec: TraceSpec): boolean {
  return providerOf(view, spec)?.opentelemetry !== undefined
}

/** Envoy's own sampling would undo what the caller decided, and traces would lose spans on their way. */
function parentBased(percentage: number): Sampler {
  const wrapped_sampler = {
    name: 'envoy.tracers.opentelemetry.samplers.trace_id_ratio_based',
    typed_config: typed(
      'envoy.extensions.tracers.opentelemetry.samplers.v3.TraceIdRatioBasedSamplerConfig',
      { sampling_percentage: { numerator: Math.round(percentage * 1e4), denominator: 'MILLION' } },
    ),
  }
  return {
    name: 'envoy.tracers.opentelemetry.samplers.parent_based',
    typed_config: typed(
      'envoy.extensions.tracers.opentelemetry.samplers.v3.ParentBasedSamplerConfig',
      { wrapped_sampler },
    ),
  }
}

const OWN_SAMPLING: Fields = {
  request_id_extension: {
    typed_config: typed('envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig', {
      use_request_id_for_trace_sampling: false,
    }),
  },
}

/** The MeshConfig's way from before there was Telemetry: `enableTracing` and `defaultConfig.tracing`. */
function legacySpec(view: View): TraceSpec | undefined {
  return meshConfig(view).enableTracing ? {} : undefined
}

interface Tracer {
  readonly tracer: TraceTracing_Http
  readonly pathLength?: number | undefined
}

/** Where spans go; undefined where there are none. */
export function tracingBackend(view: View, mode: Mode): Backend | undefined {
  const spec = traceSpec(view, mode) ?? legacySpec(view)
  if (!spec || spec.disableSpanReporting) return undefined
  const { opentelemetry, zipkin, skywalking, datadog } = providerOf(view, spec) ?? {}
  const told = opentelemetry ?? zipkin ?? skywalking ?? datadog
  return told && backendOf(view, told.service, told.port)
}

function providerOf(view: View, { provider }: TraceSpec): Partial<ExtensionProvider> | undefined {
  return provider === undefined ? legacyProvider(view) : extensionProvider(view, provider)
}

type Sampler = OpenTelemetryConfig['sampler']

function tracerOf(view: View, spec: TraceSpec, sampler: Sampler): Tracer | undefined {
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

/** `defaultConfig.tracing` from before there were extension providers. */
function legacyProvider(view: View): Partial<ExtensionProvider> | undefined {
  const { zipkin, datadog } = defaultTracing(view) ?? {}
  const told = placeOf(zipkin?.address)
  if (told) return { zipkin: told }
  const other = placeOf(datadog?.address)
  return other && { datadog: other }
}

/** `zipkin.istio-system:9411`, as hosts are written in a cluster. */
function placeOf(address = '') {
  const [, host, port] = /^(.+):(\d+)$/.exec(address) ?? []
  if (!host) return undefined
  const service = /^[^.]+\.[^.]+$/.test(host) ? `${host}.svc.cluster.local` : host
  return { service, port: Number(port) }
}

function openTelemetry(
  view: View,
  provider: NonNullable<ExtensionProvider['opentelemetry']>,
  { cluster, host }: Backend,
  sampler: Sampler,
): TraceTracing_Http {
  const { http, grpc, resourceDetectors } = provider
  const timeout = http?.timeout ?? grpc?.timeout
  const export_ = http
    ? {
        http_service: {
          http_uri: {
            uri: `http://${host}${http.path.startsWith('/') ? '' : '/'}${http.path}`,
            cluster,
            timeout: timeout ? seconds(timeout) : ('10s' as const),
          },
          request_headers_to_add: headersOf(http.headers).map((header) => ({
            header,
            append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' as const,
          })),
        },
      }
    : {
        grpc_service: {
          envoy_grpc: { cluster_name: cluster, authority: host },
          ...(timeout ? { timeout: seconds(timeout) } : {}),
          ...(grpc?.initialMetadata ? { initial_metadata: headersOf(grpc.initialMetadata) } : {}),
        },
      }
  return {
    name: 'envoy.tracers.opentelemetry',
    typed_config: typed('envoy.config.trace.v3.OpenTelemetryConfig', {
      ...export_,
      service_name: serviceName(view),
      ...(sampler ? { sampler } : {}),
      ...(resourceDetectors?.environment
        ? {
            resource_detectors: [
              {
                name: 'envoy.tracers.opentelemetry.resource_detectors.environment',
                typed_config: typed(
                  'envoy.extensions.tracers.opentelemetry.resource_detectors.v3.EnvironmentResourceDetectorConfig',
                  {},
                ),
              },
            ],
          }
        : {}),
    }),
  }
}

function zipkinTracer(
  provider: NonNullable<ExtensionProvider['zipkin']>,
  { cluster, host }: Backend,
): TraceTracing_Http {
  const { path = '/api/v2/spans', enable64bitTraceId, traceContextOption, timeout } = provider
  const uri = `http://${host}${path.startsWith('/') ? '' : '/'}${path}`
  return {
    name: 'envoy.tracers.zipkin',
    typed_config: typed('envoy.config.trace.v3.ZipkinConfig', {
      collector_service: {
        http_uri: { uri, cluster, timeout: timeout ? seconds(timeout) : '10s' },
        request_headers_to_add: headersOf(provider.headers).map((header) => ({
          header,
          append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' as const,
        })),
      },
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

function ownName(view: View) {
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

function tagsOf(view: View, spec: TraceSpec): CustomTag[] {
  const tags = new Map<string, CustomTag>()
  if (spec.enableIstioTags ?? defaultTracing(view)?.enableIstioTags ?? true) {
    const { app, version } = ownName(view)
    const own = {
      canonical_revision: version,
      canonical_service: app,
      namespace: view.facet('namespace')!,
    }
    for (const [name, value] of Object.entries(own)) {
      tags.set(`istio.${name}`, { tag: `istio.${name}`, literal: { value } })
    }
  }
  const said = spec.customTags ?? defaultTracing(view)?.customTags ?? {}
  for (const [tag, { literal, environment, header, formatter }] of Object.entries(said)) {
    if (literal?.value) tags.set(tag, { tag, literal: { value: literal.value } })
    else if (environment?.name) tags.set(tag, { tag, environment: named(environment) })
    else if (header?.name) tags.set(tag, { tag, request_header: named(header) })
    else if (formatter?.value) tags.set(tag, { tag, value: formatter.value })
  }
  return [...tags.values()].sort((a, b) => (a.tag! < b.tag! ? -1 : 1))
}

function named({ name, defaultValue }: { readonly name?: string; readonly defaultValue?: string }) {
  return { name: name!, ...(defaultValue ? { default_value: defaultValue } : {}) }
}

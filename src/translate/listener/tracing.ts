// Tracing of HTTP: which share of requests, with which tags, to whom. It stands in the connection manager.
import type {
  CustomTag,
  HttpConnectionManager,
  HttpConnectionManager_Tracing,
} from '../../../proto/envoy.d.ts'
import { memo } from '../../model/memo.ts'
import { ORIGIN } from '../../model/origin.ts'
import type { View } from '../../model/view.ts'
import { defaultTracing, type Mode, type TraceSpec, traceSpec } from '../kinds/telemetry.ts'
import { meshConfig } from '../mesh-config.ts'
import { type Backend, backendOf } from '../provider.ts'
import { typed } from '../typed.ts'
import { ownName, providerOf, type Sampler, samplerBackend, tracerOf } from './tracer.ts'

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
    random_sampling: { value: isSampledByTracer(view, spec, parents) ? 100 : sampling },
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

/** All spans have to arrive where the decision is made. */
function isSampledByTracer(view: View, spec: TraceSpec, parents: Sampler): boolean {
  const { opentelemetry } = providerOf(view, spec) ?? {}
  if (!opentelemetry) return false
  return parents !== undefined || samplerBackend(view, opentelemetry) !== undefined
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

/** Where spans go, and where a sampler asks. */
export function tracingBackends(view: View, mode: Mode): readonly Backend[] {
  const spec = traceSpec(view, mode) ?? legacySpec(view)
  if (!spec || spec.disableSpanReporting) return []
  const { opentelemetry, zipkin, skywalking, datadog } = providerOf(view, spec) ?? {}
  const told = opentelemetry ?? zipkin ?? skywalking ?? datadog
  const backends = [
    told && backendOf(view, told.service, told.port),
    opentelemetry && samplerBackend(view, opentelemetry),
  ]
  return backends.filter((backend) => backend !== undefined)
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

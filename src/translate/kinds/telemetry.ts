// Telemetry: what is logged, traced and counted of a workload. The mesh's, its namespace's and its own object, each over the one before (Istio).
import { byAge, type Document } from '../../model/document.ts'
import { memo } from '../../model/memo.ts'
import type { Origin } from '../../model/origin.ts'
import type { MeshConfig } from '../../model/schema/mesh-config.ts'
import type { Metrics, Telemetry, Tracing } from '../../model/schema/telemetry.ts'
import { matchesLabels, ownWorkload, type Workload } from '../../model/selector.ts'
import type { View } from '../../model/view.ts'
import { meshConfig, rootNamespace } from '../mesh-config.ts'
import { hasTargetRefs } from '../policy-scope.ts'
import { tagExpression } from './metric-tag.ts'

/** `CLIENT`: where traffic leaves a workload, or arrives at a gateway. `SERVER`: where it comes in. */
export type Mode = 'CLIENT' | 'SERVER'

/** One access log that is to be written. */
export interface LogSpec {
  readonly provider: string
  /** CEL; only what it holds for is logged. */
  readonly expression?: string | undefined
  readonly origin?: Origin | undefined
}

/** What is said of tracing; undefined provider: nobody is named. */
export interface TraceSpec extends Omit<Tracing, 'match' | 'providers'> {
  readonly provider?: string | undefined
  readonly origin?: Origin | undefined
}

type Policy = Document<Telemetry>

/** Those in force for the proxy, the widest scope first: at most one of each. */
export const telemetries = memo((view: View, _: ''): readonly Policy[] =>
  Object.freeze(telemetriesFor(view, ownWorkload(view))),
)

function telemetriesFor(view: View, workload: Workload): Policy[] {
  const root = rootNamespace(view)
  const own = policiesIn(view, workload.namespace)
  const wide = (policies: readonly Policy[]) => policies.find((policy) => !isSelecting(policy))
  const selecting = own.find(
    (policy) =>
      isSelecting(policy) && matchesLabels(policy.spec.selector?.matchLabels, workload.labels),
  )
  const mesh = wide(policiesIn(view, root))
  const namespace = workload.namespace === root ? undefined : wide(own)
  return [mesh, namespace, selecting].filter((policy) => policy !== undefined)
}

/** Oldest first. */
export const policiesIn = memo((view: View, namespace: string): readonly Policy[] =>
  view
    .keysIn('Telemetry', namespace)
    .flatMap((key) => view.get('Telemetry', key) ?? [])
    .filter(({ spec }) => !hasTargetRefs(spec))
    .sort(byAge),
)

export function isSelecting({ spec }: Policy): boolean {
  return Object.keys(spec.selector?.matchLabels ?? {}).length > 0
}

function concerns(match: { readonly mode?: string } | undefined, mode: Mode): boolean {
  return !match?.mode || match.mode === 'CLIENT_AND_SERVER' || match.mode === mode
}

function names(providers: readonly { readonly name?: string }[] | undefined): string[] {
  return (providers ?? []).flatMap(({ name }) => name || [])
}

/**
 * Undefined if nobody says anything of access logs: then the MeshConfig's `accessLogFile` counts. A narrower object names other
 * providers in place of the wider one's, or switches these off.
 */
export const logSpecs = memo((view: View, mode: Mode): readonly LogSpec[] | undefined => {
  const policies = telemetries(view, '').filter(({ spec }) => (spec.accessLogging ?? []).length > 0)
  const usual = meshConfig(view).defaultProviders?.accessLogging ?? []
  if (policies.length === 0) {
    return usual.length > 0 ? usual.map((provider) => ({ provider })) : undefined
  }
  const logs = new Map<string, LogSpec>()
  let wider: readonly string[] = usual
  for (const policy of policies) {
    const entries = (policy.spec.accessLogging ?? []).entries()
    const said = [...entries].filter(([, { match }]) => concerns(match, mode))
    const named = said.flatMap(([, { providers }]) => names(providers))
    if (named.length > 0) for (const one of logs.keys()) if (!named.includes(one)) logs.delete(one)
    for (const [index, { providers, disabled, filter }] of said) {
      const own = names(providers)
      if (own.length > 0) wider = own
      const origin = policy.at(['spec', 'accessLogging', index])
      for (const provider of own.length > 0 ? own : wider.length > 0 ? wider : [BUILT_IN_LOG]) {
        if (disabled) logs.delete(provider)
        else logs.set(provider, { provider, expression: filter?.expression || undefined, origin })
      }
    }
  }
  return [...logs.values()]
})

/** Istio's provider that is always there: text to the standard output. */
export const BUILT_IN_LOG = 'envoy'

/** Undefined if nobody says anything of tracing: then the MeshConfig's `enableTracing` counts. */
export const traceSpec = memo((view: View, mode: Mode): TraceSpec | undefined => {
  const policies = telemetries(view, '').filter(({ spec }) => (spec.tracing ?? []).length > 0)
  const usual = meshConfig(view).defaultProviders?.tracing?.[0]
  if (policies.length === 0 && usual === undefined) return undefined
  let result: TraceSpec = { provider: usual }
  for (const policy of policies) {
    for (const [index, tracing] of (policy.spec.tracing ?? []).entries()) {
      if (!concerns(tracing.match, mode)) continue
      const { match: _, providers, ...said } = tracing
      const [provider = result.provider] = names(providers)
      const origin = policy.at(['spec', 'tracing', index])
      result = { ...result, ...said, provider, origin }
    }
  }
  return result
})

/** A change to one of the metrics, or to all of them, for one side. */
export type MetricOverride = NonNullable<Metrics['overrides']>[number]

/** All that is said for one side, wider scopes first: later ones count where both speak of the same. */
export const metricOverrides = memo((view: View, mode: Mode): readonly MetricOverride[] =>
  Object.freeze(overridesOf(telemetries(view, ''), mode)),
)

function overridesOf(policies: readonly Policy[], mode: Mode): MetricOverride[] {
  return policies
    .flatMap(({ spec }) => spec.metrics ?? [])
    .flatMap(({ overrides }) => overrides ?? [])
    .filter(({ match }) => concerns(match, mode))
}

/** For who aggregates what a workload reported. */
export function metricOverridesFor(
  view: View,
  workload: Workload,
  mode: Mode,
): readonly MetricOverride[] {
  return overridesOf(telemetriesFor(view, workload), mode)
}

/** Tags that are set by an expression, for the count of requests. Names sorted; the narrowest object has the say. */
export const addedTags = memo((view: View, mode: Mode) => {
  const tags = new Map<string, string>()
  for (const { match, tagOverrides } of metricOverrides(view, mode)) {
    const metric = match?.metric ?? 'ALL_METRICS'
    if (metric !== 'ALL_METRICS' && metric !== 'REQUEST_COUNT') continue
    for (const [name, { operation, value }] of Object.entries(tagOverrides ?? {})) {
      if (operation === 'REMOVE' || !value) tags.delete(name)
      else tags.set(name, tagExpression(value))
    }
  }
  const sorted = [...tags].sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.freeze(sorted.map(([name, expression]) => ({ name, expression })))
})

/** `defaultConfig.tracing`, which counts for all that no Telemetry says. */
export function defaultTracing(view: View): NonNullable<MeshConfig['defaultConfig']>['tracing'] {
  return meshConfig(view).defaultConfig.tracing
}

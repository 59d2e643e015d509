// What Envoy would refuse in a Telemetry or in the MeshConfig's formats: one bad format would keep every later listener from a proxy.
import type { Document } from '../../model/document.ts'
import type { Path } from '../../model/origin.ts'
import type { ExtensionProvider } from '../../model/schema/extension-provider.ts'
import type { MeshConfig } from '../../model/schema/mesh-config.ts'
import type { CustomTag, Telemetry } from '../../model/schema/telemetry.ts'
import { tagExpression } from '../kinds/metric-tag.ts'
import { isPercentage, logFormatProblem, meshFormatProblem, tagProblem } from '../mesh-telemetry.ts'
import { hasTargetRefs } from '../policy-scope.ts'
import { celProblem } from './cel.ts'
import { eachEntry, eachOf, type Report } from './report.ts'

export function checkTelemetry(report: Report, { spec }: Document<Telemetry>): void {
  if (hasTargetRefs(spec)) {
    const text =
      'targetRefs name objects of the Gateway API, to which nothing can be bound yet: the object applies to nothing. Use selector.'
    report.warning('L0251', ['spec', spec.targetRef ? 'targetRef' : 'targetRefs'], text)
  }
  eachOf(spec.accessLogging, ['spec', 'accessLogging'], ({ filter, disabled }, path) => {
    const { expression } = filter ?? {}
    if (expression && !disabled) checkCel(report, expression, [...path, 'filter', 'expression'])
  })
  eachOf(spec.tracing, ['spec', 'tracing'], (tracing, path) => {
    const { randomSamplingPercentage, customTags } = tracing
    checkPercentage(report, randomSamplingPercentage, [...path, 'randomSamplingPercentage'])
    checkTags(report, customTags, [...path, 'customTags'])
  })
  eachOf(spec.metrics, ['spec', 'metrics'], ({ overrides }, path) =>
    eachOf(overrides, [...path, 'overrides'], ({ tagOverrides }, at) =>
      eachEntry(tagOverrides, [...at, 'tagOverrides'], (name, { operation, value }, place) => {
        if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) {
          report.error('L0262', place, `"${name}" is no name of a label of Prometheus`)
        }
        if (operation === 'REMOVE') return
        if (!value) {
          const text = 'a tag that is set needs a value: an expression of CEL, as \'"text"\''
          report.error('L0261', place, text)
        } else checkCel(report, tagExpression(value), [...place, 'value'])
      }),
    ),
  )
}

/** What of the MeshConfig is left out (`usableTelemetry`). */
export function checkMeshTelemetry(report: Report, { spec }: Document<MeshConfig>): void {
  const problem = meshFormatProblem(spec)
  if (problem) report.error('L0262', ['accessLogFormat'], `${problem}; the default is used`)
  const { sampling, customTags } = spec.defaultConfig?.tracing ?? {}
  checkPercentage(report, sampling, ['defaultConfig', 'tracing', 'sampling'])
  checkTags(report, customTags, ['defaultConfig', 'tracing', 'customTags'])
  eachOf(spec.extensionProviders, ['extensionProviders'], (provider, path) => {
    for (const field of ['envoyFileAccessLog', 'envoyOtelAls'] as const) {
      const wrong = logFormatProblem(provider[field]?.logFormat)
      const at = [...path, field, 'logFormat']
      if (wrong) report.error('L0262', at, `${wrong}; the default is used`)
    }
    for (const [field, headers] of headersIn(provider)) {
      eachOf(headers, [...path, ...field], ({ envName }, at) => {
        if (envName === undefined) return
        const text = `the variable ${envName} is not set where the control plane runs: the header is left out`
        report.warning('L0260', [...at, 'envName'], text)
      })
    }
  })
}

/** Those whose variable was set have its value already. */
function headersIn({ zipkin, opentelemetry }: ExtensionProvider) {
  const { http, grpc, dynatraceSampler } = opentelemetry ?? {}
  const sampler = ['opentelemetry', 'dynatraceSampler', 'httpService', 'http', 'headers']
  return [
    [['zipkin', 'headers'], zipkin?.headers],
    [['opentelemetry', 'http', 'headers'], http?.headers],
    [['opentelemetry', 'grpc', 'initialMetadata'], grpc?.initialMetadata],
    [sampler, dynatraceSampler?.httpService?.http.headers],
  ] as const
}

function checkCel(report: Report, expression: string, path: Path): void {
  const problem = celProblem(expression)
  if (problem) report.error('L0261', path, `Envoy would refuse the expression: ${problem}`)
}

function checkPercentage(report: Report, percentage: number | undefined, path: Path): void {
  if (percentage === undefined || isPercentage(percentage)) return
  report.error('L0206', path, `${percentage} is no percentage; it must be between 0 and 100`)
}

function checkTags(
  report: Report,
  tags: Readonly<Record<string, CustomTag>> | undefined,
  path: Path,
): void {
  eachEntry(tags, path, (name, tag, at) => {
    const problem = name === '' ? 'the name of a tag is empty' : tagProblem(tag)
    if (problem) report.error('L0262', at, problem)
  })
}

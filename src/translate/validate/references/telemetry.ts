// Telemetry against the MeshConfig and against each other: providers that are not there, objects that another one displaces.
import type { Diagnostic } from '../../../model/diagnostic.ts'
import { type Document, keyOf } from '../../../model/document.ts'
import type { Path } from '../../../model/origin.ts'
import type { ExtensionProvider } from '../../../model/schema/extension-provider.ts'
import type { MeshConfig } from '../../../model/schema/mesh-config.ts'
import type { Telemetry } from '../../../model/schema/telemetry.ts'
import type { View } from '../../../model/view.ts'
import { hostOf } from '../../ext-authz.ts'
import { BUILT_IN_LOG, isSelecting, policiesIn } from '../../kinds/telemetry.ts'
import { meshConfig } from '../../mesh-config.ts'
import { placeOf } from '../../provider.ts'
import { eachOf, type Report, reportOn } from '../report.ts'
import { checkMeshTelemetry } from '../telemetry.ts'
import type { Known } from './known.ts'

type Use = 'accessLogging' | 'tracing' | 'metrics'

const FIELDS: Readonly<Record<Use, readonly (keyof ExtensionProvider)[]>> = {
  accessLogging: ['envoyFileAccessLog', 'envoyOtelAls', 'envoyHttpAls', 'envoyTcpAls'],
  tracing: ['opentelemetry', 'zipkin', 'skywalking', 'datadog'],
  metrics: ['prometheus'],
}
/** There without being written. */
const BUILT_IN: Readonly<Record<Use, string>> = {
  accessLogging: BUILT_IN_LOG,
  tracing: '',
  metrics: 'prometheus',
}
const WHAT: Readonly<Record<Use, string>> = {
  accessLogging: 'access logs',
  tracing: 'spans',
  metrics: 'metrics',
}

export function telemetryReferences(view: View, known: Known): Diagnostic[] {
  const check = providerCheck(view, known)
  const namespaces = new Set(view.keys('Telemetry').map((key) => key.split('/')[0]!))
  return [
    ...view.keys('MeshConfig').flatMap((key) => ofMesh(view.get('MeshConfig', key)!, check, known)),
    ...[...namespaces].flatMap((namespace) => {
      const policies = policiesIn(view, namespace)
      return policies.flatMap((policy) => ofPolicy(policy, check, displacing(policy, policies)))
    }),
  ]
}

type Check = (use: Use, name: string) => string | undefined

function ofMesh(document: Document<MeshConfig>, check: Check, known: Known): readonly Diagnostic[] {
  const report = reportOn(document)
  checkMeshTelemetry(report, document)
  for (const use of ['accessLogging', 'tracing', 'metrics'] as const) {
    eachOf(document.spec.defaultProviders?.[use], ['defaultProviders', use], (name, path) =>
      told(report, check(use, name), path),
    )
  }
  checkAccessLogService(report, document.spec, known)
  const { zipkin, datadog } = document.spec.defaultConfig?.tracing ?? {}
  const address = zipkin?.address || datadog?.address
  if (document.spec.enableTracing && !address && !document.spec.defaultProviders?.tracing) {
    const text =
      'tracing has nowhere to send spans: name a provider in defaultProviders.tracing, or by a Telemetry'
    report.warning('L0260', ['enableTracing'], text)
  }
  return report.diagnostics
}

function checkAccessLogService(report: Report, spec: MeshConfig, known: Known): void {
  if (!spec.enableEnvoyAccessLogService) return
  const { address } = spec.defaultConfig?.envoyAccessLogService ?? {}
  const place = placeOf(address)
  const ports = place && known.servicesByHost.get(hostOf(place.service))
  const found = ports?.some((service) => service.ports.some(({ number }) => number === place?.port))
  if (found) return
  const why = address
    ? `no service of the mesh is at ${address}`
    : 'defaultConfig.envoyAccessLogService has no address'
  report.warning('L0260', ['enableEnvoyAccessLogService'], `access logs go nowhere: ${why}`)
}

function ofPolicy(
  policy: Document<Telemetry>,
  check: Check,
  older: Document<Telemetry> | undefined,
): readonly Diagnostic[] {
  const report = reportOn(policy)
  for (const use of ['accessLogging', 'tracing', 'metrics'] as const) {
    eachOf<{ readonly providers?: readonly { readonly name?: string }[] }>(
      policy.spec[use],
      ['spec', use],
      ({ providers }, path) =>
        eachOf(providers, [...path, 'providers'], ({ name = '' }, at) =>
          told(report, check(use, name), at),
        ),
    )
  }
  if (older) {
    const text = `it has no effect: the older Telemetry ${keyOf(older.metadata)} is for the same workloads`
    report.warning('L0263', ['metadata', 'name'], text)
  }
  return report.diagnostics
}

function told(report: Report, problem: string | undefined, path: Path): void {
  if (problem) report.warning('L0260', path, problem)
}

/** The older one with the same selector. */
function displacing(policy: Document<Telemetry>, oldestFirst: readonly Document<Telemetry>[]) {
  const key = selectorKey(policy)
  const first = oldestFirst.find((other) => selectorKey(other) === key)
  return first === policy ? undefined : first
}

function selectorKey(policy: Document<Telemetry>): string {
  if (!isSelecting(policy)) return ''
  return JSON.stringify(Object.entries(policy.spec.selector?.matchLabels ?? {}).sort())
}

/** Says why nothing reaches a provider. */
function providerCheck(view: View, known: Known): Check {
  const { extensionProviders } = meshConfig(view)
  return (use, name) => {
    const provider = extensionProviders.find((one) => one.name === name)
    if (!provider) {
      if (name !== '' && name === BUILT_IN[use]) return undefined
      return `the MeshConfig has no extensionProvider "${name}": ${WHAT[use]} go nowhere`
    }
    const field = FIELDS[use].find((one) => provider[one] !== undefined)
    if (!field) return `the extensionProvider "${name}" does not take ${WHAT[use]}`
    const told = provider[field] as { readonly service?: string; readonly port?: number }
    if (told.service === undefined) return undefined
    const at = `the extensionProvider "${name}" is at`
    const ports = known.servicesByHost.get(hostOf(told.service))?.flatMap(({ ports }) => ports)
    if (!ports) return `${at} ${told.service}, which no service is: ${WHAT[use]} go nowhere`
    const port = ports.find(({ number }) => number === told.port)
    if (!port) return `${at} port ${told.port}, which ${told.service} does not have`
    if (!speaksGrpc(provider) || /^(GRPC|HTTP2)/.test(port.protocol)) return undefined
    return `${at} port ${told.port} of ${told.service}, which is declared as ${port.protocol}: it is sent gRPC, so name the port grpc-…`
  }
}

function speaksGrpc(provider: ExtensionProvider): boolean {
  if (provider.opentelemetry) return provider.opentelemetry.http === undefined
  return Boolean(
    provider.envoyOtelAls ?? provider.envoyHttpAls ?? provider.envoyTcpAls ?? provider.skywalking,
  )
}

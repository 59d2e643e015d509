// Services without anyone who serves them, and selectors that pick no workload.
import type { Diagnostic } from '../../../model/diagnostic.ts'
import type { Document } from '../../../model/document.ts'
import { endpointsOf, isPlace } from '../../../model/endpoint.ts'
import { memo } from '../../../model/memo.ts'
import type { Path } from '../../../model/origin.ts'
import type { ServiceEntry } from '../../../model/schema/service-entry.ts'
import type { Service } from '../../../model/service.ts'
import type { View } from '../../../model/view.ts'
import { rootNamespace } from '../../mesh-config.ts'
import { reportOn } from '../report.ts'
import type { Known } from './known.ts'

type Selector = Readonly<Record<string, string>> | undefined

/** Only information: a workload may well come later. */
export function selectorReferences(view: View, known: Known): Diagnostic[] {
  return [...unserved(view, known), ...unpicked(view, known)]
}

function unserved(view: View, known: Known): Diagnostic[] {
  const told = new Set<Document>()
  return known.services.flatMap((service) => {
    const found = servedByNobody(view, service)
    if (found.length === 0 || told.has(service.document)) return []
    told.add(service.document)
    return found
  })
}

const servedByNobody = memo((view: View, service: Service): readonly Diagnostic[] => {
  if (service.resolution !== 'EDS') return []
  const endpoints = endpointsOf(view, service)
  if (endpoints.some(isPlace)) return []
  const { document, hostname } = service
  const report = reportOn(document)
  const spec = document.spec as ServiceEntry & { selector?: Selector }
  const selector = spec.workloadSelector?.labels ?? spec.selector
  const field = spec.workloadSelector ? 'workloadSelector' : 'selector'
  const named = 'its endpoints have host names, which only resolution DNS looks up'
  const reason =
    endpoints.length > 0
      ? named
      : selector
        ? `no workload of namespace ${service.namespace} has the labels ${print(selector)}`
        : 'it has no endpoints'
  report.info(
    'L0245',
    selector ? ['spec', field] : ['spec'],
    `${reason}, so calls to ${hostname} get 503`,
  )
  return report.diagnostics
})

const POLICIES = [
  'Sidecar',
  'Gateway',
  'PeerAuthentication',
  'AuthorizationPolicy',
  'RequestAuthentication',
  'WasmPlugin',
  'TrafficExtension',
] as const

/** Of these, one in the root namespace is for workloads of all. */
const MESH_WIDE: ReadonlySet<string> = new Set([
  'AuthorizationPolicy',
  'RequestAuthentication',
  'WasmPlugin',
  'TrafficExtension',
])

/** Where no workload entries are, as with Kubernetes' pods, nothing can be told. */
function unpicked(view: View, known: Known): Diagnostic[] {
  if (view.keys('WorkloadEntry').length === 0) return []
  const root = rootNamespace(view)
  return POLICIES.flatMap((kind) =>
    view.keys(kind).flatMap((key) => {
      const document = view.get(kind, key)!
      const { selector, path } = selectorOf(document)
      if (!selector) return []
      const { namespace } = document.metadata
      const everywhere = kind === 'Gateway' || (MESH_WIDE.has(kind) && namespace === root)
      if (known.workloads.has(everywhere ? '*' : namespace, selector)) return []
      const report = reportOn(document)
      const where = everywhere ? 'any namespace' : `namespace ${namespace}`
      report.info(
        'L0245',
        path,
        `no workload entry of ${where} has the labels ${print(selector)}: the ${kind} applies to none that is known here`,
      )
      return report.diagnostics
    }),
  )
}

function selectorOf({ kind, spec }: Document): { selector: Selector; path: Path } {
  const fields = spec as {
    selector?: Readonly<Record<string, unknown>>
    workloadSelector?: { labels?: Selector }
  }
  if (kind === 'Sidecar') {
    return { selector: fields.workloadSelector?.labels, path: ['spec', 'workloadSelector'] }
  }
  const selector = kind === 'Gateway' ? fields.selector : fields.selector?.matchLabels
  return { selector: selector as Selector, path: ['spec', 'selector'] }
}

function print(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
}

// What the service graph asks the mesh about a workload: its service, version and identity.
import { Cache } from './model/cache.ts'
import type { Document } from './model/document.ts'
import type { Mesh } from './model/mesh.ts'
import type { WorkloadEntry } from './model/schema/workload-entry.ts'
import { matchesLabels } from './model/selector.ts'
import { View } from './model/view.ts'
import { canonicalName } from './model/workload.ts'
import type { MetricsOptions } from './telemetry/istio-metrics.ts'
import type { Described, Directory } from './telemetry/place.ts'
import { metricOverridesFor } from './translate/kinds/telemetry.ts'
import { nodeOf } from './translate/node.ts'
import { NOBODY } from './translate/validate/references.ts'

/** Answers from the present mesh; what was found is kept until the mesh changes. */
export function directoryOf(mesh: () => Mesh): Directory {
  let seen: Mesh | undefined
  const known = new Map<string, Described | undefined>()
  let byPrincipal = new Map<string, string[]>()
  const refresh = () => {
    const now = mesh()
    if (now === seen) return now
    seen = now
    known.clear()
    byPrincipal = new Map()
    for (const [name, entry] of now.tables.WorkloadEntry.rows) {
      const principal = principalOf(now, entry)
      const list = byPrincipal.get(principal)
      if (list) list.push(name)
      else byPrincipal.set(principal, [name])
    }
    return now
  }
  return {
    workload: (name) => {
      const now = refresh()
      if (!known.has(name)) known.set(name, describe(now, name))
      return known.get(name)
    },
    withPrincipal: (principal) => {
      refresh()
      return byPrincipal.get(principal) ?? []
    },
  }
}

function principalOf({ tables }: Mesh, { metadata, spec }: Document<WorkloadEntry>): string {
  const account = spec.serviceAccount || 'default'
  return `spiffe://${tables.trust.rows.get('trust')?.trustDomain ?? 'cluster.local'}/ns/${metadata.namespace}/sa/${account}`
}

function describe(mesh: Mesh, name: string): Described | undefined {
  const entry = mesh.tables.WorkloadEntry.rows.get(name)
  if (!entry) return undefined
  const { namespace, name: workload } = entry.metadata
  const labels = { ...entry.metadata.labels, ...entry.spec.labels }
  const key = (mesh.tables.Service.keysByNamespace.get(namespace) ?? []).find((key) => {
    const selector = mesh.tables.Service.rows.get(key)?.spec.selector ?? {}
    return Object.keys(selector).length > 0 && matchesLabels(selector, labels)
  })
  const service = mesh.tables.Service.rows.get(key ?? '')?.metadata
  return {
    ...canonicalName(workload, labels),
    service: service ? `${service.name}.${service.namespace}.svc.cluster.local` : '',
    principal: principalOf(mesh, entry),
  }
}

/** What Telemetry objects change in the metrics of a workload. */
export function overridesIn(mesh: () => Mesh): MetricsOptions['overrides'] {
  return (reporter, side) => {
    const { namespace, workload, labels } = nodeOf(mesh(), named(reporter), { id: reporter })
    const view = new View(mesh(), { ...NOBODY, namespace, workload }, new Cache())
    const mode = side === 'source' ? 'CLIENT' : 'SERVER'
    return metricOverridesFor(view, { namespace, labels }, mode)
  }
}

function named(reporter: string) {
  const [namespace = '', workload = ''] = reporter.split('/')
  return { namespace, workload, certified: true }
}

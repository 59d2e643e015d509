// The proxy's own cluster: workloads of its namespace that are the same application, so that Envoy knows which share of the callers is in its zone.
import type { ClusterLoadAssignment } from '../../proto/envoy.d.ts'
import type { Document } from '../model/document.ts'
import { hasAddress, workloadEndpoint } from '../model/endpoint.ts'
import { memo } from '../model/memo.ts'
import type { Resource } from '../model/resource.ts'
import type { WorkloadEntry } from '../model/schema/workload-entry.ts'
import type { View } from '../model/view.ts'
import { canonicalName } from '../model/workload.ts'
import { proxySettings, someLookForThemselves } from './kinds/proxy-config.ts'
import { everyLocality } from './locality.ts'
import { resource } from './typed.ts'

/** As the bootstrap has it. */
const LOCAL_CLUSTER = 'local_cluster'

/** Only for proxies that are told to look for themselves (Istio). */
const looksForItself = memo(
  (view: View, _: ''): boolean =>
    someLookForThemselves(view, '') && proxySettings(view, '').selfDiscovery === true,
)

export const localAssignment = memo((view: View, workload: string): readonly Resource[] => {
  const own = looksForItself(view, '') ? view.get('WorkloadEntry', workload) : undefined
  if (!own) return NONE
  const { app } = appOf(own)
  return assignmentOf(view, JSON.stringify([own.metadata.namespace, app]))
})

const NONE: readonly Resource[] = Object.freeze([])

const assignmentOf = memo((view: View, key: string): readonly Resource[] => {
  const [namespace, app] = JSON.parse(key) as [string, string]
  const placed = view.keysIn('WorkloadEntry', namespace).flatMap((name) => {
    const document = view.get('WorkloadEntry', name)!
    const endpoint = workloadEndpoint(view, document)
    if (appOf(document).app !== app || !endpoint.healthy || !hasAddress(endpoint)) return []
    const socket_address = { address: endpoint.address, port_value: NO_PORT }
    return [{ endpoint, lbEndpoint: { endpoint: { address: { socket_address } } } }]
  })
  const body: ClusterLoadAssignment = {
    cluster_name: LOCAL_CLUSTER,
    endpoints: everyLocality(placed),
  }
  return Object.freeze([resource('endpoint', LOCAL_CLUSTER, body)])
})

/** They are counted and never called. */
const NO_PORT = 1

function appOf({ metadata, spec }: Document<WorkloadEntry>) {
  return canonicalName(metadata.name, { ...metadata.labels, ...spec.labels })
}

// What becomes of traffic to destinations that the mesh does not know: refused, passed on, or sent to an egress proxy.
import { memo } from '../model/memo.ts'
import type { View } from '../model/view.ts'
import { clusterOf, type Target, targetOf } from './destination.ts'
import { meshConfig } from './mesh-config.ts'
import { BLACK_HOLE_CLUSTER, PASSTHROUGH_CLUSTER } from './names.ts'
import { sidecarOf } from './scope.ts'

/** A workload's Sidecar says it before the mesh. */
export function isRegistryOnly(view: View): boolean {
  const mode =
    sidecarOf(view, '')?.spec.outboundTrafficPolicy?.mode ??
    meshConfig(view).outboundTrafficPolicy.mode
  return mode === 'REGISTRY_ONLY'
}

interface EgressProxy extends Target {
  readonly cluster: string
}

/** The Sidecar's `egressProxy`, unless nothing unknown may leave at all. */
export const egressProxy = memo((view: View, _: ''): EgressProxy | undefined => {
  const sidecar = sidecarOf(view, '')
  const destination = sidecar?.spec.outboundTrafficPolicy?.egressProxy
  if (!sidecar || !destination || isRegistryOnly(view)) return undefined
  const target = targetOf(view, destination, sidecar.metadata.namespace, 0)
  return { ...target, cluster: clusterOf(target, destination) }
})

/** Of connections that no listener knows. */
export function unknownCluster(view: View): string {
  if (isRegistryOnly(view)) return BLACK_HOLE_CLUSTER
  return egressProxy(view, '')?.cluster ?? PASSTHROUGH_CLUSTER
}

// All resources of one proxy, from what its view shows: the one function that the delivery side calls.
import { Cache } from '../model/cache.ts'
import { memo } from '../model/memo.ts'
import type { Mesh } from '../model/mesh.ts'
import type { Node } from '../model/node.ts'
import { type Chunk, NO_RESOURCES, type Resource, type ResourceSet } from '../model/resource.ts'
import { View } from '../model/view.ts'
import { clientSecrets } from './cluster/credential.ts'
import { BLACK_HOLE, INBOUND_PASSTHROUGH, PASSTHROUGH } from './cluster/inbound.ts'
import { outboundClusters } from './cluster/outbound.ts'
import { loadAssignments } from './endpoint.ts'
import { namedClusters } from './gateway/auto-passthrough.ts'
import { gatewayResources } from './gateway/gateway.ts'
import { grpcResources } from './grpc.ts'
import { boundInboundListeners, inboundClusters, inboundRoutes, ingressSecrets } from './inbound.ts'
import { allSeen, type Seen } from './kinds/destination-rule.ts'
import { patchesOf } from './kinds/envoy-filter.ts'
import { extensionConfigs } from './kinds/extension.ts'
import { jwtConfigs } from './kinds/request-authentication.ts'
import { capturedListeners } from './listener/captured.ts'
import { outboundListeners } from './listener/outbound.ts'
import { chunks, joinedTo, kept } from './lists.ts'
import { localAssignment } from './local-cluster.ts'
import { withPatches } from './patch/patch.ts'
import { reachableIn, reachableNamespaces } from './reachable.ts'
import { routeConfiguration } from './route/configuration.ts'
import { isCaptured } from './scope.ts'
import { ownCertificate, trustedRoots } from './secret.ts'
import { withVirtualHostsApart } from './vhds/apart.ts'

/** Pure: the same mesh and node give the same set; with the same cache, the identical one while nothing it reads changes. */
export function translate(mesh: Mesh, node: Node, cache: Cache = new Cache()): ResourceSet {
  const view = new View(mesh, node, cache)
  if (node.type === 'grpc') return grpcResources(view, '')
  const workload = `${node.namespace}/${node.workload}`
  if (patchesOf(view, '').length > 0) return patchedResources(view, workload)
  return joinedTo(view, sharedResources(view, ''))(ownResources(view, workload))
}

/** Patches may be about any part of the whole. */
const patchedResources = memo(
  (view: View, workload: string): ResourceSet => {
    const whole = joinedTo(view, unpatchedResources(view, ''))(ownResources(view, workload))
    return withVirtualHostsApart(view, withPatches(view, whole))
  },
  { kept },
)

const sharedResources = memo(
  (view: View, _: '') => withVirtualHostsApart(view, unpatchedResources(view, '')),
  { kept },
)

/** What most proxies of a namespace have in common: all that does not depend on the workload. */
const unpatchedResources = memo(
  (view: View, _: ''): ResourceSet => {
    const services = reachableNamespaces(view, '').map((name) =>
      allSeen(view, reachableIn(view, name)),
    )
    return {
      ...NO_RESOURCES,
      cluster: chunks([...services.map((list) => clustersOf(view, list)), namedClusters(view, '')]),
      endpoint: chunks(services.map((list) => assignmentsOf(view, list))),
      listener: chunks([boundOutboundListeners(view, '')]),
      route: chunks([outboundRoutes(view, '')]),
      extensionConfig: chunks([extensionConfigs(view, '')]),
    }
  },
  { kept },
)

/** What belongs to the workload, and all that a gateway serves. */
const ownResources = memo(
  (view: View, workload: string): ResourceSet => {
    const gateway = gatewayResources(view, workload)
    return {
      ...NO_RESOURCES,
      cluster: chunks([fixedClusters(view), inboundClusters(view, workload)]),
      endpoint: chunks([localAssignment(view, workload)]),
      secret: chunks([
        ownCertificate(view, workload),
        trustedRoots(view, ''),
        gateway.secrets,
        ingressSecrets(view, workload),
        clientSecretsBeside(view, gateway.secrets),
      ]),
      listener: chunks([
        capturedListeners(view, workload),
        boundInboundListeners(view, workload),
        gateway.listeners,
      ]),
      route: chunks([inboundRoutes(view, workload), gateway.routes]),
      extensionConfig: chunks([jwtConfigs(view, workload)]),
    }
  },
  { kept },
)

/** A gateway's servers may use the same ones. */
const clientSecretsBeside = memo(
  (view: View, others: Chunk): Chunk =>
    Object.freeze(clientSecrets(view, '').filter((secret) => !others.includes(secret))),
)

const CAPTURED: Chunk = Object.freeze([PASSTHROUGH, BLACK_HOLE, INBOUND_PASSTHROUGH])
const EXPLICIT: Chunk = Object.freeze([BLACK_HOLE])

function fixedClusters(view: View): Chunk {
  return isCaptured(view) ? CAPTURED : EXPLICIT
}

/** Of services given as a list, so that what decides which services it holds needs no second look. */
const clustersOf = memo(
  (view: View, services: readonly Seen[]): Chunk =>
    Object.freeze(services.flatMap((service) => outboundClusters(view, service))),
)

const assignmentsOf = memo(
  (view: View, services: readonly Seen[]): Chunk =>
    Object.freeze(services.flatMap((service) => loadAssignments(view, service))),
)

const boundOutboundListeners = memo(
  (view: View, _: ''): Chunk =>
    Object.freeze(outboundListeners(view, '').map(({ listener }) => listener)),
)

const outboundRoutes = memo((view: View, _: ''): Chunk => {
  const plans = new Map<string, Resource>()
  for (const { plan } of outboundListeners(view, '')) {
    if (!plan || plans.has(plan.name)) continue
    plans.set(plan.name, routeConfiguration(view, JSON.stringify(plan)))
  }
  return Object.freeze([...plans.values()])
})

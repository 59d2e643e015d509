// All resources of one proxy, from what its view shows: the one function that the delivery side calls.
import { Cache } from '../model/cache.ts'
import { memo } from '../model/memo.ts'
import type { Mesh } from '../model/mesh.ts'
import type { Node } from '../model/node.ts'
import type { Chunk, Resource, ResourceSet } from '../model/resource.ts'
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
import { extensionConfigs } from './kinds/extension.ts'
import { jwtConfigs } from './kinds/request-authentication.ts'
import { capturedListeners } from './listener/captured.ts'
import { outboundListeners } from './listener/outbound.ts'
import { localAssignment } from './local-cluster.ts'
import { withPatches } from './patch/patch.ts'
import { reachableIn, reachableNamespaces } from './reachable.ts'
import { routeConfiguration } from './route/configuration.ts'
import { isCaptured } from './scope.ts'
import { ownCertificate, trustedRoots } from './secret.ts'
import { withVirtualHostsApart } from './vhds/apart.ts'

/** Pure: the same mesh and node give the same set; with the same cache, the identical one while nothing it reads changes. */
export function translate(mesh: Mesh, node: Node, cache: Cache = new Cache()): ResourceSet {
  return resourceSet(new View(mesh, node, cache), `${node.namespace}/${node.workload}`)
}

/** What follows the mesh and what follows the workload are made apart: a change of the one leaves the other as it is. */
const resourceSet = memo((view: View, workload: string): ResourceSet => {
  if (view.facet('type') === 'grpc') return grpcResources(view, '')
  const shared = sharedChunks(view, '')
  const own = ownChunks(view, workload)
  const set = withPatches(view, {
    cluster: chunks([shared.fixed, own.cluster, ...shared.cluster]),
    endpoint:
      own.endpoint.length > 0 ? chunks([...shared.endpoint, own.endpoint]) : shared.endpoint,
    secret: own.secret,
    listener: chunks([...own.listener, shared.listener, own.gateway.listeners]),
    route: chunks([own.route, shared.route, own.gateway.routes]),
    virtualHost: NONE,
    extensionConfig: chunks([own.jwt, shared.extensions]),
    // What is set while a proxy runs belongs to no object: see src/tapping.ts.
    runtime: NONE,
  })
  return withVirtualHostsApart(view, set)
})

const NONE: readonly Chunk[] = Object.freeze([])

/** What most proxies of a namespace have in common: all that does not depend on the workload. */
const sharedChunks = memo((view: View, _: '') => {
  const services = reachableNamespaces(view, '').map((name) =>
    allSeen(view, reachableIn(view, name)),
  )
  return Object.freeze({
    fixed: fixedClusters(view),
    cluster: chunks([...services.map((list) => clustersOf(view, list)), namedClusters(view, '')]),
    endpoint: chunks(services.map((list) => assignmentsOf(view, list))),
    listener: boundOutboundListeners(view, ''),
    route: outboundRoutes(view, ''),
    extensions: extensionConfigs(view, ''),
  })
})

/** What belongs to the workload, and all that a gateway serves. */
const ownChunks = memo((view: View, workload: string) => {
  const gateway = gatewayResources(view, workload)
  return Object.freeze({
    cluster: inboundClusters(view, workload),
    endpoint: localAssignment(view, workload),
    secret: chunks([
      ownCertificate(view, workload),
      trustedRoots(view, ''),
      gateway.secrets,
      ingressSecrets(view, workload),
      clientSecretsBeside(view, gateway.secrets),
    ]),
    listener: [capturedListeners(view, workload), boundInboundListeners(view, workload)],
    route: inboundRoutes(view, workload),
    jwt: jwtConfigs(view, workload),
    gateway,
  })
})

/** A gateway's servers may use the same ones. */
const clientSecretsBeside = memo(
  (view: View, others: Chunk): Chunk =>
    Object.freeze(clientSecrets(view, '').filter((secret) => !others.includes(secret))),
)

function chunks(all: readonly Chunk[]): readonly Chunk[] {
  return Object.freeze(all.filter((chunk) => chunk.length > 0))
}

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

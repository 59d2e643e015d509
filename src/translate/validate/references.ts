// Checks of documents against each other: what leads nowhere, and what keeps what out.
import { Cache } from '../../model/cache.ts'
import { compareDiagnostics, type Diagnostic } from '../../model/diagnostic.ts'
import type { Mesh } from '../../model/mesh.ts'
import type { Node } from '../../model/node.ts'
import { View } from '../../model/view.ts'
import { checkPeerAuthentication } from '../kinds/peer-authentication.ts'
import { meshConfig } from '../mesh-config.ts'
import { checkAuthorizationPolicy } from '../rbac/check.ts'
import { destinationRuleReferences } from './references/destination-rule.ts'
import { gatewayReferences } from './references/gateway.ts'
import { knownOf } from './references/known.ts'
import { selectorReferences } from './references/selector.ts'
import { sidecarReferences } from './references/sidecar.ts'
import { virtualServiceReferences } from './references/virtual-service.ts'

/** These checks are of the mesh as a whole and read nothing of a proxy. */
const NOBODY: Node = Object.freeze({
  id: '',
  type: 'sidecar',
  namespace: '',
  workload: '',
  serviceAccount: '',
  labels: {},
  address: '',
  locality: '',
  certified: 'no',
  certificateFolder: '',
})

/** In the order of places. The time taken grows with the mesh; with the translation's cache, less is read again. */
export function references(mesh: Mesh, cache: Cache = new Cache()): Diagnostic[] {
  const view = new View(mesh, NOBODY, cache)
  const known = knownOf(view)
  const exportTo = meshConfig(view).defaultVirtualServiceExportTo
  return [
    ...virtualServiceReferences(known, exportTo),
    ...destinationRuleReferences(known),
    ...sidecarReferences(view, known),
    ...gatewayReferences(known),
    ...selectorReferences(view, known),
    ...protections(view),
  ].sort(compareDiagnostics)
}

/** Kinds that protect are never refused; what is wrong with them is told here. */
function protections(view: View): Diagnostic[] {
  const policies = view
    .keys('AuthorizationPolicy')
    .map((key) => view.get('AuthorizationPolicy', key)!)
  const peers = view.keys('PeerAuthentication').map((key) => view.get('PeerAuthentication', key)!)
  return [
    ...policies.flatMap(checkAuthorizationPolicy),
    ...peers.flatMap((policy) => checkPeerAuthentication(view, policy)),
  ]
}

// Checks of documents against each other: what leads nowhere, and what keeps what out.
import { Cache } from '../../model/cache.ts'
import { compareDiagnostics, type Diagnostic } from '../../model/diagnostic.ts'
import { memo } from '../../model/memo.ts'
import type { Mesh } from '../../model/mesh.ts'
import type { Node } from '../../model/node.ts'
import { View } from '../../model/view.ts'
import { hostOf, providerProblem } from '../ext-authz.ts'
import { checkPeerAuthentication } from '../kinds/peer-authentication.ts'
import { meshConfig } from '../mesh-config.ts'
import { checkAuthorizationPolicy } from '../rbac/check.ts'
import { credentialReferences } from './references/credential.ts'
import { delegateReferences } from './references/delegate.ts'
import { destinationRuleReferences } from './references/destination-rule.ts'
import { gatewayReferences } from './references/gateway.ts'
import { gatewayApiReferences } from './references/gateway-api.ts'
import { knownOf } from './references/known.ts'
import { ownershipReferences } from './references/ownership.ts'
import { selectorReferences } from './references/selector.ts'
import { sidecarReferences } from './references/sidecar.ts'
import { telemetryReferences } from './references/telemetry.ts'
import { virtualServiceReferences } from './references/virtual-service.ts'
import { checkRequestAuthentication } from './request-authentication.ts'

/** These checks are of the mesh as a whole and read nothing of a proxy. */
export const NOBODY: Node = Object.freeze({
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

/** Each is done again only after something that it looked at has changed. */
const CHECKS: readonly ((view: View, _: '') => readonly Diagnostic[])[] = [
  memo((view: View, _: '') =>
    virtualServiceReferences(view, meshConfig(view).defaultVirtualServiceExportTo),
  ),
  memo((view: View, _: '') => delegateReferences(view, knownOf(view))),
  memo((view: View, _: '') => destinationRuleReferences(knownOf(view))),
  memo((view: View, _: '') => sidecarReferences(view, knownOf(view))),
  memo((view: View, _: '') => gatewayReferences(knownOf(view))),
  memo((view: View, _: '') => gatewayApiReferences(view)),
  memo((view: View, _: '') => credentialReferences(view)),
  memo((view: View, _: '') => selectorReferences(view, knownOf(view))),
  memo((view: View, _: '') => ownershipReferences(view, knownOf(view))),
  memo((view: View, _: '') => telemetryReferences(view, knownOf(view))),
  memo((view: View, _: '') => protections(view)),
]

/** In the order of places. The time grows with the mesh; given the translation's cache, only with what is affected. */
export function references(mesh: Mesh, cache: Cache = new Cache()): Diagnostic[] {
  const view = new View(mesh, NOBODY, cache)
  return CHECKS.flatMap((check) => check(view, '')).sort(compareDiagnostics)
}

/** Kinds that protect are never refused; what is wrong with them is told here. */
function protections(view: View): Diagnostic[] {
  const policies = view
    .keys('AuthorizationPolicy')
    .map((key) => view.get('AuthorizationPolicy', key)!)
  const peers = view.keys('PeerAuthentication').map((key) => view.get('PeerAuthentication', key)!)
  const tokens = view
    .keys('RequestAuthentication')
    .map((key) => view.get('RequestAuthentication', key)!)
  return [
    ...policies.flatMap((policy) => checkAuthorizationPolicy(policy, customProblem(view))),
    ...tokens.flatMap(checkRequestAuthentication),
    ...peers.flatMap((policy) => checkPeerAuthentication(view, policy)),
  ]
}

/** Tells of a provider's name why it cannot be asked. */
function customProblem(view: View): (name: string) => string | undefined {
  const { extensionProviders } = meshConfig(view)
  const hosts = knownOf(view).servicesByHost
  return (name) => {
    const provider = extensionProviders.find((one) => one.name === name)
    if (!provider) return `the MeshConfig has no extensionProvider "${name}"`
    const asked = provider.envoyExtAuthzHttp ?? provider.envoyExtAuthzGrpc
    if (!asked) return `the extensionProvider "${name}" does not authorize requests`
    const ports = hosts.get(hostOf(asked.service))?.flatMap((service) => service.ports)
    if (!ports) return `the extensionProvider "${name}" is at ${asked.service}, which no service is`
    if (!ports.some(({ number }) => number === asked.port)) {
      return `the extensionProvider "${name}" is at port ${asked.port}, which ${asked.service} does not have`
    }
    const problem = providerProblem(asked)
    return problem && `the extensionProvider "${name}" cannot be asked: ${problem}`
  }
}

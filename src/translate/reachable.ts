// The services a proxy may call: those it imports, and those that its rules lead to although it does not import them.
import { memo } from '../model/memo.ts'
import type { Service } from '../model/service.ts'
import type { View } from '../model/view.ts'
import { targetOf } from './destination.ts'
import { authorizers } from './ext-authz.ts'
import { passedServices } from './gateway/auto-passthrough.ts'
import { boundRules } from './kinds/gateway.ts'
import { type HostRule, meshRuleHosts } from './kinds/virtual-service.ts'
import { telemetryServices } from './listener/telemetry-service.ts'
import { egressProxy } from './outbound-policy.ts'
import { ALL_HOSTS, egressOf, importedServices, sidecarOf } from './scope.ts'

/** Namespaces of the services that this proxy needs clusters for, sorted. */
export const reachableNamespaces = memo((view: View, _: ''): readonly string[] =>
  Object.freeze([...new Set(reachable(view, '').map((service) => service.namespace))].sort()),
)

/** Those of one namespace; the list keeps its identity while its members do. */
export const reachableIn = memo((view: View, namespace: string): readonly Service[] =>
  Object.freeze(reachable(view, '').filter((service) => service.namespace === namespace)),
)

const reachable = memo((view: View, _: ''): readonly Service[] => {
  const services =
    view.facet('type') === 'gateway'
      ? [...destinations(view, boundRules(view, '')), ...passedServices(view, '')]
      : imported(view)
  const asked = authorizers(view, '').map(({ service }) => service)
  const proxy = egressProxy(view, '')?.service
  return Object.freeze([
    ...new Set([...services, ...(proxy ? [proxy] : []), ...asked, ...telemetryServices(view, '')]),
  ])
})

/** Where the rules of the mesh lead; the list keeps its identity while they lead to the same services. */
const ruledTo = memo((view: View, _: ''): readonly Service[] => {
  const rules = new Set(meshRuleHosts(view, '').map(([, rule]) => rule))
  return Object.freeze([...new Set([...rules].flatMap((rule) => ledTo(view, rule)))])
})

const ledTo = memo((view: View, rule: HostRule): readonly Service[] =>
  Object.freeze(destinations(view, [rule])),
)

/** Without a Sidecar that says which, all are: then rules lead to no others, and a changed rule changes nothing here. */
function imported(view: View): readonly Service[] {
  const egress = egressOf(sidecarOf(view, ''))
  if (!egress) return importedServices(view, ALL_HOSTS)
  const listed = egress.flatMap((listener) => importedServices(view, listener.hosts.join(',')))
  return [...listed, ...ruledTo(view, '')]
}

function destinations(view: View, rules: readonly HostRule[]): Service[] {
  return rules.flatMap(({ document: { metadata, spec } }) => {
    const routes = [...(spec.http ?? []), ...(spec.tls ?? []), ...(spec.tcp ?? [])]
    return [
      ...routes.flatMap(({ route }) => route ?? []).map(({ destination }) => destination),
      ...(spec.http ?? []).flatMap(({ mirror }) => mirror ?? []),
      ...(spec.http ?? []).flatMap(({ mirrors }) => mirrors ?? []).map((one) => one.destination),
    ].flatMap((destination) => targetOf(view, destination, metadata.namespace, 0).service ?? [])
  })
}

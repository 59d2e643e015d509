// The Gateway API: listeners that are not served, routes that are attached to nothing, and what they name in vain.
import type { Diagnostic } from '../../../model/diagnostic.ts'
import { nameOf } from '../../../model/document.ts'
import { CONTROLLER, GATEWAY_NAME } from '../../../model/gateway-api.ts'
import { fullName } from '../../../model/host.ts'
import { memo } from '../../../model/memo.ts'
import { printOrigin } from '../../../model/origin.ts'
import type { View } from '../../../model/view.ts'
import { gatewayNamed, parentsOf, type Route } from '../../gateway-api/attachment.ts'
import { entriesOf } from '../../gateway-api/entry.ts'
import { type Gateway, isOurs, servingWorkloads } from '../../gateway-api/gateway.ts'
import { listenersOf } from '../../gateway-api/listener.ts'
import { routedHosts, serviceNamed, serviceParentsOf } from '../../gateway-api/service.ts'
import { reportOn } from '../report.ts'

export function gatewayApiReferences(view: View): Diagnostic[] {
  return [
    ...view
      .keys('KubernetesGateway')
      .flatMap((key) => ofGateway(view, view.get('KubernetesGateway', key)!)),
    ...replacedRules(view),
    ...view.keys('HTTPRoute').flatMap((key) => ofRoute(view, view.get('HTTPRoute', key)!)),
  ]
}

/** VirtualServices for hosts of services that have routes. */
function replacedRules(view: View): Diagnostic[] {
  const routed = routedHosts(view, '')
  if (routed.size === 0) return []
  return view.keys('VirtualService').flatMap((key) => {
    const document = view.get('VirtualService', key)!
    const { gateways, hosts = [] } = document.spec
    if (gateways?.length && !gateways.includes('mesh')) return []
    const report = reportOn(document)
    for (const [index, written] of hosts.entries()) {
      const host = fullName(written, document.metadata.namespace)
      const parent = routed.get(host)
      if (!parent) continue
      const { route } = parent
      const place = route.at(['spec', 'parentRefs', parent.index])
      const text = () =>
        `${nameOf(route)} (${printOrigin(place)}) is attached to the service and rules ${host} inside the mesh; this one does not`
      report.warning('L0247', ['spec', 'hosts', index], text)
    }
    return report.diagnostics
  })
}

const ofGateway = memo((view: View, gateway: Gateway): readonly Diagnostic[] => {
  const report = reportOn(gateway)
  const { gatewayClassName, addresses } = gateway.spec
  if (!view.get('GatewayClass', `/${gatewayClassName}`)) {
    const text = `there is no GatewayClass ${gatewayClassName}: the Gateway is nobody's; Lotse's have the controllerName ${CONTROLLER}`
    report.warning('L0264', ['spec', 'gatewayClassName'], text)
  }
  if (!isOurs(view, gateway)) return report.diagnostics
  for (const { index, listener, refused, conflict, unresolved } of listenersOf(view, gateway)) {
    for (const verdict of [refused, conflict, unresolved]) {
      if (!verdict) continue
      const path = ['spec', 'listeners', index, ...verdict.field]
      const text = `${verdict.text} (listener ${listener.name}: ${verdict.reason})`
      report.error('L0264', path, text)
    }
  }
  if (servingWorkloads(view, gateway).length > 0) return report.diagnostics
  if (addresses?.length) {
    const text = 'no workload has one of these addresses, or is behind one of these Services'
    report.warning('L0264', ['spec', 'addresses'], text)
  } else {
    const { namespace, name } = gateway.metadata
    const text = `no workload of the namespace ${namespace} has the label ${GATEWAY_NAME}: ${name}, so nobody serves the Gateway`
    report.warning('L0264', ['metadata', 'name'], text)
  }
  return report.diagnostics
})

const ofRoute = memo((view: View, route: Route): readonly Diagnostic[] => {
  const report = reportOn(route)
  for (const [index, reference] of (route.spec.parentRefs ?? []).entries()) {
    const key = gatewayNamed(reference, route)
    if (key === undefined || view.get('KubernetesGateway', key)) continue
    const text = `there is no Gateway ${key}`
    report.warning('L0265', ['spec', 'parentRefs', index], text)
  }
  for (const [index, reference] of (route.spec.parentRefs ?? []).entries()) {
    const key = serviceNamed(reference, route)
    if (key === undefined || view.get('Service', key)) continue
    report.warning('L0265', ['spec', 'parentRefs', index], `there is no Service ${key}`)
  }
  const parents = [...parentsOf(view, route), ...serviceParentsOf(view, route)]
  for (const { index, refused } of parents) {
    if (!refused) continue
    const text = `${refused.text} (${refused.reason})`
    report.warning('L0265', ['spec', 'parentRefs', index], text)
  }
  if (parents.length === 0) return report.diagnostics
  for (const { path, text, reason } of entriesOf(view, route).problems) {
    report.warning('L0266', path, `${text} (${reason})`)
  }
  return report.diagnostics
})

// What Lotse says of classes, Gateways and routes of the Gateway API in their status; who writes it adds generations and times.

import type { Document } from '../../model/document.ts'
import {
  CONTROLLER,
  type Condition,
  GATEWAY_API,
  GATEWAY_NAME,
  type ListenerStatus,
  type Status,
} from '../../model/gateway-api.ts'
import { memo } from '../../model/memo.ts'
import type { GatewayClass } from '../../model/schema/gateway-api.ts'
import type { View } from '../../model/view.ts'
import { type Parent, parentsOf, type Route, routesAt } from './attachment.ts'
import { entriesOf } from './entry.ts'
import { FEATURES } from './features.ts'
import { type Gateway, hasUnknownAddress, isOurs, requested, servingWorkloads } from './gateway.ts'
import { isServed, type ListenerState, listenersOf } from './listener.ts'
import { serviceParentsOf } from './service.ts'

/** Of all objects that are Lotse's business, by `Kind/namespace/name`. */
export const gatewayApiStatuses = memo((view: View, _: ''): ReadonlyMap<string, Status> => {
  const found = new Map<string, Status>()
  for (const key of view.keys('GatewayClass')) {
    const document = view.get('GatewayClass', key)!
    if (document.spec.controllerName === CONTROLLER) {
      found.set(`GatewayClass/${key}`, classStatus(view, document))
    }
  }
  for (const key of view.keys('KubernetesGateway')) {
    const gateway = view.get('KubernetesGateway', key)!
    if (isOurs(view, gateway)) found.set(`KubernetesGateway/${key}`, gatewayStatus(view, gateway))
  }
  for (const key of view.keys('HTTPRoute')) {
    found.set(`HTTPRoute/${key}`, routeStatus(view, view.get('HTTPRoute', key)!))
  }
  return found
})

const holds = (type: string, reason: string = type, message = ''): Condition => ({
  ...{ type, status: 'True', reason, message },
})

const fails = (type: string, reason: string, message: string): Condition => ({
  ...{ type, status: 'False', reason, message },
})

const classStatus = memo(
  (_view: View, _class: Document<GatewayClass>): Status => ({
    conditions: [holds('Accepted')],
    supportedFeatures: FEATURES.map((name) => ({ name })),
  }),
)

const gatewayStatus = memo((view: View, gateway: Gateway): Status => {
  const states = listenersOf(view, gateway)
  const workloads = servingWorkloads(view, gateway)
  return {
    conditions: [accepted(gateway, states), programmed(view, gateway, states)],
    addresses: addressesOf(view, gateway),
    listeners: states.map((state) => listenerStatus(view, state, workloads.length > 0)),
  }
})

function accepted(gateway: Gateway, states: readonly ListenerState[]): Condition {
  if (hasUnknownAddress(gateway)) {
    const text = 'addresses are possible of the types IPAddress and Hostname'
    return fails('Accepted', 'UnsupportedAddress', text)
  }
  const wrong = states.filter(({ refused, conflict }) => refused || conflict)
  if (wrong.length === 0) return holds('Accepted')
  const names = wrong.map(({ listener }) => listener.name).join(', ')
  const text = `not valid: ${names}`
  if (wrong.length === states.length) return fails('Accepted', 'ListenersNotValid', text)
  return holds('Accepted', 'ListenersNotValid', text)
}

function programmed(view: View, gateway: Gateway, states: readonly ListenerState[]): Condition {
  const fail = (reason: string, text: string) => fails('Programmed', reason, text)
  const workloads = servingWorkloads(view, gateway)
  const missing = requested(gateway, 'IPAddress').filter(
    (ip) => !workloads.some(([, address]) => address === ip),
  )
  if (hasUnknownAddress(gateway)) return fail('Invalid', 'the addresses are not possible')
  if (missing.length > 0) {
    return fail('AddressNotUsable', `no workload that is to serve it has ${missing.join(', ')}`)
  }
  if (workloads.length === 0) {
    const { namespace, name } = gateway.metadata
    const text = requested(gateway, 'Hostname').length
      ? 'there is no workload behind the Services that its addresses name'
      : `no workload of ${namespace} has the label ${GATEWAY_NAME}: ${name}`
    return fail('NoResources', text)
  }
  if (!states.some(isServed)) return fail('Invalid', 'none of its listeners can be served')
  return holds('Programmed')
}

/** Those that were asked for and can be had; else those of the workloads. */
function addressesOf(view: View, gateway: Gateway): NonNullable<Status['addresses']> {
  const workloads = servingWorkloads(view, gateway)
  const own = [...new Set(workloads.map(([, address]) => address))].filter(Boolean).sort()
  const ips = requested(gateway, 'IPAddress')
  const hosts = workloads.length > 0 ? requested(gateway, 'Hostname') : []
  const named = hosts.map((value) => ({ type: 'Hostname', value }))
  const usable = ips.length > 0 ? own.filter((ip) => ips.includes(ip)) : named.length > 0 ? [] : own
  return [...named, ...usable.map((value) => ({ type: 'IPAddress', value }))].slice(0, 16)
}

function listenerStatus(view: View, state: ListenerState, isRun: boolean): ListenerStatus {
  const { listener, kinds, refused, conflict, unresolved } = state
  const wrong = refused ?? conflict
  return {
    name: listener.name,
    attachedRoutes: routesAt(view, state).length,
    supportedKinds: kinds.map((kind) => ({ group: GATEWAY_API, kind })),
    conditions: [
      wrong ? fails('Accepted', wrong.reason, wrong.text) : holds('Accepted'),
      conflict
        ? holds('Conflicted', conflict.reason, conflict.text)
        : fails('Conflicted', 'NoConflicts', ''),
      unresolved
        ? fails('ResolvedRefs', unresolved.reason, unresolved.text)
        : holds('ResolvedRefs'),
      !isServed(state)
        ? fails('Programmed', 'Invalid', wrong?.text ?? unresolved?.text ?? '')
        : isRun
          ? holds('Programmed')
          : fails('Programmed', 'Pending', 'no workload serves the Gateway'),
    ],
  }
}

const routeStatus = memo((view: View, route: Route): Status => {
  const { problems } = entriesOf(view, route)
  const [problem] = problems
  const resolved = problem
    ? fails('ResolvedRefs', problem.reason, problems.map(({ text }) => text).join('; '))
    : holds('ResolvedRefs')
  // In the order of the references.
  const parents = [...parentsOf(view, route), ...serviceParentsOf(view, route)].sort(
    (a, b) => a.index - b.index,
  )
  return {
    parents: parents.map((parent) => ({
      parentRef: parent.reference,
      controllerName: CONTROLLER,
      conditions: [acceptedBy(parent), resolved],
    })),
  }
})

function acceptedBy({ refused }: Pick<Parent, 'refused'>): Condition {
  return refused ? fails('Accepted', refused.reason, refused.text) : holds('Accepted')
}

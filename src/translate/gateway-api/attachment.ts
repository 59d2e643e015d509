// Which listeners a route is attached to, under which host names, and why to none.
import { type Document, keyOf } from '../../model/document.ts'
import { GATEWAY_API } from '../../model/gateway-api.ts'
import { commonHost } from '../../model/host.ts'
import { memo } from '../../model/memo.ts'
import type { HTTPRoute, ParentReference } from '../../model/schema/http-route.ts'
import type { View } from '../../model/view.ts'
import { picks } from '../discovery.ts'
import { type Gateway, isOurs } from './gateway.ts'
import { type ListenerState, listenersOf } from './listener.ts'

export type Route = Document<HTTPRoute>

export interface Attached {
  readonly listener: ListenerState
  /** What both the listener and the route are for. */
  readonly hostnames: readonly string[]
}

/** One parentRef that is a Gateway of Lotse's. */
export interface Parent {
  /** Among the route's parentRefs. */
  readonly index: number
  readonly reference: ParentReference
  readonly gateway: Gateway
  readonly attached: readonly Attached[]
  /** Of the condition Accepted; there is none where something is attached. */
  readonly refused?: { readonly reason: string; readonly text: string }
}

/** `namespace/name` of the Gateway that a reference of a route names; undefined if it names something else. */
export function gatewayNamed(reference: ParentReference, route: Route): string | undefined {
  const { group = GATEWAY_API, kind = 'Gateway', name } = reference
  if (group !== GATEWAY_API || kind !== 'Gateway') return undefined
  return keyOf({ namespace: reference.namespace || route.metadata.namespace, name })
}

export const parentsOf = memo((view: View, route: Route): readonly Parent[] =>
  Object.freeze(
    (route.spec.parentRefs ?? []).flatMap((reference, index) => {
      const key = gatewayNamed(reference, route)
      const gateway = key === undefined ? undefined : view.get('KubernetesGateway', key)
      if (!gateway || !isOurs(view, gateway)) return []
      return [
        Object.freeze({ index, reference, gateway, ...attach(view, reference, gateway, route) }),
      ]
    }),
  ),
)

function attach(
  view: View,
  { sectionName, port }: ParentReference,
  gateway: Gateway,
  route: Route,
): Pick<Parent, 'attached' | 'refused'> {
  const refuse = (reason: string, text: string) => ({ attached: [], refused: { reason, text } })
  const name = keyOf(gateway.metadata)
  const named = listenersOf(view, gateway).filter(
    ({ listener }) =>
      (!sectionName || listener.name === sectionName) && (!port || listener.port === port),
  )
  if (named.length === 0) {
    const which = [sectionName && `called ${sectionName}`, port && `on port ${port}`]
    const text = `the Gateway ${name} has no listener ${which.filter(Boolean).join(' ')}`
    return refuse('NoMatchingParent', text)
  }
  const open = named.filter((state) => allows(view, state, route))
  if (open.length === 0) {
    const text = `no listener of the Gateway ${name} that is named here allows an HTTPRoute of the namespace ${route.metadata.namespace}`
    return refuse('NotAllowedByListeners', text)
  }
  const attached = open.flatMap((listener): Attached[] => {
    const hostnames = hostnamesAt(listener.hostname, route)
    return hostnames.length > 0 ? [{ listener, hostnames }] : []
  })
  if (attached.length > 0) return { attached }
  const hosts = open.map(({ hostname }) => hostname).join(', ')
  const text = `none of the hostnames is one that a listener of the Gateway ${name} is for (${hosts})`
  return refuse('NoMatchingListenerHostname', text)
}

/** By the route's kind and namespace. */
function allows(view: View, { listener, kinds, gateway }: ListenerState, route: Route): boolean {
  if (!kinds.includes('HTTPRoute')) return false
  const { from = 'Same', selector } = listener.allowedRoutes?.namespaces ?? {}
  const { namespace } = route.metadata
  switch (from) {
    case 'All':
      return true
    case 'Same':
      return namespace === gateway.metadata.namespace
    case 'Selector': {
      if (!selector) return false
      const labels = view.get('Namespace', `/${namespace}`)?.metadata.labels
      // Kubernetes puts this label on every namespace.
      return picks(selector, { 'kubernetes.io/metadata.name': namespace, ...labels })
    }
    default:
      return false
  }
}

function hostnamesAt(hostname: string, { spec }: Route): string[] {
  const own = spec.hostnames?.length ? spec.hostnames.map((name) => name.toLowerCase()) : ['*']
  const common = own.flatMap((name) => commonHost(hostname, name) ?? [])
  return [...new Set(common)]
}

export interface AttachedRoute {
  readonly route: Route
  readonly hostnames: readonly string[]
}

/** Of each listener, by `namespace/name/listener`, the routes attached to it. */
const attachedRoutes = memo((view: View, _: ''): ReadonlyMap<string, readonly AttachedRoute[]> => {
  const found = new Map<string, Map<Route, Set<string>>>()
  for (const key of view.keys('HTTPRoute')) {
    const route = view.get('HTTPRoute', key)!
    for (const { listener, hostnames } of parentsOf(view, route).flatMap((one) => one.attached)) {
      const routes = found.get(listenerKey(listener)) ?? new Map<Route, Set<string>>()
      found.set(listenerKey(listener), routes)
      // Two references may lead to one listener.
      routes.set(route, new Set([...(routes.get(route) ?? []), ...hostnames]))
    }
  }
  return new Map(
    [...found].map(([key, routes]) => [
      key,
      [...routes].map(([route, hostnames]) => ({ route, hostnames: [...hostnames] })),
    ]),
  )
})

export function routesAt(view: View, listener: ListenerState): readonly AttachedRoute[] {
  return attachedRoutes(view, '').get(listenerKey(listener)) ?? []
}

function listenerKey({ gateway, listener }: ListenerState): string {
  return `${keyOf(gateway.metadata)}/${listener.name}`
}

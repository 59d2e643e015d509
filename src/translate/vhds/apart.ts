// The last step for proxies with VHDS: route configurations leave their virtual hosts to be sent one by one.
import type { Route, RouteConfiguration, VirtualHost } from '../../../proto/envoy.d.ts'
import { memo, remembering } from '../../model/memo.ts'
import type { Chunk, Resource, ResourceSet, VhdsRoute } from '../../model/resource.ts'
import type { View } from '../../model/view.ts'
import { outboundListeners } from '../listener/outbound.ts'
import { FROM_ADS, resource } from '../typed.ts'
import { onDemandListener, ownIdleTimeout } from './listener.ts'
import { deliveryMode } from './mode.ts'

/**
 * After all patches, which speak of whole route configurations. Their names say the mode: a proxy that changes from one
 * to the other gets other listeners, which are ready before they take over, and the old ones keep what they have meanwhile.
 */
export function withVirtualHostsApart(view: View, set: ResourceSet): ResourceSet {
  const mode = deliveryMode(view, '')
  const names = mode === 'whole' ? NONE : namesApart(view, '')
  if (names.size === 0) return set
  const idle = mode === 'on-demand' ? ownIdleTimeout(set.listener, names) : names
  const routes = set.route.flat().filter(({ name }) => names.has(name))
  return Object.freeze({
    ...set,
    listener: Object.freeze(set.listener.map((chunk) => listenersApart(view, chunk))),
    route: Object.freeze(set.route.map((chunk) => routesApart(view, chunk))),
    vhds: Object.freeze({
      onDemand: mode === 'on-demand',
      routes: Object.freeze(
        routes.map((route) => (idle.has(route.name) ? plain : waiting)(view, route)),
      ),
    }),
  })
}

const NONE: ReadonlySet<string> = new Set()

/** Listeners of one sniffed service have one virtual host, as have inbound ones: nothing is gained there. */
const namesApart = memo((view: View, _: ''): ReadonlySet<string> => {
  const plans = outboundListeners(view, '').flatMap(({ plan }) => plan ?? [])
  const byHost = plans.filter(({ unknownHost }) => unknownHost !== 'own')
  return new Set(byHost.map(({ name }) => name).filter((name) => !name.includes('/')))
})

const listenersApart = memo(
  (view: View, chunk: Chunk): Chunk => Object.freeze(chunk.map((one) => listenerApart(view, one))),
)

const listenerApart = memo((view: View, one: Resource): Resource => {
  const mode = deliveryMode(view, '')
  return onDemandListener(one, {
    rename: (name) => (namesApart(view, '').has(name) ? apartName(mode, name) : undefined),
    onDemand: mode === 'on-demand',
  })
})

function apartName(mode: string, name: string): string {
  return `${mode}|${name}`
}

const routesApart = memo(
  (view: View, chunk: Chunk): Chunk => Object.freeze(chunk.map((one) => routeApart(view, one))),
)

function routeApart(view: View, one: Resource): Resource {
  return namesApart(view, '').has(one.name) ? withoutHosts(view, one.body) : one
}

/** Of its body alone, which stays the identical object while virtual hosts change. */
const withoutHosts = memo((view: View, whole: object): Resource => {
  const own = (whole as RouteConfiguration).name!
  const name = apartName(deliveryMode(view, ''), own)
  const body = { ...whole, name, vhds: { config_source: FROM_ADS } } as RouteConfiguration
  return resource('route', name, body)
})

const plain = memo(
  (view: View, route: Resource): VhdsRoute =>
    Object.freeze({
      name: apartName(deliveryMode(view, ''), route.name),
      virtualHosts: route.virtualHosts ?? [],
    }),
)

/** With idle timeouts of their own, since the listener's bounds the wait for a virtual host. */
const waiting = memo((view: View, route: Resource): VhdsRoute => {
  const { name, virtualHosts } = plain(view, route)
  const hosts = virtualHosts.map(withoutIdleTimeouts(view, ''))
  return Object.freeze({ name, virtualHosts: Object.freeze(hosts) })
})

/** Of most virtual hosts it is known: one read of them all, instead of one of each. */
const withoutIdleTimeouts = memo((_: View, __: '') => remembering(withoutIdleTimeout))

function withoutIdleTimeout(host: Resource): Resource {
  const body = host.body as VirtualHost
  const waits = ({ route }: Route) => route !== undefined && route.idle_timeout === undefined
  if (!body.routes?.some(waits)) return host
  const routes = body.routes.map((one): Route => {
    return waits(one) ? ({ ...one, route: { ...one.route, idle_timeout: '0s' } } as Route) : one
  })
  return resource('virtualHost', host.name, { ...body, routes })
}

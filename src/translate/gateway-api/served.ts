// What a proxy serves of the Kubernetes Gateway API, in the form of Istio's Gateways and rules.
import { type Document, keyOf } from '../../model/document.ts'
import { bySpecificity, covers } from '../../model/host.ts'
import { memo } from '../../model/memo.ts'
import type { Path } from '../../model/origin.ts'
import type { HostRule, Rules } from '../../model/rule.ts'
import type { Gateway as IstioGateway, Server } from '../../model/schema/gateway.ts'
import type { View } from '../../model/view.ts'
import { type Route, routesAt } from './attachment.ts'
import { type Entry, entriesOf } from './entry.ts'
import { ownGateways, requested, servesHere } from './gateway.ts'
import { isServed, type ListenerState, listenersOf } from './listener.ts'
import { byPrecedence } from './precedence.ts'

interface Served extends ListenerState {
  readonly bind: string
}

const servedListeners = memo((view: View, _: ''): readonly Served[] =>
  Object.freeze(
    ownGateways(view, '')
      .filter((gateway) => servesHere(view, gateway))
      .flatMap((gateway) => {
        const bind = requested(gateway, 'IPAddress').length > 0 ? view.facet('address')! : ''
        const listeners = listenersOf(view, gateway).filter(isServed)
        return listeners.map((state): Served => ({ ...state, bind }))
      }),
  ),
)

/** No name of a Kubernetes object has a tilde, so that no VirtualService can name it. */
function nameOf({ gateway, listener }: ListenerState): string {
  return `${gateway.metadata.name}~${listener.name}`
}

/** One for each listener. */
export const listenersAsGateways = memo((view: View, _: ''): readonly Document<IstioGateway>[] =>
  Object.freeze(servedListeners(view, '').map(asGateway)),
)

function asGateway(served: Served): Document<IstioGateway> {
  const { gateway, index, bind, hostname, certificates } = served
  const { name, port, protocol } = served.listener
  const tls = { mode: 'SIMPLE' as const, secrets: certificates }
  const server: Server = {
    port: { number: port, name, protocol },
    hosts: [hostname],
    ...(bind ? { bind } : {}),
    ...(protocol === 'HTTPS' ? { tls } : {}),
  }
  const listener = ['spec', 'listeners', index]
  return Object.freeze({
    ...gateway,
    metadata: { ...gateway.metadata, name: nameOf(served) },
    spec: { servers: [server] },
    at: ([spec, servers, number, field]: Path) => {
      if (spec !== 'spec' || servers !== 'servers' || number === undefined)
        return gateway.at(listener)
      return gateway.at([...listener, ...(field === undefined ? [] : [FIELDS[field] ?? field])])
    },
  })
}

const FIELDS: Readonly<Record<string, string>> = { hosts: 'hostname' }

/** For each host of each listener all that may have its requests, in order. */
export const attachedRules = memo((view: View, _: ''): readonly HostRule[] => {
  const all = servedListeners(view, '')
  return Object.freeze(
    all.flatMap((served, index) => {
      const attached = routesAt(view, served).flatMap(({ hostnames }) => hostnames)
      // Requests for the listener's own host are nobody else's, even where it has no route for them.
      return [...new Set([served.hostname, ...attached])]
        .filter((host) => !all.some((other) => takesOver(other, served, host)))
        .map((host) => hostRule(view, `${index}/${host}`))
    }),
  )
})

/** Routes that may be for a host, in their order: those that name it, and those that name a pattern or nothing. */
const candidates = memo((view: View, index: string): ((host: string) => readonly Route[]) => {
  const routes = routesAt(view, servedListeners(view, '')[Number(index)]!)
  const exact = new Map<string, number[]>()
  const patterns: number[] = []
  for (const [index, { route }] of routes.entries()) {
    const own = ownHostnames(route)
    if (own.some((name) => name.includes('*'))) patterns.push(index)
    for (const name of own) exact.set(name, [...(exact.get(name) ?? []), index])
  }
  return (host) => {
    const found = new Set([...(exact.get(host) ?? []), ...patterns])
    return [...found].sort((a, b) => a - b).map((index) => routes[index]!.route)
  }
})

/** By `index/host`; the list keeps its identity while its routes do. */
const routesFor = memo((view: View, place: string): readonly Route[] => {
  const [index, host] = split(place)
  return Object.freeze(candidates(view, index)(host))
})

function split(place: string): [index: string, host: string] {
  const slash = place.indexOf('/')
  return [place.slice(0, slash), place.slice(slash + 1)]
}

function ownHostnames({ spec }: Route): readonly string[] {
  return spec.hostnames?.length ? spec.hostnames.map((name) => name.toLowerCase()) : ['*']
}

/** A request is for the listener with the most specific hostname, and for no other one of its port. */
function takesOver(other: Served, served: Served, host: string): boolean {
  const samePlace = other.listener.port === served.listener.port && other.bind === served.bind
  if (!samePlace || other.hostname === served.hostname) return false
  return covers(served.hostname, other.hostname) && covers(other.hostname, host)
}

const hostRule = memo((view: View, place: string): HostRule => {
  const [index, host] = split(place)
  const served = servedListeners(view, '')[Number(index)]!
  const entries = routesFor(view, place)
    .flatMap((route) => {
      const hostname = hostnameFor(route, host)
      if (hostname === undefined) return []
      return entriesOf(view, route).entries.map((entry) => ({ ...entry, hostname }))
    })
    .sort(byPrecedence)
  return {
    document: rulesOf(served, host, entries),
    hosts: [host],
    gateways: [keyOf({ namespace: served.gateway.metadata.namespace, name: nameOf(served) })],
  }
})

/** The most specific of the route's own hostnames that is for the host: precedence goes by it, not by the listener's. */
function hostnameFor(route: Route, host: string): string | undefined {
  return ownHostnames(route)
    .filter((name) => name === host || covers(name, host))
    .sort(bySpecificity)[0]
}

function rulesOf(served: Served, host: string, entries: readonly Entry[]): Document<Rules> {
  const { gateway, index } = served
  return Object.freeze({
    ...gateway,
    metadata: { ...gateway.metadata, name: nameOf(served) },
    spec: { hosts: [host], http: entries.map(({ rule }) => rule) },
    at: ([spec, http, number, ...rest]: Path) => {
      const entry = spec === 'spec' && http === 'http' ? entries[Number(number)] : undefined
      if (entry) return entry.at(rest)
      const [first] = entries
      return first?.route.at(['spec', 'hostnames']) ?? gateway.at(['spec', 'listeners', index])
    },
  })
}

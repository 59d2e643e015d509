// Routes of services (parentRefs of the kind Service): what clients in the mesh follow in place of a VirtualService.
import { keyOf } from '../../model/document.ts'
import { DOMAIN_SUFFIX } from '../../model/host.ts'
import { memo } from '../../model/memo.ts'
import type { Path } from '../../model/origin.ts'
import type { HostRule, Rule } from '../../model/rule.ts'
import type { ParentReference } from '../../model/schema/http-route.ts'
import type { View } from '../../model/view.ts'
import type { Route } from './attachment.ts'
import { type Entry, entriesOf } from './entry.ts'
import { byPrecedence } from './precedence.ts'

/** One parentRef that is a Service of the mesh. */
export interface ServiceParent {
  /** Among the route's parentRefs. */
  readonly index: number
  readonly reference: ParentReference
  readonly route: Route
  /** `namespace/name`. */
  readonly service: string
  /** Of the condition Accepted, if it does not hold. */
  readonly refused?: { readonly reason: string; readonly text: string }
}

/** `namespace/name` of the Service that a reference of a route names; undefined if it names something else. */
export function serviceNamed(reference: ParentReference, route: Route): string | undefined {
  if (reference.group !== '' || reference.kind !== 'Service') return undefined
  const { name, namespace = '' } = reference
  return keyOf({ namespace: namespace || route.metadata.namespace, name })
}

export const serviceParentsOf = memo((view: View, route: Route): readonly ServiceParent[] =>
  Object.freeze(
    (route.spec.parentRefs ?? []).flatMap((reference, index): ServiceParent[] => {
      const service = serviceNamed(reference, route)
      const document = service === undefined ? undefined : view.get('Service', service)
      if (service === undefined || !document) return []
      const { port, sectionName } = reference
      const ports = document.spec.ports ?? []
      const isThere = (one: (typeof ports)[number]) =>
        (!port || one.port === port) && (!sectionName || one.name === sectionName)
      const parent = { index, reference, route, service }
      if (ports.some(isThere)) return [Object.freeze(parent)]
      const text = `the Service ${service} has no port ${port ?? sectionName}`
      return [Object.freeze({ ...parent, refused: { reason: 'NoMatchingParent', text } })]
    }),
  ),
)

/** By service. */
const allParents = memo((view: View, _: ''): ReadonlyMap<string, readonly ServiceParent[]> => {
  const found = new Map<string, ServiceParent[]>()
  for (const key of view.keys('HTTPRoute')) {
    for (const parent of serviceParentsOf(view, view.get('HTTPRoute', key)!)) {
      if (parent.refused) continue
      const list = found.get(parent.service)
      if (list) list.push(parent)
      else found.set(parent.service, [parent])
    }
  }
  return found
})

const servicesWithRoutes = memo((view: View, _: ''): readonly string[] =>
  Object.freeze([...allParents(view, '').keys()].sort()),
)

const parentsAt = memo(
  (view: View, service: string): readonly ServiceParent[] =>
    allParents(view, '').get(service) ?? [],
)

/** By full host, the first route that all clients of a service follow. */
export const routedHosts = memo((view: View, _: ''): ReadonlyMap<string, ServiceParent> => {
  const found = new Map<string, ServiceParent>()
  for (const [service, parents] of allParents(view, '')) {
    const [namespace = ''] = service.split('/')
    const first = parents.find(({ route }) => route.metadata.namespace === namespace)
    if (first) found.set(hostOf(service), first)
  }
  return found
})

function hostOf(service: string): string {
  const [namespace = '', name = ''] = service.split('/')
  return `${name}.${namespace}.svc.${DOMAIN_SUFFIX}`
}

/** A rule for each service whose routes this proxy follows. */
export const serviceRules = memo((view: View, _: ''): readonly HostRule[] =>
  Object.freeze(servicesWithRoutes(view, '').flatMap((key) => serviceRule(view, key) ?? [])),
)

/**
 * Routes of the service's own namespace are for all clients; those of another one are for that one's clients, and there
 * stand in place of the others.
 */
const serviceRule = memo((view: View, service: string): HostRule | undefined => {
  const parents = parentsAt(view, service)
  const [namespace = ''] = service.split('/')
  const own = view.facet('namespace')
  const consumer = parents.filter(({ route }) => route.metadata.namespace === own)
  const producer = parents.filter(({ route }) => route.metadata.namespace === namespace)
  const followed = consumer.length > 0 ? consumer : producer
  const [first] = followed
  if (!first) return undefined
  const host = hostOf(service)
  const entries = followed.flatMap((parent) => portEntries(view, parent)).sort(byPrecedence)
  const { route } = first
  const document = Object.freeze({
    ...route,
    spec: { hosts: [host], http: entries.map(({ rule }) => rule) },
    at: ([spec, http, number, ...rest]: Path) => {
      const entry = spec === 'spec' && http === 'http' ? entries[Number(number)] : undefined
      return entry?.at(rest) ?? route.at(['spec', 'parentRefs', first.index])
    },
  })
  return Object.freeze({ document, hosts: [host], gateways: ['mesh'] })
})

/** Hostnames are for gateways; a port of the reference is one more thing to match. */
function portEntries(view: View, { route, reference, service }: ServiceParent) {
  const { port, sectionName } = reference
  const named = view.get('Service', service)?.spec.ports?.find(({ name }) => name === sectionName)
  const only = port ?? named?.port
  return entriesOf(view, route).entries.map((entry) => ({
    ...(only === undefined ? entry : withPort(entry, only)),
    hostname: '*',
  }))
}

function withPort(entry: Entry, port: number): Entry {
  const rule: Rule = {
    ...entry.rule,
    match: (entry.rule.match ?? []).map((match) => ({ ...match, port })),
  }
  return { ...entry, rule }
}

// Proxies: whether they have what they are to have, what they refused, and what they hold with the lines it comes from.
import { originsOf, printOrigin } from '../model/origin.ts'
import {
  MESSAGE_NAMES,
  RESOURCE_TYPES,
  type Resource,
  type ResourceSet,
} from '../model/resource.ts'
import type { MeshProxy } from '../proxies.ts'
import { redact } from '../xds/encode/redact.ts'
import type { HeldResources, OneResource, ProxyState, ResourceRow } from './answers.ts'
import { type Asked, type Refusal, type Route, refuse } from './route.ts'
import { count, list, oneOf, place, record, shape, text } from './schema.ts'
import type { ShownApp } from './shown.ts'
import type { ProxyStatus } from './status.ts'

export function stateOf({ types, synced }: Pick<ProxyStatus, 'types' | 'synced'>): ProxyState {
  if (synced) return 'synced'
  return Object.values(types).some(({ rejected }) => rejected.length > 0) ? 'rejected' : 'stale'
}

/** By `NAMESPACE/NAME` of the workload. */
export function proxyStates(app: ShownApp): Map<string, ProxyState> {
  const states = new Map<string, ProxyState>()
  for (const service of app.services) {
    const names = new Map(service.proxies().map(({ id, name }) => [id, name]))
    for (const { proxy, types } of service.streams()) {
      const name = names.get(proxy)
      if (!name) continue
      const synced = Object.values(types).every(({ stale }) => !stale)
      states.set(`${name.namespace}/${name.workload}`, stateOf({ synced, types }))
    }
  }
  return states
}

function proxyNamed(app: ShownApp, wanted: string): MeshProxy | undefined {
  return app.services
    .flatMap((service) => service.proxies())
    .find(({ id, name }) => id === wanted || `${name.workload}.${name.namespace}` === wanted)
}

/** Keys never leave by this way. */
const SHOWN = RESOURCE_TYPES.filter((type) => type !== 'secret')

/** What was chosen for it, where it has less than everything. */
function heldBy(app: ShownApp, proxy: MeshProxy): ResourceSet {
  const chosen = app.services.map((service) => service.chosen(proxy.id)).find(Boolean)
  return chosen ?? app.resources(proxy)
}

function config(app: ShownApp, { params, query }: Asked): object | Refusal {
  const proxy = proxyNamed(app, params.proxy ?? '')
  if (!proxy) return refuse(404, 'no such proxy is connected')
  const set = heldBy(app, proxy)
  const types = SHOWN.filter((type) => (query.type ?? type) === type)
  return Object.fromEntries(types.map((type) => [type, set[type].flat().map(bodyOf)]))
}

function bodyOf({ type, body, virtualHosts }: Resource): object {
  const whole = virtualHosts
    ? { ...body, virtual_hosts: virtualHosts.map((host) => host.body) }
    : body
  return redact(MESSAGE_NAMES[type], whole)
}

function held(app: ShownApp, { params }: Asked): HeldResources | Refusal {
  const proxy = proxyNamed(app, params.proxy ?? '')
  if (!proxy)
    return refuse(404, 'No such proxy is connected. See /api/v1/status for those that are')
  const set = heldBy(app, proxy)
  const { namespace, workload } = proxy.name
  const rows = RESOURCE_TYPES.flatMap((type) => set[type].flat().map(rowOf))
  return { proxy: proxy.id, workload: `${namespace}/${workload}`, resources: rows }
}

function rowOf(resource: Resource): ResourceRow {
  const { type, name } = resource
  const first = firstPlace(resource)
  return { type, name, ...(first ? { place: first } : {}) }
}

function firstPlace({ body, virtualHosts = [] }: Resource): string | undefined {
  for (const one of [body, ...virtualHosts.map((host) => host.body)]) {
    for (const origin of originsOf(one).values()) return printOrigin(origin)
  }
  return undefined
}

function one(app: ShownApp, { params, query }: Asked): OneResource | Refusal {
  const proxy = proxyNamed(app, params.proxy ?? '')
  if (!proxy)
    return refuse(404, 'No such proxy is connected. See /api/v1/status for those that are')
  const type = SHOWN.find((type) => type === query.type)
  if (!type) return refuse(400, `Name a type: ${SHOWN.join(', ')}. Secrets are not shown`)
  const found = heldBy(app, proxy)
    [type].flat()
    .find(({ name }) => name === query.name)
  if (!found) return refuse(404, `It has no ${type} named ${query.name ?? ''}`)
  const body = bodyOf(found)
  const origins = [...originsOf(body)].map(([pointer, origin]) => [pointer, printOrigin(origin)])
  return { type, name: found.name, body, origins: Object.fromEntries(origins) }
}

const TYPE = oneOf(...RESOURCE_TYPES)
const PROXY_PARAMETER = 'Node id of the proxy, or WORKLOAD.NAMESPACE, in the path'

export const PROXY_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/config/:proxy',
    summary: `All that a proxy is to have, by type, as Envoy's JSON; secrets are left out. ${PROXY_PARAMETER}`,
    role: 'read',
    scope: 'namespace',
    query: { type: `Only this type: ${SHOWN.join(', ')}` },
    answer: record(list({ type: 'object' })),
    handle: config,
  },
  {
    method: 'GET',
    path: '/api/v1/proxies/:proxy',
    summary: `The names of all that a proxy is to have, each with the line it comes from. ${PROXY_PARAMETER}`,
    role: 'read',
    scope: 'namespace',
    answer: shape({
      proxy: text,
      workload: text,
      resources: list(shape({ type: TYPE, name: text }, { place })),
    }),
    handle: held,
  },
  {
    method: 'GET',
    path: '/api/v1/proxies/:proxy/resource',
    summary: `One resource of a proxy, with the line of each part by JSON pointer. ${PROXY_PARAMETER}`,
    role: 'read',
    scope: 'namespace',
    query: { type: 'Its type', name: 'Its name' },
    answer: shape({ type: TYPE, name: text, body: { type: 'object' }, origins: record(place) }),
    handle: one,
  },
]

const PER_TYPE = shape(
  { held: count, sent: count, nacks: count, stale: { type: 'boolean' }, rejected: list(text) },
  { lastError: text },
)

export const PROXY_STATUS = shape({
  ...{ proxy: text, workload: text, mode: oneOf('delta', 'sotw'), connectedAt: text },
  ...{ synced: { type: 'boolean' }, state: oneOf('synced', 'stale', 'rejected') },
  types: record(PER_TYPE),
})

// The last step of translation: EnvoyFilters change the finished resources of a proxy. Without any, everything stays as it is.
import { memo } from '../../model/memo.ts'
import {
  type Chunk,
  RESOURCE_TYPES,
  type Resource,
  type ResourceSet,
  type ResourceType,
} from '../../model/resource.ts'
import type { View } from '../../model/view.ts'
import {
  type ApplyTo,
  isIn,
  PATCHED_TYPES,
  type Patch,
  type PatchContext,
  patchesOf,
} from '../kinds/envoy-filter.ts'
import { gatewayServers } from '../kinds/gateway.ts'
import { resource } from '../typed.ts'
import { patchedMessage } from './list.ts'
import { contextOfListener, patchedListener } from './listener.ts'
import type { Json } from './message.ts'
import {
  closedRoute,
  marked,
  type OpenRoute,
  patchedRoute,
  portOfRoute,
  type RoutePlace,
} from './route.ts'

/** Resources that no patch changes, and chunks of them, are the identical objects. */
export function withPatches(view: View, set: ResourceSet): ResourceSet {
  if (patchesOf(view, '').length === 0) return Object.freeze(set)
  const entries = RESOURCE_TYPES.map((type): [ResourceType, readonly Chunk[]] => {
    if (!PATCHABLE.has(type)) return [type, set[type]]
    const chunks = set[type].map((chunk) => patchedChunk(view, chunk))
    const names = new Set(chunks.flatMap((chunk) => chunk.map(({ name }) => name)))
    const added = addedResources(view, type).filter(({ name }) => !names.has(name))
    return [type, Object.freeze(added.length > 0 ? [...chunks, added] : chunks)]
  })
  return Object.freeze(Object.fromEntries(entries) as Record<ResourceType, readonly Chunk[]>)
}

const PATCHABLE: ReadonlySet<ResourceType> = new Set([
  'cluster',
  'listener',
  'route',
  'extensionConfig',
])

const patchedChunk = memo((view: View, chunk: Chunk): Chunk => {
  const after = chunk.flatMap((one) => patchedResource(view, one) ?? [])
  const same = after.length === chunk.length && after.every((one, index) => one === chunk[index])
  return same ? chunk : Object.freeze(after)
})

/** Undefined if it is removed. */
const patchedResource = memo((view: View, one: Resource): Resource | undefined => {
  const patches = patchesOf(view, '')
  const isGateway = view.facet('type') === 'gateway'
  switch (one.type) {
    case 'cluster':
      return withEach(one, patches, (body, patch) => patchedCluster(body, patch, isGateway))
    case 'listener':
      return withEach(one, patches, (body, patch) => patchedListener(body, patch, isGateway))
    case 'route':
      return patchedRouteResource(view, one, patches)
    default:
      return one
  }
})

function withEach(
  before: Resource,
  patches: readonly Patch[],
  change: (body: Json, patch: Patch) => Json | undefined,
): Resource | undefined {
  const by = new Set<string>()
  let body = before.body as Json
  for (const patch of patches) {
    const after = change(body, patch)
    if (!after) return undefined
    if (after !== body) by.add(patch.by)
    body = after
  }
  if (by.size === 0) return before
  const typeName = PATCHED_TYPES[before.type === 'cluster' ? 'CLUSTER' : 'LISTENER']!
  return resource(before.type, String(body.name ?? before.name), marked(typeName, body, [...by]))
}

function patchedRouteResource(view: View, before: Resource, patches: readonly Patch[]): Resource {
  const hosts = (before.virtualHosts ?? []).map(({ body }) => body as Json)
  const place = placeOf(view, before.name)
  const by = new Set<string>()
  let route: OpenRoute = { body: before.body as Json, hosts }
  for (const patch of patches) {
    const after = patchedRoute(route, patch, place)
    if (after.body !== route.body || after.hosts !== route.hosts) by.add(patch.by)
    route = after
  }
  if (by.size === 0) return before
  return closedRoute(before, route, (typeName, message) => marked(typeName, message, [...by]))
}

function placeOf(view: View, name: string): RoutePlace {
  const port = portOfRoute(name)
  if (view.facet('type') !== 'gateway') {
    const context = name.startsWith('inbound|') ? 'SIDECAR_INBOUND' : 'SIDECAR_OUTBOUND'
    return { name, context, port, gateways: [] }
  }
  const servers = gatewayServers(view, '').filter(({ server }) => server.port.number === port)
  return { name, context: 'GATEWAY', port, gateways: servers.map(({ gateway }) => gateway) }
}

function patchedCluster(cluster: Json, patch: Patch, isGateway: boolean): Json | undefined {
  if (patch.applyTo !== 'CLUSTER' || patch.operation === 'ADD') return cluster
  const name = String(cluster.name)
  const [direction = '', port, subset, host] = name.split('|')
  const inbound = direction === 'inbound' || name === 'InboundPassthroughCluster'
  const sidecar: PatchContext = inbound ? 'SIDECAR_INBOUND' : 'SIDECAR_OUTBOUND'
  if (!isIn(patch, isGateway ? 'GATEWAY' : sidecar)) return cluster
  const wanted = patch.match.cluster ?? {}
  if (wanted.name && wanted.name !== name) return cluster
  if (wanted.portNumber && wanted.portNumber !== Number(port)) return cluster
  if (wanted.subset && wanted.subset !== subset) return cluster
  if (wanted.service && wanted.service.toLowerCase() !== host) return cluster
  return patchedMessage(cluster, patch)
}

const ADDED: Readonly<Partial<Record<ResourceType, ApplyTo>>> = {
  cluster: 'CLUSTER',
  listener: 'LISTENER',
  extensionConfig: 'EXTENSION_CONFIG',
}

/** Of two patches that add one name the first has it. */
const addedResources = memo((view: View, type: ResourceType): Chunk => {
  const isGateway = view.facet('type') === 'gateway'
  const byName = new Map<string, Resource>()
  for (const { applyTo, operation, value, by, match } of patchesOf(view, '')) {
    if (applyTo !== ADDED[type] || operation !== 'ADD') continue
    const name = String(value.name ?? '')
    if (byName.has(name)) continue
    if (type === 'listener' && !isListenerFor(value, match.context, isGateway)) continue
    const typeName = PATCHED_TYPES[applyTo]!
    const body = type === 'extensionConfig' ? value : marked(typeName, value, [by])
    byName.set(name, resource(type, name, body))
  }
  return Object.freeze([...byName.values()])
})

/** A listener says itself which way its traffic goes; without a word it is for whatever the patch is for. */
function isListenerFor(listener: Json, context: string | undefined, isGateway: boolean): boolean {
  if (context === undefined || context === 'ANY' || listener.traffic_direction === undefined)
    return true
  return context === contextOfListener(listener, isGateway)
}

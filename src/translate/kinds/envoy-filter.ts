// EnvoyFilter: raw changes to the finished resources of some proxies; which of them concern a proxy, and in which order.
import { byAge, type Document, keyOf } from '../../model/document.ts'
import { memo } from '../../model/memo.ts'
import type { Facet } from '../../model/node.ts'
import type { Origin } from '../../model/origin.ts'
import type { EnvoyConfigPatch, EnvoyFilter } from '../../model/schema/proxy-config.ts'
import type { View } from '../../model/view.ts'
import { rootNamespace } from '../mesh-config.ts'
import { type Json, normalised } from '../patch/message.ts'
import { selects } from '../scope.ts'

export type ApplyTo = NonNullable<EnvoyConfigPatch['applyTo']>
export type Operation = NonNullable<NonNullable<EnvoyConfigPatch['patch']>['operation']>
export type PatchMatch = NonNullable<EnvoyConfigPatch['match']>
export type PatchContext = 'SIDECAR_INBOUND' | 'SIDECAR_OUTBOUND' | 'GATEWAY'

/** One change, ready to be applied. */
export interface Patch {
  readonly applyTo: ApplyTo
  readonly operation: Operation
  readonly match: PatchMatch
  /** In snake_case, with the origin of each part; empty where nothing is written. */
  readonly value: Json
  /** `namespace/name` of the EnvoyFilter. */
  readonly by: string
  readonly origin: Origin
}

/** Envoy's type of what each `applyTo` changes. */
export const PATCHED_TYPES: Readonly<Partial<Record<ApplyTo, string>>> = {
  LISTENER: 'envoy.config.listener.v3.Listener',
  LISTENER_FILTER: 'envoy.config.listener.v3.ListenerFilter',
  FILTER_CHAIN: 'envoy.config.listener.v3.FilterChain',
  NETWORK_FILTER: 'envoy.config.listener.v3.Filter',
  HTTP_FILTER: 'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter',
  ROUTE_CONFIGURATION: 'envoy.config.route.v3.RouteConfiguration',
  VIRTUAL_HOST: 'envoy.config.route.v3.VirtualHost',
  HTTP_ROUTE: 'envoy.config.route.v3.Route',
  CLUSTER: 'envoy.config.cluster.v3.Cluster',
  EXTENSION_CONFIG: 'envoy.config.core.v3.TypedExtensionConfig',
}

/** The parts of a proxy's metadata that a patch can ask for (`match.proxy.metadata`), in Istio's names. */
export const PROXY_METADATA: Readonly<Record<string, Facet>> = {
  NAMESPACE: 'namespace',
  WORKLOAD_NAME: 'workload',
  SERVICE_ACCOUNT: 'serviceAccount',
}

/** By priority, the root namespace's before others, then by age (Istio). */
const filtersOf = memo((view: View, _: ''): readonly Document<EnvoyFilter>[] => {
  const root = rootNamespace(view)
  const own = view.facet('namespace')!
  const namespaces = own === root ? [root] : [root, own]
  const priority = ({ spec }: Document<EnvoyFilter>) => spec.priority ?? 0
  return Object.freeze(
    namespaces
      .flatMap((namespace) =>
        view
          .keysIn('EnvoyFilter', namespace)
          .map((key) => view.get('EnvoyFilter', key)!)
          .sort(byAge),
      )
      .filter(({ spec }) => !spec.targetRefs?.length)
      .filter(({ spec: { workloadSelector: selector } }) => {
        const anyone = !selector?.labels || Object.keys(selector.labels).length === 0
        return anyone || selects(view, selector.labels)
      })
      .sort((a, b) => priority(a) - priority(b)),
  )
})

/** The patches for this proxy in the order in which they are applied. */
export const patchesOf = memo((view: View, _: ''): readonly Patch[] =>
  Object.freeze(
    filtersOf(view, '').flatMap((document) =>
      patchesIn(view, document).filter(({ match }) => isForProxy(view, match)),
    ),
  ),
)

const patchesIn = memo((_view: View, document: Document<EnvoyFilter>): readonly Patch[] =>
  (document.spec.configPatches ?? []).flatMap((written, index) => {
    const path = ['spec', 'configPatches', index]
    const { applyTo = 'INVALID', match = {}, patch = {} } = written
    const typeName = PATCHED_TYPES[applyTo]
    const { operation = 'INVALID' } = patch
    if (!typeName || operation === 'INVALID') return []
    const value = normalised(typeName, patch.value ?? {}, document.at, [...path, 'patch', 'value'])
    const by = keyOf(document.metadata)
    return [{ applyTo, operation, match, value, by, origin: document.at(path) }]
  }),
)

function isForProxy(view: View, { context = 'ANY', proxy }: PatchMatch): boolean {
  const isGateway = view.facet('type') === 'gateway'
  if (context !== 'ANY' && isGateway !== (context === 'GATEWAY')) return false
  if (context === 'WAYPOINT') return false
  return Object.entries(proxy?.metadata ?? {}).every(([name, value]) => {
    const facet = PROXY_METADATA[name]
    return facet !== undefined && view.facet(facet) === value
  })
}

export function isIn({ match: { context = 'ANY' } }: Patch, place: PatchContext): boolean {
  return context === 'ANY' || context === place
}

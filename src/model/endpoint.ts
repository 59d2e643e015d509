// Who serves a service: endpoint slices, workload entries picked by label, or the addresses a ServiceEntry lists.
import type { Document } from './document.ts'
import { isAddress } from './host.ts'
import { memo } from './memo.ts'
import type { Path } from './origin.ts'
import type { EndpointSlice, Service as ServiceSpec } from './schema/core.ts'
import type { ServiceEntry } from './schema/service-entry.ts'
import type { WorkloadEntry } from './schema/workload-entry.ts'
import { matchesLabels } from './selector.ts'
import type { Service, ServicePort } from './service.ts'
import type { View } from './view.ts'
import { isPod, POD, UNHEALTHY } from './workload.ts'

function isHealthy({ metadata: { annotations } }: Document): boolean {
  return annotations[POD] !== 'not ready' && annotations[UNHEALTHY] === undefined
}

/** Frozen. One place that serves a service. */
export interface Endpoint {
  /** IP address, host name (resolution DNS) or `unix://` path. */
  readonly address: string
  /** Ports by the name of the service's port; a name that is missing falls back to the service's target port. */
  readonly ports: Readonly<Record<string, number>>
  /** Only the named ports exist (an endpoint slice lists what there is). */
  readonly onlyNamedPorts: boolean
  readonly namespace: string
  /** Name of the workload; empty for an address that is not a workload of ours. */
  readonly workload: string
  readonly labels: Readonly<Record<string, string>>
  readonly locality: string
  readonly weight: number
  readonly serviceAccount: string
  readonly healthy: boolean
  readonly document: Document
  /** Where in the document it stands. */
  readonly path: Path
}

const NONE: readonly Endpoint[] = Object.freeze([])
const SERVICE_NAME = 'kubernetes.io/service-name'

/** All endpoints of a service, in the order of their objects' names. */
export const endpointsOf = memo((view: View, service: Service): readonly Endpoint[] => {
  const { document } = service
  if (document.kind === 'ServiceEntry') {
    return Object.freeze([
      ...entryEndpoints(view, document as Document<ServiceEntry>, service),
      ...service.also.flatMap((entry) => addedEndpoints(view, entry)),
    ])
  }
  const { metadata, spec } = document as Document<ServiceSpec>
  if (spec.type === 'ExternalName') {
    const place = ['spec', 'externalName']
    return spec.externalName
      ? [toEndpoint({ address: spec.externalName }, '', document, place)]
      : NONE
  }
  const sliced = labelled(
    view,
    `EndpointSlice ${metadata.namespace} ${SERVICE_NAME}=${metadata.name}`,
  )
  // Which pods serve, the endpoint slices say.
  const others =
    spec.selector && Object.keys(spec.selector).length > 0
      ? selectedWorkloads(view, metadata.namespace, spec.selector).filter(
          ({ document }) => !isPod(document),
        )
      : NONE
  return Object.freeze([
    ...sliced.flatMap((slice) => sliceEndpoints(view, slice as Document<EndpointSlice>)),
    ...others,
  ])
})

function entryEndpoints(
  view: View,
  document: Document<ServiceEntry>,
  service: Service,
): readonly Endpoint[] {
  const { spec, metadata } = document
  if (spec.workloadSelector) {
    return selectedWorkloads(view, metadata.namespace, spec.workloadSelector.labels ?? {})
  }
  if (spec.endpoints) return inlineEndpoints(view, document)
  const byName = service.resolution === 'DNS' || service.resolution === 'DNS_ROUND_ROBIN'
  return byName
    ? [toEndpoint({ address: service.hostname }, '', document, ['spec', 'hosts'])]
    : NONE
}

/** Those of a younger ServiceEntry, for the ports that it has under the same name as the older one. */
const addedEndpoints = memo((view: View, document: Document<ServiceEntry>): readonly Endpoint[] => {
  const { spec, metadata } = document
  const own = spec.workloadSelector
    ? selectedWorkloads(view, metadata.namespace, spec.workloadSelector.labels ?? {})
    : inlineEndpoints(view, document)
  return Object.freeze(
    own.map((endpoint) => {
      const ports = (spec.ports ?? []).map(({ name, number, targetPort }) => [
        name,
        endpoint.ports[name] ?? targetPort ?? number,
      ])
      return Object.freeze({
        ...endpoint,
        ports: Object.fromEntries(ports) as Endpoint['ports'],
        onlyNamedPorts: true,
      })
    }),
  )
})

const inlineEndpoints = memo((_view: View, document: Document<ServiceEntry>) =>
  Object.freeze(
    (document.spec.endpoints ?? [])
      .map((entry, index) => toEndpoint(entry, '', document, ['spec', 'endpoints', index]))
      .filter(hasAddress),
  ),
)

/** A workload as an endpoint, whatever serves there. */
export const workloadEndpoint = memo((_view: View, document: Document<WorkloadEntry>) =>
  toEndpoint(document.spec, document.metadata.name, document, ['spec']),
)

/** Not a name that has to be looked up first. */
export function isPlace({ address }: Endpoint): boolean {
  return isAddress(address) || address.startsWith('unix://')
}

/** Without one it stands for what is behind another network's gateway. */
export function hasAddress({ address }: Endpoint): boolean {
  return address !== ''
}

function toEndpoint(
  entry: WorkloadEntry,
  workload: string,
  document: Document,
  path: Path,
): Endpoint {
  return Object.freeze({
    address: entry.address ?? '',
    ports: entry.ports ?? {},
    onlyNamedPorts: false,
    namespace: document.metadata.namespace,
    workload,
    labels: { ...(workload ? document.metadata.labels : {}), ...entry.labels },
    locality: entry.locality ?? '',
    weight: entry.weight || 1,
    serviceAccount: entry.serviceAccount || 'default',
    healthy: isHealthy(document),
    document,
    path,
  })
}

/** One that is being shut down takes no more requests; one that is not ready is sent as such (Istio). */
const sliceEndpoints = memo(
  (view: View, document: Document<EndpointSlice>): readonly Endpoint[] => {
    const { namespace } = document.metadata
    const ports: Record<string, number> = {}
    for (const port of document.spec.ports ?? []) {
      if (port.port !== undefined) ports[port.name ?? ''] = port.port
    }
    return Object.freeze(
      (document.spec.endpoints ?? []).flatMap((endpoint, index) =>
        (isEnding(endpoint) ? [] : endpoint.addresses.slice(0, 1)).map((address) => {
          const name = endpoint.targetRef?.name ?? ''
          const known = name ? view.get('WorkloadEntry', `${namespace}/${name}`) : undefined
          return Object.freeze({
            address,
            ports,
            onlyNamedPorts: true,
            namespace,
            workload: name,
            labels: known ? { ...known.metadata.labels, ...known.spec.labels } : {},
            locality: known?.spec.locality ?? (endpoint.zone ? `/${endpoint.zone}` : ''),
            weight: known?.spec.weight || 1,
            serviceAccount: known?.spec.serviceAccount || 'default',
            healthy: endpoint.conditions?.ready !== false,
            document,
            path: ['endpoints', index],
          })
        }),
      ),
    )
  },
)

function isEnding({ conditions }: NonNullable<EndpointSlice['endpoints']>[number]): boolean {
  return conditions?.terminating === true && conditions.ready !== true
}

function selectedWorkloads(
  view: View,
  namespace: string,
  selector: Readonly<Record<string, string>>,
): Endpoint[] {
  const [first] = Object.entries(selector)
  const candidates = first
    ? labelled(view, `WorkloadEntry ${namespace} ${first[0]}=${first[1]}`)
    : view.keysIn('WorkloadEntry', namespace).map((key) => view.get('WorkloadEntry', key)!)
  return (candidates as readonly Document<WorkloadEntry>[])
    .map((document) => workloadEndpoint(view, document))
    .filter((endpoint) => hasAddress(endpoint) && matchesLabels(selector, endpoint.labels))
}

/** Documents of a namespace that carry one label, by `kind namespace key=value`; the index below makes it cheap. */
const labelled = memo((view: View, query: string): readonly Document[] => {
  const [kind, namespace, label] = query.split(' ', 3) as [LabelledKind, string, string]
  return labelIndex(view, `${kind} ${namespace}`).get(label) ?? []
})

type LabelledKind = 'WorkloadEntry' | 'EndpointSlice'

const labelIndex = memo((view: View, query: string): ReadonlyMap<string, readonly Document[]> => {
  const [kind, namespace] = query.split(' ', 2) as [LabelledKind, string]
  const index = new Map<string, Document[]>()
  for (const key of view.keysIn(kind, namespace)) {
    const document = view.get(kind, key) as Document<WorkloadEntry>
    const own = kind === 'WorkloadEntry' ? document.spec.labels : undefined
    for (const [name, value] of Object.entries({ ...document.metadata.labels, ...own })) {
      const label = `${name}=${value}`
      const list = index.get(label)
      if (list) list.push(document)
      else index.set(label, [document])
    }
  }
  return index
})

/** The port an endpoint serves a service's port on; undefined if it does not serve it. */
export function endpointPort(endpoint: Endpoint, port: ServicePort): number | undefined {
  // Names of a pod's ports are those of its containers, which only a target port refers to.
  const named = isPod(endpoint.document) ? undefined : endpoint.ports[port.name]
  if (named !== undefined) return named
  if (endpoint.onlyNamedPorts) return undefined
  if (typeof port.targetPort === 'number') return port.targetPort
  return endpoint.ports[port.targetPort] ?? port.number
}

/** Its proxy has said that it is about to stop. */
export function isDraining(view: View, { namespace, workload }: Endpoint): boolean {
  return workload !== '' && view.get('enrolment', `${namespace}/${workload}`)?.draining === true
}

/** Whether its proxy takes the mesh's mutual TLS: the label decides, else whether the proxy has enrolled (DESIGN §4). */
export function hasProxy(view: View, endpoint: Endpoint): boolean {
  const mode = endpoint.labels['security.istio.io/tlsMode']
  if (mode !== undefined) return mode === 'istio'
  if (endpoint.workload === '') return false
  return view.get('enrolment', `${endpoint.namespace}/${endpoint.workload}`) !== undefined
}

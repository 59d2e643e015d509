// Services and workloads: who serves what, which policies apply, and how their proxies do.
import { Cache } from '../model/cache.ts'
import type { Document } from '../model/document.ts'
import { type Endpoint, endpointPort, endpointsOf, hasProxy } from '../model/endpoint.ts'
import { fullName } from '../model/host.ts'
import type { Mesh } from '../model/mesh.ts'
import type { Node } from '../model/node.ts'
import { printOrigin } from '../model/origin.ts'
import { type Service, servicesDeclaredIn } from '../model/service.ts'
import { View } from '../model/view.ts'
import { canonicalName } from '../model/workload.ts'
import type {
  EndpointRow,
  PlaceList,
  PolicyRef,
  ProxyState,
  ServiceDetail,
  WorkloadDetail,
} from './answers.ts'
import { proxyStates } from './proxies.ts'
import { type Asked, type Refusal, type Route, refuse } from './route.ts'
import { count, flag, list, oneOf, place, record, shape, text } from './schema.ts'
import {
  appliesToHost,
  appliesToWorkload,
  HOSTED,
  rootNamespaceOf,
  SELECTING,
  workloadLabels,
} from './scope.ts'
import type { ShownApp } from './shown.ts'

const MOST_ENDPOINTS = 500
/** Reads nothing of a proxy: these answers are nobody's configuration. */
const NOBODY: Node = Object.freeze({
  ...{ id: '', type: 'sidecar', namespace: '', workload: '', serviceAccount: '', labels: {} },
  ...{ address: '', locality: '', certified: 'no', certificateFolder: '' },
} satisfies Node)

export function serviceDetail(app: ShownApp, { params }: Asked): ServiceDetail | Refusal {
  const { namespace = '', name = '' } = params
  const mesh = app.mesh()
  const view = new View(mesh, NOBODY, new Cache())
  const wanted = fullName(name, namespace)
  const service = servicesDeclaredIn(view, namespace).find(
    ({ hostname }) => hostname === wanted || hostname === name,
  )
  if (!service) return refuse(404, `The mesh has no service ${name} in namespace ${namespace}`)
  const states = proxyStates(app)
  const endpoints = endpointsOf(view, service).slice(0, MOST_ENDPOINTS)
  return {
    ...{ namespace, name, host: service.hostname },
    place: printOrigin(service.document.at([])),
    ports: service.ports.map(({ number, name, protocol }) => ({ number, name, protocol })),
    endpoints: endpoints.map((endpoint) => endpointRow(view, service, endpoint, states)),
    policies: servicePolicies(mesh, service, endpoints),
  }
}

function endpointRow(
  view: View,
  service: Service,
  endpoint: Endpoint,
  states: ReadonlyMap<string, ProxyState>,
): EndpointRow {
  const { address, namespace, workload, labels, healthy, document, path } = endpoint
  const key = workload ? `${namespace}/${workload}` : ''
  const mutualTls = hasProxy(view, endpoint)
  const ports = service.ports.map((port) => endpointPort(endpoint, port))
  return {
    address,
    ports: ports.filter((port) => port !== undefined),
    workload: key,
    version: workload ? canonicalName(workload, labels).version : '',
    ready: healthy,
    mutualTls,
    proxy: states.get(key) ?? (mutualTls ? 'gone' : 'none'),
    place: printOrigin(document.at(path)),
  }
}

function servicePolicies(
  mesh: Mesh,
  service: Service,
  endpoints: readonly Endpoint[],
): PolicyRef[] {
  const root = rootNamespaceOf(mesh)
  const found = new Map<string, PolicyRef>()
  for (const kind of HOSTED) {
    for (const document of mesh.tables[kind].rows.values()) {
      if (appliesToHost(document as Document, service.hostname)) add(found, document as Document)
    }
  }
  for (const kind of SELECTING.filter((kind) => kind !== 'Service')) {
    for (const document of mesh.tables[kind].rows.values()) {
      const applies = endpoints.some(
        (endpoint) => endpoint.workload && appliesToWorkload(document as Document, endpoint, root),
      )
      if (applies) add(found, document as Document)
    }
  }
  return [...found.values()]
}

function add(found: Map<string, PolicyRef>, document: Document): void {
  const { namespace, name } = document.metadata
  const ref = { kind: document.kind, namespace, name, place: printOrigin(document.at([])) }
  found.set(`${document.kind}/${namespace}/${name}`, ref)
}

export function workloadDetail(app: ShownApp, { params }: Asked): WorkloadDetail | Refusal {
  const { namespace = '', name = '' } = params
  const mesh = app.mesh()
  const key = `${namespace}/${name}`
  const entry = mesh.tables.WorkloadEntry.rows.get(key)
  const proxy = proxyStates(app).get(key) ?? (mesh.tables.enrolment.rows.has(key) ? 'gone' : 'none')
  if (!entry) {
    if (proxy === 'none') return refuse(404, `The mesh has no workload ${key}`)
    const empty = { address: '', service: '', version: '', account: '', labels: {}, place: '' }
    return { namespace, name, ...empty, proxy, policies: [] }
  }
  const labels = workloadLabels(entry)
  const root = rootNamespaceOf(mesh)
  const found = new Map<string, PolicyRef>()
  for (const kind of SELECTING) {
    for (const document of mesh.tables[kind].rows.values()) {
      if (appliesToWorkload(document as Document, { namespace, labels }, root)) {
        add(found, document as Document)
      }
    }
  }
  const service = [...found.values()].find(({ kind }) => kind === 'Service')
  return {
    ...{ namespace, name, address: entry.spec.address ?? '' },
    service: service ? `${service.namespace}/${service.name}` : '',
    version: canonicalName(name, labels).version,
    account: entry.spec.serviceAccount || 'default',
    labels,
    place: printOrigin(entry.at([])),
    proxy,
    policies: [...found.values()].filter(({ kind }) => kind !== 'Service'),
  }
}

function services(app: ShownApp): PlaceList {
  const { tables } = app.mesh()
  return {
    services: [...tables.Service.rows.values()].slice(0, 2000).map((document) => ({
      namespace: document.metadata.namespace,
      name: document.metadata.name,
      place: printOrigin(document.at([])),
      ports: (document.spec.ports ?? []).map(({ port }) => port),
    })),
    workloads: tables.WorkloadEntry.keys.slice(0, 2000),
  }
}

const PROXY = oneOf('synced', 'stale', 'rejected', 'gone', 'none')
const POLICY = shape({ kind: text, namespace: text, name: text, place })

export const PLACE_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/services',
    summary: 'Services and workloads by name; at most 2,000 of each',
    role: 'read',
    scope: 'namespace',
    answer: shape({
      services: list(shape({ namespace: text, name: text, place, ports: list(count) })),
      workloads: list(text),
    }),
    handle: services,
  },
  {
    method: 'GET',
    path: '/api/v1/services/:namespace/:name',
    summary: 'A service: its ports, its endpoints and their proxies, the policies that apply',
    role: 'read',
    scope: 'namespace',
    answer: shape({
      ...{ namespace: text, name: text, host: text, place },
      ports: list(shape({ number: count, name: text, protocol: text })),
      endpoints: list(
        shape({
          ...{ address: text, ports: list(count), workload: text, version: text },
          ...{ ready: flag, mutualTls: flag, proxy: PROXY, place },
        }),
      ),
      policies: list(POLICY),
    }),
    handle: serviceDetail,
  },
  {
    method: 'GET',
    path: '/api/v1/workloads/:namespace/:name',
    summary: 'A workload: its labels, its proxy, the policies that apply',
    role: 'read',
    scope: 'namespace',
    answer: shape({
      ...{ namespace: text, name: text, address: text, service: text, version: text },
      ...{ account: text, labels: record(text), place, proxy: PROXY, policies: list(POLICY) },
    }),
    handle: workloadDetail,
  },
]

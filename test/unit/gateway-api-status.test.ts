// The status of GatewayClasses, Gateways and routes: what is said, and that only news is written, beside what others wrote.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GatewayWriter } from '../../src/gateway-writer.ts'
import { roles } from '../../src/install/roles.ts'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import { CONTROLLER, GATEWAY_NAME, type Status } from '../../src/model/gateway-api.ts'
import type { Connection } from '../../src/registry/kubernetes/connection.ts'
import { holderOf, type StatusHolder } from '../../src/registry/kubernetes/gateway-status.ts'
import { watchedKinds } from '../../src/registry/kubernetes/kinds.ts'
import type { KubernetesObject } from '../../src/registry/kubernetes/reflector.ts'
import { gatewayApiStatuses } from '../../src/translate/gateway-api/status.ts'
import { edgeGateway, gatewayApi, gatewayClass, route, to } from '../support/gateway-api.ts'
import { viewOf } from '../support/views.ts'
import { join, service, workload } from '../support/workload.ts'

const PROXY = workload({
  ...{ workload: 'edge/gateway', address: '10.1.1.1', labels: { [GATEWAY_NAME]: 'edge' } },
})
const ONE = service('edge/one', { app: 'one' }, 'http:80:8080')
const HTTP = '[{name: http, port: 80, protocol: HTTP}]'

function statusesOf(...objects: readonly string[]): ReadonlyMap<string, Status> {
  return gatewayApiStatuses(viewOf(join(gatewayClass(), ONE, ...objects)), '')
}

/** As `Accepted=True/Accepted`. */
function said(conditions: Status['conditions'] = []): string {
  return conditions.map(({ type, status, reason }) => `${type}=${status}/${reason}`).join(' ')
}

test('Gateways: accepted and programmed, with their addresses and listeners', () => {
  const gateway = (listeners: string, more = '', ...objects: readonly string[]) =>
    statusesOf(edgeGateway(listeners, more), ...objects).get('KubernetesGateway/edge/edge')!
  const good = gateway(HTTP, '', PROXY, route('a', `[{${to('one')}}]`), route('b', '[{}]'))
  assert.equal(said(good.conditions), 'Accepted=True/Accepted Programmed=True/Programmed')
  assert.deepEqual(good.addresses, [{ type: 'IPAddress', value: '10.1.1.1' }])
  const [listener] = good.listeners!
  assert.equal(
    said(listener!.conditions),
    'Accepted=True/Accepted Conflicted=False/NoConflicts ResolvedRefs=True/ResolvedRefs Programmed=True/Programmed',
  )
  assert.equal(listener!.attachedRoutes, 2)
  assert.deepEqual(listener!.supportedKinds, [
    { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute' },
  ])
  const idle = gateway(HTTP)
  assert.equal(said(idle.conditions), 'Accepted=True/Accepted Programmed=False/NoResources')
  assert.match(said(idle.listeners![0]!.conditions), /Programmed=False\/Pending$/)
  const programmed = (more: string, ...objects: readonly string[]) =>
    said(gateway(HTTP, `, addresses: [${more}]`, PROXY, ...objects).conditions)
  assert.match(programmed('{value: 10.1.1.1}'), /Programmed=True/)
  assert.match(programmed('{value: 10.1.1.1}, {value: 10.1.1.9}'), /False\/AddressNotUsable/)
  assert.match(
    programmed('{type: a.test/x, value: x}'),
    /^Accepted=False\/UnsupportedAddress Programmed=False/,
  )
  const front = service('edge/front', { workload: 'gateway' }, 'http:80:8080')
  const host = '{type: Hostname, value: front.edge.svc}'
  assert.match(programmed(host, front), /Programmed=True/)
  assert.match(programmed(host), /False\/NoResources/)
  const conflict = `[{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: HTTP}`
  const part = gateway(`${conflict}, {name: c, port: 81, protocol: HTTP}]`, '', PROXY)
  assert.equal(said(part.conditions), 'Accepted=True/ListenersNotValid Programmed=True/Programmed')
  assert.equal(
    said(part.listeners![0]!.conditions),
    'Accepted=False/HostnameConflict Conflicted=True/HostnameConflict ResolvedRefs=True/ResolvedRefs Programmed=False/Invalid',
  )
  const none = gateway(`${conflict}]`, '', PROXY)
  assert.equal(said(none.conditions), 'Accepted=False/ListenersNotValid Programmed=False/Invalid')
})

test('routes: each parent with its conditions; classes: only our own', () => {
  const both = gatewayApi(
    'HTTPRoute',
    'edge/r',
    `{parentRefs: [{name: edge}, {name: edge, sectionName: no}, {name: elsewhere}], rules: [{${to('one', 'none')}}]}`,
  )
  const all = statusesOf(edgeGateway(HTTP), both, gatewayClass('other', 'a.test/b'))
  const { parents = [] } = all.get('HTTPRoute/edge/r')!
  assert.deepEqual(
    parents.map(({ parentRef, controllerName, conditions }) => [
      parentRef.sectionName,
      controllerName,
      said(conditions),
    ]),
    [
      [undefined, CONTROLLER, 'Accepted=True/Accepted ResolvedRefs=False/BackendNotFound'],
      ['no', CONTROLLER, 'Accepted=False/NoMatchingParent ResolvedRefs=False/BackendNotFound'],
    ],
  )
  assert.equal(said(all.get('GatewayClass//lotse')?.conditions), 'Accepted=True/Accepted')
  const features = all.get('GatewayClass//lotse')?.supportedFeatures?.map(({ name }) => name)
  assert.deepEqual(features, [...new Set(features)].sort())
  assert.equal(all.get('GatewayClass//other'), undefined)
})

interface Patch {
  readonly path: string
  readonly body: { readonly status: Status; readonly metadata: object }
}

/** An API server that takes every patch, and what it was sent. */
function server(refuse: (patch: Patch) => number = () => 200) {
  const patches: Patch[] = []
  const connection: Connection = {
    server: 'test',
    lines: () => Promise.reject(new Error('nothing is watched')),
    async request(method, path, sent) {
      if (method === 'GET') {
        const annotations = { 'gateway.networking.k8s.io/bundle-version': 'v1.5.1' }
        return { status: 200, body: { metadata: { name: 'x', annotations } } }
      }
      const patch = { path, body: sent?.body as Patch['body'] }
      patches.push(patch)
      return { status: refuse(patch), body: { message: 'no' } }
    },
  }
  return { connection, patches }
}

function object(kind: string, name: string, status: object = {}, generation = 1): KubernetesObject {
  const namespace = kind === 'GatewayClass' ? {} : { namespace: 'edge' }
  const metadata = { name, ...namespace, generation, resourceVersion: '7' }
  return { apiVersion: 'gateway.networking.k8s.io/v1', kind, metadata, status }
}

const NOW = '2026-01-01T00:00:00Z'

function writerOf(
  connection: Connection,
  holders: ReadonlyMap<string, StatusHolder>,
  statuses: ReadonlyMap<string, Status>,
) {
  const now = () => new Date('2026-01-01T00:00:00.500Z')
  const writer = new GatewayWriter({ connection, holders, statuses: () => statuses, now })
  return (told: readonly Diagnostic[] = []) =>
    writer.look(
      () => told,
      50,
      () => true,
    )
}

test('only news is written; times stay, and so does what others wrote', async () => {
  const statuses = statusesOf(edgeGateway(HTTP), PROXY, route('r', `[{${to('one')}}]`))
  const other = { parentRef: { name: 'its' }, controllerName: 'a.test/b', conditions: [] }
  const old = { lastTransitionTime: '2025-01-01T00:00:00Z' }
  const before = [
    { type: 'Accepted', status: 'True', reason: 'Accepted', message: '', ...old },
    { type: 'Programmed', status: 'Unknown', reason: 'Pending', message: '', ...old },
    { type: 'test/foreign', status: 'True', reason: 'X', message: '', ...old },
  ]
  const holders = new Map<string, StatusHolder>([
    ['GatewayClass//lotse', holderOf(object('GatewayClass', 'lotse'), 'gatewayclasses', -1000)],
    [
      'KubernetesGateway/edge/edge',
      holderOf(object('Gateway', 'edge', { conditions: before }, 3), 'gateways', -1000),
    ],
    [
      'HTTPRoute/edge/r',
      holderOf(object('HTTPRoute', 'r', { parents: [other] }), 'httproutes', -1000),
    ],
  ])
  const { connection, patches } = server()
  const look = writerOf(connection, holders, statuses)
  await look()
  assert.deepEqual(
    patches.map(({ path }) => path),
    ['gatewayclasses/lotse', 'namespaces/edge/gateways/edge', 'namespaces/edge/httproutes/r'].map(
      (place) => `/apis/gateway.networking.k8s.io/v1/${place}/status?fieldManager=lotse&force=true`,
    ),
  )
  const [ofClass, ofGateway, ofRoute] = patches.map(({ body }) => body.status)
  assert.match(said(ofClass!.conditions), /SupportedVersion=True\/SupportedVersion$/)
  assert.deepEqual(ofGateway!.conditions, [
    {
      type: 'Accepted',
      status: 'True',
      reason: 'Accepted',
      message: '',
      observedGeneration: 3,
      ...old,
    },
    {
      ...{ type: 'Programmed', status: 'True', reason: 'Programmed', message: '' },
      ...{ observedGeneration: 3, lastTransitionTime: NOW },
    },
  ])
  assert.deepEqual(ofRoute!.parents![0], other)
  assert.equal(ofRoute!.parents!.length, 2)
  await look()
  assert.equal(patches.length, 3, 'nothing changed')
  // As the server then has it, with the foreign condition kept and in an order of its own.
  const stored = { ...ofGateway, conditions: [before[2], ...[...ofGateway!.conditions!].reverse()] }
  const read = (status: object, generation: number) =>
    holderOf(object('Gateway', 'edge', status, generation), 'gateways', -1000)
  holders.set('KubernetesGateway/edge/edge', read(stored, 3))
  await look()
  assert.equal(patches.length, 3, 'it says all of that already')
  holders.set('KubernetesGateway/edge/edge', read(stored, 4))
  await look()
  assert.equal(patches.length, 4, 'the generation is another one')
  // What was read a moment ago is not looked at yet.
  holders.set('KubernetesGateway/edge/edge', {
    ...read({}, 5),
    readAt: performance.now() + 1_000_000,
  })
  await look()
  assert.equal(patches.length, 4)
})

test('a refusal by Lotse or Envoy is a condition; that of one object keeps nobody from the others', async () => {
  const statuses = statusesOf(edgeGateway(HTTP), PROXY, route('r', `[{${to('one')}}]`))
  const holders = new Map<string, StatusHolder>([
    ['KubernetesGateway/edge/edge', holderOf(object('Gateway', 'edge'), 'gateways', -1000)],
    ['HTTPRoute/edge/r', holderOf(object('HTTPRoute', 'r'), 'httproutes', -1000)],
  ])
  const told = (code: 'L0105' | 'L0302' | 'L0266'): readonly Diagnostic[] => [
    { code, severity: 'error', text: 'it is wrong' },
  ]
  const written = async (diagnostics: readonly Diagnostic[]) => {
    const { connection, patches } = server()
    await writerOf(connection, holders, statuses)(diagnostics)
    const [gateway, ofRoute] = patches.map(({ body }) => body.status)
    return [said(gateway!.conditions), said(ofRoute!.parents![0]!.conditions)]
  }
  assert.deepEqual(await written(told('L0105')), [
    'Accepted=False/Invalid Programmed=False/Invalid',
    'Accepted=False/UnsupportedValue ResolvedRefs=True/ResolvedRefs',
  ])
  assert.match((await written(told('L0302')))[0]!, /^Accepted=True\S+ Programmed=False\/Invalid$/)
  assert.match((await written(told('L0266')))[0]!, /^Accepted=True\S+ Programmed=True/)
  const { connection, patches } = server(({ path }) => (path.includes('/gateways/') ? 422 : 200))
  const look = writerOf(connection, holders, statuses)
  await assert.rejects(look(), /^Error: KubernetesGateway\/edge\/edge: no$/)
  assert.equal(patches.length, 2)
  await assert.rejects(look())
  assert.equal(patches.length, 3, 'it is tried again, and the other one is not')
})

test('definitions without supportedFeatures get a status without', async () => {
  const { connection, patches } = server(({ body }) =>
    'supportedFeatures' in body.status ? 400 : 200,
  )
  const holder = holderOf(object('GatewayClass', 'lotse'), 'gatewayclasses', -1000)
  await writerOf(connection, new Map([['GatewayClass//lotse', holder]]), statusesOf())()
  assert.equal(patches.length, 2)
  assert.match(said(patches[1]!.body.status.conditions), /^Accepted=True/)
})

test('a route that leaves takes its own parents back, and says nothing where it never had any', async () => {
  const statuses = new Map<string, Status>([['HTTPRoute/edge/r', { parents: [] }]])
  const other = { parentRef: { name: 'its' }, controllerName: 'a.test/b', conditions: [] }
  const own = { parentRef: { name: 'edge' }, controllerName: CONTROLLER, conditions: [] }
  const after = async (parents: readonly object[]) => {
    const { connection, patches } = server()
    const holder = holderOf(object('HTTPRoute', 'r', { parents }), 'httproutes', -1000)
    await writerOf(connection, new Map([['HTTPRoute/edge/r', holder]]), statuses)()
    return patches.map(({ body }) => body.status.parents)
  }
  assert.deepEqual(await after([other, own]), [[other]])
  assert.deepEqual(await after([other]), [])
})

test('the kinds are watched and may be read; only their status may be written', () => {
  const paths = watchedKinds('istio-system/istio').flatMap((one) => one.paths)
  assert.ok(paths.includes('/apis/gateway.networking.k8s.io/v1/gatewayclasses'))
  assert.ok(paths.includes('/apis/gateway.networking.k8s.io/v1beta1/referencegrants'))
  const rules = (roles({ namespace: 'istio-system' }) as { kind: string; rules: Rule[] }[])
    .filter(({ kind }) => kind === 'ClusterRole')
    .flatMap((role) => role.rules)
    .filter(({ apiGroups }) => apiGroups.includes('gateway.networking.k8s.io'))
  const status = ['gatewayclasses/status', 'gateways/status', 'httproutes/status']
  assert.deepEqual(
    rules.map(({ resources, verbs }) => [resources, verbs]),
    [
      [
        ['gatewayclasses', 'gateways', 'httproutes', 'referencegrants'],
        ['get', 'list', 'watch'],
      ],
      [status, ['patch']],
    ],
  )
})

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

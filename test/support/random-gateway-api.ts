// Random objects of the Kubernetes Gateway API for the laws, in the small world of the random mesh.
import fc from 'fast-check'
import type { Kind } from '../../src/model/document.ts'
import { CONTROLLER, GATEWAY_NAME } from '../../src/model/gateway-api.ts'
import type { Node } from '../../src/model/node.ts'
import type { Edit } from './random-mesh.ts'

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const namespace = fc.constantFrom('a', 'b')
const app = fc.constantFrom('web', 'cart', 'pay')

const gatewayClass = fc.constantFrom(
  { controllerName: CONTROLLER },
  { controllerName: CONTROLLER },
  { controllerName: 'example.test/other' },
)

const listener = fc.record(
  {
    name: fc.constantFrom('one', 'two', 'three'),
    port: fc.constantFrom(80, 81, 8443),
    protocol: fc.constantFrom('HTTP', 'HTTPS', 'TCP'),
    hostname: fc.constantFrom('*.example.com', 'api.example.com'),
    tls: fc.record({
      certificateRefs: fc.array(
        fc.record({ name: fc.constantFrom('bank', 'late'), namespace }, { requiredKeys: ['name'] }),
        { minLength: 1, maxLength: 2 },
      ),
    }),
    allowedRoutes: fc.record({
      namespaces: fc.constantFrom(
        { from: 'All' },
        { from: 'Same' },
        { from: 'Selector', selector: { matchLabels: { team: 'x' } } },
      ),
    }),
  },
  { requiredKeys: ['name', 'port', 'protocol'] },
)

const kubernetesGateway = fc.record(
  {
    gatewayClassName: fc.constant('lotse'),
    listeners: fc.array(listener, { minLength: 1, maxLength: 3 }),
    addresses: fc.constantFrom(
      [{ value: '10.1.0.1' }],
      [{ value: '10.1.0.2' }],
      [{ type: 'Hostname', value: 'web.a.svc.cluster.local' }],
    ),
  },
  { requiredKeys: ['gatewayClassName', 'listeners'] },
)

const parent = fc.oneof(
  fc.record(
    {
      name: fc.constant('edge'),
      namespace,
      sectionName: fc.constantFrom('one', 'two'),
      port: fc.constantFrom(80, 81),
    },
    { requiredKeys: ['name'] },
  ),
  fc.record(
    {
      ...{ group: fc.constant(''), kind: fc.constant('Service'), name: app, namespace },
      port: fc.constantFrom(80, 9000),
    },
    { requiredKeys: ['group', 'kind', 'name'] },
  ),
)

const backend = fc.record(
  {
    ...{ name: fc.constantFrom('web', 'cart', 'gone'), namespace },
    ...{ port: fc.constantFrom(80, 9000), weight: fc.integer({ min: 0, max: 3 }) },
  },
  { requiredKeys: ['name', 'port'] },
)

const match = fc.record(
  {
    path: fc.constantFrom(
      { type: 'Exact', value: '/a' },
      { type: 'PathPrefix', value: '/a/' },
      { type: 'RegularExpression', value: '/[ab]' },
      { value: '/' },
    ),
    method: fc.constantFrom('GET', 'POST'),
    headers: fc.constant([{ name: 'x', value: '1' }]),
  },
  { requiredKeys: [] },
)

const filters = fc.constantFrom(
  [{ type: 'URLRewrite', urlRewrite: { hostname: 'h.test' } }],
  [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'web', port: 80 } } }],
  [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https' } }],
  [{ type: 'ExtensionRef', extensionRef: { group: 'g', kind: 'K', name: 'n' } }],
)

const httpRoute = fc.record(
  {
    parentRefs: fc.array(parent, { minLength: 1, maxLength: 3 }),
    hostnames: fc.subarray(['*.example.com', 'api.example.com', 'x.api.example.com']),
    rules: fc.array(
      fc.record(
        {
          matches: fc.array(match, { maxLength: 2 }),
          filters,
          backendRefs: fc.array(backend, { maxLength: 3 }),
        },
        { requiredKeys: ['backendRefs'] },
      ),
      { minLength: 1, maxLength: 3 },
    ),
  },
  { requiredKeys: ['parentRefs', 'rules'] },
)

const referenceGrant = fc
  .tuple(fc.constantFrom('HTTPRoute', 'Gateway'), namespace, maybe(fc.constantFrom('web', 'bank')))
  .map(([kind, from, name]) => ({
    from: [{ group: 'gateway.networking.k8s.io', kind, namespace: from }],
    to: [{ group: '', kind: kind === 'Gateway' ? 'Secret' : 'Service', ...(name ? { name } : {}) }],
  }))

const service = fc.constantFrom(
  { selector: { app: 'web' }, ports: [{ name: 'http', port: 80 }] },
  {
    selector: { app: 'cart' },
    ports: [
      { name: 'http', port: 80 },
      { name: 'grpc', port: 9000 },
    ],
  },
)

const secret = fc.constantFrom(
  { stringData: { 'tls.crt': 'certificate\n', 'tls.key': 'key\n' } },
  { stringData: { 'ca.crt': 'roots\n' } },
)

const rule = fc.constant({
  hosts: ['web.a.svc.cluster.local'],
  http: [{ directResponse: { status: 418 } }],
})

type Row = readonly [Kind, spec: fc.Arbitrary<unknown>, name: fc.Arbitrary<string>]

const ROWS: readonly Row[] = [
  ['HTTPRoute', httpRoute, fc.constantFrom('h1', 'h2', 'h3')],
  ['HTTPRoute', httpRoute, fc.constantFrom('h1', 'h2', 'h3')],
  ['KubernetesGateway', kubernetesGateway, fc.constant('edge')],
  ['ReferenceGrant', referenceGrant, fc.constantFrom('g1', 'g2')],
  ['Service', service, app],
  ['Secret', secret, fc.constantFrom('bank', 'late')],
  ['VirtualService', rule, fc.constant('r1')],
]

const line = fc.integer({ min: 1, max: 99 })

const team = fc.record<Edit>({
  ...{ kind: fc.constant('Namespace'), namespace: fc.constant(''), name: namespace, line },
  spec: maybe(fc.constant({})),
  labels: fc.constantFrom<Record<string, string>>({ team: 'x' }, { team: 'y' }, {}),
})

const classEdit = fc.record<Edit>({
  ...{ kind: fc.constant('GatewayClass'), namespace: fc.constant(''), name: fc.constant('lotse') },
  ...{ spec: maybe(gatewayClass), line, labels: fc.constant({}) },
})

const edit: fc.Arbitrary<Edit> = fc.oneof(
  team,
  classEdit,
  ...ROWS.map(([kind, spec, name]) =>
    fc.record<Edit>({
      ...{ kind: fc.constant(kind), namespace, name, line, labels: fc.constant({}) },
      spec: fc.option(spec, { nil: undefined, freq: 8 }),
    }),
  ),
)

function fixed(kind: Kind, named: string, spec: object, labels = {}): Edit {
  const [namespace = '', name = ''] = named.split('/')
  return { kind, namespace, name, spec, line: 1, labels }
}

/** Something to start from, so that most edits have to do with each other. */
const BASE: readonly Edit[] = [
  fixed('GatewayClass', '/lotse', { controllerName: CONTROLLER }),
  fixed('KubernetesGateway', 'a/edge', {
    gatewayClassName: 'lotse',
    listeners: [
      {
        ...{ name: 'one', port: 80, protocol: 'HTTP' },
        allowedRoutes: { namespaces: { from: 'All' } },
      },
    ],
  }),
  fixed('Service', 'a/web', { selector: { app: 'web' }, ports: [{ name: 'http', port: 80 }] }),
  fixed('WorkloadEntry', 'a/edge', { address: '10.1.0.1', labels: { [GATEWAY_NAME]: 'edge' } }),
  fixed('WorkloadEntry', 'a/w1', { address: '10.1.0.2', labels: { app: 'web' } }),
]

/** A script of edits of a mesh with a gateway. */
export const gatewayScript: fc.Arbitrary<Edit[]> = fc
  .array(edit, { minLength: 3, maxLength: 10 })
  .map((edits) => [...BASE, ...edits])

const NODE: Node = {
  ...{ id: 'edge', type: 'gateway', namespace: 'a', workload: 'edge', serviceAccount: 'default' },
  ...{ labels: { [GATEWAY_NAME]: 'edge' }, address: '10.1.0.1', locality: '' },
  ...{ certified: 'yes', certificateFolder: '/certs' },
}

/** Gateways of both namespaces and addresses, and clients of both namespaces. */
export const GATEWAY_NODES: readonly Node[] = [
  NODE,
  { ...NODE, address: '10.1.0.2', workload: 'w1', labels: { ...NODE.labels, app: 'web' } },
  { ...NODE, namespace: 'b' },
  { ...NODE, type: 'sidecar', labels: { app: 'web' }, workload: 'w1' },
  { ...NODE, type: 'sidecar', labels: {}, namespace: 'b' },
  { ...NODE, type: 'grpc', labels: {}, certified: 'no', certificateFolder: '' },
]

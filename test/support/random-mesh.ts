// Random meshes and random edits of them for the laws: small worlds in which names collide often.
import fc from 'fast-check'
import type { Document, Kind } from '../../src/model/document.ts'
import type { MeshState } from '../../src/model/mesh.ts'
import type { Node } from '../../src/model/node.ts'
import { gateway, tcpRoute, tlsRoute } from './random-edge.ts'
import { delegatingRoute, envoyFilter } from './random-patch.ts'

const NAMESPACES = ['a', 'b', 'istio-system'] as const
const APPS = ['web', 'cart', 'pay'] as const
const namespace = fc.constantFrom(...NAMESPACES)
const app = fc.constantFrom(...APPS)
const version = fc.constantFrom('1', '2')
const port = fc.constantFrom(80, 9000)
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })

/** What is edited: one object by kind, namespace and name, or its absence. */
export interface Edit {
  readonly kind: Kind
  readonly namespace: string
  readonly name: string
  /** Absent: the object is deleted. */
  readonly spec: unknown
  readonly line: number
  readonly labels: Record<string, string>
}

const host = fc.oneof(
  app,
  fc.tuple(app, namespace).map(([name, space]) => `${name}.${space}.svc.cluster.local`),
  fc.constantFrom('*.example.com', 'api.example.com'),
)

const destination = fc.record(
  { host, subset: fc.constantFrom('v1', 'v2', 'gone'), port: fc.record({ number: port }) },
  { requiredKeys: ['host'] },
)

const service = fc.record({
  selector: fc.record({ app }),
  ports: fc.constantFrom(
    [{ name: 'http', port: 80, targetPort: 8080 }],
    [
      { name: 'grpc', port: 9000 },
      { name: 'http', port: 80 },
    ],
    [{ name: 'tcp-raw', port: 9000 }],
    [{ port: 80 }],
  ),
  clusterIP: fc.constantFrom('10.0.0.1', '10.0.0.2', 'None'),
})

const workload = fc.record(
  {
    address: fc.constantFrom('10.1.0.1', '10.1.0.2', '10.1.0.3'),
    labels: fc.record({ app, version }),
    locality: fc.constantFrom('eu/berlin', 'eu/bonn/1', 'us/nyc'),
    serviceAccount: fc.constantFrom('sa1', 'sa2'),
    weight: fc.integer({ min: 1, max: 3 }),
  },
  { requiredKeys: ['address', 'labels'] },
)

const entry = fc.record(
  {
    hosts: fc.constantFrom(['api.example.com'], ['*.example.com'], ['ext.a.svc.cluster.local']),
    ports: fc.constantFrom(
      [{ number: 80, name: 'http', protocol: 'HTTP' }],
      [{ number: 443, name: 'tls', protocol: 'TLS' }],
    ),
    resolution: fc.constantFrom('NONE', 'STATIC', 'DNS', 'DYNAMIC_DNS'),
    location: fc.constantFrom('MESH_EXTERNAL', 'MESH_INTERNAL'),
    endpoints: fc.constantFrom(
      [{ address: '192.0.2.1' }],
      [{ address: '192.0.2.2', locality: 'us/nyc' }, { network: 'elsewhere' }],
    ),
    subjectAltNames: fc.constant(['api.example.com']),
    exportTo: fc.constantFrom(['.'], ['*'], ['b']),
  },
  { requiredKeys: ['hosts', 'ports'] },
)

const httpRoute = fc.record(
  {
    match: fc.array(
      fc.record(
        {
          uri: fc.constantFrom({ prefix: '/x' }, { exact: '/y' }, { regex: '/z.*' }),
          sourceLabels: fc.record({ app }),
          sourceNamespace: namespace,
          port,
        },
        { requiredKeys: [] },
      ),
      { maxLength: 2 },
    ),
    route: fc.array(fc.record({ destination, weight: fc.integer({ min: 1, max: 9 }) }), {
      minLength: 1,
      maxLength: 2,
    }),
    timeout: fc.constantFrom('2s', '0s'),
    retries: fc.record({ attempts: fc.integer({ min: 0, max: 3 }) }),
    mirror: destination,
  },
  { requiredKeys: ['route'] },
)

const virtualService = fc.record(
  {
    // Without hosts it can be delegated to.
    hosts: fc.array(host, { maxLength: 2 }),
    gateways: fc.constantFrom(['mesh'], ['edge'], ['mesh', 'a/edge']),
    http: fc.array(
      fc.oneof({ weight: 3, arbitrary: httpRoute }, { weight: 1, arbitrary: delegatingRoute }),
      { minLength: 1, maxLength: 3 },
    ),
    tls: fc.array(tlsRoute(destination), { minLength: 1, maxLength: 2 }),
    tcp: fc.array(tcpRoute(destination), { minLength: 1, maxLength: 2 }),
    exportTo: fc.constantFrom(['.'], ['*']),
  },
  { requiredKeys: ['hosts', 'http'] },
)

const trafficPolicy = fc.record(
  {
    connectionPool: fc.constant({ http: { http1MaxPendingRequests: 3 } }),
    outlierDetection: fc.constant({ consecutive5xxErrors: 4 }),
    loadBalancer: fc.constantFrom(
      { simple: 'ROUND_ROBIN', warmup: { duration: '10s' } },
      { simple: 'PASSTHROUGH' },
      { consistentHash: { httpHeaderName: 'x-user' } },
      { localityLbSetting: { distribute: [{ from: 'eu/*', to: { 'eu/*': 70, us: 30 } }] } },
      { localityLbSetting: { failover: [{ from: 'eu', to: 'us' }] } },
      { localityLbSetting: { failoverPriority: ['version', 'topology.kubernetes.io/region'] } },
      { localityLbSetting: { enabled: false } },
      { zoneAwareLbSetting: { enabled: true, failoverPriority: ['version'] } },
    ),
    tls: fc.constantFrom(
      { mode: 'DISABLE' },
      { mode: 'ISTIO_MUTUAL' },
      { mode: 'MUTUAL', credentialName: 'bank' },
    ),
    proxyProtocol: fc.constant({ version: 'V1' }),
    retryBudget: fc.constant({ percent: 10 }),
  },
  { requiredKeys: [] },
)

const destinationRule = fc.record(
  {
    host,
    trafficPolicy,
    exportTo: fc.constantFrom(['.'], ['*'], ['b']),
    workloadSelector: fc.record({ matchLabels: fc.record({ version }) }),
    subsets: fc.constantFrom(
      [{ name: 'v1', labels: { version: '1' } }],
      [
        { name: 'v1', labels: { version: '1' } },
        { name: 'v2', labels: { version: '2' } },
      ],
    ),
  },
  { requiredKeys: ['host'] },
)

const sidecar = fc.record(
  {
    workloadSelector: fc.record({ labels: fc.record({ app }) }),
    egress: fc.constantFrom(
      [{ hosts: ['./*'] }],
      [{ hosts: ['*/*'] }],
      [{ hosts: ['a/*', '~/*'] }],
    ),
  },
  { requiredKeys: ['egress'] },
)

const peerAuthentication = fc.record(
  {
    mtls: fc.record({ mode: fc.constantFrom('STRICT', 'PERMISSIVE', 'DISABLE') }),
    selector: fc.record({ matchLabels: fc.record({ app }) }),
  },
  { requiredKeys: ['mtls'] },
)

const authorizationPolicy = fc.record(
  {
    action: fc.constantFrom('ALLOW', 'DENY'),
    selector: fc.record({ matchLabels: fc.record({ app }) }),
    rules: fc.constantFrom([{}], [{ to: [{ operation: { methods: ['GET'] } }] }], []),
  },
  { requiredKeys: [] },
)

const meshConfig = fc.constantFrom(
  { h2UpgradePolicy: 'UPGRADE', localityLbSetting: { enabled: false } },
  {
    zoneAwareLbSetting: { enabled: true },
    defaultConfig: { proxyMetadata: { ISTIO_META_ENABLE_SELF_DISCOVERY: 'true' } },
  },
  { defaultTrafficPolicy: { outlierDetection: { consecutive5xxErrors: 2 } } },
  { meshMTLS: { minProtocolVersion: 'TLSV1_3' }, tcpKeepalive: { time: '10s' } },
)

const secret = fc.constantFrom(
  { stringData: { 'tls.crt': 'certificate\n', 'tls.key': 'key\n', 'ca.crt': 'roots\n' } },
  { stringData: { 'ca.crt': 'other roots\n' } },
)

const KINDS: [Kind, fc.Arbitrary<unknown>, fc.Arbitrary<string>][] = [
  ['Service', service, app],
  ['WorkloadEntry', workload, fc.constantFrom('w1', 'w2', 'w3')],
  ['ServiceEntry', entry, fc.constantFrom('e1', 'e2')],
  ['VirtualService', virtualService, fc.constantFrom('r1', 'r2')],
  ['DestinationRule', destinationRule, fc.constantFrom('d1', 'd2')],
  ['Sidecar', sidecar, fc.constantFrom('s1', 's2')],
  ['PeerAuthentication', peerAuthentication, fc.constantFrom('p1', 'p2')],
  ['AuthorizationPolicy', authorizationPolicy, fc.constantFrom('q1', 'q2')],
  ['EnvoyFilter', envoyFilter, fc.constantFrom('f1', 'f2')],
  ['Gateway', gateway, fc.constant('edge')],
  ['MeshConfig', meshConfig, fc.constant('mesh')],
  ['Secret', secret, fc.constantFrom('bank', 'bank-cacert', 'late')],
]

const edit: fc.Arbitrary<Edit> = fc.oneof(
  ...KINDS.map(([kind, spec, name]) =>
    fc.record({
      kind: fc.constant(kind),
      namespace,
      name,
      spec: maybe(spec),
      line: fc.integer({ min: 1, max: 99 }),
      labels: fc.constant({}),
    }),
  ),
)

/** A script of edits; the first ones build the mesh. */
export const script: fc.Arbitrary<Edit[]> = fc.array(edit, { minLength: 4, maxLength: 14 })

export function documentOf(edit: Edit): Document {
  const { kind, namespace, name, spec, line, labels } = edit
  return Object.freeze({
    kind,
    apiVersion: 'v1',
    metadata: { name, namespace, labels, annotations: {} },
    spec,
    at: (path) => ({ source: `${kind}-${namespace}-${name}.yaml`, line, column: path.length + 1 }),
  } satisfies Document)
}

/** The objects after an edit; every other object keeps its identity. */
export function apply(objects: ReadonlyMap<string, Document>, edit: Edit): Map<string, Document> {
  const key = `${edit.kind}/${edit.namespace}/${edit.name}`
  const after = new Map(objects)
  if (edit.spec === undefined) after.delete(key)
  else after.set(key, documentOf(edit))
  return after
}

export function stateOf(objects: ReadonlyMap<string, Document>): MeshState {
  return {
    documents: [...objects.values()],
    enrolments: [{ workload: 'a/w1' }, { workload: 'b/w2' }],
    trust: TRUST,
  }
}

const TRUST = Object.freeze({ trustDomain: 'cluster.local', roots: ['root\n'] })

function node(workload: string, namespace: string, extra: Partial<Node>): Node {
  return {
    id: workload,
    type: 'sidecar',
    namespace,
    workload,
    serviceAccount: 'sa1',
    labels: {},
    address: '10.1.0.1',
    locality: '',
    certified: 'yes',
    certificateFolder: '/certs',
    ...extra,
  }
}

/** Proxies that differ in what translation may read of them. */
export const NODES: readonly Node[] = [
  node('w1', 'a', { labels: { app: 'web', version: '1' }, locality: 'eu/bonn' }),
  node('w2', 'a', { labels: { app: 'web', version: '2' }, locality: 'us/nyc' }),
  node('w3', 'b', { labels: { app: 'cart' }, certified: 'no', certificateFolder: '' }),
  node('edge', 'a', { type: 'gateway', labels: { istio: 'edge' } }),
  node('caller', 'a', { type: 'grpc', certified: 'no', certificateFolder: '' }),
  // It has a workload entry, which a gateway needs to have secrets.
  node('w1', 'b', { type: 'gateway', labels: { istio: 'edge' } }),
]

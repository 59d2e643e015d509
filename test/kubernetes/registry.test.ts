// A real API server as the source of a mesh: what it holds reaches real Envoys, whatever happens to the server meanwhile.
import assert from 'node:assert/strict'
import { join as path } from 'node:path'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import type { ClusterLoadAssignment } from '../../proto/envoy.d.ts'
import { type App, openApp } from '../../src/app.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { enrolWorkload } from '../../src/cli/bootstrap.ts'
import { type Diagnostic, printDiagnostic } from '../../src/model/diagnostic.ts'
import { skip as noEnvoy, testEnvoy, testFolder } from '../support/envoy.ts'
import { request } from '../support/http.ts'
import { httpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { startCluster } from './support/cluster.ts'
import { skip as noCluster, podAddress } from './support/place.ts'

const NETWORKING = 'networking.istio.io/v1'
const SECURITY = 'security.istio.io/v1'
const skip = noCluster || noEnvoy

test('a mesh in a Kubernetes cluster', { skip }, async (t) => {
  const cluster = await startCluster(t)
  const [webAddress, clientAddress] = [podAddress(), podAddress()]
  const v1 = await httpUpstream(t, { name: 'v1' })
  await cluster.namespace('istio-system')
  await cluster.account('default', 'default')
  await cluster.account('default', 'web')
  await cluster.node('n1', {
    'topology.kubernetes.io/region': 'europe',
    'topology.kubernetes.io/zone': 'berlin',
  })
  await cluster.pod({
    ...{ name: 'web-1', address: webAddress, labels: { app: 'web', version: 'v1' } },
    ...{ account: 'web', node: 'n1' },
  })
  await cluster.pod({ name: 'client-1', address: clientAddress, labels: { app: 'client' } })
  const port = [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }]
  await cluster.service('default/web', { app: 'web' }, port)
  const slicePort = [{ name: 'http', port: 8080, protocol: 'TCP' }]
  const web = { name: 'web-1', address: webAddress }
  await cluster.endpoints('default/web', slicePort, [web])
  const bound = (name: string, more: object) =>
    cluster.apply(NETWORKING, 'sidecars', `default/${name}`, {
      workloadSelector: { labels: { app: name } },
      ...more,
    })
  await bound('web', {
    ingress: [
      {
        ...{ port: { number: 8080, name: 'http', protocol: 'HTTP' }, bind: webAddress },
        ...{ captureMode: 'NONE', defaultEndpoint: `127.0.0.1:${v1.port}` },
      },
    ],
  })
  await bound('client', {
    egress: [
      {
        ...{ port: { number: 80, name: 'http', protocol: 'HTTP' }, bind: clientAddress },
        ...{ captureMode: 'NONE', hosts: ['*/*'] },
      },
    ],
  })
  const rule = (status: number) =>
    cluster.apply(NETWORKING, 'virtualservices', 'default/web', {
      hosts: ['web'],
      http: [
        { match: [{ uri: { prefix: '/teapot' } }], directResponse: { status } },
        { route: [{ destination: { host: 'web', subset: 'v1' } }] },
      ],
    })
  await rule(418)
  await cluster.apply(NETWORKING, 'destinationrules', 'default/web', {
    host: 'web',
    subsets: [{ name: 'v1', labels: { version: 'v1' } }],
  })
  await cluster.apply(SECURITY, 'peerauthentications', 'default/default', {
    mtls: { mode: 'STRICT' },
  })
  const log: Diagnostic[] = []
  const folder = testFolder(t)
  const app = await openApp({
    config: [],
    kubernetes: { kubeconfig: cluster.kubeconfig, meshConfig: 'istio-system/istio' },
    data: path(folder, 'data'),
    xds: '127.0.0.1:0',
    log: (diagnostic) => log.push(diagnostic),
  })
  if (isProblem(app)) throw new Error(printDiagnostic(app))
  t.after(() => app.close())
  const start = async (workload: string) => {
    const enrolled = await enrolWorkload({
      ...{ workload, xds: app.xds, out: testFolder(t), admin: '127.0.0.1:0' },
      tokenFile: path(folder, 'data', 'join-token'),
    })
    if (isProblem(enrolled)) throw new Error(printDiagnostic(enrolled))
    return testEnvoy(t, { written: enrolled.config })
  }
  const envoys = [await start('default/web-1'), await start('default/client-1')]
  const ask = (where = '/') =>
    request({ address: clientAddress, port: 80, host: 'web', path: where })
  const becomes = (where: string, status: number) =>
    waitFor(
      `${where} to be ${status}`,
      () => ask(where),
      (answer) => answer.status === status,
      {
        context: () => said(app, log),
        timeout: 60_000,
      },
    )

  await t.test('a request goes from pod to pod, by mutual TLS, to the subset', async () => {
    const answer = await becomes('/', 200)
    assert.match(answer.body, /v1/)
    assert.equal((await becomes('/teapot', 418)).status, 418)
    const entry = app.mesh().tables.WorkloadEntry.rows.get('default/web-1')
    assert.equal(entry?.spec.locality, 'europe/berlin')
    assert.equal(entry?.spec.serviceAccount, 'web')
  })

  await t.test('endpoints are where the nodes of their pods are, and move with them', async () => {
    const [, client] = envoys
    const places = async () =>
      (await client!.resources('endpoint'))
        .map(({ resource }) => resource as unknown as ClusterLoadAssignment)
        .filter(({ cluster_name }) => cluster_name?.startsWith('outbound|80|v1|web.'))
        .flatMap(({ endpoints = [] }) => endpoints.map(({ locality }) => locality))
    const are = (wanted: object) =>
      client!.waitFor('the places', places, (now) => isDeepStrictEqual(now, [wanted]))
    await are({ region: 'europe', zone: 'berlin' })
    await cluster.node('n1', {
      'topology.kubernetes.io/region': 'europe',
      'topology.kubernetes.io/zone': 'hamburg',
      'topology.istio.io/subzone': 'rack-1',
    })
    await are({ region: 'europe', zone: 'hamburg', sub_zone: 'rack-1' })
  })

  await t.test('of Secrets nothing is kept but what is of a certificate', async () => {
    const secrets = '/api/v1/namespaces/default/secrets'
    const data = { password: 'c2VjcmV0', 'tls.crt': 'eA==' }
    await cluster.create(secrets, { metadata: { name: 'mixed' }, data })
    const rows = () => app.mesh().tables.Secret.rows
    const read = await waitFor('the Secret', () => rows().get('default/mixed'))
    assert.deepEqual(read?.spec.data, { 'tls.crt': 'eA==' })
  })

  await t.test('a changed object reaches Envoy', async () => {
    await rule(429)
    await becomes('/teapot', 429)
  })

  await t.test('a pod that is not ready, or ends, gets no requests', async () => {
    await cluster.endpoints('default/web', slicePort, [{ ...web, ready: false }])
    await becomes('/', 503)
    await cluster.endpoints('default/web', slicePort, [web])
    await becomes('/', 200)
  })

  await t.test('a bad object is told with its field, and changes nothing', async () => {
    await cluster.apply(NETWORKING, 'virtualservices', 'default/bad', {
      hosts: ['bad'],
      http: [{ timeout: 'soon', route: [{ destination: { host: 'web' } }] }],
    })
    const told = await waitFor('the bad object to be told', () =>
      app.diagnostics().find(({ about }) => about === 'VirtualService/default/bad'),
    )
    assert.equal(told?.origin?.source, 'k8s:VirtualService/default/bad#spec.http[0].timeout')
    await becomes('/', 200)
  })

  await t.test('an Ingress becomes a gateway with its rules, by the names of ports', async () => {
    const path = '/apis/networking.k8s.io/v1/namespaces/default/ingresses'
    const backend = { service: { name: 'web', port: { name: 'http' } } }
    await cluster.create(path, {
      metadata: { name: 'shop' },
      spec: { ingressClassName: 'lotse', defaultBackend: backend },
    })
    const rules = () => app.mesh().tables.VirtualService.rows
    const made = await waitFor('the rule', () => rules().get('default/shop-ingress-0'))
    assert.deepEqual(made?.spec.http?.[0]?.route?.[0]?.destination, {
      host: 'web.default.svc.cluster.local',
      port: { number: 80 },
    })
    assert.ok(app.mesh().tables.Gateway.rows.has('default/shop-ingress'))
    await cluster.call('DELETE', `${path}/shop`)
    await waitFor(
      'it to be gone',
      () => rules().has('default/shop-ingress-0'),
      (has) => !has,
    )
  })

  await t.test('the mesh configuration says which Ingresses are served, and by whom', async () => {
    const path = '/apis/networking.k8s.io/v1/namespaces/default/ingresses'
    const backend = { service: { name: 'web', port: { number: 80 } } }
    await cluster.create(path, { metadata: { name: 'plain' }, spec: { defaultBackend: backend } })
    const config = '/api/v1/namespaces/istio-system/configmaps'
    const mesh = 'ingressControllerMode: DEFAULT\ningressSelector: front\n'
    await cluster.create(config, { metadata: { name: 'istio' }, data: { mesh } })
    const gateways = () => app.mesh().tables.Gateway.rows
    const made = await waitFor('the gateway', () => gateways().get('default/plain-ingress'))
    assert.deepEqual(made?.spec.selector, { istio: 'front' })
    await cluster.call('DELETE', `${config}/istio`)
    await waitFor(
      'it to be gone',
      () => gateways().has('default/plain-ingress'),
      (has) => !has,
    )
    await cluster.call('DELETE', `${path}/plain`)
  })

  await t.test('without the API server all goes on; what changed meanwhile follows', async () => {
    await cluster.stop()
    await waitFor(
      'the loss to be told',
      () => app.diagnostics().filter(({ code }) => code === 'L0109').length,
      (count) => count > 0,
      { timeout: 60_000 },
    )
    assert.equal((await ask('/')).status, 200)
    await cluster.restart()
    await rule(451)
    await becomes('/teapot', 451)
    await waitFor(
      'the loss to be over',
      () =>
        app
          .diagnostics()
          .filter(({ code }) => code === 'L0109')
          .map(printDiagnostic),
      (left) => left.length === 0,
      { timeout: 60_000 },
    )
  })

  await t.test('mesh configuration from a ConfigMap, with its line', async () => {
    await cluster.create('/api/v1/namespaces/istio-system/configmaps', {
      metadata: { name: 'istio' },
      data: { mesh: 'trustDomain: cluster.local\nconnectTimeout: soon\n' },
    })
    const told = await waitFor('the wrong line to be told', () =>
      app.diagnostics().find(({ about }) => about?.startsWith('MeshConfig/')),
    )
    assert.ok(told)
    assert.match(printDiagnostic(told), /^k8s:ConfigMap\/istio-system\/istio#data\.mesh:2:1: error/)
  })
  assert.equal(envoys.length, 2)
})

function said(app: App, log: readonly Diagnostic[]): string {
  return [...app.diagnostics(), ...log.slice(-20)].map(printDiagnostic).join('\n')
}

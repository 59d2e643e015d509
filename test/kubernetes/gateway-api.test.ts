// The Kubernetes Gateway API in a real API server: definitions that come late, real requests, and the status that is written.
import assert from 'node:assert/strict'
import { join as path } from 'node:path'
import { test } from 'node:test'
import { type App, openApp } from '../../src/app.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { enrolWorkload } from '../../src/cli/bootstrap.ts'
import { roles } from '../../src/install/roles.ts'
import { type Diagnostic, printDiagnostic } from '../../src/model/diagnostic.ts'
import { CONTROLLER, GATEWAY_NAME } from '../../src/model/gateway-api.ts'
import { skip as noEnvoy, testEnvoy, testFolder } from '../support/envoy.ts'
import { request } from '../support/http.ts'
import { httpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { type Cluster, startCluster } from './support/cluster.ts'
import { foreignDefinitions, foreignDefinitionsMissing } from './support/foreign-definitions.ts'
import { skip as noCluster, podAddress } from './support/place.ts'

const skip = noCluster || noEnvoy || (foreignDefinitionsMissing() ?? false)
const V1 = 'gateway.networking.k8s.io/v1'

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly observedGeneration?: number
  readonly lastTransitionTime: string
}

interface Written {
  readonly metadata: { readonly generation: number; readonly resourceVersion: string }
  readonly status?: {
    readonly conditions?: readonly Condition[]
    readonly addresses?: readonly { readonly value: string }[]
    readonly listeners?: readonly {
      readonly name: string
      readonly attachedRoutes: number
      readonly conditions: readonly Condition[]
    }[]
    readonly parents?: readonly {
      readonly controllerName: string
      readonly conditions: readonly Condition[]
    }[]
    readonly supportedFeatures?: readonly { readonly name: string }[]
  }
}

function said(conditions: readonly Condition[] = []): string {
  return conditions.map(({ type, status, reason }) => `${type}=${status}/${reason}`).join(' ')
}

/** Objects of the Gateway API by `plural` and `namespace/name` (or `name`). */
function objectsOf(cluster: Cluster) {
  const place = (plural: string, named: string) => {
    const [namespace, name] = named.split('/')
    return name
      ? `/apis/${V1}/namespaces/${namespace}/${plural}/${name}`
      : `/apis/${V1}/${plural}/${named}`
  }
  return {
    apply: async (kind: string, plural: string, named: string, spec: object) => {
      const [namespace, name] = named.split('/')
      const metadata = name ? { namespace, name } : { name: named }
      const { status, body } = await cluster.call(
        'PATCH',
        `${place(plural, named)}?fieldManager=test&force=true`,
        { apiVersion: V1, kind, metadata, spec },
        'application/apply-patch+yaml',
      )
      assert.ok(status < 300, `${kind} ${named}: ${JSON.stringify(body)}`)
    },
    read: async (plural: string, named: string) =>
      (await cluster.call<Written>('GET', place(plural, named))).body,
    replaceStatus: async (plural: string, named: string, status: object) => {
      const patch = await cluster.call(
        'PATCH',
        `${place(plural, named)}/status`,
        { status },
        'application/merge-patch+json',
      )
      assert.ok(patch.status < 300, JSON.stringify(patch.body))
    },
  }
}

test('the Gateway API in a Kubernetes cluster', { skip }, async (t) => {
  const cluster = await startCluster(t)
  const { apply, read, replaceStatus } = objectsOf(cluster)
  const [edgeAddress, webAddress] = [podAddress(), podAddress()]
  await httpUpstream(t, { name: 'web', address: webAddress, port: 8080 })
  await cluster.namespace('istio-system')
  await cluster.account('default', 'default')
  await cluster.pod({ name: 'edge-1', address: edgeAddress, labels: { [GATEWAY_NAME]: 'edge' } })
  await cluster.pod({ name: 'web-1', address: webAddress, labels: { app: 'web' } })
  const port = [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }]
  await cluster.service('default/web', { app: 'web' }, port)
  await cluster.endpoints(
    'default/web',
    [{ name: 'http', port: 8080, protocol: 'TCP' }],
    [{ name: 'web-1', address: webAddress }],
  )
  // With the rights of `lotse install` and no others.
  for (const object of roles({ namespace: 'istio-system' })) await cluster.install(object)
  const token = await cluster.call<{ status: { token: string } }>(
    'POST',
    '/api/v1/namespaces/istio-system/serviceaccounts/lotse/token',
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
  )
  const log: Diagnostic[] = []
  const folder = testFolder(t)
  const app = await openApp({
    config: [],
    kubernetes: {
      kubeconfig: cluster.kubeconfigOf(token.body.status.token),
      meshConfig: 'istio-system/istio',
    },
    data: path(folder, 'data'),
    xds: '127.0.0.1:0',
    log: (diagnostic) => log.push(diagnostic),
  })
  if (isProblem(app)) throw new Error(printDiagnostic(app))
  t.after(() => app.close())
  const context = () => words(app, log)
  const eventually = <T>(what: string, get: () => Promise<T>, holds: (value: T) => boolean) =>
    waitFor(what, get, holds, { context, timeout: 60_000, every: 50 })

  await t.test('there are no definitions yet, and nothing is wrong', () => {
    assert.deepEqual(
      app.diagnostics().filter(({ severity }) => severity === 'error'),
      [],
    )
  })

  for (const definition of foreignDefinitions('gateway-api')) {
    await cluster.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition)
  }
  await eventually(
    'the definitions to be served',
    async () => (await cluster.call('GET', `/apis/${V1}/httproutes`)).status,
    (status) => status === 200,
  )

  const listener = (more: object = {}) => ({ name: 'http', port: 8081, protocol: 'HTTP', ...more })
  const gateway = (...listeners: object[]) =>
    apply('Gateway', 'gateways', 'default/edge', { gatewayClassName: 'lotse', listeners })
  const toWeb = (more: object = {}) => ({
    parentRefs: [{ name: 'edge' }],
    rules: [{ backendRefs: [{ name: 'web', port: 80, ...more }] }],
  })

  await t.test('a class, a Gateway and a route are accepted, and requests go through', async () => {
    await apply('GatewayClass', 'gatewayclasses', 'lotse', { controllerName: CONTROLLER })
    await apply('GatewayClass', 'gatewayclasses', 'its', { controllerName: 'example.test/other' })
    await gateway(listener())
    await apply('HTTPRoute', 'httproutes', 'default/web', toWeb())
    const [own] = [
      await eventually(
        'the class to be accepted',
        () => read('gatewayclasses', 'lotse'),
        ({ status }) => said(status?.conditions).includes('Accepted=True'),
      ),
    ]
    assert.match(said(own.status?.conditions), /SupportedVersion=True\/SupportedVersion/)
    assert.ok(own.status?.supportedFeatures?.some(({ name }) => name === 'HTTPRoute'))
    const edge = await eventually(
      'the Gateway to be programmed',
      () => read('gateways', 'default/edge'),
      ({ status }) =>
        said(status?.conditions).includes('Programmed=True') &&
        status?.listeners?.[0]?.attachedRoutes === 1,
    )
    assert.deepEqual(
      edge.status?.addresses?.map(({ value }) => value),
      [edgeAddress],
    )
    assert.match(said(edge.status?.listeners?.[0]?.conditions), /Accepted=True.*Programmed=True/)
    const route = await eventually(
      'the route to be accepted',
      () => read('httproutes', 'default/web'),
      ({ status }) => status?.parents?.length === 1,
    )
    const [parent] = route.status!.parents!
    assert.equal(parent!.controllerName, CONTROLLER)
    assert.equal(said(parent!.conditions), 'Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs')
    assert.equal(parent!.conditions[0]!.observedGeneration, route.metadata.generation)
    assert.match(
      said((await read('gatewayclasses', 'its')).status?.conditions),
      /^Accepted=Unknown/,
    )
    const enrolled = await enrolWorkload({
      ...{ workload: 'default/edge-1', xds: app.xds, out: testFolder(t), admin: '127.0.0.1:0' },
      tokenFile: path(folder, 'data', 'join-token'),
    })
    if (isProblem(enrolled)) throw new Error(printDiagnostic(enrolled))
    await testEnvoy(t, { written: enrolled.config })
    const ask = () => request({ address: edgeAddress, port: 8081 }).catch(() => ({ status: 0 }))
    await eventually('a request to go through', ask, ({ status }) => status === 200)
  })

  await t.test('what is wrong is told by its reason, and what is right again, too', async () => {
    const edge = () => read('gateways', 'default/edge')
    const before = await edge()
    await apply('HTTPRoute', 'httproutes', 'default/web', toWeb({ name: 'none' }))
    const route = () => read('httproutes', 'default/web')
    const lost = await eventually('the backend to be missed', route, ({ status }) =>
      said(status?.parents?.[0]?.conditions).includes('ResolvedRefs=False/BackendNotFound'),
    )
    assert.equal(lost.status?.parents?.[0]?.conditions[1]?.observedGeneration, 2)
    const answer = await eventually(
      'its requests to fail',
      () => request({ address: edgeAddress, port: 8081 }),
      ({ status }) => status === 500,
    )
    assert.equal(answer.status, 500)
    const told = app.diagnostics().find(({ code }) => code === 'L0266')
    assert.equal(told?.origin?.source, 'k8s:HTTPRoute/default/web#spec.rules[0].backendRefs[0]')
    await apply('HTTPRoute', 'httproutes', 'default/web', toWeb())
    await eventually('the backend to be there', route, ({ status }) =>
      said(status?.parents?.[0]?.conditions).includes('ResolvedRefs=True'),
    )
    await gateway(listener(), { name: 'tcp', port: 8082, protocol: 'TCP' })
    const part = await eventually('the listener to be refused', edge, ({ status }) =>
      said(status?.listeners?.[1]?.conditions).includes('Accepted=False/UnsupportedProtocol'),
    )
    assert.match(said(part.status?.conditions), /Accepted=True\/ListenersNotValid/)
    const time = ({ status }: Written) =>
      status?.conditions?.find(({ type }) => type === 'Programmed')?.lastTransitionTime
    assert.equal(time(part), time(before), 'it was true all the time')
    await gateway(listener())
    await eventually(
      'the listener to be gone',
      edge,
      ({ status }) => status?.listeners?.length === 1,
    )
  })

  await t.test('what others write stays, and a status that was taken away comes back', async () => {
    const other = {
      parentRef: { name: 'its' },
      controllerName: 'example.test/other',
      conditions: [
        {
          ...{ type: 'Accepted', status: 'True', reason: 'Accepted', message: '' },
          lastTransitionTime: '2026-01-01T00:00:00Z',
        },
      ],
    }
    await replaceStatus('httproutes', 'default/web', { parents: [other] })
    const route = await eventually(
      'both parents',
      () => read('httproutes', 'default/web'),
      ({ status }) => status?.parents?.length === 2,
    )
    assert.deepEqual(
      route.status?.parents?.map(({ controllerName }) => controllerName),
      ['example.test/other', CONTROLLER],
    )
    // Written once: the next look finds it as it is to be.
    const looks = 3
    let { resourceVersion } = route.metadata
    for (let n = 0; n < looks; n += 1) {
      await apply('HTTPRoute', 'httproutes', `default/next-${n}`, toWeb())
      await eventually(
        'another route to be accepted',
        () => read('httproutes', `default/next-${n}`),
        ({ status }) => status?.parents?.length === 1,
      )
      const now = (await read('httproutes', 'default/web')).metadata.resourceVersion
      assert.equal(now, resourceVersion)
      resourceVersion = now
    }
  })
})

function words(app: App, log: readonly Diagnostic[]): string {
  return [...new Set([...log.slice(-5), ...app.diagnostics()].map(printDiagnostic))].join('\n')
}

// The API server asks Lotse: bad objects are refused when they are applied, pods get their sidecar, and users' objects their status.
import assert from 'node:assert/strict'
import { request } from 'node:https'
import { join as path } from 'node:path'
import { test } from 'node:test'
import { type App, openApp } from '../../src/app.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { manifests } from '../../src/install/manifests.ts'
import { webhooks } from '../../src/install/webhooks.ts'
import { type Diagnostic, printDiagnostic } from '../../src/model/diagnostic.ts'
import { testFolder } from '../support/envoy.ts'
import { waitFor } from '../support/wait.ts'
import { type Cluster, startCluster } from './support/cluster.ts'
import { podAddress, skip } from './support/place.ts'

const NAMESPACE = 'istio-system'
const SETTINGS = {
  ...{ namespace: NAMESPACE, image: 'lotse:test', proxyImage: 'lotse-proxy:test' },
  ...{ replicas: 2, revision: 'default' },
}
const LONG = { timeout: 60_000 }
const VIRTUAL_SERVICES = '/apis/networking.istio.io/v1/namespaces/default/virtualservices'

interface Stated {
  readonly status?: {
    readonly conditions?: readonly {
      type: string
      status: string
      reason: string
      message: string
    }[]
  }
}

/** What the webhook says of an object. */
async function admitted(app: App, object: object): Promise<{ readonly warnings?: string[] }> {
  const body = JSON.stringify({ request: { uid: '1', operation: 'CREATE', object } })
  const { port } = new URL(`https://${app.cluster?.webhooks}`)
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        ...{ host: '127.0.0.1', port, path: '/validate', method: 'POST' },
        ca: app.authority.trust.rootsPem.join(''),
        headers: { 'content-type': 'application/json' },
      },
      async (answer) => {
        let text = ''
        for await (const chunk of answer) text += chunk
        resolve((JSON.parse(text) as { response: { warnings?: string[] } }).response)
      },
    )
    asked.once('error', reject)
    asked.end(body)
  })
}

async function openReplica(cluster: Cluster, folder: string, log: Diagnostic[]): Promise<App> {
  const own = (await cluster.create(`/api/v1/namespaces/${NAMESPACE}/serviceaccounts/lotse/token`, {
    spec: { audiences: ['https://kubernetes.default.svc'] },
  })) as { status: { token: string } }
  const app = await openApp({
    config: [],
    kubernetes: {
      kubeconfig: cluster.kubeconfigOf(own.status.token),
      meshConfig: `${NAMESPACE}/istio`,
      webhooks: {
        ...{ address: '127.0.0.1:0', hosts: ['127.0.0.1'] },
        settings: {
          ...{ image: 'lotse-proxy:test', xds: 'lotse.istio-system.svc:15010' },
          revision: 'default',
        },
      },
    },
    leaseDuration: 2,
    data: folder,
    xds: '127.0.0.1:0',
    log: (diagnostic) => log.push(diagnostic),
  })
  if (isProblem(app)) throw new Error(printDiagnostic(app))
  return app
}

test('admission and status', { skip }, async (t) => {
  const cluster = await startCluster(t)
  // All that `lotse install` prints is taken by a real API server.
  for (const object of manifests(SETTINGS)) await cluster.install(object)
  const log: Diagnostic[] = []
  const folder = testFolder(t)
  const app = await openReplica(cluster, path(folder, 'data'), log)
  t.after(() => app.close())
  const said = () => log.slice(-20).map(printDiagnostic).join('\n')
  for (const object of webhooks({ ...SETTINGS, url: `https://${app.cluster?.webhooks}` })) {
    await cluster.install(object)
  }
  const bundle = async (): Promise<string> => {
    const { body } = await cluster.call<{ webhooks: { clientConfig: { caBundle: string } }[] }>(
      'GET',
      `/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/lotse-${NAMESPACE}`,
    )
    return body.webhooks[0]?.clientConfig.caBundle ?? ''
  }

  await t.test(
    'the leader tells the API server whom to trust, and pods in every namespace',
    async () => {
      await waitFor('the bundle', bundle, (text) => text !== '', { timeout: 60_000, context: said })
      const { body } = await cluster.call<{ data: Record<string, string> }>(
        'GET',
        '/api/v1/namespaces/default/configmaps/istio-ca-root-cert',
      )
      assert.equal(body.data['root-cert.pem'], app.authority.trust.rootsPem.join(''))
    },
  )

  await t.test('a bad object is refused with what lotse check says', async () => {
    const rule = (http: object) => ({
      ...{ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService' },
      ...{ metadata: { name: 'web' }, spec: { hosts: ['web'], http: [http] } },
    })
    const route = { route: [{ destination: { host: 'web' } }] }
    const refused = () =>
      cluster.call<{ message: string }>(
        'POST',
        VIRTUAL_SERVICES,
        rule({ ...route, timeout: 'soon' }),
      )
    const { body } = await waitFor('a refusal', refused, ({ status }) => status === 422, {
      timeout: 60_000,
    })
    assert.match(body.message, /spec\.http\[0\]\.timeout: error: .+ \(L0105\)/)
    assert.equal((await cluster.call('POST', VIRTUAL_SERVICES, rule(route))).status, 201)
    // References are looked at again only after ten times as long as the last look took, which was that object's.
    const nobody = rule({ route: [{ destination: { host: 'nobody' } }] })
    await waitFor(
      'a warning',
      async () => (await admitted(app, nobody)).warnings?.join() ?? '',
      (text) => /spec\.http\[0\]\.route\[0\].*: warning: .*nobody/.test(text),
      { timeout: 60_000 },
    )
  })

  await t.test('a pod gets its sidecar where its namespace asks for it', async () => {
    await cluster.account('default', 'default')
    const plain = await cluster.pod({ name: 'plain', address: podAddress() })
    assert.equal((plain.spec as { initContainers?: unknown }).initContainers, undefined)
    await cluster.namespace('shop', { 'istio-injection': 'enabled' })
    const made = await waitFor(
      'a pod with a sidecar',
      async () => {
        await cluster.call('DELETE', '/api/v1/namespaces/shop/pods/web?gracePeriodSeconds=0')
        return cluster.pod({ name: 'web', namespace: 'shop', address: podAddress() })
      },
      ({ spec }) => (spec as { initContainers?: unknown }).initContainers !== undefined,
      { timeout: 60_000 },
    )
    const { initContainers } = made.spec as { initContainers: { name: string; image: string }[] }
    assert.deepEqual(
      initContainers.map(({ name }) => name),
      ['istio-init', 'istio-proxy'],
    )
    assert.equal(initContainers[1]?.image, 'lotse-proxy:test')
  })

  const conditions = async (name: string) => {
    const { body } = await cluster.call<Stated>('GET', `${VIRTUAL_SERVICES}/${name}`)
    const all = body.status?.conditions ?? []
    return Object.fromEntries(all.map((one) => [one.type, one]))
  }

  await t.test('objects say whether they are accepted, and why not', async () => {
    const accepted = await waitFor(
      'the status',
      () => conditions('web'),
      (now) => now.Accepted !== undefined,
      { timeout: 60_000, context: said },
    )
    assert.equal(accepted.Accepted?.status, 'True')
    assert.equal(accepted.Synced?.status, 'True')
    // The webhook is away, so that what it would refuse gets in.
    for (const { metadata } of webhooks(SETTINGS) as { metadata: { name: string } }[]) {
      const root = '/apis/admissionregistration.k8s.io/v1'
      await cluster.call('DELETE', `${root}/validatingwebhookconfigurations/${metadata.name}`)
    }
    await waitFor(
      'a bad object to get in',
      () =>
        cluster
          .apply('networking.istio.io/v1', 'virtualservices', 'default/bad', {
            hosts: ['bad'],
            http: [{ timeout: 'soon', route: [{ destination: { host: 'web' } }] }],
          })
          .then(() => true),
      Boolean,
      { timeout: 60_000 },
    )
    const bad = await waitFor(
      'its status',
      () => conditions('bad'),
      (now) => now.Accepted?.status === 'False',
      { timeout: 60_000, context: said },
    )
    assert.match(bad.Accepted?.message ?? '', /^spec\.http\[0\]\.timeout: .+\(L0105\)/)
    const { generation } = (
      await cluster.call<{ metadata: { generation: number } }>('GET', `${VIRTUAL_SERVICES}/bad`)
    ).body.metadata
    assert.equal(generation, 1, 'a status changes nothing of the object')
  })

  await t.test('one replica leads; another takes over when it is gone', async () => {
    const other = await openReplica(cluster, path(folder, 'other'), log)
    t.after(() => other.close())
    // On a slow machine the first may have lost the lock, which lasts two seconds, and the other has it.
    const leaders = () => [app, other].filter((one) => one.leads())
    const [old] = await waitFor('one to lead', leaders, (all) => all.length === 1, LONG)
    const next = old === app ? other : app
    await old!.close()
    await waitFor('the other to lead', () => next.leads(), Boolean, LONG)
    const refused = log.filter(({ text }) => /forbidden/.test(text)).map(printDiagnostic)
    assert.deepEqual(refused, [], 'the roles are enough')
  })
})

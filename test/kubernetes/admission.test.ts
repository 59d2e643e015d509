// The API server asks Lotse: bad objects are refused when they are applied, and pods get their sidecar.
import assert from 'node:assert/strict'
import { request } from 'node:https'
import { join as path } from 'node:path'
import { test } from 'node:test'
import type { App } from '../../src/app.ts'
import { manifests } from '../../src/install/manifests.ts'
import { webhooks } from '../../src/install/webhooks.ts'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import { testFolder } from '../support/envoy.ts'
import { waitFor } from '../support/wait.ts'
import { startCluster } from './support/cluster.ts'
import { skip } from './support/place.ts'
import { openReplica, SETTINGS } from './support/replica.ts'

const LONG = { timeout: 60_000 }
const VIRTUAL_SERVICES = '/apis/networking.istio.io/v1/namespaces/default/virtualservices'

const ROUTE = { route: [{ destination: { host: 'web' } }] }

interface PodSpec {
  readonly initContainers?: readonly { readonly name: string; readonly image: string }[]
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

test('admission', { skip }, async (t) => {
  const cluster = await startCluster(t)
  const isWebhooks = ({ kind }: { kind: string }) => /WebhookConfiguration$/.test(kind)
  for (const object of manifests(SETTINGS) as { kind: string }[]) {
    if (!isWebhooks(object)) await cluster.install(object)
  }
  // It got in before anybody was asked.
  await cluster.create(VIRTUAL_SERVICES, {
    ...{ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService' },
    metadata: { name: 'bad', finalizers: ['example.org/hold'] },
    spec: { hosts: ['bad'], http: [{ timeout: 'soon', ...ROUTE }] },
  })
  const log: Diagnostic[] = []
  const folder = testFolder(t)
  const app = await openReplica(cluster, path(folder, 'data'), log)
  t.after(() => app.close())
  const roots = app.authority.trust.rootsPem.join('')
  const url = `https://${app.cluster?.webhooks}`
  for (const object of webhooks({ ...SETTINGS, url, roots })) await cluster.install(object)

  await t.test('a bad object is refused with what lotse check says', async () => {
    const rule = (http: object) => ({
      ...{ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService' },
      ...{ metadata: { name: 'web' }, spec: { hosts: ['web'], http: [http] } },
    })
    const refused = () =>
      cluster.call<{ message: string }>(
        'POST',
        VIRTUAL_SERVICES,
        rule({ ...ROUTE, timeout: 'soon' }),
      )
    const { body } = await waitFor('a refusal', refused, ({ status }) => status === 422, {
      timeout: 60_000,
    })
    assert.match(body.message, /spec\.http\[0\]\.timeout: error: .+ \(L0105\)/)
    assert.equal((await cluster.call('POST', VIRTUAL_SERVICES, rule(ROUTE))).status, 201)
    // References are looked at again only after ten times as long as the last look took, which was that object's.
    const nobody = rule({ route: [{ destination: { host: 'nobody' } }] })
    await waitFor(
      'a warning',
      async () => (await admitted(app, nobody)).warnings?.join() ?? '',
      (text) => /spec\.http\[0\]\.route\[0\].*: warning: .*nobody/.test(text),
      { timeout: 60_000 },
    )
  })

  await t.test('what Lotse does not read yet is left to others, with a warning', async () => {
    const place =
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/virtualservices.networking.istio.io'
    const { body } = await cluster.call<{ spec: { versions: object[] } }>('GET', place)
    const { versions } = body.spec
    const later = { ...versions[0], name: 'v9', storage: false }
    const type = 'application/merge-patch+json'
    await cluster.call('PATCH', place, { spec: { versions: [...versions, later] } }, type)
    const path = '/apis/networking.istio.io/v9/namespaces/default/virtualservices'
    const rule = {
      ...{ apiVersion: 'networking.istio.io/v9', kind: 'VirtualService' },
      ...{ metadata: { name: 'later' }, spec: { hosts: ['later'] } },
    }
    const made = () => cluster.call('POST', `${path}?dryRun=All`, rule)
    const taken = await waitFor('the version', made, ({ status }) => status !== 404, LONG)
    assert.equal(taken.status, 201, JSON.stringify(taken.body))
    assert.match((await admitted(app, rule)).warnings?.join() ?? '', /v9 is not read.+L0103/)
    await cluster.call('PATCH', place, { spec: { versions } }, type)
  })

  await t.test(
    'a pod gets its sidecar where its namespace, or it itself, asks for it',
    async () => {
      const spec = { containers: [{ name: 'app', image: 'app' }] }
      const made = async (namespace: string, metadata: object, more: object = {}) => {
        const pod = { metadata: { name: 'web', ...metadata }, spec: { ...spec, ...more } }
        const { status, body } = await cluster.call<{ spec: PodSpec }>(
          'POST',
          `/api/v1/namespaces/${namespace}/pods?dryRun=All`,
          pod,
        )
        assert.equal(status, 201, JSON.stringify(body))
        return body.spec.initContainers?.map(({ name, image }) => [name, image]) ?? []
      }
      const sidecar = [
        ['istio-init', 'lotse-proxy:test'],
        ['istio-proxy', 'lotse-proxy:test'],
      ]
      const asks = { labels: { 'sidecar.istio.io/inject': 'true' } }
      const refuses = { labels: { 'sidecar.istio.io/inject': 'false' } }
      const says = { annotations: { 'sidecar.istio.io/inject': 'false' } }
      const ofRevision = (name: string) => ({ labels: { 'istio.io/rev': name } })
      await cluster.namespace('first', { 'istio-injection': 'enabled' })
      await waitFor(
        'the webhooks',
        () => made('first', {}),
        ({ length }) => length > 0,
        LONG,
      )
      const rows: [labels: Record<string, string>, pod: object, wanted: boolean, more?: object][] =
        [
          [{}, {}, false],
          [{}, asks, true],
          [{}, ofRevision('default'), true],
          [{}, ofRevision('canary'), false],
          [{ 'istio-injection': 'enabled' }, {}, true],
          [{ 'istio-injection': 'enabled' }, refuses, false],
          [{ 'istio-injection': 'enabled' }, says, false],
          [{ 'istio-injection': 'enabled' }, ofRevision('canary'), false],
          [{ 'istio-injection': 'enabled' }, {}, false, { hostNetwork: true }],
          [{ 'istio-injection': 'disabled' }, {}, false],
          [{ 'istio-injection': 'disabled' }, asks, false],
          [{ 'istio.io/rev': 'default' }, {}, true],
          [{ 'istio.io/rev': 'default' }, refuses, false],
          [{ 'istio.io/rev': 'canary' }, {}, false],
          [{ 'istio.io/rev': 'canary' }, ofRevision('default'), false],
        ]
      for (const [index, [labels, pod, wanted, more]] of rows.entries()) {
        // Asked as soon as it is there: that Lotse has not heard of the namespace yet makes no difference.
        await cluster.namespace(`pods-${index}`, labels)
        const got = await made(`pods-${index}`, pod, more)
        assert.deepEqual(got, wanted ? sidecar : [], JSON.stringify([labels, pod, more]))
      }
    },
  )

  await t.test('an object on its way out is let go, whatever is wrong with it', async () => {
    const place = `${VIRTUAL_SERVICES}/bad`
    const patch = (body: object) =>
      cluster.call('PATCH', place, body, 'application/merge-patch+json')
    const touched = await patch({ metadata: { labels: { touched: 'yes' } } })
    assert.equal(touched.status, 422, 'as long as it stays, it must be right')
    await cluster.call('DELETE', place)
    const { status, body } = await patch({ metadata: { finalizers: null } })
    assert.equal(status, 200, JSON.stringify(body))
    assert.equal((await cluster.call('GET', place)).status, 404)
  })
})

// `lotse install --apply` and `lotse serve --store kubernetes` with all their options, as processes, on a real API server.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { join as path } from 'node:path'
import { test } from 'node:test'
import { lotse, serve } from '../support/command.ts'
import { testFolder } from '../support/envoy.ts'
import { freePort } from '../support/ports.ts'
import { waitFor } from '../support/wait.ts'
import { startApiServer } from './support/api-server.ts'
import { skip } from './support/place.ts'

const NAMESPACE = 'mesh-system'
const HOOKS = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations'
const LONG = { timeout: 90_000 }

interface Hooks {
  readonly webhooks: readonly { readonly clientConfig: { readonly caBundle?: string } }[]
}

/** As the API server asks: by TLS, with the roots that were given to it. */
function review(port: number, ca: string, object: object): Promise<{ patch?: string }> {
  const body = JSON.stringify({
    ...{ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' },
    request: { uid: '1', namespace: 'default', operation: 'CREATE', object },
  })
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        ...{ host: '127.0.0.1', port, path: '/inject', method: 'POST', ca },
        servername: 'pilot.example',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      async (answer) => {
        let text = ''
        for await (const chunk of answer) text += chunk
        resolve((JSON.parse(text) as { response: { patch?: string } }).response)
      },
    )
    asked.once('error', reject)
    asked.end(body)
  })
}

test('installed and served by the command line', { skip }, async (t) => {
  const server = await startApiServer(t)
  const install = () =>
    lotse(
      t,
      ...['install', '--apply', '--kubeconfig', server.kubeconfig, '--namespace', NAMESPACE],
      ...['--image', 'lotse:test', '--proxy-image', 'proxy:test', '--revision', 'blue'],
    )

  await t.test('all of it is applied, and a second time changes nothing', async () => {
    const first = await install()
    assert.equal(first.code, 0, first.stderr)
    assert.match(first.stdout, /^Namespace\/mesh-system applied\n/)
    const path = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/lotse`
    const generation = async () => {
      const { status, body } = await server.call<{ metadata: { generation: number } }>('GET', path)
      assert.equal(status, 200)
      return body.metadata.generation
    }
    assert.equal(await generation(), 1)
    const second = await install()
    assert.equal(second.code, 0, second.stderr)
    assert.equal(await generation(), 1)
  })

  await t.test('how many replicas there are is left to the autoscaler', async () => {
    const path = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/lotse/scale`
    const scale = await server.call<{ spec: { replicas: number } }>('GET', path)
    const type = 'application/merge-patch+json'
    const scaled = await server.call('PATCH', path, { spec: { replicas: 4 } }, type)
    assert.deepEqual([scale.status, scaled.status], [200, 200])
    assert.equal((await install()).code, 0)
    const { body } = await server.call<typeof scale.body>('GET', path)
    assert.equal(body.spec.replicas, 4)
    const autoscaler = `/apis/autoscaling/v2/namespaces/${NAMESPACE}/horizontalpodautoscalers/lotse`
    const { spec } = (await server.call<{ spec: { minReplicas: number } }>('GET', autoscaler)).body
    assert.equal(spec.minReplicas, 2)
  })

  await t.test('without rights it is refused with the words of the server', async () => {
    const refused = await lotse(
      t,
      ...['install', '--apply', '--kubeconfig', server.kubeconfigOf('no-such-token')],
    )
    assert.equal(refused.code, 1)
    assert.match(
      refused.stderr,
      /Namespace\/istio-system cannot be applied \(Unauthorized\).+L0121/,
    )
  })

  const own = await server.create(`/api/v1/namespaces/${NAMESPACE}/serviceaccounts/lotse/token`, {
    spec: { audiences: ['https://kubernetes.default.svc'] },
  })
  const { token } = (own as { status: { token: string } }).status
  await server.create(`/api/v1/namespaces/${NAMESPACE}/configmaps`, {
    metadata: { name: 'settings' },
    data: { mesh: 'trustDomain: example.org\n' },
  })
  const port = await freePort()
  const data = path(testFolder(t), 'data')
  const serving = await serve(t, {
    data,
    more: [
      ...['--store', 'kubernetes', '--kubeconfig', server.kubeconfigOf(token)],
      ...['--mesh-config-map', `${NAMESPACE}/settings`, '--webhooks', `127.0.0.1:${port}`],
      ...['--service', 'pilot.example', '--proxy-image', 'proxy:test', '--revision', 'blue'],
    ],
    ...LONG,
  })
  const context = () => serving.output().slice(-3000)
  const bundle = async () =>
    (await server.call<Hooks>('GET', `${HOOKS}/lotse-${NAMESPACE}`)).body.webhooks[0]?.clientConfig
      .caBundle ?? ''

  await t.test(
    'the mesh configuration is that of the named ConfigMap; the roles are enough',
    async () => {
      const { stdout } = await lotse(t, 'ca', 'status', '--data', data)
      assert.match(stdout, /^trust domain example\.org,/)
      assert.doesNotMatch(serving.output(), /forbidden/)
    },
  )

  await t.test(
    'the webhook answers by its name, with the image and the address given',
    async () => {
      const roots = await waitFor('the bundle', bundle, (text) => text !== '', { ...LONG, context })
      const pod = {
        metadata: {
          name: 'web',
          labels: { 'istio.io/rev': 'blue', 'sidecar.istio.io/inject': 'true' },
        },
        spec: { containers: [{ name: 'app', image: 'app' }] },
      }
      const ca = Buffer.from(roots, 'base64').toString()
      const { patch = '' } = await review(port, ca, pod)
      const text = Buffer.from(patch, 'base64').toString()
      assert.match(text, /proxy:test/)
      assert.match(text, /pilot\.example:\d+/)
      const installed = await install()
      assert.equal(installed.code, 0)
      assert.equal(await bundle(), roots, 'to install again leaves the bundle')
    },
  )

  await t.test('after the root was replaced the webhook is below the new one', async () => {
    const before = await bundle()
    const rotated = await lotse(t, 'ca', 'rotate', '--data', data, '--timeout', '60')
    assert.equal(rotated.code, 0, rotated.stderr + context())
    const root = readFileSync(path(data, 'ca', rootFolder(data), 'root.pem'), 'utf8')
    const wanted = Buffer.from(root).toString('base64')
    assert.notEqual(wanted, before)
    await waitFor('the new bundle', bundle, (text) => text === wanted, { ...LONG, context })
    const pod = { metadata: {}, spec: { containers: [] } }
    await waitFor('a pair below it', () => review(port, root, pod), Boolean, { ...LONG, context })
  })
})

function rootFolder(data: string): string {
  const state = JSON.parse(readFileSync(path(data, 'ca', 'rotation.json'), 'utf8')) as {
    current: string
  }
  return state.current
}

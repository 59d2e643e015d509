// Users' objects get their status from the leader of the replicas, which also tells the API server and pods whom to trust.
import assert from 'node:assert/strict'
import { join as path } from 'node:path'
import { test } from 'node:test'
import { manifests } from '../../src/install/manifests.ts'
import { type Diagnostic, printDiagnostic } from '../../src/model/diagnostic.ts'
import { testFolder } from '../support/envoy.ts'
import { waitFor } from '../support/wait.ts'
import { type Cluster, startCluster } from './support/cluster.ts'
import { skip } from './support/place.ts'
import { NAMESPACE, openReplica, SETTINGS } from './support/replica.ts'

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

/** The API server itself refuses each status of virtual services whose names begin so, with these words. */
async function refuseStatusOf(cluster: Cluster, name: string, message: string): Promise<void> {
  const head = { apiVersion: 'admissionregistration.k8s.io/v1', metadata: { name: 'mute' } }
  await cluster.install({
    ...{ ...head, kind: 'ValidatingAdmissionPolicy' },
    spec: {
      matchConstraints: {
        resourceRules: [
          {
            ...{ apiGroups: ['networking.istio.io'], apiVersions: ['*'], operations: ['UPDATE'] },
            resources: ['virtualservices/status'],
          },
        ],
      },
      validations: [{ expression: `!object.metadata.name.startsWith('${name}')`, message }],
    },
  })
  await cluster.install({
    ...{ ...head, kind: 'ValidatingAdmissionPolicyBinding' },
    spec: { policyName: 'mute', validationActions: ['Deny'] },
  })
}

test('status, and what the leader tells others', { skip }, async (t) => {
  const cluster = await startCluster(t)
  // Nobody is asked about objects, so that what a webhook would refuse gets in.
  for (const object of manifests(SETTINGS) as { kind: string }[]) {
    if (object.kind !== 'ValidatingWebhookConfiguration') await cluster.install(object)
  }
  const log: Diagnostic[] = []
  const folder = testFolder(t)
  const app = await openReplica(cluster, path(folder, 'data'), log)
  t.after(() => app.close())
  const said = () => log.slice(-20).map(printDiagnostic).join('\n')
  const rule = (name: string, http: object = { directResponse: { status: 200 } }) =>
    cluster.apply('networking.istio.io/v1', 'virtualservices', `default/${name}`, {
      hosts: [name],
      http: [http],
    })
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

  await t.test('a namespace that is made again at once gets its roots again', async () => {
    const roots = '/api/v1/namespaces/again/configmaps/istio-ca-root-cert'
    const are = (wanted: number) =>
      waitFor(
        `the roots to be ${wanted}`,
        async () => (await cluster.call('GET', roots)).status,
        (status) => status === wanted,
        { ...LONG, context: said },
      )
    await cluster.namespace('again')
    await are(200)
    // What the controllers of a cluster do with one that is deleted.
    await cluster.call('DELETE', '/api/v1/namespaces/again')
    await cluster.call('DELETE', roots)
    const { body } = await cluster.call<object>('GET', '/api/v1/namespaces/again')
    await cluster.call('PUT', '/api/v1/namespaces/again/finalize', { ...body, spec: {} })
    assert.equal((await cluster.call('GET', '/api/v1/namespaces/again')).status, 404)
    await cluster.namespace('again')
    await are(200)
  })

  const conditions = async (name: string) => {
    const { body } = await cluster.call<Stated>('GET', `${VIRTUAL_SERVICES}/${name}`)
    const all = body.status?.conditions ?? []
    return Object.fromEntries(all.map((one) => [one.type, one]))
  }

  await t.test('objects say whether they are accepted, and why not', async () => {
    await rule('web')
    const accepted = await waitFor(
      'the status',
      () => conditions('web'),
      (now) => now.Accepted !== undefined,
      { timeout: 60_000, context: said },
    )
    assert.equal(accepted.Accepted?.status, 'True')
    assert.equal(accepted.Synced?.status, 'True')
    await rule('bad', { timeout: 'soon', route: [{ destination: { host: 'web' } }] })
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

  await t.test('a status that the server refuses is told, and holds up no other', async () => {
    await refuseStatusOf(cluster, 'poor', 'nobody may say anything of it')
    await rule('poor-0')
    const place = `${VIRTUAL_SERVICES}/poor-0/status?dryRun=All`
    const type = 'application/merge-patch+json'
    await waitFor(
      'the policy',
      () => cluster.call('PATCH', place, { status: { by: 'test' } }, type),
      ({ status }) => status === 422,
      LONG,
    )
    await rule('poor')
    const words = /status of VirtualService\/default\/poor.*: .+nobody may say anything of it/
    await waitFor('it to be told', () => log.some(({ text }) => words.test(text)), Boolean, LONG)
    await rule('rich')
    await waitFor(
      'the status of another',
      () => conditions('rich'),
      (now) => now.Accepted !== undefined,
      { ...LONG, context: said },
    )
    assert.deepEqual(await conditions('poor'), {})
    for (const name of ['poor', 'poor-0']) {
      await cluster.remove('networking.istio.io/v1', 'virtualservices', `default/${name}`)
    }
  })

  await t.test('one replica leads; another takes over when it is gone', async () => {
    // Nothing deletes what is in it here, so it stays on its way out, and takes nothing new.
    await cluster.namespace('doomed')
    await cluster.call('DELETE', '/api/v1/namespaces/doomed')
    await cluster.call('DELETE', '/api/v1/namespaces/doomed/configmaps/istio-ca-root-cert')
    const other = await openReplica(cluster, path(folder, 'other'), log)
    t.after(() => other.close())
    // On a slow machine the first may have lost the lock, which lasts two seconds, and the other has it.
    const leaders = () => [app, other].filter((one) => one.leads())
    const [old] = await waitFor('one to lead', leaders, (all) => all.length === 1, LONG)
    const next = old === app ? other : app
    await old!.close()
    await waitFor('the other to lead', () => next.leads(), Boolean, LONG)
    await rule('next')
    await waitFor(
      'a status by the other',
      () => conditions('next'),
      (now) => now.Accepted !== undefined,
      { ...LONG, context: said },
    )
    const refused = log
      .filter(({ text }) => /forbidden/.test(text) && !/mute/.test(text))
      .map(printDiagnostic)
    assert.deepEqual(refused, [], 'the roles are enough')
  })
})

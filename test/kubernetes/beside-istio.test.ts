// A cluster that has Istio's own definitions: installing leaves them as they are, and their objects are read and get their status.
import assert from 'node:assert/strict'
import { join as path } from 'node:path'
import { test } from 'node:test'
import { CUSTOM_KINDS, groupOf, pluralOf } from '../../src/model/custom-kind.ts'
import { lotse } from '../support/command.ts'
import { testFolder } from '../support/envoy.ts'
import { waitFor } from '../support/wait.ts'
import { startApiServer } from './support/api-server.ts'
import { foreignDefinitions, foreignDefinitionsMissing } from './support/foreign-definitions.ts'
import { skip as noCluster } from './support/place.ts'
import { NAMESPACE, openReplica } from './support/replica.ts'

const skip = noCluster || (foreignDefinitionsMissing() ?? false)
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const LONG = { timeout: 60_000 }

interface Known {
  readonly metadata: { readonly uid: string; readonly generation: number }
}

interface Stated {
  readonly status?: { readonly conditions?: readonly { readonly type: string }[] }
}

test('beside the definitions of Istio', { skip }, async (t) => {
  const server = await startApiServer(t)
  const theirs = foreignDefinitions('istio-api')
  for (const definition of theirs) await server.create(DEFINITIONS, definition)
  const known = () =>
    Promise.all(
      theirs.map(async ({ metadata: { name } }) => {
        const { metadata } = (await server.call<Known>('GET', `${DEFINITIONS}/${name}`)).body
        return [name, metadata.uid, metadata.generation]
      }),
    )
  const before = await known()
  const install = (...more: readonly string[]) => lotse(t, 'install', ...more)

  await t.test('they are left as they are', async () => {
    const { code, stdout, stderr } = await install('--apply', '--kubeconfig', server.kubeconfig)
    assert.equal(code, 0, stderr)
    assert.match(stdout, /virtualservices\.networking\.istio\.io is there already, of somebody/)
    assert.match(stdout, /^Deployment\/lotse applied$/m)
    assert.deepEqual(await known(), before)
  })

  await t.test('what is printed leaves them out, where that is wanted', async () => {
    const { stdout } = await install('--skip-crds')
    assert.match(stdout, /^kind: Deployment$/m)
    assert.doesNotMatch(stdout, /^kind: CustomResourceDefinition$/m)
  })

  await t.test('each kind is served by them, and read; objects get their status', async () => {
    const names = theirs.map(({ metadata }) => metadata.name)
    const missing = CUSTOM_KINDS.filter(
      (kind) => !names.includes(`${pluralOf(kind)}.${groupOf(kind)}`),
    )
    assert.deepEqual(missing, [])
    const log: Parameters<typeof openReplica>[2] = []
    const app = await openReplica(server, path(testFolder(t), 'data'), log)
    t.after(() => app.close())
    const rules = '/apis/networking.istio.io/v1/namespaces/default/virtualservices'
    const http = [{ name: 'all', directResponse: { status: 418 } }]
    await server.create(rules, {
      ...{ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService' },
      ...{ metadata: { name: 'web' }, spec: { hosts: ['web'], http } },
    })
    const rows = () => app.mesh().tables.VirtualService.rows
    const read = await waitFor('the rule', () => rows().get('default/web'), Boolean, LONG)
    assert.equal(read?.spec.http?.[0]?.directResponse?.status, 418)
    const conditions = async () =>
      (await server.call<Stated>('GET', `${rules}/web`)).body.status?.conditions ?? []
    const told = await waitFor('its status', conditions, ({ length }) => length > 0, {
      ...LONG,
      context: () => log.map(({ text }) => text).join('\n'),
    })
    assert.deepEqual(told.map(({ type }) => type).sort(), ['Accepted', 'Synced'])
    const wrong = app.diagnostics().filter(({ severity }) => severity === 'error')
    assert.deepEqual(wrong, [])
  })
  assert.equal(NAMESPACE, 'istio-system', 'where it is installed by default')
})

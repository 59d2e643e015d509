// An API server that is slow, broken, forgetful or forbids a kind, and kinds of a later version: what was read stays, is told, and follows by itself.
import assert from 'node:assert/strict'
import { join as path } from 'node:path'
import { test } from 'node:test'
import { definitions } from '../../src/install/definition.ts'
import { serve } from '../support/command.ts'
import { testFolder } from '../support/envoy.ts'
import { waitFor } from '../support/wait.ts'
import { startCluster } from './support/cluster.ts'
import { type Fault, startFaulty } from './support/faulty.ts'
import { skip } from './support/place.ts'

const NETWORKING = 'networking.istio.io/v1'
const LONG = { timeout: 180_000 }
const RULES = /\/virtualservices\?/

function on(pattern: RegExp, fault: Fault) {
  return (url: string) => (pattern.test(url) ? fault : undefined)
}

test('an API server with faults', { skip }, async (t) => {
  const cluster = await startCluster(t)
  await cluster.namespace('istio-system')
  await cluster.service('default/web', { app: 'web' }, [{ name: 'http', port: 80 }])
  const rule = (status: number, name = 'web') =>
    cluster.apply(NETWORKING, 'virtualservices', `default/${name}`, {
      hosts: [name],
      http: [{ directResponse: { status } }],
    })
  await rule(201)
  const faulty = await startFaulty(t, cluster)
  // Slow from the first question on.
  faulty.fault(() => ({ delay: 700 }))
  const serving = await serve(t, {
    data: path(testFolder(t), 'data'),
    more: ['--store', 'kubernetes', '--kubeconfig', faulty.kubeconfig],
    ...LONG,
  })
  const context = () => serving.output().slice(-3000)
  const specOf = async (kind: string, name: string) => {
    const answer = await serving.get(`/api/v1/objects/${kind}/default/${name}`)
    return JSON.stringify(((await answer.json()) as { readonly spec?: unknown }).spec)
  }
  const known = () => specOf('VirtualService', 'web')
  const becomes = (status: number) =>
    waitFor('the rule', known, (spec) => spec?.includes(`"status":${status}`) ?? false, {
      ...LONG,
      context,
    })
  const readyz = async () => {
    const answer = await serving.get('/readyz')
    return { status: answer.status, text: await answer.text() }
  }
  const saysNothing = () =>
    waitFor('the trouble to be over', readyz, ({ text }) => text === 'ready\n', {
      ...LONG,
      context,
    })
  await t.test('slow: it takes longer, and nothing is wrong', async () => {
    assert.deepEqual(await readyz(), { status: 200, text: 'ready\n' })
    await rule(202)
    await becomes(202)
    faulty.fault(undefined)
    await saysNothing()
  })

  for (const [status, message] of [
    [500, 'etcdserver: request timed out'],
    [403, 'virtualservices is forbidden for lotse'],
  ] as const) {
    await t.test(`${status} for one kind: told with its words, others go on`, async () => {
      faulty.fault(on(RULES, { status, message }))
      const words = new RegExp(`^VirtualService objects .+${message}.+stays in force.+L0109`, 'm')
      const told = await waitFor('it to be told', readyz, ({ text }) => words.test(text), {
        ...LONG,
        context,
      })
      assert.equal(told.status, 200)
      await waitFor('the log to tell it', () => serving.output().includes(message), Boolean, LONG)
      await cluster.service(`default/other-${status}`, { app: 'x' }, [{ name: 'http', port: 80 }])
      await waitFor('another kind', () => specOf('Service', `other-${status}`), Boolean, {
        ...LONG,
        context,
      })
      faulty.fault(undefined)
      await rule(status)
      await becomes(status)
      await saysNothing()
    })
  }

  await t.test('410 in a watch and in a list: all is read again, and nothing is told', async () => {
    const gone = { kind: 'Status', code: 410, message: 'too old resource version' }
    let times = 0
    faulty.fault((url) => {
      if (!RULES.test(url)) return undefined
      times += 1
      if (times === 1) return { events: [{ type: 'ERROR', object: gone }] }
      return times === 2 ? { status: 410, message: 'the continue token is too old' } : undefined
    })
    await rule(205)
    await becomes(205)
    assert.ok(times > 2)
    faulty.fault(undefined)
    await saysNothing()
  })

  await t.test('a kind that is there in a later version only does not count as gone', async () => {
    const definition = definitions().find((one) =>
      (one as { metadata: { name: string } }).metadata.name.startsWith('virtualservices.'),
    ) as { metadata: { name: string }; spec: { versions: { name: string; storage: boolean }[] } }
    const place = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${definition.metadata.name}`
    const patch = async (versions: object[]) => {
      const type = 'application/merge-patch+json'
      const { status, body } = await cluster.call('PATCH', place, { spec: { versions } }, type)
      assert.equal(status, 200, JSON.stringify(body))
    }
    const { versions } = definition.spec
    const [first] = versions
    const later = { ...first!, name: 'v9', served: true, storage: false }
    const before = await known()
    await patch([...versions.map((one) => ({ ...one, served: false })), later])
    faulty.fault(() => undefined)
    const words = /has virtualservices as networking\.istio\.io\/v9, which this version/
    await waitFor('it to be told', readyz, ({ text }) => words.test(text), { ...LONG, context })
    assert.equal(await known(), before, 'nothing of the mesh is gone')
    await patch(versions)
    await saysNothing()
    await rule(206)
    await becomes(206)
  })
})

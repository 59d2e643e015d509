// What must change nothing on real Envoys: wrong files, comments, a folder that vanishes.
import assert from 'node:assert/strict'
import { renameSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { skip } from '../support/envoy.ts'
import { request } from '../support/http.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { type Echo, httpUpstream, type Upstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const PORT = 8000

interface Moving {
  readonly mesh: TestMesh
  readonly one: Upstream
  readonly two: Upstream
  ask(host?: string, path?: string): Promise<{ status: number; by: string; text: string }>
}

const DESTINATIONS = policy(
  'DestinationRule',
  'shop/web',
  '{host: web, subsets: [{name: v1, labels: {v: "1"}}, {name: v2, labels: {v: "2"}}]}',
)

function route(subset: string, host = 'web'): string {
  const http = `[{route: [{destination: {host: ${host}, subset: ${subset}}}]}]`
  return policy('VirtualService', 'shop/web', `{hosts: [edge.test], http: ${http}}`)
}

async function start(t: TestContext): Promise<Moving> {
  const [client, server] = [loopback(), loopback()]
  const one = await httpUpstream(t, { name: 'one' })
  const two = await httpUpstream(t, { name: 'two', address: loopback(), port: 8080 })
  const serves = [{ port: 8080, protocol: 'HTTP', application: one.port }]
  const calls = [{ port: PORT, protocol: 'HTTP' }]
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({ workload: 'shop/client', address: client, calls }),
        workload({ workload: 'shop/one', address: server, labels: { app: 'web', v: '1' }, serves }),
        workload({ workload: 'shop/two', address: two.address, labels: { app: 'web', v: '2' } }),
      ),
      'service.yaml': service('shop/web', { app: 'web' }, `http:${PORT}:8080`),
      'destinations.yaml': DESTINATIONS,
      'rules.yaml': route('v1'),
      'other.yaml': '',
    },
    proxies: ['shop/client', 'shop/one'],
  })
  return {
    ...{ mesh, one, two },
    ask: async (host = 'edge.test', path = '/') => {
      const answer = await request({ address: client, port: PORT, host, path })
      const by = answer.body.startsWith('{') ? answer.json<Echo>().name : ''
      return { status: answer.status, by, text: answer.body }
    },
  }
}

test('change', { skip }, async (t) => {
  const m = await start(t)

  await t.test('a wrong file keeps what it said last, and others go on', async () => {
    await m.mesh.edit('rules.yaml', route('v1'))
    assert.equal((await m.ask()).by, 'one')
    const errors = () => m.mesh.app.diagnostics().filter(({ severity }) => severity === 'error')
    const noticed = (what: string, file: string) =>
      waitFor(what, () => errors().some(({ origin }) => origin?.source.endsWith(file)))
    const refused: readonly (readonly [what: string, text: string])[] = [
      ['a syntax error', `${route('v2').slice(0, 90)}\n  : [}`],
      ['a wrong type', route('v2').replace('[edge.test]', '{edge: test}')],
      [
        'a rule that cannot be',
        route('v2').replace('[{route', '[{match: [{uri: {regex: "a(?=b)"}}], route'),
      ],
    ]
    for (const [index, [what, text]] of refused.entries()) {
      m.mesh.write('rules.yaml', text)
      await noticed(what, 'rules.yaml')
      await m.mesh.edit(
        'other.yaml',
        policy(
          'VirtualService',
          'shop/other',
          `{hosts: [other.test], http: [{match: [{uri: {exact: /${index}}}], route: [{destination: {host: web, subset: v2}}]}]}`,
        ),
      )
      assert.equal((await m.ask()).by, 'one', what)
      assert.equal((await m.ask('other.test', `/${index}`)).by, 'two', `${what}: other files go on`)
      await m.mesh.edit('rules.yaml', route('v1'))
      assert.deepEqual(errors(), [])
    }
  })

  await t.test('a comment is pushed to nobody', async () => {
    await m.mesh.edit('rules.yaml', route('v2'))
    const before = m.mesh.sent()
    let changes = 0
    const stop = m.mesh.app.onChange(() => {
      changes += 1
    })
    m.mesh.write('rules.yaml', `# a comment\n\n${route('v2')}# and another\n`)
    await waitFor('the change to be read', () => changes > 0)
    stop()
    await m.mesh.synced()
    assert.deepEqual(m.mesh.sent(), before)
    assert.equal((await m.ask()).by, 'two')
  })

  await t.test('a folder that vanishes changes nothing', async () => {
    const before = m.mesh.sent()
    const { config } = m.mesh
    renameSync(config, `${config}.away`)
    await waitFor('the loss to be noticed', () =>
      m.mesh.app.diagnostics().some(({ code }) => code === 'L0109'),
    )
    assert.equal((await m.ask()).by, 'two')
    assert.deepEqual(m.mesh.sent(), before)
    renameSync(`${config}.away`, config)
    await m.mesh.edit('rules.yaml', route('v1'))
    assert.equal((await m.ask()).by, 'one')
  })

  await t.test(
    'nothing was refused by Envoy, and the Envoys outlive the control plane',
    async () => {
      assert.equal(m.mesh.sent().nacks, 0)
      await m.mesh.closeControlPlane()
      const answers = await Promise.all(Array.from({ length: 20 }, () => m.ask()))
      assert.deepEqual([...new Set(answers.map(({ by }) => by))], ['one'])
    },
  )
})

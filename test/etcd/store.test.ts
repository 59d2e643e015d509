// An etcd cluster as the source of a mesh: what is applied reaches the mesh, conflicts and foreign keys are told, outages change nothing.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join as path } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type App, openApp } from '../../src/app.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { printDiagnostic } from '../../src/model/diagnostic.ts'
import { etcdClient } from '../../src/registry/etcd/client.ts'
import { lotse } from '../support/command.ts'
import { testFolder } from '../support/envoy.ts'
import { type EtcdMember, etcdMissing, startEtcd } from '../support/etcd.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service } from '../support/workload.ts'

const skip = etcdMissing() ?? false

function urlOf(members: readonly EtcdMember[], prefix = ''): string {
  return `etcd://${members.map(({ url }) => url.replace('http://', '')).join(',')}${prefix}`
}

async function open(t: TestContext, url: string, allowEmpty = false): Promise<App> {
  const app = await openApp({
    config: [],
    etcd: { url },
    allowEmpty,
    data: path(testFolder(t), 'data'),
    xds: '127.0.0.1:0',
    log: () => undefined,
  })
  if (isProblem(app)) throw new Error(printDiagnostic(app))
  t.after(() => app.close())
  return app
}

function rule(status: number): string {
  return policy(
    'VirtualService',
    'default/web',
    `# the teapot\n  hosts: [web]\n  http: [{directResponse: {status: ${status}}}]`.replace(
      /^/,
      '\n  ',
    ),
  )
}

const statusOf = (app: App) =>
  app.mesh().tables.VirtualService.rows.get('default/web')?.spec.http?.[0]?.directResponse?.status

test('objects in etcd', { skip }, async (t) => {
  const members = await startEtcd(t, 3)
  let running: EtcdMember[] = []
  const url = urlOf(members)
  const folder = testFolder(t)
  const file = path(folder, 'mesh.yaml')
  const applied = (text: string) => {
    writeFileSync(file, text)
    return lotse(t, 'apply', '--store', url, '-f', file)
  }
  const becomes = (app: App, status: number) =>
    waitFor(
      `${status}`,
      () => statusOf(app),
      (now) => now === status,
      { timeout: 60_000 },
    )

  const first = await applied(join(service('default/web', { app: 'web' }, 'http:80'), rule(418)))
  assert.equal(first.code, 0, first.stderr)
  assert.equal(first.stdout, 'Service/default/web created\nVirtualService/default/web created\n')
  const app = await open(t, url)

  await t.test('what was applied is the mesh, what is applied becomes it', async () => {
    assert.equal(statusOf(app), 418)
    assert.equal((await applied(rule(429))).stdout, 'VirtualService/default/web configured\n')
    await becomes(app, 429)
  })

  await t.test(
    'get gives back what was written, with comments; a stale copy is refused',
    async () => {
      const got = await lotse(t, 'get', 'VirtualService', 'web', '--store', url)
      assert.match(got.stdout, /^---\n# revision \d+\n[\s\S]*# the teapot/)
      assert.equal((await applied(rule(451))).code, 0)
      const stale = await applied(got.stdout)
      assert.equal(stale.code, 1)
      assert.match(stale.stderr, /changed by somebody else.+\(L0124\)/)
      await becomes(app, 451)
      const again = await lotse(t, 'get', 'VirtualService', 'default/web', '--store', url)
      assert.equal((await applied(again.stdout.replace('451', '418'))).code, 0)
      await becomes(app, 418)
    },
  )

  await t.test('one object with an error keeps all of a file out, with its line', async () => {
    const mixed = await applied(join(rule(200), rule(999).replace('default/web', 'default/other')))
    assert.equal(mixed.code, 1)
    assert.match(mixed.stderr, /mesh\.yaml:\d+:\d+: error: .+\(L0105\)/)
    assert.equal(statusOf(app), 418)
  })

  await t.test('what others put there is told with its key, and is not believed', async () => {
    const etcd = etcdClient({ url })
    assert.ok(!('code' in etcd))
    const put = (key: string, value: string) =>
      etcd.txn({
        compare: [],
        success: [{ requestPut: { key: Buffer.from(key), value: Buffer.from(value) } }],
      })
    await put('/lotse/objects/VirtualService/default/x', rule(200))
    await put('/lotse/objects/VirtualService/default/web', 'a: [')
    const told = await waitFor(
      'the foreign keys to be told',
      () => app.diagnostics().filter(({ code }) => code === 'L0123'),
      (found) => found.length === 2,
    )
    assert.match(printDiagnostic(told[0]!), /^etcd:\/lotse\/objects\/VirtualService\/default\//)
    assert.equal(statusOf(app), 418, 'the last good version stays')
    await applied(rule(429))
    await becomes(app, 429)
    etcd.close()
  })

  await t.test('a member may go; without a quorum all stays; afterwards all follows', async () => {
    const [one, two] = members as [EtcdMember, EtcdMember]
    await one.process.stop('SIGKILL')
    assert.equal((await applied(rule(500))).code, 0)
    await becomes(app, 500)
    await two.process.stop('SIGKILL')
    await waitFor(
      'the loss to be told',
      () => app.diagnostics().some(({ code }) => code === 'L0109'),
      Boolean,
      { timeout: 60_000 },
    )
    assert.equal(statusOf(app), 500)
    const refused = await applied(rule(501))
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /cannot be used .+ nothing was changed \(L0124\)/)
    await two.restart()
    assert.equal((await applied(rule(502))).code, 0)
    await becomes(app, 502)
    await waitFor(
      'the loss to be over',
      () => app.diagnostics().filter(({ code }) => code === 'L0109').length,
      (count) => count === 0,
      { timeout: 60_000 },
    )
  })

  await t.test('revisions that etcd has forgotten: all is read again', async () => {
    await Promise.all(running.map(({ process }) => process.stop('SIGKILL')))
    running = await Promise.all(members.map((member) => member.restart()))
    assert.equal((await applied(rule(503))).code, 0)
    const etcd = etcdClient({ url })
    assert.ok(!('code' in etcd))
    const { header } = await etcd.range({ key: Buffer.from('/') })
    etcd.close()
    const compacted = await fetch(`${members[0]!.url}/v3/kv/compaction`, {
      method: 'POST',
      body: JSON.stringify({ revision: header.revision }),
    })
    assert.equal(compacted.status, 200)
    await becomes(app, 503)
    assert.equal((await applied(rule(504))).code, 0)
    await becomes(app, 504)
  })

  await t.test('two replicas have the same; delete takes away', async () => {
    const other = await open(t, url)
    assert.deepEqual(
      [...other.mesh().tables.VirtualService.rows.values()].map(({ spec }) => spec),
      [...app.mesh().tables.VirtualService.rows.values()].map(({ spec }) => spec),
    )
    writeFileSync(file, rule(504))
    assert.equal((await lotse(t, 'delete', '--store', url, '-f', file)).code, 0)
    for (const one of [app, other]) {
      await waitFor(
        'the rule to be gone',
        () => statusOf(one),
        (now) => now === undefined,
      )
    }
  })
})

test('a store that is empty is an accident, unless it is confirmed', { skip }, async (t) => {
  const [member] = await startEtcd(t)
  const url = urlOf([member!], '/another/prefix')
  const refused = await openApp({
    ...{ config: [], etcd: { url }, data: path(testFolder(t), 'data'), xds: '127.0.0.1:0' },
    log: () => undefined,
  })
  assert.ok(isProblem(refused))
  assert.equal(refused.code, 'L0110')
  await open(t, url, true)
})

test('addresses that are none, and plain text that leaves the machine', () => {
  for (const url of ['etcd://', 'etcd://host', 'http://127.0.0.1:1', 'etcd://192.0.2.1:2379']) {
    const refused = etcdClient({ url })
    assert.ok('code' in refused && refused.code === 'L0122', url)
  }
})

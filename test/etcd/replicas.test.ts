// Two control planes on one store: one certificate authority, and a proxy that moves from one to the other is sent nothing.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join as path } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type App, type AppOptions, openApp } from '../../src/app.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { enrolWorkload } from '../../src/cli/bootstrap.ts'
import { type Diagnostic, printDiagnostic } from '../../src/model/diagnostic.ts'
import { lotse } from '../support/command.ts'
import { skip as noEnvoy, testEnvoy, testFolder } from '../support/envoy.ts'
import { etcdMissing, startEtcd } from '../support/etcd.ts'
import { request } from '../support/http.ts'
import { freePort, loopback } from '../support/ports.ts'
import { httpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const skip = etcdMissing() ?? noEnvoy

test('replicas on one etcd', { skip }, async (t) => {
  const [member] = await startEtcd(t)
  const url = `etcd://${member!.url.replace('http://', '')}`
  const application = await httpUpstream(t, { name: 'web' })
  const [web, client] = [loopback(), loopback()]
  const folder = testFolder(t)
  const file = path(folder, 'mesh.yaml')
  writeFileSync(
    file,
    join(
      workload({
        ...{ workload: 'default/web', address: web, labels: { app: 'web' } },
        serves: [{ port: 8080, protocol: 'HTTP', application: application.port }],
      }),
      workload({
        ...{ workload: 'default/client', address: client },
        calls: [{ port: 8000, protocol: 'HTTP' }],
      }),
      service('default/web', { app: 'web' }, 'http:8000:8080'),
      policy('PeerAuthentication', 'default/default', '{mtls: {mode: STRICT}}'),
    ),
  )
  const applied = await lotse(t, 'apply', '--store', url, '-f', file)
  assert.equal(applied.code, 0, applied.stderr)
  const log: Diagnostic[] = []
  const replica = async (
    where: TestContext,
    name: string,
    xds: string,
    more: Partial<AppOptions> = {},
  ): Promise<App> => {
    const app = await openApp({
      ...more,
      ...{ config: [], etcd: { url }, xds, data: path(folder, name) },
      ca: { passphrase: 'the replicas have one passphrase' },
      log: (diagnostic) => log.push(diagnostic),
    })
    if (isProblem(app)) throw new Error(printDiagnostic(app))
    where.after(() => app.close())
    return app
  }
  const port = await freePort()
  // Both at once, so that they race for who makes the root.
  const [first, second] = await Promise.all([
    replica(t, 'first', `127.0.0.1:${port}`),
    replica(t, 'second', '127.0.0.1:0'),
  ])
  const envoys = await Promise.all(
    ['default/web', 'default/client'].map(async (name) => {
      const enrolled = await enrolWorkload({
        ...{ workload: name, xds: first.xds, out: testFolder(t), admin: '127.0.0.1:0' },
        tokenFile: path(folder, 'first', 'join-token'),
      })
      if (isProblem(enrolled)) throw new Error(printDiagnostic(enrolled))
      return testEnvoy(t, { written: enrolled.config })
    }),
  )
  const ask = () => request({ address: client, port: 8000, host: 'web' })
  await waitFor('a first answer', ask, ({ status }) => status === 200, { timeout: 60_000 })

  await t.test('they have one root, which stands in etcd only encrypted', async () => {
    assert.deepEqual(second.authority.trust.rootsPem, first.authority.trust.rootsPem)
    const all = await fetch(`${member!.url}/v3/kv/range`, {
      method: 'POST',
      body: JSON.stringify({ key: btoa('/lotse/shared/authority/files') }),
    })
    const { kvs } = (await all.json()) as { kvs: { value: string }[] }
    const text = atob(kvs[0]?.value ?? '')
    assert.match(text, /BEGIN ENCRYPTED PRIVATE KEY/)
    assert.doesNotMatch(text, /BEGIN PRIVATE KEY/)
  })

  await t.test('what one knows of proxies, the other knows', async () => {
    const known = () => [...second.mesh().tables.enrolment.rows.keys()].sort()
    await waitFor('the enrolments', known, (names) => names.length === 2)
    assert.deepEqual(known(), ['default/client', 'default/web'])
  })

  await t.test('who moves or comes again is sent nothing, and no request fails', async () => {
    const answers: number[] = []
    let going = true
    const load = (async () => {
      while (going) answers.push((await ask()).status)
    })()
    await first.close()
    const third = await replica(t, 'third', `127.0.0.1:${port}`, { connectionAge: 1_000 })
    const streams = () => third.services.flatMap((one) => one.streams())
    await waitFor('both proxies to have come', streams, (all) => all.length === envoys.length, {
      timeout: 60_000,
    })
    const behind = () =>
      streams().filter(({ types }) => Object.values(types).some(({ stale }) => stale)).length
    await waitFor('them to be in sync', behind, (count) => count === 0)
    const came = () => third.services.reduce((sum, { counters }) => sum + counters.streams, 0)
    // Their streams have no end of their own: the age of the connection ends them.
    await waitFor('both to have come again', came, (count) => count >= 2 * envoys.length, {
      timeout: 60_000,
    })
    await waitFor('both to be there', streams, (all) => all.length >= envoys.length)
    await waitFor('them to be in sync again', behind, (count) => count === 0)
    going = false
    await load
    const sent = third.services.reduce((sum, { counters }) => sum + counters.resources, 0)
    assert.equal(sent, 0, 'the same mesh gives the same bytes')
    assert.ok(answers.length > 0)
    assert.deepEqual(
      answers.filter((status) => status !== 200),
      [],
    )
  })

  await t.test('a data directory with another root is refused', async () => {
    const other = await openApp({
      ...{ config: [file], data: path(folder, 'other'), xds: '127.0.0.1:0' },
      log: () => undefined,
    })
    if (isProblem(other)) throw new Error(printDiagnostic(other))
    await other.close()
    const refused = await openApp({
      ...{ config: [], etcd: { url }, data: path(folder, 'other'), xds: '127.0.0.1:0' },
      ca: { passphrase: 'the replicas have one passphrase' },
      log: () => undefined,
    })
    assert.ok(isProblem(refused))
    assert.equal(refused.code, 'L0419')
  })
})

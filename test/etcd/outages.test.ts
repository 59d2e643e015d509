// Members of etcd and replicas of Lotse are killed while requests run: none fails, and changes go on.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join as path } from 'node:path'
import { test } from 'node:test'
import { lotse } from '../support/command.ts'
import { skip as noEnvoy, testFolder } from '../support/envoy.ts'
import { type EtcdMember, etcdMissing, startEtcd } from '../support/etcd.ts'
import { startOutages } from '../support/outages.ts'
import { loopback } from '../support/ports.ts'
import { httpUpstream } from '../support/upstreams.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const skip = etcdMissing() ?? noEnvoy

function teapot(status: number): string {
  const http = `[{match: [{uri: {prefix: /teapot}}], directResponse: {status: ${status}}}, {route: [{destination: {host: web}}]}]`
  return policy('VirtualService', 'default/web', `{hosts: [web], http: ${http}}`)
}

test('outages under load, with etcd', { skip }, async (t) => {
  const members = await startEtcd(t, 3)
  const url = `etcd://${members.map((one) => one.url.replace('http://', '')).join(',')}`
  const folder = testFolder(t)
  const file = path(folder, 'mesh.yaml')
  const apply = async (text: string) => {
    writeFileSync(file, text)
    const { code, stderr } = await lotse(t, 'apply', '--store', url, '-f', file)
    assert.equal(code, 0, stderr)
  }
  const application = await httpUpstream(t, { name: 'web' })
  const [web, client] = [loopback(), loopback()]
  await apply(
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
      teapot(418),
    ),
  )
  const passphrase = path(folder, 'passphrase')
  writeFileSync(passphrase, 'the replicas have one passphrase\n', { mode: 0o600 })
  const outages = await startOutages(t, {
    store: ['--store', url, '--passphrase-file', passphrase],
    workloads: ['default/web', 'default/client'],
    client: { address: client, port: 8000 },
  })
  await outages.becomes(418)
  const [one, two] = members as [EtcdMember, EtcdMember, EtcdMember]

  await t.test('a member of etcd is killed: changes go on', async () => {
    await one.process.stop('SIGKILL')
    await apply(teapot(429))
    await outages.becomes(429)
  })

  await t.test('the leader is killed: the other leads and has all proxies', async () => {
    await outages.replaceLeader()
    await apply(teapot(451))
    await outages.becomes(451)
    // Now all proxies are with one, which is the leader.
    await outages.replaceLeader()
  })

  await t.test('two leaders for a moment: one of them is left, and changes go on', async () => {
    await outages.freezeLeader()
    await apply(teapot(404))
    await outages.becomes(404)
  })

  await t.test('without a quorum all stays, and is told; then changes go on', async () => {
    await two.process.stop('SIGKILL')
    await outages.told(true)
    await outages.becomes(404)
    await Promise.all([one.restart(), two.restart()])
    await outages.told(false)
    await apply(teapot(503))
    await outages.becomes(503)
    await outages.leader()
  })

  const { sent } = await outages.finish()
  t.diagnostic(`${sent} requests, none failed`)
})

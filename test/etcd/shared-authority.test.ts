// Replicas on etcd with one certificate authority.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join as path } from 'node:path'
import { test } from 'node:test'
import { lotse } from '../support/command.ts'
import { skip as noEnvoy, testFolder } from '../support/envoy.ts'
import { etcdMissing, startEtcd } from '../support/etcd.ts'
import { loopback } from '../support/ports.ts'
import { SHARED_MESH, tryShared } from '../support/shared-authority.ts'
import { application } from '../support/trust-mesh.ts'

const skip = etcdMissing() ?? noEnvoy

test('replicas with one certificate authority', { skip }, async (t) => {
  const [member] = await startEtcd(t)
  const url = `etcd://${member!.url.replace('http://', '')}`
  const addresses = { client: loopback(), server: loopback(), app: await application(t) }
  const file = path(testFolder(t), 'mesh.yaml')
  writeFileSync(file, SHARED_MESH(addresses))
  const applied = await lotse(t, 'apply', '--store', url, '-f', file)
  assert.equal(applied.code, 0, applied.stderr)
  await tryShared(t, { addresses, store: { etcd: { url } } })
})

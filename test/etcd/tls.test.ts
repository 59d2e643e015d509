// etcd by mutual TLS, with the options of the command line: objects are written and served; without a certificate, or with another root, nothing is.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join as path } from 'node:path'
import { type TestContext, test } from 'node:test'
import { testCa } from '../support/certificates.ts'
import { lotse, serve } from '../support/command.ts'
import { testFolder } from '../support/envoy.ts'
import { etcdMissing, startEtcd } from '../support/etcd.ts'
import { waitFor } from '../support/wait.ts'
import { service } from '../support/workload.ts'

const skip = etcdMissing() ?? false

async function pairIn(t: TestContext, ca: Awaited<ReturnType<typeof testCa>>) {
  const folder = testFolder(t)
  const { keyPem, chainPem, rootPem } = await ca.issue({ dns: 'localhost', ip: '127.0.0.1' })
  const file = (name: string, text: string) => {
    writeFileSync(path(folder, name), text, { mode: 0o600 })
    return path(folder, name)
  }
  return {
    ca: file('ca.pem', rootPem),
    cert: file('cert.pem', chainPem),
    key: file('key.pem', keyPem),
  }
}

test('etcd by mutual TLS', { skip }, async (t) => {
  const ca = await testCa()
  const [own, other] = [await pairIn(t, ca), await pairIn(t, await testCa())]
  const [member] = await startEtcd(t, 1, await pairIn(t, ca))
  const store = ['--store', `etcd://${member!.url.replace('https://', '')}`]
  const tls = (files: typeof own) => [
    ...['--etcd-ca', files.ca, '--etcd-cert', files.cert, '--etcd-key', files.key],
  ]
  const file = path(testFolder(t), 'mesh.yaml')
  writeFileSync(file, service('default/web', { app: 'web' }, 'http:80'))
  const apply = (...more: readonly string[]) => lotse(t, 'apply', ...store, ...more, '-f', file)

  await t.test('with the certificates objects are written, and served', async () => {
    const { code, stdout, stderr } = await apply(...tls(own))
    assert.equal(code, 0, stderr)
    assert.equal(stdout, 'Service/default/web created\n')
    const data = path(testFolder(t), 'data')
    const more = [...store, ...tls(own)]
    const serving = await serve(t, { data, more, timeout: 90_000 })
    assert.equal(await (await serving.get('/readyz')).text(), 'ready\n')
    writeFileSync(file, service('default/cart', { app: 'cart' }, 'http:80'))
    const generation = await serving.metric('lotse_mesh_generation')
    assert.equal((await apply(...tls(own))).code, 0)
    await waitFor(
      'the change to arrive',
      () => serving.metric('lotse_mesh_generation'),
      (now) => now > generation,
      { timeout: 60_000 },
    )
  })

  await t.test('without them, and with those of another authority, it is refused', async () => {
    const plain = await apply()
    assert.equal(plain.code, 1)
    assert.match(plain.stderr, /nothing was changed \(L0124\)/)
    const foreign = await apply(...tls(other))
    assert.equal(foreign.code, 1)
    assert.match(foreign.stderr, /nothing was changed \(L0124\)/)
    const mixed = await apply('--etcd-ca', own.ca)
    assert.match(mixed.stderr, /needs all of --etcd-ca, --etcd-cert and --etcd-key.+\(L0122\)/)
  })
})

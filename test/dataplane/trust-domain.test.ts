// Whom a sidecar takes for a workload of the mesh: identities of its trust domain and that domain's aliases, of authorities that it was told.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join as path } from 'node:path'
import { type TestContext, test } from 'node:test'
import { connect } from 'node:tls'
import { enrol } from '../../src/ca/enrol.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { revoke } from '../../src/ca/revoked.ts'
import { caFrom, type KeyPair, testCa } from '../support/certificates.ts'
import { joinTokenOf } from '../support/command.ts'
import { skip } from '../support/envoy.ts'
import { startMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { httpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

/** The status of a request over mutual TLS with this certificate, or `refused`. */
function ask(host: string, { chainPem, keyPem, rootPem }: KeyPair): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({
      ...{ host, port: 8080, cert: chainPem, key: keyPem, ca: rootPem },
      // Lotse's own test of the server's identity is elsewhere.
      checkServerIdentity: () => undefined,
      ALPNProtocols: ['istio-http/1.1'],
    })
    let text = ''
    socket.on('secureConnect', () => {
      socket.write('GET / HTTP/1.1\r\nhost: web\r\nconnection: close\r\n\r\n')
    })
    socket.on('data', (bytes: Buffer) => {
      text += bytes
    })
    socket.on('error', () => resolve('refused'))
    socket.on('close', () => resolve(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 'refused'))
  })
}

/** `shop/web` behind its sidecar, which takes mutual TLS only; with the mesh's own authority. */
async function startWeb(t: TestContext) {
  const web = loopback()
  const application = await httpUpstream(t, { name: 'web' })
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({
          ...{ workload: 'shop/web', address: web, labels: { app: 'web' } },
          serves: [{ port: 8080, protocol: 'HTTP', application: application.port }],
        }),
        service('shop/web', { app: 'web' }, 'http:80:8080'),
        policy('PeerAuthentication', 'shop/all', '{mtls: {mode: STRICT}}'),
      ),
      'config.yaml': '',
    },
    proxies: ['shop/web'],
  })
  const folder = path(dirname(mesh.config), 'data', 'ca')
  const [root, key] = ['root.pem', 'root-key.pem'].map((name) =>
    readFileSync(path(folder, name), 'utf8'),
  ) as [string, string]
  return { web, mesh, root, authority: await caFrom(root, key) }
}

test('identities of other trust domains below the same root', { skip }, async (t) => {
  const { web, mesh, authority } = await startWeb(t)
  const certificate = (domain: string) =>
    authority.issue({ uri: `spiffe://${domain}/ns/shop/sa/client` })
  const [own, other, like] = await Promise.all(
    ['cluster.local', 'other.test', 'cluster.local.other.test'].map(certificate),
  )

  assert.equal(await ask(web, own!), '200')
  assert.equal(await ask(web, other!), 'refused')
  assert.equal(await ask(web, like!), 'refused', 'a name that only begins like it')

  await mesh.edit(
    'config.yaml',
    '{apiVersion: mesh.istio.io/v1alpha1, kind: MeshConfig, trustDomainAliases: [other.test]}',
  )
  assert.equal(await ask(web, other!), '200', 'an alias')
  assert.equal(await ask(web, like!), 'refused')
  assert.equal(await ask(web, own!), '200')
})

test('an authority that the MeshConfig adds is believed as long as it stands there', {
  skip,
}, async (t) => {
  const { web, mesh, root, authority } = await startWeb(t)
  const foreign = await testCa()
  const client = {
    ...(await foreign.issue({ uri: 'spiffe://cluster.local/ns/shop/sa/client' })),
    rootPem: root,
  }
  const settings = (fields: object) =>
    mesh.edit(
      'config.yaml',
      JSON.stringify({ apiVersion: 'mesh.istio.io/v1alpha1', kind: 'MeshConfig', ...fields }),
    )
  const { rootPem: pem } = foreign

  assert.equal(await ask(web, client), 'refused')
  await settings({ caCertificates: [{ pem }] })
  assert.equal(await ask(web, client), '200')
  await settings({ caCertificates: [{ pem, trustDomains: ['other.test'] }] })
  assert.equal(await ask(web, client), 'refused', 'for another domain')
  await settings({ defaultConfig: { caCertificatesPem: [pem] } })
  assert.equal(await ask(web, client), '200')
  await settings({ caCertificates: [{ spiffeBundleUrl: 'https://bundle.test' }] })
  assert.equal(await ask(web, client), 'refused')

  await settings({ caCertificates: [{ pem }] })
  assert.equal(await ask(web, client), '200')
  const data = path(dirname(mesh.config), 'data')
  const token = joinTokenOf(data)
  const other = await enrol({ address: mesh.app.xds, token, workload: 'shop/other' })
  assert.ok(!isProblem(other))
  const [live] = mesh.app.authority.rotator.live().filter((one) => one.workload === 'shop/other')
  assert.equal(revoke(data, live!, new Date()), undefined)
  await waitFor(
    'the lists, of which there is none of this authority',
    () => ask(web, client),
    (answer) => answer === 'refused',
  )
  const mine = await authority.issue({ uri: 'spiffe://cluster.local/ns/shop/sa/client' })
  assert.equal(await ask(web, mine), '200')
})

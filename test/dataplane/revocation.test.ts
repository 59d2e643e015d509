// A workload's certificate revoked before its time, on real Envoys: what stops at once, what stops soon, and who is not concerned.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Credentials, readCredentials, writeCredentials } from '../../src/ca/credentials.ts'
import { enrol, renew } from '../../src/ca/enrol.ts'
import { importAuthority } from '../../src/ca/import.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { revoke } from '../../src/ca/revoked.ts'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import { joinTokenOf } from '../support/command.ts'
import { skip, testFolder } from '../support/envoy.ts'
import { keepAlive, request } from '../support/http.ts'
import { organisation } from '../support/organisation.ts'
import { HOSTS, startTrustMesh, TRUST_PORTS, type TrustMesh } from '../support/trust-mesh.ts'
import { waitFor } from '../support/wait.ts'

function good<T>(value: T | Diagnostic): T {
  if (isProblem(value)) assert.fail(`${value.code} ${value.text}`)
  return value as T
}

/** As `lotse ca revoke --workload` does it. */
function revokeWorkload(mesh: TrustMesh, workload: string): void {
  const { rotator } = mesh.app().authority
  const own = rotator.live().filter((one) => one.workload === workload)
  assert.ok(own.length > 0, `${workload} has certificates`)
  for (const one of own) assert.equal(revoke(mesh.data, one, new Date()), undefined)
}

const enrolAs = (mesh: TrustMesh, workload: string) =>
  enrol({ address: mesh.app().xds, token: joinTokenOf(mesh.data), workload })

/** Straight to the server's Envoy, as a proxy of the mesh calls it. */
function directly(mesh: TrustMesh, { keyPem, chainPem }: Credentials) {
  const tls = { key: keyPem, cert: chainPem, rejectUnauthorized: false }
  return {
    ...{ address: mesh.server.address, port: TRUST_PORTS.inbound, host: HOSTS.kept },
    tls: { ...tls, ALPNProtocols: ['istio-http/1.1'] },
  }
}

const statusOf = (asked: ReturnType<typeof request>) =>
  asked.then(
    ({ status }) => status as number | string,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  )

async function scenario(t: TestContext, mesh: TrustMesh): Promise<void> {
  const { client, server } = mesh
  const outside = good(await enrolAs(mesh, 'shop/outside'))
  const friend = good(await enrolAs(mesh, 'shop/friend'))
  const open = keepAlive(directly(mesh, outside))
  t.after(() => open.close())
  assert.equal((await open.request()).status, 200)
  assert.equal(await statusOf(request(directly(mesh, outside))), 200)

  await t.test('new connections are refused, open ones end', async () => {
    revokeWorkload(mesh, 'shop/outside')
    const asked = () => statusOf(request(directly(mesh, outside)))
    const refusal = await waitFor('a refusal', asked, (status) => status !== 200)
    assert.match(String(refusal), /CERTIFICATE_REVOKED|ECONNRESET|SSL/)
    const lasting = await waitFor(
      'the open connection to end',
      () => statusOf(open.request()),
      (one) => one !== 200,
    )
    assert.match(String(lasting), /CERTIFICATE_REVOKED|ECONNRESET|EPIPE|SSL|hang up/)
  })

  await t.test(
    'it gets no configuration and no other certificate by it, others go on',
    async () => {
      assert.ok(isProblem(await renew({ address: mesh.app().xds, credentials: outside })))
      assert.equal(await statusOf(request(directly(mesh, friend))), 200)
      for (const host of Object.values(HOSTS)) {
        const through = { address: client.address, port: TRUST_PORTS.outbound, host }
        assert.equal(await statusOf(request(through)), 200, host)
      }
    },
  )

  await t.test(
    'a server whose certificate is revoked is not spoken to, until it has another',
    async () => {
      const through = { address: client.address, port: TRUST_PORTS.outbound, host: HOSTS.fresh }
      revokeWorkload(mesh, server.workload)
      await waitFor(
        'a refusal',
        () => statusOf(request(through)),
        (status) => status === 503,
      )
      const refused = await client.envoy.stats('fresh.*fail_verify_error')
      assert.ok(
        Object.values(refused).some((count) => count > 0),
        JSON.stringify(refused),
      )
      const again = good(await enrolAs(mesh, server.workload))
      assert.equal(writeCredentials(server.folder, again), undefined)
      await waitFor(
        'an answer',
        () => statusOf(request(through)),
        (status) => status === 200,
        {
          timeout: 60_000,
        },
      )
      assert.ok(!isProblem(readCredentials(server.folder)))
    },
  )

  await t.test('it stays so after a restart', async () => {
    await mesh.restart()
    assert.equal(mesh.app().authority.rotator.overview().revoked.length >= 2, true)
    assert.notEqual(await statusOf(request(directly(mesh, outside))), 200)
    assert.equal(await statusOf(request(directly(mesh, friend))), 200)
  })
}

test('revocation below Lotse’s own root', { skip }, async (t) => {
  await scenario(t, await startTrustMesh(t))
})

test('revocation below an organisation’s intermediate', { skip }, async (t) => {
  const data = `${testFolder(t)}/data`
  const { certificate, key, root } = await organisation(testFolder(t))
  const from = { certificate, key, root }
  const now = () => new Date()
  good(await importAuthority({ directory: data, from, trustDomain: 'cluster.local', now }))
  await scenario(t, await startTrustMesh(t, { data }))
})

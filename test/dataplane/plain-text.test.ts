// Proxies that speak plain-text xDS: they have no certificate, are called in plain text, and get no secrets.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skip } from '../support/envoy.ts'
import { request } from '../support/http.ts'
import { startMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { type Echo, httpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

test('proxies without certificates', { skip }, async (t) => {
  const [client, server] = [loopback(), loopback()]
  const application = await httpUpstream(t, { name: 'application' })
  const mesh = await startMesh(t, {
    plaintext: true,
    yaml: {
      'mesh.yaml': join(
        workload({
          ...{ workload: 'shop/client', address: client },
          calls: [{ port: 8000, protocol: 'HTTP' }],
        }),
        workload({
          ...{ workload: 'shop/web', address: server, labels: { app: 'web' } },
          serves: [{ port: 8080, protocol: 'HTTP', application: application.port }],
        }),
        service('shop/web', { app: 'web' }, 'http:8000:8080'),
      ),
      'policies.yaml': '',
    },
    proxies: ['shop/client', 'shop/web'],
  })
  const ask = (path = '/') => request({ address: client, port: 8000, host: 'web', path })

  await t.test('are routed and authorized like others', async () => {
    const answer = await ask()
    assert.equal(answer.status, 200)
    assert.equal(answer.json<Echo>().headers['x-forwarded-client-cert'], undefined)
    await mesh.edit(
      'policies.yaml',
      join(
        policy('AuthorizationPolicy', 'shop/a', '{rules: [{to: [{operation: {paths: [/open]}}]}]}'),
        policy(
          'VirtualService',
          'shop/a',
          '{hosts: [web], http: [{rewrite: {uri: /open}, match: [{uri: {exact: /in}}], route: [{destination: {host: web}}]}, {route: [{destination: {host: web}}]}]}',
        ),
      ),
    )
    assert.deepEqual([(await ask('/in')).status, (await ask('/shut')).status], [200, 403])
  })

  await t.test('prove nothing: a principal is never theirs, STRICT takes nothing', async () => {
    const principal = 'from: [{source: {principals: ["*"]}}]'
    await mesh.edit(
      'policies.yaml',
      policy('AuthorizationPolicy', 'shop/a', `{rules: [{${principal}}]}`),
    )
    assert.equal((await ask()).status, 403)
    await mesh.edit(
      'policies.yaml',
      policy('PeerAuthentication', 'shop/a', '{mtls: {mode: STRICT}}'),
    )
    // A connection between the proxies that was open may carry one more request.
    await waitFor('the refusal', async () => (await ask()).status === 503)
    await assert.rejects(request({ address: server, port: 8080 }), /ECONNRESET|socket hang up/)
    await mesh.edit('policies.yaml', '')
    assert.equal((await ask()).status, 200)
  })

  await t.test('hold no secret, and refused nothing', async () => {
    for (const workload of ['shop/client', 'shop/web']) {
      assert.deepEqual(await mesh.envoy(workload).resources('secret'), [])
    }
    assert.equal(mesh.sent().nacks, 0)
  })
})

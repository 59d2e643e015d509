// Enrolment by service account token, with no more rights than Lotse's own roles give it.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join as path } from 'node:path'
import { test } from 'node:test'
import { openApp } from '../../src/app.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { enrolWorkload } from '../../src/cli/bootstrap.ts'
import { roles } from '../../src/install/roles.ts'
import { type Diagnostic, printDiagnostic } from '../../src/model/diagnostic.ts'
import { testFolder } from '../support/envoy.ts'
import { type Cluster, startCluster } from './support/cluster.ts'
import { podAddress, skip } from './support/place.ts'

const AUDIENCE = 'istio-ca'

/** A token as a kubelet would mount it. */
async function tokenOf(
  cluster: Cluster,
  account: string,
  audience: string,
  pod?: Record<string, unknown>,
): Promise<string> {
  const { name, uid } = (pod?.metadata ?? {}) as { name?: string; uid?: string }
  const bound = pod ? { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid } } : {}
  const { status } = (await cluster.create(
    `/api/v1/namespaces/default/serviceaccounts/${account}/token`,
    { spec: { audiences: [audience], ...bound } },
  )) as { status: { token: string } }
  return status.token
}

test('service account tokens', { skip }, async (t) => {
  const cluster = await startCluster(t)
  await cluster.namespace('istio-system')
  for (const role of roles({ namespace: 'istio-system' })) await cluster.install(role)
  for (const account of ['default', 'web', 'cart']) await cluster.account('default', account)
  const pod = await cluster.pod({ name: 'web-1', address: podAddress(), account: 'web' })
  const other = await cluster.pod({ name: 'cart-1', address: podAddress(), account: 'cart' })
  const own = (await cluster.create('/api/v1/namespaces/istio-system/serviceaccounts/lotse/token', {
    spec: { audiences: ['https://kubernetes.default.svc'] },
  })) as { status: { token: string } }
  const log: Diagnostic[] = []
  const folder = testFolder(t)
  const app = await openApp({
    config: [],
    kubernetes: {
      kubeconfig: cluster.kubeconfigOf(own.status.token),
      meshConfig: 'istio-system/istio',
    },
    data: path(folder, 'data'),
    xds: '127.0.0.1:0',
    log: (diagnostic) => log.push(diagnostic),
  })
  if (isProblem(app)) throw new Error(printDiagnostic(app))
  t.after(() => app.close())
  const rootFile = path(folder, 'root.pem')
  writeFileSync(rootFile, app.authority.trust.rootsPem.join('\n'))
  const enrolAs = async (workload: string, token: string) => {
    const tokenFile = path(folder, 'token')
    writeFileSync(tokenFile, `${token}\n`)
    const enrolled = await enrolWorkload({
      ...{ workload, tokenFile, rootFile, xds: app.xds },
      ...{ out: testFolder(t), admin: '127.0.0.1:0' },
    })
    return isProblem(enrolled) ? printDiagnostic(enrolled) : enrolled.credentials.workload
  }

  await t.test('the roles of `lotse install` are enough', () => {
    const refused = log.filter(({ text }) => /forbidden/.test(text)).map(printDiagnostic)
    assert.deepEqual(refused, [])
    assert.ok(app.mesh().tables.WorkloadEntry.rows.has('default/web-1'))
  })

  await t.test('a pod gets a certificate for itself, with its account', async () => {
    const identity = await enrolAs('default/web-1', await tokenOf(cluster, 'web', AUDIENCE, pod))
    assert.deepEqual(identity, {
      ...{ trustDomain: 'cluster.local', namespace: 'default' },
      ...{ serviceAccount: 'web', name: 'web-1' },
    })
  })

  await t.test('and for no other, nor by another token', async () => {
    const cart = await tokenOf(cluster, 'cart', AUDIENCE, other)
    assert.match(String(await enrolAs('default/web-1', cart)), /another pod/)
    const unbound = await tokenOf(cluster, 'web', AUDIENCE)
    assert.match(String(await enrolAs('default/web-1', unbound)), /not bound to a pod/)
    const wrongAudience = await tokenOf(cluster, 'web', 'elsewhere', pod)
    assert.match(String(await enrolAs('default/web-1', wrongAudience)), /audience istio-ca/)
    const good = await tokenOf(cluster, 'web', AUDIENCE, pod)
    const forged = `${good.slice(0, -8)}AAAAAAAA`
    assert.match(String(await enrolAs('default/web-1', forged)), /not a valid one/)
  })

  await t.test('a token of a pod that is gone is worth nothing', async () => {
    const late = await tokenOf(cluster, 'cart', AUDIENCE, other)
    await cluster.call('DELETE', '/api/v1/namespaces/default/pods/cart-1?gracePeriodSeconds=0')
    assert.match(String(await enrolAs('default/cart-1', late)), /not a valid one/)
  })
})

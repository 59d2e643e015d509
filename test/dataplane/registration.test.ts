// Workloads that register themselves under a WorkloadGroup, and how the mesh says that proxies are started, with real Envoys.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join as path } from 'node:path'
import { type TestContext, test } from 'node:test'
import { parse } from 'yaml'
import { isProblem } from '../../src/ca/problem.ts'
import { enrolWorkload } from '../../src/cli/bootstrap.ts'
import { skip, testEnvoy, testFolder } from '../support/envoy.ts'
import { request } from '../support/http.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { freePort, loopback } from '../support/ports.ts'
import { type Echo, httpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const PORT = 8000

async function enrolIn(t: TestContext, mesh: TestMesh, more: object) {
  return enrolWorkload({
    ...{ workload: 'shop/vm-1', xds: mesh.app.xds, out: testFolder(t), admin: '127.0.0.1:0' },
    tokenFile: path(dirname(mesh.config), 'data', 'join-token'),
    ...more,
  })
}

test('a workload registers under a group', { skip }, async (t) => {
  const [client, vm] = [loopback(), loopback()]
  const application = await httpUpstream(t, { name: 'vm' })
  const mesh = await startMesh(t, {
    yaml: join(
      workload({
        workload: 'shop/client',
        address: client,
        calls: [{ port: PORT, protocol: 'HTTP' }],
      }),
      service('shop/web', { app: 'web' }, `http:${PORT}:8080`),
      policy(
        'WorkloadGroup',
        'shop/vms',
        '{metadata: {labels: {app: web}, annotations: {owner: shop}}, template: {serviceAccount: vms, locality: r/z/s, labels: {kind: vm}}}',
      ),
      policy(
        'Sidecar',
        'shop/vms',
        `{workloadSelector: {labels: {kind: vm}}, ingress: [{port: {number: 8080, protocol: HTTP, name: http},
          bind: ${vm}, captureMode: NONE, defaultEndpoint: "127.0.0.1:${application.port}"}]}`,
      ),
    ),
    proxies: ['shop/client'],
  })
  const ask = async () => {
    const answer = await request({ address: client, port: PORT, host: 'web' })
    return answer.status === 200 ? answer.json<Echo>().name : String(answer.status)
  }
  const entry = () => mesh.app.mesh().tables.WorkloadEntry.rows.get('shop/vm-1')

  await t.test('only under one of its namespace, and with an address', async () => {
    for (const given of [
      { group: 'other', address: vm },
      { group: 'vms', address: 'here' },
    ]) {
      const refused = await enrolIn(t, mesh, given)
      assert.ok(isProblem(refused))
      assert.match(refused.text, /L0434/)
    }
    assert.equal(entry(), undefined)
  })

  await t.test('not by a token that is bound to a workload', async () => {
    const made = mesh.app.authority.tokens.create({ ttl: 60, uses: 5, workload: 'shop/vm-1' })
    assert.ok(!isProblem(made))
    const tokenFile = path(testFolder(t), 'token')
    writeFileSync(tokenFile, made.text)
    const refused = await enrolIn(t, mesh, { group: 'vms', address: vm, tokenFile })
    assert.ok(isProblem(refused))
    assert.match(refused.text, /L0431/)
  })

  await t.test(
    'it is called with the identity of its group, and leaves with its proxy',
    async () => {
      assert.equal(await ask(), '503')
      const enrolled = await enrolIn(t, mesh, { group: 'vms', address: vm })
      assert.ok(!isProblem(enrolled), JSON.stringify(enrolled))
      assert.equal(enrolled.credentials.workload.serviceAccount, 'vms')
      const envoy = await testEnvoy(t, { written: enrolled.config })
      await waitFor('the new workload to answer', ask, (by) => by === 'vm')
      const seen = application.received.at(-1)?.headers['x-forwarded-client-cert']
      assert.match(String(seen), /URI=spiffe:\/\/cluster\.local\/ns\/shop\/sa\/default/)
      assert.equal(entry()?.spec.locality, 'r/z/s')
      assert.deepEqual(entry()?.metadata.labels, { app: 'web', kind: 'vm' })
      assert.deepEqual(entry()?.metadata.annotations, { owner: 'shop' })
      await envoy.stop()
      await waitFor('the workload to leave', entry, (now) => now === undefined, { timeout: 60_000 })
      await waitFor('nobody to answer', ask, (by) => by === '503')
    },
  )
})

test('how proxies are started', { skip }, async (t) => {
  const port = await freePort()
  const mesh = await startMesh(t, {
    yaml: join(
      workload({ workload: 'shop/web', address: loopback(), labels: { app: 'web' } }),
      `apiVersion: mesh.istio.io/v1alpha1
kind: MeshConfig
metadata: {name: mesh}
defaultConfig:
  concurrency: 4
  drainDuration: 7s
  terminationDrainDuration: 3s
  fileFlushInterval: 0.25s
  fileFlushMinSizeKb: 3
  proxyAdminPort: ${port}
  proxyMetadata: {LEVEL: mesh, ISTIO_META_TIER: gold}
  runtimeValues: {"envoy.reloadable_features.none_such": "false", overload.global_downstream_max_connections: "1234"}`,
      policy(
        'ProxyConfig',
        'istio-system/all',
        '{concurrency: 3, environmentVariables: {LEVEL: root}}',
      ),
      policy('ProxyConfig', 'shop/all', '{environmentVariables: {LEVEL: namespace, SHOP: "1"}}'),
      policy('ProxyConfig', 'shop/web', '{selector: {matchLabels: {app: web}}, concurrency: 1}'),
      policy(
        'ProxyConfig',
        'istio-system/web',
        '{selector: {matchLabels: {app: web}}, concurrency: 9}',
      ),
    ),
    proxies: [],
  })
  const web = await enrolIn(t, mesh, { workload: 'shop/web' })
  assert.ok(!isProblem(web))
  const environment = { LEVEL: 'namespace', SHOP: '1', ISTIO_META_TIER: 'gold' }
  assert.deepEqual(web.settings, {
    ...{
      concurrency: 1,
      environment,
      drainSeconds: 7,
      terminationDrainSeconds: 3,
      fileFlushMilliseconds: 250,
      fileFlushKilobytes: 3,
      adminPort: port,
    },
    runtime: {
      'envoy.reloadable_features.none_such': 'false',
      'overload.global_downstream_max_connections': '1234',
    },
  })
  const bootstrap = parse(readFileSync(web.config, 'utf8'))
  assert.equal(bootstrap.node.metadata.TIER, 'gold')
  const other = await enrolIn(t, mesh, { workload: 'else/other' })
  assert.ok(!isProblem(other))
  assert.equal(other.settings.concurrency, 3)
  const { fileFlushMilliseconds, fileFlushKilobytes } = web.settings
  const envoy = await testEnvoy(t, {
    written: web.config,
    started: {
      fileFlushMilliseconds: fileFlushMilliseconds!,
      fileFlushKilobytes: fileFlushKilobytes!,
    },
  })
  assert.equal(envoy.adminPort, port)
  const info = JSON.parse(await envoy.admin('/server_info')) as {
    command_line_options: Record<string, unknown>
  }
  assert.equal(info.command_line_options.file_flush_interval, '0.250s')
  const words = readFileSync(`/proc/${envoy.running.pid}/cmdline`, 'utf8').split('\0')
  assert.equal(words[words.indexOf('--file-flush-min-size-kb') + 1], '3')
  assert.match(await envoy.admin('/runtime'), /"final_value": "1234"/)
})

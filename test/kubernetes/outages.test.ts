// The API server and the leading replica are killed while requests run: none fails, and changes go on afterwards.
import { test } from 'node:test'
import { skip as noEnvoy } from '../support/envoy.ts'
import { startOutages } from '../support/outages.ts'
import { httpUpstream } from '../support/upstreams.ts'
import { type Cluster, startCluster } from './support/cluster.ts'
import { skip as noCluster, podAddress } from './support/place.ts'

const NETWORKING = 'networking.istio.io/v1'
const skip = noCluster || noEnvoy

function teapot(cluster: Cluster, status: number): Promise<void> {
  return cluster.apply(NETWORKING, 'virtualservices', 'default/web', {
    hosts: ['web'],
    http: [
      { match: [{ uri: { prefix: '/teapot' } }], directResponse: { status } },
      { route: [{ destination: { host: 'web' } }] },
    ],
  })
}

/** A service `web`, a pod that serves it on its own address, and one that calls it on port 80. */
async function shop(cluster: Cluster, web: string, client: string, application: number) {
  await cluster.namespace('istio-system')
  await cluster.account('default', 'default')
  await cluster.pod({ name: 'web-1', address: web, labels: { app: 'web' } })
  await cluster.pod({ name: 'client-1', address: client, labels: { app: 'client' } })
  const port = { name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }
  await cluster.service('default/web', { app: 'web' }, [port])
  const slicePort = { name: 'http', port: 8080, protocol: 'TCP' }
  await cluster.endpoints('default/web', [slicePort], [{ name: 'web-1', address: web }])
  const http = (number: number) => ({ number, name: 'http', protocol: 'HTTP' })
  await cluster.apply(NETWORKING, 'sidecars', 'default/web', {
    workloadSelector: { labels: { app: 'web' } },
    ingress: [
      {
        ...{ port: http(8080), bind: web, captureMode: 'NONE' },
        defaultEndpoint: `127.0.0.1:${application}`,
      },
    ],
  })
  await cluster.apply(NETWORKING, 'sidecars', 'default/client', {
    workloadSelector: { labels: { app: 'client' } },
    egress: [{ port: http(80), bind: client, captureMode: 'NONE', hosts: ['*/*'] }],
  })
  await cluster.apply('security.istio.io/v1', 'peerauthentications', 'default/default', {
    mtls: { mode: 'STRICT' },
  })
}

test('outages under load, with Kubernetes', { skip }, async (t) => {
  const cluster = await startCluster(t)
  const [web, client] = [podAddress(), podAddress()]
  const application = await httpUpstream(t, { name: 'web' })
  await shop(cluster, web, client, application.port)
  await teapot(cluster, 418)
  const outages = await startOutages(t, {
    store: ['--store', 'kubernetes', '--kubeconfig', cluster.kubeconfig],
    workloads: ['default/web-1', 'default/client-1'],
    client: { address: client, port: 80 },
  })
  await outages.becomes(418)

  await t.test('the leader is killed: the other leads and has all proxies', async () => {
    await outages.replaceLeader()
    await teapot(cluster, 429)
    await outages.becomes(429)
    // Now all proxies are with one, which is the leader.
    await outages.replaceLeader()
  })

  await t.test('two leaders for a moment: one of them is left, and changes go on', async () => {
    await outages.freezeLeader()
    await teapot(cluster, 404)
    await outages.becomes(404)
  })

  await t.test('the API server is killed: all stays, and is told; then changes go on', async () => {
    await cluster.stop()
    await outages.told(true)
    await outages.becomes(404)
    await cluster.restart()
    await outages.told(false)
    await teapot(cluster, 451)
    await outages.becomes(451)
    await outages.leader()
  })

  const { sent } = await outages.finish()
  t.diagnostic(`${sent} requests, none failed`)
})

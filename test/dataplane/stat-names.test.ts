// Clusters that a MeshConfig gives other names in statistics: their bytes and how full they are is told under their own.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proxyMetrics } from '../../src/dashboard/prometheus.ts'
import { saturationOf } from '../../src/dashboard/saturation.ts'
import { skip } from '../support/envoy.ts'
import { rawExchange, request } from '../support/http.ts'
import { tellLoad } from '../support/load-agent.ts'
import { startMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { httpUpstream, tcpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const SOON = { timeout: 60_000 }
const WEB = 'outbound|8000||web.shop.svc.cluster.local'
/** Dots, a colon and a space, which Envoy's statistics treat in their own ways. */
const NAMES = `apiVersion: mesh.istio.io/v1alpha1
kind: MeshConfig
metadata: { name: mesh }
outboundClusterStatName: 'to %SERVICE%:%SERVICE_PORT_NAME%;x'
inboundClusterStatName: 'at %SERVICE%:%SERVICE_PORT_NAME%'
`

test('clusters that go by other names in statistics', { skip }, async (t) => {
  const [client, server] = [loopback(), loopback()]
  const web = await httpUpstream(t, { name: 'web' })
  const echo = await tcpUpstream(t, { name: 'echo' })
  const mesh = await startMesh(t, {
    yaml: join(
      NAMES,
      workload({
        ...{ workload: 'shop/client', address: client },
        calls: [
          { port: 8000, protocol: 'HTTP' },
          { port: 9000, protocol: 'TCP', hosts: ['shop/web.shop.svc.cluster.local'] },
        ],
      }),
      workload({
        ...{ workload: 'shop/web', address: server, labels: { app: 'web' } },
        serves: [
          { port: 8000, protocol: 'HTTP', application: web.port },
          { port: 9000, protocol: 'TCP', application: echo.port },
        ],
      }),
      service('shop/web', { app: 'web' }, 'http:8000', 'tcp:9000'),
      policy(
        'DestinationRule',
        'shop/web',
        `{host: web, trafficPolicy: {outlierDetection:
          {consecutive5xxErrors: 1, interval: 1s, baseEjectionTime: 600s, maxEjectionPercent: 100}}}`,
      ),
      policy(
        'VirtualService',
        'shop/web',
        '{hosts: [web], http: [{retries: {attempts: 0}, route: [{destination: {host: web}}]}]}',
      ),
    ),
    proxies: ['shop/client', 'shop/web'],
  })
  tellLoad(t, mesh, 'shop/client')
  const ask = () => request({ address: client, port: 8000, host: 'web' })
  assert.equal((await ask()).status, 200)
  await rawExchange({ address: client, port: 9000, send: 'hello', until: /hello/ })

  await t.test('the graph and Prometheus have their bytes', async () => {
    const graph = () => mesh.app.graph({ by: 'service', window: 60 })
    const edges = await waitFor(
      'bytes of both',
      async () => (await graph()).edges.filter(({ source }) => source === 'shop/client'),
      (all) =>
        all.length === 2 && all.every((edge) => edge.bytesSent > 0 && edge.bytesReceived > 0),
      SOON,
    )
    assert.deepEqual(edges.map(({ protocol }) => protocol).sort(), ['http', 'tcp'])
    const HOST = 'destination_service="web.shop.svc.cluster.local"'
    for (const reporter of ['shop/client', 'shop/web']) {
      for (const name of ['istio_request_bytes_sum', 'istio_tcp_sent_bytes_total']) {
        await waitFor(
          `${name} of ${reporter}`,
          () =>
            proxyMetrics(mesh.app, reporter)
              .split('\n')
              .some((line) => line.startsWith(name) && line.includes(HOST) && !line.endsWith(' 0')),
          Boolean,
          SOON,
        )
      }
    }
  })

  await t.test('how full they are is told', async () => {
    const way = () => saturationOf(mesh.app).ways.find(({ cluster }) => cluster === WEB)
    await waitFor('connections', way, (one) => (one?.connections ?? 0) > 0, SOON)
    web.behave({ hang: true })
    const held = ask()
    await waitFor('a request under way', way, (one) => one?.now?.requests === 1, SOON)
    await web.stop()
    assert.equal((await held).status, 503)
    const aside = await waitFor(
      'the endpoint to be put aside',
      way,
      (one) => (one?.now?.ejected.length ?? 0) > 0,
      SOON,
    )
    assert.deepEqual(aside?.now?.ejected, [`${server}:8000`])
  })
})

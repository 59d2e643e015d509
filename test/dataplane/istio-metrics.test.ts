// Istio's metrics of real Envoys: sizes and durations with their labels, and the messages of gRPC calls.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proxyMetrics } from '../../src/dashboard/prometheus.ts'
import { skip } from '../support/envoy.ts'
import { grpcCall, grpcUpstream } from '../support/grpc.ts'
import { request } from '../support/http.ts'
import { startMesh } from '../support/mesh.ts'
import { freePort, loopback } from '../support/ports.ts'
import { httpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, service, workload } from '../support/workload.ts'

const HTTP = 8000
const GRPC = 9200
const SOON = { timeout: 60_000 }

test('what Prometheus gets of requests', { skip }, async (t) => {
  const [client, server] = [loopback(), loopback()]
  const web = await httpUpstream(t, { name: 'web', port: await freePort() })
  const echo = await grpcUpstream(t, { name: 'echo', port: await freePort() })
  const mesh = await startMesh(t, {
    yaml: join(
      workload({
        ...{ workload: 'shop/client', address: client },
        calls: [
          { port: HTTP, protocol: 'HTTP' },
          { port: GRPC, protocol: 'GRPC' },
        ],
      }),
      workload({
        ...{ workload: 'shop/server', address: server, labels: { app: 'server' } },
        serves: [
          { port: HTTP, protocol: 'HTTP', application: web.port },
          { port: GRPC, protocol: 'GRPC', application: echo.port },
        ],
      }),
      service('shop/server', { app: 'server' }, `http:${HTTP}`, `grpc:${GRPC}`),
    ),
    proxies: ['shop/client', 'shop/server'],
  })
  /** Sum of the samples of a metric whose labels include these. */
  const sum = (reporter: string, name: string, labels: Readonly<Record<string, string>>) =>
    proxyMetrics(mesh.app, reporter)
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`))
      .filter((line) =>
        Object.entries(labels).every(([key, value]) => line.includes(`${key}="${value}"`)),
      )
      .reduce((total, line) => total + Number(line.split(' ').at(-1)), 0)

  await t.test('sizes by class, and durations by what was answered', async () => {
    const ask = (path: string, size: number) =>
      request({
        ...{ address: client, port: HTTP, host: `server:${HTTP}`, path },
        ...{ method: 'POST', body: 'x'.repeat(size) },
      })
    for (const size of [10, 10, 10_000, 200_000]) assert.equal((await ask('/', size)).status, 200)
    web.behave({ status: 503, delay: 30 })
    assert.equal((await ask('/', 10)).status, 503)
    web.behave({ status: 502, delay: 150 })
    assert.equal((await ask('/', 10)).status, 502)
    for (const reporter of ['shop/client', 'shop/server']) {
      const http = { request_protocol: 'http' }
      const buckets = (name: string) =>
        ['1024', '16384', '1048576', '+Inf'].map((le) =>
          sum(reporter, `${name}_bucket`, { ...http, le }),
        )
      await waitFor(
        `all of ${reporter}`,
        () => buckets('istio_request_bytes'),
        ([, , , all]) => all === 6,
        SOON,
      )
      assert.deepEqual(buckets('istio_request_bytes'), [4, 5, 6, 6])
      // The echo's answer has what it was sent.
      assert.equal(buckets('istio_response_bytes')[1], 5)
      await waitFor(
        'their sum',
        () => sum(reporter, 'istio_request_bytes_sum', http),
        (bytes) => bytes > 210_000,
        SOON,
      )
      const took = (labels: Readonly<Record<string, string>>) =>
        sum(reporter, 'istio_request_duration_milliseconds_count', { ...http, ...labels })
      await waitFor(
        'their durations',
        () => took({}),
        (all) => all === 6,
        SOON,
      )
      assert.deepEqual([took({ response_code: '200' }), took({ response_code: '503' })], [4, 1])
      assert.equal(took({ response_flags: '-' }), 6)
      const within = (response_code: string, le: string) =>
        sum(reporter, 'istio_request_duration_milliseconds_bucket', { ...http, response_code, le })
      assert.deepEqual([within('503', '5'), within('502', '100')], [0, 0])
      assert.deepEqual([within('503', '10000'), within('502', '10000')], [1, 1])
    }
  })

  await t.test('messages of gRPC calls, and of nothing else', async () => {
    for (let call = 0; call < 3; call++) {
      const { code } = await grpcCall({ address: client, port: GRPC, authority: `server:${GRPC}` })
      assert.equal(code, 0)
    }
    for (const reporter of ['shop/client', 'shop/server']) {
      for (const direction of ['request', 'response']) {
        const messages = () =>
          sum(reporter, `istio_${direction}_messages_total`, { request_protocol: 'grpc' })
        await waitFor(`${direction}s of ${reporter}`, messages, (all) => all === 3, SOON)
        assert.equal(sum(reporter, `istio_${direction}_messages_total`, {}), 3)
      }
    }
  })
})

// What a report of a real Envoy weighs: twenty edges by mutual TLS, each called since the report before.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { messageType } from '../../proto/message-type.ts'
import { skip } from '../support/envoy.ts'
import { request } from '../support/http.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { httpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, service, workload } from '../support/workload.ts'

const PORT = 8000
const EDGES = 20
const WORKLOAD = 'shop/web-10-v1'

const REQUEST = messageType('opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest')

test('a report of twenty edges by mutual TLS is below 10 kB', { skip }, async (t) => {
  const { mesh, address } = await shop(t)
  const sizes = sizesOf(mesh, 'shop/client')
  const askAll = async () => {
    for (let number = 0; number < EDGES; number++) {
      const host = `web-${number}.shop:${PORT}`
      assert.equal((await request({ address, port: PORT, host, path: '/' })).status, 200)
    }
    return sizes
  }
  const told = await waitFor('reports', askAll, ({ length }) => length >= 3, {
    ...{ timeout: 60_000, every: 100 },
  })
  assert.ok(Math.max(...told) < 10_000, `${told} bytes`)
  t.diagnostic(`${told} bytes`)
  const requests = [...mesh.app.signals.totals.of('shop/client')].filter(
    ({ kind }) => kind === 'requests',
  )
  assert.equal(requests.length, EDGES)
  for (const { peer, edge } of requests) {
    assert.equal(peer, 'spiffe://cluster.local/ns/shop/sa/web-10')
    assert.equal(edge.workload, WORKLOAD)
  }
})

/** Bytes of each report of a workload that has requests of every edge. */
function sizesOf({ app }: TestMesh, workload: string): number[] {
  const sizes: number[] = []
  const report = app.signals.report.bind(app.signals)
  app.signals.report = (reporter, bytes) => {
    const size = reporter === workload ? weigh(bytes) : undefined
    if (size) sizes.push(size)
    return report(reporter, bytes)
  }
  return sizes
}

interface Metric {
  readonly name: string
  readonly sum?: { readonly data_points: readonly Point[] }
  readonly histogram?: { data_points: readonly Point[] }
}

interface Point {
  readonly attributes: readonly { readonly value: { readonly string_value: string } }[]
}

/**
 * How fast the machine answers decides in which histograms an edge is: one of them counts, and not that of 100 ms and more, since it has
 * one more bound. New connections do not count.
 */
function weigh(bytes: Uint8Array): number | undefined {
  const request = REQUEST.toObject(REQUEST.decode(bytes)) as {
    resource_metrics: { scope_metrics: { metrics: Metric[] }[] }[]
  }
  const scope = request.resource_metrics[0]!.scope_metrics[0]!
  const seen = new Set<string>()
  scope.metrics = scope.metrics.filter(({ name }) => /^lotse\.(rq|us|mid)$|bytes_total$/.test(name))
  for (const { histogram } of scope.metrics) {
    if (!histogram) continue
    histogram.data_points = histogram.data_points.filter(({ attributes }) => {
      const edge = attributes[0]!.value.string_value
      return !seen.has(edge) && seen.add(edge)
    })
  }
  const requests = scope.metrics.find(({ name }) => name === 'lotse.rq')?.sum?.data_points ?? []
  if (requests.length < EDGES || seen.size < EDGES) return undefined
  return REQUEST.encode(REQUEST.fromObject(request)).finish().length
}

async function shop(t: TestContext) {
  const app = await httpUpstream(t, { name: 'app', behaviour: { body: 'ok' } })
  const address = loopback()
  const labels = { app: 'web-10', version: 'v1' }
  const mesh = await startMesh(t, {
    yaml: join(
      workload({
        ...{ workload: 'shop/client', address, account: 'client' },
        calls: [{ port: PORT, protocol: 'HTTP' }],
      }),
      workload({
        ...{ workload: WORKLOAD, address: loopback(), account: 'web-10', labels },
        serves: [{ port: 8080, protocol: 'HTTP', application: app.port }],
      }),
      ...Array.from({ length: EDGES }, (_, number) =>
        service(`shop/web-${number}`, { app: 'web-10' }, `http:${PORT}:8080`),
      ),
    ),
    proxies: ['shop/client', WORKLOAD],
  })
  return { mesh, address }
}

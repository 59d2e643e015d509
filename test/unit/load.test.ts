// What an agent tells of its Envoy's load: when it is news, and what the control plane keeps of it, whatever it says.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUSIEST_WORKER, type Gauge } from '../../envoy/load.ts'
import { isNews } from '../../src/cli/load-report.ts'
import { writeGauges } from '../../src/telemetry/otlp-write.ts'
import { Signals } from '../../src/telemetry/signals.ts'

const MEMORY = 'server.memory_allocated'
const ACTIVE = 'cluster.upstream_rq_active'

function gauge(name: string, value: number, tags: Gauge['tags'] = {}): Gauge {
  return { name, tags, value }
}

function of(cluster: string) {
  return { 'envoy.cluster_name': cluster }
}

test('only what moved noticeably is told, and everything to a control plane that knows nothing', () => {
  const told = {
    connected: 1,
    gauges: [gauge(MEMORY, 100), gauge(BUSIEST_WORKER, 20), gauge(ACTIVE, 2, of('a'))],
  }
  const news = (...gauges: Gauge[]) => isNews(told, { connected: 1, gauges })
  assert.equal(isNews(told, told), false)
  assert.equal(isNews(told, { ...told, connected: 2 }), true)
  const [memory, busiest, active] = told.gauges as [Gauge, Gauge, Gauge]
  assert.equal(news(gauge(MEMORY, 104), gauge(BUSIEST_WORKER, 24), active), false)
  assert.equal(news(gauge(MEMORY, 94), busiest, active), true)
  assert.equal(news(memory, gauge(BUSIEST_WORKER, 25), active), true)
  assert.equal(news(memory, busiest, gauge(ACTIVE, 3, of('a'))), true)
  assert.equal(news(memory, busiest, gauge(ACTIVE, 2, of('b'))), true)
  assert.equal(news(memory, busiest), true)
})

test('the last report counts alone, and no report makes it grow without bound', () => {
  const clock = { ms: 1_000_000 }
  const signals = new Signals({ now: () => clock.ms })
  const report = (...gauges: Gauge[]) => signals.report('shop/web', writeGauges(gauges))
  report(
    gauge(MEMORY, 5_000_000),
    gauge(ACTIVE, 3, of('a')),
    gauge('cluster.circuit_breakers.default.cx_open', 1, of('a')),
    gauge('lotse.ejected', 1, { ...of('a'), address: '10.0.0.1:80' }),
    gauge('anything', 7, of('b')),
  )
  assert.deepEqual(signals.loads.of('shop/web'), {
    ...{ at: clock.ms, memory: 5_000_000, physical: 0, connections: 0, workers: 0 },
    ...{ busiest: undefined, stalls: 0 },
    clusters: new Map([
      [
        'a',
        {
          ...{ connections: 0, requests: 3, waiting: 0 },
          ...{ breakers: ['connections'], ejected: ['10.0.0.1:80'] },
        },
      ],
    ]),
  })
  report(gauge(MEMORY, 6_000_000))
  assert.deepEqual(signals.loads.of('shop/web')?.clusters.size, 0)
  // Nothing of it is an edge of the graph, or a total for Prometheus.
  assert.deepEqual([signals.size, [...signals.totals.reporters()]], [0, []])

  report(...Array.from({ length: 5000 }, (_, number) => gauge(ACTIVE, 1, of(`c${number}`))))
  assert.equal(signals.loads.of('shop/web')?.clusters.size, 1000)
  report(
    ...Array.from({ length: 500 }, (_, number) =>
      gauge('lotse.ejected', 1, { ...of('a'), address: `10.0.0.1:${number}` }),
    ),
  )
  assert.equal(signals.loads.of('shop/web')?.clusters.get('a')?.ejected.length, 100)

  clock.ms += 25 * 3600 * 1000
  signals.report('shop/other', new Uint8Array())
  assert.equal(signals.loads.of('shop/web'), undefined)
})

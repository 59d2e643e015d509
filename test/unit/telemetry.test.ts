// The receiver's side of observability: reports as bytes, figures in windows, and the graph that follows from them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { messageType } from '../../proto/message-type.ts'
import { graphOf, makeGraph } from '../../src/telemetry/graph.ts'
import { MetricsReader } from '../../src/telemetry/otlp.ts'
import type { Directory } from '../../src/telemetry/place.ts'
import { Signals } from '../../src/telemetry/signals.ts'
import { inSlices, onceAtATime } from '../../src/telemetry/slices.ts'
import {
  BOUNDS,
  FIGURE,
  KEPT_STEPS,
  noFigures,
  quantile,
  Window,
} from '../../src/telemetry/window.ts'
import '../support/laws.ts'

const REQUEST = messageType('opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest')

type Tags = Readonly<Record<string, string>>

function attributes(tags: Tags) {
  return Object.entries(tags).map(([key, value]) => ({ key, value: { string_value: value } }))
}

function counter(name: string, tags: Tags, value: number) {
  return { name, sum: { data_points: [{ attributes: attributes(tags), as_int: value }] } }
}

function histogram(tags: Tags, counts: readonly number[], sum = 0, bounds = BOUNDS) {
  const point = {
    attributes: attributes(tags),
    count: counts.reduce((all, one) => all + one, 0),
    sum,
    bucket_counts: counts,
    explicit_bounds: bounds,
  }
  return { name: 'lotse.us', histogram: { data_points: [point] } }
}

function encode(...metrics: readonly object[]): Uint8Array {
  return REQUEST.encode(
    REQUEST.fromObject({ resource_metrics: [{ scope_metrics: [{ metrics }] }] }),
  ).finish()
}

const WEB = 'outbound|80||web.shop.svc.cluster.local'
const WEB_V1 = `${WEB};web-v1;shop;web;v1`
const PEER = 'spiffe://cluster.local/ns/shop/sa/web'

const WORKLOADS: Readonly<Record<string, { service: string; app: string; version: string }>> = {
  'shop/client': { service: '', app: 'client', version: 'v1' },
  'shop/web-v1': { service: 'web.shop.svc.cluster.local', app: 'web', version: 'v1' },
  'shop/web-v2': { service: 'web.shop.svc.cluster.local', app: 'web', version: 'v2' },
}

const directory: Directory = {
  workload: (name) =>
    WORKLOADS[name] && {
      ...WORKLOADS[name],
      principal: `spiffe://cluster.local/ns/shop/sa/${WORKLOADS[name].app}`,
    },
  withPrincipal: (principal) =>
    Object.keys(WORKLOADS).filter((name) => directory.workload(name)?.principal === principal),
}

function signals(clock: { ms: number }, limits = {}) {
  return new Signals({ now: () => clock.ms, ...limits })
}

test('the lean reader finds what protobufjs wrote', () => {
  const points: unknown[] = []
  new MetricsReader().read(
    encode(
      counter('lotse.rq', { e: `${WEB_V1} 200;-;;` }, 2 ** 40),
      histogram({ e: WEB_V1 }, [1, 0, 2], 7.5, [250, 500]),
      { name: 'a gauge', gauge: { data_points: [{ as_double: 3 }] } },
    ),
    ({ subject: { name, attributes }, ...figures }) =>
      points.push({ name, attributes: Object.fromEntries(attributes), ...figures }),
  )
  assert.deepEqual(points, [
    { name: 'lotse.rq', attributes: { e: `${WEB_V1} 200;-;;` }, value: 2 ** 40 },
    {
      name: 'lotse.us',
      attributes: { e: WEB_V1 },
      histogram: { sum: 7.5, counts: [1, 0, 2], bounds: [250, 500] },
    },
    { name: 'a gauge', attributes: {}, value: 3, isGauge: true },
  ])
})

test('a histogram holds as many as it says, also where Envoy counts some below its last bound and above it', () => {
  const point = { count: 5, sum: 9, bucket_counts: [1, 4, 2], explicit_bounds: [250, 500] }
  const counts: unknown[] = []
  new MetricsReader().read(
    encode({ name: 'lotse.us', histogram: { data_points: [point] } }),
    ({ histogram }) => counts.push(histogram?.counts),
  )
  assert.deepEqual(counts, [[1, 4, 0]])
})

test('sums over windows are what came in, while steps are merged', () => {
  const step = fc.record({ after: fc.nat(40), requests: fc.nat(1000) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const window = new Window()
      const given: [at: number, requests: number][] = []
      let at = 1_000
      for (const { after, requests } of steps) {
        at += after
        window.at(at)[FIGURE.ok]! += requests
        given.push([at, requests])
      }
      const sum = (from: number) =>
        given.reduce((all, [when, requests]) => all + (when > from ? requests : 0), 0)
      // Recent windows are exact; so is the whole time that is kept, but for the 30 s at its beginning.
      for (const back of [1, 12, 60]) {
        assert.equal(window.sum(at - back, at)[FIGURE.ok], sum(at - back))
      }
      const kept = window.sum(-1, at)[FIGURE.ok]!
      assert.ok(kept <= sum(at - KEPT_STEPS - 6) && kept >= sum(at - KEPT_STEPS + 6))
    }),
  )
})

test('quantiles lie within the bucket that holds them', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9_000_000 }), { minLength: 1 }), (durations) => {
      const figures = noFigures()
      const bucketOf = (value: number) => BOUNDS.findIndex((bound) => value <= bound)
      for (const value of durations) figures[15 + bucketOf(value)]! += 1
      const sorted = [...durations].sort((a, b) => a - b)
      for (const share of [0.5, 0.95, 0.99]) {
        const exact = sorted[Math.ceil(sorted.length * share) - 1]!
        const found = quantile(figures, share)! * 1000
        const bucket = bucketOf(exact)
        assert.ok(found <= BOUNDS[bucket]! + 1e-6 && found >= (BOUNDS[bucket - 1] ?? 0) - 1e-6)
      }
    }),
  )
  assert.equal(quantile(noFigures(), 0.5), undefined)
})

test('an edge has rate, errors, latency, bytes and mutual TLS', () => {
  const clock = { ms: 1_000_000 }
  const found = signals(clock)
  const bytesTags = { 'envoy.cluster_name': 'outbound|80||web' }
  found.report(
    'shop/client',
    encode(
      counter('lotse.rq', { e: `${WEB_V1} 200;-;;${PEER}` }, 90),
      counter('lotse.rq', { e: `${WEB_V1} 404;-;;${PEER}` }, 4),
      counter('lotse.rq', { e: `${WEB_V1} 503;UO;;` }, 3),
      counter('lotse.rq', { e: `${WEB_V1} 200;-;14;${PEER}` }, 3),
      histogram({ e: `${WEB_V1} 200;-;` }, [0, 50, 50]),
      counter('cluster.shop.svc.cluster.local.upstream_cx_rx_bytes_total', bytesTags, 5000),
      counter('cluster.shop.svc.cluster.local.upstream_cx_tx_bytes_total', bytesTags, 700),
    ),
  )
  const [edge] = graphOf(found, directory, { by: 'workload', window: 60 }).edges
  assert.deepEqual(edge, {
    source: 'shop/client',
    target: 'shop/web-v1',
    protocol: 'grpc',
    reporter: 'client',
    mutualTls: 'all',
    requests: 100,
    rate: 100 / 60,
    errors: 6,
    errorShare: 0.06,
    statuses: { '2xx': 93, '4xx': 4, '5xx': 3 },
    flags: ['UO'],
    p50: 1,
    p95: 2.35,
    p99: 2.47,
    bytesSent: 700,
    bytesReceived: 5000,
  })
  clock.ms += 61_000
  assert.deepEqual(graphOf(found, directory, { by: 'workload', window: 60 }).edges, [])
  const replayed = graphOf(found, directory, { by: 'workload', window: 60, ago: 60 })
  assert.equal(replayed.edges[0]?.requests, 100)
})

test('versions are one node by service, and a destination nobody answered for is the service', () => {
  const found = signals({ ms: 1_000_000 })
  found.report(
    'shop/client',
    encode(
      counter('lotse.rq', { e: `${WEB_V1} 200;-;;` }, 1),
      counter('lotse.rq', { e: `${WEB};web-v2;shop;web;v2 200;-;;` }, 2),
      counter('lotse.rq', { e: `${WEB}; 500;FI;;` }, 4),
      counter('lotse.rq', { e: '; 404;NR;;' }, 8),
    ),
  )
  const byService = graphOf(found, directory, { by: 'service', window: 60 })
  assert.deepEqual(
    byService.edges.map(({ target, requests, errors }) => [target, requests, errors]),
    [
      ['no route', 8, 0],
      ['shop/web', 7, 4],
    ],
  )
  assert.equal(byService.nodes.find(({ id }) => id === 'shop/web')?.version, 'v1, v2')
  const byWorkload = graphOf(found, directory, { by: 'workload', window: 60 })
  const targets = byWorkload.edges.map(({ target }) => target)
  assert.deepEqual(targets, ['no route', 'shop/web', 'shop/web-v1', 'shop/web-v2'])
})

test("the server's word counts only for callers that report nothing themselves", () => {
  const found = signals({ ms: 1_000_000 })
  const client = 'spiffe://cluster.local/ns/shop/sa/client'
  const other = 'spiffe://cluster.local/ns/else/sa/legacy'
  const inbound = (principal: string) => ({ i: `inbound|8080||;${principal} 200;-;;` })
  found.report('shop/client', encode(counter('lotse.rq', { e: `${WEB_V1} 200;-;;${PEER}` }, 5)))
  found.report(
    'shop/web-v1',
    encode(
      counter('lotse.rq', inbound(client), 5),
      counter('lotse.rq', inbound(other), 3),
      counter('lotse.rq', inbound(''), 2),
    ),
  )
  const { edges, nodes } = graphOf(found, directory, { by: 'service', window: 60 })
  assert.deepEqual(
    edges.map(({ source, requests, reporter, mutualTls }) => [
      source,
      requests,
      reporter,
      mutualTls,
    ]),
    [
      ['ns/else/sa/legacy', 3, 'server', 'all'],
      ['plain-text clients', 2, 'server', 'none'],
      ['shop/client', 5, 'client', 'all'],
    ],
  )
  assert.deepEqual(
    nodes.filter(({ kind }) => kind === 'outside').map(({ id }) => id),
    ['ns/else/sa/legacy', 'plain-text clients'],
  )
})

test('a TCP connection that was opened long ago is an edge while bytes flow', () => {
  const clock = { ms: 1_000_000 }
  const found = signals(clock)
  const redis = 'outbound|6379||redis.shop.svc.cluster.local'
  const received = () =>
    counter(
      'cluster.shop.svc.cluster.local.upstream_cx_rx_bytes_total',
      { 'envoy.cluster_name': 'outbound|6379||redis' },
      100,
    )
  const tags = { e: `${redis};redis-0;shop;redis;latest -;${PEER}` }
  found.report('shop/client', encode(counter('lotse.cx', tags, 1), received()))
  clock.ms += 300_000
  const edges = () => graphOf(found, directory, { by: 'workload', window: 60 }).edges
  assert.deepEqual(edges(), [])
  found.report('shop/client', encode(received()))
  const [edge, ...more] = edges()
  assert.deepEqual(more, [])
  assert.equal(edge?.target, 'shop/redis-0')
  assert.deepEqual([edge?.protocol, edge?.rate, edge?.bytesReceived], ['tcp', 0, 100])
  assert.equal(edge?.mutualTls, 'all')
  const failed = { e: `${redis};redis-0;shop;redis;latest UF;` }
  found.report('shop/client', encode(counter('lotse.end', failed, 2)))
  assert.deepEqual([edges()[0]?.requests, edges()[0]?.errors], [2, 2])
})

test('nonsense neither throws nor grows without bound', () => {
  const clock = { ms: 1_000_000 }
  const found = signals(clock, { mostSeries: 100, mostSeriesPerReporter: 60 })
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      found.report('shop/client', bytes)
      assert.ok(found.size <= 60)
    }),
  )
  const good = encode(counter('lotse.rq', { e: `${WEB_V1} 200;-;;` }, 1))
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), (at, value) => {
      const bytes = Uint8Array.from(good)
      bytes[at] = value
      found.report('shop/client', bytes)
      found.report('shop/client', good.subarray(0, at))
    }),
  )
  for (const reporter of ['a/a', 'b/b', 'c/c']) {
    const many = Array.from({ length: 200 }, (_, index) =>
      counter('lotse.rq', { e: `outbound|80||h${index}; 9e9;-;x;` }, -1),
    )
    assert.equal(found.report(reporter, encode(...many)), true)
  }
  assert.equal(found.size, 100)
  assert.ok(found.counters.dropped >= 500)
  const graph = graphOf(found, directory, { by: 'service', window: 1800 })
  assert.ok(graph.edges.every(({ rate, errorShare }) => rate >= 0 && errorShare <= 1))
  // What is silent for half an hour is forgotten, and makes room.
  clock.ms += 2_000_000
  found.report('shop/client', good)
  assert.equal(found.size, 1)
})

test('what was told before counts the same when it is told again, whatever came between', () => {
  const clock = { ms: 1_000_000 }
  const found = signals(clock)
  const bytesTags = { 'envoy.cluster_name': 'outbound|80||web' }
  const told = (...tags: readonly string[]) =>
    encode(
      ...tags.map((outcome) => counter('lotse.rq', { e: `${WEB_V1} ${outcome}` }, 2)),
      counter('cluster.shop.svc.cluster.local.upstream_cx_rx_bytes_total', bytesTags, 10),
      histogram({ e: `${WEB_V1} 200;-;` }, [1, 0, 1], 7),
    )
  const totals = (kind: string) =>
    [...found.totals.of('shop/client')]
      .filter((total) => total.kind === kind)
      .map(({ count, received }) => [count, received])
  const requests = () => {
    const { edges } = graphOf(found, directory, { by: 'workload', window: 60 })
    return edges.map((edge) => [edge.requests, edge.bytesReceived])
  }
  const [both, first] = [told('200;-;;', '404;-;;'), told('200;-;;')]
  for (const report of [both, first, both]) found.report('shop/client', report)
  assert.deepEqual(totals('requests'), [
    [6, 0],
    [4, 0],
  ])
  assert.deepEqual([totals('durations'), totals('bytes')], [[[6, 0]], [[0, 30]]])
  assert.deepEqual(requests(), [[10, 30]])
  // Two reporters have places of their own.
  found.report('shop/other', first)
  assert.deepEqual(totals('requests'), [
    [6, 0],
    [4, 0],
  ])
  // Half an hour later everything is forgotten but what has moved meanwhile.
  clock.ms += 1_000_000
  found.report('shop/client', first)
  clock.ms += 1_000_000
  for (const report of [first, both]) found.report('shop/client', report)
  assert.deepEqual(totals('requests'), [
    [12, 0],
    [2, 0],
  ])
  assert.deepEqual(totals('bytes'), [[0, 60]])
  assert.deepEqual(requests(), [[6, 20]])
  clock.ms += 2_000_000
  for (const report of [first, first]) found.report('shop/client', report)
  assert.deepEqual([totals('requests'), totals('durations')], [[[4, 0]], [[4, 0]]])
  assert.deepEqual([totals('bytes'), requests()], [[[0, 20]], [[4, 20]]])
})

test('more subjects than are remembered are counted all the same', () => {
  const found = signals({ ms: 1_000_000 })
  const good = encode(counter('lotse.rq', { e: `${WEB_V1} 200;-;;` }, 1))
  for (let part = 0; part < 5; part++) {
    found.report('shop/client', good)
    const points = Array.from({ length: 15_000 }, (_, index) => ({
      attributes: attributes({ none: `${part}-${index}` }),
      as_int: 1,
    }))
    found.report('shop/client', encode({ name: 'other', sum: { data_points: points } }))
  }
  const [total, ...more] = found.totals.of('shop/client')
  assert.deepEqual([total?.count, more], [5, []])
})

test('the graph of many series gives way while it is made, and is the same', async () => {
  const clock = { ms: 1_000_000 }
  const found = signals(clock, { mostSeriesPerReporter: 5000 })
  const edge = (number: number) =>
    `outbound|80||web-${number}.shop.svc.cluster.local;web-${number};shop;web-${number};v1`
  found.report(
    'shop/client',
    encode(
      ...Array.from({ length: 3000 }, (_, number) =>
        counter('lotse.rq', { e: `${edge(number)} 200;-;;` }, number + 1),
      ),
    ),
  )
  const options = { by: 'service', window: 60 } as const
  const whole = graphOf(found, directory, options)
  assert.equal(whole.edges.length, 3000)
  let turns = 0
  const making = makeGraph(found, directory, options)
  const counting = {
    next: () => {
      turns += 1
      return making.next()
    },
  } as Generator<undefined, typeof whole>
  const once = onceAtATime(() => inSlices(counting))
  const [first, second] = await Promise.all([once({}), once({})])
  assert.equal(first, second)
  assert.deepEqual(first, whole)
  assert.ok(turns > 3 * (3000 / 200), `${turns} turns`)
})

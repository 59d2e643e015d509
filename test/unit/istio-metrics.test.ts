// What proxies report, as Prometheus gets it: labels, sums that only grow, and bounds whatever is reported.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { istioMetrics, type MetricOverride } from '../../src/telemetry/istio-metrics.ts'
import type { Point } from '../../src/telemetry/otlp.ts'
import type { Directory } from '../../src/telemetry/place.ts'
import { pressureMetrics } from '../../src/telemetry/pressure-metrics.ts'
import { signalOf } from '../../src/telemetry/report.ts'
import { Totals } from '../../src/telemetry/totals.ts'
import { BOUNDS, KEPT_STEPS } from '../../src/telemetry/window.ts'

const WEB = 'outbound|80||web.shop.svc.cluster.local'
const PRINCIPAL = 'spiffe://cluster.local/ns/shop/sa/client'

const directory: Directory = {
  workload: (name) =>
    name.startsWith('shop/')
      ? { service: 'web.shop.svc.cluster.local', app: 'app', version: 'v1', principal: PRINCIPAL }
      : undefined,
  withPrincipal: (principal) => (principal === PRINCIPAL ? ['shop/client', 'shop/twin'] : []),
}

function point(name: string, attributes: Readonly<Record<string, string>>, value = 1): Point {
  return { subject: { name, attributes: new Map(Object.entries(attributes)) }, value }
}

function add(totals: Totals, reporter: string, ...points: readonly Point[]): void {
  for (const one of points) {
    const signal = signalOf(one.subject)
    if (signal) totals.place(reporter, one.subject, signal, 1)?.(one, 1)
  }
  totals.settle(reporter, 1)
}

function printed(totals: Totals, reporter: string, overrides: readonly MetricOverride[] = []) {
  const options = { directory, overrides: () => overrides }
  return istioMetrics(reporter, totals.of(reporter), options).split('\n')
}

function sampleOf(lines: readonly string[], name: string): number | undefined {
  const line = lines.find((one) => one.startsWith(`${name}{`))
  return line === undefined ? undefined : Number(line.split(' ').at(-1))
}

const request = (code: string, tags = {}) =>
  point('lotse.rq', { e: `${WEB};web;shop;web;v1 ${code};-;;spiffe://peer`, ...tags })
const bytes = (direction: string, value: number) =>
  point(
    `cluster.shop.svc.cluster.local.upstream_cx_${direction}_bytes_total`,
    { 'envoy.cluster_name': 'outbound|80||web' },
    value,
  )

test('bytes told before the edge wait for it, and sums only grow', () => {
  const totals = new Totals()
  add(totals, 'shop/client', bytes('tx', 100), bytes('rx', 7))
  assert.equal(sampleOf(printed(totals, 'shop/client'), 'istio_request_bytes_sum'), undefined)
  let before = 0
  for (const [index, code] of ['200', '503', '200'].entries()) {
    add(totals, 'shop/client', bytes('tx', index), request(code))
    const now = sampleOf(printed(totals, 'shop/client'), 'istio_request_bytes_sum')!
    assert.ok(now >= before)
    before = now
  }
  assert.equal(before, 103)
  const lines = printed(totals, 'shop/client')
  assert.equal(sampleOf(lines, 'istio_response_bytes_sum'), 7)
  assert.equal(sampleOf(lines, 'istio_request_bytes_count'), 3)
  assert.ok(lines.some((line) => line.includes('response_code="200"') && line.endsWith(' 2')))
})

test('callers with one identity are told apart only as far as they differ', () => {
  const totals = new Totals()
  const from = (principal: string) => point('lotse.rq', { i: `inbound|80||;${principal} 200;-;0;` })
  add(totals, 'shop/web', from(PRINCIPAL), from(''))
  const [, , verified, plain] = printed(totals, 'shop/web')
  assert.match(verified!, /source_workload="unknown",source_workload_namespace="shop"/)
  assert.match(
    verified!,
    /source_app="app".*request_protocol="grpc".*connection_security_policy="mutual_tls"/,
  )
  assert.match(plain!, /source_principal="unknown".*connection_security_policy="none"/)
})

test('a histogram counts from below', () => {
  const totals = new Totals()
  const counts = [1, 0, 2, ...BOUNDS.slice(3).map(() => 0), 4]
  add(totals, 'shop/client', {
    ...point('lotse.us', { e: `${WEB};web;shop;web;v1 200;-;` }),
    histogram: { sum: 5_000, counts, bounds: BOUNDS },
  })
  const lines = printed(totals, 'shop/client')
  const name = 'istio_request_duration_milliseconds'
  const bucket = (le: string) =>
    lines
      .find((one) => one.includes(`,le="${le}"}`))
      ?.split(' ')
      .at(-1)
  assert.deepEqual([bucket('0.5'), bucket('2.5'), bucket('+Inf')], ['1', '3', '7'])
  assert.deepEqual([sampleOf(lines, `${name}_sum`), sampleOf(lines, `${name}_count`)], [5, 7])
})

test('a Telemetry switches off, removes and sets', () => {
  const totals = new Totals()
  add(totals, 'shop/client', request('200', { 'x.first': 'a' }), request('200', { 'x.first': 'b' }))
  const off = [{ match: { metric: 'REQUEST_COUNT' }, disabled: true }]
  assert.deepEqual(printed(totals, 'shop/client', off), [''])
  const removed = { tagOverrides: { source_app: { operation: 'REMOVE' as const } } }
  const all = printed(totals, 'shop/client', [removed])
  assert.equal(sampleOf(all, 'istio_requests_total'), 2, 'what is no longer told apart is added up')
  const set = { tagOverrides: { first: { operation: 'UPSERT' as const, value: 'x' } } }
  const told = printed(totals, 'shop/client', [set]).filter((line) => /first="[ab]"/.test(line))
  assert.equal(told.length, 2)
})

test('values are quoted, and no reporter fills the memory', () => {
  const totals = new Totals()
  const evil = 'a"b\\c\nd'
  add(totals, 'shop/client', request('200', { 'x.evil': evil }))
  const set = { tagOverrides: { evil: { value: 'x' } } }
  assert.ok(
    printed(totals, 'shop/client', [set]).some((line) => line.includes('evil="a\\"b\\\\c\\nd"')),
  )
  for (let i = 0; i < 10_000; i++) {
    add(totals, 'shop/client', request('200', { 'x.path': `/${i}` }))
    add(
      totals,
      'shop/client',
      point(`cluster.${i}.upstream_cx_total`, { 'envoy.cluster_name': 'outbound|1||a' }),
    )
    add(
      totals,
      'shop/client',
      point(`cluster.${i}.upstream_cx_tx_bytes_total`, { 'envoy.cluster_name': 'b' }),
    )
  }
  assert.equal([...totals.of('shop/client')].length, 4000)
  assert.equal(totals.pressure('shop/client').size, 1000)
  assert.equal(totals.dropped, 6001 + 9000 + 8001)
  totals.sweep(1 + KEPT_STEPS)
  assert.deepEqual([totals.size, [...totals.reporters()].length], [0, 0])
})

test('refused requests under the names that Envoy has', () => {
  const totals = new Totals()
  const name = 'cluster.shop.svc.cluster.local.upstream_rq_pending_overflow'
  add(totals, 'shop/client', point(name, { 'envoy.cluster_name': 'outbound|80||web' }, 3))
  const line = `envoy_cluster_upstream_rq_pending_overflow{envoy_cluster_name="${WEB}"} 3`
  assert.ok(pressureMetrics(totals.pressure('shop/client')).split('\n').includes(line))
})

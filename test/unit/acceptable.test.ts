// Settings that are valid and that Envoy would refuse if they were handed on as they are; random policies found each of them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Cluster, ClusterLoadAssignment, Listener } from '../../proto/envoy.d.ts'
import { translate } from '../../src/translate/translate.ts'
import { references } from '../../src/translate/validate/references.ts'
import { viewOf } from '../support/views.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const WEB = { workload: 'shop/web-1', address: '10.0.0.1', labels: { app: 'web' } }

/** Everything of one type that the sidecar of `shop/web-1` gets. */
function bodies<T>(type: 'cluster' | 'endpoint' | 'listener', ...documents: string[]): T[] {
  const { mesh, node } = viewOf(join(...documents))
  return translate(mesh, node)
    [type].flat()
    .map(({ body }) => body as T)
}

test('an empty bind of a Sidecar is none', () => {
  const sidecar = policy(
    'Sidecar',
    'shop/web',
    '{egress: [{bind: "", captureMode: NONE, port: {number: 8000, name: http, protocol: HTTP}, hosts: ["*/*"]}]}',
  )
  const listeners = bodies<Listener>('listener', workload(WEB), sidecar)
  assert.deepEqual(
    listeners.map(({ address }) => address?.socket_address?.address),
    ['127.0.0.1'],
  )
})

test('a workload with a host name for an address serves only what is looked up', () => {
  const named = { workload: 'shop/web-2', address: 'web.test', labels: { app: 'web' } }
  const assignments = bodies<ClusterLoadAssignment>(
    'endpoint',
    ...[workload(WEB), workload(named)],
    service('shop/web', { app: 'web' }, 'http:80'),
  )
  const addresses = assignments.flatMap(({ endpoints = [] }) =>
    endpoints.flatMap(({ lb_endpoints = [] }) =>
      lb_endpoints.map(({ endpoint }) => endpoint?.address?.socket_address?.address),
    ),
  )
  assert.deepEqual(addresses, ['10.0.0.1'])
  const { mesh } = viewOf(join(workload(named), service('shop/web', { app: 'web' }, 'http:80')))
  const [said] = references(mesh)
  assert.match(said?.text ?? '', /host names, which only resolution DNS looks up, so calls to web/)
})

for (const [entries, found] of [
  [['a.test', 'b.test'], ['a.test']],
  [['a.test'], ['a.test']],
  [[], undefined],
] as const) {
  test(`DNS_ROUND_ROBIN with ${entries.length} selected workloads looks up one name at most`, () => {
    const [cluster] = bodies<Cluster>(
      'cluster',
      policy(
        'ServiceEntry',
        'shop/out',
        '{hosts: [out.test], resolution: DNS_ROUND_ROBIN, ports: [{number: 80, name: http, protocol: HTTP}], workloadSelector: {labels: {app: out}}}',
      ),
      ...entries.map((address, index) =>
        workload({ workload: `shop/out-${index}`, address, labels: { app: 'out' } }),
      ),
    ).filter(({ name }) => name === 'outbound|80||out.test')
    const names = cluster?.load_assignment?.endpoints?.flatMap(({ lb_endpoints = [] }) =>
      lb_endpoints.map(({ endpoint }) => endpoint?.address?.socket_address?.address),
    )
    assert.deepEqual(names, found ?? [])
    assert.equal(cluster?.type, found ? undefined : 'STATIC')
  })
}

test('caCertificates `system` is no file but the roots of the machine', () => {
  const tls = (more: string) =>
    JSON.stringify(
      bodies(
        'cluster',
        workload(WEB),
        service('shop/web', { app: 'web' }, 'http:80'),
        policy(
          'DestinationRule',
          'shop/web',
          `{host: web, trafficPolicy: {tls: {mode: SIMPLE${more}}}}`,
        ),
      ),
    )
  assert.match(tls(', caCertificates: system'), /"trusted_ca":\{"filename":"\/etc/)
  assert.equal(tls(', caCertificates: system'), tls(''))
})

test('a longest duration of connections of 0 is none', () => {
  const parts = [
    workload(WEB),
    service('shop/lines', { app: 'web' }, 'tcp:9000', 'http:80'),
    policy(
      'DestinationRule',
      'shop/lines',
      '{host: lines, trafficPolicy: {connectionPool: {tcp: {maxConnectionDuration: 0s}}}}',
    ),
  ]
  const text = JSON.stringify([bodies('listener', ...parts), bodies('cluster', ...parts)])
  assert.ok(text.includes('outbound|9000||lines'))
  assert.doesNotMatch(text, /connection_duration/)
})

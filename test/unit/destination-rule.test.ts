// Which DestinationRule a client gets for a service, and how the parts of its policy lie over each other.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Cluster } from '../../proto/envoy.d.ts'
import { servicesDeclaredIn } from '../../src/model/service.ts'
import { outboundClusters } from '../../src/translate/cluster/outbound.ts'
import { destinationRuleFor, policyFor, seen } from '../../src/translate/kinds/destination-rule.ts'
import { viewOf } from '../support/views.ts'
import { policy, service } from '../support/workload.ts'

const HOST = 'bank.shop.svc.cluster.local'
const SERVICE = service('shop/bank', { app: 'bank' }, 'http:80')

function rule(named: string, spec: string, year = 0): string {
  return policy('DestinationRule', named, `{host: ${HOST}, ${spec}}`, year)
}

/** Names of the rules that a client in the namespace gets, joined by `+` where they merge. */
function chosen(namespace: string, rules: readonly string[], labels = {}): string {
  const view = viewOf([SERVICE, ...rules].join('\n---\n'), { namespace, labels })
  const [bank] = servicesDeclaredIn(view, 'shop')
  const documents = destinationRuleFor(view, bank!)?.documents ?? []
  return documents.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).join('+')
}

test("the client's namespace decides, then the service's, then the root", () => {
  const [client, own, root] = ['else/a', 'shop/b', 'istio-system/c'].map((name) => rule(name, ''))
  assert.equal(chosen('else', [client!, own!, root!]), 'else/a')
  assert.equal(chosen('else', [own!, root!]), 'shop/b')
  assert.equal(chosen('else', [root!]), 'istio-system/c')
  assert.equal(chosen('third', [client!]), '', 'a rule of a namespace that is neither')
})

test('a client in the root namespace puts its mesh-wide rules last, its private ones first', () => {
  const own = rule('shop/b', '')
  assert.equal(chosen('istio-system', [own, rule('istio-system/c', '')]), 'shop/b')
  const secret = rule('istio-system/c', 'exportTo: ["."]')
  assert.equal(chosen('istio-system', [own, secret]), 'istio-system/c')
})

test('exportTo hides a rule; a less specific host stands in for a hidden one', () => {
  const hidden = rule('shop/b', 'exportTo: ["."]')
  const wide = policy('DestinationRule', 'shop/wide', '{host: "*.svc.cluster.local"}')
  assert.equal(chosen('else', [hidden]), '')
  assert.equal(chosen('else', [hidden, wide]), 'shop/wide')
  assert.equal(chosen('shop', [hidden, wide]), 'shop/b')
  assert.equal(chosen('third', [rule('shop/b', 'exportTo: [else]')]), '')
})

test('rules for one host merge when they are for the same namespaces and select nothing', () => {
  const [first, second] = [rule('shop/a', '', 1), rule('shop/b', '', 2)]
  assert.equal(chosen('shop', [second, first]), 'shop/a+shop/b')
  assert.equal(chosen('shop', [first, rule('shop/b', 'exportTo: [shop]', 2)]), 'shop/a')
  const selecting = rule('shop/z', 'workloadSelector: {matchLabels: {app: web}}', 3)
  assert.equal(chosen('shop', [first, selecting], { app: 'web' }), 'shop/z')
  assert.equal(chosen('shop', [first, selecting], { app: 'cart' }), 'shop/a')
  assert.equal(chosen('shop', [selecting], { app: 'cart' }), '')
  const elsewhere = { app: 'web' }
  assert.equal(chosen('else', [first, selecting], elsewhere), 'shop/a', 'of its own namespace only')
})

test('port-level settings fall back to the mesh, blocks of the whole policy stay', () => {
  const mesh = `apiVersion: mesh.istio.io/v1alpha1
kind: MeshConfig
metadata: {name: mesh, namespace: istio-system}
defaultTrafficPolicy: {connectionPool: {tcp: {maxConnections: 1}}, loadBalancer: {simple: RANDOM}}`
  const written = rule(
    'shop/b',
    `trafficPolicy: {
      loadBalancer: {simple: ROUND_ROBIN}, outlierDetection: {consecutive5xxErrors: 3}, retryBudget: {percent: 5},
      portLevelSettings: [{port: {number: 81}, outlierDetection: {consecutive5xxErrors: 9}}]}`,
  )
  const view = viewOf([SERVICE, mesh, written].join('\n---\n'))
  const [bank] = servicesDeclaredIn(view, 'shop')
  const found = destinationRuleFor(view, bank!)
  const at = (port: number) => {
    const { connectionPool, loadBalancer, outlierDetection, retryBudget } = policyFor(
      view,
      found,
      port,
    )
    return [
      connectionPool?.tcp?.maxConnections,
      loadBalancer?.simple,
      outlierDetection?.consecutive5xxErrors,
      retryBudget?.percent,
    ]
  }
  assert.deepEqual(at(80), [1, 'ROUND_ROBIN', 3, 5])
  assert.deepEqual(at(81), [1, 'RANDOM', 9, 5])
})

test('a list of revoked certificates goes with the roots in files', () => {
  const tls = '{mode: SIMPLE, caCertificates: /etc/roots.pem, caCrl: /etc/revoked.pem, sni: bank}'
  const view = viewOf([SERVICE, rule('shop/b', `trafficPolicy: {tls: ${tls}}`)].join('\n---\n'))
  const [bank] = servicesDeclaredIn(view, 'shop')
  const text = JSON.stringify(outboundClusters(view, seen(view, bank!))[0]?.body as Cluster)
  assert.match(text, /"trusted_ca":\{"filename":"\/etc\/roots.pem"\}/)
  assert.match(text, /"crl":\{"filename":"\/etc\/revoked.pem"\}/)
})

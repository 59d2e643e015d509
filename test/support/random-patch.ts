// Random EnvoyFilters and rules that delegate, for random meshes.
import fc from 'fast-check'

const namespace = fc.constantFrom('a', 'b', 'istio-system')
const app = fc.constantFrom('web', 'cart', 'pay')

export const delegatingRoute = fc.record(
  {
    delegate: fc.record({ name: fc.constantFrom('r1', 'r2'), namespace }),
    match: fc.constantFrom([{ uri: { prefix: '/' } }], [{ uri: { prefix: '/x' } }]),
    timeout: fc.constant('3s'),
  },
  { requiredKeys: ['delegate'] },
)

const PATCHES = [
  {
    applyTo: 'CLUSTER',
    match: { cluster: { service: 'web.a.svc.cluster.local' } },
    patch: { operation: 'MERGE', value: { connectTimeout: '7s' } },
  },
  {
    applyTo: 'HTTP_FILTER',
    match: { context: 'SIDECAR_OUTBOUND' },
    patch: {
      operation: 'INSERT_FIRST',
      value: {
        name: 'x',
        typedConfig: {
          '@type': 'type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer',
          maxRequestBytes: 9,
        },
      },
    },
  },
  {
    applyTo: 'HTTP_ROUTE',
    match: { context: 'GATEWAY' },
    patch: { operation: 'MERGE', value: { redirect: { pathRedirect: '/' } } },
  },
  {
    applyTo: 'VIRTUAL_HOST',
    match: { routeConfiguration: { portNumber: 80 } },
    patch: { operation: 'ADD', value: { name: 'x', domains: ['x'] } },
  },
  {
    applyTo: 'LISTENER_FILTER',
    match: {
      context: 'SIDECAR_INBOUND',
      listener: { listenerFilter: 'envoy.filters.listener.http_inspector' },
    },
    patch: { operation: 'REMOVE' },
  },
]

export const envoyFilter = fc.record(
  {
    workloadSelector: fc.record({ labels: fc.record({ app }) }),
    priority: fc.integer({ min: -1, max: 1 }),
    configPatches: fc.uniqueArray(fc.constantFrom(...PATCHES), { maxLength: 2 }),
  },
  { requiredKeys: ['configPatches'] },
)

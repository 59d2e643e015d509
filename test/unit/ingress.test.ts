// An Ingress becomes a Gateway and rules: classes and the mesh's settings, precedence of paths, whole path elements, ports by name, certificates.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type IngressSettings, ingressObjects } from '../../src/registry/kubernetes/ingress.ts'
import { Ingresses } from '../../src/registry/kubernetes/ingresses.ts'
import type { KubernetesObject } from '../../src/registry/kubernetes/reflector.ts'
import { Objects } from '../../src/registry/objects.ts'
import { judge } from '../../src/webhooks.ts'

const backend = (name: string, port: object = { number: 80 }) => ({ service: { name, port } })

function ingress(spec: object): KubernetesObject {
  return { metadata: { name: 'shop', namespace: 'web' }, spec }
}

const PORTS = (_namespace: string, service: string, name: string) =>
  service === 'named' && name === 'http' ? 8080 : undefined

interface Made {
  readonly kind: string
  readonly spec: {
    readonly selector?: { readonly istio: string }
    readonly hosts?: readonly string[]
    readonly servers?: readonly { readonly port: { readonly number: number } }[]
    readonly http?: readonly {
      readonly match: readonly { readonly uri: object }[]
      readonly route: readonly { readonly destination: object }[]
    }[]
  }
}

const made = (spec: object) => ingressObjects(ingress(spec), PORTS) as readonly Made[]

test('the mesh says which classes are served, and by which gateways', () => {
  const rules = { defaultBackend: backend('a') }
  const annotated = (name: string): KubernetesObject => ({
    ...ingress({ ...rules, ingressClassName: 'lotse' }),
    metadata: {
      ...ingress({}).metadata,
      annotations: { 'kubernetes.io/ingress.class': name },
    },
  })
  const named = (name: string) => ingress({ ...rules, ingressClassName: name })
  const serves = (one: KubernetesObject, settings?: IngressSettings) =>
    ingressObjects(one, PORTS, settings).length > 0
  const none = ingress(rules)

  assert.equal(serves(annotated('istio')), true)
  assert.equal(serves(annotated('nginx')), false, 'the annotation before the class')
  assert.equal(serves(annotated('edge'), { ingressClass: 'edge' }), true)
  assert.equal(serves(annotated('istio'), { ingressClass: 'edge' }), false)
  assert.equal(serves(named('edge'), { ingressClass: 'edge' }), true)
  for (const mode of ['STRICT', 'UNSPECIFIED', undefined] as const) {
    const settings = mode ? { ingressControllerMode: mode } : {}
    assert.equal(serves(none, settings), false, mode)
    assert.equal(serves(named('lotse'), settings), true, mode)
  }
  assert.equal(serves(none, { ingressControllerMode: 'DEFAULT' }), true)
  assert.equal(serves(named('nginx'), { ingressControllerMode: 'DEFAULT' }), false)
  assert.equal(serves(named('lotse'), { ingressControllerMode: 'OFF' }), false)
  assert.equal(serves(annotated('istio'), { ingressControllerMode: 'OFF' }), false)

  const selector = (settings: IngressSettings) => {
    const [gateway] = ingressObjects(named('lotse'), PORTS, settings) as readonly Made[]
    return gateway?.spec.selector?.istio
  }
  assert.equal(selector({}), 'ingressgateway')
  assert.equal(selector({ ingressService: 'istio-ingressgateway' }), 'ingressgateway')
  assert.equal(selector({ ingressService: 'edge' }), 'edge')
  assert.equal(selector({ ingressService: 'edge', ingressSelector: 'front' }), 'front')
})

test('they follow the mesh when it changes, and others stay as they are', () => {
  const objects = new Objects()
  const ingresses = new Ingresses(objects)
  const { metadata } = ingress({})
  const one = { ...ingress({ defaultBackend: backend('a') }), metadata }
  const names = () => objects.state().documents.map(({ kind }) => kind)
  assert.equal(ingresses.put('Ingress/web/shop', one), false)
  assert.equal(ingresses.settings({ ingressControllerMode: 'DEFAULT' }), true)
  assert.deepEqual(names(), ['Gateway', 'VirtualService'])
  assert.equal(ingresses.settings({ ingressControllerMode: 'DEFAULT' }), false)
  assert.equal(ingresses.settings({}), true)
  assert.deepEqual(names(), [])
})

test('only its own class', () => {
  const rules = { defaultBackend: backend('a') }
  assert.deepEqual(made(rules), [])
  assert.deepEqual(made({ ...rules, ingressClassName: 'nginx' }), [])
  assert.equal(made({ ...rules, ingressClassName: 'lotse' }).length, 2)
})

test('exact before prefix, longer before shorter, whole elements only', () => {
  const [, rule] = made({
    ingressClassName: 'lotse',
    rules: [
      {
        host: 'shop.example.com',
        http: {
          paths: [
            { path: '/', pathType: 'Prefix', backend: backend('root') },
            { path: '/cart/', pathType: 'Prefix', backend: backend('named', { name: 'http' }) },
            { path: '/cart', pathType: 'Exact', backend: backend('exact') },
          ],
        },
      },
    ],
  })
  assert.deepEqual(rule?.spec.hosts, ['shop.example.com'])
  assert.deepEqual(
    rule?.spec.http?.map(({ match, route }) => [
      match.map(({ uri }) => uri),
      route[0]?.destination,
    ]),
    [
      [[{ exact: '/cart' }], { host: 'exact.web.svc.cluster.local', port: { number: 80 } }],
      [
        [{ exact: '/cart' }, { prefix: '/cart/' }],
        { host: 'named.web.svc.cluster.local', port: { number: 8080 } },
      ],
      [[{ prefix: '/' }], { host: 'root.web.svc.cluster.local', port: { number: 80 } }],
    ],
  )
})

test('what it becomes is valid, with certificates', () => {
  const objects = made({
    ingressClassName: 'lotse',
    tls: [{ hosts: ['shop.example.com'], secretName: 'shop-cert' }],
    rules: [{ host: 'shop.example.com', http: { paths: [{ backend: backend('a') }] } }],
    defaultBackend: backend('fallback'),
  })
  assert.deepEqual(
    objects.map(({ kind }) => kind),
    ['Gateway', 'VirtualService', 'VirtualService'],
  )
  assert.deepEqual(
    objects[0]?.spec.servers?.map(({ port }) => port.number),
    [80, 443],
  )
  assert.deepEqual(
    objects.flatMap((made) => judge(made)),
    [],
  )
})

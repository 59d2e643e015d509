// An Ingress becomes a Gateway and rules: classes, precedence of paths, whole path elements, ports by name, certificates.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ingressObjects } from '../../src/registry/kubernetes/ingress.ts'
import type { KubernetesObject } from '../../src/registry/kubernetes/reflector.ts'
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
    readonly hosts?: readonly string[]
    readonly servers?: readonly { readonly port: { readonly number: number } }[]
    readonly http?: readonly {
      readonly match: readonly { readonly uri: object }[]
      readonly route: readonly { readonly destination: object }[]
    }[]
  }
}

const made = (spec: object) => ingressObjects(ingress(spec), PORTS) as readonly Made[]

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

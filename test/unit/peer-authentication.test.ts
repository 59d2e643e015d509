// PeerAuthentication: which policy decides for a workload's port, and what is said about those that do not. Selectors and mesh settings with it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextMesh } from '../../src/model/mesh.ts'
import { matchesLabels, ownWorkload, type Workload } from '../../src/model/selector.ts'
import { View } from '../../src/model/view.ts'
import {
  checkPeerAuthentication,
  mutualTlsMode,
  peerAuthentication,
} from '../../src/translate/kinds/peer-authentication.ts'
import { meshConfig, rootNamespace, trustDomains } from '../../src/translate/mesh-config.ts'
import { viewOf } from '../support/views.ts'

const WEB: Workload = { namespace: 'shop', labels: { app: 'web', version: 'v1' } }

/** A PeerAuthentication `NS/NAME` with the given spec, older the smaller `age`. */
function policy(name: string, spec: object, age?: number): string {
  const [namespace, own] = name.split('/')
  return JSON.stringify({
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    metadata: {
      name: own,
      namespace,
      ...(age === undefined ? {} : { creationTimestamp: `2026-01-0${age}T00:00:00Z` }),
    },
    spec,
  })
}

const mesh = (spec: object) =>
  JSON.stringify({
    apiVersion: 'mesh.istio.io/v1alpha1',
    kind: 'MeshConfig',
    metadata: { name: 'mesh' },
    ...spec,
  })

const web = { matchLabels: { app: 'web' } }
const STRICT = { mtls: { mode: 'STRICT' } }
const DISABLE = { mtls: { mode: 'DISABLE' } }
const PERMISSIVE = { mtls: { mode: 'PERMISSIVE' } }
const UNSET = { mtls: { mode: 'UNSET' } }

const modes: [what: string, policies: string[], expected: string, port?: number][] = [
  ['nothing said', [], 'PERMISSIVE'],
  ['the mesh', [policy('istio-system/all', STRICT)], 'STRICT'],
  [
    'the namespace before the mesh',
    [policy('istio-system/all', STRICT), policy('shop/all', DISABLE)],
    'DISABLE',
  ],
  [
    'the workload before the namespace',
    [policy('shop/all', DISABLE), policy('shop/web', { selector: web, ...STRICT })],
    'STRICT',
  ],
  ['another namespace', [policy('bank/all', STRICT)], 'PERMISSIVE'],
  [
    'a selector that does not match',
    [policy('shop/x', { selector: { matchLabels: { app: 'x' } }, ...STRICT })],
    'PERMISSIVE',
  ],
  [
    'a selector needs all its labels',
    [policy('shop/x', { selector: { matchLabels: { app: 'web', version: 'v2' } }, ...STRICT })],
    'PERMISSIVE',
  ],
  [
    'an empty selector is none',
    [policy('shop/all', { selector: { matchLabels: {} }, ...STRICT })],
    'STRICT',
  ],
  [
    'a selector in the root namespace is ignored',
    [policy('istio-system/web', { selector: web, ...STRICT })],
    'PERMISSIVE',
  ],
  [
    'UNSET inherits from the mesh',
    [policy('istio-system/all', STRICT), policy('shop/all', UNSET)],
    'STRICT',
  ],
  [
    'no mtls at all inherits',
    [policy('istio-system/all', STRICT), policy('shop/all', {})],
    'STRICT',
  ],
  [
    'UNSET of the workload inherits from the namespace',
    [
      policy('istio-system/all', DISABLE),
      policy('shop/all', STRICT),
      policy('shop/web', { selector: web, ...UNSET }),
    ],
    'STRICT',
  ],
  [
    'the oldest of a namespace',
    [policy('shop/a', DISABLE, 3), policy('shop/b', STRICT, 1), policy('shop/c', PERMISSIVE, 2)],
    'STRICT',
  ],
  [
    'the oldest of those that select the workload',
    [
      policy('shop/a', { selector: web, ...DISABLE }, 2),
      policy('shop/b', { selector: web, ...STRICT }, 1),
    ],
    'STRICT',
  ],
  [
    'of equal age the first by name',
    [policy('shop/b', DISABLE, 1), policy('shop/a', STRICT, 1)],
    'STRICT',
  ],
  [
    'the oldest even if it is UNSET',
    [policy('shop/a', UNSET, 1), policy('shop/b', STRICT, 2), policy('istio-system/all', DISABLE)],
    'DISABLE',
  ],
  [
    'a port',
    [
      policy('shop/web', {
        selector: web,
        ...STRICT,
        portLevelMtls: { 8080: { mode: 'DISABLE' } },
      }),
    ],
    'DISABLE',
    8080,
  ],
  [
    'another port',
    [
      policy('shop/web', {
        selector: web,
        ...STRICT,
        portLevelMtls: { 8080: { mode: 'DISABLE' } },
      }),
    ],
    'STRICT',
    8081,
  ],
  [
    'a port that is UNSET',
    [policy('shop/web', { selector: web, ...STRICT, portLevelMtls: { 8080: { mode: 'UNSET' } } })],
    'STRICT',
    8080,
  ],
  [
    'a port whose workload says nothing, with another scope above',
    [
      policy('shop/all', STRICT),
      policy('shop/web', { selector: web, portLevelMtls: { 8080: { mode: 'PERMISSIVE' } } }),
    ],
    'STRICT',
    9090,
  ],
  [
    'ports without a selector are ignored',
    [policy('shop/all', { ...STRICT, portLevelMtls: { 8080: { mode: 'DISABLE' } } })],
    'STRICT',
    8080,
  ],
  [
    'the root namespace as MeshConfig names it',
    [
      mesh({ rootNamespace: 'roots' }),
      policy('roots/all', STRICT),
      policy('istio-system/all', DISABLE),
    ],
    'STRICT',
  ],
]

test('the mode of a port follows Istio precedence', () => {
  for (const [what, policies, expected, port = 8080] of modes) {
    assert.equal(mutualTlsMode(viewOf(policies.join('\n---\n')), WEB, port), expected, what)
    const reversed = viewOf([...policies].reverse().join('\n---\n'))
    assert.equal(mutualTlsMode(reversed, WEB, port), expected, `${what}, in reverse order`)
  }
})

test('a workload of the root namespace has the mesh policy, and never one with a selector', () => {
  const view = viewOf(
    [
      policy('istio-system/all', STRICT),
      policy('istio-system/web', { selector: web, ...DISABLE }),
    ].join('\n---\n'),
  )
  assert.equal(mutualTlsMode(view, { ...WEB, namespace: 'istio-system' }, 80), 'STRICT')
})

test('each mode knows its line, and equal cases share one object', () => {
  const view = viewOf(`apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  mtls:
    mode: STRICT
  portLevelMtls:
    8080:
      mode: DISABLE
`)
  const effective = peerAuthentication(view, WEB)
  assert.equal(effective.origin?.line, 7)
  assert.equal(effective.ports.get(8080)?.origin?.line, 10)
  assert.equal(peerAuthentication(view, { namespace: 'shop', labels: { app: 'web' } }), effective)
  const other = peerAuthentication(view, { namespace: 'shop', labels: {} })
  assert.equal(other.origin, undefined)
  assert.equal(peerAuthentication(view, { namespace: 'shop', labels: { app: 'api' } }), other)
})

test('a change elsewhere keeps the identical result', () => {
  const text = policy('shop/all', STRICT)
  const first = viewOf(text)
  const before = peerAuthentication(first, WEB)
  const documents = [
    ...first.mesh.tables.PeerAuthentication.rows.values(),
    ...viewOf(policy('bank/all', DISABLE)).mesh.tables.PeerAuthentication.rows.values(),
  ]
  const mesh = nextMesh(first.mesh, { documents, enrolments: [] })
  assert.notEqual(mesh, first.mesh)
  assert.equal(peerAuthentication(new View(mesh, first.node, first.cache), WEB), before)
})

test('what has no effect is said, with its line', () => {
  const cases: [policies: string[], codes: string[]][] = [
    [[policy('shop/all', STRICT)], []],
    [[policy('shop/all', { ...STRICT, portLevelMtls: { 80: { mode: 'DISABLE' } } })], ['L0271']],
    [[policy('istio-system/x', { selector: web, ...STRICT })], ['L0270']],
    [[policy('shop/b', STRICT, 2), policy('shop/a', STRICT, 1)], ['L0272']],
    [[policy('shop/x', { selector: web, portLevelMtls: { http: { mode: 'STRICT' } } })], ['L0273']],
    [
      [policy('shop/x', { selector: web, portLevelMtls: { 70000: { mode: 'STRICT' } } })],
      ['L0273'],
    ],
  ]
  for (const [policies, codes] of cases) {
    const view = viewOf(policies.join('\n---\n'))
    const rows = [...view.mesh.tables.PeerAuthentication.rows.values()]
    const found = rows.flatMap((document) => checkPeerAuthentication(view, document))
    assert.deepEqual(
      found.map(({ code }) => code),
      codes,
      policies[0],
    )
    for (const { origin, about } of found) {
      assert.equal(origin?.source, 'mesh.yaml')
      assert.match(about ?? '', /^PeerAuthentication\//)
    }
  }
})

test('a selector matches when every label is there', () => {
  const labels = { app: 'web', version: 'v1' }
  const table: [Record<string, string> | undefined, boolean][] = [
    [undefined, true],
    [{}, true],
    [{ app: 'web' }, true],
    [{ app: 'web', version: 'v1' }, true],
    [{ app: 'web', version: 'v2' }, false],
    [{ tier: 'web' }, false],
    [{ toString: 'web' }, false],
    [{ app: '' }, false],
  ]
  for (const [selector, expected] of table) {
    assert.equal(matchesLabels(selector, labels), expected, JSON.stringify(selector))
    const read = (name: string) =>
      Object.hasOwn(labels, name) ? Reflect.get(labels, name) : undefined
    assert.equal(matchesLabels(selector, read), expected, JSON.stringify(selector))
  }
})

test("of a proxy's own labels only those that are asked for are read", () => {
  const plain = viewOf('', { labels: { app: 'web', 'pod-hash': 'x1' } })
  const trace = { facets: new Map(), reads: [], inner: [] }
  const view = new View(plain.mesh, plain.node, plain.cache, trace)
  assert.equal(matchesLabels({ app: 'web' }, ownWorkload(view).labels), true)
  assert.deepEqual([...trace.facets.keys()], ['namespace', 'label:app'])
})

test('mesh settings are Istio defaults unless the MeshConfig says otherwise', () => {
  const plain = viewOf('')
  const settings = meshConfig(plain)
  assert.equal(settings.outboundTrafficPolicy.mode, 'ALLOW_ANY')
  assert.equal(settings.connectTimeout, '10s')
  assert.equal(settings.protocolDetectionTimeout, '0s')
  assert.equal(settings.enableAutoMtls, true)
  assert.equal(settings.pathNormalization.normalization, 'BASE')
  assert.equal(settings.accessLogFile, '')
  assert.equal(settings.defaultHttpRetryPolicy.attempts, 2)
  assert.deepEqual(settings.defaultServiceExportTo, ['*'])
  assert.equal(rootNamespace(plain), 'istio-system')
  assert.deepEqual(trustDomains(plain), ['cluster.local'])
  const own = viewOf(
    mesh({
      trustDomain: 'td',
      trustDomainAliases: ['old', 'td'],
      outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
      enableAutoMtls: false,
      defaultHttpRetryPolicy: { attempts: 0 },
      pathNormalization: { normalization: 'DEFAULT' },
      accessLogFile: '/dev/stdout',
    }),
  )
  assert.deepEqual(trustDomains(own), ['td', 'old'])
  assert.equal(meshConfig(own).outboundTrafficPolicy.mode, 'REGISTRY_ONLY')
  assert.equal(meshConfig(own).enableAutoMtls, false)
  assert.equal(meshConfig(own).defaultHttpRetryPolicy.attempts, 0)
  assert.equal(meshConfig(own).pathNormalization.normalization, 'BASE')
  assert.equal(meshConfig(own).accessLogFile, '/dev/stdout')
})

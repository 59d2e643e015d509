// Security objects that nobody can read: what stands in for them, by the text alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameOf } from '../../src/model/document.ts'
import { Objects } from '../../src/registry/objects.ts'
import { type FilesState, NOTHING, nextState } from '../../src/registry/state.ts'

function step(previous: FilesState, text: string): FilesState {
  const files = new Map([['a.yaml', { text }]])
  const steps = nextState(previous, { files, troubles: [] }, {})
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

const read = (text: string) => step(NOTHING, text)

test('text that is no YAML closes the security objects it may hold', () => {
  const text = (rest: string) => `kind: AuthorizationPolicy
metadata:
  name: p
  namespace: shop
spec:
${rest}`
  const shut = (state: FilesState) => state.documents.map((one) => [nameOf(one), one.spec])
  const deny = { action: 'DENY', rules: [{}] }
  const selector = { matchLabels: { app: 'web' } }
  const rows: [text: string, expected: unknown[]][] = [
    [text('  rules: ['), [['AuthorizationPolicy/shop/p', deny]]],
    [
      text('  selector: {matchLabels: {app: web}}\n  rules: ['),
      [['AuthorizationPolicy/shop/p', { selector, ...deny }]],
    ],
    // The mistake is in the selector: nobody knows whom it means.
    [
      text('  selector: {matchLabels: {app: web\n  rules: []'),
      [['AuthorizationPolicy/shop/p', deny]],
    ],
    [
      'kind: PeerAuthentication\nspec: [',
      [['PeerAuthentication/default/unreadable', { mtls: { mode: 'STRICT' } }]],
    ],
    [
      '{"apiVersion": "x", "kind": "AuthorizationPolicy", "metadata": {"namespace": "a", "name": "b"}, ',
      [['AuthorizationPolicy/a/b', deny]],
    ],
    // Several in one document, none of which can be told from the others.
    [
      'kind: List\nitems:\n- kind: AuthorizationPolicy\n  metadata: {namespace: a}\n- kind: AuthorizationPolicy\n  metadata: {namespace: b}\n  spec: [',
      [
        ['AuthorizationPolicy/a/unreadable', deny],
        ['AuthorizationPolicy/b/unreadable', deny],
      ],
    ],
    ['# kind: AuthorizationPolicy\nkind: ConfigMap\nspec: [', []],
    ['kind: VirtualService\nmetadata: {namespace: shop}\nspec: [', []],
    // Well-formed, and yet no object: its name, its version.
    [
      text('  {}').replace('name: p', 'name: "P!"'),
      [['AuthorizationPolicy/shop/unreadable', deny]],
    ],
    [`apiVersion: security.istio.io/v9\n${text('  {}')}`, [['AuthorizationPolicy/shop/p', deny]]],
    [
      'apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: 7',
      [['AuthorizationPolicy/default/unreadable', deny]],
    ],
  ]
  for (const [broken, expected] of rows) assert.deepEqual(shut(read(broken)), expected, broken)
  // What is in force stays, whether its name can be read or not.
  const good = read(
    'apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: p, namespace: shop}',
  )
  for (const broken of [text('  rules: ['), text('  rules: [').replace('name: p', 'name: [')]) {
    const state = step(good, broken)
    assert.deepEqual(shut(state), [['AuthorizationPolicy/shop/p', {}]])
  }
})

test('the objects of a store are closed in the same way', () => {
  const metadata = { name: 'p', namespace: 'shop' }
  const written = (apiVersion: string, spec: unknown) => ({
    value: { apiVersion, kind: 'AuthorizationPolicy', metadata, spec },
    at: () => ({ source: 'store', line: 1, column: 1 }),
  })
  const good = written('security.istio.io/v1', { action: 'ALLOW', rules: [{}] })
  const selector = { matchLabels: { app: 'web' } }
  const broken = [
    written('security.istio.io/v1', { selector, action: 'OPEN' }),
    written('security.istio.io/v9', { selector }),
  ]
  for (const one of broken) {
    const objects = new Objects()
    objects.put('id', one)
    const [closed] = objects.state().documents
    assert.deepEqual(closed?.spec, { selector, action: 'DENY', rules: [{}] })
    objects.put('id', good)
    assert.match(JSON.stringify(objects.state().documents[0]?.spec), /ALLOW/)
  }
})

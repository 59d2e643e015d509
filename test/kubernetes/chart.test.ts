// The chart by the real helm: it renders to the objects of `lotse install`, takes its values, and refuses wrong ones.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { CHART_FOLDER } from '../../charts/write.ts'
import { INSTALL_DEFAULTS } from '../../src/install/defaults.ts'
import { manifests } from '../../src/install/manifests.ts'
import { helm, helmMissing as skip } from './support/helm.ts'

interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string }
}

const KUBERNETES = ['--kube-version', '1.37.2']
const NAMESPACE = ['--namespace', INSTALL_DEFAULTS.namespace]

function rendered(...more: readonly string[]): Map<string, unknown> {
  const { code, stdout, stderr } = helm('template', 'lotse', CHART_FOLDER, ...KUBERNETES, ...more)
  assert.equal(code, 0, stderr)
  return byName(
    parseAllDocuments(stdout).flatMap((document) => (document.toJS() as Manifest) ?? []),
  )
}

function byName(objects: readonly object[]): Map<string, unknown> {
  const plain = JSON.parse(JSON.stringify(objects)) as Manifest[]
  return new Map(plain.map((object) => [`${object.kind}/${object.metadata.name}`, object]))
}

const same = (one: Map<string, unknown>, other: Map<string, unknown>) => {
  assert.deepEqual([...one.keys()].sort(), [...other.keys()].sort())
  for (const [name, object] of one) assert.deepEqual(object, other.get(name), name)
}

test('helm lint has nothing to say against the chart', { skip }, () => {
  const { code, stdout } = helm('lint', '--strict', CHART_FOLDER)
  assert.equal(code, 0, stdout)
})

test('with its own values it is what `lotse install` brings', { skip }, () => {
  const all = byName(manifests(INSTALL_DEFAULTS))
  same(rendered(...NAMESPACE, '--include-crds', '--set', 'createNamespace=true'), all)
  const few = rendered(...NAMESPACE)
  for (const name of [...all.keys()]) {
    if (/^(CustomResourceDefinition|Namespace)\//.test(name)) all.delete(name)
  }
  same(few, all)
})

test('with other values it is what `lotse install` brings with them', { skip }, () => {
  const settings = {
    ...{ namespace: 'mesh-system', image: 'example.com/a:1', proxyImage: 'example.com/b:2' },
    ...{ replicas: 7, revision: 'canary', store: 'etcd://etcd:2379' },
    resources: { requests: { cpu: '2' } },
    extraArguments: ['--etcd-ca', '/etcd/ca.pem'],
  }
  const { namespace, ...values } = settings
  const sets = Object.entries(values).flatMap(([name, value]) => [
    '--set-json',
    `${name}=${JSON.stringify(value)}`,
  ])
  // A null takes away what the chart's own values have.
  const none = ['--set', 'resources.limits=null,resources.requests.memory=null']
  const found = rendered('--namespace', namespace, '--include-crds', ...sets, ...none)
  const wanted = byName(manifests(settings))
  wanted.delete(`Namespace/${namespace}`)
  same(found, wanted)
})

test('values that mean nothing are refused', { skip }, () => {
  for (const set of ['replicas=0', 'image=', 'store=consul', 'replica=3']) {
    const { code, stderr } = helm('template', 'lotse', CHART_FOLDER, ...KUBERNETES, '--set', set)
    assert.notEqual(code, 0, set)
    assert.match(stderr, /schema|specifications/, set)
  }
})

test('a cluster without native sidecars is refused', { skip }, () => {
  const { code, stderr } = helm('template', 'lotse', CHART_FOLDER, '--kube-version', '1.28.15')
  assert.notEqual(code, 0)
  assert.match(stderr, /kubeVersion/)
})

// The nouns of the model: hosts, protocols, nodes, the mesh's tables, and the memo that remembers what was read.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cache } from '../../src/model/cache.ts'
import type { Document } from '../../src/model/document.ts'
import { bySpecificity, covers, fullName, isAddress } from '../../src/model/host.ts'
import { memo } from '../../src/model/memo.ts'
import { EMPTY_MESH, type Mesh, nextMesh } from '../../src/model/mesh.ts'
import type { Node } from '../../src/model/node.ts'
import { nearestOrigin, ORIGIN, originsOf, printOrigin } from '../../src/model/origin.ts'
import { protocolOf } from '../../src/model/protocol.ts'
import { View } from '../../src/model/view.ts'
import { nodeOf, parseNodeId } from '../../src/translate/node.ts'
import { documentOf } from '../support/random-mesh.ts'

const NODE: Node = nodeOf(
  EMPTY_MESH,
  { namespace: 'a', workload: 'w', certified: true },
  { id: 'w', labels: { app: 'web' } },
)

function meshOf(documents: readonly Document[], previous: Mesh = EMPTY_MESH): Mesh {
  return nextMesh(previous, { documents, enrolments: [] })
}

function service(name: string, namespace = 'a', line = 1): Document {
  const labels = {}
  return documentOf({ kind: 'Service', namespace, name, spec: { ports: [] }, line, labels })
}

test('short names get the namespace of the rule; names with a dot, addresses and wildcards stay', () => {
  assert.equal(fullName('web', 'a'), 'web.a.svc.cluster.local')
  assert.equal(fullName('Web.B', 'a'), 'web.b')
  assert.equal(fullName('10.0.0.1', 'a'), '10.0.0.1')
  assert.equal(fullName('*', 'a'), '*')
  assert.equal(fullName('::1', 'a'), '::1')
})

test('a wildcard covers what ends like it, and not its own suffix', () => {
  assert.ok(covers('*.foo.com', 'a.foo.com'))
  assert.ok(covers('*.foo.com', '*.a.foo.com'))
  assert.ok(covers('*', 'anything'))
  assert.ok(!covers('*.foo.com', 'foo.com'))
  assert.ok(!covers('*.foo.com', 'afoo.com'))
  assert.ok(!covers('a.foo.com', '*.foo.com'))
  assert.deepEqual(['*', '*.b', 'a.b', '*.a.b'].sort(bySpecificity), ['a.b', '*.a.b', '*.b', '*'])
})

test('addresses are told from names', () => {
  assert.ok(isAddress('127.0.0.1') && isAddress('::1'))
  assert.ok(!isAddress('300.0.0.1') && !isAddress('a.b.c.d'))
})

test('the protocol of a port: declared, by name, by well-known port, else found out', () => {
  const cases: [number, string | undefined, string | undefined, string][] = [
    [80, 'http', undefined, 'HTTP'],
    [80, 'HTTP-web', undefined, 'HTTP'],
    [80, 'grpc-web-x', undefined, 'GRPC-Web'],
    [80, 'grpcweb', undefined, 'auto'],
    [80, 'tcp-x', 'grpc', 'GRPC'],
    [80, 'http', 'kubernetes.io/h2c', 'HTTP2'],
    [443, undefined, 'kubernetes.io/wss', 'HTTPS'],
    [3306, undefined, undefined, 'TCP'],
    [27017, 'mongo-db', undefined, 'Mongo'],
    [80, undefined, 'TCP', 'TCP'],
    [80, undefined, undefined, 'auto'],
    [53, 'udp-dns', undefined, 'UDP'],
    [80, 'http', 'nonsense', 'HTTP'],
  ]
  for (const [port, name, declared, protocol] of cases) {
    assert.equal(protocolOf(port, name, declared), protocol, `${port} ${name} ${declared}`)
  }
})

test('a node id of Istio’s form names the workload; others do not', () => {
  assert.deepEqual(parseNodeId('router~1.2.3.4~edge-1.shop~shop.svc.cluster.local'), {
    namespace: 'shop',
    workload: 'edge-1',
    address: '1.2.3.4',
    gateway: true,
  })
  assert.equal(parseNodeId('sidecar~~a.b.c~d')?.workload, 'a.b')
  for (const id of ['', 'web', 'sidecar~ip~noname~x', 'x~1~a.b~c', 'sidecar~1~a.b~c~d']) {
    assert.equal(parseNodeId(id), undefined, id)
  }
})

test('a workload entry decides what a proxy is, whatever it says of itself', () => {
  const spec = { address: '10.0.0.9', labels: { app: 'cart' }, serviceAccount: 'real' }
  const entry = documentOf({
    kind: 'WorkloadEntry',
    namespace: 'a',
    name: 'w',
    spec,
    line: 1,
    labels: {},
  })
  const claims = { id: 'x', labels: { app: 'admin' }, address: '6.6.6.6', certificateFolder: '/c' }
  const node = nodeOf(meshOf([entry]), { namespace: 'a', workload: 'w', certified: false }, claims)
  assert.deepEqual(
    [node.address, node.labels, node.serviceAccount, node.certificateFolder],
    ['10.0.0.9', { app: 'cart' }, 'real', ''],
  )
})

test('tables keep their identity while nothing in them changes, key lists while membership does not', () => {
  const one = meshOf([service('x'), service('y', 'b')])
  assert.equal(meshOf([...one.tables.Service.rows.values()], one), one)
  const two = meshOf([service('x', 'a', 2), one.tables.Service.rows.get('b/y')!], one)
  assert.notEqual(two, one)
  assert.equal(two.tables.Service.keys, one.tables.Service.keys)
  assert.equal(two.tables.VirtualService, one.tables.VirtualService)
  const three = meshOf([...two.tables.Service.rows.values(), service('z')], two)
  assert.notEqual(three.tables.Service.keys, two.tables.Service.keys)
  assert.equal(
    three.tables.Service.keysByNamespace.get('b'),
    two.tables.Service.keysByNamespace.get('b'),
  )
})

test('a document in the place of another leaves all else as it is, also with one that comes or goes', () => {
  const [x, y, z] = [service('x'), service('y'), service('z', 'b')]
  const entry = { workload: 'a/w' }
  const state = (documents: readonly Document[]) => ({ documents, enrolments: [entry] })
  const one = nextMesh(EMPTY_MESH, state([x, y, z]))
  const now = service('x', 'a', 2)
  const two = nextMesh(one, state([now, y, z]))
  const { Service, enrolment } = two.tables
  assert.deepEqual([...Service.rows.values()], [now, y, z])
  assert.deepEqual([...one.tables.Service.rows.values()], [x, y, z])
  assert.equal(Service.keysByNamespace, one.tables.Service.keysByNamespace)
  assert.equal(enrolment, one.tables.enrolment)
  assert.equal(nextMesh(two, state([now, y, z])), two)
  const moved = nextMesh(two, state([now, service('y', 'b'), z]))
  assert.deepEqual([...moved.tables.Service.rows.keys()], ['a/x', 'b/y', 'b/z'])
  const draining = nextMesh(two, {
    documents: [now, y, z],
    enrolments: [{ ...entry, draining: true }],
  })
  assert.equal(draining.tables.enrolment.rows.get('a/w')?.draining, true)
  assert.equal(draining.tables.Service, two.tables.Service)
})

test('a memo computes again exactly when something it read changed', () => {
  let computed = 0
  const names = memo((view: View, namespace: string) => {
    computed++
    return view.keysIn('Service', namespace).map((key) => view.get('Service', key)!.metadata.name)
  })
  const cache = new Cache()
  const one = meshOf([service('x'), service('y', 'b')])
  const first = names(new View(one, NODE, cache), 'a')
  const two = meshOf([one.tables.Service.rows.get('a/x')!, service('y', 'b', 9)], one)
  assert.equal(names(new View(two, NODE, cache), 'a'), first)
  assert.equal(computed, 1)
  const three = meshOf([service('x', 'a', 5)], two)
  // Computed again, but the same names: the value keeps its identity, so that whoever read it stays valid.
  assert.equal(names(new View(three, NODE, cache), 'a'), first)
  assert.equal(computed, 2)
})

test('finding nothing is a read: what appears later is noticed', () => {
  const exists = memo((view: View, key: string) => view.get('Service', key) !== undefined)
  const cache = new Cache()
  assert.equal(exists(new View(EMPTY_MESH, NODE, cache), 'a/x'), false)
  assert.equal(exists(new View(meshOf([service('x')]), NODE, cache), 'a/x'), true)
})

test('proxies share a result exactly when the facts that were read are equal', () => {
  let computed = 0
  const outer = memo((view: View, _: '') => ({ app: inner(view, '') }))
  const inner = memo((view: View, _: '') => {
    computed++
    return view.label('app')
  })
  const cache = new Cache()
  const of = (node: Partial<Node>) => outer(new View(EMPTY_MESH, { ...NODE, ...node }, cache), '')
  const first = of({})
  assert.equal(of({ workload: 'other', address: '9.9.9.9' }), first)
  assert.notEqual(of({ labels: { app: 'cart' } }), first)
  assert.equal(of({}), first)
  assert.equal(computed, 2)
})

test('an inner memo that begins to read another fact is noticed although its value is the same', () => {
  const inner = memo((view: View, _: '') =>
    view.keys('Service').length > 0 ? view.label('app') === 'web' : true,
  )
  const outer = memo((view: View, _: '') => (inner(view, '') ? 'yes' : 'no'))
  const cache = new Cache()
  const web = NODE
  const cart = { ...NODE, labels: { app: 'cart' } }
  assert.equal(outer(new View(EMPTY_MESH, web, cache), ''), 'yes')
  const mesh = meshOf([service('x')])
  assert.equal(outer(new View(mesh, web, cache), ''), 'yes')
  assert.equal(outer(new View(mesh, cart, cache), ''), 'no')
})

test('what no proxy uses any more is forgotten', () => {
  const name = memo((view: View, key: string) => view.get('Service', key)?.metadata.name)
  const cache = new Cache()
  let mesh = EMPTY_MESH
  for (let i = 0; i < 200; i++) {
    mesh = meshOf([service(`s${i}`)], mesh)
    name(new View(mesh, NODE, cache), `a/s${i}`)
    cache.sweep(mesh.generation)
  }
  assert.ok(cache.size < 100, `${cache.size} results are kept`)
})

test('what a large change leaves behind is forgotten with the change after it', () => {
  const of = memo((_: View, key: string) => key)
  const cache = new Cache()
  let mesh = EMPTY_MESH
  for (let change = 1; change <= 4; change++) {
    mesh = meshOf([service(`s${change}`)], mesh)
    const view = new View(mesh, NODE, cache)
    for (let i = 0; i < 6_000; i++) of(view, `${change} ${i}`)
    cache.sweep(mesh.generation)
  }
  assert.equal(cache.size, 6_000)
})

test('origins are found by pointer, and do not show in JSON', () => {
  const at = (line: number) => ({ source: 'm.yaml', line, column: 3 })
  const body = { [ORIGIN]: at(1), routes: [{ name: 'a/b' }, { [ORIGIN]: at(2), 'a/b': { x: 1 } }] }
  assert.equal(JSON.stringify(body), '{"routes":[{"name":"a/b"},{"a/b":{"x":1}}]}')
  assert.deepEqual(
    [...originsOf(body)].map(([pointer, origin]) => `${pointer} ${printOrigin(origin)}`),
    [' m.yaml:1:3', '/routes/1 m.yaml:2:3'],
  )
  assert.equal(nearestOrigin(body, '/routes/1/a~1b/x')?.line, 2)
  assert.equal(nearestOrigin(body, '/routes/0/name')?.line, 1)
})

// What proxies have in common is one object: clients in different namespaces, sets of different streams.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Chunk, Resource, ResourceSet, VhdsRoute } from '../../src/model/resource.ts'
import { NO_RESOURCES } from '../../src/model/resource.ts'
import { translate } from '../../src/translate/translate.ts'
import { frameOf } from '../../src/xds/frames.ts'
import { createSubscription } from '../../src/xds/holdings.ts'
import { createDelivery, deliver, hear, retarget } from '../../src/xds/order.ts'
import { demand, reselect, select } from '../../src/xds/selection.ts'
import { createSets } from '../../src/xds/sets.ts'
import { createStore } from '../../src/xds/store.ts'
import { type Event, step } from '../../src/xds/subscription.ts'
import { viewOf } from '../support/views.ts'
import { policy, service } from '../support/workload.ts'
import { listener, virtualHost } from '../support/xds-resources.ts'

const MESH = [
  service('shop/bank', { app: 'bank' }, 'http:80'),
  service('shop/till', { app: 'till' }, 'http:80'),
  policy('DestinationRule', 'shop/bank', '{host: bank, subsets: [{name: v1, labels: {v: "1"}}]}'),
  policy(
    'VirtualService',
    'shop/bank',
    '{hosts: [bank], http: [{route: [{destination: {host: bank, subset: v1}}]}]}',
  ),
]

/** What clients in these namespaces have under a name, in the order of the namespaces. */
function resources(yaml: readonly string[], namespaces: readonly string[]) {
  const { mesh, node, cache } = viewOf(yaml.join('\n---\n'))
  const of = namespaces.map((namespace) => translate(mesh, { ...node, namespace }, cache))
  return (type: 'cluster' | 'endpoint', name: string): (Resource | undefined)[] =>
    of.map((set) => set[type].flat().find((one) => one.name === name))
}

function hostsOf(yaml: readonly string[], namespaces: readonly string[], name: string) {
  const { mesh, node, cache } = viewOf(yaml.join('\n---\n'))
  return namespaces.map((namespace) =>
    translate(mesh, { ...node, namespace }, cache)
      .route.flat()
      .flatMap(({ virtualHosts = [] }) => virtualHosts)
      .find((host) => host.name === name),
  )
}

const BANK = 'bank.shop.svc.cluster.local'
const TILL = 'till.shop.svc.cluster.local'

test('clients of all namespaces share clusters and endpoints', () => {
  const named = resources(MESH, ['else', 'third', 'shop'])
  for (const cluster of [
    `outbound|80||${BANK}`,
    `outbound|80|v1|${BANK}`,
    `outbound|80||${TILL}`,
  ]) {
    for (const type of ['cluster', 'endpoint'] as const) {
      const [first, ...others] = named(type, cluster)
      assert.ok(first, `${type} ${cluster}`)
      for (const other of others) assert.equal(other, first)
    }
  }
})

test('only the namespace with a rule of its own has a cluster of its own', () => {
  const own = policy('DestinationRule', 'third/bank', `{host: ${BANK}, exportTo: ["."]}`)
  const [first, third, shop] = resources([...MESH, own], ['else', 'third', 'shop'])(
    'cluster',
    `outbound|80||${BANK}`,
  )
  assert.ok(first && third)
  assert.equal(shop, first)
  assert.notEqual(third, first)
})

test('virtual hosts are shared by clients outside of the namespace, with a rule and without', () => {
  for (const name of [`${BANK}:80`, `${TILL}:80`]) {
    const [first, third, shop] = hostsOf(MESH, ['else', 'third', 'shop'], name)
    assert.ok(first && shop)
    assert.equal(third, first)
    assert.notEqual(shop, first, 'with its short name')
  }
})

test('a rule whose destination is another service for one namespace makes a virtual host of its own', () => {
  const hidden = [
    `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: ledger, namespace: third}
spec: {hosts: [ledger.test], exportTo: ["."], ports: [{number: 9000, name: http}], resolution: STATIC}`,
    policy(
      'VirtualService',
      'shop/till',
      '{hosts: [till], http: [{route: [{destination: {host: ledger.test}}]}]}',
    ),
  ]
  const [other, third] = hostsOf([...MESH, ...hidden], ['else', 'third'], `${TILL}:80`)
  const clusterIn = (host: Resource | undefined) =>
    /"cluster":"([^"]+)"/.exec(JSON.stringify(host?.body))?.[1]
  assert.equal(clusterIn(other), 'outbound|80||ledger.test')
  assert.equal(clusterIn(third), 'outbound|9000||ledger.test')
})

const sets = createSets(createStore({ encode: () => ({ bytes: Buffer.from('x') }) }))

function chunk(...names: readonly string[]): Chunk {
  return names.map((name) => ({ type: 'cluster', name, body: { name } }))
}

test('equal lists of different proxies become one', () => {
  const clusters = chunk('a', 'b')
  const set = (): ResourceSet => ({ ...NO_RESOURCES, cluster: [clusters] })
  const first = select(set(), sets)
  assert.equal(select(set(), sets).set.cluster, first.set.cluster)
  const other = select({ ...set(), cluster: [chunk('a', 'b')] }, sets)
  assert.notEqual(other.set.cluster, first.set.cluster)
  assert.equal(reselect(other, set(), sets).set.cluster, first.set.cluster)
})

test('an equal set changes no selection; one that says more of what is held back, or of virtual hosts, does', () => {
  const clusters = chunk('a', 'b')
  const set = (more: Partial<ResourceSet> = {}): ResourceSet => ({
    ...NO_RESOURCES,
    ...{ cluster: [clusters], vhds: { onDemand: false, routes: [ROUTE] }, ...more },
  })
  const first = select(set(), sets)
  assert.equal(reselect(first, set(), sets), first)
  const resource = clusters[0]!
  const held = (reason: string | undefined) =>
    reselect(first, set({ heldBack: [{ type: 'cluster', name: 'a', resource, reason }] }), sets)
  assert.equal(held(undefined).set.heldBack?.[0]?.reason, undefined)
  assert.equal(held('worse').set.heldBack?.[0]?.reason, 'worse')
  assert.equal(held('worse').set.cluster, first.set.cluster)
  for (const vhds of [
    { onDemand: true, routes: [ROUTE] },
    { onDemand: false, routes: [{ ...ROUTE }] },
  ]) {
    assert.notEqual(reselect(first, set({ vhds }), sets), first)
  }
  const { vhds: _, ...without } = set()
  assert.deepEqual(reselect(first, without, sets).set.virtualHost, [])
})

const ROUTE: VhdsRoute = { name: 'r', virtualHosts: [virtualHost('a', 'outbound|80||a')] }

test('equal names become one set, others do not', () => {
  const names = (last: string) => new Set([...'abcdefghijk', last])
  const first = sets.names(names('y'))
  assert.equal(sets.names(names('y')), first)
  assert.deepEqual([...sets.names(names('z'))], [...names('z')])
  // Alike in number, length, least and greatest.
  const alike = new Set([...'abcdefghijl', 'y'])
  assert.deepEqual([...sets.names(alike)], [...alike])
})

test('of several resources of one name the first in the list counts, in chunks large and small', () => {
  const large = chunk(...Array.from({ length: 40 }, (_, at) => `s${at}`))
  const other = chunk(...Array.from({ length: 40 }, (_, at) => `s${at + 20}`))
  const small = chunk('s25', 'own')
  const list = [small, large, other]
  assert.equal(sets.find(list, 's25'), small[0])
  assert.equal(sets.find([large, small, other], 's25'), large[25])
  assert.equal(sets.find(list, 'own'), small[1])
  // Many look-ups make one index of the large ones.
  for (let at = 0; at < 100; at++) sets.find(list, `s${at % 60}`)
  assert.equal(sets.find(list, 's25'), small[0])
  assert.equal(sets.find(list, 's30'), large[30])
  assert.equal(sets.find(list, 's59'), other[39])
  assert.equal(sets.find(list, 's60'), undefined)
})

test('streams in the same state are one: what they are sent, and what they hold, whatever came before', () => {
  const clusters = [chunk('a', 'b')]
  const later = [...clusters, chunk('c')]
  const hello: Event = { kind: 'connected', names: [] }
  const ack = (nonce: string): Event => ({ kind: 'ack', nonce })
  const first = step(createSubscription('cluster', 'delta', clusters), hello, sets)
  const second = step(createSubscription('cluster', 'delta', clusters), hello, sets)
  assert.equal(first.send?.additions.length, 2)
  assert.equal(second.send, first.send)
  assert.equal(frameOf('delta', 'cluster', second.send!), frameOf('delta', 'cluster', first.send!))
  assert.equal(second.state, first.state)
  const accepted = step(first.state, ack('1'), sets).state
  assert.equal(step(second.state, ack('1'), sets).state, accepted)
  assert.equal(step(second.state, ack('7'), sets).state, second.state)
  const pushed = step(accepted, { kind: 'changed', target: later }, sets)
  assert.deepEqual(
    pushed.send?.additions.map(({ name }) => name),
    ['c'],
  )
  // One that comes back with all of it ends in the same state.
  const known = new Map(first.send!.additions.map(({ name, version }) => [name, version]))
  const back = step(
    createSubscription('cluster', 'delta', clusters),
    { kind: 'connected', names: [], versions: known },
    sets,
  )
  assert.deepEqual(back.send?.additions, [])
  assert.equal(step(back.state, ack('1'), sets).state, accepted)
})

test('proxies with listeners of their own share what follows from a change, and keep what it does not touch', () => {
  const [before, after] = [[chunk('a', 'b')], [chunk('a', 'b'), chunk('c')]]
  const streams = [1, 2].map((port) => {
    const own = [[listener('in', port, '')]]
    const whole = (cluster: readonly Chunk[]) => ({ ...NO_RESOURCES, cluster, listener: own })
    const selection = select(whole(before), sets)
    let delivery = createDelivery('delta', selection.set)
    for (const type of ['cluster', 'listener'] as const) {
      delivery = hear(delivery, type, [{ kind: 'connected', names: [] }], sets)
      delivery = deliver(delivery, sets).delivery
      delivery = hear(delivery, type, [{ kind: 'ack', nonce: '1' }], sets)
    }
    const next = reselect(selection, whole(after), sets)
    return { was: delivery, ...deliver(retarget(delivery, next.set, sets), sets) }
  })
  const [one, two] = streams as [(typeof streams)[0], (typeof streams)[0]]
  assert.notEqual(one.was.subscriptions.listener, two.was.subscriptions.listener)
  assert.equal(one.was.subscriptions.cluster, two.was.subscriptions.cluster)
  assert.deepEqual(
    one.sendings.map(({ type, response }) => [type, response.additions.map(({ name }) => name)]),
    [['cluster', ['c']]],
  )
  assert.equal(two.sendings[0]?.response, one.sendings[0]?.response)
  assert.equal(two.delivery.subscriptions.cluster, one.delivery.subscriptions.cluster)
  for (const { was, delivery } of streams)
    assert.equal(delivery.subscriptions.listener, was.subscriptions.listener)
})

test('a refusal is of one stream only', () => {
  const clusters = [chunk('a', 'b')]
  const hello: Event = { kind: 'connected', names: [] }
  const [one, other] = [1, 2].map(() =>
    step(createSubscription('cluster', 'delta', clusters), hello, sets),
  )
  assert.equal(one!.state, other!.state)
  const refused = step(one!.state, { kind: 'nack', nonce: '1', text: 'no' }, sets)
  assert.equal(refused.send?.additions.length, 1)
  const accepted = step(other!.state, { kind: 'ack', nonce: '1' }, sets)
  assert.equal(accepted.send, undefined)
  assert.equal(accepted.state.groups.length + accepted.state.rejected.size, 0)
})

test('on demand, proxies that asked for the same have one list, and keep it when something else changes', () => {
  const clusters = [chunk('outbound|80||a', 'outbound|80||b', 'outbound|80||c')]
  const [a, b, c, other] = [
    ...['a', 'b', 'c'].map((name) => virtualHost(name, `outbound|80||${name}`)),
    virtualHost('c', 'outbound|80||a'),
  ] as [Resource, Resource, Resource, Resource]
  /** What workloads have differs in their listeners. */
  const whole = (port: number, ...virtualHosts: readonly Resource[]): ResourceSet => ({
    ...{ ...NO_RESOURCES, cluster: clusters, listener: [[listener('in', port, '')]] },
    vhds: { onDemand: true, routes: [{ name: 'r', virtualHosts }] },
  })
  const asks = (set: ResourceSet, ...names: readonly string[]) => {
    const request = { type: 'virtualHost' as const, names, held: [] }
    return demand(select(set, sets), request, sets).selection
  }
  const one = asks(whole(1, a, b, c), 'r/a', 'r/b')
  const two = asks(whole(2, a, b, c), 'r/b', 'r/a')
  assert.deepEqual(
    one.set.virtualHost.flat().map(({ name }) => name),
    ['r/~', 'r/~a', 'r/~b', 'r/a', 'r/b'],
  )
  assert.deepEqual(
    one.set.cluster.flat().map(({ name }) => name),
    ['outbound|80||a', 'outbound|80||b'],
  )
  assert.notEqual(two.set.listener, one.set.listener)
  for (const changed of [two, reselect(one, whole(1, a, b, other), sets)]) {
    assert.equal(changed.set.virtualHost, one.set.virtualHost)
    assert.equal(changed.set.cluster, one.set.cluster)
  }
  const more = asks(whole(1, a, b, c), 'r/a', 'r/b', 'r/c')
  const moved = reselect(more, whole(1, a, b, other), sets)
  assert.notEqual(moved.set.virtualHost, more.set.virtualHost)
  assert.equal(sets.find(moved.set.virtualHost, 'r/~c')?.of, other)
  assert.equal(sets.find(moved.set.cluster, 'outbound|80||c'), undefined)
})

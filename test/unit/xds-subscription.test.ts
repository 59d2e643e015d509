// Rules of the xDS protocol for one subscription, as rows: events, and after each what is sent.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ORIGIN } from '../../src/model/origin.ts'
import type { Chunk, Resource, ResourceType } from '../../src/model/resource.ts'
import { createSubscription, type Mode, type Subscription } from '../../src/xds/holdings.ts'
import { isolate } from '../../src/xds/isolate.ts'
import { createDelivery, deliver, hear, memoryOf, retarget } from '../../src/xds/order.ts'
import { Pusher } from '../../src/xds/pusher.ts'
import { describeRejection, printable } from '../../src/xds/rejection.ts'
import { eventsOf, type Request, readRequest } from '../../src/xds/request.ts'
import { createSets, type List } from '../../src/xds/sets.ts'
import { type Encoded, isFailed } from '../../src/xds/store.ts'
import { type Event, step } from '../../src/xds/subscription.ts'
import { jsonStore } from '../support/json-store.ts'
import { waitFor } from '../support/wait.ts'
import {
  cluster,
  endpoints,
  listener,
  resourceSet,
  route,
  virtualHost,
} from '../support/xds-resources.ts'

const store = jsonStore()
const sets = createSets(store)

function resource(type: ResourceType, name: string, mark: string | number = 1): Resource {
  const body = mark === 'broken' ? { name, broken: 1 } : { name, mark }
  return { type, name, body }
}

/** `a b2` is a list with a in version 1 and b in version 2; `c!` cannot be encoded. */
function listOf(type: ResourceType, words: string): List {
  const chunk: Chunk = words
    .split(' ')
    .filter(Boolean)
    .map((word) => {
      const [, name, mark] = /^([a-z]+)(\d+|!)?$/.exec(word) ?? []
      return resource(type, name!, mark === '!' ? 'broken' : Number(mark ?? 1))
    })
  return [chunk]
}

function versionOf(type: ResourceType, word: string): string {
  const entry = sets.get(listOf(type, word), word.replace(/\d+$/, ''))
  assert.ok(entry && !isFailed(entry))
  return entry.version
}

/** Events in words, and what is sent after each: `1: a b2 -c` is the response with nonce 1. */
type Row = readonly [
  title: string,
  mode: Mode,
  type: ResourceType,
  list: string,
  steps: readonly Step[],
]
type Step = readonly [event: string, sent: string]

function toEvent(type: ResourceType, words: string): Event {
  const [kind, ...rest] = words.split(' ')
  if (kind === 'connected') {
    const versions = rest.filter((word) => word.includes('='))
    return {
      kind,
      names: rest.filter((word) => !word.includes('=')),
      versions: new Map(
        versions.map((word) => {
          const [name, held] = word.split('=')
          return [name!, held === '?' ? '?' : versionOf(type, held!)]
        }),
      ),
    }
  }
  if (kind === 'subscribe' || kind === 'unsubscribe' || kind === 'resend')
    return { kind, names: rest }
  if (kind === 'ack') return { kind, nonce: rest[0]! }
  if (kind === 'nack') return { kind, nonce: rest[0]!, text: rest.slice(1).join(' ') }
  return { kind: 'changed', target: listOf(type, rest.join(' ')) }
}

// biome-ignore format: a table
const ROWS: readonly Row[] = [
  ['a first request without names means all clusters', 'delta', 'cluster', 'a b', [
    ['connected', '1: a b'],
  ]],
  ['and all virtual hosts', 'delta', 'virtualHost', 'a', [
    ['connected', '1: a'],
  ]],
  ['but no endpoints', 'delta', 'endpoint', 'a', [
    ['connected', ''],
  ]],
  ['a star means all of any type', 'delta', 'route', 'a b', [
    ['connected *', '1: a b'],
  ]],
  ['an empty wildcard is answered, since a starting proxy waits', 'delta', 'listener', '', [
    ['connected', '1:'], ['ack 1', ''],
  ]],
  ['one response at a time, the latest set wins', 'delta', 'cluster', 'a', [
    ['connected', '1: a'], ['changed a2', ''], ['changed a3 b', ''], ['ack 1', '2: a3 b'],
    ['ack 2', ''],
  ]],
  ['a stale nonce is no answer', 'delta', 'cluster', 'a', [
    ['connected', '1: a'], ['changed a2', ''], ['ack 0', ''], ['nack 0 no', ''],
    ['ack 1', '2: a2'], ['ack 1', ''], ['changed a3', ''], ['ack 2', '3: a3'],
  ]],
  ['names under a stale nonce count', 'delta', 'endpoint', 'a b', [
    ['connected a', '1: a'], ['ack 0', ''], ['subscribe b', ''], ['ack 1', '2: b'],
  ]],
  ['only subscribed names are sent', 'delta', 'endpoint', 'a b', [
    ['connected a', '1: a'], ['ack 1', ''], ['changed a b2', ''], ['changed a2 b2', '2: a2'],
  ]],
  ['what does not exist is said not to', 'delta', 'endpoint', 'a', [
    ['connected a x', '1: a -x'], ['ack 1', ''], ['changed a x', '2: x'], ['ack 2', ''],
    ['changed a', '3: -x'],
  ]],
  ['absent virtual hosts, too', 'delta', 'virtualHost', '', [
    ['connected x', '1: -x'],
  ]],
  ['nothing is sent again after a reconnect', 'delta', 'endpoint', 'a b', [
    ['connected a b a=a b=b', ''], ['changed a b2', '1: b2'],
  ]],
  ['a wildcard is answered after a reconnect, with nothing', 'delta', 'cluster', 'a b', [
    ['connected a=a b=b', '1:'], ['ack 1', ''],
  ]],
  ['after a reconnect: what changed, came and went', 'delta', 'cluster', 'a b2 d', [
    ['connected * a=a b=b c=?', '1: b2 d -c'], ['ack 1', ''],
  ]],
  ['a repeated subscription is answered again', 'delta', 'endpoint', 'a', [
    ['connected a', '1: a'], ['ack 1', ''], ['subscribe a', '2: a'], ['ack 2', ''],
    ['subscribe x', '3: -x'], ['ack 3', ''], ['subscribe x', '4: -x'],
  ]],
  ['unsubscribed names are left alone', 'delta', 'endpoint', 'a b', [
    ['connected a b', '1: a b'], ['ack 1', ''], ['unsubscribe b', ''], ['changed a b2', ''],
    ['subscribe b', '2: b2'],
  ]],
  ['a name under a wildcard is answered when it is unsubscribed', 'delta', 'virtualHost', 'a', [
    ['connected * a x', '1: a -x'], ['ack 1', ''], ['unsubscribe a x', '2: a -x'], ['ack 2', ''],
  ]],
  ['without the star the names stay', 'delta', 'cluster', 'a b', [
    ['connected * a', '1: a b'], ['ack 1', ''], ['unsubscribe *', ''],
    ['changed a2 b2', '2: a2'],
  ]],
  ['a star that comes later sends the rest', 'delta', 'cluster', 'a b', [
    ['connected a', '1: a'], ['ack 1', ''], ['subscribe *', '2: b'], ['ack 2', ''],
  ]],
  ['equal bytes are nothing new', 'delta', 'cluster', 'a b', [
    ['connected', '1: a b'], ['ack 1', ''], ['changed b a', ''],
  ]],
  ['a resend sends what did not change', 'delta', 'endpoint', 'a b', [
    ['connected a', '1: a'], ['ack 1', ''], ['resend a b', '2: a'], ['ack 2', ''],
  ]],
  ['what cannot be encoded stays as it is', 'delta', 'cluster', 'a b', [
    ['connected', '1: a b'], ['ack 1', ''], ['changed a! b2', '2: b2'], ['ack 2', ''],
    ['changed a2 b2', '3: a2'], ['ack 3', ''], ['changed a! b2', ''], ['changed b2', '4: -a'],
  ]],
  ['what never could is absent to who asks', 'delta', 'endpoint', 'a!', [
    ['connected a', '1: -a'],
  ]],
  ['refused alone: not sent again until it changes', 'delta', 'route', 'a', [
    ['connected a', '1: a'], ['nack 1 bad', ''], ['changed a b', ''], ['changed a2', '2: a2'],
    ['ack 2', ''], ['changed a3', '3: a3'], ['nack 3 bad', ''], ['changed a2', ''],
    ['changed', '4: -a'],
  ]],
  ['refused when it was asked for later: it is not taken for had', 'delta', 'route', 'a b', [
    ['connected a', '1: a'], ['ack 1', ''], ['subscribe b', '2: b'], ['nack 2 bad', ''],
    ['subscribe b', '3: -b'], ['ack 3', ''], ['changed a b2', '4: b2'],
  ]],
  ['an extension refused at first: the proxy is told that there is none', 'delta', 'extensionConfig', 'a', [
    ['connected a', '1: a'], ['nack 1 bad', '2: -a'], ['ack 2', ''], ['changed a b', ''],
    ['changed a2', '3: a2'], ['ack 3', ''], ['changed a3', '4: a3'], ['nack 4 bad', '5: a2'],
  ]],
  ['a later version refused: the last good one once more, until the object is edited', 'delta', 'extensionConfig', 'a', [
    ['connected a', '1: a'], ['ack 1', ''], ['changed a2', '2: a2'], ['nack 2 bad', '3: a'],
    ['ack 3', ''], ['changed a2 b', ''], ['changed a3', '4: a3'], ['nack 4 bad', '5: a'],
    ['changed a', ''], ['ack 5', ''], ['changed a2', '6: a2'], ['ack 6', ''], ['changed a3', '7: a3'],
    ['nack 7 bad', '8: a2'],
  ]],
  ['also where it was edited meanwhile, and then the new one', 'delta', 'extensionConfig', 'a', [
    ['connected a', '1: a'], ['ack 1', ''], ['changed a2', '2: a2'], ['changed a3', ''], ['nack 2 bad', '3: a'],
    ['ack 3', '4: a3'], ['nack 4 bad', '5: a'], ['changed a4', ''], ['nack 5 worse', '6: a4'], ['nack 6 bad', ''],
  ]],
  ['the last good one refused, too: that is the end', 'delta', 'extensionConfig', 'a', [
    ['connected a', '1: a'], ['ack 1', ''], ['changed a2', '2: a2'], ['nack 2 bad', '3: a'],
    ['nack 3 worse', ''], ['changed a2 b', ''], ['changed a3', '4: a3'], ['ack 4', ''],
  ]],
  ['extensions go one by one: what was refused among others and kept would be accepted alone', 'delta', 'extensionConfig', 'a b', [
    ['connected a b', '1: a'], ['ack 1', '2: b'], ['ack 2', ''], ['changed a2 b2', '3: a2'], ['nack 3 bad', '4: a'],
    ['ack 4', '5: b2'], ['ack 5', ''],
  ]],
  ['what an earlier process sent cannot be sent again', 'delta', 'extensionConfig', 'a2', [
    ['connected a a=a', '1: a2'], ['nack 1 bad', ''], ['changed a3', '2: a3'], ['ack 2', ''],
  ]],
  ['the last good one in the state of the world', 'sotw', 'extensionConfig', 'a', [
    ['connected a', '1: a'], ['ack 1', ''], ['changed a2', '2: a2'], ['nack 2 bad', '3: a'],
    ['nack 3 worse', ''], ['changed a3', '4: a3'], ['nack 4 bad', ''],
  ]],
  ['refused at first in the state of the world: nothing can be said', 'sotw', 'extensionConfig', 'a', [
    ['connected a', '1: a'], ['nack 1 bad', ''], ['changed a2', '2: a2'], ['ack 2', ''],
  ]],
  ['refused together: one by one', 'delta', 'route', 'a b c', [
    ['connected a b c', '1: a b c'], ['nack 1 missing]', '2: a'], ['ack 2', '3: b'],
    ['nack 3 missing]', '4: c'], ['ack 4', ''], ['changed a b c2', '5: c2'],
  ]],
  ['where Envoy names the guilty, the others go together', 'delta', 'cluster', 'a b c d', [
    ['connected', '1: a b c d'], ['nack 1 Error adding/updating cluster(s) b: bad', '2: a c d'],
    ['ack 2', '3: b'], ['nack 3 b: bad', ''],
  ]],
  ['a change meanwhile takes the place of what was refused', 'delta', 'route', 'a b', [
    ['connected a b', '1: a b'], ['changed a2 b', ''], ['nack 1 bad', '2: a2'], ['ack 2', '3: b'],
    ['ack 3', ''],
  ]],
  ['a removal after a refusal is not lost', 'delta', 'cluster', 'a b c', [
    ['connected', '1: a b c'], ['changed a', ''], ['nack 1 bad', '2: a'], ['ack 2', '3: -b -c'],
    ['nack 3 bad', ''],
  ]],
  ['a refused proxy that asks again gets the last good version', 'delta', 'endpoint', 'a', [
    ['connected a', '1: a'], ['ack 1', ''], ['changed a2', '2: a2'], ['nack 2 bad', ''],
    ['subscribe a', '3: a'], ['ack 3', ''],
  ]],
  ['asked again and refused: the last good version is the answer, once', 'delta', 'endpoint', 'a', [
    ['connected a', '1: a'], ['changed a2', ''], ['resend a', ''], ['ack 1', '2: a2'], ['nack 2 bad', '3: a'],
    ['nack 3 worse', ''], ['changed a3', '4: a3'],
  ]],
  ['also where the refused one is gone meanwhile', 'delta', 'endpoint', 'a', [
    ['connected a', '1: a'], ['changed a2', ''], ['resend a', ''], ['ack 1', '2: a2'], ['changed a', ''],
    ['nack 2 bad', '3: a'], ['ack 3', ''],
  ]],
  ['also where it was asked for after the refused one was sent', 'delta', 'endpoint', 'a', [
    ['connected a', '1: a'], ['ack 1', ''], ['changed a2', '2: a2'], ['resend a', ''], ['changed a', ''],
    ['nack 2 bad', '3: a'], ['ack 3', ''],
  ]],
  ['state of the world lists all clusters', 'sotw', 'cluster', 'a b', [
    ['connected', '1: a b'], ['ack 1', ''], ['changed a2 b', '2: a2 b'], ['ack 2', ''],
    ['changed b', '3: b'],
  ]],
  ['but only changed endpoints', 'sotw', 'endpoint', 'a b', [
    ['connected a b', '1: a b'], ['ack 1', ''], ['changed a2 b', '2: a2'], ['ack 2', ''],
    ['changed a2', ''], ['changed a2 b2', '3: b2'],
  ]],
  ['and keeps the last good version in the list', 'sotw', 'cluster', 'a b', [
    ['connected', '1: a b'], ['ack 1', ''], ['changed a2 b2', '2: a2 b2'],
    ['nack 2 cluster(s) a: bad', '3: b2 a'], ['ack 3', '4: a2 b2'], ['nack 4 a: bad', ''],
    ['changed a2 b3', '5: b3 a'], ['ack 5', ''], ['changed a! b3', ''],
    ['changed a! b', '6: b a'],
  ]],
  ['named clusters that do not exist are missing in the list', 'sotw', 'cluster', 'a', [
    ['connected x', '1:'], ['ack 1', ''],
  ]],
]

test('subscription rules', async (t) => {
  for (const [title, mode, type, list, steps] of ROWS) {
    await t.test(title, () => {
      let state: Subscription = createSubscription(type, mode, listOf(type, list))
      for (const [event, expected] of steps) {
        const { state: next, send } = step(state, toEvent(type, event), sets)
        state = next
        const seen = send
          ? [`${send.nonce}:`, ...send.resources.map(word), ...gone(mode, send.removed)]
          : []
        assert.deepEqual(sorted(seen.join(' ')), sorted(expected), `after "${event}"`)
      }
    })
  }
})

const sorted = (text: string) => text.split(' ').sort()
const gone = (mode: Mode, names: readonly string[]) =>
  mode === 'delta' ? names.map((name) => `-${name}`) : []

function word({ resource: { body }, name }: Encoded): string {
  const { mark } = body as { mark: number }
  return mark === 1 ? name : `${name}${mark}`
}

test('a state-of-the-world version that is current is answered with nothing', () => {
  const target = listOf('cluster', 'a b')
  const first = step(
    createSubscription('cluster', 'sotw', target),
    { kind: 'connected', names: [] },
    sets,
  )
  const version = first.send!.version
  assert.match(version, /^[0-9a-f]{16}$/)
  const fresh = createSubscription('cluster', 'sotw', listOf('cluster', 'b a'))
  assert.equal(step(fresh, { kind: 'connected', names: [], version }, sets).send, undefined)
  const other = createSubscription('cluster', 'sotw', listOf('cluster', 'a2 b'))
  assert.ok(step(other, { kind: 'connected', names: [], version }, sets).send)
  const fewer = createSubscription('endpoint', 'sotw', listOf('endpoint', 'a b'))
  const both = step(fewer, { kind: 'connected', names: ['a'] }, sets).send!.version
  const again = step(fewer, { kind: 'connected', names: ['a', 'b'], version: both }, sets)
  assert.equal(again.send?.resources.length, 2, 'another list of names has another version')
})

const NO_REQUEST: Request = {
  node: { id: '', metadata: {}, locality: '', userAgent: '', version: [0, 0] },
  typeUrl: '',
  nonce: '',
  error: undefined,
  version: '',
  names: [],
  unsubscribed: [],
  versions: new Map(),
}

test('requests become events; state of the world repeats its names', () => {
  const old = createSubscription('listener', 'sotw', listOf('listener', 'a b'))
  const all = step(old, { kind: 'connected', names: [] }, sets).state
  const events = (state: Subscription, request: Partial<Request>) =>
    eventsOf('sotw', { ...NO_REQUEST, ...request }, state)
  assert.deepEqual(events(all, { nonce: '1' }), [{ kind: 'ack', nonce: '1' }], 'still everything')
  const named = events(all, { nonce: '1', names: ['a'] })
  assert.deepEqual(named.slice(1), [
    { kind: 'unsubscribe', names: ['*'] },
    { kind: 'subscribe', names: ['a'] },
  ])
  const one = named.reduce((state, event) => step(state, event, sets).state, all)
  assert.deepEqual(
    events(one, {}),
    [{ kind: 'unsubscribe', names: ['a'] }],
    'an empty list means none now',
  )
  assert.deepEqual(events(one, { nonce: '2', error: 'no', names: ['a'] }), [
    { kind: 'nack', nonce: '2', text: 'no' },
  ])
})

test('requests that are none, or too large, are problems', () => {
  const problem = (decode: () => unknown) => {
    const read = readRequest('delta', new Uint8Array(), decode)
    return 'problem' in read ? read.problem : ''
  }
  assert.match(
    problem(() => {
      throw new RangeError('index out of range')
    }),
    /not a envoy\.service/,
  )
  assert.match(
    problem(() => ({ resource_names_subscribe: ['x'.repeat(5000)] })),
    /4096/,
  )
  assert.match(
    problem(() => ({ resource_names_subscribe: Array(200_001).fill('x') })),
    /200000 names/,
  )
  const read = readRequest('delta', new Uint8Array(), () => ({
    node: { locality: { region: 'r', sub_zone: 's' } },
  }))
  assert.ok(!('problem' in read))
  assert.equal(read.node.locality, 'r//s')
})

test('isolating makes smaller groups, at most a hundred', () => {
  const names = Array.from({ length: 1000 }, (_, index) => `c${index}`)
  const groups = isolate(names, 'missing ]: [')
  assert.equal(groups.length, 100)
  assert.deepEqual(groups.flat(), names)
  assert.deepEqual(isolate(['c1', 'c10', 'c2'], 'cluster(s) c10: no'), [['c1', 'c2'], ['c10']])
  assert.deepEqual(isolate(['a', 'b'], 'a: no, b: no'), [['a'], ['b']])
  assert.deepEqual(isolate(['a'], 'a: no'), [])
})

test('equal bytes are one object, other bytes are not, and virtual hosts follow their route', () => {
  const host = virtualHost('v', 'a')
  const joined = store.encode(route('r', host))
  assert.deepEqual(store.encode(route('r', virtualHost('v', 'a', ['v'], 99))), joined)
  assert.equal(
    store.encode(route('r', virtualHost('v', 'a', ['v'], 99))),
    joined,
    'lines do not count',
  )
  assert.notEqual(store.encode(route('r', virtualHost('v', 'b'))), joined)
  const failed = store.encode(
    route('r', {
      ...host,
      body: { broken: { [ORIGIN]: { source: 'f.yaml', line: 3, column: 1 } } },
    }),
  )
  assert.ok(isFailed(failed))
  assert.equal(failed.failure?.code, 'L0301')
  assert.deepEqual(failed.failure?.origin, { source: 'f.yaml', line: 3, column: 1 })
})

test('lists are compared by what is in them, wherever a resource moved', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => resource('cluster', name)) as [
    Resource,
    Resource,
    Resource,
  ]
  const shared: Chunk = [c]
  assert.deepEqual(sets.touched([[a, b], shared], [[b], shared, [a]]), [])
  assert.deepEqual(sets.touched([[a], shared], [shared, [b]]), ['a', 'b'])
  assert.deepEqual(sets.touched([[a], shared], [[a]]), ['c'])
  const many: List = Array.from({ length: 50 }, (_, index) => [resource('cluster', `n${index}`)])
  for (let round = 0; round < 3; round++) {
    for (let index = 0; index < 50; index++)
      assert.equal(sets.get(many, `n${index}`)?.name, `n${index}`)
  }
  assert.equal(sets.get(many, 'x'), undefined)
})

test('a refusal is told with the line of what Envoy quotes, without key material', () => {
  const bad = {
    ...virtualHost('v', 'x'),
    body: {
      routes: [
        { regex: 'fine', [ORIGIN]: { source: 'vs.yaml', line: 1, column: 1 } },
        { regex: 'wro[ng', [ORIGIN]: { source: 'vs.yaml', line: 20, column: 7 } },
      ],
    },
  }
  const { type, name, version, resource } = store.encode(
    route('80', virtualHost('w', 'x'), bad),
  ) as Encoded
  const rejection = { type, name, version, resource }
  const told = describeRejection('web', { ...rejection, text: "missing ]:\n 'wro[ng'." })
  assert.equal(told.origin?.line, 20)
  assert.match(told.text, /^Envoy web rejected route 80: missing \]: 'wro\[ng'\. It keeps/)
  const other = describeRejection('web', { ...rejection, text: 'no' })
  assert.deepEqual(
    other.origin,
    { source: 'routes.yaml', line: 7, column: 3 },
    'else the first line',
  )
  const key =
    'x: inline_string: "-----BEGIN PRIVATE KEY-----\\nMIIabc\\n-----END PRIVATE KEY-----\\n" y'
  assert.doesNotMatch(printable(key), /MIIabc/)
  assert.doesNotMatch(printable('private_key { inline_bytes: "c2VjcmV0" }'), /c2Vj/)
  assert.ok(printable('long '.repeat(1000)).length < 700)
})

test('make before break: a new cluster and its endpoints, then routes, then the old cluster goes', () => {
  const generation = (name: string) =>
    resourceSet({
      cluster: [[cluster(name)]],
      endpoint: [[endpoints(name, 1)]],
      listener: [[listener('in', 80, '80')]],
      route: [[route('80', virtualHost('v', name))]],
    })
  let delivery = createDelivery('delta', generation('a'))
  const told: string[] = []
  const run = (next: typeof delivery) => {
    const { delivery: after, sendings } = deliver(next, sets)
    delivery = after
    for (const { type, response } of sendings) {
      const names = [
        ...response.resources.map(({ name }) => name),
        ...response.removed.map((name) => `-${name}`),
      ]
      told.push(`${type} ${names.join(' ')}`)
    }
    return told.splice(0)
  }
  const say = (type: ResourceType, ...events: Event[]) => run(hear(delivery, type, events, sets))
  const ack = (type: ResourceType) =>
    say(type, { kind: 'ack', nonce: String(delivery.subscriptions[type]!.count) })
  assert.deepEqual(say('cluster', { kind: 'connected', names: [] }), ['cluster a'])
  assert.deepEqual(say('endpoint', { kind: 'connected', names: ['a'] }), ['endpoint a'])
  assert.deepEqual(say('listener', { kind: 'connected', names: [] }), [], 'clusters first')
  assert.deepEqual(ack('cluster'), [], 'with their endpoints')
  assert.deepEqual(ack('endpoint'), ['listener in'])
  assert.deepEqual(say('route', { kind: 'connected', names: ['80'] }), [])
  assert.deepEqual(ack('listener'), ['route 80'])
  assert.deepEqual(ack('route'), [])

  assert.deepEqual(run(retarget(delivery, generation('b'), sets)), ['cluster b'])
  assert.deepEqual(run(retarget(delivery, generation('c'), sets)), [], 'one round after the other')
  assert.deepEqual(say('endpoint', { kind: 'subscribe', names: ['b'] }), ['endpoint -b'])
  assert.deepEqual(ack('cluster'), [])
  assert.deepEqual(ack('endpoint'), ['route 80'])
  assert.deepEqual(ack('route'), ['cluster -a'])
  assert.deepEqual(say('endpoint', { kind: 'unsubscribe', names: ['a'] }), [])
  assert.deepEqual(ack('cluster'), ['cluster c'])
  assert.deepEqual(say('endpoint', { kind: 'subscribe', names: ['c'] }), ['endpoint c'])
  assert.deepEqual([...ack('cluster'), ...ack('endpoint')], ['route 80'])
  assert.deepEqual(
    say('route', { kind: 'nack', nonce: '3', text: 'no' }),
    ['cluster -b'],
    'a refusal does not block',
  )
})

test('what a proxy still uses since it refused what is new is not taken away', () => {
  const name = (letter: string) => `outbound|80||${letter}`
  const generation = (used: string, ...all: readonly string[]) =>
    resourceSet({
      cluster: [all.map((one) => cluster(name(one)))],
      endpoint: [all.map((one) => endpoints(name(one), 1))],
      listener: [[listener('in', 80, '80')]],
      route: [[route('80', virtualHost('v', name(used)))]],
    })
  let delivery = createDelivery('delta', generation('a', 'a'))
  const run = (next: typeof delivery) => {
    const { delivery: after, sendings } = deliver(next, sets)
    delivery = after
    return sendings.map(({ type, response: { additions, removed } }) =>
      [type, ...additions.map((one) => one.name), ...removed.map((one) => `-${one}`)].join(' '),
    )
  }
  const say = (type: ResourceType, ...events: Event[]) => run(hear(delivery, type, events, sets))
  const nonce = (type: ResourceType) => String(delivery.subscriptions[type]!.count)
  const ack = (type: ResourceType) => say(type, { kind: 'ack', nonce: nonce(type) })
  const versions = new Map<string, string>()
  const start = (type: ResourceType, ...names: string[]) =>
    say(type, { kind: 'connected', names, versions })
  start('cluster')
  start('endpoint', name('a'))
  start('route', '80')
  for (const type of ['cluster', 'endpoint', 'route'] as const) ack(type)

  assert.deepEqual(run(retarget(delivery, generation('b', 'b'), sets)), [`cluster ${name('b')}`])
  say('endpoint', { kind: 'subscribe', names: [name('b')] })
  assert.deepEqual([...ack('cluster'), ...ack('endpoint')], ['route 80'])
  const refusal = { kind: 'nack', nonce: nonce('route'), text: 'no' } as const
  assert.deepEqual(say('route', refusal), [], 'a is still in use')
  assert.deepEqual(run(retarget(delivery, generation('c', 'c'), sets)), [`cluster ${name('c')}`])
  say('endpoint', { kind: 'subscribe', names: [name('c')] })
  assert.deepEqual([...ack('cluster'), ...ack('endpoint')], ['route 80'])
  const gone = [...ack('route'), ...ack('endpoint'), ...ack('cluster')].sort()
  assert.ok(gone.includes(`cluster -${name('a')} -${name('b')}`), gone.join())
})

test('a proxy that comes back is first heard out, then changed in the safe order', () => {
  const version = (made: Resource) => (store.encode(made) as Encoded).version
  const old = listener('in', 80, '80')
  const set = resourceSet({ cluster: [[cluster('b')]], listener: [[listener('in', 81, '80')]] })
  let { delivery, sendings } = deliver(
    hear(
      createDelivery('delta', set),
      'cluster',
      [
        {
          kind: 'connected',
          names: [],
          versions: new Map([
            ['a', version(cluster('a'))],
            ['b', version(cluster('b'))],
          ]),
        },
      ],
      sets,
    ),
    sets,
  )
  const sent = () =>
    sendings.map(
      ({ type, response }) =>
        `${type} ${response.resources.map(({ name }) => name)}-${response.removed}`,
    )
  assert.deepEqual(sent(), ['cluster -'], 'its listener may still use a')
  const next = (type: ResourceType, event: Event) => {
    const result = deliver(hear(delivery, type, [event], sets), sets)
    delivery = result.delivery
    sendings = result.sendings
    return sent()
  }
  const versions = new Map([['in', version(old)]])
  assert.deepEqual(next('listener', { kind: 'connected', names: [], versions }), [])
  assert.deepEqual(next('cluster', { kind: 'ack', nonce: '1' }), ['listener in-'])
  assert.deepEqual(next('listener', { kind: 'ack', nonce: '1' }), ['cluster -a'])
})

test('a cluster that warmed when the stream broke gets its endpoints on the next one', () => {
  const held = endpoints('a', 1)
  const set = (mark: number) => resourceSet({ cluster: [[cluster('a', mark)]], endpoint: [[held]] })
  const { version } = store.encode(held) as Encoded
  const connected: Event = { kind: 'connected', names: ['a'], versions: new Map([['a', version]]) }
  let first = createDelivery('delta', set(1))
  first = hear(first, 'endpoint', [connected], sets)
  first = deliver(hear(first, 'cluster', [{ kind: 'connected', names: [] }], sets), sets).delivery
  assert.deepEqual(memoryOf(first, sets)?.warming, ['a'])
  const again = createDelivery('delta', set(1), memoryOf(first, sets))
  const { sendings, delivery } = deliver(hear(again, 'endpoint', [connected], sets), sets)
  assert.deepEqual(
    sendings[0]?.response.resources.map(({ name }) => name),
    ['a'],
  )
  const after = deliver(hear(delivery, 'endpoint', [{ kind: 'ack', nonce: '1' }], sets), sets)
  assert.equal(memoryOf(after.delivery, sets), undefined, 'nothing is remembered for long')
})

test('a proxy that comes back with clusters gets their endpoints, if it has none, before listeners', () => {
  const [a, b] = [cluster('a'), endpoints('a', 1)]
  const set = resourceSet({
    ...{ cluster: [[a]], endpoint: [[b]] },
    listener: [[listener('in', 80, '80')]],
  })
  const versions = new Map([['a', (store.encode(a) as Encoded).version]])
  let delivery = createDelivery('delta', set)
  const say = (type: ResourceType, event: Event) => {
    const result = deliver(hear(delivery, type, [event], sets), sets)
    delivery = result.delivery
    return result.sendings.map(({ type }) => type)
  }
  assert.deepEqual(say('cluster', { kind: 'connected', names: [], versions }), ['cluster'])
  assert.deepEqual(say('endpoint', { kind: 'connected', names: ['a'] }), ['endpoint'])
  assert.deepEqual(say('listener', { kind: 'connected', names: [] }), [])
  assert.deepEqual(say('cluster', { kind: 'ack', nonce: '1' }), [])
  assert.deepEqual(say('endpoint', { kind: 'ack', nonce: '1' }), ['listener'])
})

test('pushes: the first at once, those that come meanwhile become one more', async () => {
  const seen: string[] = []
  let passes = 0
  const pusher = new Pusher(
    () => ['x', 'y'],
    () => {
      passes++
      return (item) => {
        seen.push(item)
        if (passes === 1) for (let index = 0; index < 5; index++) pusher.push()
      }
    },
  )
  pusher.push()
  assert.deepEqual(seen, ['x', 'y'], 'before push returns')
  await waitFor('the second pass', () => seen.length === 4)
  assert.equal(passes, 2)
  pusher.close()
  pusher.push()
  assert.equal(passes, 2)

  let runs = 0
  const slow = new Pusher(
    () => [0],
    () => () => runs++,
    { quietMilliseconds: 5 },
  )
  for (let index = 0; index < 10; index++) slow.push()
  assert.equal(runs, 1)
  await waitFor('the burst as one', () => runs === 2)
  slow.close()

  let passed = 0
  const urgent: Pusher<number> = new Pusher(
    () => [0],
    () => () => {
      passed++
      if (passed < 3) urgent.push()
    },
    { quietMilliseconds: 3_600_000, maxWaitMilliseconds: 1 },
  )
  urgent.push()
  await waitFor('those that came during a pass', () => passed === 3)
  urgent.push()
  await waitFor('one that came after it', () => passed === 4)
  urgent.close()
})

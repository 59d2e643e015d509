// What is known of a proxy that comes back: what it does not tell, or tells by a version only.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Resource, ResourceSet, ResourceType } from '../../src/model/resource.ts'
import type { Mode } from '../../src/xds/holdings.ts'
import { createDelivery, deliver, hear, memoryOf, retarget } from '../../src/xds/order.ts'
import { createSets } from '../../src/xds/sets.ts'
import type { Encoded } from '../../src/xds/store.ts'
import type { Event } from '../../src/xds/subscription.ts'
import { jsonStore } from '../support/json-store.ts'
import { resourceSet } from '../support/xds-resources.ts'

const store = jsonStore()
const sets = createSets(store)

/** `a2` is a in version 2; `a!` cannot be encoded. */
function resourceOf(type: ResourceType, word: string): Resource {
  const name = word.replace(/(\d+|!)$/, '')
  return { type, name, body: { name, mark: word, ...(word.endsWith('!') ? { broken: 1 } : {}) } }
}

function setOf(type: ResourceType, words: string): ResourceSet {
  const names = words.split(' ').filter(Boolean)
  return resourceSet({ [type]: [names.map((word) => resourceOf(type, word))] })
}

function versionOf(type: ResourceType, word: string): string {
  return (store.encode(resourceOf(type, word)) as Encoded).version
}

/** One proxy that asks for one type, stream after stream. */
function createProxy(mode: Mode, type: ResourceType, words: string) {
  let delivery = createDelivery(mode, setOf(type, words))
  let version = ''
  const gone = (all: readonly string[]) => (mode === 'delta' ? all.map((name) => `-${name}`) : [])
  const run = (next: typeof delivery) => {
    const { delivery: after, sendings } = deliver(next, sets)
    delivery = after
    return sendings.flatMap(({ response }) => {
      version = response.version
      const marks = response.resources.map(
        ({ resource }) => (resource.body as { mark: string }).mark,
      )
      return [...marks, ...gone(response.removed)]
    })
  }
  const say = (event: Event) => run(hear(delivery, type, [event], sets))
  const nonce = () => String(delivery.subscriptions[type]!.count)
  return {
    connect: (
      names: readonly string[],
      told: Pick<Event & { kind: 'connected' }, 'version' | 'versions'> = {},
    ) => say({ kind: 'connected', names, ...told }),
    again: (names: readonly string[]) => say({ kind: 'resend', names }),
    ack: () => say({ kind: 'ack', nonce: nonce() }),
    nack: () => say({ kind: 'nack', nonce: nonce(), text: 'bad' }),
    change: (after: string) => run(retarget(delivery, setOf(type, after), sets)),
    /** The stream breaks, and the mesh is another one when the proxy returns. */
    breakUntil(after: string) {
      delivery = createDelivery(mode, setOf(type, after), memoryOf(delivery, sets))
    },
    memory: () => memoryOf(delivery, sets),
    /** Of the last response. */
    version: () => version,
  }
}

for (const type of ['cluster', 'endpoint'] as const) {
  const names = type === 'cluster' ? [] : ['a', 'b']

  test(`state of the world, ${type}: the version that a proxy tells is not all it has where it may have refused a part`, () => {
    const proxy = createProxy('sotw', type, 'a')
    proxy.connect(names)
    const version = proxy.version()
    proxy.ack()
    assert.deepEqual(proxy.change('a2 b'), ['a2', 'b'])
    proxy.breakUntil('a')
    proxy.breakUntil('a')
    assert.deepEqual(proxy.connect(names, { version }), ['a'], 'it may have a2')
    proxy.ack()
    assert.equal(proxy.memory(), undefined, 'nothing is remembered for long')
    proxy.breakUntil('a')
    assert.deepEqual(proxy.connect(names, { version }), [])
  })
}

test('the last good configuration of an extension is sent again after a refusal, on another stream too', () => {
  const type = 'extensionConfig'
  const told = (word: string) => ({ versions: new Map([['a', versionOf(type, word)]]) })
  const proxy = createProxy('delta', type, 'a')
  assert.deepEqual(proxy.connect(['a']), ['a'])
  proxy.breakUntil('a2')
  assert.deepEqual(proxy.connect(['a'], told('a')), ['a2'], 'it had accepted a')
  assert.deepEqual(proxy.nack(), ['a'])
  proxy.ack()
  proxy.breakUntil('a3')
  assert.deepEqual(proxy.connect(['a'], told('a')), ['a3'], 'nothing was under way')
  assert.deepEqual(proxy.nack(), ['a'])
  proxy.breakUntil('a4')
  assert.deepEqual(proxy.connect(['a'], told('a')), ['a'], 'it may keep a3')
  assert.deepEqual(proxy.ack(), ['a4'])
})

test('an extension of which a proxy keeps what it refused is told to be none, on another stream too', () => {
  const proxy = createProxy('delta', 'extensionConfig', 'a')
  proxy.connect(['a'])
  assert.deepEqual(proxy.nack(), ['-a'])
  proxy.breakUntil('')
  assert.deepEqual(proxy.connect(['a']), ['-a'])
  proxy.breakUntil('a')
  assert.deepEqual(proxy.connect(['a']), ['-a'], 'it would take the same for known and good')
  assert.deepEqual(proxy.ack(), ['a'])
})

test('endpoints that a changed cluster waits for and that are withheld are sent on a later stream', () => {
  const type = 'endpoint'
  const versions = new Map([['a', versionOf(type, 'a')]])
  const proxy = createProxy('delta', type, 'a!')
  assert.deepEqual(proxy.connect(['a'], { versions }), [])
  assert.deepEqual(proxy.again(['a']), [], 'there is nothing to send')
  assert.deepEqual(proxy.change(''), ['-a'])
  for (let stream = 0; stream < 2; stream++) {
    proxy.breakUntil('a')
    assert.deepEqual(proxy.connect(['a'], { versions }), ['a'], 'although it has it')
  }
  proxy.ack()
  assert.equal(proxy.memory(), undefined)
})

// The gate between mesh and streams, with a judge whose answers the test decides.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import type { Resource, ResourceSet } from '../../src/model/resource.ts'
import { Gate } from '../../src/preflight/gate.ts'
import type { Answer } from '../../src/preflight/judgement.ts'
import type { Cleanup } from '../support/cleanup.ts'
import { waitFor } from '../support/wait.ts'
import { cluster, endpoints, resourceSet, route, virtualHost } from '../support/xds-resources.ts'

interface Asked {
  readonly text: string
  answer(answer: Answer): void
}

const YES: Answer = { kind: 'accepted' }
const no = (text: string): Answer => ({ kind: 'refused', text })

function testGate(t: Cleanup, patience?: number) {
  const asked: Asked[] = []
  const log: Diagnostic[] = []
  let verdicts = 0
  const gate = new Gate({
    ask: (config) => new Promise((answer) => asked.push({ text: JSON.stringify(config), answer })),
    onVerdict: () => {
      verdicts++
    },
    log: (diagnostic) => log.push(diagnostic),
    ...(patience === undefined ? {} : { patience }),
  })
  t.after(() => gate.close())
  /** The next question that has this word. */
  const question = async (word: string): Promise<Asked> => {
    const find = () => asked.findIndex(({ text }) => text.includes(word))
    const at = await waitFor(`a question about ${word}`, find, (index) => index >= 0, { every: 1 })
    return asked.splice(at, 1)[0]!
  }
  return { gate, asked, log, question, verdicts: () => verdicts }
}

const hostSet = (...hosts: readonly Resource[]): ResourceSet => ({
  ...resourceSet({ cluster: [[cluster('x')]] }),
  vhds: { onDemand: false, routes: [{ name: 'r', virtualHosts: hosts }] },
})

/** A set all of which was accepted. */
async function begin(t: Cleanup, set: ResourceSet) {
  const opened = testGate(t)
  const ready = opened.gate.ready('p', set)
  const first = await opened.question('{')
  first.answer(YES)
  await ready
  assert.equal(opened.gate.pass('p', set), set, 'the identical set')
  return opened
}

const names = (list: readonly (readonly Resource[])[]) => list.flat().map(({ name }) => name)
const hosts = (set: ResourceSet) =>
  set.vhds!.routes.flatMap(({ virtualHosts }) =>
    virtualHosts.map(({ name, body }) => `${name} ${(body as { domains: string[] }).domains}`),
  )

test('a change that is judged for long keeps no other back', async (t) => {
  const before = hostSet(virtualHost('a', 'x', ['a1']), virtualHost('b', 'x', ['b1']))
  const { gate, question } = await begin(t, before)
  const [, b1] = before.vhds!.routes[0]!.virtualHosts
  const a2 = virtualHost('a', 'x', ['a2'])
  assert.deepEqual(hosts(gate.pass('p', hostSet(a2, b1!))), ['a a1', 'b b1'])
  const slow = await question('a2')
  const set = hostSet(a2, virtualHost('b', 'x', ['b2']))
  assert.deepEqual(hosts(gate.pass('p', set)), ['a a1', 'b b1'])
  const quick = await question('b2')
  assert.doesNotMatch(quick.text, /a2/, 'nothing is asked twice')
  quick.answer(YES)
  await waitFor('b', () => hosts(gate.pass('p', set)).includes('b b2'))
  const meanwhile = gate.pass('p', set)
  assert.deepEqual(hosts(meanwhile), ['a a1', 'b b2'])
  assert.deepEqual(
    meanwhile.heldBack?.map(({ name, reason }) => [name, reason]),
    [['r/~a', undefined]],
  )
  assert.equal(gate.pass('p', set), meanwhile, 'the identical set until more is known')
  slow.answer(YES)
  await waitFor('a', () => gate.pass('p', set) === set)
})

test('endpoints go at once, and equal content is not asked about again', async (t) => {
  const [x, e] = [cluster('x'), endpoints('x', 1)]
  const { gate, asked } = await begin(t, resourceSet({ cluster: [[x]], endpoint: [[e]] }))
  const moved = resourceSet({ cluster: [[cluster('x')]], endpoint: [[endpoints('x', 1, 2)]] })
  assert.equal(gate.pass('p', moved), moved)
  assert.equal(gate.ready('q', moved), undefined, 'nor does another proxy wait')
  assert.deepEqual(asked, [])
})

test('what is refused is told once, and forgotten when it is gone', async (t) => {
  const { gate, question, log } = await begin(t, hostSet(virtualHost('a', 'x', ['a1'])))
  const set = hostSet(virtualHost('a', 'x', ['bad']), virtualHost('new', 'x', ['worse']))
  gate.pass('p', set)
  const both = await question('bad')
  both.answer(no('one of these'))
  const first = await question('bad')
  assert.doesNotMatch(first.text, /worse/)
  first.answer(no('says bad'))
  const second = await question('worse')
  second.answer(no('says worse'))
  await waitFor('both', () => gate.pass('p', set).heldBack?.every(({ reason }) => reason))
  assert.deepEqual(hosts(gate.pass('p', set)), ['a a1'], 'a new one is not there')
  await waitFor('the log', () => log.length > 0)
  const [told] = gate.diagnostics()
  assert.equal(gate.diagnostics().length, 1, 'both have one place')
  assert.match(
    told!.text,
    /^Envoy refuses virtualHost a: says bad\. It is held back.* So it does 1 more\.$/,
  )
  assert.deepEqual([told!.code, told!.origin?.source], ['L0307', 'routes.yaml'])
  gate.pass('p', hostSet(virtualHost('a', 'x', ['a1'])))
  assert.deepEqual(gate.diagnostics(), [])
  assert.equal(log.length, 1)
})

test('what only a proxy has that is gone is not told, until it is back', async (t) => {
  const { gate, question } = await begin(t, hostSet(virtualHost('a', 'x', ['a1'])))
  const set = hostSet(virtualHost('a', 'x', ['bad']))
  gate.pass('p', set)
  const asked = await question('bad')
  asked.answer(no('says bad'))
  await waitFor('the answer', () => gate.pass('p', set).heldBack?.every(({ reason }) => reason))
  gate.prune(new Set(['p']))
  assert.equal(gate.diagnostics().length, 1)
  gate.prune(new Set(['q']))
  assert.deepEqual(gate.diagnostics(), [], 'nobody hears what becomes of it meanwhile')
  assert.deepEqual(hosts(gate.pass('p', set)), ['a a1'], 'what it had is remembered')
  assert.equal(gate.diagnostics().length, 1)
})

test('a route configuration keeps single virtual hosts; one that names a cluster that is held back waits', async (t) => {
  const set = (mark: string, target: string, clusters: readonly Resource[]) =>
    resourceSet({
      cluster: [clusters],
      endpoint: [[endpoints('outbound|1||x', 1)]],
      route: [[route('r', virtualHost('a', target, [mark]), virtualHost('b', 'x', [mark]))]],
    })
  const x = cluster('outbound|1||x')
  const first = set('one', 'outbound|1||x', [x])
  const { gate, question } = await begin(t, first)
  const y = { ...cluster('outbound|1||y'), body: { ...cluster('outbound|1||y').body, lb: 'bad' } }
  const next = { ...set('two', 'outbound|1||y', [y]), endpoint: [] }
  gate.pass('p', next)
  const all = await question('bad')
  all.answer(no('cluster outbound|1||y is no good'))
  ;(await question('two')).answer(YES)
  ;(await question('bad')).answer(no('no good'))
  const marks = (passed: ResourceSet) =>
    passed.route
      .flat()[0]!
      .virtualHosts!.map(({ body }) => (body as { domains: string[] }).domains[0])
  await waitFor('b to change', () => marks(gate.pass('p', next))[1] === 'two')
  const passed = gate.pass('p', next)
  assert.deepEqual(marks(passed), ['one', 'two'])
  assert.deepEqual(names(passed.cluster), ['outbound|1||x'], 'still used')
  assert.deepEqual(names(passed.endpoint), ['outbound|1||x'])
  assert.deepEqual(
    passed.heldBack!.map(({ type, reason }) => [type, reason]),
    [
      ['cluster', 'no good'],
      ['route', 'it names cluster outbound|1||y, which is held back'],
    ],
  )
  assert.equal(gate.diagnostics().length, 1, 'what follows from another is not told')
  // As long as it is so, also through other changes.
  const later = { ...set('three', 'outbound|1||y', [y]), endpoint: [] }
  gate.pass('p', later)
  ;(await question('three')).answer(YES)
  await waitFor('b to change', () => marks(gate.pass('p', later))[1] === 'three')
  assert.deepEqual(names(gate.pass('p', later).cluster), ['outbound|1||x'])
})

test('without an answer a change goes out, and a first configuration does not wait for ever', async (t) => {
  const { gate, question, log } = await begin(t, hostSet(virtualHost('a', 'x', ['a1'])))
  const set = hostSet(virtualHost('a', 'x', ['a2']))
  gate.pass('p', set)
  ;(await question('a2')).answer({ kind: 'unable', text: 'no Envoy' })
  await waitFor('it to go out', () => gate.pass('p', set) === set)
  assert.deepEqual(
    log.map(({ code, severity }) => [code, severity]),
    [['L0514', 'warning']],
  )

  const late = testGate(t, 20)
  await late.gate.ready('p', set)
  const passed = late.gate.pass('p', set)
  const [{ withheld }] = passed.vhds!.routes[0]!.virtualHosts as [Resource]
  assert.ok(withheld, 'what the proxy has of it stays')
  assert.equal(passed.vhds!.routes[0]!.virtualHosts.length, 1)
})

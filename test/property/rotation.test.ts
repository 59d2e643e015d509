// The law of rotation: whatever operators wish and proxies do, every certificate in use is believed by every proxy.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isProblem } from '../../src/ca/problem.ts'
import {
  advance,
  mustRenew,
  type Rotation,
  signerOf,
  trustedBy,
  type Wish,
  wish,
} from '../../src/ca/rotation.ts'
import '../support/laws.ts'

interface Proxy {
  readonly name: string
  connected: boolean
  /** Authorities whose certificates it believes. */
  trust: readonly string[]
  /** Authority of the certificate it has. */
  authority: string
}

/** Everybody in the mesh, and the control plane's state. */
interface World {
  rotation: Rotation
  readonly proxies: Proxy[]
  made: number
}

type Step = (world: World) => void

const proxyAt = (world: World, at: number) => world.proxies[at % (world.proxies.length || 1)]
const same = (a: readonly string[], b: readonly string[]) => a.join() === b.join()

const wanted = (what: Wish): Step => {
  return (world) => {
    const idle = world.rotation.phase === undefined
    const prepared = idle && what !== 'abort' ? `r${++world.made}` : undefined
    const next = wish(world.rotation, what, prepared)
    if (!isProblem(next)) world.rotation = next
  }
}

/** The control plane looks once, as it does every second. */
const look: Step = (world) => {
  const bundle = trustedBy(world.rotation)
  const informed = world.proxies.filter((one) => one.connected && same(one.trust, bundle))
  world.rotation = advance(world.rotation, {
    handshakesEnded: true,
    informed: new Set(informed.map(({ name }) => name)),
    live: world.proxies.map(({ name, authority }) => ({
      ...{ serial: name, workload: name, authority, notAfter: 0 },
    })),
  })
}

const enrols: Step = (world) => {
  const { rotation, proxies } = world
  const name = `p${++world.made}`
  const trust = trustedBy(rotation)
  proxies.push({ name, connected: true, trust, authority: signerOf(rotation) })
}

const told = (at: number): Step => {
  return (world) => {
    const proxy = proxyAt(world, at)
    if (proxy?.connected) proxy.trust = trustedBy(world.rotation)
  }
}

/** Of itself at half of its life, or since it is told to. */
const renews = (at: number, onlyIfTold: boolean): Step => {
  return (world) => {
    const proxy = proxyAt(world, at)
    if (!proxy?.connected || (onlyIfTold && !mustRenew(world.rotation, proxy.authority))) return
    proxy.authority = signerOf(world.rotation)
  }
}

const comesOrGoes = (at: number): Step => {
  return (world) => {
    const proxy = proxyAt(world, at)
    if (proxy) proxy.connected = !proxy.connected
  }
}

/** Its certificate expired or was revoked: nobody counts on it. */
const ends = (at: number): Step => {
  return ({ proxies }) => {
    if (proxies.length > 0) proxies.splice(at % proxies.length, 1)
  }
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(look) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Wish>('finish', 'finish', 'next', 'abort').map(wanted),
  },
  { weight: 1, arbitrary: fc.constant(enrols) },
  { weight: 6, arbitrary: fc.nat(9).map(told) },
  { weight: 4, arbitrary: fc.tuple(fc.nat(9), fc.boolean()).map(([at, told]) => renews(at, told)) },
  { weight: 1, arbitrary: fc.nat(9).map(comesOrGoes) },
  { weight: 1, arbitrary: fc.nat(9).map(ends) },
)

function newWorld(): World {
  const world: World = { rotation: { current: '.' }, proxies: [], made: 0 }
  for (let n = 0; n < 4; n++) enrols(world)
  return world
}

test('every certificate in use is believed by every proxy, at each moment', () => {
  let finished = 0
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
      const world = newWorld()
      for (const act of steps) {
        act(world)
        const { rotation, proxies } = world
        for (const { authority } of proxies) {
          assert.ok(trustedBy(rotation).includes(authority), 'the control plane believes it')
          for (const other of proxies) {
            assert.ok(other.trust.includes(authority), `${other.name} believes it`)
          }
        }
        if (rotation.phase === undefined && rotation.current !== '.') finished++
      }
    }),
    { numRuns: 3000 },
  )
  assert.ok(finished > 0, 'some rotations came to their end')
})

test('from wherever it stands, a rotation that is wished for comes to its end', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60, size: 'max' }),
      fc.constantFrom<Wish>('finish', 'abort'),
      (steps, what) => {
        const world = newWorld()
        for (const act of steps) act(world)
        for (const proxy of world.proxies) proxy.connected = true
        wanted(what)(world)
        for (let round = 0; round < 6; round++) {
          for (const at of world.proxies.keys()) {
            told(at)(world)
            renews(at, true)(world)
          }
          look(world)
        }
        assert.equal(world.rotation.phase, undefined)
      },
    ),
    { numRuns: 1000 },
  )
})

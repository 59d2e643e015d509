// Laws of delivery on demand: whatever is asked, changed and reconnected, the proxy decides as one that has everything.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { VirtualHost } from '../../proto/envoy.d.ts'
import { Cache } from '../../src/model/cache.ts'
import type { Document } from '../../src/model/document.ts'
import { EMPTY_MESH, nextMesh } from '../../src/model/mesh.ts'
import type { Resource, ResourceSet } from '../../src/model/resource.ts'
import { translate } from '../../src/translate/translate.ts'
import { domainsOf } from '../../src/xds/domains.ts'
import { everyHost, greeting, isGreeting } from '../../src/xds/virtual-hosts.ts'
import { type HostBody, OnDemandEnvoy } from '../support/on-demand-envoy.ts'
import { apply, NODES, script, stateOf } from '../support/random-mesh.ts'
import { resourceSet } from '../support/xds-resources.ts'
import '../support/laws.ts'

const CLUSTERS = ['outbound|80||c0', 'outbound|80||c1', 'outbound|80||c2', 'outbound|80||c3']
const DOMAINS = ['h0', 'h1', 'h2', 'a.w', '*.w', 'h*', '*']
const HOSTS = ['h0', 'h1', 'h2', 'hx', 'a.w', 'b.w', 'nobody']
const ROUTES = ['r0', 'r1']

interface World {
  /** Cluster by place, with a mark of its content. */
  readonly clusters: readonly number[]
  /** Owner of each domain by route configuration, if any; the same owner is one virtual host. */
  readonly owners: readonly (readonly (number | undefined)[])[]
  readonly uses: readonly number[]
  /** Whether there is a second route configuration. */
  readonly second: boolean
}

const known = new Map<string, Resource>()

/** Equal content is the identical object, as translation promises. */
function once(type: Resource['type'], name: string, body: object): Resource {
  const key = `${type} ${JSON.stringify(body)}`
  const found = known.get(key) ?? Object.freeze({ type, name, body })
  known.set(key, found)
  return found
}

function toSet({ clusters, owners, uses, second }: World): ResourceSet {
  const present = CLUSTERS.filter((_, index) => clusters[index] !== 0)
  const routes = second ? ROUTES : ROUTES.slice(0, 1)
  const hostsOf = (route: number): Resource[] => {
    const ids = [...new Set(owners[route]!)].filter((id) => id !== undefined)
    return ids.map((id) => {
      const domains = DOMAINS.filter((_, index) => owners[route]![index] === id)
      const used = present.length > 0 ? [present[uses[id]! % present.length]!] : []
      const body: HostBody = { name: `v${id}`, domains, uses: used }
      return once('virtualHost', body.name, body)
    })
  }
  return resourceSet({
    cluster: [
      present.map((name) =>
        once('cluster', name, {
          name,
          type: 'EDS',
          eds_cluster_config: {},
          mark: clusters[CLUSTERS.indexOf(name)],
        }),
      ),
    ],
    endpoint: [present.map((name) => once('endpoint', name, { name }))],
    listener: [[once('listener', 'l', { name: 'l', routes })]],
    route: [routes.map((name) => once('route', name, { name, vhds: {} }))],
    ...{
      vhds: {
        onDemand: true,
        routes: routes.map((name, index) => ({ name, virtualHosts: hostsOf(index) })),
      },
    },
  })
}

const world: fc.Arbitrary<World> = fc.record({
  clusters: fc.array(fc.nat(2), { minLength: CLUSTERS.length, maxLength: CLUSTERS.length }),
  owners: fc.array(
    fc.array(fc.option(fc.nat(4), { nil: undefined }), {
      minLength: DOMAINS.length,
      maxLength: DOMAINS.length,
    }),
    { minLength: 2, maxLength: 2 },
  ),
  uses: fc.array(fc.nat(3), { minLength: 5, maxLength: 5 }),
  second: fc.boolean(),
})

const action = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('change' as const), world }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      route: fc.constantFrom(...ROUTES),
      host: fc.constantFrom(...HOSTS),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constantFrom('toProxy' as const, 'toServer' as const) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('reconnect' as const), late: fc.boolean() }),
  },
)

/** It would do with any request what it would do if it had everything; it has no cluster that it has no use for. */
function check(envoy: OnDemandEnvoy): void {
  assert.deepEqual([...envoy.waiting], [], 'nobody waits in vain')
  const used = new Set<string>()
  for (const { name, virtualHosts } of envoy.whole.vhds!.routes) {
    assert.ok(envoy.held.get('virtualHost')!.has(greeting(name).name), `${name} gets ready`)
    for (const host of HOSTS) {
      const wanted = domainsOf(virtualHosts).find(host)?.virtualHost.body as HostBody | undefined
      const found = envoy.match(name, host)
      const asked = envoy.names.get('virtualHost')?.has(`${name}/${host}`)
      if (found || asked) assert.deepEqual(found?.uses, wanted?.uses, `${name}/${host}`)
    }
    for (const { body } of envoy.hosts(name))
      for (const one of (body as HostBody).uses) used.add(one)
  }
  assert.deepEqual([...envoy.held.get('cluster')!.keys()].sort(), [...used].sort())
  const before = envoy.answers
  envoy.change({ ...envoy.whole })
  envoy.settle()
  assert.equal(envoy.answers, before, 'nothing changed, so nothing is sent')
  const { received } = envoy
  envoy.reconnect(true)
  envoy.settle()
  assert.equal(envoy.received, received, 'it has everything when it comes back')
}

test('asked, changed and reconnected in any order, it decides as if it had everything', () => {
  fc.assert(
    fc.property(world, fc.array(action, { maxLength: 60, size: 'max' }), (start, actions) => {
      const envoy = new OnDemandEnvoy(toSet(start))
      envoy.settle()
      for (const one of actions) {
        if (one.kind === 'change') envoy.change(toSet(one.world))
        else if (one.kind === 'ask') envoy.ask(one.route, one.host)
        else if (one.kind === 'toProxy') envoy.stepProxy()
        else if (one.kind === 'toServer') envoy.stepServer()
        else if (one.kind === 'reconnect') envoy.reconnect(one.late)
      }
      envoy.settle()
      check(envoy)
    }),
    { numRuns: 1000 },
  )
})

/** Virtual hosts by route configuration, without what only VHDS needs. */
function hostsOf(set: ResourceSet): unknown {
  const plain = ({ name, ...rest }: VirtualHost) => ({
    ...rest,
    name: name?.replace(/^.*\/~/, ''),
    routes: rest.routes?.map((route) => {
      const { idle_timeout: _, ...action } = { ...route.route } as { idle_timeout?: string }
      return route.route ? { ...route, route: action } : route
    }),
  })
  const whole = set.route.flat().map(({ name, virtualHosts = [] }) => [name, virtualHosts])
  const apart = set.vhds?.routes.map(({ name }, index) => [
    name.replace(/^.*\|(?=\d)/, ''),
    everyHost(set.vhds!)[index]!.filter(({ name }) => !isGreeting(name)),
  ])
  const names = new Set(set.vhds?.routes.map(({ name }) => name))
  const lists = [...whole.filter(([name]) => !names.has(name as string)), ...(apart ?? [])]
  return Object.fromEntries(
    lists.map(([name, hosts]) => [
      name,
      (hosts as Resource[]).map(({ body }) => plain(body as VirtualHost)),
    ]),
  )
}

test('apart, the virtual hosts are those of the whole route configurations, edited step by step, too', () => {
  fc.assert(
    fc.property(script, fc.constantFrom(...NODES.slice(0, 3)), (edits, node) => {
      const cache = new Cache()
      let objects = new Map<string, Document>()
      let mesh = EMPTY_MESH
      for (const edit of edits) {
        objects = apply(objects, edit)
        mesh = nextMesh(mesh, stateOf(objects))
        const whole = hostsOf(translate(mesh, node))
        for (const delivery of ['preloaded', 'on-demand'] as const) {
          const incremental = translate(mesh, { ...node, delivery }, cache)
          assert.deepEqual(hostsOf(incremental), whole, delivery)
          assert.equal(translate(mesh, { ...node, delivery }, cache), incremental)
        }
      }
    }),
    { numRuns: 200 },
  )
})

// Laws of translation: incremental equals scratch, order does not matter, lines do not matter, what is named is served.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Cluster, RouteConfiguration } from '../../proto/envoy.d.ts'
import { Cache } from '../../src/model/cache.ts'
import type { Document } from '../../src/model/document.ts'
import { EMPTY_MESH, type Mesh, nextMesh, sameElements } from '../../src/model/mesh.ts'
import { DELIVERY_MODES, type Node } from '../../src/model/node.ts'
import {
  MESSAGE_NAMES,
  RESOURCE_TYPES,
  type Resource,
  type ResourceSet,
} from '../../src/model/resource.ts'
import { translate } from '../../src/translate/translate.ts'
import { encodeMessage } from '../../src/xds/encode/index.ts'
import { apply, NODES, script, stateOf } from '../support/random-mesh.ts'
import '../support/laws.ts'

const RUNS = { numRuns: 1000 }
const PATCHING: ReadonlySet<string> = new Set(['EnvoyFilter', 'MeshConfig'])

/** Two proxies are enough to share and to differ; which two changes from case to case. */
const twoNodes = fc
  .tuple(
    fc.shuffledSubarray([...NODES], { minLength: 2, maxLength: 2 }),
    fc.constantFrom(undefined, ...DELIVERY_MODES),
  )
  .map(([nodes, delivery]) => nodes.map((node) => (delivery ? { ...node, delivery } : node)))

/** Everything of a set in the order it is sent in, as text. */
function print(set: ResourceSet): string {
  return JSON.stringify([RESOURCE_TYPES.map((type) => set[type].flat()), set.vhds])
}

/** A list that holds what it held is the identical one, as is the list of route configurations whose virtual hosts travel alone. */
function checkKept(before: ResourceSet, after: ResourceSet): void {
  for (const type of RESOURCE_TYPES) {
    const [had, has] = [before[type], after[type]]
    const isSame = had.length === has.length && had.every((one, at) => sameElements(one, has[at]!))
    if (isSame) assert.equal(has, had, type)
  }
  const [had, has] = [before.vhds, after.vhds]
  if (had && has && had.onDemand === has.onDemand && sameElements(had.routes, has.routes))
    assert.equal(has, had, 'vhds')
}

function meshOf(objects: ReadonlyMap<string, Document>, previous: Mesh = EMPTY_MESH): Mesh {
  return nextMesh(previous, stateOf(objects))
}

test('a mesh that was edited step by step gives what a fresh one gives', () => {
  fc.assert(
    fc.property(script, twoNodes, (edits, nodes) => {
      const cache = new Cache()
      let objects = new Map<string, Document>()
      let mesh = EMPTY_MESH
      const last = new Map<Node, ResourceSet>()
      for (const edit of edits) {
        objects = apply(objects, edit)
        mesh = meshOf(objects, mesh)
        for (const node of nodes) {
          const incremental = translate(mesh, node, cache)
          assert.equal(print(incremental), print(translate(mesh, node)))
          assert.equal(translate(mesh, node, cache), incremental)
          // The first patch and the last one begin all of it anew.
          if (!PATCHING.has(edit.kind)) checkKept(last.get(node) ?? incremental, incremental)
          last.set(node, incremental)
        }
      }
    }),
    RUNS,
  )
})

test('sweeping forgets nothing that is in use', () => {
  fc.assert(
    fc.property(script, twoNodes, fc.integer({ min: 1, max: 200 }), (edits, nodes, gap) => {
      const cache = new Cache()
      let objects = new Map<string, Document>()
      let mesh = EMPTY_MESH
      for (const edit of edits) {
        objects = apply(objects, edit)
        const next = meshOf(objects, mesh)
        // As if many changes had gone by, so that sweeps happen within a short script.
        mesh = next === mesh ? mesh : { ...next, generation: next.generation + gap }
        for (const node of nodes) {
          assert.equal(print(translate(mesh, node, cache)), print(translate(mesh, node)))
        }
        cache.sweep(mesh.generation)
      }
    }),
    RUNS,
  )
})

test('the order of the input does not matter', () => {
  fc.assert(
    fc.property(script, fc.func(fc.integer()), (edits, random) => {
      const objects = edits.reduce(apply, new Map<string, Document>())
      const shuffled = new Map(
        [...objects].sort(([a], [b]) => random(a) - random(b) || (a < b ? -1 : 1)),
      )
      for (const node of NODES) {
        assert.equal(
          print(translate(meshOf(objects), node)),
          print(translate(meshOf(shuffled), node)),
        )
      }
    }),
    RUNS,
  )
})

test('moving lines changes no resource', () => {
  fc.assert(
    fc.property(script, (edits) => {
      const objects = edits.reduce(apply, new Map<string, Document>())
      const moved = edits
        .map((edit) => ({ ...edit, line: edit.line + 7 }))
        .reduce(apply, new Map<string, Document>())
      for (const node of NODES) {
        assert.equal(print(translate(meshOf(objects), node)), print(translate(meshOf(moved), node)))
      }
    }),
    RUNS,
  )
})

test('what is named is served, names are unique, and all of it is valid for Envoy', () => {
  fc.assert(
    fc.property(script, (edits) => {
      const mesh = meshOf(edits.reduce(apply, new Map<string, Document>()))
      for (const node of NODES) checkReferences(translate(mesh, node))
    }),
    RUNS,
  )
})

function checkReferences(set: ResourceSet): void {
  const names = Object.fromEntries(
    RESOURCE_TYPES.map((type) => [type, new Set(set[type].flat().map(({ name }) => name))]),
  )
  for (const type of RESOURCE_TYPES) {
    assert.equal(names[type]!.size, set[type].flat().length, `${type} names repeat`)
    for (const resource of set[type].flat()) checkEncodes(resource)
  }
  for (const { body, name } of set.cluster.flat()) {
    const { type, eds_cluster_config: eds } = body as Cluster
    if (type === 'EDS') assert.ok(names.endpoint!.has(eds?.service_name || name), `no EDS ${name}`)
  }
  const text = JSON.stringify([set.listener, set.cluster])
  for (const [, route] of text.matchAll(/"route_config_name":"([^"]+)"/g)) {
    assert.ok(names.route!.has(route!), `no RDS ${route}`)
  }
  for (const [, secret] of text.matchAll(/"name":"([^"]+)","sds_config"/g)) {
    assert.ok(names.secret!.has(secret!), `no SDS ${secret}`)
  }
  const routes = set.route.flat().flatMap(({ body, virtualHosts = [] }) => {
    const domains = virtualHosts.flatMap((host) => (host.body as { domains: string[] }).domains)
    assert.equal(new Set(domains).size, domains.length, `${(body as RouteConfiguration).name}`)
    return virtualHosts
  })
  // A subset that does not exist is legal (503 for that route); a service that is served has its cluster.
  for (const [, cluster] of JSON.stringify(routes).matchAll(/"cluster":"(inbound[^"]+)"/g)) {
    assert.ok(names.cluster!.has(cluster!), `no CDS ${cluster}`)
  }
}

function checkEncodes({ type, name, body, virtualHosts = [] }: Resource): void {
  const result = encodeMessage(MESSAGE_NAMES[type], body)
  assert.ok('bytes' in result, `${type} ${name}: ${JSON.stringify(result)}`)
  for (const host of virtualHosts) checkEncodes(host)
}

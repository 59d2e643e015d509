// Laws of the Gateway API: incremental equals scratch for resources, status and diagnostics; what is named is served; all of it can be encoded.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Cache } from '../../src/model/cache.ts'
import type { Document } from '../../src/model/document.ts'
import { EMPTY_MESH, type Mesh, nextMesh } from '../../src/model/mesh.ts'
import { MESSAGE_NAMES, RESOURCE_TYPES, type ResourceSet } from '../../src/model/resource.ts'
import { View } from '../../src/model/view.ts'
import { gatewayApiStatuses } from '../../src/translate/gateway-api/status.ts'
import { UNRESOLVED_CLUSTER } from '../../src/translate/names.ts'
import { translate } from '../../src/translate/translate.ts'
import { NOBODY, references } from '../../src/translate/validate/references.ts'
import { encodeMessage } from '../../src/xds/encode/index.ts'
import { GATEWAY_NODES, gatewayScript } from '../support/random-gateway-api.ts'
import { apply, stateOf } from '../support/random-mesh.ts'
import '../support/laws.ts'

const RUNS = { numRuns: 150 }
const twoNodes = fc.shuffledSubarray([...GATEWAY_NODES], { minLength: 2, maxLength: 2 })

function print(set: ResourceSet): string {
  return JSON.stringify(RESOURCE_TYPES.map((type) => set[type].flat()))
}

function said(mesh: Mesh, cache = new Cache()): string {
  const statuses = gatewayApiStatuses(new View(mesh, NOBODY, cache), '')
  return JSON.stringify([[...statuses], references(mesh, cache)])
}

test('a mesh that was edited step by step gives what a fresh one gives', () => {
  let routed = 0
  fc.assert(
    fc.property(gatewayScript, twoNodes, (edits, nodes) => {
      const [cache, checks] = [new Cache(), new Cache()]
      let objects = new Map<string, Document>()
      let mesh = EMPTY_MESH
      for (const edit of edits) {
        objects = apply(objects, edit)
        mesh = nextMesh(mesh, stateOf(objects))
        for (const node of nodes) {
          const incremental = print(translate(mesh, node, cache))
          assert.equal(incremental, print(translate(mesh, node)))
          if (incremental.includes('/httproute/')) routed += 1
        }
        assert.equal(said(mesh, checks), said(mesh))
      }
    }),
    RUNS,
  )
  // 106 and a deviation of 24, most of them of few scripts: it tells a few from none.
  assert.ok(routed > 5, `only ${routed} sets had a route in them`)
})

test('every cluster that a route names is served, and all can be encoded', () => {
  fc.assert(
    fc.property(gatewayScript, fc.constantFrom(...GATEWAY_NODES), (edits, node) => {
      const mesh = nextMesh(EMPTY_MESH, stateOf(edits.reduce(apply, new Map<string, Document>())))
      const set = translate(mesh, node)
      const names = new Set(set.cluster.flat().map(({ name }) => name))
      const hosts = set.route.flat().flatMap(({ virtualHosts = [] }) => virtualHosts)
      for (const one of hosts) {
        const text = JSON.stringify(one.body)
        for (const [, name = ''] of text.matchAll(/"(?:cluster|name)":"(outbound\|[^"]+)"/g)) {
          assert.ok(names.has(name), `${name} of ${one.name}`)
        }
        assert.ok(!names.has(UNRESOLVED_CLUSTER))
        encodeMessage(MESSAGE_NAMES[one.type], one.body)
      }
      for (const type of RESOURCE_TYPES) {
        for (const { body } of set[type].flat()) encodeMessage(MESSAGE_NAMES[type], body)
      }
    }),
    RUNS,
  )
})

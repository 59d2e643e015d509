// What a change leaves as it is: lists of a proxy that hold the same are the identical objects, and proxies share what they have in common.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Document, keyOf } from '../../src/model/document.ts'
import { type Mesh, nextMesh, TABLE_NAMES } from '../../src/model/mesh.ts'
import { DELIVERY_MODES, type Node } from '../../src/model/node.ts'
import { RESOURCE_TYPES, type ResourceSet } from '../../src/model/resource.ts'
import { translate } from '../../src/translate/translate.ts'
import { viewOf } from '../support/views.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const WORKLOADS = ['one', 'two'].map((name, at) =>
  workload({ workload: `shop/${name}`, address: `10.0.0.${at}`, labels: { app: 'web', name } }),
)

const rule = (weight: number) =>
  policy(
    'VirtualService',
    'shop/till',
    `{hosts: [till], http: [{route: [{destination: {host: till}, weight: ${weight}}]}]}`,
  )

const token = (issuer: string) =>
  policy(
    'RequestAuthentication',
    'shop/token',
    `{selector: {matchLabels: {name: two}}, jwtRules: [{issuer: ${issuer}}]}`,
  )

const FILTER = policy(
  'EnvoyFilter',
  'shop/filter',
  '{configPatches: [{applyTo: CLUSTER, match: {cluster: {portNumber: 80}}, patch: {operation: MERGE, value: {connect_timeout: 7s}}}]}',
)

const MESH = [
  ...WORKLOADS,
  service('shop/web', { app: 'web' }, 'http:8080'),
  service('shop/till', { app: 'till' }, 'http:80'),
  workload({ workload: 'shop/till', address: '10.0.0.9', labels: { app: 'till' } }),
  rule(1),
  token('a'),
]

/** The mesh with these objects in the place of those of their names. */
function changed(mesh: Mesh, yaml: string): Mesh {
  const documentsOf = ({ tables }: Mesh) =>
    TABLE_NAMES.flatMap((name) => [...tables[name].rows.values()] as Document[])
  const nameOf = ({ kind, metadata }: Document) => `${kind} ${keyOf(metadata)}`
  const all = [...documentsOf(mesh), ...documentsOf(viewOf(yaml).mesh)]
  const documents = [...new Map(all.map((one) => [nameOf(one), one])).values()]
  return nextMesh(mesh, { documents, enrolments: [] })
}

/** Of two sets the fields that are not the identical object. */
function differences(before: ResourceSet, after: ResourceSet): string[] {
  return [...RESOURCE_TYPES, 'vhds' as const].filter((field) => before[field] !== after[field])
}

function proxies(node: Node): [Node, Node] {
  const [one, two] = ['one', 'two'].map((workload) => ({
    ...{ ...node, workload, labels: { app: 'web', name: workload } },
  }))
  return [one!, two!]
}

for (const delivery of DELIVERY_MODES) {
  for (const patches of [[], [FILTER]]) {
    test(`a change leaves the lists that it does not concern, ${delivery}, ${patches.length} patches`, () => {
      const { mesh, node, cache } = viewOf(join(...MESH, ...patches), { delivery })
      const [one, two] = proxies(node)
      let last = [one, two].map((proxy) => translate(mesh, proxy, cache))
      let now = mesh
      const after = (yaml: string) => {
        now = changed(now, yaml)
        const sets = [one, two].map((proxy) => translate(now, proxy, cache))
        const found = sets.map((set, at) => differences(last[at]!, set))
        last = sets
        return found
      }
      const routes = [delivery === 'whole' ? 'route' : 'vhds']
      assert.deepEqual(after(rule(2)), [routes, routes])
      const moved = workload({
        workload: 'shop/till',
        address: '10.0.0.8',
        labels: { app: 'till' },
      })
      assert.deepEqual(after(moved), [['endpoint'], ['endpoint']])
      assert.deepEqual(after(token('b')), [[], ['extensionConfig']])
    })
  }
}

test('a changed rule makes one virtual host anew, for each who sees it otherwise', () => {
  const other = policy('VirtualService', 'shop/web', '{hosts: [web], http: [{timeout: 1s}]}')
  for (const delivery of DELIVERY_MODES) {
    const { mesh, node, cache } = viewOf(join(...MESH, other), { delivery })
    const namespaces = ['shop', 'else']
    const all = [mesh, changed(mesh, rule(2))].map((one) =>
      namespaces.map((namespace) => {
        const { route, vhds } = translate(one, { ...node, namespace }, cache)
        const holders = [...route.flat(), ...(vhds?.routes ?? [])]
        return holders.flatMap(({ virtualHosts = [] }) => virtualHosts)
      }),
    )
    for (const [at, namespace] of namespaces.entries()) {
      const [before, after] = [all[0]![at]!, all[1]![at]!]
      const known = new Set(before)
      const made = after.filter((host) => !known.has(host)).map(({ name }) => name)
      assert.deepEqual(made, ['till.shop.svc.cluster.local:80'], `${delivery} ${namespace}`)
      assert.equal(after.length, before.length)
    }
  }
})

test('what two proxies have in common is one list, in all namespaces that see the same', () => {
  const { mesh, node, cache } = viewOf(join(...MESH), { delivery: 'preloaded' })
  const [one, two] = proxies(node)
  const [first, second, third] = [one, two, { ...one, namespace: 'else' }].map((proxy) =>
    translate(mesh, proxy, cache),
  )
  assert.equal(first!.endpoint, second!.endpoint)
  assert.equal(first!.vhds, second!.vhds)
  assert.equal(first!.endpoint, third!.endpoint)
})

test('a changed rule is looked at once for all proxies of a namespace', () => {
  const { mesh, node, cache } = viewOf(join(...MESH), { delivery: 'on-demand' })
  const nodes = Array.from({ length: 20 }, (_, at) => ({ ...node, workload: `proxy-${at}` }))
  for (const one of nodes) translate(mesh, one, cache)
  let reads = 0
  const next = changed(mesh, rule(2))
  for (const name of TABLE_NAMES) {
    const { rows } = next.tables[name]
    const get = rows.get.bind(rows)
    Object.assign(rows, {
      get(key: string) {
        reads++
        return get(key)
      },
    })
  }
  const counts = nodes.map((one) => {
    reads = 0
    translate(next, one, cache)
    return reads
  })
  assert.ok(counts[0]! > 0)
  assert.deepEqual(
    counts.slice(1),
    nodes.slice(1).map(() => 0),
  )
})

// Endpoints of proxies that have said that they are about to stop.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterLoadAssignment } from '../../proto/envoy.d.ts'
import { Cache } from '../../src/model/cache.ts'
import { nextMesh } from '../../src/model/mesh.ts'
import { openEnrolments } from '../../src/registry/enrolment.ts'
import { translate } from '../../src/translate/translate.ts'
import { testFolder } from '../support/envoy.ts'
import { viewOf } from '../support/views.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const silent = ({ text }: { readonly text: string }) => assert.fail(text)
const WORKLOADS = ['one', 'two'].map((name, at) =>
  workload({ workload: `shop/${name}`, address: `10.0.0.${at}`, labels: { app: 'web' } }),
)

test('they are left out while others are there, and no restart remembers them', (t) => {
  const folder = testFolder(t)
  const enrolments = openEnrolments(folder, silent)
  assert.ok('add' in enrolments)
  for (const name of ['one', 'two']) enrolments.add(`shop/${name}`)
  const first = viewOf(join(...WORKLOADS, service('shop/web', { app: 'web' }, 'http:8000')))
  const { WorkloadEntry, Service } = first.mesh.tables
  const documents = [...WorkloadEntry.rows.values(), ...Service.rows.values()]
  const cache = new Cache()
  let { mesh } = first
  const addresses = (recorded = enrolments) => {
    mesh = nextMesh(mesh, { documents, enrolments: recorded.list() })
    const [found] = translate(mesh, first.node, cache).endpoint.flat()
    assert.ok(found)
    const { endpoints = [] } = found.body as ClusterLoadAssignment
    return endpoints
      .flatMap(({ lb_endpoints = [] }) => lb_endpoints)
      .map((one) => JSON.stringify(one).match(/10\.0\.0\.\d/)?.[0])
  }
  assert.deepEqual(addresses(), ['10.0.0.0', '10.0.0.1'])

  assert.equal(enrolments.drain('shop/one', true), true)
  assert.equal(enrolments.drain('shop/one', true), false)
  assert.deepEqual(addresses(), ['10.0.0.1'])

  enrolments.drain('shop/two', true)
  assert.deepEqual(addresses(), ['10.0.0.0', '10.0.0.1'])

  enrolments.drain('shop/one', false)
  assert.deepEqual(addresses(), ['10.0.0.0'])

  const next = openEnrolments(folder, silent)
  assert.ok('add' in next)
  assert.deepEqual(addresses(next), ['10.0.0.0', '10.0.0.1'])
  assert.equal(next.drain('shop/nobody', true), false)
})

test('the last one of a subset is still called', () => {
  const versions = '{host: web, subsets: [{name: v1, labels: {version: v1}}]}'
  const canary = workload({
    ...{ workload: 'shop/canary', address: '10.0.0.9', labels: { app: 'web', version: 'v1' } },
  })
  const first = viewOf(
    join(
      ...[canary, ...WORKLOADS, service('shop/web', { app: 'web' }, 'http:8000')],
      policy('DestinationRule', 'shop/web', versions),
    ),
  )
  const documents = ['WorkloadEntry', 'Service', 'DestinationRule'].flatMap((kind) => [
    ...first.mesh.tables[kind as 'Service'].rows.values(),
  ])
  const enrolments = [{ workload: 'shop/canary', draining: true as const }]
  const mesh = nextMesh(first.mesh, { documents, enrolments })
  const found = translate(mesh, first.node, new Cache()).endpoint.flat()
  const holders = found.filter(({ body }) => JSON.stringify(body).includes('10.0.0.9'))
  assert.deepEqual(
    holders.map(({ name }) => name),
    ['outbound|8000|v1|web.shop.svc.cluster.local'],
  )
})

// The graph from a Prometheus that is down, or that answers nonsense: what this replica knows, and what is wrong.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { meshTrafficOf } from '../../src/mesh-graph.ts'
import type { Graph, History } from '../../src/model/graph.ts'
import { type Ask, samplesOf } from '../../src/telemetry/prometheus-query.ts'
import { freePort } from '../support/ports.ts'
import { httpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'

const OWN: Graph = {
  window: 60,
  by: 'service',
  at: '2026-01-01T00:00:00.000Z',
  nodes: [],
  edges: [],
}
const PAST: History = {
  ...{ node: 'shop/web', by: 'service', step: 5, inbound: [], outbound: [], seen: false },
}
const OWN_TRAFFIC = { graph: async () => OWN, history: async () => PAST }
const OPTIONS = { by: 'service', window: 60 } as const

test('nobody answers', async () => {
  const url = `http://127.0.0.1:${await freePort()}`
  const { graph, meshGraph, history } = meshTrafficOf(url, () => new Date(), OWN_TRAFFIC)
  const { problem, ...rest } = await meshGraph(OPTIONS)
  assert.deepEqual(rest, OWN)
  assert.match(
    problem ?? '',
    /^Prometheus at http:.* \(ECONNREFUSED\); this is what the proxies of this replica report/,
  )
  assert.deepEqual(await graph(OPTIONS), OWN, 'at once, while it is being read')
  await waitFor('the problem', async () => (await graph(OPTIONS)).problem)
  const { problem: why, ...past } = await history({ ...OPTIONS, node: 'shop/web' })
  assert.deepEqual([past, why], [PAST, problem])
})

test('somebody else answers', async (t) => {
  const other = await httpUpstream(t, { name: 'other' })
  const url = `http://127.0.0.1:${other.port}/`
  const { meshGraph } = meshTrafficOf(url, () => new Date(), OWN_TRAFFIC)
  assert.match(
    (await meshGraph(OPTIONS)).problem ?? '',
    /status 200, and no answer of Prometheus' API/,
  )
  other.behave({ status: 422, body: '{"status": "error", "error": "bad query"}' })
  assert.match((await meshGraph(OPTIONS)).problem ?? '', /\(bad query\)/)
})

test('samples that are none are left out', async () => {
  const result = [{}, { metric: { a: 'b' }, value: [1, '2'] }, { metric: {}, value: [1, 'NaN'] }]
  const body = JSON.stringify({ status: 'success', data: { result } })
  const ask: Ask = async () => ({ status: 200, body })
  assert.deepEqual(await samplesOf(ask, 'up'), [{ labels: { a: 'b' }, value: 2 }])
})

test('without a Prometheus it is the own graph', async () => {
  const { graph, meshGraph } = meshTrafficOf(undefined, () => new Date(), OWN_TRAFFIC)
  assert.equal(await graph(OPTIONS), OWN)
  assert.equal(await meshGraph(OPTIONS), OWN)
})

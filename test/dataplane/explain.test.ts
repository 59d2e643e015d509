// The evaluator against the real Envoy: thousands of random requests to random rules, and both must name the same route.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { VirtualHost } from '../../proto/envoy.d.ts'
import { type Explanation, explainRoute } from '../../src/explain/route.ts'
import type { ResourceSet, ResourceType } from '../../src/model/resource.ts'
import { translate } from '../../src/translate/translate.ts'
import type { Cleanup } from '../support/cleanup.ts'
import { seedOfRun } from '../support/dice.ts'
import { skip, testEnvoy } from '../support/envoy.ts'
import { keepAlive } from '../support/http.ts'
import { loopback } from '../support/ports.ts'
import { matchBlock, requestsTo } from '../support/random-requests.ts'
import { asStatic } from '../support/static.ts'
import { viewOf } from '../support/views.ts'
import { join, policy, workload } from '../support/workload.ts'

const PORT = 8000
const WORLDS = 3
const REQUESTS = 1000

const HOSTS = ['a.test', 'b.test', '*.b.test', '*.x.b.test', '*.test', 'c-1.d.test']

const rules = fc.array(fc.array(matchBlock, { maxLength: 2 }), { minLength: 2, maxLength: 9 })
const world = fc.tuple(...HOSTS.map(() => rules))

const request = requestsTo(
  ...[
    'a.test',
    'A.TEST',
    'a.test:8000',
    'a.test:',
    'b.test',
    'q.b.test',
    'x.b.test',
    'q.x.b.test',
    'p.q.x.b.test',
  ],
  ...[
    'zb.test',
    'c-1.d.test',
    'q-1.d.test',
    '-1.d.test',
    'z.test',
    'elsewhere',
    '.b.test',
    'pre.x',
    'pre.',
    'pre.fix.y',
    'x.b.c',
    'a.test.',
    '[::1]:8000',
  ],
)

/** Domains that only Envoy knows. */
const MORE_HOSTS = ['*-1.d.test', '*b.test', 'pre.*', 'pre.fix.*', 'x.b.*'].map(
  (
    domain,
  ) => `{applyTo: VIRTUAL_HOST, match: {context: SIDECAR_OUTBOUND}, patch: {operation: ADD, value:
    {name: "${domain}", domains: ["${domain}"], routes: [
      {match: {pathSeparatedPrefix: /a}, directResponse: {status: 200, body: {inlineString: "${domain} a"}}},
      {match: {prefix: /, headers: [{name: x-a, stringMatch: {contains: V, ignoreCase: true}}, {name: x-b, rangeMatch: {start: 0, end: 2}, invertMatch: true}]},
        directResponse: {status: 200, body: {inlineString: "${domain} x"}}},
      {match: {prefix: /, headers: [{name: x-b, stringMatch: {exact: v}, invertMatch: true}]}, directResponse: {status: 200, body: {inlineString: "${domain} b"}}}]}}}`,
)

function virtualServices(generated: readonly (readonly (readonly object[])[])[]): string {
  const documents = generated.map((all, index) => {
    const http = all.map((blocks, number) => ({
      ...(blocks.length > 0 ? { match: blocks } : {}),
      directResponse: { status: 200, body: { string: `${HOSTS[index]} ${number}` } },
    }))
    return policy(
      'VirtualService',
      `shop/r${index}`,
      JSON.stringify({ hosts: [HOSTS[index]], http }),
    )
  })
  const more = policy('EnvoyFilter', 'shop/more', `{configPatches: [${MORE_HOSTS.join()}]}`)
  return join(...documents, more)
}

/** What the evaluator says the client gets. */
function answerOf({ route, none }: Explanation): string {
  const direct = route?.direct_response
  if (direct) return `${direct.status} ${direct.body?.inline_string ?? ''}`.trim()
  return /\b(\d{3})$/.exec(none ?? '')?.[1] ?? `unknown: ${none}`
}

function setOf(address: string, rules: string): ResourceSet {
  const calls = [{ port: PORT, protocol: 'HTTP' }]
  const view = viewOf(join(workload({ workload: 'shop/client', address, calls }), rules), {
    ...{ workload: 'client', labels: { workload: 'client' }, address, certified: 'no' },
  })
  return translate(view.mesh, view.node)
}

function startWith(t: Cleanup, set: ResourceSet): Promise<unknown> {
  const bodies = (type: ResourceType) =>
    set[type].flat().map(({ body, virtualHosts }) => {
      const hosts = virtualHosts?.map((host) => host.body)
      return hosts ? { ...body, virtual_hosts: hosts } : body
    })
  const [listeners, routes, clusters] = [bodies('listener'), bodies('route'), bodies('cluster')]
  return asStatic({ listeners, routes, clusters, endpoints: bodies('endpoint') }).then((config) =>
    testEnvoy(t, { config }),
  )
}

test('the evaluator and Envoy choose the same routes', { skip, timeout: 400_000 }, async (t) => {
  const seed = seedOfRun()
  const outcomes = new Map<string, number>()
  for (const [round, generated] of fc.sample(world, { numRuns: WORLDS, seed }).entries()) {
    const address = loopback()
    const set = setOf(address, virtualServices(generated))
    await startWith(t, set)
    const connection = keepAlive({ address, port: PORT })
    t.after(() => connection.close())
    for (const asked of fc.sample(request, { numRuns: REQUESTS, seed: seed + round })) {
      const explained = explainRoute(set, { direction: 'outbound', port: PORT, ...asked })
      const real = await connection.request(asked)
      const got = real.status === 200 ? `200 ${real.body}` : String(real.status)
      const { steps, none, route } = explained
      const why = {
        seed,
        round,
        asked,
        got: explain(set, got),
        match: route?.match,
        none,
        at: steps.at(-2),
      }
      assert.equal(answerOf(explained), got, JSON.stringify(why))
      outcomes.set(got, (outcomes.get(got) ?? 0) + 1)
    }
  }
  // Otherwise the test would prove little.
  assert.ok(outcomes.size > 20, `only ${outcomes.size} different answers`)
  assert.ok([...outcomes.values()].every((count) => count < (WORLDS * REQUESTS) / 2))
})

/** For the message: the routes that give this answer. */
function explain(set: ResourceSet, answer: string): unknown {
  const hosts = set.route.flat().flatMap(({ virtualHosts = [] }) => virtualHosts)
  const routes = hosts.flatMap(({ body }) => (body as VirtualHost).routes ?? [])
  const found = routes.filter(({ direct_response: direct }) =>
    answer.endsWith(direct?.body?.inline_string ?? '-'),
  )
  return [answer, found.map(({ match }) => match)]
}

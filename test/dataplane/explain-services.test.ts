// The evaluator against the real Envoy where services are called: random rules of a sidecar and of a gateway, and for each
// of thousands of random requests both name the same route and cluster.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { Bootstrap, Listener, RouteConfiguration, VirtualHost } from '../../proto/envoy.d.ts'
import { type Explanation, explainRoute } from '../../src/explain/route.ts'
import type { Resource, ResourceSet, ResourceType } from '../../src/model/resource.ts'
import { dice, seedOfRun } from '../support/dice.ts'
import { skip, testEnvoy } from '../support/envoy.ts'
import { type Connection, type HttpAnswer, keepAlive } from '../support/http.ts'
import { freePort, loopback } from '../support/ports.ts'
import { edgeWorld, PORT, sidecarWorld, type World } from '../support/random-worlds.ts'
import { asStatic } from '../support/static.ts'

/** Of each kind of proxy; the environment may ask for more. */
const WORLDS = Number(process.env.WORLDS ?? 12)
const REQUESTS = Number(process.env.REQUESTS ?? 440)

/** Every route gets a name of its own, and every answer says which route and cluster it came by. */
function named(set: ResourceSet): ResourceSet {
  const host = (one: Resource): Resource => {
    const body = one.body as VirtualHost
    const routes = body.routes?.map((route, index) => ({ ...route, name: `${body.name} ${index}` }))
    return { ...one, body: { ...body, ...(routes ? { routes } : {}) } }
  }
  const told = ['ROUTE_NAME', 'UPSTREAM_CLUSTER_RAW'].map((command) => ({
    header: { key: `x-${command.toLowerCase().split('_')[0]}`, value: `%${command}%` },
  }))
  const route = set.route.map((chunk) =>
    chunk.map((one) => ({
      ...one,
      body: { ...(one.body as RouteConfiguration), response_headers_to_add: told },
      virtualHosts: (one.virtualHosts ?? []).map(host),
    })),
  )
  return { ...set, route }
}

/** One Envoy for all worlds, with the clusters of all, whose names it gives; and the server behind every cluster: it answers 200 to everything on one more listener. */
async function start(t: TestContext, sets: readonly ResourceSet[]): Promise<ReadonlySet<string>> {
  const port = await freePort()
  const bodies = (type: ResourceType) =>
    sets
      .flatMap((set) => set[type].flat())
      .map(({ body, virtualHosts }) => ({
        ...body,
        ...(virtualHosts ? { virtual_hosts: virtualHosts.map((one) => one.body) } : {}),
      }))
  const names = new Set(sets.flatMap((set) => set.cluster.flat().map(({ name }) => name)))
  const clusters = [...names].map((name) => ({
    ...{
      name,
      type: 'STATIC',
      load_assignment: {
        cluster_name: name,
        endpoints: [{ lb_endpoints: [{ endpoint: { address: at(port) } }] }],
      },
    },
  }))
  const config = await asStatic({
    listeners: [...bodies('listener'), server(port)],
    routes: bodies('route'),
    extensions: bodies('extensionConfig'),
    clusters,
  })
  await testEnvoy(t, { config: config as Bootstrap })
  return names
}

const at = (port: number) => ({ socket_address: { address: '127.0.0.1', port_value: port } })

function server(port: number): Listener {
  return {
    name: 'server',
    address: at(port),
    filter_chains: [
      {
        filters: [
          {
            name: 'http',
            typed_config: {
              '@type':
                'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
              stat_prefix: 'server',
              route_config: {
                virtual_hosts: [
                  {
                    name: 'all',
                    domains: ['*'],
                    routes: [{ match: { prefix: '/' }, direct_response: { status: 200 } }],
                  },
                ],
              },
              http_filters: [
                {
                  name: 'router',
                  typed_config: {
                    '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router',
                  },
                },
              ],
            },
          },
        ],
      },
    ],
  } as Listener
}

/** Undefined if Envoy did what was explained; else what was expected. */
function disagreement(
  { route, none, clusters }: Explanation,
  answer: HttpAnswer,
  known: ReadonlySet<string>,
): unknown {
  const { status, headers } = answer
  if (!route) {
    const expected = Number(/\b(\d{3})$/.exec(none ?? '')?.[1])
    return status === expected && headers['x-route'] === undefined ? undefined : { none }
  }
  const expected = statusesOf({ route, clusters }, known)
  const isThere = headers['x-route'] === undefined || headers['x-route'] === route.name
  const isCluster =
    status !== 200 ||
    clusters.some(({ name, weight }) => name === headers['x-upstream'] && weight > 0)
  return isThere && isCluster && expected.includes(status)
    ? undefined
    : { expected, route, clusters }
}

const REDIRECTS: Readonly<Record<string, number>> = { FOUND: 302, TEMPORARY_REDIRECT: 307 }

function statusesOf(
  { route, clusters }: Pick<Explanation, 'clusters'> & { route: NonNullable<Explanation['route']> },
  known: ReadonlySet<string>,
): number[] {
  if (route.direct_response) return [route.direct_response.status ?? 0]
  if (route.redirect) return [REDIRECTS[route.redirect.response_code ?? ''] ?? 301]
  return clusters
    .filter(({ weight }) => weight > 0)
    .map(({ name }) => (known.has(name) ? 200 : 503))
}

async function compare(
  world: World,
  set: ResourceSet,
  connection: Connection,
  { seed, known }: { readonly seed: number; readonly known: ReadonlySet<string> },
): Promise<Map<string, number>> {
  const outcomes = new Map<string, number>()
  for (const asked of fc.sample(world.request, { numRuns: REQUESTS, seed })) {
    const explained = explainRoute(set, { direction: world.direction, port: PORT, ...asked })
    const real = await connection.request(asked)
    const wrong = disagreement(explained, real, known)
    const { status, headers } = real
    const got = `${status} ${headers['x-route'] ?? ''} ${headers['x-upstream'] ?? ''}`
    assert.equal(
      wrong,
      undefined,
      JSON.stringify({
        seed,
        asked,
        got,
        wrong,
        steps: explained.steps.map(({ what, name }) => `${what} ${name}`),
      }),
    )
    outcomes.set(got, (outcomes.get(got) ?? 0) + 1)
  }
  return outcomes
}

for (const [what, world] of [
  ['sidecar', sidecarWorld],
  ['gateway', edgeWorld],
] as const) {
  test(`the evaluator and Envoy agree on where a ${what} sends requests`, {
    skip,
    timeout: 200_000 + WORLDS * REQUESTS * 5,
  }, async (t) => {
    const all = new Map<string, number>()
    const worlds = Array.from({ length: WORLDS }, (_, round) => {
      const [seed, address] = [seedOfRun() + round, loopback()]
      const made = world(dice(seed), address)
      return { seed, address, made, set: named(made.set) }
    })
    const known = await start(
      t,
      worlds.map(({ set }) => set),
    )
    for (const { seed, address, made, set } of worlds) {
      const connection = keepAlive({ address, port: PORT })
      t.after(() => connection.close())
      const outcomes = await compare(made, set, connection, { seed, known })
      for (const [outcome, count] of outcomes) all.set(outcome, (all.get(outcome) ?? 0) + count)
    }
    // Otherwise the test would prove little.
    const statuses = new Set([...all.keys()].map((outcome) => outcome.slice(0, 1)))
    for (const status of ['2', '3', '4', '5'])
      assert.ok(statuses.has(status), `nothing was answered by ${status}`)
    assert.ok(all.size > 30, `only ${all.size} outcomes`)
  })
}

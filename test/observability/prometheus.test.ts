// A real Prometheus finds and scrapes a mesh of real Envoys through Lotse; every query of the Grafana dashboards and every alert is tried on it.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { isProblem } from '../../src/ca/problem.ts'
import { openHttp } from '../../src/dashboard/server.ts'
import { meshTrafficOf } from '../../src/mesh-graph.ts'
import type { Graph } from '../../src/model/graph.ts'
import type { GraphOptions } from '../../src/telemetry/graph.ts'
import { skip as noEnvoy, testFolder } from '../support/envoy.ts'
import { rawExchange, request } from '../support/http.ts'
import { tellLoad } from '../support/load-agent.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { freePort, loopback } from '../support/ports.ts'
import { adopt, release } from '../support/processes.ts'
import { httpUpstream, tcpUpstream, type Upstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { policy, service, workload, join as yaml } from '../support/workload.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const hasPrometheus = spawnSync('promtool', ['--version']).status === 0
const skip = noEnvoy || (!hasPrometheus && 'Prometheus is not installed')
const PATIENT = { timeout: 60_000, every: 200 }

interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [number, string]
}

interface Prometheus {
  readonly url: string
  query(expression: string): Promise<readonly Sample[]>
  /** Of a label of a metric. */
  values(metric: string, label: string): Promise<readonly string[]>
  targets(): Promise<
    readonly { readonly health: string; readonly labels: Record<string, string> }[]
  >
}

async function startPrometheus(t: TestContext, lotse: string): Promise<Prometheus> {
  const folder = testFolder(t)
  cpSync(join(ROOT, 'envoy/prometheus'), folder, { recursive: true })
  const text = readFileSync(join(folder, 'prometheus.yml'), 'utf8')
  const config = text.replace('127.0.0.1:15080', lotse).replaceAll('5s', '1s')
  writeFileSync(join(folder, 'prometheus.yml'), config)
  const address = `127.0.0.1:${await freePort()}`
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
    ],
    { stdio: 'ignore' },
  )
  adopt(child.pid!)
  t.after(async () => {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
    release(child.pid!)
  })
  const ask = async (path: string) => {
    const answer = await fetch(`http://${address}/api/v1/${path}`)
    const body = (await answer.json()) as { status: string; error?: string; data: unknown }
    if (body.status !== 'success') throw new Error(`${path}: ${body.error}`)
    return body.data
  }
  return {
    url: `http://${address}`,
    query: async (expression) => {
      const data = await ask(`query?query=${encodeURIComponent(expression)}`)
      return (data as { result: Sample[] }).result
    },
    values: async (metric, label) =>
      (await ask(`label/${label}/values?match[]=${metric}`)) as string[],
    targets: async () => {
      const data = await ask('targets?state=active')
      return (data as { activeTargets: { health: string; labels: Record<string, string> }[] })
        .activeTargets
    },
  }
}

interface Observed {
  readonly mesh: TestMesh
  readonly app: Upstream
  readonly prometheus: Prometheus
  ask(path?: string, count?: number): Promise<void>
}

async function observed(t: TestContext): Promise<Observed> {
  const [client, web] = [loopback(), loopback()]
  const app = await httpUpstream(t, { name: 'web' })
  const echo = await tcpUpstream(t, { name: 'echo' })
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': yaml(
        workload({
          ...{ workload: 'shop/client', address: client, account: 'client' },
          calls: [
            { port: 8000, protocol: 'HTTP' },
            { port: 9000, protocol: 'TCP', hosts: ['shop/web.shop.svc.cluster.local'] },
          ],
        }),
        workload({
          ...{ workload: 'shop/web-v1', address: web, account: 'web' },
          labels: { app: 'web', version: 'v1' },
          serves: [
            { port: 8080, protocol: 'HTTP', application: app.port },
            { port: 9000, protocol: 'TCP', application: echo.port },
          ],
        }),
        service('shop/web', { app: 'web' }, 'http:8000:8080', 'tcp:9000'),
      ),
      'telemetry.yaml': '',
    },
    proxies: ['shop/client', 'shop/web-v1'],
  })
  tellLoad(t, mesh, 'shop/client')
  const http = await openHttp({ address: '127.0.0.1:0', data: testFolder(t) })
  if (isProblem(http)) throw new Error(http.text)
  t.after(() => http.close())
  http.ready(mesh.app)
  const ask = async (path = '/', count = 1) => {
    for (let i = 0; i < count; i++) {
      await request({ address: client, port: 8000, host: 'web', path })
    }
  }
  await ask('/', 10)
  await rawExchange({ address: client, port: 9000, send: 'hello', until: /hello/ })
  return { mesh, app, ask, prometheus: await startPrometheus(t, http.address) }
}

test('Prometheus', { skip }, async (t) => {
  const { mesh, app, prometheus, ask } = await observed(t)

  await t.test('finds Lotse and every proxy, and reads them', async () => {
    const up = async () => {
      const targets = await prometheus.targets()
      return targets.filter(({ health }) => health === 'up').map(({ labels }) => labels.instance)
    }
    const seen = await waitFor('targets', up, (all) => all.length === 3, PATIENT)
    assert.ok(seen.includes('shop/client') && seen.includes('shop/web-v1'), seen.join())
  })

  await t.test("requests under Istio's names, as each side saw them", async () => {
    const requests = async (reporter: string) => {
      const found = await prometheus.query(`istio_requests_total{reporter="${reporter}"}`)
      return found.find(({ value }) => Number(value[1]) >= 10)?.metric
    }
    const source = await waitFor('the client', () => requests('source'), Boolean, PATIENT)
    const destination = await waitFor('the server', () => requests('destination'), Boolean, PATIENT)
    const common = {
      ...{ source_workload: 'client', source_workload_namespace: 'shop', source_app: 'client' },
      source_principal: 'spiffe://cluster.local/ns/shop/sa/client',
      ...{ destination_workload: 'web-v1', destination_workload_namespace: 'shop' },
      ...{
        destination_app: 'web',
        destination_version: 'v1',
        destination_canonical_service: 'web',
      },
      destination_principal: 'spiffe://cluster.local/ns/shop/sa/web',
      destination_service: 'web.shop.svc.cluster.local',
      ...{ destination_service_name: 'web', destination_service_namespace: 'shop' },
      ...{ request_protocol: 'http', response_code: '200', response_flags: '-' },
    }
    for (const [metric, policy] of [
      [source, 'unknown'],
      [destination, 'mutual_tls'],
    ] as const) {
      const wanted = { ...common, connection_security_policy: policy }
      for (const [name, value] of Object.entries(wanted)) assert.equal(metric![name], value, name)
    }
    const latency = await prometheus.query(
      'histogram_quantile(0.5, sum by (le) (istio_request_duration_milliseconds_bucket))',
    )
    assert.ok(Number(latency[0]?.value[1]) > 0)
  })

  await t.test('connections and their bytes, from both sides', async () => {
    const received = () => prometheus.query('istio_tcp_received_bytes_total == 5')
    const both = await waitFor('bytes', received, ({ length }) => length === 2, PATIENT)
    assert.deepEqual(both.map(({ metric }) => metric.reporter).sort(), ['destination', 'source'])
  })

  await t.test('the graph read from there is that of the proxies', async () => {
    const own = (options: GraphOptions) => mesh.app.graph(options)
    const { meshGraph } = meshTrafficOf(prometheus.url, () => new Date(), mesh.app)
    for (const by of ['service', 'workload'] as const) {
      const both = async () => {
        await ask('/graph')
        const wanted = { by, window: 60 }
        return { read: await meshGraph(wanted), own: await own(wanted) }
      }
      const edges = ({ edges }: Graph) =>
        edges.map(({ source, target, protocol, mutualTls, reporter }) =>
          [source, target, protocol, mutualTls, reporter].join(' '),
        )
      const same = (graphs: { read: Graph; own: Graph }) =>
        isDeepStrictEqual(edges(graphs.read), edges(graphs.own)) &&
        isDeepStrictEqual(
          graphs.read.nodes.map(({ id, kind }) => [id, kind]),
          graphs.own.nodes.map(({ id, kind }) => [id, kind]),
        )
      const { read } = await waitFor('the same graph', both, same, PATIENT)
      assert.equal(read.problem, undefined)
      const http = read.edges.find(({ protocol }) => protocol === 'http')
      assert.ok(http && http.requests > 0 && (http.p99 ?? 0) > 0 && http.bytesReceived >= 0)
    }
  })

  await t.test(
    'questions of the kind that Kiali asks find the edge, with no label missing',
    async () => {
      const ends = ['source', 'destination'].flatMap((end) =>
        [
          'cluster',
          'workload_namespace',
          'workload',
          'canonical_service',
          'canonical_revision',
        ].map((label) => `${end}_${label}`),
      )
      const edge = [
        ...ends,
        ...['', '_name', '_namespace'].map((end) => `destination_service${end}`),
      ]
      const answered = [
        'request_protocol',
        'response_code',
        'grpc_response_status',
        'response_flags',
      ]
      const secured = ['source_principal', 'destination_principal', 'connection_security_policy']
      const told = '{reporter="destination",destination_workload_namespace="shop"}'
      const rate = (metric: string, labels: readonly string[]) =>
        `sum(rate(${metric}${told}[60s])) by (${labels.join(',')})`
      const took = 'istio_request_duration_milliseconds'
      const questions: readonly (readonly [query: string, labels: readonly string[]])[] = [
        [`${rate('istio_requests_total', [...edge, ...answered])} > 0`, [...edge, ...answered]],
        [`${rate('istio_requests_total', [...edge, ...secured])} > 0`, [...edge, ...secured]],
        [`${rate('istio_response_bytes_sum', edge)} > 0`, edge],
        [`${rate(`${took}_sum`, edge)} / ${rate(`${took}_count`, edge)} > 0`, edge],
      ]
      for (const [query, labels] of questions) {
        const found = async () => {
          await ask('/kiali')
          return (await prometheus.query(query)).filter(
            ({ metric }) => metric.source_workload === 'client',
          )
        }
        const [first] = await waitFor(query, found, ({ length }) => length > 0, PATIENT)
        const { metric = {} } = first ?? {}
        assert.deepEqual(
          [metric.destination_workload, metric.destination_service_name],
          ['web-v1', 'web'],
        )
        // Prometheus leaves out a label that is empty, as that of gRPC is here.
        assert.deepEqual(
          Object.keys(metric).sort(),
          labels.filter((label) => label !== 'grpc_response_status').sort(),
        )
      }
    },
  )

  await t.test('the signals of a node over time are read from there', async () => {
    const { history } = meshTrafficOf(prometheus.url, () => new Date(), mesh.app)
    for (const [by, node] of [
      ['service', 'shop/web'],
      ['workload', 'shop/web-v1'],
    ] as const) {
      const read = async () => {
        await ask('/history')
        return history({ by, node, window: 300 })
      }
      const found = await waitFor(
        `the history of ${node}`,
        read,
        ({ inbound }) => inbound.some(({ requests, p99 = 0 }) => requests > 0 && p99 > 0),
        PATIENT,
      )
      assert.equal(found?.problem, undefined)
      assert.deepEqual([found?.node, found?.by, found?.step, found?.seen], [node, by, 15, true])
      assert.equal(found?.inbound.length, 20)
    }
    const caller = await history({ by: 'workload', node: 'shop/client', window: 300 })
    assert.ok(caller.outbound.some(({ requests }) => requests > 0))
    const nobody = await history({ by: 'service', node: 'shop/"no"', window: 300 })
    assert.equal(nobody.seen, false)
    app.behave({ status: 500 })
    await waitFor(
      'its errors',
      async () => {
        await ask('/broken')
        return history({ by: 'service', node: 'shop/web', window: 300 })
      },
      ({ inbound }) => inbound.some(({ errors }) => errors > 0),
      PATIENT,
    )
    app.behave({})
  })

  await t.test('every query of the dashboards gives data', async () => {
    await mesh.edit(
      'rules.yaml',
      policy(
        'DestinationRule',
        'shop/web',
        '{host: web, trafficPolicy: {connectionPool: {tcp: {maxConnections: 1}}}}',
      ),
    )
    for (const expression of queries()) {
      const data = async () => {
        app.behave({ status: 500 })
        await ask('/broken')
        app.behave({})
        await ask('/more')
        return prometheus.query(expression)
      }
      await waitFor(expression, data, ({ length }) => length > 0, PATIENT)
    }
    for (const [metric, label] of choices()) {
      const values = await prometheus.values(metric, label)
      assert.ok(values.length > 0, `${label} of ${metric}`)
    }
  })

  await t.test('a Telemetry switches metrics off, drops labels and sets them', async () => {
    await mesh.edit(
      'telemetry.yaml',
      policy(
        'Telemetry',
        'shop/metrics',
        `{metrics: [{overrides: [
          {match: {metric: REQUEST_DURATION}, disabled: true},
          {match: {metric: REQUEST_COUNT, mode: SERVER}, tagOverrides: {source_app: {operation: REMOVE},
            first: {value: "request.path.startsWith('/tagged') ? 'tagged' : 'other'"}, code: {value: "string(response.code)"}}}]}]}`,
      ),
    )
    const tagged = async () => {
      await ask('/tagged/1')
      return prometheus.query('istio_requests_total{first="tagged",code="200"}')
    }
    const [sample] = await waitFor('the tag', tagged, ({ length }) => length > 0, PATIENT)
    assert.equal(sample?.metric.reporter, 'destination')
    assert.equal(sample?.metric.source_app, undefined)
    assert.equal(sample?.metric.source_workload, 'client')
    const durations = () => prometheus.query('istio_request_duration_milliseconds_count')
    await waitFor('the metric to go', durations, ({ length }) => length === 0, PATIENT)
  })
})

function dashboards(): string[] {
  const folder = join(ROOT, 'envoy/grafana')
  return readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'))
}

/** What is offered to choose from: metric and label of each variable. */
function choices(): [metric: string, label: string][] {
  const found = dashboards().flatMap((text) => [
    ...text.matchAll(/"query": "label_values\((\w+), (\w+)\)"/g),
  ])
  assert.ok(found.length >= 3)
  return found.map(([, metric = '', label = '']) => [metric, label])
}

/** Of all dashboards, wherever they stand in them, with every choice at `All`. */
function queries(): string[] {
  const found = dashboards().flatMap((text) => {
    const expressions: string[] = []
    JSON.parse(text, (key, value) => {
      if (key === 'expr') expressions.push(value as string)
      return value
    })
    return expressions
  })
  assert.ok(found.length > 45)
  return found.map((expression) =>
    expression
      .replaceAll('$__rate_interval', '30s')
      .replace(/\$(service|namespace|workload)/g, '.*'),
  )
}

test('alerts ring when they should', {
  skip: !hasPrometheus && 'promtool is not installed',
}, () => {
  const tests = fileURLToPath(new URL('alerts.test.yml', import.meta.url))
  const run = spawnSync('promtool', ['test', 'rules', tests], { encoding: 'utf8' })
  assert.equal(run.status, 0, run.stdout + run.stderr)
})

// What telemetry costs: Lotse's CPU for the reports of many proxies, Envoy's CPU for each request, bytes of a report.
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { join as path } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { XDS_CLUSTER } from '../envoy/bootstrap.ts'
import { signalStats } from '../envoy/stats.ts'
import type { Bootstrap } from '../proto/envoy.d.ts'
import { type App, openApp } from '../src/app.ts'
import { isProblem } from '../src/ca/problem.ts'
import { graphOf } from '../src/telemetry/graph.ts'
import { metricsService } from '../src/telemetry/server.ts'
import { Signals } from '../src/telemetry/signals.ts'
import { nodeOf } from '../src/translate/node.ts'
import { translate } from '../src/translate/translate.ts'
import { type TestEnvoy, testEnvoy, testFolder } from '../test/support/envoy.ts'
import { loopback } from '../test/support/ports.ts'
import { asStatic } from '../test/support/static.ts'
import { httpUpstream } from '../test/support/upstreams.ts'
import { waitFor } from '../test/support/wait.ts'
import { join, service, workload } from '../test/support/workload.ts'
import { round, summary } from './figures.ts'

const PORT = 8000
const EDGES = 20
const NODE_ID = 'sidecar~127.0.0.1~client.shop~shop.svc.cluster.local'

/** What was started, ended in reverse order. */
class Ends {
  readonly #ends: (() => void | Promise<void>)[] = []
  after(end: () => void | Promise<void>): void {
    this.#ends.push(end)
  }
  async run(): Promise<void> {
    for (const end of this.#ends.reverse()) await end()
  }
}

/** `proxies` report `edges` each, every `every` milliseconds, to a receiver in this process. */
export async function receiving(options: {
  readonly proxies: number
  readonly edges: number
  readonly every: number
  readonly seconds: number
  /** A page is open, which is shown the graph every two seconds. */
  readonly watched: boolean
}): Promise<object> {
  const signals = new Signals({ now: Date.now, mostSeries: 100_000 })
  const server = new Server()
  const { definition, handlers } = metricsService(signals, ({ node }) => node)
  server.addService(definition, handlers)
  const port = await new Promise<number>((resolve, reject) => {
    const insecure = ServerCredentials.createInsecure()
    server.bindAsync('127.0.0.1:0', insecure, (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
  const script = fileURLToPath(new URL('reporters.ts', import.meta.url))
  const args = ['--import', 'tsx', script, String(port), JSON.stringify(options)]
  const child = spawn(process.execPath, args, { stdio: 'inherit' })
  const directory = { workload: () => undefined, withPrincipal: () => [] }
  const asking =
    options.watched &&
    setInterval(() => graphOf(signals, directory, { by: 'service', window: 60 }), 2_000)
  try {
    await waitFor(
      'all proxies',
      () => signals.counters.reports,
      (all) => all >= 2 * options.proxies,
      { timeout: 120_000 },
    )
    const [before, began] = [{ ...signals.counters }, performance.now()]
    const cpu = process.cpuUsage()
    await pause(options.seconds * 1000)
    const { user, system } = process.cpuUsage(cpu)
    const seconds = (performance.now() - began) / 1000
    const points = signals.counters.points - before.points
    return {
      ...options,
      reportsPerSecond: round((signals.counters.reports - before.reports) / seconds),
      pointsPerSecond: round(points / seconds),
      dropped: signals.counters.dropped,
      series: signals.size,
      percentOfOneCore: round((user + system) / 1e4 / seconds),
      microsecondsPerPoint: round((user + system) / points),
    }
  } finally {
    if (asking) clearInterval(asking)
    await ended(child)
    server.forceShutdown()
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill()
  })
}

/** Envoy's CPU for a request, with and without figures and reports; bytes of a report of twenty edges; reports while idle. */
export async function counting(options: {
  readonly requests: number
  readonly rounds: number
}): Promise<object> {
  const ends = new Ends()
  try {
    const upstream = await httpUpstream(ends, {
      name: 'app',
      address: '0.0.0.0',
      behaviour: { body: 'ok' },
    })
    const app = await controlPlane(ends, upstream.port)
    const config = await clientConfig(app)
    const silent = await started(ends, withoutTelemetry(config))
    const telling = await started(ends, reporting(config, app.plaintextXds!))
    const used: { silent: number[]; telling: number[] } = { silent: [], telling: [] }
    for (let round = 0; round <= options.rounds; round++) {
      const first = await cpuPerRequest(silent, options.requests)
      const second = await cpuPerRequest(telling, options.requests)
      // The first round warms up.
      if (round > 0) used.silent.push(first)
      if (round > 0) used.telling.push(second)
    }
    const [silently, tellingly] = [summary(used.silent), summary(used.telling)]
    return {
      ...options,
      microsecondsWithout: silently,
      microsecondsWith: tellingly,
      microsecondsAdded: round(tellingly.median - silently.median),
      ...(await bytesOfReports(app, telling)),
    }
  } finally {
    await ends.run()
  }
}

async function controlPlane(ends: Ends, port: number): Promise<App> {
  const folder = testFolder(ends)
  const numbers = Array.from({ length: EDGES }, (_, index) => index)
  const client = { workload: 'shop/client', address: '127.0.0.1' }
  writeFileSync(
    path(folder, 'mesh.yaml'),
    join(
      workload({ ...client, calls: [{ port: PORT, protocol: 'HTTP' }] }),
      ...numbers.flatMap((n) => [
        workload({
          workload: `shop/web-${n}-v1`,
          address: loopback(),
          labels: { app: `web-${n}`, version: 'v1' },
        }),
        service(`shop/web-${n}`, { app: `web-${n}` }, `http:${PORT}:${port}`),
      ]),
    ),
  )
  const app = await openApp({
    ...{
      config: [folder],
      data: testFolder(ends),
      xds: '127.0.0.1:0',
      plaintextXds: '127.0.0.1:0',
    },
    log: () => undefined,
  })
  if (isProblem(app)) throw new Error(app.text)
  ends.after(() => app.close())
  return app
}

async function clientConfig(app: App): Promise<Bootstrap> {
  const name = { namespace: 'shop', workload: 'client', certified: false }
  const set = translate(app.mesh(), nodeOf(app.mesh(), name, { id: NODE_ID }))
  const whole = ({
    body,
    virtualHosts,
  }: {
    body: object
    virtualHosts?: readonly { body: object }[]
  }) => (virtualHosts ? { ...body, virtual_hosts: virtualHosts.map((host) => host.body) } : body)
  const listeners = set.listener.flat().map((one) => onFreePort(one.body))
  const { dynamic_resources: _, ...config } = await asStatic(
    {
      listeners,
      routes: set.route.flat().map(whole),
      clusters: set.cluster.flat().map(whole),
      endpoints: set.endpoint.flat().map(whole),
      secrets: [],
    },
    { counting: true },
  )
  return config as Bootstrap
}

function onFreePort(listener: object): object {
  return { ...listener, address: { socket_address: { address: '127.0.0.1', port_value: 0 } } }
}

function withoutTelemetry(config: Bootstrap): Bootstrap {
  return JSON.parse(
    JSON.stringify(config, (key, value) => (key === 'access_log' ? undefined : value)),
  )
}

function reporting(config: Bootstrap, address: string): Bootstrap {
  const [host = '', port] = address.split(':')
  const socket = { socket_address: { address: host, port_value: Number(port) } }
  const clusters = (config.static_resources?.clusters ?? []).map((cluster) =>
    cluster.name === XDS_CLUSTER
      ? {
          name: XDS_CLUSTER,
          load_assignment: {
            cluster_name: XDS_CLUSTER,
            endpoints: [{ lb_endpoints: [{ endpoint: { address: socket } }] }],
          },
          typed_extension_protocol_options: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
              '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
              explicit_http_config: { http2_protocol_options: {} },
            },
          },
        }
      : cluster,
  )
  return {
    ...config,
    ...signalStats({ cluster: XDS_CLUSTER, nodeId: NODE_ID }),
    static_resources: { ...config.static_resources, clusters },
  } as Bootstrap
}

interface Started {
  readonly envoy: TestEnvoy
  readonly port: number
}

async function started(ends: Ends, config: Bootstrap): Promise<Started> {
  const envoy = await testEnvoy(ends, { config })
  const name = String(config.static_resources?.listeners?.[0]?.name)
  return { envoy, port: await envoy.listenerPort(name) }
}

/** Microseconds; the requests go round the services over a few connections that stay open. */
async function cpuPerRequest({ envoy, port }: Started, requests: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  const before = cpuOf(envoy.running.pid)
  let next = 0
  const work = async () => {
    while (next < requests) await ask(agent, port, next++ % EDGES)
  }
  await Promise.all(Array.from({ length: 4 }, work))
  const used = cpuOf(envoy.running.pid) - before
  agent.destroy()
  return used / requests
}

function ask(agent: Agent, port: number, number: number): Promise<void> {
  const headers = { host: `web-${number}.shop:${PORT}` }
  return new Promise((resolve, reject) => {
    get({ agent, port, host: '127.0.0.1', headers }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`status ${answer.statusCode}`))
      answer.resume().once('end', resolve)
    }).once('error', reject)
  })
}

/** Of all threads, microseconds: user and system time in ticks of 10 ms. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10_000
}

async function bytesOfReports(app: App, { port }: Started): Promise<object> {
  const { counters } = app.signals
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  const sizes: number[] = []
  let seen = counters.reports
  let bytes = counters.bytes
  while (sizes.length < 6) {
    // Each edge once in every interval between two reports.
    for (let number = 0; number < EDGES; number++) await ask(agent, port, number)
    await waitFor('a report', () => counters.reports > seen, Boolean, { timeout: 20_000 })
    if (counters.reports === seen + 1) sizes.push(counters.bytes - bytes)
    ;[seen, bytes] = [counters.reports, counters.bytes]
  }
  agent.destroy()
  await pause(6_000)
  const idle = counters.reports
  await pause(10_000)
  return {
    bytesOfReport: summary(sizes.slice(1)),
    edges: EDGES,
    reportsInTenIdleSeconds: counters.reports - idle,
  }
}

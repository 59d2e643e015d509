// Scenarios of the public gateway-api-bench, on one gateway: many routes at once, one by one, changed under traffic, in constant change.
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cleanup } from '../test/support/cleanup.ts'
import { type TestEnvoy, testEnvoy } from '../test/support/envoy.ts'
import { loopback } from '../test/support/ports.ts'
import { waitFor } from '../test/support/wait.ts'
import { join as documents, service, workload } from '../test/support/workload.ts'
import { withCleanup } from './cleanup.ts'
import { clock, summary } from './figures.ts'
import { load, startApplication } from './fortio.ts'
import { type BenchServer, startServer } from './server.ts'

const PORT = 8080
const SPACE = 'shop'

export interface RoutesOptions {
  /** Written in one file. */
  readonly attached: number
  /** Added one by one, as far as `patience` (seconds) goes. */
  readonly probed: number
  readonly patience: number
  /** That are there while others change all the time. */
  readonly many: number
  /** Of each load. */
  readonly seconds: number
  readonly perSecond: number
}

interface Bench {
  readonly server: BenchServer
  readonly envoy: TestEnvoy
  readonly address: string
  readonly options: RoutesOptions
  /** Undefined removes the file. */
  write(name: string, text: string | undefined): void
  /** The status of a request for the host, on one open connection. */
  ask(host: string): Promise<number>
  /** What the load generator sees meanwhile. */
  traffic(host: string, seconds?: number): ReturnType<typeof load>
}

export function routes(options: RoutesOptions): Promise<object> {
  return withCleanup(async (t) => {
    const bench = await start(t, options)
    const attached = await attachedRoutes(bench)
    const probed = await oneByOne(bench)
    const changed = await underTraffic(bench)
    const churned = await inConstantChange(bench)
    return { options, attached, probed, changed, churned }
  })
}

async function start(t: Cleanup, options: RoutesOptions): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'lotse-bench-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const config = join(folder, 'mesh')
  mkdirSync(config)
  const write = (name: string, text: string | undefined): void => {
    if (text === undefined) {
      rmSync(join(config, name), { force: true })
      return
    }
    writeFileSync(join(folder, name), text)
    renameSync(join(folder, name), join(config, name))
  }
  const address = loopback()
  write('mesh.yaml', meshOf(address, await startApplication(t)))
  write('stable.yaml', route('stable'))
  const server = await startServer({ config, data: join(folder, 'data') })
  t.after(() => server.stop())
  const [host = '', port] = server.xds.split(':')
  const envoy = await testEnvoy(t, {
    bootstrap: {
      proxy: { namespace: SPACE, workload: 'edge', address, gateway: true },
      xds: [{ host, port: Number(port) }],
    },
  })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.after(() => agent.destroy())
  const bench: Bench = {
    ...{ server, envoy, address, options, write },
    ask: (name) => statusOf(agent, address, name),
    traffic: (name, seconds = options.seconds) =>
      load({
        ...{ url: `http://${address}:${PORT}/`, host: hostOf(name) },
        ...{ perSecond: options.perSecond, seconds, connections: 8 },
      }),
  }
  await served(bench, 'stable')
  return bench
}

/** So many routes in one file. */
async function attachedRoutes(bench: Bench): Promise<object> {
  const { attached } = bench.options
  const names = Array.from({ length: attached }, (_, index) => `attached-${index}`)
  const meter = await measuring(bench)
  bench.write('attached.yaml', documents(...names.map((name) => route(name))))
  for (const name of [names.at(-1)!, names[0]!, names[names.length >> 1]!])
    await served(bench, name)
  const result = { routes: attached, milliseconds: Math.round(meter.elapsed()) }
  const spent = await meter.spent()
  bench.write('attached.yaml', undefined)
  await gone(bench, names[0]!)
  return { ...result, ...spent }
}

/** Each route is asked for until it is there, then comes the next. */
async function oneByOne(bench: Bench): Promise<object> {
  const { probed, patience } = bench.options
  const until = clock() + patience * 1000
  const times: number[] = []
  const meter = await measuring(bench)
  while (times.length < probed && clock() < until) {
    const name = `probed-${times.length}`
    const began = clock()
    bench.write(`${name}.yaml`, route(name))
    await served(bench, name)
    times.push(clock() - began)
  }
  const count = times.length
  const spent = await meter.spent(count)
  for (let index = 0; index < count; index++) bench.write(`probed-${index}.yaml`, undefined)
  await gone(bench, `probed-${count - 1}`)
  return { routes: count, milliseconds: summary(times), ...spent }
}

/** The route that all requests use leads to another service, with another header, ten times a second. */
async function underTraffic(bench: Bench): Promise<object> {
  const meter = await measuring(bench)
  const { over, changes } = changing((count) =>
    bench.write('stable.yaml', route('stable', count % 2 === 0 ? 'web' : 'other', String(count))),
  )
  const seen = await bench.traffic('stable').finally(over)
  return { changes: changes(), ...seen, ...(await meter.spent(changes())) }
}

/** Of many routes one is added, changed or removed ten times a second, none of which the requests use. */
async function inConstantChange(bench: Bench): Promise<object> {
  const { many } = bench.options
  const names = Array.from({ length: many }, (_, index) => `many-${index}`)
  bench.write('many.yaml', documents(...names.map((name) => route(name))))
  await served(bench, names.at(-1)!)
  const quiet = await bench.traffic('stable')
  const meter = await measuring(bench)
  const { over, changes } = changing((count) => {
    const name = `churn-${count % 30}`
    const step = Math.floor(count / 30) % 3
    bench.write(`${name}.yaml`, step === 2 ? undefined : route(name, step === 0 ? 'web' : 'other'))
  })
  const busy = await bench.traffic('stable', 2 * bench.options.seconds).finally(over)
  // Whoever fell behind has all of it to do first.
  const began = clock()
  bench.write('last.yaml', route('last'))
  await served(bench, 'last')
  const settled = Math.round(clock() - began)
  const spent = await meter.spent(changes())
  const memory = { server: bench.server.memory(), envoy: residentOf(bench.envoy) }
  return { routes: many, changes: changes(), quiet, busy, settled, ...spent, memory }
}

/** Calls `change` ten times a second until it is over. */
function changing(change: (count: number) => void) {
  let count = 0
  const timer = setInterval(() => change(count++), 100)
  return { over: () => clearInterval(timer), changes: () => count }
}

async function measuring({ server }: Bench) {
  const bytes = () => server.metric('lotse_xds_bytes_total')
  const [cpu, sent, began] = [await server.settledCpu(), await bytes(), clock()]
  return {
    elapsed: () => clock() - began,
    /** CPU time of the server in ms and bytes it sent, for each of `count`. */
    spent: async (count = 1) => ({
      cpu: Math.round((((await server.settledCpu()) - cpu) / count) * 10) / 10,
      bytes: Math.round(((await bytes()) - sent) / count),
    }),
  }
}

async function served({ ask }: Bench, name: string): Promise<void> {
  await waitFor(
    `route ${name}`,
    () => ask(hostOf(name)),
    (status) => status === 200,
    PATIENT,
  )
}

async function gone({ ask }: Bench, name: string): Promise<void> {
  await waitFor(
    `the end of ${name}`,
    () => ask(hostOf(name)),
    (status) => status === 404,
    PATIENT,
  )
}

const PATIENT = { every: 1, timeout: 100_000 }

function hostOf(name: string): string {
  return `${name}.test`
}

function route(name: string, target = 'web', mark = '1'): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}, namespace: ${SPACE}}
spec:
  parentRefs: [{name: edge}]
  hostnames: [${hostOf(name)}]
  rules:
    - filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: x-mark, value: "${mark}"}]}}]
      backendRefs: [{name: ${target}, port: 8000}]
`
}

function meshOf(address: string, application: number): string {
  const gateway = { 'gateway.networking.k8s.io/gateway-name': 'edge' }
  return documents(
    `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: lotse}
spec: {controllerName: lotse.dev/gateway-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: ${SPACE}}
spec:
  gatewayClassName: lotse
  addresses: [{type: IPAddress, value: ${address}}]
  listeners: [{name: http, port: ${PORT}, protocol: HTTP}]
`,
    workload({ workload: `${SPACE}/edge`, address, labels: gateway }),
    workload({ workload: `${SPACE}/app`, address: '127.0.7.1', labels: { app: 'web' } }),
    service(`${SPACE}/web`, { app: 'web' }, `http:8000:${application}`),
    service(`${SPACE}/other`, { app: 'web' }, `http:8000:${application}`),
  )
}

function statusOf(agent: Agent, host: string, name: string): Promise<number> {
  return new Promise((resolve) => {
    const asked = get({ agent, host, port: PORT, headers: { host: name } }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
    })
    asked.on('error', () => resolve(0))
  })
}

/** In MB. */
function residentOf({ running }: TestEnvoy): number {
  const status = readFileSync(`/proc/${running.pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 102.4) / 10
}

// What a real Envoy costs with whole route configurations, with virtual hosts by VHDS unasked, and on demand.
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, createServer, get, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findEnvoy } from '../envoy/binary.ts'
import { bootstrap } from '../envoy/bootstrap.ts'
import { isProblem } from '../envoy/problem.ts'
import { type RunningEnvoy, startEnvoy } from '../envoy/run.ts'
import { writeFolder } from '../envoy/write.ts'
import type { DeliveryMode } from '../src/model/node.ts'
import { freePort, loopback } from '../test/support/ports.ts'
import { adopt, release } from '../test/support/processes.ts'
import { waitFor } from '../test/support/wait.ts'
import { join as documents, policy, service, workload } from '../test/support/workload.ts'
import { clock, summary } from './figures.ts'
import { type BenchServer, startServer } from './server.ts'

const PORT = 8000
const ENDPOINTS = 5
/** Services of one namespace. */
const NAMESPACE_SIZE = 100

interface Parts {
  readonly server: BenchServer
  readonly envoy: RunningEnvoy
  readonly address: string
  readonly write: (name: string, text: string) => void
}

/** All services lead to one application; a client in the first namespace asks the first `asked` of them, each by a name of its own. */
export async function onDemand(options: {
  readonly mode: DeliveryMode
  readonly services: number
  readonly asked: number
  readonly changes: number
}): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'lotse-bench-'))
  const config = join(folder, 'mesh')
  mkdirSync(config)
  const address = loopback()
  const application = await listening()
  const { port } = application.address() as AddressInfo
  const write = (name: string, text: string): void => {
    writeFileSync(join(folder, name), text)
    renameSync(join(folder, name), join(config, name))
  }
  write('mesh.yaml', meshOf(options, address, port))
  write('rule.yaml', rule('start'))
  const server = await startServer({ config, data: join(folder, 'data') })
  let envoy: RunningEnvoy | undefined
  try {
    const began = clock()
    envoy = await proxy(join(folder, 'envoy'), server.xds, address)
    const parts: Parts = { server, envoy, address, write }
    const start = { milliseconds: clock() - began, bytes: await bytesOf(server) }
    return {
      start,
      ...(await requests(parts, options.asked)),
      change: await changes(parts, options.changes),
    }
  } finally {
    await envoy?.stop()
    if (envoy) release(envoy.pid)
    await server.stop()
    application.close()
    application.closeAllConnections()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Each service once, then again; then what Envoy and the stream had to hold for it. */
async function requests({ server, envoy, address }: Parts, asked: number): Promise<object> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  await answerOf(agent, address, 'service-0')
  const first: number[] = []
  const second: number[] = []
  for (const times of [first, second]) {
    for (let index = 1; index <= asked; index++) {
      const began = clock()
      const status = await answerOf(agent, address, `service-${index}`)
      if (status !== '200 application') throw new Error(`service-${index} answers ${status}`)
      times.push(clock() - began)
    }
  }
  agent.destroy()
  const held = await memoryOf(envoy)
  return {
    first: summary(first),
    second: summary(second),
    envoy: held,
    bytes: await bytesOf(server),
  }
}

/** The answer of a rule for a service that is in use changes: bytes, CPU time of the server, and the time until it holds. */
async function changes({ server, address, write }: Parts, count: number): Promise<object> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const times: number[] = []
  const before = await bytesOf(server)
  const cpu = await server.settledCpu()
  for (let index = 0; index < count; index++) {
    const mark = `edit-${index}`
    const began = clock()
    write('rule.yaml', rule(mark))
    while ((await answerOf(agent, address, 'service-0')) !== `200 ${mark}`)
      await new Promise(setImmediate)
    times.push(clock() - began)
  }
  agent.destroy()
  const spent = ((await server.settledCpu()) - cpu) / count
  const bytes = ((await bytesOf(server)) - before) / count
  return {
    milliseconds: summary(times),
    bytes: Math.round(bytes),
    cpu: Math.round(spent * 10) / 10,
  }
}

function meshOf(
  { mode, services }: { readonly mode: DeliveryMode; readonly services: number },
  address: string,
  port: number,
): string {
  const endpoints = Array.from({ length: ENDPOINTS }, (_, index) =>
    workload({
      workload: `space-0/app-${index}`,
      address: `127.0.7.${index + 1}`,
      labels: { app: 'web' },
    }),
  )
  const namespaces = Array.from(
    { length: Math.ceil(services / NAMESPACE_SIZE) },
    (_, index) => index,
  )
  return documents(
    `apiVersion: mesh.istio.io/v1alpha1\nkind: MeshConfig\nmetadata: {name: mesh, annotations: {lotse/delivery: ${mode}}}`,
    workload({ workload: 'space-0/client', address, calls: [{ port: PORT, protocol: 'HTTP' }] }),
    ...endpoints,
    ...namespaces.slice(1).flatMap((space) =>
      Array.from({ length: ENDPOINTS }, (_, index) =>
        workload({
          workload: `space-${space}/app-${index}`,
          address: `127.0.7.${index + 1}`,
          labels: { app: 'web' },
        }),
      ),
    ),
    ...Array.from({ length: services }, (_, index) =>
      service(
        `space-${Math.floor(index / NAMESPACE_SIZE)}/service-${index}`,
        { app: 'web' },
        `http:${PORT}:${port}`,
      ),
    ),
  )
}

function rule(mark: string): string {
  const http = `[{directResponse: {status: 200, body: {string: ${mark}}}}]`
  return policy('VirtualService', 'space-0/service-0', `{hosts: [service-0], http: ${http}}`)
}

async function proxy(folder: string, xds: string, address: string): Promise<RunningEnvoy> {
  const found = await findEnvoy()
  if (isProblem(found)) throw new Error(found.text)
  const [host = '', port] = xds.split(':')
  const path = writeFolder(folder, {
    'envoy.yaml': bootstrap({
      proxy: { namespace: 'space-0', workload: 'client', address },
      xds: [{ host, port: Number(port) }],
    }),
  })
  if (isProblem(path)) throw new Error(path.text)
  const envoy = await startEnvoy({
    binary: found.path,
    config: path,
    concurrency: 1,
    logLevel: 'error',
  })
  if (isProblem(envoy)) throw new Error(envoy.text)
  adopt(envoy.pid)
  const problem = await envoy.ready()
  if (problem) throw new Error(problem.text)
  const agent = new Agent({ keepAlive: true })
  await waitFor(
    'the listener',
    () => answerOf(agent, address, 'service-0').catch(() => ''),
    (answer) => answer === '200 start',
    { every: 5, timeout: 60_000 },
  )
  agent.destroy()
  return envoy
}

/** In MB: resident, and what it has allocated. */
async function memoryOf(envoy: RunningEnvoy): Promise<{ resident: number; allocated: number }> {
  const answer = await fetch(`${envoy.adminUrl}/memory`)
  const { allocated } = (await answer.json()) as { allocated: string }
  const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${envoy.pid}/status`, 'utf8'))?.[1]
  return {
    resident: Math.round(Number(resident) / 102.4) / 10,
    allocated: Math.round(Number(allocated) / 104857.6) / 10,
  }
}

function bytesOf(server: BenchServer): Promise<number> {
  return server.metric('lotse_xds_bytes_total')
}

/** Status and text. */
function answerOf(agent: Agent, address: string, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = get({ agent, host: address, port: PORT, headers: { host } }, (answer) => {
      let text = ''
      answer.on('data', (chunk: Buffer) => {
        text += chunk
      })
      answer.on('end', () => resolve(`${answer.statusCode} ${text}`))
    })
    asked.on('error', reject)
  })
}

/** On every loopback address: each service has several endpoints. */
async function listening(): Promise<Server> {
  const server = createServer((_, response) => response.end('application'))
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '0.0.0.0', resolve))
  return server
}

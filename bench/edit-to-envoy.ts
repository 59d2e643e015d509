// From a changed line of YAML to a request that a real Envoy answers by it, on a connection that stays open.
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, createServer, get, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findEnvoy } from '../envoy/binary.ts'
import { bootstrap } from '../envoy/bootstrap.ts'
import { isProblem } from '../envoy/problem.ts'
import { type RunningEnvoy, startEnvoy } from '../envoy/run.ts'
import { writeFolder } from '../envoy/write.ts'
import { freePort, loopback } from '../test/support/ports.ts'
import { adopt, release } from '../test/support/processes.ts'
import { join as documents, policy, service, workload } from '../test/support/workload.ts'
import { clock, summary } from './figures.ts'
import { startServer } from './server.ts'

const PORT = 8000

/** Edits alternate between a direct response and a route to the application. */
export async function editToEnvoy(options: {
  readonly edits: number
  /** Each change is shown to an Envoy in validate mode first. */
  readonly preflight?: boolean
}): Promise<object> {
  const { edits, preflight } = options
  const folder = mkdtempSync(join(tmpdir(), 'lotse-bench-'))
  const config = join(folder, 'mesh')
  mkdirSync(config)
  const address = loopback()
  const application = await listening(loopback(), await freePort())
  const { address: host, port } = application.address() as AddressInfo
  const write = (name: string, text: string): void => {
    writeFileSync(join(folder, name), text)
    renameSync(join(folder, name), join(config, name))
  }
  write(
    'mesh.yaml',
    documents(
      workload({
        ...{ workload: 'shop/client', address },
        calls: [{ port: PORT, protocol: 'HTTP' }],
      }),
      workload({ workload: 'shop/web', address: host, labels: { app: 'web' } }),
      service('shop/web', { app: 'web' }, `http:${PORT}:${port}`),
    ),
  )
  write('rules.yaml', rule('start'))
  const server = await startServer({
    ...{ config, data: join(folder, 'data') },
    ...(preflight ? { more: ['--preflight'] } : {}),
  })
  let envoy: RunningEnvoy | undefined
  try {
    envoy = await proxy(join(folder, 'envoy'), server.xds, address)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ask = () => answerOf(agent, address)
    await until(ask, 'start')
    const times: number[] = []
    const warm = 4
    for (let at = 0; at < warm + edits; at++) {
      const mark = at % 2 === 0 ? 'application' : `edit-${at}`
      await server.settledCpu()
      const began = clock()
      write('rules.yaml', rule(mark))
      await until(ask, mark)
      if (at >= warm) times.push(clock() - began)
    }
    agent.destroy()
    return { edits, milliseconds: summary(times) }
  } finally {
    await envoy?.stop()
    if (envoy) release(envoy.pid)
    await server.stop()
    application.close()
    application.closeAllConnections()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** `application` leads there; anything else is answered by Envoy itself with these words. */
function rule(mark: string): string {
  const http =
    mark === 'application'
      ? '[{route: [{destination: {host: web}}]}]'
      : `[{directResponse: {status: 200, body: {string: ${mark}}}}]`
  return policy('VirtualService', 'shop/web', `{hosts: [web], http: ${http}}`)
}

async function proxy(folder: string, xds: string, address: string): Promise<RunningEnvoy> {
  const found = await findEnvoy()
  if (isProblem(found)) throw new Error(found.text)
  const [host = '', port] = xds.split(':')
  const path = writeFolder(folder, {
    'envoy.yaml': bootstrap({
      proxy: { namespace: 'shop', workload: 'client', address },
      xds: [{ host, port: Number(port) }],
    }),
  })
  if (isProblem(path)) throw new Error(path.text)
  const envoy = await startEnvoy({ binary: found.path, config: path, concurrency: 1 })
  if (isProblem(envoy)) throw new Error(envoy.text)
  adopt(envoy.pid)
  const problem = await envoy.ready()
  if (problem) throw new Error(problem.text)
  return envoy
}

function listening(host: string, port: number): Promise<Server> {
  const server = createServer((_, response) => response.end('application'))
  return new Promise((resolve) => server.listen(port, host, () => resolve(server)))
}

async function until(ask: () => Promise<string>, answer: string): Promise<void> {
  const deadline = clock() + 20_000
  for (let last = ''; last !== answer; last = await ask()) {
    if (clock() > deadline) throw new Error(`the answer was never ${answer}, but ${last}`)
  }
}

function answerOf(agent: Agent, host: string): Promise<string> {
  return new Promise((resolve) => {
    const request = get({ agent, host, port: PORT, headers: { host: 'web' } }, async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      resolve(text)
    })
    request.on('error', (error) => resolve(error.message))
  })
}

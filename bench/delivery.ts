// How a change of a file reaches many proxies: time, CPU time and memory of the server, bytes; delta and state of the world.
import { fork } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { adopt, release } from '../test/support/processes.ts'
import type { Call, ClientsApi, ClientsOptions } from './clients.ts'
import { clock, round, summary } from './figures.ts'
import { type MeshOptions, meshFiles, RULES_EVERY, serviceFile, serviceName } from './mesh.ts'
import { type BenchServer, startServer } from './server.ts'
import type { Mode } from './wire.ts'

export interface DeliveryOptions {
  readonly mode: Mode
  readonly clients: number
  readonly mesh: MeshOptions
  /** Changes of each kind. */
  readonly repeats: number
  /** Options for node, for profiles of the server. */
  readonly node?: readonly string[]
}

type Remote = {
  [K in keyof ClientsApi]: (
    ...args: Parameters<ClientsApi[K]>
  ) => Promise<ReturnType<ClientsApi[K]>>
}

export async function delivery(options: DeliveryOptions): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'lotse-bench-'))
  const config = join(folder, 'mesh')
  mkdirSync(config)
  for (const [name, text] of meshFiles(options.mesh)) writeFileSync(join(config, name), text)
  const server = await startServer({
    config,
    data: join(folder, 'data'),
    ...(options.node ? { node: options.node } : {}),
  })
  const { remote, end } = startClients({
    address: server.xds,
    mode: options.mode,
    services: options.mesh.services,
  })
  try {
    return await measure(options, { config, server, remote })
  } finally {
    await end()
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Running {
  readonly config: string
  readonly server: BenchServer
  readonly remote: Remote
}

async function measure(options: DeliveryOptions, running: Running): Promise<object> {
  const { server, remote } = running
  const { clients, mesh, repeats } = options
  await server.settledCpu()
  const atReady = { ready: round(server.ready), ...server.memory() }
  const first = await connect(running, 0, 1)
  const held = (await remote.totals()).held
  const alone = await server.collected()
  const others = clients > 1 ? await connect(running, 1, clients) : undefined
  const changes = async (kind: 'route' | 'endpoint') => {
    // The first ones find cold code.
    for (let at = 0; at < 3; at++) await change(running, mesh, kind, `warm${at}`)
    const all: Change[] = []
    for (let at = 0; at < repeats; at++) all.push(await change(running, mesh, kind, `mark${at}`))
    return summaries(all, clients)
  }
  const route = await changes('route')
  const endpoint = await changes('endpoint')
  const comment = await comments(running, mesh, repeats)
  const rss = server.memory().rss
  const collected = await server.collected()
  const storm = await reconnect(running, clients)
  const again = await server.collected()
  const { failures } = await remote.totals()
  if (failures.length > 0) throw new Error(failures.join('\n'))
  await remote.leave()
  const without = await server.collected()
  return {
    ...{
      mode: options.mode,
      clients,
      services: mesh.services,
      ports: mesh.ports ?? 'one',
      repeats,
    },
    ...{ held, atReady, firstClient: first, otherClients: others, route, endpoint, comment, storm },
    memoryMB: {
      ...{ afterChanges: rss, collected, oneClientCollected: alone, peak: server.memory().peak },
      perIdleStreamKB: round(((again - without) * 1024) / clients),
    },
  }
}

async function connect({ server, remote }: Running, from: number, to: number): Promise<object> {
  const before = await remote.totals()
  const cpu = await server.settledCpu()
  const { began, ended } = await remote.connect(from, to)
  const settled = await server.settledCpu()
  const after = await remote.totals()
  return {
    milliseconds: round(ended - began),
    serverCpuMs: round(settled - cpu),
    bytesPerClient: Math.round((after.bytes - before.bytes) / (to - from)),
  }
}

interface Change {
  readonly last: number
  readonly median: number
  readonly cpu: number
  readonly bytes: number
  readonly responses: number
}

let count = 0

async function change(
  { config, server, remote }: Running,
  mesh: MeshOptions,
  kind: 'route' | 'endpoint',
  word: string,
): Promise<Change> {
  count += 1
  const mark = `${word}-${count}`
  const address = `10.200.${count >> 8}.${count & 255}`
  const before = await remote.totals()
  await remote.arm(kind, kind === 'route' ? mark : address)
  const cpu = await server.settledCpu()
  const name = serviceName(RULES_EVERY)
  const text = serviceFile(mesh, RULES_EVERY, kind === 'route' ? { mark } : { address })
  const began = replace(config, `${name}.yaml`, text)
  const { last, median } = await remote.reached()
  const settled = await server.settledCpu()
  const after = await remote.totals()
  return {
    last: last - began,
    median: median - began,
    cpu: settled - cpu,
    bytes: after.bytes - before.bytes,
    responses: after.responses - before.responses,
  }
}

/** As editors do: written aside and moved in place. Gives the time at which it is there. */
function replace(folder: string, name: string, text: string): number {
  const aside = join(folder, `.${name}.new`)
  writeFileSync(aside, text)
  const began = clock()
  renameSync(aside, join(folder, name))
  return began
}

function summaries(changes: readonly Change[], clients: number): object {
  return {
    lastClientMs: summary(changes.map(({ last }) => last)),
    medianClientMs: summary(changes.map(({ median }) => median)),
    serverCpuMs: summary(changes.map(({ cpu }) => cpu)),
    bytesPerClient: Math.round(summary(changes.map(({ bytes }) => bytes / clients)).median),
    responsesPerClient: round(summary(changes.map(({ responses }) => responses / clients)).median),
  }
}

/** A comment moves the lines of everything below it and changes nothing: nothing must be pushed. */
async function comments(
  { config, server, remote }: Running,
  mesh: MeshOptions,
  repeats: number,
): Promise<object> {
  const before = await remote.totals()
  const cpus: number[] = []
  for (let at = 0; at < repeats; at++) {
    const generation = await server.metric('lotse_mesh_generation')
    const cpu = await server.settledCpu()
    count += 1
    const name = serviceName(2 * RULES_EVERY)
    const comment = `comment ${count}\n#\n`.repeat(1 + (at % 3))
    replace(config, `${name}.yaml`, serviceFile(mesh, 2 * RULES_EVERY, { comment }))
    const settled = await server.settledCpu()
    cpus.push(settled - cpu)
    // Asked after the CPU time was read, since asking costs some.
    while ((await server.metric('lotse_mesh_generation')) === generation) await wait(5)
  }
  const after = await remote.totals()
  return {
    bytes: after.bytes - before.bytes,
    responses: after.responses - before.responses,
    serverCpuMs: summary(cpus),
  }
}

/** All proxies come back at once, with all that they had. */
async function reconnect({ server, remote }: Running, clients: number): Promise<object> {
  const before = await remote.totals()
  const requests = await server.metric('lotse_xds_requests_total')
  const cpu = await server.settledCpu()
  const { began } = await remote.reconnect()
  // Each asks for four types.
  while ((await server.metric('lotse_xds_requests_total')) < requests + 4 * clients) await wait(10)
  const ended = clock()
  const settled = await server.settledCpu()
  const after = await remote.totals()
  return {
    milliseconds: round(ended - began),
    serverCpuMs: round(settled - cpu),
    bytesPerClient: Math.round((after.bytes - before.bytes) / clients),
  }
}

function startClients(options: ClientsOptions): { remote: Remote; end: () => Promise<void> } {
  const child = fork(fileURLToPath(new URL('clients.ts', import.meta.url)), [
    JSON.stringify(options),
  ])
  adopt(child.pid!)
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (e: Error) => void }>()
  child.on('message', ({ id, result, error }: { id: number; result: never; error?: string }) => {
    const call = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) call?.resolve(result)
    else call?.reject(new Error(error))
  })
  child.once('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the clients ended (${code})`))
  })
  let id = 0
  const remote = new Proxy({} as Remote, {
    get: (_, name: keyof ClientsApi) => {
      return (...args: unknown[]) =>
        new Promise((resolve, reject) => {
          id += 1
          waiting.set(id, { resolve, reject })
          child.send({ id, name, args } satisfies Call)
        })
    },
  })
  const end = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
    release(child.pid!)
  }
  return { remote, end }
}

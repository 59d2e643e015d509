// How a change of a file reaches many proxies: time, CPU time and memory of the server, bytes; delta and state of the world.
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { DeliveryMode } from '../src/model/node.ts'
import type { Uses } from './clients.ts'
import { clock, round, summary } from './figures.ts'
import {
  type MeshOptions,
  meshConfig,
  meshFiles,
  RULES_EVERY,
  serviceFile,
  serviceName,
} from './mesh.ts'
import { type Remote, startClients } from './remote.ts'
import { type BenchServer, startServer } from './server.ts'
import type { Mode } from './wire.ts'

export interface DeliveryOptions {
  readonly mode: Mode
  readonly clients: number
  readonly mesh: MeshOptions
  /** How Envoys have their configuration: `whole` is that of all other clients. */
  readonly delivery: DeliveryMode
  readonly uses: Uses
  /** Minutes of changes, to see whether memory grows. */
  readonly churn: number
  /** Changes of each kind. */
  readonly repeats: number
  /** Options for node, for profiles of the server. */
  readonly node?: readonly string[]
}

export async function delivery(options: DeliveryOptions): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'lotse-bench-'))
  const config = join(folder, 'mesh')
  mkdirSync(config)
  for (const [name, text] of meshFiles(options.mesh)) writeFileSync(join(config, name), text)
  writeFileSync(join(config, 'mesh-config.yaml'), meshConfig(options.delivery, 2))
  const server = await startServer({
    config,
    data: join(folder, 'data'),
    ...(options.node ? { node: options.node } : {}),
  })
  const { remote, end } = startClients({
    address: server.xds,
    mode: options.mode,
    services: options.mesh.services,
    delivery: options.delivery,
    uses: options.uses,
  })
  try {
    return await measure(options, { config, server, remote })
  } finally {
    await end()
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const WARM_UP = 20

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
  const changes = async (kind: Kind) => {
    // A control plane runs for weeks: the first ones find code that is not compiled yet.
    for (let at = 0; at < WARM_UP; at++) await change(running, options, kind, `warm${at}`)
    const all: Change[] = []
    for (let at = 0; at < repeats; at++) all.push(await change(running, options, kind, `mark${at}`))
    return summaries(all, clients)
  }
  await server.metric(LOOP_DELAY)
  const route = await changes('route')
  const endpoint = await changes('endpoint')
  const meshWide = await everywhere(running, options)
  const loopDelayP99 = round(1000 * (await server.metric(LOOP_DELAY)))
  const comment = await comments(running, mesh, repeats)
  const rss = server.memory().rss
  const collected = await server.collected()
  const storm = await reconnect(running, options)
  const again = await server.collected()
  const churned = options.churn > 0 ? await churn(running, options) : undefined
  const { failures } = await remote.totals()
  if (failures.length > 0) throw new Error(`${failures.length} clients: ${failures[0]}`)
  await remote.leave()
  const without = await server.collected()
  return {
    ...{
      mode: options.mode,
      delivery: options.delivery,
      ...(options.delivery === 'on-demand' ? { uses: options.uses } : {}),
      clients,
      services: mesh.services,
      ports: mesh.ports ?? 'one',
      repeats,
    },
    ...{ held, atReady, firstClient: first, otherClients: others, route, endpoint, meshWide },
    ...{ loopDelayP99, comment, storm, churn: churned },
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

type Kind = 'route' | 'endpoint'

/** Seconds, since it was asked last. */
const LOOP_DELAY = 'lotse_nodejs_eventloop_lag_p99_seconds'

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
  { mesh, delivery }: DeliveryOptions,
  kind: Kind,
  word: string,
): Promise<Change> {
  count += 1
  const mark = `${word}-${count}`
  const address = `10.200.${count >> 8}.${count & 255}`
  const before = await remote.totals()
  const type = kind === 'route' && delivery !== 'whole' ? 'virtualHost' : kind
  // Rules may lead to subsets, which have no endpoints here: those that change are of a service without rules.
  const index = kind === 'route' ? RULES_EVERY : RULES_EVERY + 1
  await remote.arm(type, kind === 'route' ? mark : address, index)
  const cpu = await server.settledCpu()
  const name = serviceName(index)
  const text = serviceFile(mesh, index, kind === 'route' ? { mark } : { address })
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

/** A setting of the mesh that every route holds. */
async function everywhere(running: Running, options: DeliveryOptions): Promise<object> {
  const { config, server, remote } = running
  const type = options.delivery === 'whole' ? 'route' : 'virtualHost'
  const all: Change[] = []
  for (let at = 0; at < Math.min(3, options.repeats); at++) {
    count += 1
    const before = await remote.totals()
    // Nothing else changes, so any response will do.
    await remote.arm(type, '')
    const cpu = await server.settledCpu()
    const began = replace(config, 'mesh-config.yaml', meshConfig(options.delivery, 3 + at))
    const { last, median } = await remote.reached()
    const settled = await server.settledCpu()
    const after = await remote.totals()
    all.push({
      ...{ last: last - began, median: median - began, cpu: settled - cpu },
      ...{ bytes: after.bytes - before.bytes, responses: after.responses - before.responses },
    })
  }
  return summaries(all, options.clients)
}

/** Endpoints and routes change in turn, five times a second; memory is looked at in twenty moments. */
async function churn(running: Running, options: DeliveryOptions): Promise<object> {
  const { server } = running
  const moments = 20
  const pause = (options.churn * 60_000) / moments
  const rss = [await server.collected()]
  let changes = 0
  for (let moment = 0; moment < moments; moment++) {
    for (const until = clock() + pause; clock() < until; changes++) {
      await change(running, options, changes % 2 === 0 ? 'route' : 'endpoint', `churn${changes}`)
    }
    rss.push(await server.collected())
  }
  // The first moments fill caches.
  const settled = rss.slice(5)
  const slope = ((settled.at(-1)! - settled[0]!) / (settled.length - 1)) * (60_000 / pause)
  return { minutes: options.churn, changes, rssMB: rss.map(round), slopeMBPerMinute: round(slope) }
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
    const comment = `comment ${count}\nand more\n`.repeat(1 + (at % 3))
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
async function reconnect(
  { server, remote }: Running,
  { clients, delivery }: DeliveryOptions,
): Promise<object> {
  const before = await remote.totals()
  const requests = await server.metric('lotse_xds_requests_total')
  const cpu = await server.settledCpu()
  const { began } = await remote.reconnect()
  // Each asks for four types, or five.
  const types = delivery === 'whole' ? 4 : 5
  const all = requests + types * clients
  while ((await server.metric('lotse_xds_requests_total')) < all) {
    const { failures } = await remote.totals()
    if (failures.length > 0) throw new Error(`${failures.length} clients: ${failures[0]}`)
    await wait(10)
  }
  const ended = clock()
  const settled = await server.settledCpu()
  const after = await remote.totals()
  return {
    milliseconds: round(ended - began),
    serverCpuMs: round(settled - cpu),
    bytesPerClient: Math.round((after.bytes - before.bytes) / clients),
  }
}

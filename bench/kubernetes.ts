// A cluster of 10,000 pods on a real API server: start, memory, one changed endpoint, a new leader, and replicas that serve the same bytes.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Cleanup } from '../test/support/cleanup.ts'
import { type BigCluster, SIZE, startBigCluster } from './cluster.ts'
import { clock, round, summary } from './figures.ts'
import { type Remote, startClients } from './remote.ts'
import { type BenchServer, LOTSE, startServer } from './server.ts'

export interface KubernetesOptions {
  readonly repeats: number
  /** Options for node, for profiles of the first server. */
  readonly node?: readonly string[]
}

const STARTS = 3
const REPLICAS = 3
const CLIENTS_EACH = 100
const CHANGED_SERVICE = 1

export async function kubernetes(options: KubernetesOptions): Promise<object> {
  const endings: (() => unknown)[] = []
  const cleanup: Cleanup = { after: (end) => endings.push(end) }
  const folder = mkdtempSync(join(tmpdir(), 'lotse-bench-'))
  try {
    // The command's bundle is made now, not within the first start.
    execFileSync(process.execPath, [LOTSE, '--version'])
    const began = clock()
    const cluster = await startBigCluster(cleanup)
    console.log(`the cluster is there after ${Math.round((clock() - began) / 1000)} s`)
    return await measure(cluster, folder, options)
  } finally {
    for (const end of endings.reverse()) await end()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measure(cluster: BigCluster, folder: string, options: KubernetesOptions) {
  const start = (name: string) =>
    startServer({
      store: ['--store', 'kubernetes', '--kubeconfig', cluster.kubeconfig],
      data: join(folder, name),
      ...(options.node ? { node: options.node } : {}),
    })
  const starts: BenchServer[] = []
  const ready: number[] = []
  const cpu: number[] = []
  const memory: { ready: number; peak: number; collected: number }[] = []
  for (let at = 0; at < STARTS; at++) {
    const server = await start(`start-${at}`)
    ready.push(server.ready)
    cpu.push(await server.settledCpu())
    const { rss, peak } = server.memory()
    memory.push({ ready: rss, peak, collected: await server.collected() })
    if (at < STARTS - 1) await server.stop()
    else starts.push(server)
  }
  const endpoint = await changes(cluster, starts[0]!, options.repeats)
  await starts[0]!.stop()
  const replicas: BenchServer[] = []
  for (let at = 0; at < REPLICAS; at++) replicas.push(await start(`replica-${at}`))
  const identical = await identity(replicas)
  const leaderReplaced = await replacement(replicas)
  return {
    ...{ pods: SIZE.services * SIZE.podsEach, services: SIZE.services },
    readyMs: summary(ready),
    readyCpuMs: summary(cpu),
    memoryMB: memory,
    endpointMs: endpoint,
    replicas: { count: REPLICAS, ...identical, leaderReplacedMs: leaderReplaced },
  }
}

/** From the request to the API server to the response at a client that follows the mesh. */
async function changes(cluster: BigCluster, server: BenchServer, repeats: number) {
  const { remote, end } = clientsOf(server)
  try {
    await remote.connect(0, 1)
    const times: number[] = []
    for (let at = -3; at < Math.max(20, repeats); at++) {
      const address = `10.200.${(at + 3) >> 8}.${(at + 3) & 255}`
      await server.settledCpu()
      await remote.arm('endpoint', address)
      const began = clock()
      await cluster.move(CHANGED_SERVICE, address)
      const { last } = await remote.reached()
      // The first ones find cold code.
      if (at >= 0) times.push(last - began)
    }
    return summary(times)
  } finally {
    await end()
  }
}

/** Proxies of the same names at each replica: what they hold must have the same hash. */
async function identity(replicas: readonly BenchServer[]) {
  const prints: (readonly string[])[] = []
  for (const server of replicas) {
    const { remote, end } = clientsOf(server)
    await remote.connect(0, CLIENTS_EACH)
    prints.push(await remote.fingerprints())
    await end()
  }
  const [first = []] = prints
  const differing = first.filter((print, at) => prints.some((other) => other[at] !== print)).length
  return {
    clients: replicas.length * CLIENTS_EACH,
    distinctHashes: new Set(prints.flat()).size,
    differing,
  }
}

/** From the end of the leader to the moment at which another one leads; each replica is killed once, but the last. */
async function replacement(replicas: readonly BenchServer[]) {
  const times: number[] = []
  let left = [...replicas]
  while (left.length > 1) {
    const leader = await leaderOf(left)
    left = left.filter((one) => one !== leader)
    await leader.stop('SIGKILL')
    const began = clock()
    await leaderOf(left)
    times.push(clock() - began)
  }
  await left[0]?.stop()
  return times.map(round)
}

async function leaderOf(replicas: readonly BenchServer[]): Promise<BenchServer> {
  for (;;) {
    for (const one of replicas) if ((await one.metric('lotse_leads')) === 1) return one
    await wait(50)
  }
}

function clientsOf(server: BenchServer): { remote: Remote; end: () => Promise<void> } {
  const { services } = SIZE
  const delivery = { delivery: 'preloaded', uses: 'same' } as const
  return startClients({ address: server.xds, mode: 'delta', services, ...delivery })
}

// What the tap's access log costs a request while nobody taps: Envoy's CPU time with and without it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findEnvoy } from '../envoy/binary.ts'
import { bootstrap, XDS_CLUSTER } from '../envoy/bootstrap.ts'
import { isProblem } from '../envoy/problem.ts'
import { startEnvoy } from '../envoy/run.ts'
import { Cache } from '../src/model/cache.ts'
import { EMPTY_MESH } from '../src/model/mesh.ts'
import type { Node } from '../src/model/node.ts'
import { View } from '../src/model/view.ts'
import { tapLog } from '../src/translate/listener/tap.ts'
import { freePort } from '../test/support/ports.ts'
import { summary } from './figures.ts'

const REQUESTS = 8_000
const CONNECTIONS = 8
const TICKS_PER_SECOND = 100

export async function tapCost({ rounds }: { readonly rounds: number }): Promise<object> {
  const envoy = await findEnvoy()
  if (isProblem(envoy)) throw new Error(envoy.text)
  const folder = mkdtempSync(join(tmpdir(), 'lotse-bench-'))
  const without: number[] = []
  const silent: number[] = []
  try {
    for (let round = 0; round < rounds; round++) {
      without.push(await cost(envoy.path, folder, false))
      silent.push(await cost(envoy.path, folder, true))
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return {
    requests: REQUESTS,
    cpuPerRequestMicroseconds: { without: summary(without), silentTap: summary(silent) },
  }
}

/** Microseconds of CPU for one request that Envoy answers by itself. */
async function cost(binary: string, folder: string, tap: boolean): Promise<number> {
  const port = await freePort()
  const config = join(folder, 'envoy.json')
  writeFileSync(config, JSON.stringify(staticConfig(port, tap)))
  const envoy = await startEnvoy({ binary, config, concurrency: 1 })
  if (isProblem(envoy)) throw new Error(envoy.text)
  try {
    const failed = await envoy.ready(30_000)
    if (failed) throw new Error(failed.text)
    await send(port, REQUESTS / 4)
    const before = cpuTicks(envoy.pid)
    await send(port, REQUESTS)
    return ((cpuTicks(envoy.pid) - before) / TICKS_PER_SECOND / REQUESTS) * 1e6
  } finally {
    await envoy.stop()
  }
}

function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return Number(fields[11]) + Number(fields[12])
}

async function send(port: number, total: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  let left = total
  const one = () =>
    new Promise<void>((resolve, reject) => {
      request({ host: '127.0.0.1', port, agent }, (answer) => {
        answer.resume().once('end', resolve)
      })
        .once('error', reject)
        .end()
    })
  const lane = async () => {
    while (left-- > 0) await one()
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, lane))
  agent.destroy()
}

const CERTIFIED: Node = {
  ...{ id: '', type: 'sidecar', namespace: 'a', workload: 'a', serviceAccount: 'a', labels: {} },
  ...{ address: '127.0.0.1', locality: '', certified: 'yes', certificateFolder: '' },
}

function staticConfig(port: number, tap: boolean): object {
  const { static_resources, admin } = bootstrap({
    proxy: { namespace: 'a', workload: 'a', address: '127.0.0.1' },
    xds: [{ host: '127.0.0.1', port: 1 }],
  })
  const type = 'type.googleapis.com/envoy.extensions'
  const manager = {
    '@type': `${type}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'a',
    access_log: tap ? tapLog(new View(EMPTY_MESH, CERTIFIED, new Cache()), 'client') : [],
    route_config: {
      virtual_hosts: [
        {
          ...{ name: 'all', domains: ['*'] },
          routes: [{ match: { prefix: '/' }, direct_response: { status: 200 } }],
        },
      ],
    },
    http_filters: [
      {
        name: 'envoy.filters.http.router',
        typed_config: { '@type': `${type}.filters.http.router.v3.Router` },
      },
    ],
  }
  const listener = {
    name: 'a',
    address: { socket_address: { address: '127.0.0.1', port_value: port } },
    filter_chains: [
      {
        filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }],
      },
    ],
  }
  const clusters = (static_resources?.clusters ?? []).filter(({ name }) => name === XDS_CLUSTER)
  return {
    node: { id: 'a', cluster: 'a' },
    admin,
    static_resources: { listeners: [listener], clusters },
  }
}

// How full an Envoy is at this moment: its memory and workers, and its ways to others. Asked of its admin port.
import { readdir, readFile } from 'node:fs/promises'
import { XDS_CLUSTER } from './bootstrap.ts'
import { METRICS_CLUSTER } from './metrics.ts'

/** A figure under Envoy's name; of a cluster with that in `tags`. */
export interface Gauge {
  readonly name: string
  readonly tags: Readonly<Record<string, string>>
  readonly value: number
}

export interface LoadOf {
  readonly adminUrl: string
  readonly pid: number
}

export interface Load {
  /** Without those of clusters that are zero. */
  readonly gauges: readonly Gauge[]
  /** How often it connected to a control plane: another one, or one that restarted, knows nothing yet. */
  readonly connected: number
}

/** Share of its time that the busiest worker computed, in percent. */
export const BUSIEST_WORKER = 'lotse.busiest_worker'
/** An endpoint that outlier detection put aside: its cluster and address are in the tags. */
export const EJECTED = 'lotse.ejected'
/** Tag of all figures of a cluster, as Envoy's own reports have it. */
const CLUSTER = 'envoy.cluster_name'

const MOST_GAUGES = 3000
const EJECTIONS = 'outlier_detection.ejections_active'
const CONNECTED = `cluster.${XDS_CLUSTER}.upstream_cx_total`
const OF_SERVER = [
  'server.memory_allocated',
  'server.memory_physical_size',
  'server.total_connections',
  'server.concurrency',
  'workers.watchdog_miss',
]
const OF_CLUSTER = [
  'upstream_cx_active',
  'upstream_rq_active',
  'upstream_rq_pending_active',
  ...['cx', 'rq', 'rq_pending', 'rq_retry'].map((what) => `circuit_breakers.default.${what}_open`),
  EJECTIONS,
]
/** What only Envoy itself uses. */
const OF_ENVOY: ReadonlySet<string> = new Set([XDS_CLUSTER, METRICS_CLUSTER])
const FILTER = `^(${[...OF_SERVER, CONNECTED].map(quoted).join('|')}|cluster\\..*\\.(${OF_CLUSTER.map(quoted).join('|')}))$`
const LINE = new RegExp(`^cluster\\.(.+)\\.(${OF_CLUSTER.map(quoted).join('|')}): (\\d+)$`)

/** Asks again and again: a worker's load is what it did since the time before. */
export function watchLoad({ adminUrl, pid }: LoadOf): () => Promise<Load | undefined> {
  let before: Times | undefined
  return async () => {
    const stats = await ask(`${adminUrl}/stats?usedonly&filter=${encodeURIComponent(FILTER)}`)
    if (stats === undefined) return undefined
    const gauges = stats.split('\n').flatMap(gaugeOf).slice(0, MOST_GAUGES)
    const now = await timesOf(pid)
    const busiest = before && now ? busiestOf(before, now) : undefined
    before = now
    return {
      gauges: [
        ...(busiest === undefined ? [] : [{ name: BUSIEST_WORKER, tags: {}, value: busiest }]),
        ...gauges,
        ...(await ejected(adminUrl, gauges)),
      ],
      connected: Number(new RegExp(`^${quoted(CONNECTED)}: (\\d+)$`, 'm').exec(stats)?.[1] ?? 0),
    }
  }
}

function gaugeOf(line: string): Gauge[] {
  const [name = '', text] = line.split(': ', 2)
  const value = Number(text)
  if (OF_SERVER.includes(name)) return [{ name, tags: {}, value }]
  const [, cluster = '', figure = ''] = LINE.exec(line) ?? []
  if (!cluster || value === 0 || OF_ENVOY.has(cluster)) return []
  return [{ name: `cluster.${figure}`, tags: { [CLUSTER]: cluster }, value }]
}

interface Clusters {
  readonly cluster_statuses?: readonly {
    readonly observability_name?: string
    readonly host_statuses?: readonly {
      readonly address?: {
        readonly socket_address?: { readonly address: string; readonly port_value: number }
      }
      readonly health_status?: { readonly failed_outlier_check?: boolean }
    }[]
  }[]
}

/** Only clusters that count some are asked for their endpoints. */
async function ejected(adminUrl: string, gauges: readonly Gauge[]): Promise<Gauge[]> {
  const names = gauges
    .filter(({ name }) => name === `cluster.${EJECTIONS}`)
    .map(({ tags }) => tags[CLUSTER]!)
    .slice(0, 50)
  if (names.length === 0) return []
  // Envoy looks for their own names there: where one has another in statistics, all are asked for.
  const isOwn = names.every((name) => /^(in|out)bound/.test(name))
  const filter = isOwn ? `&filter=${encodeURIComponent(`^(${names.map(quoted).join('|')})$`)}` : ''
  const text = await ask(`${adminUrl}/clusters?format=json${filter}`)
  const { cluster_statuses: clusters = [] } = JSON.parse(text ?? '{}') as Clusters
  const asCounted = clusters.map(({ observability_name = '', host_statuses = [] }) => ({
    name: observability_name.replace(/:\/{0,2}/g, '_'),
    hosts: host_statuses,
  }))
  return asCounted
    .filter(({ name }) => names.includes(name))
    .flatMap(({ name, hosts }) =>
      hosts.flatMap(({ address, health_status: health }) => {
        const at = address?.socket_address
        if (!at || !health?.failed_outlier_check) return []
        const tags = { [CLUSTER]: name, address: `${at.address}:${at.port_value}` }
        return [{ name: EJECTED, tags, value: 1 }]
      }),
    )
}

interface Times {
  readonly at: number
  /** Seconds by thread. */
  readonly workers: ReadonlyMap<string, number>
}

/** Linux counts in hundredths of a second. */
const TICKS = 100

/** Nothing where the system does not tell of threads. */
async function timesOf(pid: number): Promise<Times | undefined> {
  try {
    const folder = `/proc/${pid}/task`
    const workers = new Map<string, number>()
    for (const thread of await readdir(folder)) {
      const stat = await readFile(`${folder}/${thread}/stat`, 'utf8')
      const [, name = '', rest = ''] = /\((.*)\) (.*)/s.exec(stat) ?? []
      // User and system time are the fields 14 and 15; the state, after the name, is the third.
      const fields = rest.split(' ')
      if (name.startsWith('wrk:'))
        workers.set(thread, (Number(fields[11]) + Number(fields[12])) / TICKS)
    }
    return workers.size > 0 ? { at: performance.now(), workers } : undefined
  } catch {
    return undefined
  }
}

function busiestOf(before: Times, now: Times): number {
  const seconds = (now.at - before.at) / 1000
  const spent = [...now.workers].map(([thread, time]) => time - (before.workers.get(thread) ?? 0))
  return Math.min(100, Math.round((100 * Math.max(...spent)) / seconds))
}

async function ask(url: string): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) })
    const text = await answer.text()
    return answer.ok ? text : undefined
  } catch {
    return undefined
  }
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

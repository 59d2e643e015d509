// How full each proxy is at this moment, as its agent reported last. Each report tells everything; bounded, whatever it says.
import type { Point } from './otlp.ts'

export interface ClusterLoad {
  /** Open now. */
  connections: number
  /** Under way now. */
  requests: number
  /** For a connection, now. */
  waiting: number
  /** Circuit breakers that are open now. */
  readonly breakers: Breaker[]
  /** `ADDRESS:PORT` of endpoints that outlier detection put aside. */
  readonly ejected: string[]
}

export type Breaker = 'connections' | 'pending' | 'requests' | 'retries'

export interface ProxyLoad {
  /** Milliseconds since 1970. */
  readonly at: number
  /** Bytes. */
  memory: number
  physical: number
  /** From clients, open now. */
  connections: number
  workers: number
  /** Percent of its time that the busiest worker computed; undefined where the system does not tell. */
  busiest: number | undefined
  /** How often a worker did not answer its watchdog in time, since Envoy's start. */
  stalls: number
  readonly clusters: Map<string, ClusterLoad>
}

const OF_PROXY: Readonly<
  Record<string, 'memory' | 'physical' | 'connections' | 'workers' | 'busiest' | 'stalls'>
> = {
  'server.memory_allocated': 'memory',
  'server.memory_physical_size': 'physical',
  'server.total_connections': 'connections',
  'server.concurrency': 'workers',
  'lotse.busiest_worker': 'busiest',
  'workers.watchdog_miss': 'stalls',
}

const OF_CLUSTER: Readonly<Record<string, 'connections' | 'requests' | 'waiting'>> = {
  'cluster.upstream_cx_active': 'connections',
  'cluster.upstream_rq_active': 'requests',
  'cluster.upstream_rq_pending_active': 'waiting',
}

const BREAKERS: Readonly<Record<string, Breaker>> = {
  'cluster.circuit_breakers.default.cx_open': 'connections',
  'cluster.circuit_breakers.default.rq_pending_open': 'pending',
  'cluster.circuit_breakers.default.rq_open': 'requests',
  'cluster.circuit_breakers.default.rq_retry_open': 'retries',
}

const MOST_CLUSTERS = 1000
const MOST_EJECTED = 100
const MOST_PROXIES = 20_000
/** A proxy says nothing while nothing changes; one that is gone is forgotten after a day. */
const KEPT_MS = 24 * 3600 * 1000

/** One report's gauges; undefined as long as it has none. */
export class LoadReport {
  load: ProxyLoad | undefined
  readonly #at: number

  constructor(at: number) {
    this.#at = at
  }

  add({ subject: { name, attributes }, value = 0 }: Point): void {
    const own = Object.hasOwn(OF_PROXY, name) ? OF_PROXY[name] : undefined
    if (own) {
      this.#made()[own] = value
      return
    }
    const cluster = attributes.get('envoy.cluster_name')
    if (cluster === undefined || value === 0) return
    const figure = Object.hasOwn(OF_CLUSTER, name) ? OF_CLUSTER[name] : undefined
    const breaker = Object.hasOwn(BREAKERS, name) ? BREAKERS[name] : undefined
    const address = name === 'lotse.ejected' ? attributes.get('address') : undefined
    if (!figure && !breaker && !address) return
    const load = this.#cluster(cluster)
    if (!load) return
    if (figure) load[figure] = value
    else if (breaker && !load.breakers.includes(breaker)) load.breakers.push(breaker)
    else if (address && load.ejected.length < MOST_EJECTED) load.ejected.push(address)
  }

  #made(): ProxyLoad {
    this.load ??= {
      at: this.#at,
      ...{ memory: 0, physical: 0, connections: 0, workers: 0, busiest: undefined, stalls: 0 },
      clusters: new Map(),
    }
    return this.load
  }

  #cluster(name: string): ClusterLoad | undefined {
    const { clusters } = this.#made()
    const known = clusters.get(name)
    if (known || clusters.size >= MOST_CLUSTERS) return known
    const made = { connections: 0, requests: 0, waiting: 0, breakers: [], ejected: [] }
    clusters.set(name, made)
    return made
  }
}

export class Loads {
  readonly #last = new Map<string, ProxyLoad>()

  /** By `NAMESPACE/NAME` of the workload. */
  of(reporter: string): ProxyLoad | undefined {
    return this.#last.get(reporter)
  }

  all(): Iterable<[string, ProxyLoad]> {
    return this.#last
  }

  /** The oldest makes room. */
  put(reporter: string, load: ProxyLoad): void {
    this.#last.delete(reporter)
    this.#last.set(reporter, load)
    const [first] = this.#last.keys()
    if (this.#last.size > MOST_PROXIES && first !== undefined) this.#last.delete(first)
  }

  sweep(now: number): void {
    for (const [reporter, { at }] of this.#last) {
      if (at > now - KEPT_MS) return
      this.#last.delete(reporter)
    }
  }
}

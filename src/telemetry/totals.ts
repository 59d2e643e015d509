// What proxies reported since the start, for Prometheus: totals that only grow. Bounded, whatever they report.
import type { Point } from './otlp.ts'
import type { Edge, Outcome, Pressure, Signal } from './report.ts'
import { addDurations, FIGURES, KEPT_STEPS } from './window.ts'

/** Totals of one edge with one outcome, or (durations, bytes) of one edge. */
export interface Total {
  readonly edge: Edge
  readonly kind: 'requests' | 'opened' | 'closed' | 'durations' | 'bytes'
  /** Absent for durations and bytes. */
  readonly outcome?: Outcome
  /** Whom the destination proved to be, as its caller saw it. */
  readonly peer: string
  /** Tags that a Telemetry adds. */
  readonly tags: ReadonlyMap<string, string>
  count: number
  /** Of durations, as a `Window` has them. */
  readonly figures?: Float64Array
  /** Of bytes. */
  sent: number
  received: number
  /** Step in which it last moved. */
  at: number
}

interface Bytes {
  sent: number
  received: number
}

/** Attributes with this prefix are tags that a Telemetry adds. */
export const TAG_PREFIX = 'x.'

const MOST_PER_REPORTER = 4000
const MOST = 100_000
const MOST_CLUSTERS = 1000
const NO_PRESSURE: Record<Pressure, number> = {
  connections: 0,
  pending: 0,
  connectionsRefused: 0,
  pendingRefused: 0,
  retriesRefused: 0,
}
const NO_BYTES: Bytes = { sent: 0, received: 0 }
const NO_TAGS: ReadonlyMap<string, string> = new Map()

/** Whom one cluster led to, with how many requests or connections. */
interface Callee {
  readonly edge: Edge
  readonly peer: string
  weight: number
}

/** All of one reporter. */
class Own {
  readonly totals = new Map<string, Total>()
  /** By cluster, then by workload and principal. */
  readonly callees = new Map<string, Map<string, Callee>>()
  /** Bytes by cluster that came before anybody was known to be called there. */
  readonly unshared = new Map<string, Bytes>()
  readonly pressure = new Map<string, Record<Pressure, number>>()
}

export class Totals {
  /** Points that found no place. */
  dropped = 0
  readonly #own = new Map<string, Own>()
  #size = 0

  get size(): number {
    return this.#size
  }

  /** `NAMESPACE/NAME` of all who reported something. */
  reporters(): Iterable<string> {
    return this.#own.keys()
  }

  has(reporter: string): boolean {
    return this.#own.has(reporter)
  }

  of(reporter: string): Iterable<Total> {
    return this.#own.get(reporter)?.totals.values() ?? []
  }

  /** How full a proxy's ways to others were, by cluster. */
  pressure(reporter: string): ReadonlyMap<string, Readonly<Record<Pressure, number>>> {
    return this.#own.get(reporter)?.pressure ?? new Map()
  }

  add(reporter: string, { attributes }: Point, signal: Signal, step: number): void {
    const own = this.#own.get(reporter) ?? new Own()
    this.#own.set(reporter, own)
    if (signal.kind === 'bytes') {
      const { cluster, direction, count } = signal
      const bytes = this.#put(own.unshared, cluster, NO_BYTES)
      if (bytes) bytes[direction] += count
    } else if (signal.kind === 'pressure') {
      const figures = this.#put(own.pressure, signal.cluster, NO_PRESSURE)
      if (figures) figures[signal.what] += signal.count
    } else this.#count(own, attributes, signal, step)
  }

  #put<T extends object>(map: Map<string, T>, cluster: string, empty: Readonly<T>): T | undefined {
    const known = map.get(cluster)
    if (known) return known
    if (map.size >= MOST_CLUSTERS) {
      this.dropped += 1
      return undefined
    }
    const made = { ...empty }
    map.set(cluster, made)
    return made
  }

  #count(
    own: Own,
    attributes: ReadonlyMap<string, string>,
    signal: Exclude<Signal, { kind: 'bytes' | 'pressure' }>,
    step: number,
  ): void {
    const { edge, kind } = signal
    const outcome = kind === 'durations' ? undefined : signal.outcome
    const tags = kind === 'durations' ? NO_TAGS : tagsOf(attributes)
    const words = kind === 'durations' ? '' : (attributes.get('c') ?? '')
    const key = `${kind};${edgeName(edge)};${words};${[...tags].join(';')}`
    const peer = words.slice(words.lastIndexOf(';') + 1)
    const total = this.#find(own, key, step, () => ({
      ...{ edge, kind, peer, tags, count: 0, sent: 0, received: 0, at: step },
      ...(outcome ? { outcome } : {}),
      ...(kind === 'durations' ? { figures: new Float64Array(FIGURES) } : {}),
    }))
    if (!total) return
    if (signal.kind === 'durations') {
      if (total.figures) addDurations(total.figures, signal.histogram)
      total.count += signal.histogram.counts.reduce((sum, count) => sum + count, 0)
      return
    }
    total.count += signal.count
    if (kind !== 'closed') weigh(own, edge, peer, signal.count)
  }

  /** At the end of a report: Envoy counts bytes of a cluster, and who was called there may be told after them. */
  settle(reporter: string, step: number): void {
    const own = this.#own.get(reporter)
    if (!own) return
    for (const [cluster, bytes] of own.unshared) {
      const callees = [...(own.callees.get(cluster)?.values() ?? [])]
      const all = callees.reduce((sum, { weight }) => sum + weight, 0)
      if (all === 0) continue
      for (const { edge, peer, weight } of callees)
        this.#share(own, { edge, peer, step }, bytes, weight / all)
      own.unshared.delete(cluster)
    }
  }

  #share(
    own: Own,
    { edge, peer, step }: { readonly edge: Edge; readonly peer: string; readonly step: number },
    bytes: Bytes,
    part: number,
  ): void {
    const total = this.#find(own, `bytes;${edgeName(edge)}`, step, () => ({
      ...{ edge, kind: 'bytes', peer, tags: NO_TAGS, count: 0, sent: 0, received: 0, at: step },
    }))
    if (!total) return
    total.sent += bytes.sent * part
    total.received += bytes.received * part
  }

  #find(own: Own, key: string, step: number, make: () => Total): Total | undefined {
    const known = own.totals.get(key)
    if (known) {
      known.at = step
      return known
    }
    if (own.totals.size >= MOST_PER_REPORTER || this.#size >= MOST) {
      this.dropped += 1
      return undefined
    }
    const total = make()
    own.totals.set(key, total)
    this.#size += 1
    return total
  }

  /** Forgets what has not moved for half an hour. */
  sweep(step: number): void {
    for (const [reporter, own] of this.#own) {
      for (const [key, { at, edge }] of own.totals) {
        if (at > step - KEPT_STEPS) continue
        own.totals.delete(key)
        own.callees.get(edge.cluster)?.delete(edgeName(edge))
        this.#size -= 1
      }
      if (own.totals.size === 0) this.#own.delete(reporter)
    }
  }
}

function edgeName({ side, cluster, workload, principal }: Edge): string {
  return `${side};${cluster};${workload};${principal}`
}

/** How often each was called decides whose the cluster's bytes are. */
function weigh(own: Own, edge: Edge, peer: string, count: number): void {
  const callees = own.callees.get(edge.cluster) ?? new Map<string, Callee>()
  own.callees.set(edge.cluster, callees)
  const callee = callees.get(edgeName(edge))
  if (callee) callee.weight += count
  else callees.set(edgeName(edge), { edge, peer, weight: count })
}

function tagsOf(attributes: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  let tags: Map<string, string> | undefined
  for (const [name, value] of attributes) {
    if (!name.startsWith(TAG_PREFIX)) continue
    tags ??= new Map()
    tags.set(name.slice(TAG_PREFIX.length), value)
  }
  return tags ?? NO_TAGS
}

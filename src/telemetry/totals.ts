// What proxies reported since the start, for Prometheus: totals that only grow. Bounded, whatever they report.
import type { Point } from './otlp.ts'
import type { Edge, Outcome, Pressure, Signal } from './report.ts'
import { addSizes, noSizes, type Sizes } from './sizes.ts'
import { addDurations, FIGURES, KEPT_STEPS } from './window.ts'

/** Totals of one edge with one outcome, or (bytes, messages) of one edge. */
export interface Total {
  readonly edge: Edge
  readonly kind: 'requests' | 'opened' | 'closed' | 'durations' | 'bytes' | 'messages'
  /** Absent for bytes and messages. */
  readonly outcome?: Outcome
  /** Whom the destination proved to be, as its caller saw it. */
  readonly peer: string
  /** Tags that a Telemetry adds. */
  readonly tags: ReadonlyMap<string, string>
  count: number
  /** Of durations, as a `Window` has them. */
  readonly figures?: Float64Array
  /** Of bytes, how large requests and answers were. */
  readonly sizes?: Sizes
  /** Of bytes and messages. */
  sent: number
  received: number
  /** Step in which it last moved. */
  at: number
}

/** Bytes or messages. */
interface Flow {
  sent: number
  received: number
}

const SHARED = ['bytes', 'messages'] as const

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
const NO_FLOW: Flow = { sent: 0, received: 0 }
const NO_TAGS: ReadonlyMap<string, string> = new Map()

/** Whom one cluster led to, with how many requests or connections. */
interface Callee {
  readonly edge: Edge
  readonly peer: string
  weight: number
  /** How many of them were gRPC calls. */
  calls: number
}

interface Share {
  readonly edge: Edge
  readonly peer: string
  readonly step: number
}

/** All of one reporter. */
class Own {
  readonly totals = new Map<string, Total>()
  /** By cluster, as statistics call it, then by workload and principal. */
  readonly callees = new Map<string, Map<string, Callee>>()
  /** By cluster, what came before anybody was known to be called there. */
  readonly unshared = { bytes: new Map<string, Flow>(), messages: new Map<string, Flow>() }
  readonly pressure = new Map<string, Record<Pressure, number>>()
  /** By the name that statistics have for them, if it is another; empty if several have it. */
  readonly renamed = new Map<string, string>()
  /** By the objects themselves, which are mostly those of the report before: no name is put together then. */
  #same = new Map<string, WeakMap<Edge, WeakMap<Outcome, Total>>>()

  known(kind: string, edge: Edge, outcome: Outcome): Total | undefined {
    return this.#same.get(kind)?.get(edge)?.get(outcome)
  }

  remember(kind: string, edge: Edge, outcome: Outcome, total: Total): void {
    const ofKind = this.#same.get(kind) ?? new WeakMap<Edge, WeakMap<Outcome, Total>>()
    this.#same.set(kind, ofKind)
    const ofEdge = ofKind.get(edge) ?? new WeakMap<Outcome, Total>()
    ofKind.set(edge, ofEdge.set(outcome, total))
  }

  /** Some of the totals are no more. */
  forget(): void {
    this.#same = new Map()
  }
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

  /** The cluster that a proxy's statistics call so; the same if that is its own name, or that of several. */
  clusterOf(reporter: string, statName: string): string {
    return this.#own.get(reporter)?.renamed.get(statName) || statName
  }

  /** How full a proxy's ways to others were, by cluster, as statistics call it. */
  pressure(reporter: string): ReadonlyMap<string, Readonly<Record<Pressure, number>>> {
    return this.#own.get(reporter)?.pressure ?? new Map()
  }

  add(reporter: string, { attributes }: Point, signal: Signal, step: number): void {
    const own = this.#own.get(reporter) ?? new Own()
    this.#own.set(reporter, own)
    if (signal.kind === 'bytes' || signal.kind === 'messages') {
      const { kind, cluster, direction, count } = signal
      const flow = this.#put(own.unshared[kind], cluster, NO_FLOW)
      if (flow) flow[direction] += count
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
    signal: Exclude<Signal, { kind: 'bytes' | 'pressure' | 'messages' }>,
    step: number,
  ): void {
    const { edge, kind, outcome } = signal
    const { status, flags, grpc = '', peer } = outcome
    noteName(own, edge)
    const tags = kind === 'durations' ? NO_TAGS : tagsOf(attributes)
    const words = () => [status, flags, grpc, peer, ...tags].join(';')
    const known = tags.size === 0 ? own.known(kind, edge, outcome) : undefined
    const found =
      known ??
      this.#find(own, `${kind};${edgeName(edge)};${words()}`, step, () => ({
        ...{ edge, kind, outcome, peer, tags, count: 0, sent: 0, received: 0, at: step },
        ...(kind === 'durations' ? { figures: new Float64Array(FIGURES) } : {}),
      }))
    if (!found) return
    const total = found
    total.at = step
    if (!known && tags.size === 0) own.remember(kind, edge, outcome, total)
    if (signal.kind === 'durations') {
      if (total.figures) addDurations(total.figures, signal.histogram, signal.most)
      total.count += signal.histogram.counts.reduce((sum, count) => sum + count, 0)
      return
    }
    total.count += signal.count
    if (kind !== 'closed') weigh(own, { edge, peer, isCall: grpc !== '' }, signal.count)
    if (signal.kind !== 'requests' || !signal.sizes) return
    const { sizes } = this.#ofEdge(own, 'bytes', { edge, peer, step }) ?? {}
    if (sizes) addSizes(sizes, signal.sizes, signal.count)
  }

  /** At the end of a report: Envoy counts bytes of a cluster, and who was called there may be told after them. */
  settle(reporter: string, step: number): void {
    const own = this.#own.get(reporter)
    if (!own) return
    for (const kind of SHARED) {
      for (const [cluster, flow] of own.unshared[kind]) {
        const callees = [...(own.callees.get(cluster)?.values() ?? [])]
        const weightOf = ({ weight, calls }: Callee) => (kind === 'messages' ? calls : weight)
        const all = callees.reduce((sum, callee) => sum + weightOf(callee), 0)
        if (all === 0) continue
        for (const callee of callees) {
          const part = weightOf(callee) / all
          if (part > 0) this.#share(own, kind, { ...callee, step }, { flow, part })
        }
        own.unshared[kind].delete(cluster)
      }
    }
  }

  #share(
    own: Own,
    kind: 'bytes' | 'messages',
    to: Share,
    { flow, part }: { readonly flow: Flow; readonly part: number },
  ): void {
    const total = this.#ofEdge(own, kind, to)
    if (!total) return
    total.sent += flow.sent * part
    total.received += flow.received * part
  }

  #ofEdge(own: Own, kind: 'bytes' | 'messages', { edge, peer, step }: Share): Total | undefined {
    return this.#find(own, `${kind};${edgeName(edge)}`, step, () => ({
      ...{ edge, kind, peer, tags: NO_TAGS, count: 0, sent: 0, received: 0, at: step },
      ...(kind === 'bytes' ? { sizes: noSizes() } : {}),
    }))
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
        own.forget()
        own.callees.get(edge.statName)?.delete(edgeName(edge))
        this.#size -= 1
      }
      if (own.totals.size === 0) this.#own.delete(reporter)
    }
  }
}

function edgeName({ side, cluster, workload, principal }: Edge): string {
  return `${side};${cluster};${workload};${principal}`
}

function noteName({ renamed }: Own, { cluster, statName }: Edge): void {
  if (cluster === statName) return
  const known = renamed.get(statName)
  if (known === undefined && renamed.size >= MOST_CLUSTERS) return
  renamed.set(statName, known === undefined || known === cluster ? cluster : '')
}

/** How often each was called decides whose the cluster's bytes and messages are. */
function weigh(
  own: Own,
  to: { readonly edge: Edge; readonly peer: string; readonly isCall: boolean },
  count: number,
): void {
  const { edge, peer, isCall } = to
  const callees = own.callees.get(edge.statName) ?? new Map<string, Callee>()
  own.callees.set(edge.statName, callees)
  const callee = callees.get(edgeName(edge)) ?? { edge, peer, weight: 0, calls: 0 }
  callees.set(edgeName(edge), callee)
  callee.weight += count
  if (isCall) callee.calls += count
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

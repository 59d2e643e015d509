// What proxies reported since the start, for Prometheus: totals that only grow. Bounded, whatever they report.
import type { Point, Subject } from './otlp.ts'
import type { Edge, Outcome, Pressure, Signal } from './report.ts'
import { type Callee, edgeName, type Shared, Shares } from './shares.ts'
import { addSizes, noSizes, type Sizes } from './sizes.ts'
import { addDurations, type Figures, KEPT_STEPS, noFigures } from './window.ts'

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
  readonly figures?: Figures
  /** Of bytes, how large requests and answers were. */
  readonly sizes?: Sizes
  /** Of bytes and messages. */
  sent: number
  received: number
  /** Step in which it last moved. */
  at: number
}

/** Adds a point of a subject where it belongs. */
export type Add = (point: Point, step: number) => void

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
const NO_TAGS: ReadonlyMap<string, string> = new Map()

/** All of one reporter. */
class Own {
  readonly totals = new Map<string, Total>()
  readonly shares = new Shares<Total>()
  readonly pressure = new Map<string, Record<Pressure, number>>()
  /** By the name that statistics have for them, if it is another; empty if several have it. */
  readonly renamed = new Map<string, string>()
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

  /** Where figures of this subject are added until its reporter is swept; undefined if there is no place left. */
  place(reporter: string, { attributes }: Subject, signal: Signal, step: number): Add | undefined {
    const own = this.#own.get(reporter) ?? new Own()
    this.#own.set(reporter, own)
    if (signal.kind === 'bytes' || signal.kind === 'messages') {
      const { kind, cluster, direction } = signal
      const add = own.shares.into(kind, cluster, direction)
      if (!add) this.dropped += 1
      return add && (({ value = 0 }) => add(value))
    }
    if (signal.kind === 'pressure') {
      const figures = this.#pressureOf(own, signal.cluster)
      return (
        figures &&
        (({ value = 0 }) => {
          figures[signal.what] += value
        })
      )
    }
    return this.#placeOfEdge(own, attributes, signal, step)
  }

  #pressureOf({ pressure }: Own, cluster: string): Record<Pressure, number> | undefined {
    const known = pressure.get(cluster)
    if (known) return known
    if (pressure.size >= MOST_CLUSTERS) {
      this.dropped += 1
      return undefined
    }
    const made = { ...NO_PRESSURE }
    pressure.set(cluster, made)
    return made
  }

  #placeOfEdge(
    own: Own,
    attributes: ReadonlyMap<string, string>,
    signal: Exclude<Signal, { kind: 'bytes' | 'pressure' | 'messages' }>,
    step: number,
  ): Add | undefined {
    const { edge, kind, outcome } = signal
    const { status, flags, grpc = '', peer } = outcome
    noteName(own, edge)
    const tags = kind === 'durations' ? NO_TAGS : tagsOf(attributes)
    const words = [status, flags, grpc, peer, ...tags].join(';')
    const total = this.#find(own, `${kind};${edgeName(edge)};${words}`, step, () => ({
      ...{ edge, kind, outcome, peer, tags, count: 0, sent: 0, received: 0, at: step },
      ...(kind === 'durations' ? { figures: noFigures() } : {}),
    }))
    if (!total) return undefined
    if (signal.kind === 'durations') return durationsInto(total, signal.most)
    if (kind === 'closed') return countInto(total)
    const callee = own.shares.callee(edge, peer)
    const sizes =
      signal.kind === 'requests' && signal.sizes
        ? this.#ofCallee(own, 'bytes', callee, step)
        : undefined
    const classes = signal.kind === 'requests' ? signal.sizes : ''
    const isCall = grpc !== ''
    const count = countInto(total)
    return (point, now) => {
      const { value = 0 } = point
      count(point, now)
      callee.weight += value
      if (isCall) callee.calls += value
      if (!sizes?.sizes) return
      sizes.at = now
      addSizes(sizes.sizes, classes, value)
    }
  }

  /** At the end of a report: Envoy counts bytes of a cluster, and who was called there may be told after them. */
  settle(reporter: string, step: number): void {
    const own = this.#own.get(reporter)
    own?.shares.settle((kind, callee, { sent, received }) => {
      const total = this.#ofCallee(own, kind, callee, step)
      if (!total) return
      total.sent += sent
      total.received += received
    })
  }

  #ofCallee(
    own: Own,
    kind: Shared,
    { edge, peer, shares }: Callee<Total>,
    step: number,
  ): Total | undefined {
    const total =
      shares[kind] ??
      this.#find(own, `${kind};${edgeName(edge)}`, step, () => ({
        ...{ edge, kind, peer, tags: NO_TAGS, count: 0, sent: 0, received: 0, at: step },
        ...(kind === 'bytes' ? { sizes: noSizes() } : {}),
      }))
    if (!total) return undefined
    total.at = step
    shares[kind] = total
    return total
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

  /** Forgets what has not moved for half an hour. Returns the reporters of whom something was forgotten, whose places are no more. */
  sweep(step: number): string[] {
    const swept: string[] = []
    for (const [reporter, own] of this.#own) {
      const idle: Edge[] = []
      for (const [key, { at, edge }] of own.totals) {
        if (at > step - KEPT_STEPS) continue
        own.totals.delete(key)
        idle.push(edge)
      }
      this.#size -= idle.length
      if (own.totals.size === 0) this.#own.delete(reporter)
      if (own.totals.size > 0 && idle.length === 0) continue
      own.shares.forget(idle)
      swept.push(reporter)
    }
    return swept
  }
}

function durationsInto(total: Total, most: number): Add {
  return ({ histogram }, step) => {
    if (!histogram || !total.figures) return
    total.at = step
    addDurations(total.figures, histogram, most)
    for (const count of histogram.counts) total.count += count
  }
}

function countInto(total: Total): Add {
  return ({ value = 0 }, step) => {
    total.at = step
    total.count += value
  }
}

function noteName({ renamed }: Own, { cluster, statName }: Edge): void {
  if (cluster === statName) return
  const known = renamed.get(statName)
  if (known === undefined && renamed.size >= MOST_CLUSTERS) return
  renamed.set(statName, known === undefined || known === cluster ? cluster : '')
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

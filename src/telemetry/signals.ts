// What proxies reported over the last half hour, edge by edge. Bounded, whatever they report.
import { LoadReport, Loads } from './load.ts'
import { MetricsReader, type Subject } from './otlp.ts'
import { type Edge, type Outcome, type Signal, signalOf } from './report.ts'
import { type Add, Totals } from './totals.ts'
import { addDurations, FIGURE, type Figures, KEPT_STEPS, STEP, Window } from './window.ts'

export interface Series {
  /** `NAMESPACE/NAME` of the workload whose proxy reported it, proven by its certificate. */
  readonly reporter: string
  readonly edge: Edge
  readonly window: Window
  /** Response flags and the step in which they were last seen. */
  readonly flags: Map<string, number>
}

/** Bytes of a cluster, which Envoy counts for all its endpoints together. */
export interface ByteSeries {
  readonly reporter: string
  readonly cluster: string
  readonly window: Window
}

export interface SignalsOptions {
  readonly now: () => number
  /** Called after each report that told something. */
  readonly onReport?: () => void
  readonly mostSeries?: number
  readonly mostSeriesPerReporter?: number
}

/** Pressure and messages are told to Prometheus alone. */
type OfGraph = Exclude<Signal, { kind: 'pressure' | 'messages' }>

function isOfGraph(signal: Signal): signal is OfGraph {
  return signal.kind !== 'pressure' && signal.kind !== 'messages'
}

const MOST_SERIES = 10_000
const MOST_PER_REPORTER = 1000
const MOST_FLAGS = 8
/** More of one reporter's subjects than this are looked up again. */
const MOST_PLACES = 10_000
const nowhere: Add = () => undefined
/** A gRPC status that means the server failed (OpenTelemetry's convention): unknown, deadline, unimplemented, internal, unavailable, data loss. */
const GRPC_FAILURES: ReadonlySet<number> = new Set([2, 4, 12, 13, 14, 15])
/** Envoy answered by itself or gave up, unless the flags are among these: none, a delay that a policy injected. */
const REACHED = /^(DI)?$/
/** Flags of a connection that nobody is to blame for: the client left, or its time was up. */
const HARMLESS = /^(DC|DT|DR)?$/

export class Signals {
  readonly counters = { reports: 0, refused: 0, points: 0, bytes: 0, dropped: 0 }
  /** The same since the start, for Prometheus. */
  readonly totals = new Totals()
  /** How full the proxies are now. */
  readonly loads = new Loads()
  readonly #options: SignalsOptions
  readonly #edges = new Map<string, Series>()
  /** By reporter, by what a point is about: what was told before is told again, and its place is not looked up. */
  readonly #places = new Map<string, Map<Subject, Add>>()
  readonly #reader = new MetricsReader(() => this.#places.clear())
  readonly #bytes = new Map<string, ByteSeries>()
  /** Series by reporter. */
  readonly #perReporter = new Map<string, number>()
  #sweptAt = 0

  constructor(options: SignalsOptions) {
    this.#options = options
  }

  /** Takes an ExportMetricsServiceRequest; false if the bytes are none (then nothing after the fault is counted). */
  report(reporter: string, bytes: Uint8Array): boolean {
    const step = this.step()
    this.counters.reports += 1
    this.counters.bytes += bytes.length
    this.#sweep(step)
    const gauges = new LoadReport(this.#options.now())
    const places = this.#placesOf(reporter)
    try {
      this.#reader.read(bytes, (point) => {
        this.counters.points += 1
        if (point.isGauge) return gauges.add(point)
        const add = places.get(point.subject) ?? this.#place(reporter, point.subject, step)
        add(point, step)
      })
    } catch {
      this.counters.refused += 1
      return false
    } finally {
      this.totals.settle(reporter, step)
      if (gauges.load) this.loads.put(reporter, gauges.load)
      this.#options.onReport?.()
    }
    return true
  }

  /** The present step. */
  step(): number {
    return Math.floor(this.#options.now() / 1000 / STEP)
  }

  series(): Iterable<Series> {
    return this.#edges.values()
  }

  byteSeries(): Iterable<ByteSeries> {
    return this.#bytes.values()
  }

  get size(): number {
    return this.#edges.size + this.#bytes.size
  }

  #placesOf(reporter: string): Map<Subject, Add> {
    const known = this.#places.get(reporter)
    if (known && known.size < MOST_PLACES) return known
    const made = new Map<Subject, Add>()
    this.#places.set(reporter, made)
    return made
  }

  /** Remembered, unless something of it found no room. */
  #place(reporter: string, subject: Subject, step: number): Add {
    const signal = signalOf(subject)
    const inGraph = signal && isOfGraph(signal) ? this.#placeInGraph(reporter, signal) : nowhere
    const inTotals = signal ? this.totals.place(reporter, subject, signal, step) : nowhere
    const add: Add = (point, now) => {
      inGraph?.(point, now)
      inTotals?.(point, now)
    }
    if (inGraph && inTotals) this.#placesOf(reporter).set(subject, add)
    return add
  }

  #placeInGraph(reporter: string, signal: OfGraph): Add | undefined {
    if (signal.kind === 'bytes') {
      const { cluster } = signal
      const figure = FIGURE[signal.direction]
      const make = () => ({ reporter, cluster, window: new Window() })
      const series = this.#find(this.#bytes, `${reporter};${cluster}`, reporter, make)
      return (
        series &&
        (({ value = 0 }, step) => {
          series.window.at(step)[figure]! += value
        })
      )
    }
    const { edge, outcome } = signal
    const key = `${reporter};${edge.side};${edge.cluster};${edge.workload};${edge.principal}`
    const make = () => ({ reporter, edge, window: new Window(), flags: new Map() })
    const series = this.#find(this.#edges, key, reporter, make)
    if (!series) return undefined
    const { window, flags } = series
    if (signal.kind === 'durations') {
      return ({ histogram }, step) => {
        if (histogram) addDurations(window.at(step), histogram, signal.most)
      }
    }
    const count = signal.kind === 'requests' ? requestsInto(outcome) : connectionsInto(signal)
    return ({ value = 0 }, step) => {
      count(window.at(step), value)
      noteFlags(flags, outcome.flags, step)
    }
  }

  #find<S extends Series | ByteSeries>(
    map: Map<string, S>,
    key: string,
    reporter: string,
    make: () => S,
  ): S | undefined {
    const known = map.get(key)
    if (known) return known
    const { mostSeries = MOST_SERIES, mostSeriesPerReporter = MOST_PER_REPORTER } = this.#options
    const own = this.#perReporter.get(reporter) ?? 0
    if (own >= mostSeriesPerReporter || this.size >= mostSeries) {
      this.counters.dropped += 1
      return undefined
    }
    this.#perReporter.set(reporter, own + 1)
    const series = make()
    map.set(key, series)
    return series
  }

  /** Forgets series that were silent for half an hour; looks once a step. */
  #sweep(step: number): void {
    if (step === this.#sweptAt) return
    this.#sweptAt = step
    for (const reporter of this.totals.sweep(step)) this.#places.delete(reporter)
    this.loads.sweep(this.#options.now())
    for (const map of [this.#edges, this.#bytes]) {
      for (const [key, { window, reporter }] of map) {
        if (window.latest > step - KEPT_STEPS) continue
        map.delete(key)
        this.#places.delete(reporter)
        const own = (this.#perReporter.get(reporter) ?? 1) - 1
        if (own > 0) this.#perReporter.set(reporter, own)
        else this.#perReporter.delete(reporter)
      }
    }
  }
}

const CLASSES = [
  FIGURE.none,
  FIGURE.informational,
  FIGURE.ok,
  FIGURE.redirected,
  FIGURE.refused,
  FIGURE.failed,
] as const

type Count = (figures: Figures, count: number) => void

function requestsInto({ status, grpc, flags, mutualTls }: Outcome): Count {
  const failed = status >= 500 || (grpc !== undefined && GRPC_FAILURES.has(grpc))
  const isError = failed || (status === 0 && !HARMLESS.test(flags))
  return into([
    CLASSES[Math.floor(status / 100)] ?? FIGURE.none,
    isError && FIGURE.errors,
    grpc !== undefined && FIGURE.grpc,
    mutualTls ? FIGURE.mutualTls : REACHED.test(flags) && FIGURE.plain,
  ])
}

function connectionsInto({
  kind,
  outcome,
}: {
  readonly kind: 'opened' | 'closed'
  readonly outcome: Outcome
}): Count {
  return into([
    FIGURE[kind],
    kind === 'opened' && (outcome.mutualTls ? FIGURE.mutualTls : FIGURE.plain),
    kind === 'closed' && !HARMLESS.test(outcome.flags) && FIGURE.errors,
  ])
}

function into(wanted: readonly (number | false)[]): Count {
  const indices = wanted.filter((index) => index !== false)
  return (figures, count) => {
    for (const index of indices) figures[index]! += count
  }
}

function noteFlags(flags: Map<string, number>, seen: string, step: number): void {
  if (seen === '' || (!flags.has(seen) && flags.size >= MOST_FLAGS)) return
  flags.set(seen, step)
}

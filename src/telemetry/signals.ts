// What proxies reported over the last half hour, edge by edge. Bounded, whatever they report.
import { LoadReport, Loads } from './load.ts'
import { readMetrics } from './otlp.ts'
import { type Edge, type Outcome, type Signal, signalOf } from './report.ts'
import { Totals } from './totals.ts'
import { addDurations, FIGURE, KEPT_STEPS, STEP, Window } from './window.ts'

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
type OfGraph = Exclude<Signal, { kind: 'pressure' }>

function isOfGraph(signal: Signal): signal is OfGraph {
  return signal.kind !== 'pressure' && signal.kind !== 'messages'
}

const MOST_SERIES = 10_000
const MOST_PER_REPORTER = 1000
const MOST_FLAGS = 8
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
  /** By reporter, by the edge itself, which is mostly that of the report before. */
  readonly #same = new Map<string, WeakMap<Edge, Series>>()
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
    try {
      readMetrics(bytes, (point) => {
        this.counters.points += 1
        if (point.isGauge) return gauges.add(point)
        const signal = signalOf(point)
        if (!signal) return
        if (isOfGraph(signal)) this.#add(reporter, signal, step)
        this.totals.add(reporter, point, signal, step)
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

  #add(reporter: string, signal: OfGraph, step: number): void {
    if (signal.kind === 'bytes' || signal.kind === 'messages') {
      const { cluster } = signal
      const make = () => ({ reporter, cluster, window: new Window() })
      const series = this.#find(this.#bytes, `${reporter};${cluster}`, reporter, make)
      if (series) series.window.at(step)[FIGURE[signal.direction]]! += signal.count
      return
    }
    const series = this.#seriesOf(reporter, signal.edge)
    if (!series) return
    const figures = series.window.at(step)
    if (signal.kind === 'durations') addDurations(figures, signal.histogram, signal.most)
    else {
      if (signal.kind === 'requests') countRequests(figures, signal.outcome, signal.count)
      else countConnections(figures, signal)
      noteFlags(series.flags, signal.outcome.flags, step)
    }
  }

  #seriesOf(reporter: string, edge: Edge): Series | undefined {
    const known = this.#same.get(reporter)?.get(edge)
    if (known) return known
    const key = `${reporter};${edge.side};${edge.cluster};${edge.workload};${edge.principal}`
    const make = () => ({ reporter, edge, window: new Window(), flags: new Map() })
    const series = this.#find(this.#edges, key, reporter, make)
    const own = this.#same.get(reporter) ?? new WeakMap<Edge, Series>()
    if (series) this.#same.set(reporter, own.set(edge, series))
    return series
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
    this.totals.sweep(step)
    this.loads.sweep(this.#options.now())
    for (const map of [this.#edges, this.#bytes]) {
      for (const [key, { window, reporter }] of map) {
        if (window.latest > step - KEPT_STEPS) continue
        map.delete(key)
        this.#same.delete(reporter)
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

function countRequests(figures: Float64Array, outcome: Outcome, count: number): void {
  const { status, grpc, flags, mutualTls } = outcome
  figures[CLASSES[Math.floor(status / 100)] ?? FIGURE.none]! += count
  const failed = status >= 500 || (grpc !== undefined && GRPC_FAILURES.has(grpc))
  if (failed || (status === 0 && !HARMLESS.test(flags))) figures[FIGURE.errors]! += count
  if (grpc !== undefined) figures[FIGURE.grpc]! += count
  if (mutualTls) figures[FIGURE.mutualTls]! += count
  else if (REACHED.test(flags)) figures[FIGURE.plain]! += count
}

function countConnections(
  figures: Float64Array,
  {
    kind,
    outcome,
    count,
  }: { readonly kind: 'opened' | 'closed'; readonly outcome: Outcome; readonly count: number },
): void {
  figures[FIGURE[kind]]! += count
  if (kind === 'opened') figures[outcome.mutualTls ? FIGURE.mutualTls : FIGURE.plain]! += count
  if (kind === 'closed' && !HARMLESS.test(outcome.flags)) figures[FIGURE.errors]! += count
}

function noteFlags(flags: Map<string, number>, seen: string, step: number): void {
  if (seen === '' || (!flags.has(seen) && flags.size >= MOST_FLAGS)) return
  flags.set(seen, step)
}

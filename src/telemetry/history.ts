// The golden signals of one node of the graph over time: what it was asked, and what it asked others.
import type { By, GraphNode, History, HistoryPoint } from '../model/graph.ts'
import { requestsOf, withoutTwice } from './graph.ts'
import { type Directory, placer } from './place.ts'
import type { Series, Signals } from './signals.ts'
import { FIGURE, type Figures, noFigures, quantile, STEP } from './window.ts'

export interface HistoryOptions {
  readonly by: By
  /** Id of the node. */
  readonly node: string
  /** Seconds. */
  readonly window: number
}

/** Figures older than five minutes are kept by half a minute only. */
const FINE_SECONDS = 300
const COARSE_STEPS = 6

/** How many series are looked at before others may run. */
const SLICE = 1000

export function* makeHistory(
  signals: Signals,
  directory: Directory,
  { by, node, window }: HistoryOptions,
): Generator<undefined, History> {
  const width = window <= FINE_SECONDS ? 1 : COARSE_STEPS
  // The present step is still being counted. Whole half minutes, as the figures of old are kept.
  const to = Math.floor(signals.step() / width) * width - 1
  const from = to - Math.ceil(window / STEP / width) * width
  const place = placer(directory, by)
  const placed: Placed[] = []
  const all = [...signals.series()]
  for (const [index, series] of all.entries()) {
    if (index % SLICE === 0) yield
    const [source, target] = place(series)
    if (source.id === node || target.id === node) placed.push({ series, source, target })
  }
  const counted = yield* countedOnce(placed, all, { directory, from, to })
  const points = (chosen: readonly Placed[]): HistoryPoint[] => {
    const found: HistoryPoint[] = []
    for (let start = from; start < to; start += width) {
      found.push(pointOf(chosen, start, start + width))
    }
    return found
  }
  const inbound = counted.filter(({ target }) => target.id === node)
  const outbound = counted.filter(({ source }) => source.id === node)
  return {
    ...{ node, by, step: width * STEP },
    inbound: points(inbound),
    outbound: points(outbound),
    seen: counted.length > 0,
  }
}

interface Placed {
  readonly series: Series
  readonly source: GraphNode
  readonly target: GraphNode
}

/** What both ends have told counts once: whoever calls a workload whose own word is among these is looked at, too. */
function* countedOnce(
  placed: readonly Placed[],
  all: readonly Series[],
  {
    directory,
    from,
    to,
  }: { readonly directory: Directory; readonly from: number; readonly to: number },
): Generator<undefined, readonly Placed[]> {
  const servers = new Set(
    placed.flatMap(({ series: { edge, reporter } }) => (edge.side === 'server' ? [reporter] : [])),
  )
  const own = new Map(placed.map((one) => [one.series, one]))
  const concerned = all.filter(
    (series) =>
      own.has(series) || (series.edge.side === 'client' && servers.has(series.edge.workload)),
  )
  const summed: { readonly series: Series; readonly figures: Figures }[] = []
  for (const series of concerned) {
    if (summed.push({ series, figures: series.window.sum(from, to) }) % SLICE === 0) yield
  }
  return withoutTwice(summed, directory).flatMap(({ series }) => own.get(series) ?? [])
}

function pointOf(chosen: readonly Placed[], from: number, to: number): HistoryPoint {
  const figures = noFigures()
  for (const { series } of chosen) series.window.sum(from, to, figures)
  const requests = requestsOf(figures)
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(figures, share))
  return {
    at: new Date((from + 1) * STEP * 1000).toISOString(),
    requests,
    errors: Math.min(requests, figures[FIGURE.errors]!),
    ...(p50 === undefined ? {} : { p50 }),
    ...(p95 === undefined ? {} : { p95 }),
    ...(p99 === undefined ? {} : { p99 }),
  }
}

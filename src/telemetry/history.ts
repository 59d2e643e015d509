// The golden signals of one node of the graph over time: what it was asked, and what it asked others.
import type { By, History, HistoryPoint } from '../model/graph.ts'
import { type Directory, placer, preferred, requestsOf } from './graph.ts'
import type { Series, Signals } from './signals.ts'
import { FIGURE, FIGURES, quantile, STEP } from './window.ts'

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

export function historyOf(
  signals: Signals,
  directory: Directory,
  { by, node, window }: HistoryOptions,
): History {
  const width = window <= FINE_SECONDS ? 1 : COARSE_STEPS
  // The present step is still being counted. Whole half minutes, as the figures of old are kept.
  const to = Math.floor(signals.step() / width) * width - 1
  const from = to - Math.ceil(window / STEP / width) * width
  const place = placer(directory, by)
  const inbound: Series[] = []
  const outbound: Series[] = []
  for (const one of preferred([...signals.series()], directory, from, to)) {
    const [source, target] = place(one)
    if (source.id === node) outbound.push(one)
    if (target.id === node) inbound.push(one)
  }
  const points = (series: readonly Series[]): HistoryPoint[] => {
    const found: HistoryPoint[] = []
    for (let start = from; start < to; start += width) {
      found.push(pointOf(series, start, start + width))
    }
    return found
  }
  return {
    ...{ node, by, step: width * STEP },
    inbound: points(inbound),
    outbound: points(outbound),
    seen: inbound.length + outbound.length > 0,
  }
}

function pointOf(series: readonly Series[], from: number, to: number): HistoryPoint {
  const figures = new Float64Array(FIGURES)
  for (const { window } of series) window.sum(from, to, figures)
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

// The service graph of a span of time: who calls whom, how often, how fast, with how many errors.
import type { By, Graph, GraphEdge, GraphNode } from '../model/graph.ts'
import { type Directory, nodesOf, order, placer } from './place.ts'
import type { ByteSeries, Series, Signals } from './signals.ts'
import { FIGURE, FIGURES, type Figures, noFigures, quantile, STEP } from './window.ts'

export interface GraphOptions {
  readonly by: By
  /** Seconds. */
  readonly window: number
  /** Seconds before now at which the window ends; default 0. */
  readonly ago?: number
}

interface Flow {
  readonly source: GraphNode
  readonly target: GraphNode
  readonly reporter: 'client' | 'server'
  readonly figures: Figures
  readonly flags: Set<string>
  /** What reached a workload of the mesh, and how much of that by mutual TLS. */
  readonly reached: { all: number; mutual: number }
}

/** At once. Of ten thousand series it takes a tenth of a second and more: see `graphInSlices`. */
export function graphOf(signals: Signals, directory: Directory, options: GraphOptions): Graph {
  const making = makeGraph(signals, directory, options)
  for (;;) {
    const { done, value } = making.next()
    if (done) return value
  }
}

/** Lets others run after so many series. */
const SLICE = 200

/** Gives way after each slice; what is reported meanwhile may or may not be in it. */
export function* makeGraph(
  signals: Signals,
  directory: Directory,
  options: GraphOptions,
): Generator<undefined, Graph> {
  const to = signals.step() - Math.round((options.ago ?? 0) / STEP)
  const from = to - Math.max(1, Math.round(options.window / STEP))
  const summed: Summed[] = []
  for (const series of [...signals.series()]) {
    if (summed.push({ series, figures: series.window.sum(from, to) }) % SLICE === 0) yield
  }
  const counted = withoutTwice(summed, directory)
  yield
  yield* addBytes(counted, [...signals.byteSeries()], from, to)
  const flows = new Map<string, Flow>()
  const place = placer(directory, options.by)
  const ends = new Set<GraphNode>()
  for (const [index, one] of counted.entries()) {
    if (index % SLICE === 0) yield
    if (!isSeen(one.figures)) continue
    const [source, target] = place(one.series)
    ends.add(source).add(target)
    addTo(flows, [source, target], one, { from, to })
  }
  yield
  const edges: GraphEdge[] = []
  for (const flow of flows.values()) {
    if (edges.push(edgeOf(flow, (to - from) * STEP)) % SLICE === 0) yield
  }
  return {
    window: (to - from) * STEP,
    by: options.by,
    at: new Date((to + 1) * STEP * 1000).toISOString(),
    nodes: nodesOf([...ends]),
    edges: edges.sort((a, b) => order(a.source, b.source) || order(a.target, b.target)),
  }
}

/** A series with the sum of its figures in the window. */
interface Summed {
  readonly series: Series
  readonly figures: Figures
}

interface Span {
  readonly from: number
  readonly to: number
}

function addTo(
  flows: Map<string, Flow>,
  [source, target]: readonly [GraphNode, GraphNode],
  { series: { edge, window, flags }, figures }: Summed,
  { from, to }: Span,
): void {
  const key = `${source.id}>${target.id}>${isTcp(figures) ? 'tcp' : ''}`
  let flow = flows.get(key)
  if (!flow) {
    const reached = { all: 0, mutual: 0 }
    const sums = noFigures()
    flow = { source, target, reporter: edge.side, figures: sums, flags: new Set(), reached }
    flows.set(key, flow)
  }
  for (let figure = 0; figure < FIGURES; figure++) flow.figures[figure]! += figures[figure]!
  if (edge.side === 'server' || edge.workload !== '') {
    // A connection that was opened before the window is told by how it was opened.
    const told = requestsOf(figures) > 0 ? figures : window.sum(-1, to)
    flow.reached.all += told[FIGURE.mutualTls]! + told[FIGURE.plain]!
    flow.reached.mutual += told[FIGURE.mutualTls]!
  }
  for (const [name, at] of flags) if (at > from && at <= to) flow.flags.add(name)
}

/** The client's count where there is one: the server's word is taken for callers that report nothing to this destination. */
export function withoutTwice<One extends Summed>(
  all: readonly One[],
  directory: Directory,
): readonly One[] {
  const reported = new Set<string>()
  for (const { series, figures } of all) {
    const { reporter, edge } = series
    if (edge.side !== 'client' || edge.workload === '') continue
    const principal = directory.workload(reporter)?.principal ?? ''
    if (figures[FIGURE.mutualTls]! > 0) reported.add(`${edge.workload}<${principal}`)
    if (figures[FIGURE.plain]! > 0) reported.add(`${edge.workload}<`)
  }
  return all.filter(
    ({ series: { reporter, edge } }) =>
      edge.side === 'client' || !reported.has(`${reporter}<${edge.principal}`),
  )
}

/** Shares a cluster's bytes among those who were called through it, by how often they were. */
function* addBytes(
  counted: readonly Summed[],
  byteSeries: readonly ByteSeries[],
  from: number,
  to: number,
): Generator<undefined, void> {
  const callees = new Map<string, Summed[]>()
  for (const one of counted) {
    if (one.series.edge.side !== 'client') continue
    const key = `${one.series.reporter};${one.series.edge.statName}`
    const list = callees.get(key)
    if (list) list.push(one)
    else callees.set(key, [one])
  }
  const scratch = noFigures()
  for (const [index, { reporter, cluster, window }] of byteSeries.entries()) {
    if (index % SLICE === 0) yield
    const list = callees.get(`${reporter};${cluster}`)
    if (!list || window.latest <= from) continue
    const sums = window.sum(from, to, scratch.fill(0))
    const [sent, received] = [sums[FIGURE.sent]!, sums[FIGURE.received]!]
    const weights = weightsOf(list, to)
    const all = total(weights)
    for (const [index, { figures }] of list.entries()) {
      const weight = weights[index]!
      if (weight === 0) continue
      figures[FIGURE.sent]! += (sent * weight) / all
      figures[FIGURE.received]! += (received * weight) / all
    }
  }
}

function weightsOf(list: readonly Summed[], to: number): readonly number[] {
  const weights = list.map(({ figures }) => requestsOf(figures))
  if (total(weights) > 0) return weights
  // A TCP connection that was opened long ago has bytes and nothing else; an idle HTTP one has some too.
  const ever = list.map(({ series }) => series.window.sum(-1, to))
  return ever.map((figures) => (ever.every(isTcp) ? requestsOf(figures) : 0))
}

function httpRequests(figures: Figures): number {
  let sum = 0
  for (let figure = FIGURE.none; figure <= FIGURE.failed; figure++) sum += figures[figure]!
  return sum
}

/** Requests, connections, and attempts to connect that failed. */
export function requestsOf(figures: Figures): number {
  const requests = httpRequests(figures)
  return requests > 0 ? requests : figures[FIGURE.opened]! + figures[FIGURE.errors]!
}

function isTcp(figures: Figures): boolean {
  return httpRequests(figures) === 0
}

function isSeen(figures: Figures): boolean {
  return requestsOf(figures) > 0 || figures[FIGURE.sent]! + figures[FIGURE.received]! > 0
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}

function edgeOf(
  { source, target, reporter, figures, flags, reached }: Flow,
  seconds: number,
): GraphEdge {
  const requests = requestsOf(figures)
  const errors = Math.min(requests, figures[FIGURE.errors]!)
  const tcp = isTcp(figures)
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(figures, share))
  return {
    source: source.id,
    target: target.id,
    protocol: tcp ? 'tcp' : figures[FIGURE.grpc]! > 0 ? 'grpc' : 'http',
    reporter,
    mutualTls: reached.mutual === 0 ? 'none' : reached.mutual < reached.all ? 'some' : 'all',
    requests,
    rate: requests / seconds,
    errors,
    errorShare: requests > 0 ? errors / requests : 0,
    statuses: tcp ? {} : statusesOf(figures),
    flags: [...flags].sort(),
    ...(p50 === undefined ? {} : { p50 }),
    ...(p95 === undefined ? {} : { p95 }),
    ...(p99 === undefined ? {} : { p99 }),
    bytesSent: Math.round(figures[FIGURE.sent]!),
    bytesReceived: Math.round(figures[FIGURE.received]!),
  }
}

const STATUS_CLASSES = ['none', '1xx', '2xx', '3xx', '4xx', '5xx'] as const

function statusesOf(figures: Figures): Record<string, number> {
  const entries = STATUS_CLASSES.map((name, index): [string, number] => [name, figures[index]!])
  return Object.fromEntries(entries.filter(([, count]) => count > 0))
}

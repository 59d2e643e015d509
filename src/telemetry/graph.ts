// The service graph of a span of time: who calls whom, how often, how fast, with how many errors.
import type { By, Graph, GraphEdge, GraphNode } from '../model/graph.ts'
import type { ByteSeries, Series, Signals } from './signals.ts'
import { FIGURE, FIGURES, quantile, STEP } from './window.ts'

/** What the mesh knows of a workload. */
export interface Described {
  /** Host of the service that selects it; empty if none does. */
  readonly service: string
  readonly app: string
  readonly version: string
  /** Without it nothing is known of the workload. */
  readonly principal?: string
}

export interface Directory {
  /** By `NAMESPACE/NAME`. */
  readonly workload: (name: string) => Described | undefined
  /** Names of the workloads that have this SPIFFE ID. */
  readonly withPrincipal: (principal: string) => readonly string[]
}

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
  readonly figures: Float64Array
  readonly flags: Set<string>
  /** What reached a workload of the mesh, and how much of that by mutual TLS. */
  readonly reached: { all: number; mutual: number }
}

export function graphOf(signals: Signals, directory: Directory, options: GraphOptions): Graph {
  const to = signals.step() - Math.round((options.ago ?? 0) / STEP)
  const from = to - Math.max(1, Math.round(options.window / STEP))
  const flows = new Map<string, Flow>()
  const series = preferred([...signals.series()], directory, from, to)
  const bytes = bytesBySeries(series, signals.byteSeries(), from, to)
  const place = placer(directory, options.by)
  const ends = new Set<GraphNode>()
  const scratch = new Float64Array(FIGURES)
  for (const one of series) {
    const figures = one.window.sum(from, to, scratch.fill(0))
    const shared = bytes.get(one)
    if (shared) {
      figures[FIGURE.sent]! += shared.sent
      figures[FIGURE.received]! += shared.received
    }
    if (!isSeen(figures)) continue
    const [source, target] = place(one)
    ends.add(source).add(target)
    const key = `${source.id}>${target.id}>${isTcp(figures) ? 'tcp' : ''}`
    let flow = flows.get(key)
    if (!flow) {
      const reporter = one.edge.side
      const reached = { all: 0, mutual: 0 }
      const sums = new Float64Array(FIGURES)
      flow = { source, target, reporter, figures: sums, flags: new Set(), reached }
      flows.set(key, flow)
    }
    for (let figure = 0; figure < FIGURES; figure++) flow.figures[figure]! += figures[figure]!
    if (one.edge.side === 'server' || one.edge.workload !== '') {
      // A connection that was opened before the window is told by how it was opened.
      const told = requestsOf(figures) > 0 ? figures : one.window.sum(-1, to)
      flow.reached.all += told[FIGURE.mutualTls]! + told[FIGURE.plain]!
      flow.reached.mutual += told[FIGURE.mutualTls]!
    }
    for (const [flags, at] of one.flags) if (at > from && at <= to) flow.flags.add(flags)
  }
  const edges = [...flows.values()].map((flow) => edgeOf(flow, (to - from) * STEP))
  return {
    window: (to - from) * STEP,
    by: options.by,
    at: new Date((to + 1) * STEP * 1000).toISOString(),
    nodes: nodesOf([...ends]),
    edges: edges.sort((a, b) => order(a.source + a.target, b.source + b.target)),
  }
}

/** The client's count where there is one: the server's word is taken for callers that report nothing to this destination. */
export function preferred(
  all: readonly Series[],
  directory: Directory,
  from: number,
  to: number,
): Series[] {
  const reported = new Set<string>()
  const scratch = new Float64Array(FIGURES)
  for (const { reporter, edge, window } of all) {
    if (edge.side !== 'client' || edge.workload === '' || window.latest <= from) continue
    const figures = window.sum(from, to, scratch.fill(0))
    const principal = directory.workload(reporter)?.principal ?? ''
    if (figures[FIGURE.mutualTls]! > 0) reported.add(`${edge.workload}<${principal}`)
    if (figures[FIGURE.plain]! > 0) reported.add(`${edge.workload}<`)
  }
  return all.filter(
    ({ reporter, edge }) =>
      edge.side === 'client' || !reported.has(`${reporter}<${edge.principal}`),
  )
}

interface Bytes {
  readonly sent: number
  readonly received: number
}

/** Shares a cluster's bytes among those who were called through it, by how often they were. */
function bytesBySeries(
  series: readonly Series[],
  byteSeries: Iterable<ByteSeries>,
  from: number,
  to: number,
): Map<Series, Bytes> {
  const callees = new Map<string, Series[]>()
  for (const one of series) {
    if (one.edge.side !== 'client') continue
    const key = `${one.reporter};${one.edge.cluster}`
    const list = callees.get(key)
    if (list) list.push(one)
    else callees.set(key, [one])
  }
  const shared = new Map<Series, Bytes>()
  const scratch = new Float64Array(FIGURES)
  const requestsSince = (one: Series, start: number) =>
    requestsOf(one.window.sum(start, to, scratch.fill(0)))
  for (const { reporter, cluster, window } of byteSeries) {
    const list = callees.get(`${reporter};${cluster}`)
    if (!list || window.latest <= from) continue
    const sums = window.sum(from, to, scratch.fill(0))
    const [sent, received] = [sums[FIGURE.sent]!, sums[FIGURE.received]!]
    let weights = list.map((one) => requestsSince(one, from))
    if (total(weights) === 0) {
      // A TCP connection that was opened long ago has bytes and nothing else; an idle HTTP one has some too.
      if (!list.every((one) => isTcp(one.window.sum(-1, to, scratch.fill(0))))) continue
      weights = list.map((one) => requestsSince(one, -1))
    }
    const all = total(weights)
    for (const [index, one] of list.entries()) {
      const weight = weights[index]!
      if (weight > 0) {
        shared.set(one, { sent: (sent * weight) / all, received: (received * weight) / all })
      }
    }
  }
  return shared
}

function httpRequests(figures: Float64Array): number {
  let sum = 0
  for (let figure = FIGURE.none; figure <= FIGURE.failed; figure++) sum += figures[figure]!
  return sum
}

/** Requests, connections, and attempts to connect that failed. */
export function requestsOf(figures: Float64Array): number {
  const requests = httpRequests(figures)
  return requests > 0 ? requests : figures[FIGURE.opened]! + figures[FIGURE.errors]!
}

function isTcp(figures: Float64Array): boolean {
  return httpRequests(figures) === 0
}

function isSeen(figures: Float64Array): boolean {
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

function statusesOf(figures: Float64Array): Record<string, number> {
  const entries = STATUS_CLASSES.map((name, index): [string, number] => [name, figures[index]!])
  return Object.fromEntries(entries.filter(([, count]) => count > 0))
}

/** Both ends of a series as nodes. */
export function placer(directory: Directory, by: By): (series: Series) => [GraphNode, GraphNode] {
  const ofWorkload = (name: string): GraphNode => {
    const [namespace = '', workload = ''] = name.split('/')
    const known = directory.workload(name)
    const service = known?.service ? shortName(known.service) : (known?.app ?? workload)
    const version = known?.version ?? ''
    return by === 'workload'
      ? { id: `${namespace}/${workload}`, kind: 'workload', service, namespace, workload, version }
      : {
          id: `${namespace}/${service}`,
          kind: 'service',
          service,
          namespace,
          workload: '',
          version,
        }
  }
  const ofPrincipal = (principal: string): GraphNode => {
    if (principal === '') return outside('plain-text clients')
    const names = directory.withPrincipal(principal)
    if (names.length === 1 || (by === 'service' && names.length > 0)) return ofWorkload(names[0]!)
    return outside(principal.replace(/^spiffe:\/\/[^/]*\//, ''))
  }
  // Thousands of series have the same few ends.
  const made = new Map<string, GraphNode>()
  const once = (key: string, make: () => GraphNode): GraphNode => {
    const known = made.get(key)
    if (known) return known
    const node = make()
    made.set(key, node)
    return node
  }
  const workload = (name: string) => once(`w;${name}`, () => ofWorkload(name))
  return ({ reporter, edge }) => {
    if (edge.side === 'server') {
      const { principal } = edge
      return [once(`p;${principal}`, () => ofPrincipal(principal)), workload(reporter)]
    }
    if (edge.workload && by === 'workload') return [workload(reporter), workload(edge.workload)]
    const key = `c;${edge.cluster};${edge.workload}`
    return [workload(reporter), once(key, () => ofCluster(edge, ofWorkload))]
  }
}

/** Where a request went whose destination is known by its cluster alone. */
function ofCluster(
  { cluster, workload }: Series['edge'],
  ofWorkload: (name: string) => GraphNode,
): GraphNode {
  const host = /^outbound(?:_tcp)?\|\d+\|[^|]*\|(.+)$/.exec(cluster)?.[1]
  const [, service, namespace] = /^([^.]+)\.([^.]+)\.svc\./.exec(host ?? '') ?? []
  if (service && namespace) {
    const version = workload ? ofWorkload(workload).version : ''
    const id = `${namespace}/${service}`
    return { id, kind: 'service', service, namespace, workload: '', version }
  }
  if (workload) return ofWorkload(workload)
  return outside(host ?? (cluster === '' ? 'no route' : cluster))
}

function outside(service: string): GraphNode {
  return { id: service, kind: 'outside', service, namespace: '', workload: '', version: '' }
}

function shortName(host: string): string {
  return /^([^.]+)\.[^.]+\.svc\./.exec(host)?.[1] ?? host
}

/** Each node once, with all its versions. */
function nodesOf(ends: readonly GraphNode[]): GraphNode[] {
  const nodes = new Map<string, GraphNode>()
  const versions = new Map<string, Set<string>>()
  for (const node of ends) {
    if (!nodes.has(node.id)) nodes.set(node.id, node)
    const known = versions.get(node.id) ?? new Set()
    versions.set(node.id, node.version ? known.add(node.version) : known)
  }
  return [...nodes.values()]
    .map((node) => ({ ...node, version: [...versions.get(node.id)!].sort().join(', ') }))
    .sort((a, b) => order(a.id, b.id))
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

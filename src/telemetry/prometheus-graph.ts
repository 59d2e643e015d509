// The service graph of the whole mesh, read from a Prometheus that scrapes every replica; the same shape as `graphOf` gives.
import type { Graph, GraphEdge, GraphNode } from '../model/graph.ts'
import type { GraphOptions } from './graph.ts'
import { type Ask, type Sample, samplesOf } from './prometheus-query.ts'

const SOURCE = ['source_workload', 'source_workload_namespace', 'source_app', 'source_version']
const TARGET = [
  'destination_workload',
  'destination_workload_namespace',
  'destination_app',
  'destination_version',
  'destination_service_name',
  'destination_service_namespace',
]
const ENDS = [...SOURCE, ...TARGET].join(', ')
const GRPC_FAILURES: ReadonlySet<string> = new Set(['2', '4', '12', '13', '14', '15'])
const STATUS_CLASSES = ['none', '1xx', '2xx', '3xx', '4xx', '5xx']

type Labels = Readonly<Record<string, string>>

interface Flow {
  readonly source: GraphNode
  readonly target: GraphNode
  protocol: GraphEdge['protocol']
  requests: number
  errors: number
  readonly reporter: GraphEdge['reporter']
  readonly statuses: Record<string, number>
  readonly flags: Set<string>
  /** By upper bound, milliseconds. */
  readonly buckets: Map<number, number>
  mutual: number
  plain: number
  sent: number
  received: number
}

/** Throws with the reason if Prometheus does not answer as it should. */
export async function prometheusGraph(
  ask: Ask,
  now: Date,
  { by, window, ago = 0 }: GraphOptions,
): Promise<Graph> {
  const range = `[${Math.max(15, Math.round(window))}s]${ago > 0 ? ` offset ${Math.round(ago)}s` : ''}`
  const increase = (metric: string, selector: string, labels = '') =>
    samplesOf(ask, `sum by (${ENDS}${labels}) (increase(${metric}{${selector}}${range})) > 0`)
  const client = 'reporter="source"'
  const stranger = 'reporter="destination",source_workload="unknown"'
  const outcome = ', request_protocol, response_code, response_flags, grpc_response_status'
  const [told, strange, buckets, protection, opened, sent, received] = await Promise.all([
    increase('istio_requests_total', client, outcome),
    increase('istio_requests_total', stranger, outcome),
    increase(
      'istio_request_duration_milliseconds_bucket',
      `reporter=~"source|destination"`,
      ', reporter, le',
    ),
    increase('istio_requests_total', 'reporter="destination"', ', connection_security_policy'),
    increase('istio_tcp_connections_opened_total', client),
    increase('istio_tcp_sent_bytes_total', client),
    increase('istio_tcp_received_bytes_total', client),
  ])
  const flows = new Flows(by)
  for (const sample of told!) flows.request(sample, 'client')
  for (const sample of strange!) flows.request(sample, 'server')
  for (const { labels, value } of opened!) {
    const flow = flows.of(labels, 'client', 'tcp')
    flow.requests += value
  }
  for (const { labels, value } of sent!) flows.of(labels, 'client', 'tcp').received += value
  for (const { labels, value } of received!) flows.of(labels, 'client', 'tcp').sent += value
  for (const { labels, value } of buckets!) flows.bucket(labels, value)
  for (const { labels, value } of protection!) flows.protection(labels, value)
  const all = [...flows.all()]
  return {
    ...{ window, by, at: new Date(now.getTime() - ago * 1000).toISOString() },
    nodes: nodesOf(all),
    edges: all
      .map((flow) => edgeOf(flow, window))
      .sort((a, b) => order(a.source + a.target, b.source + b.target)),
  }
}

class Flows {
  readonly #by: GraphOptions['by']
  readonly #flows = new Map<string, Flow>()

  constructor(by: GraphOptions['by']) {
    this.#by = by
  }

  all(): Iterable<Flow> {
    return this.#flows.values()
  }

  of(labels: Labels, reporter: GraphEdge['reporter'], protocol: GraphEdge['protocol']): Flow {
    const source = sourceOf(labels, this.#by)
    const target = targetOf(labels, this.#by)
    const key = `${source.id}>${target.id}>${protocol === 'tcp' ? 'tcp' : ''}`
    const known = this.#flows.get(key)
    if (known) return known
    const flow: Flow = {
      ...{ source, target, reporter, protocol, requests: 0, errors: 0, statuses: {} },
      ...{ flags: new Set(), buckets: new Map(), mutual: 0, plain: 0, sent: 0, received: 0 },
    }
    this.#flows.set(key, flow)
    return flow
  }

  request({ labels, value }: Sample, reporter: GraphEdge['reporter']): void {
    const { response_code = '0', response_flags = '-', grpc_response_status = '' } = labels
    const isGrpc = labels.request_protocol === 'grpc'
    const flow = this.of(labels, reporter, isGrpc ? 'grpc' : 'http')
    if (isGrpc) flow.protocol = 'grpc'
    flow.requests += value
    const name = STATUS_CLASSES[Math.floor(Number(response_code) / 100)] ?? 'none'
    flow.statuses[name] = (flow.statuses[name] ?? 0) + value
    const failed = Number(response_code) >= 500 || GRPC_FAILURES.has(grpc_response_status)
    const lost = response_code === '0' && !/^(DC|-)$/.test(response_flags)
    if (failed || lost) flow.errors += value
    if (response_flags !== '-') flow.flags.add(response_flags)
  }

  bucket(labels: Labels, value: number): void {
    const fromServer = labels.reporter === 'destination'
    if (fromServer && labels.source_workload !== 'unknown') return
    const flow = this.of(labels, fromServer ? 'server' : 'client', 'http')
    const bound = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le)
    flow.buckets.set(bound, (flow.buckets.get(bound) ?? 0) + value)
  }

  protection(labels: Labels, value: number): void {
    const flow = this.of(labels, 'server', 'http')
    if (labels.connection_security_policy === 'mutual_tls') flow.mutual += value
    else flow.plain += value
  }
}

function sourceOf(labels: Labels, by: GraphOptions['by']): GraphNode {
  const { source_workload: workload = '', source_workload_namespace: namespace = '' } = labels
  if (workload === 'unknown' && namespace === 'unknown') return outside('plain-text clients')
  const service = labels.source_app || workload
  const version = known(labels.source_version)
  return by === 'workload' && workload !== 'unknown'
    ? { id: `${namespace}/${workload}`, kind: 'workload', service, namespace, workload, version }
    : { id: `${namespace}/${service}`, kind: 'service', service, namespace, workload: '', version }
}

function targetOf(labels: Labels, by: GraphOptions['by']): GraphNode {
  const workload = known(labels.destination_workload)
  const version = known(labels.destination_version)
  const service = labels.destination_service_name ?? ''
  const namespace = known(labels.destination_service_namespace)
  const at = labels.destination_workload_namespace ?? ''
  if (by === 'workload' && workload) {
    const app = labels.destination_app || workload
    return {
      id: `${at}/${workload}`,
      kind: 'workload',
      service: app,
      namespace: at,
      workload,
      version,
    }
  }
  if (!namespace) return outside(service || 'no route')
  return {
    id: `${namespace}/${service}`,
    kind: 'service',
    service,
    namespace,
    workload: '',
    version,
  }
}

function known(value: string | undefined): string {
  return value === undefined || value === 'unknown' ? '' : value
}

function outside(service: string): GraphNode {
  return { id: service, kind: 'outside', service, namespace: '', workload: '', version: '' }
}

function edgeOf(flow: Flow, window: number): GraphEdge {
  const { source, target, protocol, reporter, requests, errors, mutual, plain } = flow
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(flow.buckets, share))
  return {
    ...{ source: source.id, target: target.id, protocol, reporter },
    mutualTls: mutual === 0 ? 'none' : plain > 0 ? 'some' : 'all',
    requests: Math.round(requests),
    rate: requests / window,
    errors: Math.round(errors),
    errorShare: requests > 0 ? errors / requests : 0,
    statuses: Object.fromEntries(
      Object.entries(flow.statuses).map(([name, count]) => [name, Math.round(count)]),
    ),
    flags: [...flow.flags].sort(),
    ...(p50 === undefined ? {} : { p50 }),
    ...(p95 === undefined ? {} : { p95 }),
    ...(p99 === undefined ? {} : { p99 }),
    bytesSent: Math.round(flow.sent),
    bytesReceived: Math.round(flow.received),
  }
}

/** By straight lines within buckets, which count from below. */
function quantile(buckets: ReadonlyMap<number, number>, share: number): number | undefined {
  const total = buckets.get(Number.POSITIVE_INFINITY) ?? 0
  if (total === 0) return undefined
  let [lower, before] = [0, 0]
  for (const [bound, count] of [...buckets].sort(([a], [b]) => a - b)) {
    if (count >= total * share) {
      if (!Number.isFinite(bound)) return lower
      return lower + ((bound - lower) * (total * share - before)) / (count - before || 1)
    }
    ;[lower, before] = [bound, count]
  }
  return lower
}

function nodesOf(flows: readonly Flow[]): GraphNode[] {
  const nodes = new Map<string, GraphNode>()
  for (const node of flows.flatMap(({ source, target }) => [source, target])) {
    const there = nodes.get(node.id)
    const versions = new Set([...(there?.version.split(', ') ?? []), node.version].filter(Boolean))
    nodes.set(node.id, { ...(there ?? node), version: [...versions].sort().join(', ') })
  }
  return [...nodes.values()].sort((a, b) => order(a.id, b.id))
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

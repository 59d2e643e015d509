// The totals under Istio's names and labels, in Prometheus' text format: dashboards that people have, and Kiali, go by these.

import { escapeValue, type Labels, labelsOf, type Side } from './istio-labels.ts'
import type { Directory } from './place.ts'
import { SIZE_BOUNDS } from './sizes.ts'
import type { Total } from './totals.ts'
import { BOUNDS, FIGURE, FIRST_BUCKET } from './window.ts'

/** A change that a Telemetry makes to metrics of one workload, on one side. */
export interface MetricOverride {
  readonly match?: { readonly metric?: string }
  readonly disabled?: boolean
  readonly tagOverrides?: Readonly<
    Record<string, { readonly operation?: 'UPSERT' | 'REMOVE'; readonly value?: string }>
  >
}

export interface MetricsOptions {
  readonly directory: Directory
  /** Wider scopes first. */
  readonly overrides: (reporter: string, side: Side) => readonly MetricOverride[]
}

interface Family {
  /** As the Telemetry API calls it. */
  readonly metric: string
  readonly type: 'counter' | 'histogram'
  readonly help: string
}

const FAMILIES: Readonly<Record<string, Family>> = {
  istio_requests_total: { metric: 'REQUEST_COUNT', type: 'counter', help: 'Requests' },
  istio_request_duration_milliseconds: {
    ...{ metric: 'REQUEST_DURATION', type: 'histogram' },
    help: 'What requests took, milliseconds',
  },
  istio_request_bytes: { metric: 'REQUEST_SIZE', type: 'histogram', help: 'Bytes of requests' },
  istio_response_bytes: { metric: 'RESPONSE_SIZE', type: 'histogram', help: 'Bytes of responses' },
  istio_request_messages_total: {
    ...{ metric: 'GRPC_REQUEST_MESSAGES', type: 'counter' },
    help: 'Messages of gRPC requests',
  },
  istio_response_messages_total: {
    ...{ metric: 'GRPC_RESPONSE_MESSAGES', type: 'counter' },
    help: 'Messages of gRPC answers',
  },
  istio_tcp_connections_opened_total: {
    ...{ metric: 'TCP_OPENED_CONNECTIONS', type: 'counter' },
    help: 'Connections opened',
  },
  istio_tcp_connections_closed_total: {
    ...{ metric: 'TCP_CLOSED_CONNECTIONS', type: 'counter' },
    help: 'Connections closed',
  },
  istio_tcp_sent_bytes_total: {
    ...{ metric: 'TCP_SENT_BYTES', type: 'counter' },
    help: 'Bytes of answers on connections',
  },
  istio_tcp_received_bytes_total: {
    ...{ metric: 'TCP_RECEIVED_BYTES', type: 'counter' },
    help: 'Bytes of requests on connections',
  },
}

type Sums = Map<string, Map<string, number>>

/** All of one proxy. */
export function istioMetrics(
  reporter: string,
  totals: Iterable<Total>,
  options: MetricsOptions,
): string {
  const sums: Sums = new Map()
  const all = [...totals]
  const tcp = new Set(all.filter(({ kind }) => kind === 'opened').map(({ edge }) => edge.cluster))
  const counts = requestsByEdge(all)
  const overridesOf = {
    client: options.overrides(reporter, 'source'),
    server: options.overrides(reporter, 'destination'),
  }
  for (const total of all) {
    const overrides = overridesOf[total.edge.side]
    const labels = labelsOf(reporter, total, options.directory, tcp.has(total.edge.cluster))
    const put = (name: string, value: number, suffix = '', more: Labels = {}) => {
      const { metric } = FAMILIES[name]!
      const own = overridden(labels, total.tags, metric, overrides)
      if (!own) return
      const series = `${name}${suffix}${text({ ...own, ...more })}`
      const family = sums.get(name) ?? new Map<string, number>()
      sums.set(name, family)
      family.set(series, (family.get(series) ?? 0) + value)
    }
    putTotal(total, put, tcp.has(total.edge.cluster), counts)
  }
  return print(sums)
}

type Put = (name: string, value: number, suffix?: string, more?: Labels) => void

function putTotal(
  total: Total,
  put: Put,
  isTcp: boolean,
  counts: ReadonlyMap<string, number>,
): void {
  const { kind, count, sent, received, sizes } = total
  if (kind === 'requests') put('istio_requests_total', count)
  else if (kind === 'opened') put('istio_tcp_connections_opened_total', count)
  else if (kind === 'closed') put('istio_tcp_connections_closed_total', count)
  else if (kind === 'durations') putDurations(total, put)
  else if (kind === 'messages') {
    put('istio_request_messages_total', Math.round(sent))
    put('istio_response_messages_total', Math.round(received))
  } else if (isTcp) {
    // Seen from the destination, as Istio has it: it receives what its callers send.
    put('istio_tcp_received_bytes_total', Math.round(sent))
    put('istio_tcp_sent_bytes_total', Math.round(received))
  } else {
    const requests = counts.get(edgeKey(total)) ?? 0
    putSizes('istio_request_bytes', { bytes: sent, requests, classes: sizes?.requests }, put)
    putSizes('istio_response_bytes', { bytes: received, requests, classes: sizes?.answers }, put)
  }
}

interface SizeSums {
  readonly bytes: number
  readonly requests: number
  readonly classes: readonly number[] | undefined
}

function putSizes(name: string, { bytes, requests, classes = [] }: SizeSums, put: Put): void {
  let below = 0
  for (const [index, bound] of SIZE_BOUNDS.entries()) {
    below += classes[index] ?? 0
    put(name, below, '_bucket', { le: String(bound) })
  }
  put(name, requests, '_bucket', { le: '+Inf' })
  put(name, Math.round(bytes), '_sum')
  put(name, requests, '_count')
}

function putDurations({ figures, count }: Total, put: Put): void {
  const name = 'istio_request_duration_milliseconds'
  let below = 0
  for (const [index, bound] of BOUNDS.entries()) {
    below += figures![FIRST_BUCKET + index]!
    put(name, below, '_bucket', { le: String(bound / 1000) })
  }
  put(name, count, '_bucket', { le: '+Inf' })
  put(name, figures![FIGURE.duration]! / 1000, '_sum')
  put(name, count, '_count')
}

function requestsByEdge(totals: readonly Total[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const total of totals) {
    if (total.kind !== 'requests') continue
    counts.set(edgeKey(total), (counts.get(edgeKey(total)) ?? 0) + total.count)
  }
  return counts
}

function edgeKey({ edge: { side, cluster, workload, principal } }: Total): string {
  return `${side};${cluster};${workload};${principal}`
}

/** Undefined if the metric is switched off. */
function overridden(
  labels: Labels,
  tags: ReadonlyMap<string, string>,
  metric: string,
  overrides: readonly MetricOverride[],
): Labels | undefined {
  const own: Record<string, string> = { ...labels }
  let isOff = false
  for (const { match, disabled, tagOverrides } of overrides) {
    if ((match?.metric ?? 'ALL_METRICS') !== 'ALL_METRICS' && match?.metric !== metric) continue
    if (disabled !== undefined) isOff = disabled
    for (const [name, { operation }] of Object.entries(tagOverrides ?? {})) {
      if (operation === 'REMOVE') delete own[name]
      else own[name] = tags.get(name) || 'unknown'
    }
  }
  return isOff ? undefined : own
}

function text(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`)
  return `{${pairs.join(',')}}`
}

function print(sums: Sums): string {
  const lines: string[] = []
  for (const [name, { type, help }] of Object.entries(FAMILIES)) {
    const family = sums.get(name)
    if (!family) continue
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`)
    for (const [series, value] of family) lines.push(`${series} ${value}`)
  }
  return lines.length > 0 ? `${lines.join('\n')}\n` : ''
}

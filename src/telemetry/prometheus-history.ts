// The golden signals of one node over time, of the whole mesh: read from a Prometheus that scrapes every replica.
import type { History, HistoryPoint } from '../model/graph.ts'
import type { HistoryOptions } from './history.ts'
import { escapeValue } from './istio-labels.ts'
import { type Ask, type Moments, momentsOf } from './prometheus-query.ts'

const QUANTILES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const
/** What gRPC calls a failure of the server's; as the graph counts them. */
const GRPC_FAILURES = '2|4|12|13|14|15'
/** Seconds of a step, for what fits into five minutes and for more. */
const STEPS = { fine: 15, coarse: 90 } as const
/** Seconds over which a rate is taken: at least two scrapes must be within them. */
const LEAST_RANGE = 60

/** Throws with the reason if Prometheus does not answer as it should. */
export async function prometheusHistory(
  ask: Ask,
  now: Date,
  { by, node, window }: HistoryOptions,
): Promise<History> {
  const step = window <= 300 ? STEPS.fine : STEPS.coarse
  const end = Math.floor(now.getTime() / 1000 / step) * step
  const times = Array.from({ length: Math.ceil(window / step) }, (_, index) => end - index * step)
  times.reverse()
  const slash = node.indexOf('/')
  const [namespace, name] = [node.slice(0, Math.max(0, slash)), node.slice(slash + 1)].map(
    escapeValue,
  )
  const labels = LABELS[by]
  const read = (side: 'inbound' | 'outbound') => {
    const [ofName, ofNamespace] = labels[side]
    const selector = `${ofName}="${name}",${ofNamespace}="${namespace}"`
    return pointsOf(ask, selector, { times, step })
  }
  const [inbound, outbound] = await Promise.all([read('inbound'), read('outbound')])
  const seen = [...inbound, ...outbound].some(({ requests }) => requests > 0)
  return { node, by, step, inbound, outbound, seen }
}

const LABELS = {
  service: {
    inbound: ['destination_service_name', 'destination_service_namespace'],
    outbound: ['source_app', 'source_workload_namespace'],
  },
  workload: {
    inbound: ['destination_workload', 'destination_workload_namespace'],
    outbound: ['source_workload', 'source_workload_namespace'],
  },
} as const

interface Steps {
  /** The end of each, in seconds. */
  readonly times: readonly number[]
  readonly step: number
}

async function pointsOf(ask: Ask, selector: string, steps: Steps): Promise<HistoryPoint[]> {
  const { times, step } = steps
  const range = Math.max(LEAST_RANGE, 2 * step)
  // The caller's word, and for callers that nobody knows that of the destination.
  const rates = (metric: string, more = '') =>
    ['reporter="source"', 'reporter="destination",source_workload="unknown"']
      .map((reporter) => `rate(${metric}{${reporter},${selector}${more}}[${range}s])`)
      .join(' or ')
  const moments = (expression: string) =>
    momentsOf(ask, expression, { from: times[0]!, to: times.at(-1)!, step })
  const requests = 'istio_requests_total'
  const buckets = rates('istio_request_duration_milliseconds_bucket')
  const quantile = (share: number) =>
    moments(`histogram_quantile(${share}, sum by (le) (${buckets}))`)
  const [http, tcp, failed, refused, lost, ...latencies] = await Promise.all([
    moments(`sum(${rates(requests)})`),
    moments(`sum(${rates('istio_tcp_connections_opened_total')})`),
    moments(`sum(${rates(requests, ',response_code=~"5.."')})`),
    moments(
      `sum(${rates(requests, `,response_code!~"5..",grpc_response_status=~"${GRPC_FAILURES}"`)})`,
    ),
    moments(
      `sum(${rates(requests, `,response_code="0",response_flags!~"DC|-",grpc_response_status!~"${GRPC_FAILURES}"`)})`,
    ),
    ...Object.values(QUANTILES).map(quantile),
  ])
  const sum = (at: number, ...all: readonly (Moments | undefined)[]) =>
    all.reduce((total, one) => total + (one?.get(at) ?? 0), 0)
  return times.map((at) => ({
    at: new Date((at - step) * 1000).toISOString(),
    requests: sum(at, http, tcp) * step,
    errors: sum(at, failed, refused, lost) * step,
    ...Object.fromEntries(
      Object.keys(QUANTILES).flatMap((name, index) => {
        const value = latencies[index]?.get(at)
        return value === undefined ? [] : [[name, value]]
      }),
    ),
  }))
}

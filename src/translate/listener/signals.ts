// What a proxy counts of each request and connection for the service graph. Nothing a client can choose is in a label.
import type {
  AccessLog,
  AccessLoggersStatsConfig_Counter,
  AccessLoggersStatsConfig_Histogram,
  ComparisonFilter,
  HttpFilter,
  TcpProxy,
} from '../../../proto/envoy.d.ts'
import { HTTP_FILTERS } from '../filters.ts'
import { typed } from '../typed.ts'

/** `client`: where a request leaves a workload (or a gateway). `server`: where it comes in. */
export type Side = 'client' | 'server'

/**
 * One label holds the edge, a space, and how it went: a label of its own for each part would triple the bytes of a report.
 * Client: `CLUSTER;WORKLOAD;NAMESPACE`; server: `CLUSTER;PRINCIPAL`, empty without mutual TLS.
 */
const EDGE: Readonly<Record<Side, { readonly name: string; readonly value_format: string }>> = {
  client: { name: 'e', value_format: '%UPSTREAM_CLUSTER_RAW%;%UPSTREAM_METADATA(istio:workload)%' },
  server: { name: 'i', value_format: '%UPSTREAM_CLUSTER_RAW%;%DOWNSTREAM_PEER_URI_SAN%' },
}

/** Whom the destination proved to be; on the server's side the edge has the caller already. */
const PEER: Readonly<Record<Side, string>> = { client: '%UPSTREAM_PEER_URI_SAN%', server: '' }

/** Bytes: classes that requests and answers are counted in, the last being more than all of these. `src/telemetry/sizes.ts` has them, too. */
const SIZES = [1024, 4096, 16_384, 65_536, 1_048_576]

/** The number of the class; small ones, which are most, are found first. */
function sizeClass(attribute: string): string {
  const steps = SIZES.map((most, index) => `${attribute}<=${most}?"${index}":`)
  return `%CEL(${steps.join('')}"${SIZES.length}")%`
}

/** A class each, which costs a report some bytes: two histograms would double it. */
const SIZE_CLASSES = `${sizeClass('request.total_size')}${sizeClass('response.total_size')}`

/** More distinct figures than this are dropped, whatever the reason for them. */
const MOST_COUNTERS = 4000
const MOST_HISTOGRAMS = 1000

/** Tags that a Telemetry adds to the count of requests, `name` as Prometheus shows it. */
export interface Tag {
  readonly name: string
  /** CEL. */
  readonly expression: string
}

/** What is told beside how it went. */
export interface Told {
  readonly side: Side
  /** MeshConfig gives the clusters other names in statistics, which are told then: their bytes are found by these. */
  readonly isRenamed: boolean
}

export function httpSignals(told: Told, added: readonly Tag[]): AccessLog[] {
  const outcome = '%RESPONSE_CODE%;%RESPONSE_FLAGS%;%GRPC_STATUS_NUMBER%'
  const counted = `${outcome};${PEER[told.side]};${SIZE_CLASSES}`
  return [
    statsLog({ counters: [counter('rq', told, counted, added)] }),
    durations('us', told, outcome, [below(MIDDLE_MS, 'fast')]),
    durations('mid', told, outcome, [from(MIDDLE_MS, 'mid'), below(SLOW_MS, 'middle')]),
    durations('slow', told, outcome, [from(SLOW_MS, 'slow')]),
  ]
}

/**
 * Milliseconds from which an answer is not fast, and from which it is slow. Each has a histogram of its own, since each repeats its bounds
 * in every report: most edges are one of them within it. `src/telemetry/report.ts` has these, too.
 */
const MIDDLE_MS = 5
const SLOW_MS = 100

function below(milliseconds: number, key: string): ComparisonFilter {
  return { op: 'LE', value: whole(milliseconds - 1, `lotse.${key}`) }
}

function from(milliseconds: number, key: string): ComparisonFilter {
  return { op: 'GE', value: whole(milliseconds, `lotse.${key}`) }
}

function durations(
  name: string,
  told: Told,
  outcome: string,
  taking: readonly ComparisonFilter[],
): AccessLog {
  return {
    ...statsLog({
      histograms: [
        {
          stat: { name, tags: tagsOf(told, outcome) },
          unit: 'Microseconds',
          value_format: '%COMMON_DURATION(DS_RX_BEG:DS_TX_END:us)%',
        },
      ],
    }),
    filter: {
      and_filter: {
        filters: [
          // A client that leaves before the answer leaves no duration either, which Envoy would log as an error.
          { status_code_filter: { comparison: { op: 'GE', value: whole(100, 'lotse.answered') } } },
          ...taking.map((comparison) => ({ duration_filter: { comparison } })),
        ],
      },
    },
  }
}

function whole(default_value: number, runtime_key: string) {
  return { default_value, runtime_key }
}

/** Counts the messages of gRPC calls; of other requests it takes no notice. */
export const GRPC_STATS: HttpFilter = {
  name: HTTP_FILTERS.grpcStats,
  typed_config: typed('envoy.extensions.filters.http.grpc_stats.v3.FilterConfig', {
    // A method is what the client says: all are counted together, for their cluster.
    stats_for_all_methods: false,
  }),
}

/** Connections when they are made and when they end: some stay open for days. */
export function tcpSignals(told: Told): Pick<TcpProxy, 'access_log' | 'access_log_options'> {
  const outcome = `%RESPONSE_FLAGS%;${PEER[told.side]}`
  return {
    access_log_options: { flush_access_log_on_connected: true },
    access_log: [
      {
        ...statsLog({ counters: [counter('cx', told, outcome)] }),
        filter: { log_type_filter: { types: ['TcpUpstreamConnected'] } },
      },
      {
        ...statsLog({ counters: [counter('end', told, outcome)] }),
        filter: { log_type_filter: { types: ['TcpConnectionEnd'] } },
      },
    ],
  }
}

/** Whoever proxies to a cluster of the workload itself stands at the server's side. */
export function sideOf(cluster: string): Side {
  return /^inbound/i.test(cluster) ? 'server' : 'client'
}

function counter(
  name: string,
  told: Told,
  outcome: string,
  added: readonly Tag[] = [],
): AccessLoggersStatsConfig_Counter {
  const more = added.map(({ name, expression }) => ({
    name: `x.${name}`,
    value_format: `%CEL(${expression})%`,
  }))
  return { stat: { name, tags: [...tagsOf(told, outcome), ...more] }, value_fixed: 1 }
}

function tagsOf({ side, isRenamed }: Told, outcome: string) {
  const { name, value_format } = EDGE[side]
  const edge = { name, value_format: `${value_format} ${outcome}` }
  return isRenamed ? [edge, { name: 's', value_format: '%UPSTREAM_CLUSTER%' }] : [edge]
}

function statsLog(stats: {
  readonly counters?: readonly AccessLoggersStatsConfig_Counter[]
  readonly histograms?: readonly AccessLoggersStatsConfig_Histogram[]
}): AccessLog {
  return {
    name: 'envoy.access_loggers.stats',
    typed_config: typed('envoy.extensions.access_loggers.stats.v3.Config', {
      stats_scope: {
        prefix: 'lotse',
        // One scope for all listeners, or each would have its own figures under the same names.
        sharing_name: 'lotse',
        enable_eviction: true,
        max_counters: MOST_COUNTERS,
        max_histograms: MOST_HISTOGRAMS,
      },
      ...stats,
    }),
  }
}

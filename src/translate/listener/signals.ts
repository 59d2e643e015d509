// What a proxy counts of each request and connection for the service graph. Nothing a client can choose is in a label.
import type {
  AccessLog,
  AccessLoggersStatsConfig_Counter,
  AccessLoggersStatsConfig_Histogram,
  HttpFilter,
  TcpProxy,
} from '../../../proto/envoy.d.ts'
import { HTTP_FILTERS } from '../filters.ts'
import { typed } from '../typed.ts'

/** `client`: where a request leaves a workload (or a gateway). `server`: where it comes in. */
export type Side = 'client' | 'server'

/**
 * One label holds all that tells an edge from another: a label of its own for each part would triple the bytes of a report.
 * Client: `CLUSTER;WORKLOAD;NAMESPACE;APP;VERSION`; server: `CLUSTER;PRINCIPAL`, empty without mutual TLS.
 */
const EDGE: Readonly<Record<Side, { readonly name: string; readonly value_format: string }>> = {
  client: { name: 'e', value_format: '%UPSTREAM_CLUSTER%;%UPSTREAM_METADATA(istio:workload)%' },
  server: { name: 'i', value_format: '%UPSTREAM_CLUSTER%;%DOWNSTREAM_PEER_URI_SAN%' },
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

export function httpSignals(side: Side, added: readonly Tag[]): AccessLog[] {
  const outcome = `%RESPONSE_CODE%;%RESPONSE_FLAGS%;%GRPC_STATUS_NUMBER%;${PEER[side]}`
  return [
    statsLog({ counters: [counter('rq', side, `${outcome};${SIZE_CLASSES}`, added)] }),
    {
      ...statsLog({
        histograms: [
          {
            stat: { name: 'us', tags: [EDGE[side], { name: 'c', value_format: outcome }] },
            unit: 'Microseconds',
            value_format: '%COMMON_DURATION(DS_RX_BEG:DS_TX_END:us)%',
          },
        ],
      }),
      // A client that leaves before the answer leaves no duration either, which Envoy would log as an error.
      filter: {
        status_code_filter: {
          comparison: { op: 'GE', value: { default_value: 100, runtime_key: 'lotse.answered' } },
        },
      },
    },
  ]
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
export function tcpSignals(side: Side): Pick<TcpProxy, 'access_log' | 'access_log_options'> {
  const outcome = `%RESPONSE_FLAGS%;${PEER[side]}`
  return {
    access_log_options: { flush_access_log_on_connected: true },
    access_log: [
      {
        ...statsLog({ counters: [counter('cx', side, outcome)] }),
        filter: { log_type_filter: { types: ['TcpUpstreamConnected'] } },
      },
      {
        ...statsLog({ counters: [counter('end', side, outcome)] }),
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
  side: Side,
  outcome: string,
  added: readonly Tag[] = [],
): AccessLoggersStatsConfig_Counter {
  const more = added.map(({ name, expression }) => ({
    name: `x.${name}`,
    value_format: `%CEL(${expression})%`,
  }))
  const tags = [EDGE[side], { name: 'c', value_format: outcome }, ...more]
  return { stat: { name, tags }, value_fixed: 1 }
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

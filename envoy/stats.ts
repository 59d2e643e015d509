// Which figures a proxy reports to its control plane, and how often: what `src/translate/listener/signals.ts` counts, and bytes.
import type {
  Bootstrap,
  SinkConfig,
  Typed,
  XdsMatcher_MatcherList_Predicate,
} from '../proto/envoy.d.ts'
import { METRICS_CLUSTER } from './metrics.ts'

/** Everything that counts for Lotse is in this scope. */
export const SIGNAL_SCOPE = 'lotse'

/**
 * Microseconds. What a request took is counted between two of these, in one histogram of three, since each repeats its bounds in every
 * report. Where the next one begins is no bound: nothing is above it.
 */
const FAST = [500, 1_000, 2_500]
const MIDDLE = [10_000, 25_000, 50_000]
const SLOW = [250_000, 1_000_000, 2_500_000, 10_000_000]

/** Seconds: an edge is on the page within five of its first request. */
const FLUSH = 2
/** Seconds after which a figure that no longer moves is forgotten; a multiple of the above. */
const FORGET = 600

export interface StatsOptions {
  /** The static cluster of the control plane. */
  readonly cluster: string
  /** Tells who reports where no certificate does (plain text on loopback). */
  readonly nodeId?: string
}

const TYPE = 'type.googleapis.com/' as const

export function signalStats({
  cluster,
  nodeId,
}: StatsOptions): Pick<
  Bootstrap,
  'stats_sinks' | 'stats_flush_interval' | 'stats_eviction_interval' | 'stats_config'
> {
  const sink: SinkConfig = {
    grpc_service: {
      envoy_grpc: { cluster_name: cluster },
      timeout: '5s',
      ...(nodeId ? { initial_metadata: [{ key: 'x-lotse-node', value: nodeId }] } : {}),
    },
    report_counters_as_deltas: true,
    report_histograms_as_deltas: true,
    // All other statistics are dropped here rather than by a stats matcher, which would take them from the admin page too.
    custom_metric_conversions: {
      matcher_list: {
        matchers: [
          {
            predicate: { not_matcher: { or_matcher: { predicate: reported(cluster) } } },
            on_match: DROP,
          },
        ],
      },
    },
  }
  return {
    stats_flush_interval: `${FLUSH}s`,
    stats_eviction_interval: `${FORGET}s`,
    stats_config: {
      histogram_bucket_settings: [
        { match: { prefix: `${SIGNAL_SCOPE}.mid` }, buckets: MIDDLE },
        { match: { prefix: `${SIGNAL_SCOPE}.slow` }, buckets: SLOW },
        { match: { prefix: `${SIGNAL_SCOPE}.` }, buckets: FAST },
      ],
    },
    stats_sinks: [
      {
        name: 'envoy.stat_sinks.open_telemetry',
        typed_config: {
          '@type': `${TYPE}envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig`,
          ...sink,
        } as Typed<'envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig'>,
      },
    ],
  }
}

/**
 * Counted for the cluster, since a TCP connection's own count is told only when it ends. What does not move is not sent: gauges would
 * be sent with every report, so that saturation is told by what waited and what was refused.
 */
const OF_CLUSTER = [
  'cx_rx_bytes_total',
  'cx_tx_bytes_total',
  'cx_total',
  'rq_pending_total',
  'cx_overflow',
  'rq_pending_overflow',
  'rq_retry_overflow',
]

function reported(reporting: string): readonly XdsMatcher_MatcherList_Predicate[] {
  // What only Envoy itself uses; a MeshConfig may give the others any name.
  const own = [reporting, METRICS_CLUSTER].map((name) => named({ prefix: `cluster.${name}.` }))
  return [
    named({ prefix: `${SIGNAL_SCOPE}.` }),
    {
      and_matcher: {
        predicate: [
          named({ prefix: 'cluster.' }),
          { not_matcher: anyOf(own) },
          anyOf([
            ...OF_CLUSTER.map((name) => named({ suffix: `.upstream_${name}` })),
            ...['request', 'response'].map((what) =>
              named({ suffix: `.grpc.${what}_message_count` }),
            ),
          ]),
        ],
      },
    },
  ]
}

function anyOf(predicate: readonly XdsMatcher_MatcherList_Predicate[]) {
  return { or_matcher: { predicate } }
}

function named(
  value_match: { readonly prefix: string } | { readonly suffix: string },
): XdsMatcher_MatcherList_Predicate {
  return {
    single_predicate: {
      input: {
        name: 'name',
        typed_config: {
          '@type': `${TYPE}envoy.extensions.matching.common_inputs.stats.v3.StatFullNameMatchInput`,
        },
      },
      value_match,
    },
  }
}

const DROP = {
  action: {
    name: 'drop',
    typed_config: {
      '@type': `${TYPE}envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig.DropAction`,
    },
  },
} as const

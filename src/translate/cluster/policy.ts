// A traffic policy's blocks as fields of an Envoy cluster: circuit breakers, load balancing, outlier detection.
import type { Cluster_CommonLbConfig } from '../../../proto/envoy.d.ts'
import { isSome, seconds } from '../../model/duration.ts'
import { ORIGIN } from '../../model/origin.ts'
import type {
  ConnectionPoolSettings,
  LoadBalancerSettings,
  OutlierDetection,
  TcpKeepalive,
  TrafficPolicy,
} from '../../model/schema/destination-rule.ts'
import type { Policy } from '../kinds/destination-rule.ts'
import type { localityLb } from '../locality.ts'
import type { ClusterFields, UpstreamHttpFields } from '../typed.ts'

/** What holds for the whole mesh where no rule says anything else. */
export interface PoolDefaults {
  readonly connectTimeout: string
  readonly tcpKeepalive?: TcpKeepalive | undefined
}

/** Istio lifts Envoy's default limits of 1,024 connections and requests and 3 retries. */
const UNLIMITED = 4294967295

/** 0 means unset in Istio's API. */
function limit(value: number | undefined): number {
  return value ? value : UNLIMITED
}

export function connectionPool(
  pool: ConnectionPoolSettings | undefined,
  defaults: PoolDefaults,
  policy: Policy,
): ClusterFields {
  const { tcp, http } = pool ?? {}
  const keepalive = tcp?.tcpKeepalive ?? defaults.tcpKeepalive
  return {
    connect_timeout: seconds(tcp?.connectTimeout ?? defaults.connectTimeout),
    circuit_breakers: {
      [ORIGIN]: policy.origins.connectionPool ?? policy.origins.retryBudget,
      thresholds: [
        {
          max_connections: limit(tcp?.maxConnections),
          max_pending_requests: limit(http?.http1MaxPendingRequests),
          max_requests: limit(http?.http2MaxRequests),
          max_retries: limit(http?.maxRetries),
          ...(policy.retryBudget ? { retry_budget: retryBudget(policy.retryBudget) } : {}),
          track_remaining: true,
        },
      ],
    },
    ...(keepalive ? { upstream_connection_options: { tcp_keepalive: probes(keepalive) } } : {}),
  }
}

/** Takes the place of `max_retries` in Envoy. */
function retryBudget(budget: NonNullable<TrafficPolicy['retryBudget']>) {
  return {
    budget_percent: { value: budget.percent ?? 20 },
    min_retry_concurrency: budget.minRetryConcurrency ?? 3,
    ...(budget.budgetInterval ? { budget_interval: seconds(budget.budgetInterval) } : {}),
  }
}

export function probes({ probes, time, interval }: TcpKeepalive) {
  return {
    ...(probes ? { keepalive_probes: probes } : {}),
    ...(time ? { keepalive_time: wholeSeconds(time) } : {}),
    ...(interval ? { keepalive_interval: wholeSeconds(interval) } : {}),
  }
}

function wholeSeconds(duration: string): number {
  return Math.max(1, Math.floor(Number.parseFloat(seconds(duration))))
}

/** Limits that live in the HTTP protocol options of a cluster. */
export function httpConnectionLimits(pool: ConnectionPoolSettings | undefined): UpstreamHttpFields {
  const { tcp, http } = pool ?? {}
  const idle = http?.idleTimeout ?? tcp?.idleTimeout
  const options = {
    ...(idle ? { idle_timeout: seconds(idle) } : {}),
    ...(isSome(tcp?.maxConnectionDuration)
      ? { max_connection_duration: seconds(tcp.maxConnectionDuration) }
      : {}),
    ...(http?.maxRequestsPerConnection
      ? { max_requests_per_connection: http.maxRequestsPerConnection }
      : {}),
  }
  return Object.keys(options).length > 0 ? { common_http_protocol_options: options } : {}
}

export function loadBalancing(settings: LoadBalancerSettings | undefined): ClusterFields {
  const hash = settings?.consistentHash
  if (hash?.maglev) {
    const size = hash.maglev.tableSize
    return { lb_policy: 'MAGLEV', ...(size ? { maglev_lb_config: { table_size: size } } : {}) }
  }
  if (hash) {
    const size = hash.ringHash?.minimumRingSize ?? hash.minimumRingSize ?? 1024
    return { lb_policy: 'RING_HASH', ring_hash_lb_config: { minimum_ring_size: size } }
  }
  const slow = slowStart(settings)
  switch (settings?.simple) {
    case 'ROUND_ROBIN':
      return { lb_policy: 'ROUND_ROBIN', ...(slow ? { round_robin_lb_config: slow } : {}) }
    case 'RANDOM':
      return { lb_policy: 'RANDOM' }
    default:
      return { lb_policy: 'LEAST_REQUEST', ...(slow ? { least_request_lb_config: slow } : {}) }
  }
}

/** A new endpoint's share grows from `minimumPercent` on; with the aggression 1 it grows evenly. */
function slowStart(settings: LoadBalancerSettings | undefined) {
  const length = settings?.warmup?.duration ?? settings?.warmupDurationSecs
  if (length === undefined) return undefined
  const { minimumPercent = 10, aggression = 1 } = settings?.warmup ?? {}
  return {
    slow_start_config: {
      slow_start_window: seconds(length),
      // Envoy demands a key; nothing sets it.
      aggression: { default_value: aggression, runtime_key: 'upstream.slow_start.aggression' },
      min_weight_percent: { value: minimumPercent },
    },
  }
}

/**
 * Success-rate ejection is always off; a detector set to 0 is off; panic mode only below `minHealthPercent` (Istio).
 * `locality`: how localities count.
 */
export function outlierDetection(
  outlier: OutlierDetection | undefined,
  policy: Policy,
  locality: ReturnType<typeof localityLb> = {},
): ClusterFields {
  const common_lb_config = {
    healthy_panic_threshold: { value: outlier?.minHealthPercent ?? 0 },
    ...locality,
  } as Cluster_CommonLbConfig
  if (!outlier) return { common_lb_config }
  const count = (name: string, value: number | undefined) =>
    value === undefined
      ? {}
      : {
          ...(value > 0 ? { [name]: value } : {}),
          [`enforcing_${name}`]: value > 0 ? 100 : 0,
        }
  return {
    common_lb_config,
    outlier_detection: {
      [ORIGIN]: policy.origins.outlierDetection,
      enforcing_success_rate: 0,
      ...count('consecutive_5xx', outlier.consecutive5xxErrors),
      ...count('consecutive_gateway_failure', outlier.consecutiveGatewayErrors),
      ...(outlier.splitExternalLocalOriginErrors
        ? {
            split_external_local_origin_errors: true,
            enforcing_local_origin_success_rate: 0,
            ...count('consecutive_local_origin_failure', outlier.consecutiveLocalOriginFailures),
          }
        : {}),
      ...(outlier.interval ? { interval: seconds(outlier.interval) } : {}),
      ...(outlier.baseEjectionTime
        ? { base_ejection_time: seconds(outlier.baseEjectionTime) }
        : {}),
      // Of fewer than ten endpoints Envoy's ten percent are none: unless told a share, one may go (Istio).
      ...(outlier.maxEjectionPercent
        ? { max_ejection_percent: outlier.maxEjectionPercent }
        : { always_eject_one_host: true }),
    },
  }
}

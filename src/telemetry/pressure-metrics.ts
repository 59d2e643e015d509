// Saturation of a proxy and of its ways to others, under the names that Envoy's own Prometheus page has.
import { escapeValue } from './istio-labels.ts'
import type { Breaker, ClusterLoad, ProxyLoad } from './load.ts'
import type { Pressure } from './report.ts'

const NAMES: Readonly<Record<Pressure, readonly [name: string, help: string]>> = {
  connections: ['envoy_cluster_upstream_cx_total', 'Connections made'],
  pending: ['envoy_cluster_upstream_rq_pending_total', 'Requests that waited for a connection'],
  connectionsRefused: [
    'envoy_cluster_upstream_cx_overflow',
    'Connections refused by an open circuit breaker',
  ],
  pendingRefused: [
    'envoy_cluster_upstream_rq_pending_overflow',
    'Requests refused by an open circuit breaker',
  ],
  retriesRefused: [
    'envoy_cluster_upstream_rq_retry_overflow',
    'Retries refused by an open circuit breaker',
  ],
}

export function pressureMetrics(
  clusters: ReadonlyMap<string, Readonly<Record<Pressure, number>>>,
): string {
  if (clusters.size === 0) return ''
  const lines = Object.entries(NAMES).flatMap(([what, [name, help]]) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} counter`,
    ...[...clusters].map(([cluster, figures]) => {
      const labels = `envoy_cluster_name="${escapeValue(cluster)}"`
      return `${name}{${labels}} ${figures[what as Pressure]}`
    }),
  ])
  return `${lines.join('\n')}\n`
}

const OF_PROXY = {
  memory: ['envoy_server_memory_allocated', 'gauge', 'Bytes allocated'],
  physical: ['envoy_server_memory_physical_size', 'gauge', 'Bytes taken of the machine'],
  connections: ['envoy_server_total_connections', 'gauge', 'Open connections from clients'],
  workers: ['envoy_server_concurrency', 'gauge', 'Worker threads'],
  stalls: ['envoy_workers_watchdog_miss', 'counter', 'Workers that did not answer in time'],
  busiest: ['lotse_proxy_busiest_worker_percent', 'gauge', 'What the busiest worker computed'],
} as const

const BREAKERS: Readonly<Record<Breaker, string>> = {
  connections: 'cx_open',
  pending: 'rq_pending_open',
  requests: 'rq_open',
  retries: 'rq_retry_open',
}

const OF_CLUSTER: readonly (readonly [
  name: string,
  help: string,
  read: (load: ClusterLoad) => number,
])[] = [
  ['upstream_cx_active', 'Open connections', (load) => load.connections],
  ['upstream_rq_active', 'Requests under way', (load) => load.requests],
  ['upstream_rq_pending_active', 'Requests that wait for a connection', (load) => load.waiting],
  [
    'outlier_detection_ejections_active',
    'Endpoints that are put aside',
    (load) => load.ejected.length,
  ],
  ...Object.entries(BREAKERS).map(
    ([breaker, name]) =>
      [
        `circuit_breakers_default_${name}`,
        'Whether the circuit breaker is open',
        (load: ClusterLoad) => Number(load.breakers.includes(breaker as Breaker)),
      ] as const,
  ),
]

export function loadMetrics(load: ProxyLoad | undefined): string {
  if (!load) return ''
  const lines = Object.entries(OF_PROXY).flatMap(([figure, [name, type, help]]) => {
    const value = load[figure as keyof typeof OF_PROXY]
    if (value === undefined) return []
    return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, `${name} ${value}`]
  })
  const ofClusters = OF_CLUSTER.flatMap(([figure, help, read]) => {
    const name = `envoy_cluster_${figure}`
    const series = [...load.clusters].map(
      ([cluster, own]) => `${name}{envoy_cluster_name="${escapeValue(cluster)}"} ${read(own)}`,
    )
    return series.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...series]
  })
  return `${[...lines, ...ofClusters].join('\n')}\n`
}

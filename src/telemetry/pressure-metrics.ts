// Saturation of a proxy's ways to others, under the names that Envoy's own Prometheus page has.
import { escapeValue } from './istio-labels.ts'
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

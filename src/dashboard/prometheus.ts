// What Prometheus reads here: where to scrape (HTTP service discovery), and what each proxy reported under Istio's names.
import type { FastifyInstance } from 'fastify'
import type { App } from '../app.ts'
import { istioMetrics } from '../telemetry/istio-metrics.ts'
import { loadMetrics, pressureMetrics } from '../telemetry/pressure-metrics.ts'
import { READ_MESH } from './access.ts'

const TARGETS = '/api/v1/prometheus/targets'
const PROXIES = '/api/v1/prometheus/proxies'
const TEXT = 'text/plain; version=0.0.4; charset=utf-8'

/** A group of targets as Prometheus' `http_sd_configs` takes it. */
export interface TargetGroup {
  readonly targets: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

/** Proxies open no port for this: their figures are scraped here, each under its own path. */
export function targetsOf(app: App, address: string): TargetGroup[] {
  const { totals, loads } = app.signals
  const loaded = [...loads.all()].map(([name]) => name)
  const names = [...new Set([...totals.reporters(), ...loaded])].sort()
  return [
    { targets: [address], labels: { __metrics_path__: '/metrics', job: 'lotse' } },
    ...names.map((name) => {
      const [namespace = '', workload = ''] = name.split('/')
      return {
        targets: [address],
        labels: {
          __metrics_path__: `${PROXIES}/${name}`,
          ...{ job: 'envoy', instance: name, namespace, workload },
        },
      }
    }),
  ]
}

export function proxyMetrics(app: App, reporter: string): string {
  const { totals, loads } = app.signals
  const metrics = istioMetrics(reporter, totals.of(reporter), app.metricsOptions)
  return metrics + pressureMetrics(totals.pressure(reporter)) + loadMetrics(loads.of(reporter))
}

export function addPrometheus(server: FastifyInstance, app: () => App | undefined): void {
  server.get(TARGETS, READ_MESH, async (request, reply) => {
    const ready = app()
    return ready ? targetsOf(ready, request.host) : reply.code(503).send({ error: 'not ready' })
  })
  server.get<{ Params: { namespace: string; workload: string } }>(
    `${PROXIES}/:namespace/:workload`,
    READ_MESH,
    async ({ params }, reply) => {
      const ready = app()
      if (!ready) return reply.code(503).send({ error: 'not ready' })
      const name = `${params.namespace}/${params.workload}`
      const { totals, loads } = ready.signals
      if (!totals.has(name) && !loads.of(name)) {
        return reply.code(404).send({ error: 'no such proxy has reported anything' })
      }
      return reply.type(TEXT).send(proxyMetrics(ready, name))
    },
  )
}

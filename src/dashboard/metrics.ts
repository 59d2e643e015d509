// Lotse's own figures for Prometheus.
import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { App } from '../app.ts'
import { READ_MESH } from './access.ts'
import { addCertificateMetrics } from './certificate-metrics.ts'

const COUNTERS = {
  requests: 'Requests received from proxies',
  responses: 'Responses sent to proxies',
  resources: 'Resources sent to proxies',
  acks: 'Responses that proxies accepted',
  nacks: 'Responses that proxies rejected',
  bytes: 'Bytes sent to proxies',
  pushes: 'Times that streams were brought up to date',
} as const

const REPORTS = {
  reports: 'Reports received from proxies',
  refused: 'Reports that could not be read',
  points: 'Figures in reports',
  bytes: 'Bytes of reports',
  dropped: 'Figures dropped since too many series are kept already',
} as const

/** What each means, and what it is. */
const SINGLE: Readonly<Record<string, readonly [help: string, value: (app: App) => number]>> = {
  reports_series: ['Series of figures that are kept', ({ signals }) => signals.size],
  xds_push_seconds_total: [
    'Time that bringing streams up to date took, others served in between',
    ({ services }) => sum(services.map(({ counters }) => counters.pushSeconds)),
  ],
  xds_streams: [
    'Open streams',
    ({ services }) => sum(services.map((service) => service.streams().length)),
  ],
  leads: ['1 while this replica is the one that writes for all', (app) => (app.leads() ? 1 : 0)],
  mesh_generation: [
    'Changes since the start of what the mesh says, or of where it is said',
    (app) => app.mesh().generation,
  ],
  translation_results: ['Results of translation that are kept', (app) => app.results()],
}

export function addMetrics(server: FastifyInstance, app: () => App | undefined): void {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'lotse_' })
  for (const [name, help] of Object.entries(COUNTERS)) {
    const counter = name as keyof typeof COUNTERS
    new Gauge({
      name: `lotse_xds_${name}_total`,
      help,
      registers: [registry],
      collect() {
        this.set(sum(app()?.services.map((service) => service.counters[counter])))
      },
    })
  }
  for (const [name, help] of Object.entries(REPORTS)) {
    new Gauge({
      name: `lotse_reports_${name}_total`,
      help,
      registers: [registry],
      collect() {
        this.set(reported(app(), name as keyof typeof REPORTS))
      },
    })
  }
  for (const [name, [help, value]] of Object.entries(SINGLE)) {
    new Gauge({
      name: `lotse_${name}`,
      help,
      registers: [registry],
      collect() {
        const open = app()
        this.set(open ? value(open) : 0)
      },
    })
  }
  new Gauge({
    name: 'lotse_diagnostics',
    help: 'Present diagnostics',
    labelNames: ['severity'],
    registers: [registry],
    collect() {
      for (const severity of ['error', 'warning', 'info']) this.set({ severity }, 0)
      for (const { severity } of app()?.diagnostics() ?? []) this.inc({ severity })
    },
  })
  addCertificateMetrics(registry, app)
  server.get('/metrics', READ_MESH, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  )
}

function sum(numbers: readonly number[] | undefined): number {
  return numbers?.reduce((total, number) => total + number, 0) ?? 0
}

/** A figure may find no place in the graph, or none among the totals for Prometheus. */
function reported(app: App | undefined, name: keyof typeof REPORTS): number {
  if (!app) return 0
  const { counters, totals } = app.signals
  return counters[name] + (name === 'dropped' ? totals.dropped : 0)
}

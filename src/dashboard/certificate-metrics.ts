// When certificates end, and how many proxies lag behind: what alerts go by.
import { X509Certificate } from 'node:crypto'
import { Gauge, type Registry } from 'prom-client'
import type { App } from '../app.ts'

/** Workloads beyond these are left out, those whose certificates end last. */
const MOST = 2000

export function addCertificateMetrics(registry: Registry, app: () => App | undefined): void {
  new Gauge({
    name: 'lotse_certificate_expiry_timestamp_seconds',
    help: 'When a root, or the newest certificate of a workload, ceases to be valid',
    labelNames: ['kind', 'workload'],
    registers: [registry],
    collect() {
      this.reset()
      const ready = app()
      if (!ready) return
      const { rotator, trust } = ready.authority
      const roots = trust.rootsPem.map((pem) => Date.parse(new X509Certificate(pem).validTo))
      this.set({ kind: 'root', workload: '' }, Math.min(...roots) / 1000)
      const newest = new Map<string, number>()
      for (const { workload, notAfter } of rotator.live()) {
        newest.set(workload, Math.max(notAfter, newest.get(workload) ?? 0))
      }
      const soonest = [...newest].sort(([, a], [, b]) => a - b).slice(0, MOST)
      for (const [workload, end] of soonest) this.set({ kind: 'workload', workload }, end / 1000)
    },
  })
  new Gauge({
    name: 'lotse_xds_stale_streams',
    help: 'Proxies that have not confirmed what was sent to them',
    registers: [registry],
    collect() {
      const streams = app()?.services.flatMap((service) => service.streams()) ?? []
      const stale = streams.filter(({ types }) => Object.values(types).some((type) => type.stale))
      this.set(stale.length)
    },
  })
}

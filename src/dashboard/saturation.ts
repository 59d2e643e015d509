// How full the ways from workloads to others were, since each proxy's first report.
import type { App } from '../app.ts'
import type { Pressure } from '../telemetry/report.ts'
import type { MeshRoute } from './route.ts'
import { count, described, list, shape, text } from './schema.ts'

export interface Saturation {
  readonly ways: readonly ({ readonly workload: string; readonly cluster: string } & Readonly<
    Record<Pressure, number>
  >)[]
}

export function saturationOf({ signals: { totals } }: App): Saturation {
  const ways = [...totals.reporters()].sort().flatMap((workload) =>
    [...totals.pressure(workload)].map(([cluster, figures]) => ({
      workload,
      cluster,
      ...figures,
    })),
  )
  return { ways }
}

const WAY = shape({
  ...{ workload: text, cluster: text },
  connections: described(count, 'Connections made'),
  pending: described(count, 'Requests that waited for a connection'),
  connectionsRefused: described(count, 'Connections that an open circuit breaker refused'),
  pendingRefused: described(count, 'Requests that an open circuit breaker refused'),
  retriesRefused: described(count, 'Retries that an open circuit breaker refused'),
})

export const SATURATION_ROUTES: readonly MeshRoute[] = [
  {
    method: 'GET',
    path: '/api/v1/saturation',
    summary: 'Connections, waiting and refused requests of each way from a workload to a cluster',
    role: 'read',
    scope: 'mesh',
    answer: shape({ ways: list(WAY) }),
    handle: saturationOf,
  },
]

// How full proxies are: their memory and workers now, and their ways to others now and since each proxy's first report.
import type { App } from '../app.ts'
import type { ClusterLoad } from '../telemetry/load.ts'
import type { Pressure } from '../telemetry/report.ts'
import type { ProxyLoadRow, Saturation, WayRow } from './answers.ts'
import { proxyStates } from './proxies.ts'
import type { MeshRoute } from './route.ts'
import { count, described, list, oneOf, shape, text, time } from './schema.ts'

const NOTHING: Readonly<Record<Pressure, number>> = {
  connections: 0,
  pending: 0,
  connectionsRefused: 0,
  pendingRefused: 0,
  retriesRefused: 0,
}

export function saturationOf(app: App): Saturation {
  const { totals, loads } = app.signals
  // What was told by one that is not connected may have changed since.
  const connected = proxyStates(app)
  const told = [...loads.all()].filter(([workload]) => connected.has(workload))
  const workloads = new Set([...totals.reporters(), ...told.map(([workload]) => workload)])
  const now = new Map(told)
  const ways = [...workloads].sort().flatMap((workload): WayRow[] => {
    const since = totals.pressure(workload)
    const clusters = now.get(workload)?.clusters ?? new Map<string, ClusterLoad>()
    return [...new Set([...since.keys(), ...clusters.keys()])].map((cluster) => {
      const load = clusters.get(cluster)
      const figures = since.get(cluster) ?? NOTHING
      const name = totals.clusterOf(workload, cluster)
      return { workload, cluster: name, ...figures, ...(load ? { now: load } : {}) }
    })
  })
  const proxies = told.map(([workload, load]): ProxyLoadRow => {
    const { at, memory, physical, connections, workers, busiest, stalls } = load
    return {
      ...{ workload, at: new Date(at).toISOString(), memory, physical, connections, workers },
      ...(busiest === undefined ? {} : { busiest }),
      stalls,
    }
  })
  return { ways, proxies }
}

const NOW = shape({
  connections: described(count, 'Open'),
  requests: described(count, 'Under way'),
  waiting: described(count, 'Requests that wait for a connection'),
  breakers: described(
    list(oneOf('connections', 'pending', 'requests', 'retries')),
    'Circuit breakers that are open',
  ),
  ejected: described(list(text), 'Endpoints that outlier detection put aside, as ADDRESS:PORT'),
})

const WAY = shape(
  {
    ...{ workload: text, cluster: text },
    connections: described(count, 'Connections made'),
    pending: described(count, 'Requests that waited for a connection'),
    connectionsRefused: described(count, 'Connections that an open circuit breaker refused'),
    pendingRefused: described(count, 'Requests that an open circuit breaker refused'),
    retriesRefused: described(count, 'Retries that an open circuit breaker refused'),
  },
  { now: described(NOW, 'At this moment; absent if nothing is open, or no agent tells') },
)

const PROXY = shape(
  {
    workload: text,
    at: described(time, 'When it told this; it tells nothing while nothing changes'),
    memory: described(count, 'Bytes that Envoy has allocated'),
    physical: described(count, 'Bytes that it takes of the machine'),
    connections: described(count, 'Connections from clients that are open'),
    workers: described(count, 'Its worker threads'),
    stalls: described(count, 'How often a worker did not answer its watchdog in time'),
  },
  { busiest: described(count, 'Percent of its time that the busiest worker computed') },
)

export const SATURATION_ROUTES: readonly MeshRoute[] = [
  {
    method: 'GET',
    path: '/api/v1/saturation',
    summary:
      'Memory and workers of each proxy whose agent tells, and how full each way from a workload to a cluster is and was',
    role: 'read',
    scope: 'mesh',
    answer: shape({ ways: list(WAY), proxies: list(PROXY) }),
    handle: saturationOf,
  },
]

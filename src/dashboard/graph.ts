// The service graph, and the golden signals of one node over time.
import type { Graph } from '../model/graph.ts'
import type { Route } from './route.ts'
import { count, flag, list, number, oneOf, record, shape, text, time } from './schema.ts'
import type { ShownApp } from './shown.ts'

/** As written in the URL. */
export interface GraphQuery {
  /** `service` (default) or `workload`. */
  readonly by?: string | undefined
  /** Seconds, 5 to 1800; default 60. */
  readonly window?: string | undefined
  /** Seconds before now at which the window ends, up to 1800. */
  readonly ago?: string | undefined
}

const HALF_AN_HOUR = 1800

export function graphFor(app: ShownApp, query: GraphQuery): Promise<Graph> {
  return app.graph(optionsOf(query))
}

function optionsOf({ by, window, ago }: GraphQuery) {
  return {
    by: by === 'workload' ? ('workload' as const) : ('service' as const),
    window: within(window, 5, HALF_AN_HOUR, 60),
    ago: within(ago, 0, HALF_AN_HOUR, 0),
  }
}

const NODE = shape({
  id: text,
  kind: oneOf('workload', 'service', 'outside'),
  ...{ service: text, namespace: text, workload: text, version: text },
})

const LATENCIES = { p50: number, p95: number, p99: number }

const EDGE = shape(
  {
    ...{ source: text, target: text },
    protocol: oneOf('http', 'grpc', 'tcp'),
    reporter: oneOf('client', 'server'),
    mutualTls: oneOf('all', 'some', 'none'),
    ...{ requests: number, rate: number, errors: number, errorShare: number },
    statuses: record(number),
    flags: list(text),
    ...{ bytesSent: number, bytesReceived: number },
  },
  LATENCIES,
)

export const GRAPH = shape(
  {
    window: number,
    by: oneOf('service', 'workload'),
    at: time,
    nodes: list(NODE),
    edges: list(EDGE),
  },
  { problem: text },
)

const POINT = shape({ at: time, requests: number, errors: number }, LATENCIES)

const QUERY = {
  by: 'What a node is: service (default) or workload',
  window: 'Seconds, 5 to 1800; default 60',
}

export const GRAPH_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/graph',
    summary: 'Who calls whom, how often, how fast, with how many errors',
    role: 'read',
    scope: 'namespace',
    query: { ...QUERY, ago: 'Seconds before now at which the window ends, up to 1800; default 0' },
    answer: GRAPH,
    handle: (app, { query }) => app.meshGraph(optionsOf(query)),
  },
  {
    method: 'GET',
    path: '/api/v1/history',
    summary: 'The golden signals of one node of the graph, step by step',
    role: 'read',
    scope: 'namespace',
    query: { ...QUERY, node: 'Id of the node, as in the graph' },
    answer: shape(
      {
        node: text,
        by: oneOf('service', 'workload'),
        step: count,
        inbound: list(POINT),
        outbound: list(POINT),
        seen: flag,
      },
      { problem: text },
    ),
    handle: (app, { query }) =>
      app.history({
        by: query.by === 'workload' ? 'workload' : 'service',
        node: query.node ?? '',
        window: within(query.window, 60, HALF_AN_HOUR, 300),
      }),
  },
]

function within(text: string | undefined, least: number, most: number, usual: number): number {
  const number = Number(text ?? usual)
  return Number.isFinite(number) ? Math.min(most, Math.max(least, number)) : usual
}

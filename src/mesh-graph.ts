// What is shown of traffic: of this replica's proxies, or of the whole mesh from a Prometheus that scrapes all replicas.
import type { Graph, History } from './model/graph.ts'
import type { GraphOptions } from './telemetry/graph.ts'
import type { HistoryOptions } from './telemetry/history.ts'
import { prometheusGraph } from './telemetry/prometheus-graph.ts'
import { prometheusHistory } from './telemetry/prometheus-history.ts'
import { askPrometheus, unreachable } from './telemetry/prometheus-query.ts'

export interface MeshTraffic {
  /** At once: with a Prometheus the last one that was read, which makes it be read again. */
  readonly graph: (options: GraphOptions) => Promise<Graph>
  /** As of now. */
  readonly meshGraph: (options: GraphOptions) => Promise<Graph>
  readonly history: (options: HistoryOptions) => Promise<History>
}

/** What the proxies of this replica told. */
export interface OwnTraffic {
  readonly graph: (options: GraphOptions) => Promise<Graph>
  readonly history: (options: HistoryOptions) => Promise<History>
}

/** Milliseconds for which a graph that was read is new enough. */
const FRESH_MS = 1_500
/** Graphs that nobody asked for lately give way. */
const MOST_KEPT = 50

interface Kept {
  graph: Promise<Graph>
  readAt: number
  reading: boolean
}

export function meshTrafficOf(
  url: string | undefined,
  now: () => Date,
  own: OwnTraffic,
): MeshTraffic {
  if (url === undefined) return { ...own, meshGraph: own.graph }
  const ask = askPrometheus(url)
  const kept = new Map<string, Kept>()
  const orOwn =
    <Options, Told extends object>(
      read: (options: Options) => Promise<Told>,
      instead: (options: Options) => Promise<Told>,
    ) =>
    async (options: Options): Promise<Told> => {
      try {
        return await read(options)
      } catch (error) {
        return { ...(await instead(options)), problem: unreachable(url, error) }
      }
    }
  const meshGraph = orOwn(
    (options: GraphOptions) => prometheusGraph(ask, now(), options),
    own.graph,
  )
  const history = orOwn(
    (options: HistoryOptions) => prometheusHistory(ask, now(), options),
    own.history,
  )
  const graph = (options: GraphOptions): Promise<Graph> => {
    const key = JSON.stringify(options)
    const one = kept.get(key) ?? { graph: own.graph(options), readAt: 0, reading: false }
    kept.delete(key)
    kept.set(key, one)
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!)
    if (!one.reading && now().getTime() - one.readAt > FRESH_MS) {
      one.reading = true
      meshGraph(options).then(
        (read) => {
          const graph = Promise.resolve(read)
          Object.assign(one, { graph, readAt: now().getTime(), reading: false })
        },
        () => Object.assign(one, { reading: false }),
      )
    }
    return one.graph
  }
  return { graph, meshGraph, history }
}

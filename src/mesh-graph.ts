// The graph that is shown: of this replica's proxies, or of the whole mesh from a Prometheus that scrapes all replicas.
import type { Graph } from './model/graph.ts'
import type { GraphOptions } from './telemetry/graph.ts'
import { prometheusGraph } from './telemetry/prometheus-graph.ts'
import { askPrometheus, unreachable } from './telemetry/prometheus-query.ts'

export interface MeshGraph {
  /** At once: with a Prometheus the last one that was read, which makes it be read again. */
  readonly graph: (options: GraphOptions) => Graph
  /** As of now. */
  readonly meshGraph: (options: GraphOptions) => Promise<Graph>
}

/** Milliseconds for which a graph that was read is new enough. */
const FRESH_MS = 1_500
/** Graphs that nobody asked for lately give way. */
const MOST_KEPT = 50

interface Kept {
  graph: Graph
  readAt: number
  reading: boolean
}

export function meshGraphOf(
  url: string | undefined,
  now: () => Date,
  own: (options: GraphOptions) => Graph,
): MeshGraph {
  if (url === undefined) return { graph: own, meshGraph: async (options) => own(options) }
  const ask = askPrometheus(url)
  const kept = new Map<string, Kept>()
  const meshGraph = async (options: GraphOptions): Promise<Graph> => {
    try {
      return await prometheusGraph(ask, now(), options)
    } catch (error) {
      return { ...own(options), problem: unreachable(url, error) }
    }
  }
  const graph = (options: GraphOptions): Graph => {
    const key = JSON.stringify(options)
    const one = kept.get(key) ?? { graph: own(options), readAt: 0, reading: false }
    kept.delete(key)
    kept.set(key, one)
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!)
    if (!one.reading && now().getTime() - one.readAt > FRESH_MS) {
      one.reading = true
      void meshGraph(options).then((read) => {
        Object.assign(one, { graph: read, readAt: now().getTime(), reading: false })
      })
    }
    return one.graph
  }
  return { graph, meshGraph }
}

// The service graph over HTTP.
import type { FastifyInstance } from 'fastify'
import type { App } from '../app.ts'
import type { Graph } from '../model/graph.ts'

/** As written in the URL. */
export interface GraphQuery {
  /** `service` (default) or `workload`. */
  readonly by?: string
  /** Seconds, 5 to 1800; default 60. */
  readonly window?: string
  /** Seconds before now at which the window ends, up to 1800. */
  readonly ago?: string
}

const HALF_AN_HOUR = 1800

export function graphFor(app: App, { by, window, ago }: GraphQuery): Graph {
  return app.graph({
    by: by === 'workload' ? 'workload' : 'service',
    window: within(window, 5, HALF_AN_HOUR, 60),
    ago: within(ago, 0, HALF_AN_HOUR, 0),
  })
}

export function addGraph(server: FastifyInstance, app: () => App | undefined): void {
  server.get<{ Querystring: GraphQuery }>('/api/v1/graph', async (request, reply) => {
    const ready = app()
    return ready ? graphFor(ready, request.query) : reply.code(503).send({ error: 'not ready' })
  })
}

function within(text: string | undefined, least: number, most: number, usual: number): number {
  const number = Number(text ?? usual)
  return Number.isFinite(number) ? Math.min(most, Math.max(least, number)) : usual
}

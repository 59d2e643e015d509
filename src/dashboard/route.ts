// What a route of the API is, and the one place where all of them are registered: whoever guards them does it here.
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { App } from '../app.ts'
import type { Schema } from './schema.ts'

/** `view` reads; `operate` changes something. */
export type Role = 'view' | 'operate'

export interface Asked {
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string | undefined>>
  readonly body: unknown
}

/** An answer other than 200. */
export interface Refusal {
  readonly status: 400 | 403 | 404 | 409 | 503
  readonly error: string
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** In fastify's form, `/api/v1/proxies/:proxy`. */
  readonly path: string
  readonly summary: string
  readonly role: Role
  /** Parameters of the query, each with what it means. */
  readonly query?: Readonly<Record<string, string>>
  readonly body?: Schema
  /** Of the answer 200; `events` for a stream of server-sent events, each with the shape of its data. */
  readonly answer: Schema | { readonly events: Readonly<Record<string, Schema>> }
  readonly handle?: (app: App, asked: Asked) => object | Refusal | Promise<object | Refusal>
  /** For streams: writes the answer itself. */
  readonly stream?: (app: App, asked: Asked, reply: FastifyReply) => void
}

export function refuse(status: Refusal['status'], error: string): Refusal {
  return { status, error }
}

const NOT_READY = refuse(503, 'The sources are not read yet. Ask again in a moment')

export function addRoutes(
  server: FastifyInstance,
  routes: readonly Route[],
  app: () => App | undefined,
): void {
  for (const route of routes) {
    server.route({
      method: route.method,
      url: route.path,
      config: { role: route.role },
      handler: async (request, reply) => {
        const ready = app()
        if (!ready) return reply.code(NOT_READY.status).send({ error: NOT_READY.error })
        const asked = {
          params: request.params as Asked['params'],
          query: request.query as Asked['query'],
          body: request.body,
        }
        if (route.stream) {
          route.stream(ready, asked, reply)
          return reply
        }
        const answer = await route.handle?.(ready, asked)
        if (!isRefusal(answer)) return reply.header('cache-control', 'no-store').send(answer)
        return reply.code(answer.status).send({ error: answer.error })
      },
    })
  }
}

function isRefusal(answer: object | undefined): answer is Refusal {
  return answer !== undefined && 'error' in answer && 'status' in answer
}

// What a route of the API is, and the one place where all of them are registered: whoever guards them does it here.
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { App } from '../app.ts'
import type { Access } from './access.ts'
import type { Role } from './api-token.ts'
import type { Schema } from './schema.ts'
import { type ShownApp, shownTo } from './shown.ts'

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

interface RouteOf<Scope, Shown> {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** In fastify's form, `/api/v1/proxies/:proxy`. */
  readonly path: string
  readonly summary: string
  /** The least that a caller must be allowed. */
  readonly role: Role
  /** `namespace`: the handler gets an app that shows no more than the caller's. `mesh`: refused to callers of one namespace. */
  readonly scope: Scope
  /** Parameters of the query, each with what it means. */
  readonly query?: Readonly<Record<string, string>>
  readonly body?: Schema
  /** Of the answer 200; `events` for a stream of server-sent events, each with the shape of its data. */
  readonly answer: Schema | { readonly events: Readonly<Record<string, Schema>> }
  readonly handle?: (app: Shown, asked: Asked) => object | Refusal | Promise<object | Refusal>
  /** For streams: writes the answer itself. */
  readonly stream?: (app: Shown, asked: Asked, reply: FastifyReply) => void
}

export type NamespaceRoute = RouteOf<'namespace', ShownApp>
export type MeshRoute = RouteOf<'mesh', App>
export type Route = NamespaceRoute | MeshRoute

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
      config: { access: { role: route.role, scope: route.scope } satisfies Access },
      handler: async (request, reply) => {
        const whole = app()
        if (!whole) return reply.code(NOT_READY.status).send({ error: NOT_READY.error })
        const asked = {
          params: request.params as Asked['params'],
          query: request.query as Asked['query'],
          body: request.body,
        }
        if (route.stream) {
          if (route.scope === 'mesh') route.stream(whole, asked, reply)
          else route.stream(shownTo(whole, request.caller.namespace), asked, reply)
          return reply
        }
        const answer = await (route.scope === 'mesh'
          ? route.handle?.(whole, asked)
          : route.handle?.(shownTo(whole, request.caller.namespace), asked))
        if (!isRefusal(answer)) return reply.header('cache-control', 'no-store').send(answer)
        return reply.code(answer.status).send({ error: answer.error })
      },
    })
  }
}

function isRefusal(answer: object | undefined): answer is Refusal {
  return answer !== undefined && 'error' in answer && 'status' in answer
}

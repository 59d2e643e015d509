// Who may call which route. Every route says it when it is registered; one that does not is refused at the start.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { ROLES, type Role, verifyApiToken } from './api-token.ts'

/**
 * `open`: anybody, for probes. Else the least role, and what the answer is about: `namespace` is limited to the caller's
 * namespace (its handler gets only an app that shows no more), `mesh` is refused to callers of one namespace.
 */
export type Access = 'open' | { readonly role: Role; readonly scope: 'namespace' | 'mesh' }

export interface Caller {
  readonly role: Role
  /** Absent: the whole mesh. */
  readonly namespace?: string
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
  }
  interface FastifyRequest {
    caller: Caller
  }
}

export const READ = { config: { access: { role: 'read', scope: 'namespace' } } } as const
export const READ_MESH = { config: { access: { role: 'read', scope: 'mesh' } } } as const
export const OPEN = { config: { access: 'open' } } as const

export interface GuardOptions {
  readonly data: string
  /** Without a token a caller is refused; on loopback it is the administrator. */
  readonly demandToken: boolean
  /** The administrator's token on this machine, if there is one. */
  readonly adminToken: string | undefined
  readonly now: () => Date
}

export interface GuardedRoute {
  readonly method: string
  readonly url: string
  readonly access: Access
}

/** Before any route is registered; the list grows with them. */
export function guard(server: FastifyInstance, options: GuardOptions): readonly GuardedRoute[] {
  const routes: GuardedRoute[] = []
  server.decorateRequest('caller', null as unknown as Caller)
  server.addHook('onRoute', ({ method, url, config }) => {
    if (config?.access) {
      for (const one of [method].flat()) routes.push({ method: one, url, access: config.access })
      return
    }
    throw new Error(`The route ${method} ${url} does not say who may call it (config.access)`)
  })
  server.addHook('onRequest', async (request, reply) => {
    const access = request.routeOptions.config.access
    if (access === 'open') return
    const caller = callerOf(request.headers.authorization, options)
    if (!caller) return refuse(reply, 401, 'Send a token: lotse token create --api makes one')
    request.caller = caller
    // No such route: known callers learn that, others nothing.
    if (!access) return
    if (ROLES.indexOf(caller.role) < ROLES.indexOf(access.role)) {
      return refuse(reply, 403, `This needs the role ${access.role}`)
    }
    if (access.scope === 'mesh' && caller.namespace !== undefined) {
      return refuse(reply, 403, 'This is about the whole mesh, and the token is of one namespace')
    }
  })
  return routes
}

async function refuse(reply: FastifyReply, status: number, error: string): Promise<void> {
  if (status === 401) reply.header('www-authenticate', 'Bearer')
  await reply.code(status).send({ error })
}

function callerOf(header: string | undefined, options: GuardOptions): Caller | undefined {
  const { data, demandToken, adminToken, now } = options
  if (header === undefined) return demandToken ? undefined : { role: 'admin' }
  const text = /^Bearer (\S{1,200})$/.exec(header)?.[1]
  if (text === undefined) return undefined
  if (adminToken !== undefined && timingSafeEqual(digest(text), digest(adminToken))) {
    return { role: 'admin' }
  }
  const token = verifyApiToken(data, text, now())
  return (
    token && {
      role: token.role,
      ...(token.namespace === undefined ? {} : { namespace: token.namespace }),
    }
  )
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

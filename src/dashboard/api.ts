// The API behind the status page and `lotse status`: proxies, diagnostics, objects.
import type { FastifyInstance } from 'fastify'
import type { App } from '../app.ts'
import { printOrigin } from '../model/origin.ts'
import { RESOURCE_TYPES, type ResourceType } from '../model/resource.ts'
import type { Status } from './status.ts'

export function statusOf(app: App): Status {
  return {
    proxies: app.services.flatMap((service) =>
      service.streams().map(({ proxy, mode, connectedAt, types }) => ({
        proxy,
        mode,
        connectedAt: new Date(connectedAt).toISOString(),
        synced: Object.values(types).every((type) => !type.stale),
        types: Object.fromEntries(
          Object.entries(types).map(([name, { held, sent, nacks, stale, lastError }]) => [
            name,
            { held, sent, nacks, stale, ...(lastError ? { lastError } : {}) },
          ]),
        ),
      })),
    ),
    diagnostics: app.diagnostics().map(({ severity, code, text, origin }) => ({
      severity,
      code,
      text,
      ...(origin ? { place: printOrigin(origin) } : {}),
    })),
    objects: Object.fromEntries(
      Object.entries(app.mesh().tables)
        .map(([name, table]): [string, number] => [name, table.rows.size])
        .filter(([, size]) => size > 0),
    ),
  }
}

export function addApi(server: FastifyInstance, app: () => App | undefined): void {
  server.get('/api/v1/status', async (_request, reply) => {
    const ready = app()
    return ready ? statusOf(ready) : reply.code(503).send({ error: 'not ready' })
  })
  server.get<{ Params: { proxy: string }; Querystring: { type?: string } }>(
    '/api/v1/config/:proxy',
    async (request, reply) => {
      const ready = app()
      const proxy = ready?.services
        .flatMap((service) => service.proxies())
        .find(({ id, name }) => {
          const wanted = request.params.proxy
          return id === wanted || `${name.workload}.${name.namespace}` === wanted
        })
      if (!ready || !proxy) return reply.code(404).send({ error: 'no such proxy is connected' })
      const set = ready.resources(proxy)
      const types = RESOURCE_TYPES.filter(
        (type) => type !== 'secret' && (request.query.type ?? type) === type,
      )
      return Object.fromEntries(types.map((type) => [type, bodies(set[type].flat())]))
    },
  )
}

function bodies(
  resources: readonly {
    type: ResourceType
    body: object
    virtualHosts?: readonly { body: object }[]
  }[],
): object[] {
  return resources.map(({ body, virtualHosts }) =>
    virtualHosts ? { ...body, virtual_hosts: virtualHosts.map((host) => host.body) } : body,
  )
}

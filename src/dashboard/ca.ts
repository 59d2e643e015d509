// The certificate authority in the API: authorities, a rotation and whom it waits for. Read only: changes need the data directory.
import type { FastifyInstance } from 'fastify'
import type { App } from '../app.ts'

export function addCa(server: FastifyInstance, app: () => App | undefined): void {
  server.get('/api/v1/ca', async (_request, reply) => {
    const ready = app()
    return ready ? ready.authority.rotator.overview() : reply.code(503).send({ error: 'not ready' })
  })
}

// All routes of the API, and their description.
import type { FastifyInstance } from 'fastify'
import type { App } from '../app.ts'
import { STATUS_ROUTES } from './api.ts'
import { CERTIFICATE_ROUTES } from './certificates.ts'
import { eventRoutes } from './events.ts'
import { EXPLAIN_ROUTES } from './explain.ts'
import { GRAPH_ROUTES } from './graph.ts'
import { OBJECT_ROUTES } from './objects.ts'
import { openApi } from './openapi.ts'
import { PLACE_ROUTES } from './places.ts'
import { PROXY_ROUTES } from './proxies.ts'
import { addRoutes, type Route } from './route.ts'
import { SATURATION_ROUTES } from './saturation.ts'
import { tapRoutes } from './tap.ts'
import { type Editable, trafficRoutes } from './traffic.ts'

export function addApi(
  server: FastifyInstance,
  app: () => App | undefined,
  editable?: Editable,
): void {
  const routes: Route[] = [
    ...STATUS_ROUTES,
    ...GRAPH_ROUTES,
    ...PLACE_ROUTES,
    ...PROXY_ROUTES,
    ...SATURATION_ROUTES,
    ...OBJECT_ROUTES,
    ...CERTIFICATE_ROUTES,
    ...EXPLAIN_ROUTES,
    ...trafficRoutes(editable),
    ...eventRoutes(server),
    ...tapRoutes(server),
  ]
  const description: Route = {
    method: 'GET',
    path: '/api/v1/openapi.json',
    summary: 'This description',
    role: 'read',
    scope: 'namespace',
    answer: { type: 'object' },
    handle: () => openApi([...routes, description]),
  }
  addRoutes(server, [...routes, description], app)
}

// `lotse explain` of the running mesh.
import { isProblem } from '../ca/problem.ts'
import { explainIn } from '../explained.ts'
import { type Route, refuse } from './route.ts'
import { flag, list, number, place, shape, text } from './schema.ts'

const STEPS = list(shape({ what: text, name: text }, { place }))

export const EXPLAIN_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/explain',
    summary: 'Which way a request goes, each step with the line that says so',
    role: 'read',
    // A route leads through other namespaces.
    scope: 'mesh',
    query: {
      workload: 'NAMESPACE/NAME of the workload that sends the request',
      host: 'Its Host header',
      path: 'With its query; default /',
      method: 'Default GET',
      port: 'Port of the listener; any by default',
      headers: 'NAME=VALUE, one a line',
      to: 'NAMESPACE/NAME: whether this workload lets it in',
    },
    answer: shape(
      {
        steps: STEPS,
        clusters: list(shape({ name: text, weight: number })),
        ...{ answer: text, none: text },
      },
      { admission: shape({ workload: text, steps: STEPS, allowed: flag, reason: text }) },
    ),
    handle: (app, { query }) => {
      const { workload = '', host = '', path = '/', method, port, headers, to } = query
      if (!host || !path.startsWith('/')) return refuse(400, 'Name a host and a path')
      const found = explainIn(app.mesh(), {
        ...{ workload, host, path },
        ...(method ? { method } : {}),
        ...(port ? { port } : {}),
        ...(headers ? { header: headers.split('\n') } : {}),
        ...(to ? { toWorkload: to } : {}),
      })
      return isProblem(found) ? refuse(404, found.text) : found
    },
  },
]

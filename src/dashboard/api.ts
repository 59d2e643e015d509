// Proxies, diagnostics and objects in one answer: what `lotse status` shows; and the summary that pages follow.
import { createHash } from 'node:crypto'
import { printOrigin } from '../model/origin.ts'
import { PROBLEM } from './objects.ts'
import { PROXY_STATUS, stateOf } from './proxies.ts'
import type { Route } from './route.ts'
import { count, list, record, shape, text } from './schema.ts'
import type { ShownApp } from './shown.ts'
import type { ProxyStatus, Status, Summary } from './status.ts'

export function statusOf(app: ShownApp): Status {
  return {
    proxies: proxiesOf(app),
    diagnostics: app.diagnostics().map(({ severity, code, text, origin }) => ({
      severity,
      code,
      text,
      ...(origin ? { place: printOrigin(origin) } : {}),
    })),
    objects: objectsOf(app),
  }
}

function proxiesOf(app: ShownApp): ProxyStatus[] {
  return app.services.flatMap((service) => {
    const names = new Map(service.proxies().map(({ id, name }) => [id, name]))
    return service.streams().map(({ proxy, mode, connectedAt, types }) => {
      const synced = Object.values(types).every((type) => !type.stale)
      const name = names.get(proxy)
      return {
        proxy,
        workload: name ? `${name.namespace}/${name.workload}` : '',
        mode,
        connectedAt: new Date(connectedAt).toISOString(),
        synced,
        state: stateOf({ synced, types }),
        types: Object.fromEntries(
          Object.entries(types).map(([name, { held, sent, nacks, stale, rejected, lastError }]) => [
            name,
            { held, sent, nacks, stale, rejected, ...(lastError ? { lastError } : {}) },
          ]),
        ),
      }
    })
  })
}

function objectsOf(app: ShownApp): Record<string, number> {
  return Object.fromEntries(
    Object.entries(app.mesh().tables)
      .map(([name, table]): [string, number] => [name, table.rows.size])
      .filter(([, size]) => size > 0),
  )
}

export function summaryOf(app: ShownApp): Summary {
  const states = app.services
    .flatMap((service) => service.streams())
    .map(({ proxy, types }) => {
      const synced = Object.values(types).every(({ stale }) => !stale)
      const refused = Object.values(types).map(({ rejected, nacks }) => [rejected, nacks])
      return { proxy, state: stateOf({ synced, types }), refused }
    })
  const diagnostics = app.diagnostics()
  const number = (severity: string) => diagnostics.filter((one) => one.severity === severity).length
  const rotation = app.authority?.rotator.rotation
  const all = [states, diagnostics, rotation, app.mesh().generation]
  return {
    proxies: {
      connected: states.length,
      synced: states.filter(({ state }) => state === 'synced').length,
      rejected: states.filter(({ state }) => state === 'rejected').length,
    },
    errors: number('error'),
    warnings: number('warning'),
    objects: Object.values(objectsOf(app)).reduce((sum, size) => sum + size, 0),
    revision: createHash('sha256').update(JSON.stringify(all)).digest('base64url').slice(0, 16),
  }
}

export const SUMMARY = shape({
  proxies: shape({ connected: count, synced: count, rejected: count }),
  ...{ errors: count, warnings: count, objects: count, revision: text },
})

export const STATUS_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/status',
    summary: 'Every proxy and whether it is up to date, everything that is wrong, objects by kind',
    role: 'read',
    scope: 'namespace',
    answer: shape({
      proxies: list(PROXY_STATUS),
      diagnostics: list(PROBLEM),
      objects: record(count),
    }),
    handle: statusOf,
  },
  {
    method: 'GET',
    path: '/api/v1/summary',
    summary: 'The same in a few numbers',
    role: 'read',
    scope: 'namespace',
    answer: SUMMARY,
    handle: summaryOf,
  },
]

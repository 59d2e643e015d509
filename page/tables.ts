// The other views: proxies, diagnostics, objects in force.
import { type ComponentChild, type ComponentChildren, h } from 'preact'
import type { ProxyStatus, Status } from '../src/dashboard/status.ts'
import { proxyName } from './format.ts'

export function Proxies({ status }: { readonly status: Status }): ComponentChild {
  const head = [
    'Proxy',
    'State',
    'Clusters',
    'Endpoints',
    'Listeners',
    'Routes',
    'Secrets',
    'Rejected',
    'Connected since',
  ]
  return table(
    head,
    [...status.proxies]
      .sort((a, b) => (proxyName(a.proxy) < proxyName(b.proxy) ? -1 : 1))
      .map((proxy) => [
        h('span', { title: proxy.proxy }, proxyName(proxy.proxy)),
        state(proxy),
        ...['cluster', 'endpoint', 'listener', 'route', 'secret'].map((type) =>
          String(proxy.types[type]?.held ?? 0),
        ),
        String(nacks(proxy)),
        h(
          'time',
          { dateTime: proxy.connectedAt },
          new Date(proxy.connectedAt).toLocaleTimeString(),
        ),
      ]),
    'No proxy is connected. Enrol one with “lotse bootstrap” or “lotse proxy”.',
  )
}

function nacks({ types }: ProxyStatus): number {
  return Object.values(types).reduce((total, type) => total + type.nacks, 0)
}

function state(proxy: ProxyStatus): ComponentChild {
  const errors = Object.entries(proxy.types).flatMap(([type, { lastError }]) =>
    lastError ? [`${type}: ${lastError}`] : [],
  )
  if (errors.length > 0) {
    return h(
      'span',
      null,
      h('span', { class: 'badge bad' }, 'rejected'),
      ' ',
      h('span', { class: 'why' }, errors.join('; ')),
    )
  }
  return proxy.synced
    ? h('span', { class: 'badge ok' }, 'synced')
    : h('span', { class: 'badge warn' }, 'stale')
}

const LEVELS: Readonly<Record<string, string>> = { error: 'bad', warning: 'warn', info: 'idle' }

export function Diagnostics({ status }: { readonly status: Status }): ComponentChild {
  return table(
    ['Severity', 'Where', 'What', 'Code'],
    status.diagnostics.map(({ severity, place, text, code }) => [
      h('span', { class: `badge ${LEVELS[severity] ?? 'idle'}` }, severity),
      h('code', null, place ?? ''),
      text,
      h('code', null, code),
    ]),
    'Nothing is wrong.',
  )
}

export function Objects({ status }: { readonly status: Status }): ComponentChild {
  return table(
    ['Kind', 'Number in force'],
    Object.entries(status.objects).map(([kind, number]) => [kind, String(number)]),
    'The sources hold no objects.',
  )
}

function table(
  head: readonly string[],
  rows: readonly (readonly ComponentChildren[])[],
  empty: string,
): ComponentChild {
  if (rows.length === 0) return h('p', { class: 'empty' }, empty)
  return h(
    'div',
    { class: 'scroll' },
    h(
      'table',
      null,
      h('thead', null, h('tr', null, ...head.map((name) => h('th', { scope: 'col' }, name)))),
      h(
        'tbody',
        null,
        ...rows.map((cells) =>
          h('tr', null, ...cells.map((cell, index) => h('td', { 'data-name': head[index] }, cell))),
        ),
      ),
    ),
  )
}

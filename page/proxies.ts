// Proxies: who has what they are to have, what was refused with its line, and the configuration that one of them holds.
import { type ComponentChild, h } from 'preact'
import { useState } from 'preact/hooks'
import type {
  HeldResources,
  OneResource,
  ProxyLoadRow,
  ResourceRow,
  Saturation,
} from '../src/dashboard/answers.ts'
import type { ProxyStatus, Status } from '../src/dashboard/status.ts'
import { type Feed, useAnswer } from './feed.ts'
import { bytes, clock } from './format.ts'
import { proxyBadge } from './node-page.ts'
import { choice, empty, problems, searchBox, Table, whenThere, where } from './parts.ts'
import { link, type Place, setQuery } from './router.ts'
import { useTick } from './signals.ts'
import { Source } from './source.ts'

export interface ProxyProps {
  readonly place: Place
  readonly feed: Feed
}

const TYPES = ['cluster', 'endpoint', 'listener', 'route', 'secret'] as const
const REJECTED = 'L0302'

export function ProxiesView({ place, feed }: ProxyProps): ComponentChild {
  const status = useAnswer<Status>('status', feed.summary?.revision)
  const saturation = useAnswer<Saturation>('saturation', useTick(5_000)).value
  const search = place.query.get('search') ?? ''
  return h(
    'div',
    null,
    h(
      'div',
      { class: 'controls' },
      h('h2', null, 'Proxies'),
      searchBox(search, (search) => setQuery(place, { search })),
    ),
    whenThere(status, (found) => proxies(found, search, saturation?.proxies ?? [])),
  )
}

function proxies(
  { proxies, diagnostics }: Status,
  search: string,
  loads: readonly ProxyLoadRow[],
): ComponentChild {
  if (proxies.length === 0) {
    return empty('No proxy is connected.', [
      'Enrol one with ',
      h('code', null, 'lotse bootstrap'),
      ' or ',
      h('code', null, 'lotse proxy'),
      '; it appears here at once.',
    ])
  }
  const refused = diagnostics.filter(({ code }) => code === REJECTED)
  const byWorkload = new Map(loads.map((load) => [load.workload, load]))
  const found = proxies
    .filter(({ proxy }) => proxy.toLowerCase().includes(search.toLowerCase()))
    .sort((a, b) => Number(a.synced) - Number(b.synced) || (a.workload < b.workload ? -1 : 1))
  return h(
    'div',
    null,
    refused.length > 0 &&
      h('section', { class: 'card bad' }, h('h3', null, 'Refused by Envoy'), problems(refused)),
    h(Table, {
      caption: 'Proxies',
      head: [
        'Proxy',
        'State',
        'Clusters',
        'Endpoints',
        'Listeners',
        'Routes',
        'Secrets',
        'Refusals',
        'Memory',
        'Busiest worker',
        'Clients',
        'Since',
      ],
      rows: found.map((one) => ({
        key: `${one.proxy} ${one.connectedAt}`,
        cells: cellsOf(one, byWorkload.get(one.workload)),
      })),
    }),
  )
}

function cellsOf(one: ProxyStatus, load: ProxyLoadRow | undefined): ComponentChild[] {
  const { proxy, workload, state, types, connectedAt } = one
  const [namespace = '', name = ''] = workload.split('/')
  const refusals = Object.values(types).reduce((total, { nacks }) => total + nacks, 0)
  return [
    h('a', { href: link('proxies', `${name}.${namespace}`), title: proxy }, workload || proxy),
    proxyBadge(state),
    ...TYPES.map((type) => String(types[type]?.held ?? 0)),
    refusals > 0 ? String(refusals) : '',
    load ? bytes(load.memory) : '',
    load?.busiest === undefined ? '' : `${load.busiest} %`,
    load ? String(load.connections) : '',
    h('time', { dateTime: connectedAt }, clock(connectedAt)),
  ]
}

export function ProxyView({ place, feed }: ProxyProps): ComponentChild {
  const [id = ''] = place.parts
  const revision = feed.summary?.revision
  const held = useAnswer<HeldResources>(`proxies/${encodeURIComponent(id)}`, revision)
  const status = useAnswer<Status>('status', revision)
  const full = held.value?.proxy ?? ''
  const refused = (status.value?.diagnostics ?? []).filter(
    ({ code, text }) => code === REJECTED && full !== '' && text.includes(full),
  )
  return h(
    'div',
    null,
    h('p', { class: 'above' }, h('a', { href: link('proxies') }, 'Proxies')),
    h('h2', null, held.value?.workload ?? id),
    refused.length > 0 &&
      h('section', { class: 'card bad' }, h('h3', null, 'Refused by Envoy'), problems(refused)),
    whenThere(held, (found) => h(Held, { id, found, place, revision })),
  )
}

interface HeldProps {
  readonly id: string
  readonly found: HeldResources
  readonly place: Place
  readonly revision: string | undefined
}

/** The list on the left, the chosen one on the right. */
function Held({ id, found, place, revision }: HeldProps): ComponentChild {
  const [search, setSearch] = useState('')
  const type = place.query.get('type') ?? 'listener'
  const name = place.query.get('name') ?? ''
  const types = [...new Set(found.resources.map((one) => one.type))]
  const rows = found.resources.filter(
    (one) => one.type === type && one.name.toLowerCase().includes(search.toLowerCase()),
  )
  const one = rows.find((row) => row.name === name) ?? rows[0]
  return h(
    'div',
    null,
    h(
      'div',
      { class: 'controls' },
      choice('Type', type, types, (type) => setQuery(place, { type, name: '' })),
      searchBox(search, setSearch),
    ),
    h(
      'div',
      { class: 'split' },
      h(
        'ul',
        { class: 'plain listed' },
        ...rows.slice(0, 500).map((row) =>
          h(
            'li',
            { key: row.name },
            h(
              'button',
              {
                class: 'link',
                'aria-pressed': row === one,
                onClick: () => setQuery(place, { type: row.type, name: row.name }),
              },
              row.name,
            ),
            where(row.place),
          ),
        ),
        rows.length > 500 &&
          h('li', { class: 'dim' }, `${rows.length} in all; search for the others.`),
        rows.length === 0 && h('li', { class: 'dim' }, 'It has none of this type.'),
      ),
      one && h(Body, { id, row: one, revision, key: `${one.type} ${one.name}` }),
    ),
  )
}

interface BodyProps {
  readonly id: string
  readonly row: ResourceRow
  readonly revision: string | undefined
}

function Body({ id, row, revision }: BodyProps): ComponentChild {
  const query = new URLSearchParams({ type: row.type, name: row.name })
  const hidden = row.type === 'secret'
  const path = `proxies/${encodeURIComponent(id)}/resource?${query}`
  const found = useAnswer<OneResource>(hidden ? undefined : path, revision)
  if (hidden) return empty('Secrets are not shown.', 'See Certificates for how long they last.')
  return whenThere(found, ({ body, origins }) => h(Source, { value: body, origins }))
}

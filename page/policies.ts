// The objects of the sources: which are in force, what is wrong with the others and where, what each applies to.
import { type ComponentChild, h } from 'preact'
import type { ObjectDetail, ObjectList, ObjectRow, ObjectState } from '../src/dashboard/answers.ts'
import { type Feed, useAnswer } from './feed.ts'
import {
  badge,
  card,
  choice,
  empty,
  type Level,
  problems,
  searchBox,
  Table,
  whenThere,
  where,
} from './parts.ts'
import { link, type Place, setQuery } from './router.ts'
import { Source } from './source.ts'

export interface PolicyProps {
  readonly place: Place
  readonly feed: Feed
}

const STATES: Readonly<Record<ObjectState, readonly [Level, string]>> = {
  refused: ['bad', 'refused'],
  outdated: ['bad', 'older version in force'],
  warned: ['warn', 'with warnings'],
  valid: ['ok', 'valid'],
}

export function PoliciesView({ place, feed }: PolicyProps): ComponentChild {
  const of = (name: string) => place.query.get(name) ?? ''
  const wanted = new URLSearchParams({ limit: '500' })
  for (const name of ['kind', 'namespace', 'state', 'search', 'offset'])
    if (of(name)) wanted.set(name, of(name))
  const found = useAnswer<ObjectList>(`objects?${wanted}`, feed.summary?.revision)
  const { kinds = {}, namespaces = [], states = {} } = found.value ?? {}
  const set = (name: string) => (value: string) => setQuery(place, { [name]: value, offset: '' })
  const all = (names: readonly string[], present: string) =>
    ['', ...new Set([present, ...names])].filter((name, index) => name !== '' || index === 0)
  return h(
    'div',
    null,
    h(
      'div',
      { class: 'controls' },
      h('h2', null, 'Policies'),
      choice('Kind', of('kind'), all(Object.keys(kinds), of('kind')), set('kind'), (kind) =>
        kind ? `${kind} (${kinds[kind] ?? 0})` : 'all',
      ),
      choice(
        'Namespace',
        of('namespace'),
        all(namespaces, of('namespace')),
        set('namespace'),
        (name) => name || 'all',
      ),
      choice('State', of('state'), all(Object.keys(STATES), of('state')), set('state'), (state) =>
        state ? `${STATES[state as ObjectState]?.[1] ?? state} (${states[state] ?? 0})` : 'all',
      ),
      searchBox(of('search'), set('search')),
    ),
    whenThere(found, (list) => rows(list, place)),
  )
}

function rows(list: ObjectList, place: Place): ComponentChild {
  const from = Number(place.query.get('offset')) || 0
  if (list.total === 0 && list.others.length === 0) {
    const filtered = ['kind', 'namespace', 'state', 'search'].some((name) => place.query.get(name))
    return filtered
      ? empty('Nothing fits.', h('a', { href: link('policies') }, 'Show all'))
      : empty(
          'The sources hold no objects.',
          'Put YAML into the folder of --config; it is read at once.',
        )
  }
  return h(
    'div',
    null,
    list.others.length > 0 &&
      h('section', { class: 'card' }, h('h3', null, 'Files'), problems(list.others)),
    h(Table, {
      caption: 'Objects',
      head: ['State', 'Object', 'Applies to', 'Written in'],
      rows: list.items.map((row) => ({
        key: `${row.kind}/${row.namespace}/${row.name}`,
        cells: cellsOf(row),
      })),
    }),
    list.total > list.items.length &&
      h(
        'p',
        { class: 'pages' },
        h(
          'button',
          {
            disabled: from === 0,
            onClick: () => setQuery(place, { offset: String(Math.max(0, from - 500)) }),
          },
          'Before',
        ),
        ` ${from + 1} to ${from + list.items.length} of ${list.total} `,
        h(
          'button',
          {
            disabled: from + 500 >= list.total,
            onClick: () => setQuery(place, { offset: String(from + 500) }),
          },
          'Next',
        ),
      ),
  )
}

function cellsOf(row: ObjectRow): ComponentChild[] {
  const { kind, namespace, name, state, scope, place, problems: said } = row
  return [
    badge(...STATES[state]),
    h(
      'span',
      null,
      h('a', { href: link('policies', kind, namespace, name) }, `${kind} ${name}`),
      ' ',
      h('span', { class: 'dim' }, namespace),
      said.length > 0 && problems(said),
    ),
    scope,
    where(place),
  ]
}

export function PolicyView({ place, feed }: PolicyProps): ComponentChild {
  const [kind = '', namespace = '', name = ''] = place.parts
  const path = ['objects', kind, namespace, name].map(encodeURIComponent).join('/')
  const found = useAnswer<ObjectDetail>(path, feed.summary?.revision)
  return h(
    'div',
    null,
    h('p', { class: 'above' }, h('a', { href: link('policies') }, 'Policies'), ` / ${namespace}`),
    h('h2', null, `${kind} ${name} `, found.value ? badge(...STATES[found.value.state]) : null),
    whenThere(found, detail),
  )
}

function detail(object: ObjectDetail): ComponentChild {
  const { spec, apiVersion, kind, problems: said, place, workloads, services, scope } = object
  const links = (view: string, keys: readonly string[]) =>
    h(
      'ul',
      { class: 'columns' },
      ...keys.map((key) => h('li', { key }, h('a', { href: link(view, ...key.split('/')) }, key))),
    )
  return h(
    'div',
    { class: 'two' },
    said.length > 0 &&
      h('section', { class: 'card wide bad' }, h('h3', null, 'What is wrong'), problems(said)),
    card(
      'Applies to',
      scope && h('p', null, scope),
      services.length > 0 && links('service', services),
      workloads.length > 0 && links('workload', workloads),
      kind !== 'Secret' &&
        services.length + workloads.length === 0 &&
        h('p', { class: 'dim' }, 'No service or workload of the mesh.'),
    ),
    card('Written in', h('p', null, where(place)), h('p', { class: 'dim' }, apiVersion)),
    h(
      'section',
      { class: 'card wide' },
      h('h3', null, 'In force'),
      spec === null
        ? h('p', { class: 'dim' }, kind === 'Secret' ? 'Secrets are not shown.' : 'Nothing of it.')
        : h(Source, { value: spec }),
    ),
  )
}

// Small pieces that several views use.
import { type ComponentChild, type ComponentChildren, h } from 'preact'
import { useState } from 'preact/hooks'
import type { PolicyRef, Problem } from '../src/dashboard/answers.ts'
import type { Answer } from './feed.ts'
import { link } from './router.ts'

export type Level = 'ok' | 'warn' | 'bad' | 'idle'

export function badge(level: Level, text: string): ComponentChild {
  return h('span', { class: `badge ${level}` }, text)
}

/** Says what is not there, and what to do. */
export function empty(what: string, todo: ComponentChildren = ''): ComponentChild {
  return h('div', { class: 'empty' }, h('p', null, h('strong', null, what)), h('p', null, todo))
}

/** What is wrong with what is shown, above it. */
export function notice(problem: string | undefined): ComponentChild {
  return problem ? h('p', { class: 'notice', role: 'status' }, problem) : null
}

/** The answer once it is there; before, room for it, and an error where it fails. */
export function whenThere<T>(
  { value, error }: Answer<T>,
  show: (value: T) => ComponentChild,
): ComponentChild {
  if (value !== undefined) return show(value)
  if (error) return empty(error, 'The page asks again when something changes.')
  return h('p', { class: 'waiting', 'aria-busy': 'true' }, 'Asking the control plane…')
}

export function where(place: string | undefined): ComponentChild {
  return place ? h('code', { class: 'place', title: place }, shortPlace(place)) : null
}

/** Its folder and file: the way there is in the title. */
function shortPlace(place: string): string {
  const parts = place.split('/')
  return parts.length > 2 ? `…/${parts.slice(-2).join('/')}` : place
}

const LEVELS: Readonly<Record<string, Level>> = { error: 'bad', warning: 'warn', info: 'idle' }

export function problems(list: readonly Problem[]): ComponentChild {
  return h(
    'ul',
    { class: 'problems' },
    ...list.map(({ severity, text, place, code }) =>
      h(
        'li',
        null,
        badge(LEVELS[severity] ?? 'idle', severity),
        ' ',
        h('span', null, text),
        ' ',
        where(place),
        ' ',
        h('code', { class: 'code' }, code),
      ),
    ),
  )
}

export function policyLinks(list: readonly PolicyRef[], none: string): ComponentChild {
  if (list.length === 0) return h('p', { class: 'dim' }, none)
  return h(
    'ul',
    { class: 'plain' },
    ...list.map(({ kind, namespace, name, place }) =>
      h(
        'li',
        { key: `${kind}/${namespace}/${name}` },
        h('a', { href: link('policies', kind, namespace, name) }, `${kind} ${name}`),
        ' ',
        where(place),
      ),
    ),
  )
}

export function choice(
  name: string,
  value: string,
  options: readonly string[],
  set: (value: string) => void,
  write = (option: string) => option,
): ComponentChild {
  return h(
    'label',
    null,
    name,
    h(
      'select',
      { value, onChange: (event: Event) => set((event.target as HTMLSelectElement).value) },
      ...options.map((option) =>
        h('option', { key: option, value: option, selected: option === value }, write(option)),
      ),
    ),
  )
}

export function searchBox(value: string, set: (value: string) => void): ComponentChild {
  return h(
    'label',
    null,
    'Search',
    h('input', {
      type: 'search',
      value,
      onInput: (event: Event) => set((event.target as HTMLInputElement).value),
    }),
  )
}

export interface TableProps {
  readonly head: readonly string[]
  /** Each with a key of its own, so that rows keep their place while their cells change. */
  readonly rows: readonly { readonly key: string; readonly cells: readonly ComponentChildren[] }[]
  readonly caption: string
}

const ROWS = 200

/** At most so many rows at first: ten thousand would make any browser slow. */
export function Table({ head, rows, caption }: TableProps): ComponentChild {
  const [most, setMost] = useState(ROWS)
  return h(
    'div',
    { class: 'scroll' },
    h(
      'table',
      null,
      h('caption', { class: 'hidden' }, caption),
      h('thead', null, h('tr', null, ...head.map((name) => h('th', { scope: 'col' }, name)))),
      h(
        'tbody',
        null,
        rows
          .slice(0, most)
          .map(({ key, cells }) =>
            h(
              'tr',
              { key },
              ...cells.map((cell, index) => h('td', { 'data-name': head[index] }, cell)),
            ),
          ),
      ),
    ),
    rows.length > most &&
      h(
        'button',
        { class: 'more', onClick: () => setMost(most + 5 * ROWS) },
        `Show more (${most} of ${rows.length})`,
      ),
  )
}

export function card(title: string, ...content: ComponentChildren[]): ComponentChild {
  return h('section', { class: 'card' }, h('h3', null, title), ...content)
}

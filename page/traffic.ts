// How requests are shared out: a slider, what it would change in the file, and where that is allowed the change itself.
import { type ComponentChild, h } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Preview, Traffic, TrafficRow } from '../src/dashboard/answers.ts'
import { ask, type Feed, useAnswer } from './feed.ts'
import { badge, empty, whenThere, where } from './parts.ts'
import { link, type Place } from './router.ts'

export interface TrafficProps {
  readonly place: Place
  readonly feed: Feed
}

export function TrafficView({ feed }: TrafficProps): ComponentChild {
  const found = useAnswer<Traffic>('traffic', feed.summary?.revision)
  return h(
    'div',
    null,
    h('div', { class: 'controls' }, h('h2', null, 'Traffic')),
    whenThere(found, ({ editable, rows }) =>
      rows.length === 0
        ? empty(
            'No VirtualService shares requests or connections out among several destinations.',
            'Give a rule two destinations with weights, and they can be moved here.',
          )
        : h(
            'div',
            null,
            ...rows.flatMap((row) =>
              row.rules.map((rule) =>
                h(Rule, {
                  key: `${row.namespace}/${row.name} ${rule.protocol} ${rule.rule}`,
                  ...{ row, rule, editable },
                }),
              ),
            ),
          ),
    ),
  )
}

interface RuleProps {
  readonly row: TrafficRow
  readonly rule: TrafficRow['rules'][number]
  readonly editable: boolean
}

/** What is shared out, where that is not requests. */
const SHARED = { http: '', tls: 'TLS connections', tcp: 'TCP connections' } as const

const NOTHING = { preview: undefined, error: '', written: false }

function Rule({ row, rule, editable }: RuleProps): ComponentChild {
  const present = rule.destinations.map(({ weight }) => weight)
  const [weights, setWeights] = useState<readonly number[] | undefined>(undefined)
  const [state, setState] = useState<{
    readonly preview: Preview | undefined
    readonly error: string
    readonly written: boolean
  }>(NOTHING)
  const wanted = weights ?? present
  const changed = wanted.some((weight, index) => weight !== present[index])
  const path = `traffic/${encodeURIComponent(row.namespace)}/${encodeURIComponent(row.name)}`
  const send = (method: string, digest?: string) =>
    ask<Preview>(path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        ...{ protocol: rule.protocol, rule: rule.rule, weights: wanted },
        ...(digest ? { digest } : {}),
      }),
    })
  useEffect(() => {
    if (!changed) return setState((before) => ({ ...before, preview: undefined, error: '' }))
    let current = true
    const timer = setTimeout(async () => {
      const { value, error } = await send('POST')
      if (current) setState({ preview: value, error, written: false })
    }, 150)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [wanted.join(), present.join()])
  const write = async () => {
    const { value, error } = await send('PUT', state.preview?.digest)
    setState((before) => ({ ...before, error, written: value?.written ?? false }))
  }
  const reset = () => {
    setWeights(undefined)
    setState(NOTHING)
  }
  return h(
    'section',
    { class: 'card', 'data-rule': `${row.namespace}/${row.name} ${rule.protocol} ${rule.rule}` },
    h(
      'h3',
      null,
      h('a', { href: link('policies', 'VirtualService', row.namespace, row.name) }, row.name),
      ' ',
      h('span', { class: 'dim' }, `${row.hosts.join(', ')}${rule.name ? `, ${rule.name}` : ''} `),
      SHARED[rule.protocol] && badge('idle', SHARED[rule.protocol]),
      ' ',
      where(rule.place),
    ),
    rule.when && h('p', null, h('code', null, rule.when)),
    bar(rule, wanted),
    sliders(rule, wanted, setWeights),
    h(
      'div',
      { class: 'below-sliders', 'aria-live': 'polite' },
      state.error && h('p', null, badge('bad', 'not possible'), ' ', state.error),
      state.preview && changed && diff(state.preview),
      !changed && state.written && h('p', null, badge('ok', 'written'), ' It is in force.'),
    ),
    buttons(
      editable,
      changed && state.preview !== undefined ? write : undefined,
      changed ? reset : undefined,
    ),
  )
}

/** Those that can do nothing now are there, but do not react. */
function buttons(
  editable: boolean,
  write: (() => void) | undefined,
  back: (() => void) | undefined,
): ComponentChild {
  return h(
    'p',
    { class: 'buttons' },
    h(
      'button',
      { class: 'main', disabled: !editable || !write, onClick: write },
      'Write to the file',
    ),
    h('button', { disabled: !back, onClick: back }, 'Back'),
    !editable &&
      h(
        'span',
        { class: 'dim' },
        'To write from here, start ',
        h('code', null, 'lotse serve --edit'),
        '.',
      ),
  )
}

function nameOf({ host, subset }: { readonly host: string; readonly subset: string }): string {
  return subset ? `${host} ${subset}` : host
}

function shareOf(weights: readonly number[], index: number): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return total === 0 ? 0 : (100 * weights[index]!) / total
}

function bar(rule: RuleProps['rule'], weights: readonly number[]): ComponentChild {
  return h(
    'div',
    { class: 'shares', 'aria-hidden': 'true' },
    ...rule.destinations.map((_, index) =>
      h('span', { class: `part share-${index % 4}`, style: { flexGrow: shareOf(weights, index) } }),
    ),
  )
}

function sliders(
  rule: RuleProps['rule'],
  weights: readonly number[],
  set: (weights: readonly number[]) => void,
): ComponentChild {
  const most = Math.max(
    100,
    weights.reduce((sum, weight) => sum + weight, 0),
  )
  const move = (index: number, value: number) => {
    // Of two the other one takes the rest, so that the sum stays.
    const rest = weights.reduce((sum, weight) => sum + weight, 0) - value
    const next = weights.map((weight, at) =>
      at === index ? value : weights.length === 2 ? Math.max(0, rest) : weight,
    )
    set(next)
  }
  return h(
    'div',
    { class: 'sliders' },
    ...rule.destinations.map((destination, index) =>
      h(
        'label',
        { key: nameOf(destination) },
        h('span', { class: `dot share-${index % 4}` }),
        h('span', { class: 'destination' }, nameOf(destination)),
        h('input', {
          ...{ type: 'range', min: 0, max: most, step: 1, value: weights[index] },
          'aria-label': `weight of ${nameOf(destination)}`,
          onInput: (event: Event) => move(index, Number((event.target as HTMLInputElement).value)),
        }),
        h('output', null, `${Math.round(shareOf(weights, index) * 10) / 10} %`),
      ),
    ),
  )
}

const CLASSES: Readonly<Record<string, string>> = { '+': 'added', '-': 'removed', ' ': '' }

function diff({ file, lines }: Preview): ComponentChild {
  return h(
    'div',
    { class: 'source diff', role: 'region', 'aria-label': 'difference', tabindex: 0 },
    h('div', null, h('code', { class: 'dim' }, file)),
    ...lines.map(({ sign, number, text }, index) =>
      h(
        'div',
        { key: index, class: CLASSES[sign] },
        h('code', null, `${String(sign === '+' ? '' : number).padStart(4)} ${sign} ${text}`),
      ),
    ),
  )
}

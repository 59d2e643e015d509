// How full the ways are: connections made, requests that waited, and what open circuit breakers refused.
import { type ComponentChild, h } from 'preact'
import type { WayRow } from '../src/dashboard/answers.ts'
import { useAnswer } from './feed.ts'
import { count } from './format.ts'
import { badge, Table } from './parts.ts'

export interface SaturationProps {
  /** Which ways, and what the first column says of them. */
  readonly shown: (way: WayRow) => string | undefined
  readonly first: string
  readonly revision: number
}

export function Saturation({ shown, first, revision }: SaturationProps): ComponentChild {
  const found = useAnswer<{ readonly ways: readonly WayRow[] }>('saturation', revision)
  const rows = (found.value?.ways ?? []).flatMap((way) => {
    const name = shown(way)
    return name === undefined
      ? []
      : { key: `${way.workload} ${way.cluster}`, cells: cellsOf(name, way) }
  })
  return h(
    'section',
    { class: 'card wide' },
    h('h3', null, 'Saturation'),
    rows.length > 0
      ? h(Table, {
          caption: 'Saturation',
          head: [first, 'Connections', 'Waited for one', 'Refused by circuit breakers'],
          rows,
        })
      : h(
          'p',
          { class: 'dim' },
          found.error || 'No proxy has reported connections on these ways yet.',
        ),
  )
}

function cellsOf(name: string, way: WayRow): ComponentChild[] {
  const refusals = [
    [way.connectionsRefused, 'connections'],
    [way.pendingRefused, 'requests'],
    [way.retriesRefused, 'retries'],
  ] as const
  const told = refusals.filter(([number]) => number > 0)
  return [
    name,
    count(way.connections),
    count(way.pending),
    told.length === 0
      ? 'nothing'
      : h('span', null, ...told.map(([number, what]) => badge('bad', `${count(number)} ${what}`))),
  ]
}

/** `outbound|PORT|SUBSET|HOST`: its parts, where it leads to a service. */
export function wayTo({ cluster }: WayRow): { host: string; words: string } | undefined {
  const [direction, port, subset = '', host] = cluster.split('|')
  if (!direction?.startsWith('outbound') || !host) return undefined
  return { host, words: `${host.replace(/\.svc\..*$/, '')}:${port} ${subset}`.trim() }
}

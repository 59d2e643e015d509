// How full proxies and their ways to others are: now, as their agents tell, and since their first report.
import { type ComponentChild, h } from 'preact'
import type {
  ProxyLoadRow,
  Saturation as SaturationAnswer,
  WayRow,
} from '../src/dashboard/answers.ts'
import type { Answer } from './feed.ts'
import { bytes, clock, count } from './format.ts'
import { badge, Table } from './parts.ts'

export interface SaturationProps {
  /** Which ways, and what the first column says of them. */
  readonly shown: (way: WayRow) => string | undefined
  readonly first: string
  readonly answer: Answer<SaturationAnswer>
}

export function Saturation({ shown, first, answer }: SaturationProps): ComponentChild {
  const rows = (answer.value?.ways ?? []).flatMap((way) => {
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
          head: [first, 'Connections', 'Under way', 'Waited', 'Circuit breakers', 'Put aside'],
          rows,
        })
      : h(
          'p',
          { class: 'dim' },
          answer.error || 'No proxy has reported connections on these ways yet.',
        ),
  )
}

function cellsOf(name: string, way: WayRow): ComponentChild[] {
  const { now } = way
  const refused = [
    [way.connectionsRefused, 'connections'],
    [way.pendingRefused, 'requests'],
    [way.retriesRefused, 'retries'],
  ] as const
  const breakers = [
    ...(now?.breakers ?? []).map((breaker) => badge('bad', `open for ${breaker}`)),
    ...refused
      .filter(([number]) => number > 0)
      .map(([number, what]) => badge('warn', `refused ${count(number)} ${what}`)),
  ]
  return [
    name,
    `${count(now?.connections ?? 0)} open, ${count(way.connections)} made`,
    count(now?.requests ?? 0),
    `${count(now?.waiting ?? 0)} now, ${count(way.pending)} in all`,
    breakers.length === 0 ? 'closed' : h('span', null, ...breakers),
    h('span', null, ...(now?.ejected ?? []).map((address) => badge('warn', address))),
  ]
}

/** Memory and workers of one proxy, if its agent tells. */
export function loadRows(
  load: ProxyLoadRow | undefined,
): readonly (readonly [string, ComponentChild])[] {
  if (!load) return [['Load of Envoy', h('span', { class: 'dim' }, NO_AGENT)]]
  const { memory, physical, connections, stalls, at } = load
  return [
    ['Memory of Envoy', `${bytes(memory)} allocated, ${bytes(physical)} of the machine`],
    ['Workers', workerWords(load)],
    ['Stalls', stalls > 0 ? badge('warn', `a worker was late ${count(stalls)} times`) : ''],
    ['Clients', `${count(connections)} connections open`],
    [
      'Told',
      h('time', { dateTime: at, title: 'It tells nothing while nothing changes' }, clock(at)),
    ],
  ]
}

const NO_AGENT = 'not told: lotse proxy tells it, an Envoy that runs without it does not'

function workerWords({ workers, busiest }: ProxyLoadRow): string {
  const share = busiest === undefined ? '' : `, busiest at ${busiest} %`
  return `${workers}${share}`
}

/** `outbound|PORT|SUBSET|HOST`: its parts, where it leads to a service. */
export function wayTo({ cluster }: WayRow): { host: string; words: string } | undefined {
  const [direction, port, subset = '', host] = cluster.split('|')
  if (!direction?.startsWith('outbound') || !host) return undefined
  return { host, words: `${host.replace(/\.svc\..*$/, '')}:${port} ${subset}`.trim() }
}

// The golden signals of one node over time: traffic and errors, latency.
import { type ComponentChild, h } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { History, HistoryPoint } from '../src/model/graph.ts'
import { Chart } from './chart.ts'
import { useAnswer } from './feed.ts'
import { milliseconds, rate, span } from './format.ts'
import { choice, notice, whenThere } from './parts.ts'

export interface SignalsProps {
  /** Id of the node of the graph. */
  readonly node: string
  readonly by: 'service' | 'workload'
}

export function Signals({ node, by }: SignalsProps): ComponentChild {
  const [window, setWindow] = useState('300')
  const [side, setSide] = useState('inbound')
  const revision = useTick(5_000)
  const query = new URLSearchParams({ node, by, window })
  const history = useAnswer<History>(`history?${query}`, revision)
  return h(
    'section',
    { class: 'card signals' },
    h(
      'div',
      { class: 'controls' },
      h('h3', null, 'Signals'),
      choice('Of', side, ['inbound', 'outbound'], setSide, (value) =>
        value === 'inbound' ? 'requests to it' : 'requests it sends',
      ),
      choice('Time', window, ['300', '1800'], setWindow, (value) => span(Number(value))),
    ),
    whenThere(history, (found) => {
      const points = side === 'inbound' ? found.inbound : found.outbound
      return h(
        'div',
        null,
        notice(found.problem),
        h(Charts, { points, step: found.step, key: `${side} ${window}` }),
      )
    }),
  )
}

interface ChartsProps {
  readonly points: readonly HistoryPoint[]
  readonly step: number
}

function Charts({ points, step }: ChartsProps): ComponentChild {
  const { times, traffic, latency } = useMemo(() => {
    const times = points.map(({ at }) => Date.parse(at) / 1000)
    const of = (name: 'p50' | 'p95' | 'p99') => points.map((point) => point[name])
    const line = (name: string, color: string, values: readonly (number | undefined)[]) => ({
      ...{ name, color, values },
    })
    return {
      times,
      traffic: [
        {
          ...line(
            'Requests',
            'accent',
            points.map(({ requests }) => requests / step),
          ),
          filled: true,
        },
        {
          ...line(
            'Errors',
            'bad',
            points.map(({ errors }) => errors / step),
          ),
          filled: true,
        },
      ],
      latency: [
        line('p50', 'ok', of('p50')),
        line('p95', 'warn', of('p95')),
        line('p99', 'bad', of('p99')),
      ],
    }
  }, [points])
  const silent = points.every(({ requests }) => requests === 0)
  return h(
    'div',
    null,
    h(
      'div',
      { class: 'charts' },
      h(Chart, { title: 'Traffic and errors', times, lines: traffic, write: rateOf }),
      h(Chart, { title: 'Latency', times, lines: latency, write: milliseconds }),
    ),
    h('p', { class: 'dim note' }, silent ? 'No requests in this time.' : ''),
  )
}

function rateOf(value: number): string {
  return value === 0 ? '0' : rate(value)
}

/** A number that changes now and then. */
export function useTick(milliseconds: number): number {
  const [tick, set] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => set((before) => before + 1), milliseconds)
    return () => clearInterval(timer)
  }, [milliseconds])
  return tick
}

// The page of the service graph: what of it to see, and of which time.
import { type ComponentChild, h } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Graph } from '../src/model/graph.ts'
import { type Feed, useAnswer } from './feed.ts'
import { count, span } from './format.ts'
import { GraphView } from './graph-view.ts'
import { choice, notice } from './parts.ts'
import { type Place, setQuery } from './router.ts'

interface Wish {
  readonly by: string
  readonly window: string
  /** Seconds. */
  readonly ago: number
  readonly namespace: string
}

function wishOf({ query }: Place): Wish {
  return {
    by: query.get('by') ?? 'service',
    window: query.get('window') ?? '60',
    ago: Math.min(1740, Math.max(0, Number(query.get('ago')) || 0)),
    namespace: query.get('namespace') ?? '',
  }
}

/** What the stream is asked for; only the graph's own page needs the graph all the time. */
export function graphQuery(place: Place): string {
  if (!['graph', 'services'].includes(place.view)) return ''
  const { by, window, ago } = wishOf(place)
  return ago > 0 ? '' : `?${new URLSearchParams({ by, window })}`
}

export interface GraphPageProps {
  readonly place: Place
  readonly feed: Feed
}

/** While it plays, one second shows so many. */
const SPEED = 10

export function GraphPage({ place, feed }: GraphPageProps): ComponentChild {
  const wish = wishOf(place)
  const { by, window, ago, namespace } = wish
  const query = new URLSearchParams({ by, window, ago: String(ago) })
  const past = useAnswer<Graph>(ago > 0 ? `graph?${query}` : undefined, '')
  const playing = place.query.get('play') === '1' && ago > 0
  useEffect(() => {
    if (!playing) return undefined
    const timer = setTimeout(() => {
      const next = Math.max(0, ago - SPEED)
      setQuery(place, { ago: next === 0 ? '' : String(next), play: next === 0 ? '' : '1' })
    }, 1000)
    return () => clearTimeout(timer)
  }, [playing, ago])
  const graph = ago > 0 ? past.value : feed.graph?.by === by ? feed.graph : undefined
  return h(
    'div',
    null,
    controls(place, wish, graph, playing),
    notice(past.error || graph?.problem),
    h(GraphView, { graph, by, namespace, replay: ago > 0, lost: feed.lost }),
  )
}

function controls(
  place: Place,
  { by, window, ago, namespace }: Wish,
  graph: Graph | undefined,
  playing: boolean,
): ComponentChild {
  const namespaces = [...new Set([namespace, ...(graph?.nodes ?? []).map((one) => one.namespace)])]
  const move = (event: Event) => {
    const seconds = -Number((event.target as HTMLInputElement).value)
    setQuery(place, { ago: seconds === 0 ? '' : String(seconds), play: '' })
  }
  return h(
    'div',
    { class: 'controls' },
    choice('Nodes', by, ['service', 'workload'], (by) => setQuery(place, { by })),
    choice(
      'Window',
      window,
      ['15', '60', '300', '1800'],
      (window) => setQuery(place, { window }),
      (value) => span(Number(value)),
    ),
    choice(
      'Namespace',
      namespace,
      ['', ...namespaces.filter(Boolean).sort()],
      (namespace) => setQuery(place, { namespace }),
      (value) => value || 'all',
    ),
    h(
      'label',
      { class: 'replay' },
      'Time',
      h('input', {
        ...{ type: 'range', min: -1740, max: 0, step: 10, value: -ago },
        'aria-valuetext': when(ago),
        onInput: move,
      }),
      h('output', null, when(ago)),
    ),
    h(
      'button',
      {
        disabled: ago === 0,
        'aria-pressed': playing,
        onClick: () => setQuery(place, { play: playing ? '' : '1' }),
      },
      playing ? 'Stop' : 'Play',
    ),
    h(
      'button',
      { disabled: ago === 0, onClick: () => setQuery(place, { ago: '', play: '' }) },
      'Now',
    ),
    h('p', { class: 'totals' }, totals(graph)),
  )
}

function totals(graph: Graph | undefined): string {
  if (!graph) return ''
  const requests = graph.edges.reduce((sum, edge) => sum + edge.requests, 0)
  const errors = graph.edges.reduce((sum, edge) => sum + edge.errors, 0)
  return `${count(requests)} calls, ${count(errors)} failed in ${span(graph.window)}`
}

function when(seconds: number): string {
  if (seconds === 0) return 'now'
  const minutes = Math.floor(seconds / 60)
  const rest = seconds % 60
  return `${minutes > 0 ? `${minutes} min ` : ''}${rest > 0 ? `${rest} s ` : ''}ago`
}

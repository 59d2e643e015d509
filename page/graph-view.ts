// The service graph as a picture, and the same as a list.
import { type ComponentChild, h } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Graph } from '../src/model/graph.ts'
import { EdgeList, edgeDetails } from './edges.ts'
import { arrange, merge, type Shown } from './layout.ts'
import { legend } from './legend.ts'
import { nodeDetails } from './node-details.ts'
import { empty } from './parts.ts'
import { Picture } from './picture.ts'
import { link } from './router.ts'

export interface GraphViewProps {
  readonly graph: Graph | undefined
  readonly by: string
  /** Empty for all. */
  readonly namespace: string
  /** A time that is over is shown. */
  readonly replay: boolean
  readonly lost: boolean
}

export function GraphView({ graph, by, namespace, replay, lost }: GraphViewProps): ComponentChild {
  const [chosen, choose] = useState('')
  const shown = useShown(graph, by, namespace)
  const layout = useMemo(() => arrange(shown), [shown.shape])
  useEffect(() => {
    const close = (event: KeyboardEvent) => {
      if (event.key === 'Escape') choose('')
    }
    addEventListener('keydown', close)
    return () => removeEventListener('keydown', close)
  }, [])
  if (shown.edges.size === 0) return graph ? quiet(namespace, replay) : waiting(lost)
  const edges = [...shown.edges.values()]
  const edge = shown.edges.get(chosen)
  const node = shown.nodes.get(chosen)
  const close = () => choose('')
  return h(
    'div',
    { class: `graph${lost ? ' old' : ''}` },
    h(
      'div',
      { class: 'stage' },
      h('div', { class: 'canvas' }, h(Picture, { shown, layout, chosen, choose })),
      edge && edgeDetails(edge, close),
      node && nodeDetails(node, edges, close),
    ),
    legend,
    h(EdgeList, { edges, chosen, choose }),
  )
}

/** All that was seen since the choice of what to see. */
function useShown(graph: Graph | undefined, by: string, namespace: string): Shown {
  const seen = useRef<{ key: string; graph: Graph | undefined; shown: Shown } | undefined>(
    undefined,
  )
  const key = `${by} ${namespace}`
  const known = seen.current?.key === key ? seen.current : undefined
  if (known && (known.graph === graph || !graph)) return known.shown
  const within = (id: string) => namespace === '' || id.startsWith(`${namespace}/`)
  const edges = (graph?.edges ?? []).filter(
    ({ source, target }) => within(source) || within(target),
  )
  const ids = new Set(edges.flatMap(({ source, target }) => [source, target]))
  const nodes = (graph?.nodes ?? []).filter(({ id }) => ids.has(id))
  const shown = merge(known?.shown, nodes, edges)
  seen.current = { key, graph, shown }
  return shown
}

function waiting(lost: boolean): ComponentChild {
  return lost
    ? empty(
        'The control plane does not answer.',
        'Is lotse serve running? The page goes on by itself when it is back.',
      )
    : h('div', { class: 'canvas waiting', 'aria-busy': 'true' })
}

function quiet(namespace: string, replay: boolean): ComponentChild {
  if (replay) return empty('No traffic at that time.', 'Figures are kept for half an hour.')
  if (namespace) {
    return empty(`No traffic in namespace ${namespace}.`, 'Choose “all” to see the others.')
  }
  return empty('No traffic yet.', [
    'Edges appear within five seconds of the first request that a proxy of this control plane carries. Are ',
    h('a', { href: link('proxies') }, 'proxies connected'),
    ', and does anybody call them?',
  ])
}

// The service graph as a picture, and the same as a list.
import { type ComponentChild, h } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Graph, GraphEdge, GraphNode } from '../src/model/graph.ts'
import { edgeDetails, edgeList } from './edges.ts'
import { milliseconds, percent, rate } from './format.ts'
import { arrange, type Layout, merge, NODE, path, type Shown } from './layout.ts'

export interface GraphViewProps {
  readonly graph: Graph
  /** Empty for all. */
  readonly namespace: string
}

export function GraphView({ graph, namespace }: GraphViewProps): ComponentChild {
  const [chosen, choose] = useState('')
  const shown = useShown(graph, namespace)
  const shape = [...shown.nodes.keys(), ...shown.edges.keys()].sort().join('\n')
  const layout = useMemo(() => arrange(shown), [shape])
  useEffect(() => {
    const close = (event: KeyboardEvent) => {
      if (event.key === 'Escape') choose('')
    }
    addEventListener('keydown', close)
    return () => removeEventListener('keydown', close)
  }, [])
  if (shown.edges.size === 0) return h(Quiet, null)
  const edges = [...shown.edges.values()]
  const detail = shown.edges.get(chosen)
  return h(
    'div',
    { class: 'graph' },
    h('div', { class: 'canvas' }, picture(shown, layout, { chosen, choose })),
    detail && edgeDetails(detail, () => choose('')),
    edgeList(edges, chosen, choose),
  )
}

/** All that was seen since the choice of what to see. */
function useShown(graph: Graph, namespace: string): Shown {
  const seen = useRef<{ key: string; shown: Shown } | undefined>(undefined)
  const key = `${graph.by} ${namespace}`
  const within = (id: string) => namespace === '' || id.startsWith(`${namespace}/`)
  const edges = graph.edges.filter(({ source, target }) => within(source) || within(target))
  const ids = new Set(edges.flatMap(({ source, target }) => [source, target]))
  const nodes = graph.nodes.filter(({ id }) => ids.has(id))
  const before = seen.current?.key === key ? seen.current.shown : undefined
  const shown = merge(before, nodes, edges)
  seen.current = { key, shown }
  return shown
}

function Quiet(): ComponentChild {
  return h(
    'div',
    { class: 'empty' },
    h('p', null, h('strong', null, 'No traffic yet.')),
    h(
      'p',
      null,
      'Edges appear within five seconds of the first request that a proxy of this control plane carries. Are there proxies (see Proxies), and does anybody call them?',
    ),
  )
}

interface Choice {
  readonly chosen: string
  readonly choose: (key: string) => void
}

function picture(shown: Shown, layout: Layout, choice: Choice): ComponentChild {
  const { width, height } = layout
  return h(
    'svg',
    {
      viewBox: `0 0 ${width} ${height}`,
      style: { '--width': `${width}px` },
      role: 'group',
      'aria-label': 'service graph',
    },
    h(
      'defs',
      null,
      ...['ok', 'warn', 'bad', 'idle'].map((level) =>
        h(
          'marker',
          {
            id: `tip-${level}`,
            viewBox: '0 0 8 8',
            refX: 7,
            refY: 4,
            markerWidth: 7,
            markerHeight: 7,
            orient: 'auto-start-reverse',
          },
          h('path', { d: 'M0,0.8 L8,4 L0,7.2 z', class: `tip ${level}` }),
        ),
      ),
    ),
    ...[...shown.edges].map(([key, edge]) => lineOf(key, edge, layout, choice)),
    ...[...shown.nodes.values()].map((node) => nodeOf(node, layout)),
    ...[...shown.edges].map(([key, edge]) => figuresOf(key, edge, layout, choice)),
  )
}

export function level({
  rate: now,
  errorShare,
  bytesReceived,
}: GraphEdge): 'ok' | 'warn' | 'bad' | 'idle' {
  if (now === 0 && bytesReceived === 0) return 'idle'
  if (errorShare === 0) return 'ok'
  return errorShare < 0.05 ? 'warn' : 'bad'
}

/** Lines come first, so that none crosses the figures of another. */
function lineOf(key: string, edge: GraphEdge, layout: Layout, { choose }: Choice): ComponentChild {
  const place = layout.edges.get(key)
  if (!place) return null
  const state = level(edge)
  const d = path(place.points)
  return h(
    'g',
    { key: `line ${key}`, class: `edge ${state}`, onClick: () => choose(key) },
    h('path', { d, class: 'grip' }),
    h('path', { d, class: 'line', 'marker-end': `url(#tip-${state})` }),
  )
}

function figuresOf(
  key: string,
  edge: GraphEdge,
  layout: Layout,
  { chosen, choose }: Choice,
): ComponentChild {
  const place = layout.edges.get(key)
  if (!place) return null
  const { x, y } = place.label
  const below = edge.errorShare > 0 ? `${percent(edge.errorShare)} errors` : latencyOf(edge)
  return h(
    'g',
    {
      key,
      class: `edge ${level(edge)}${chosen === key ? ' chosen' : ''}`,
      transform: `translate(${x},${y})`,
      // In SVG the case of this attribute matters.
      tabindex: 0,
      role: 'button',
      'data-edge': `${edge.source} ${edge.target}`,
      'aria-label': spoken(edge),
      onClick: () => choose(key),
      onKeyDown: (event: KeyboardEvent) => {
        if (event.key !== 'Enter' && event.key !== ' ') return
        event.preventDefault()
        choose(key)
      },
    },
    h('rect', { x: -42, y: -17, width: 84, height: 34, rx: 6, class: 'plate' }),
    h('text', { y: below ? -3 : 4, class: 'rate' }, rateOf(edge)),
    below && h('text', { y: 11, class: 'below' }, below),
    edge.mutualTls === 'all' && lock(rateOf(edge)),
  )
}

/** Beside the rate: all of it by mutual TLS. */
function lock(text: string): ComponentChild {
  return h(
    'g',
    { class: 'lock', transform: `translate(${-3.6 * text.length - 13},-13.5)` },
    h('path', { d: 'M2,5 V3.5 a2.5,2.5 0 0 1 5,0 V5', fill: 'none' }),
    h('rect', { x: 0.5, y: 5, width: 8, height: 6, rx: 1 }),
  )
}

function rateOf(edge: GraphEdge): string {
  if (edge.rate === 0 && edge.bytesReceived > 0) return 'open'
  return rate(edge.rate)
}

function latencyOf({ p95, protocol, bytesReceived, bytesSent }: GraphEdge): string {
  if (p95 !== undefined) return `p95 ${milliseconds(p95)}`
  return protocol === 'tcp' && bytesReceived + bytesSent > 0 ? 'TCP' : ''
}

function spoken(edge: GraphEdge): string {
  const parts = [`${edge.source} calls ${edge.target}`, rateOf(edge), latencyOf(edge)]
  if (edge.errorShare > 0) parts.push(`${percent(edge.errorShare)} errors`)
  if (edge.mutualTls === 'all') parts.push('mutual TLS')
  return parts.filter(Boolean).join(', ')
}

function nodeOf(node: GraphNode, layout: Layout): ComponentChild {
  const spot = layout.nodes.get(node.id)
  if (!spot) return null
  const { width, height } = NODE
  const title = node.workload || node.service
  const below = [
    node.version && `v${node.version.replaceAll(', ', ', v')}`.replaceAll('vv', 'v'),
    node.namespace,
  ]
    .filter(Boolean)
    .join(' · ')
  return h(
    'g',
    {
      key: node.id,
      class: `node ${node.kind}`,
      transform: `translate(${spot.x - width / 2},${spot.y - height / 2})`,
    },
    h('title', null, node.id),
    h('rect', { width, height, rx: 9 }),
    h('text', { x: width / 2, y: below ? 20 : 27, class: 'name' }, cut(title, 24)),
    below && h('text', { x: width / 2, y: 36, class: 'below' }, cut(below, 28)),
  )
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text
}

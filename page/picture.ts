// The picture itself: nodes, lines and figures. What did not change is not drawn again.
import { Component, type ComponentChild, h } from 'preact'
import { useRef } from 'preact/hooks'
import type { GraphEdge, GraphNode } from '../src/model/graph.ts'
import { milliseconds, percent, rate } from './format.ts'
import { isCrowded, path, type Shown } from './layout.ts'
import type { Layout, Size, Spot } from './spots.ts'

export interface PictureProps {
  readonly shown: Shown
  readonly layout: Layout
  readonly chosen: string
  readonly choose: (key: string) => void
}

type Level = 'ok' | 'warn' | 'bad' | 'idle'

export function Picture({ shown, layout, chosen, choose }: PictureProps): ComponentChild {
  const { width, height } = layout
  const edges = [...shown.edges].filter(([key]) => layout.edges.has(key))
  const still = useStill(layout)
  return h(
    'svg',
    {
      viewBox: `0 0 ${width} ${height}`,
      class: isCrowded(shown) ? 'crowded' : '',
      style: { '--width': `${width}px` },
      role: 'group',
      'aria-label': 'service graph',
    },
    h('defs', null, ...(['ok', 'warn', 'bad', 'idle'] as const).map(tip)),
    ...edges.map(([key, edge]) => {
      const [now, dim] = [level(edge), isDim(chosen, key, edge)]
      const { points } = layout.edges.get(key)!
      return still(`line ${key}`, `${now} ${dim}`, (name) =>
        h(Line, { key: name, points, level: now, dim, edge: key, choose }),
      )
    }),
    ...[...shown.nodes.values()].map((node) => {
      const isChosen = chosen === node.id
      return still(`node ${node.id}`, `${node.version} ${isChosen}`, (name) =>
        h(Box, { key: name, ...boxOf(node, layout), chosen: isChosen, choose }),
      )
    }),
    // Figures come last, so that no line crosses them.
    ...told(shown, edges, chosen).map(([key, edge]) =>
      h(Figures, {
        key,
        ...figuresOf(edge),
        at: layout.edges.get(key)!.label,
        level: level(edge),
        dim: isDim(chosen, key, edge),
        chosen: chosen === key,
        edge: key,
        choose,
      }),
    ),
  )
}

/** What has the same name and looks as before is the same: then nothing of it is compared. */
function useStill(layout: Layout) {
  const made = useRef({ layout, parts: new Map<string, { look: string; part: ComponentChild }>() })
  if (made.current.layout !== layout) made.current = { layout, parts: new Map() }
  const { parts } = made.current
  return (name: string, look: string, draw: (name: string) => ComponentChild): ComponentChild => {
    const known = parts.get(name)
    if (known?.look === look) return known.part
    const part = draw(name)
    parts.set(name, { look, part })
    return part
  }
}

const MOST_TOLD = 40

/** In a crowded picture only those have figures that fail, and those of what is chosen. */
function told(
  shown: Shown,
  edges: readonly (readonly [string, GraphEdge])[],
  chosen: string,
): readonly (readonly [string, GraphEdge])[] {
  if (!isCrowded(shown)) return edges
  const near = edges.filter(([key, edge]) => chosen !== '' && !isDim(chosen, key, edge))
  const failing = edges.filter((entry) => level(entry[1]) === 'bad' && !near.includes(entry))
  return [...near, ...failing].slice(0, MOST_TOLD)
}

/** Where something is chosen, what has nothing to do with it steps back. */
function isDim(chosen: string, key: string, { source, target }: GraphEdge): boolean {
  return chosen !== '' && chosen !== key && chosen !== source && chosen !== target
}

function tip(level: Level): ComponentChild {
  return h(
    'marker',
    {
      ...{ id: `tip-${level}`, viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7 },
      ...{ markerHeight: 7, orient: 'auto-start-reverse' },
    },
    h('path', { d: 'M0,0.8 L8,4 L0,7.2 z', class: `tip ${level}` }),
  )
}

export function level({ rate: now, errorShare, bytesReceived }: GraphEdge): Level {
  if (now === 0 && bytesReceived === 0) return 'idle'
  if (errorShare === 0) return 'ok'
  return errorShare < 0.05 ? 'warn' : 'bad'
}

/** Drawn again only when one of its properties changed. */
abstract class Still<Props extends object> extends Component<Props> {
  override shouldComponentUpdate(next: Readonly<Props>): boolean {
    return Object.keys(next).some((name) => {
      const key = name as keyof Props
      return key !== 'choose' && next[key] !== this.props[key]
    })
  }
}

interface LineProps {
  readonly points: readonly Spot[]
  readonly level: Level
  readonly dim: boolean
  readonly edge: string
  readonly choose: (key: string) => void
}

class Line extends Component<LineProps> {
  override render({ points, level, dim, edge, choose }: LineProps): ComponentChild {
    const d = path(points)
    return h(
      'g',
      { class: `edge ${level}${dim ? ' dim' : ''}`, onClick: () => choose(edge) },
      h('path', { d, class: 'grip' }),
      h('path', { d, class: 'line', 'marker-end': `url(#tip-${level})` }),
    )
  }
}

interface FigureProps {
  readonly at: Spot
  readonly above: string
  readonly below: string
  readonly spoken: string
  readonly name: string
  readonly locked: boolean
  readonly level: Level
  readonly dim: boolean
  readonly chosen: boolean
  readonly edge: string
  readonly choose: (key: string) => void
}

class Figures extends Still<FigureProps> {
  override render(props: FigureProps): ComponentChild {
    const { at, above, below, spoken, name, locked, level, dim, chosen, edge, choose } = props
    return h(
      'g',
      {
        class: `edge ${level}${chosen ? ' chosen' : ''}${dim ? ' dim' : ''}`,
        transform: `translate(${at.x},${at.y})`,
        // In SVG the case of this attribute matters.
        tabindex: 0,
        role: 'button',
        'data-edge': name,
        'aria-label': spoken,
        onClick: () => choose(edge),
        onKeyDown: onEnter(() => choose(edge)),
      },
      h('rect', { x: -42, y: -17, width: 84, height: 34, rx: 6, class: 'plate' }),
      h('text', { y: below ? -3 : 4, class: 'rate' }, above),
      below && h('text', { y: 11, class: 'below' }, below),
      locked && lock(above),
    )
  }
}

function onEnter(act: () => void) {
  return (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ' ') return
    event.preventDefault()
    act()
  }
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

function figuresOf(edge: GraphEdge) {
  const above = rateOf(edge)
  const errors = edge.errorShare > 0 ? `${percent(edge.errorShare)} errors` : ''
  const latency = latencyOf(edge)
  const locked = edge.mutualTls === 'all'
  const words = [`${edge.source} calls ${edge.target}`, above, latency, errors]
  if (locked) words.push('mutual TLS')
  const spoken = words.filter(Boolean).join(', ')
  return { above, below: errors || latency, spoken, name: `${edge.source} ${edge.target}`, locked }
}

function rateOf(edge: GraphEdge): string {
  if (edge.rate === 0 && edge.bytesReceived > 0) return 'open'
  return rate(edge.rate)
}

function latencyOf({ p95, protocol, bytesReceived, bytesSent }: GraphEdge): string {
  if (p95 !== undefined) return `p95 ${milliseconds(p95)}`
  return protocol === 'tcp' && bytesReceived + bytesSent > 0 ? 'TCP' : ''
}

interface BoxProps {
  readonly id: string
  readonly title: string
  readonly below: string
  readonly kind: GraphNode['kind']
  readonly spot: (Spot & Size) | undefined
  readonly chosen: boolean
  readonly choose: (key: string) => void
}

class Box extends Component<BoxProps> {
  override render({ id, title, below, kind, spot, chosen, choose }: BoxProps): ComponentChild {
    if (!spot) return null
    const { width, height } = spot
    return h(
      'g',
      {
        class: `node ${kind}${chosen ? ' chosen' : ''}`,
        transform: `translate(${spot.x - width / 2},${spot.y - height / 2})`,
        tabindex: 0,
        role: 'button',
        'data-node': id,
        'aria-label': `${kind} ${id}`,
        onClick: () => choose(id),
        onKeyDown: onEnter(() => choose(id)),
      },
      h('title', null, id),
      h('rect', { width, height, rx: 9 }),
      h('text', { x: width / 2, y: below ? 20 : 27, class: 'name' }, title),
      below && h('text', { x: width / 2, y: 36, class: 'below' }, below),
    )
  }
}

function boxOf(node: GraphNode, layout: Layout) {
  const version = node.version && `v${node.version.replaceAll(', ', ', v')}`.replaceAll('vv', 'v')
  return {
    id: node.id,
    title: cut(node.workload || node.service, 32),
    below: cut([version, node.namespace].filter(Boolean).join(' · '), 30),
    kind: node.kind,
    spot: layout.nodes.get(node.id),
  }
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text
}

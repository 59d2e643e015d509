// What is known of the chosen node of the graph, and the way to its page.
import { type ComponentChild, h } from 'preact'
import type { GraphEdge, GraphNode } from '../src/model/graph.ts'
import { closeButton } from './edges.ts'
import { percent, rate } from './format.ts'
import { link } from './router.ts'

export function nodeDetails(
  node: GraphNode,
  edges: readonly GraphEdge[],
  close: () => void,
): ComponentChild {
  const inbound = edges.filter(({ target }) => target === node.id)
  const outbound = edges.filter(({ source }) => source === node.id)
  const rows: readonly (readonly [string, string])[] = [
    ['Namespace', node.namespace],
    ['Version', node.version],
    ['Is called', traffic(inbound)],
    ['Calls', traffic(outbound)],
  ]
  return h(
    'aside',
    { class: 'details', 'aria-live': 'polite' },
    h('h2', null, node.workload || node.service),
    closeButton(close),
    h(
      'dl',
      null,
      ...rows
        .filter(([, text]) => text)
        .flatMap(([name, text]) => [h('dt', null, name), h('dd', null, text)]),
    ),
    wayOf(node),
  )
}

function traffic(edges: readonly GraphEdge[]): string {
  if (edges.length === 0) return ''
  const sum = (figure: 'rate' | 'requests' | 'errors') =>
    edges.reduce((total, edge) => total + edge[figure], 0)
  const errors = sum('errors')
  const share = errors > 0 ? `, ${percent(errors / sum('requests'))} errors` : ''
  return `${rate(sum('rate'))}${share}`
}

function wayOf({ kind, namespace, service, workload }: GraphNode): ComponentChild {
  if (kind === 'outside') {
    return h('p', { class: 'dim' }, 'No workload of this mesh, so nothing more is known of it.')
  }
  const href =
    kind === 'workload'
      ? link('workload', namespace, workload)
      : link('service', namespace, service)
  return h('p', null, h('a', { class: 'button', href }, 'Signals, policies, endpoints'))
}

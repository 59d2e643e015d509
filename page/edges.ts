// Edges in words and figures: the list below the picture, and what is known of the chosen one.
import { type ComponentChild, h } from 'preact'
import { useState } from 'preact/hooks'
import type { GraphEdge } from '../src/model/graph.ts'
import { bytes, count, milliseconds, percent, rate } from './format.ts'
import { edgeKey } from './layout.ts'

const HEAD = ['From', 'To', 'Rate', 'Errors', 'p50', 'p95', 'p99', 'Sent', 'Received', 'Mutual TLS']

export interface EdgeListProps {
  readonly edges: readonly GraphEdge[]
  readonly chosen: string
  readonly choose: (key: string) => void
}

/** Its rows exist only while it is open. */
export function EdgeList({ edges, chosen, choose }: EdgeListProps): ComponentChild {
  const [open, setOpen] = useState(() => matchMedia('(max-width: 700px)').matches)
  return h(
    'details',
    {
      class: 'list',
      open,
      onToggle: (event: Event) => setOpen((event.target as HTMLDetailsElement).open),
    },
    h('summary', null, `${edges.length} edges as a list`),
    open && edgeTable(edges, chosen, choose),
  )
}

function edgeTable(
  edges: readonly GraphEdge[],
  chosen: string,
  choose: (key: string) => void,
): ComponentChild {
  const sorted = [...edges].sort((a, b) => (edgeKey(a) < edgeKey(b) ? -1 : 1))
  return h(
    'div',
    { class: 'scroll' },
    h(
      'table',
      null,
      h('thead', null, h('tr', null, ...HEAD.map((name) => h('th', { scope: 'col' }, name)))),
      h('tbody', null, ...sorted.map((edge) => row(edge, chosen, choose))),
    ),
  )
}

function row(edge: GraphEdge, chosen: string, choose: (key: string) => void): ComponentChild {
  const key = edgeKey(edge)
  return h(
    'tr',
    { key, class: chosen === key ? 'chosen' : '' },
    h('td', { 'data-name': 'From' }, edge.source),
    h(
      'td',
      { 'data-name': 'To' },
      h('button', { class: 'link', onClick: () => choose(key) }, edge.target),
    ),
    ...[
      rate(edge.rate),
      edge.errorShare > 0 ? percent(edge.errorShare) : '',
      milliseconds(edge.p50),
      milliseconds(edge.p95),
      milliseconds(edge.p99),
      bytes(edge.bytesSent),
      bytes(edge.bytesReceived),
    ].map((text, index) => h('td', { class: 'figure', 'data-name': HEAD[index + 2] }, text)),
    h('td', { 'data-name': 'Mutual TLS' }, MUTUAL_TLS[edge.mutualTls]),
  )
}

const MUTUAL_TLS = { all: 'yes', some: 'in part', none: 'no' } as const

/** Envoy's response flags in words; the others are in Envoy's documentation. */
const FLAGS: Readonly<Record<string, string>> = {
  UF: 'no connection to the destination',
  UH: 'no healthy endpoint',
  UO: 'circuit breaker open',
  UC: 'the destination closed the connection',
  UR: 'the destination reset the request',
  URX: 'retries used up',
  UT: 'the destination took too long',
  FI: 'fault injected by a policy',
  DI: 'delay injected by a policy',
  NR: 'no route',
  NC: 'no such cluster',
  DC: 'the caller left',
  RL: 'rate limited',
  UAEX: 'denied by an external authorizer',
  SI: 'idle for too long',
  DPE: 'the caller broke the protocol',
  UPE: 'the destination broke the protocol',
}

export function edgeDetails(edge: GraphEdge, close: () => void): ComponentChild {
  const statuses = Object.entries(edge.statuses).map(([name, n]) => `${name} ${count(n)}`)
  const flags = edge.flags
    .flatMap((text) => text.split(','))
    .map((flag) => (FLAGS[flag] ? `${flag} (${FLAGS[flag]})` : flag))
  const what = edge.protocol === 'tcp' ? 'Connections' : 'Requests'
  const rows: readonly (readonly [string, string])[] = [
    ['Protocol', { http: 'HTTP', grpc: 'gRPC', tcp: 'TCP' }[edge.protocol]],
    [what, `${edge.requests.toLocaleString('en')}, ${rate(edge.rate)}`],
    ['Errors', edge.errors > 0 ? `${count(edge.errors)}, ${percent(edge.errorShare)}` : 'none'],
    ['Statuses', statuses.join(', ')],
    ['Flags', [...new Set(flags)].join(', ')],
    [
      'Latency',
      [
        ['p50', edge.p50],
        ['p95', edge.p95],
        ['p99', edge.p99],
      ]
        .flatMap(([name, ms]) => (typeof ms === 'number' ? [`${name} ${milliseconds(ms)}`] : []))
        .join(', '),
    ],
    ['Bytes', `${bytes(edge.bytesSent)} sent, ${bytes(edge.bytesReceived)} received`],
    ['Mutual TLS', MUTUAL_TLS[edge.mutualTls]],
    ['Counted by', edge.reporter === 'client' ? "the caller's proxy" : "the destination's proxy"],
  ]
  return h(
    'aside',
    { class: 'details', 'aria-live': 'polite' },
    h('h2', null, `${edge.source} → ${edge.target}`),
    closeButton(close),
    h(
      'dl',
      null,
      ...rows
        .filter(([, text]) => text)
        .flatMap(([name, text]) => [h('dt', null, name), h('dd', null, text)]),
    ),
  )
}

export function closeButton(close: () => void): ComponentChild {
  return h('button', { class: 'close', onClick: close, 'aria-label': 'close' }, '×')
}

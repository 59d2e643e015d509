// `lotse graph` and `lotse top`: who calls whom, once or again and again.
import { isProblem } from '../ca/problem.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Graph, GraphEdge } from '../model/graph.ts'
import { again } from './again.ts'
import { type AskOptions, ask } from './ask.ts'
import { EXIT, fail } from './print.ts'
import { textTable } from './table.ts'

interface GraphCommand extends AskOptions {
  /** Seconds. */
  readonly window: string
  readonly by: string
  readonly json?: boolean
  readonly dot?: boolean
}

export async function graphCommand(options: GraphCommand): Promise<number> {
  const graph = await fetchGraph(options)
  if (isProblem(graph)) return fail(graph)
  if (options.json) console.log(JSON.stringify(graph, null, 2))
  else console.log(options.dot ? dot(graph) : text(graph))
  return EXIT.done
}

/** Who calls a node and whom it calls, with all that is known of each edge. */
export async function edgesCommand(
  node: string | undefined,
  options: GraphCommand,
): Promise<number> {
  const graph = await fetchGraph(options)
  if (isProblem(graph)) return fail(graph)
  const edges = graph.edges.filter(
    ({ source, target }) => node === undefined || source === node || target === node,
  )
  if (options.json) console.log(JSON.stringify(edges, null, 2))
  else if (edges.length === 0) console.log(text({ ...graph, edges }))
  else console.log(textTable([...HEAD, 'STATUSES', 'FLAGS'], edges.map(wideRow)))
  return EXIT.done
}

function wideRow(edge: GraphEdge): string[] {
  const statuses = Object.entries(edge.statuses).map(([name, count]) => `${name}:${count}`)
  return [...row(edge), statuses.join(' ') || '-', edge.flags.join(' ') || '-']
}

interface TopCommand extends GraphCommand {
  /** Seconds. */
  readonly every: string
  /** How often; 0 until it is stopped. */
  readonly times: string
}

/** Edges by rate, the busiest first, until it is interrupted. */
export async function top(options: TopCommand): Promise<number> {
  const every = Math.max(1, Number(options.every)) * 1000
  return again({ every, times: Number(options.times) }, async () => {
    const graph = await fetchGraph(options)
    if (isProblem(graph)) return fail(graph)
    const busiest = [...graph.edges].sort((a, b) => b.rate - a.rate || b.errors - a.errors)
    return text({ ...graph, edges: busiest })
  })
}

async function fetchGraph(options: GraphCommand): Promise<Graph | Diagnostic> {
  const found = await ask(options, `/api/v1/graph?by=${options.by}&window=${options.window}`)
  return isProblem(found) ? found : (found.answer as Graph)
}

const HEAD = ['FROM', 'TO', 'PROTOCOL', 'RATE', 'ERRORS', 'P50', 'P95', 'P99', 'MTLS']

function text({ edges, window, at }: Graph): string {
  if (edges.length === 0) return `no calls in the ${window} s until ${at}`
  return `${textTable(HEAD, edges.map(row))}\n\n${edges.length} edges, ${window} s until ${at}`
}

function row(edge: GraphEdge): string[] {
  return [
    edge.source,
    edge.target,
    edge.protocol,
    `${edge.rate.toFixed(1)}/s`,
    edge.errors === 0 ? '-' : `${(edge.errorShare * 100).toFixed(1)}%`,
    ...[edge.p50, edge.p95, edge.p99].map((ms) => (ms === undefined ? '-' : `${ms.toFixed(1)}ms`)),
    edge.mutualTls === 'all' ? 'yes' : edge.mutualTls === 'some' ? 'in part' : 'no',
  ]
}

function dot({ nodes, edges }: Graph): string {
  return [
    'digraph mesh {',
    '  rankdir=LR; node [shape=box, style=rounded];',
    ...nodes.map(
      ({ id, kind }) => `  ${quoted(id)}${kind === 'outside' ? ' [style=dashed]' : ''};`,
    ),
    ...edges.map((edge) => {
      const p95 = edge.p95 === undefined ? '' : `\\np95 ${edge.p95.toFixed(1)} ms`
      const color = edge.errorShare >= 0.05 ? 'red' : edge.errors > 0 ? 'orange' : 'darkgreen'
      return `  ${quoted(edge.source)} -> ${quoted(edge.target)} [label="${edge.rate.toFixed(1)}/s${p95}", color=${color}];`
    }),
    '}',
  ].join('\n')
}

function quoted(name: string): string {
  return `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

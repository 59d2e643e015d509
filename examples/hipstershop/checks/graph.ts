// The service graph: every call is an edge, and what the callers' Envoys counted is what the frontends answered.
import type { Graph } from '../../../src/model/graph.ts'
import { EDGES, NAMESPACE } from '../topology.ts'
import { type Check, eventually, type Stage } from './check.ts'

/** Envoys report every two seconds. */
const REPORTED_MS = 10_000
const HALF_AN_HOUR = 1800
/** Of the requests: some answers are on their way when the load ends. */
const TOLERANCE = 0.02

export const serviceGraph: Check = async (stage) => {
  const answered = answersOfFrontend(stage)
  let graph = await fetchGraph(stage)
  const agrees = () => Math.abs(counted(graph) - answered) <= TOLERANCE * answered
  const complete = () => missingFrom(graph).length === 0 && agrees()
  const passed = await eventually(async () => {
    graph = await fetchGraph(stage)
    return complete()
  }, REPORTED_MS)
  const missing = missingFrom(graph)
  const gone = missing.length > 0 ? ` (missing ${missing.join(', ')})` : ''
  const words = agrees() ? 'agree with' : 'do not agree with'
  return {
    passed: passed && answered > 0,
    text: `${EDGES.length - missing.length} of ${EDGES.length} edges${gone}, ${counted(graph)} requests that Envoys counted to the frontend ${words} the ${answered} that it answered`,
  }
}

/** What came to the frontends from the gateway and from the load generator. */
function answersOfFrontend({ services }: Stage): number {
  const calls = [...services.journal.calls].filter(([edge]) => edge.endsWith('>frontend'))
  return calls.reduce((sum, [, count]) => sum + count, 0)
}

/** Without those that the frontends' Envoys refused, which the frontends never saw. */
function counted({ edges }: Graph): number {
  return edges
    .filter(({ target }) => target === `${NAMESPACE}/frontend`)
    .reduce((sum, { requests, statuses }) => sum + requests - (statuses['4xx'] ?? 0), 0)
}

function missingFrom({ edges }: Graph): string[] {
  const short = (id: string) => id.replace(`${NAMESPACE}/`, '')
  const seen = new Set(edges.map(({ source, target }) => `${short(source)}>${short(target)}`))
  return EDGES.filter((edge) => !seen.has(edge))
}

async function fetchGraph({ url }: Stage): Promise<Graph> {
  const answer = await fetch(new URL(`/api/v1/graph?window=${HALF_AN_HOUR}`, url))
  return (await answer.json()) as Graph
}

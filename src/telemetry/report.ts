// What a figure of a proxy's report says of an edge. The names are those of `src/translate/listener/signals.ts`.
import type { Subject } from './otlp.ts'
import { remembered } from './remembered.ts'

/** `client`: told by where the traffic left; `server`: by where it came in. */
export type Side = 'client' | 'server'

/** The edge as its reporter sees it; the reporter is the other end. */
export interface Edge {
  readonly side: Side
  /** Name of Envoy's cluster: `outbound|80|v1|web.default.svc.cluster.local`, `inbound|8080||`; empty if none was found. */
  readonly cluster: string
  /** What Envoy's statistics call it: its own name, or that which a MeshConfig gave it. */
  readonly statName: string
  /** Client's side: `NAMESPACE/NAME` of the workload that answered; empty if none did, or if it is none of ours. */
  readonly workload: string
  /** Server's side: the caller's SPIFFE ID; empty in plain text. */
  readonly principal: string
}

export type Signal =
  | {
      readonly kind: 'requests'
      readonly edge: Edge
      readonly outcome: Outcome
      /** Classes of the sizes of the request and the answer, a digit each. */
      readonly sizes: string
    }
  | {
      readonly kind: 'durations'
      readonly edge: Edge
      readonly outcome: Outcome
      /** Microseconds that none of those above the last bound took more than. */
      readonly most: number
    }
  | {
      readonly kind: 'opened' | 'closed'
      readonly edge: Edge
      readonly outcome: Outcome
    }
  | FlowOf<'bytes'>
  | FlowOf<'messages'>
  | {
      readonly kind: 'pressure'
      readonly cluster: string
      readonly what: Pressure
    }

/** Through a cluster; messages are those of gRPC. */
interface FlowOf<Kind> {
  readonly kind: Kind
  /** As statistics call it, here and below. */
  readonly cluster: string
  readonly direction: 'sent' | 'received'
}

/** Of a cluster: connections made, requests that waited for one, and what an open circuit breaker refused of each. */
export type Pressure =
  | 'connections'
  | 'pending'
  | 'connectionsRefused'
  | 'pendingRefused'
  | 'retriesRefused'

export interface Outcome {
  /** HTTP status; 0 without an answer, and for connections. */
  readonly status: number
  /** Envoy's response flags, such as `UF`; empty if there are none. */
  readonly flags: string
  /** gRPC status; undefined for what is not gRPC. */
  readonly grpc: number | undefined
  /** Whom the destination proved to be, as its caller saw it; empty at the server's side. */
  readonly peer: string
  /** The other end proved who it is by certificate. */
  readonly mutualTls: boolean
}

/** Microseconds by histogram: where the next one begins. */
const LONGEST = {
  'lotse.us': 5_000,
  'lotse.mid': 100_000,
  'lotse.slow': Number.POSITIVE_INFINITY,
} as const

/** Undefined for what is not of the service graph. */
export function signalOf(subject: Subject): Signal | undefined {
  const { name, attributes } = subject
  if (name.startsWith('cluster.')) return clusterSignal(subject)
  const told = toldBy(attributes)
  if (!told) return undefined
  const { edge, text } = told
  switch (name) {
    case 'lotse.rq': {
      const { outcome, sizes } = answersTo(edge)(text)
      return { kind: 'requests', edge, outcome, sizes }
    }
    case 'lotse.us':
    case 'lotse.mid':
    case 'lotse.slow': {
      const { outcome } = answersTo(edge)(text)
      return { kind: 'durations', edge, outcome, most: LONGEST[name] }
    }
    case 'lotse.cx':
    case 'lotse.end': {
      const [flags = '', peer = ''] = text.split(';')
      const outcome = { status: 0, grpc: undefined, ...ending(edge, flags, peer) }
      return { kind: name === 'lotse.cx' ? 'opened' : 'closed', edge, outcome }
    }
    default:
      return undefined
  }
}

/** Texts that are kept as they were read. */
const MOST_TEXTS = 20_000

interface Answered {
  readonly outcome: Outcome
  /** Classes of sizes, a digit each. */
  readonly sizes: string
}

/** Whether the caller proved who it is stands in the edge at the server's side, so that the same text has two meanings. */
function answersTo({ principal }: Edge): (text: string) => Answered {
  return principal ? answeredProven : answered
}

const answered = remembered((text) => readAnswer(text, ''), MOST_TEXTS)
const answeredProven = remembered((text) => readAnswer(text, 'somebody'), MOST_TEXTS)

function readAnswer(text: string, principal: string): Answered {
  const [status = '', flags = '', grpc = '', peer = '', sizes = ''] = text.split(';')
  const known = /^\d{1,3}$/.test(grpc) ? Number(grpc) : undefined
  const outcome = {
    status: Number(status) || 0,
    grpc: known,
    ...ending({ principal }, flags, peer),
  }
  return { outcome, sizes }
}

function ending({ principal }: Pick<Edge, 'principal'>, flags: string, peer: string) {
  const mutualTls = (peer || principal) !== ''
  return { flags: flags === '-' ? '' : flags, peer, mutualTls }
}

/** The edge, a space, and how it went. */
function toldBy(
  attributes: ReadonlyMap<string, string>,
): { readonly edge: Edge; readonly text: string } | undefined {
  const client = attributes.get('e')
  const all = client ?? attributes.get('i')
  if (all === undefined) return undefined
  const space = all.indexOf(' ')
  if (space === -1) return undefined
  const read = client === undefined ? serverEdge : clientEdge
  const given = attributes.get('s')
  // No cluster has a space in its own name.
  const edge = read(given ? `${inStatistics(given)} ${all.slice(0, space)}` : all.slice(0, space))
  return { edge, text: all.slice(space + 1) }
}

/** Envoy has a name without colons there. */
function inStatistics(name: string): string {
  return name.replace(/:\/{0,2}/g, '_')
}

function clusterIn(text: string): Pick<Edge, 'cluster' | 'statName'> & { rest: string[] } {
  const space = text.lastIndexOf(' ')
  const [cluster = '', ...rest] = text.slice(space + 1).split(';')
  return { cluster, statName: space === -1 ? cluster : text.slice(0, space), rest }
}

const clientEdge = remembered((text): Edge => {
  const { rest, ...names } = clusterIn(text)
  const [name = '', namespace = ''] = rest
  const workload = name && namespace ? `${namespace}/${name}` : ''
  return { side: 'client', ...names, workload, principal: '' }
}, MOST_TEXTS)

const serverEdge = remembered((text): Edge => {
  const { rest, ...names } = clusterIn(text)
  const [principal = ''] = rest
  return { side: 'server', ...names, workload: '', principal }
}, MOST_TEXTS)

/** The statistics of Envoy's clusters that proxies report, by the end of their names. */
const PRESSURES: Readonly<Record<string, Pressure>> = {
  upstream_cx_total: 'connections',
  upstream_rq_pending_total: 'pending',
  upstream_cx_overflow: 'connectionsRefused',
  upstream_rq_pending_overflow: 'pendingRefused',
  upstream_rq_retry_overflow: 'retriesRefused',
}
const FLOWS: Readonly<Record<string, readonly ['bytes' | 'messages', 'sent' | 'received']>> = {
  upstream_cx_tx_bytes_total: ['bytes', 'sent'],
  upstream_cx_rx_bytes_total: ['bytes', 'received'],
  'grpc.request_message_count': ['messages', 'sent'],
  'grpc.response_message_count': ['messages', 'received'],
}

/** Envoy takes the cluster's name up to its first dot for a label, and leaves the rest where it was. */
function clusterSignal({ name, attributes }: Subject): Signal | undefined {
  const [, rest = '', last = ''] = /^cluster\.(.*\.)?(upstream_\w+|grpc\.\w+)$/.exec(name) ?? []
  const first = attributes.get('envoy.cluster_name')
  if (!last || first === undefined) return undefined
  const cluster = `${first}.${rest}`.replace(/\.$/, '')
  const [kind, direction] = Object.hasOwn(FLOWS, last) ? FLOWS[last]! : []
  if (direction) {
    const flow = { cluster, direction }
    return kind === 'bytes' ? { kind, ...flow } : { kind: 'messages', ...flow }
  }
  const what = Object.hasOwn(PRESSURES, last) ? PRESSURES[last] : undefined
  return what && { kind: 'pressure', cluster, what }
}

// Which way a request goes through a mesh: the question of `lotse explain`, answered offline and by a running control plane.
import { type Admission, admissionAt } from './explain/admission.ts'
import { type Explanation, explainRoute, type Question, type Step } from './explain/route.ts'
import type { Diagnostic } from './model/diagnostic.ts'
import type { Mesh } from './model/mesh.ts'
import type { Node } from './model/node.ts'
import { printOrigin } from './model/origin.ts'
import { nodeOf } from './translate/node.ts'
import { translate } from './translate/translate.ts'

export interface ExplainQuestion {
  /** `NAMESPACE/NAME` of the sender. */
  readonly workload: string
  readonly host: string
  readonly path: string
  readonly method?: string
  /** `NAME=VALUE` each. */
  readonly header?: readonly string[]
  readonly port?: string
  /** Whether this workload lets it in. */
  readonly toWorkload?: string
}

export interface ExplainedStep {
  readonly what: string
  readonly name: string
  /** `file:line:column`. */
  readonly place?: string
}

export interface Explained {
  readonly steps: readonly ExplainedStep[]
  readonly clusters: readonly { readonly name: string; readonly weight: number }[]
  /** What the proxy answers by itself; empty if it does not. */
  readonly answer: string
  /** Why nothing takes the request; empty if something does. */
  readonly none: string
  readonly admission?: {
    readonly workload: string
    readonly steps: readonly ExplainedStep[]
    readonly allowed: boolean
    readonly reason: string
  }
}

/** L0512 for a workload that the mesh does not know. */
export function explainIn(mesh: Mesh, asked: ExplainQuestion): Explained | Diagnostic {
  for (const name of [asked.workload, asked.toWorkload ?? asked.workload]) {
    if (mesh.tables.WorkloadEntry.rows.has(name)) continue
    return { code: 'L0512', severity: 'error', text: `there is no WorkloadEntry ${name}` }
  }
  const caller = nodeFor(mesh, asked.workload)
  const question: Question = {
    direction: 'outbound',
    host: asked.host,
    path: asked.path,
    method: asked.method ?? 'GET',
    headers: headersOf(asked.header ?? []),
    ...(asked.port === undefined ? {} : { port: Number(asked.port) }),
  }
  const set = translate(mesh, caller)
  const explained = explainRoute(set, question)
  const whole = toldOf(explained)
  const target = asked.toWorkload
  if (!target || explained.none) return whole
  const to = nodeFor(mesh, target)
  const [config] = mesh.tables.MeshConfig.rows.values()
  const trustDomain = config?.spec.trustDomain || 'cluster.local'
  const sent = { caller, set, to, explained, question, trustDomain }
  return { ...whole, admission: admissionOf(target, admissionAt(translate(mesh, to), sent)) }
}

function toldOf({ steps, clusters, none = '', route }: Explanation): Explained {
  const direct = route?.direct_response ? `${route.direct_response.status} by the proxy itself` : ''
  const answer = route?.redirect ? 'a redirect by the proxy itself' : direct
  return { steps: steps.map(stepOf), clusters, answer, none }
}

function admissionOf(workload: string, { steps, allowed, reason = '' }: Admission) {
  return { workload, steps: steps.map(stepOf), allowed, reason }
}

function stepOf({ what, name, origin }: Step): ExplainedStep {
  return { what, name, ...(origin ? { place: printOrigin(origin) } : {}) }
}

function nodeFor(mesh: Mesh, workload: string): Node {
  const [namespace = '', name = ''] = workload.split('/')
  const claims = { id: workload, certificateFolder: '/etc/lotse/certs' }
  return nodeOf(mesh, { namespace, workload: name, certified: true }, claims)
}

/** A name that stands twice has both values. */
function headersOf(given: readonly string[]): Record<string, string[]> {
  const headers: Record<string, string[]> = {}
  for (const text of given) {
    const equals = text.indexOf('=')
    const name = (equals < 0 ? text : text.slice(0, equals)).toLowerCase()
    const value = equals < 0 ? '' : text.slice(equals + 1)
    headers[name] = [...(headers[name] ?? []), value]
  }
  return headers
}

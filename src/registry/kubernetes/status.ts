// Conditions on users' objects: whether Lotse accepts them and the proxies have them. Written by the leader, and only what changed.
import type { Diagnostic } from '../../model/diagnostic.ts'
import { type Connection, messageOf } from './connection.ts'

/** An object of the cluster, as its status is written. */
export interface Known {
  readonly apiVersion: string
  readonly kind: string
  readonly plural: string
  readonly namespace: string
  readonly name: string
  readonly generation: number
  /** What the object says now. */
  readonly conditions: readonly Condition[]
}

export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False'
  readonly reason: string
  readonly message: string
  readonly observedGeneration?: number
  readonly lastTransitionTime?: string
}

/** What there is to say of an object. */
export interface Report {
  /** Of the object, errors first. */
  readonly diagnostics: readonly Diagnostic[]
  /** Proxies that hold all they are to have, and all that are connected. */
  readonly synced: number
  readonly proxies: number
}

/** Kubernetes' limit for the message of a condition. */
const LONGEST = 32_768

/** The conditions of an object, without their times. */
export function conditionsOf({ generation }: Known, report: Report): readonly Condition[] {
  const { diagnostics, synced, proxies } = report
  const rejected = diagnostics.filter(({ code }) => code === 'L0302')
  const refused = diagnostics.filter(
    ({ severity, code }) => severity === 'error' && code !== 'L0302',
  )
  const others = diagnostics.filter(({ severity }) => severity === 'warning')
  const accepted =
    refused.length > 0
      ? { status: 'False' as const, reason: 'Invalid', message: textOf(refused) }
      : others.length > 0
        ? { status: 'True' as const, reason: 'AcceptedWithWarnings', message: textOf(others) }
        : { status: 'True' as const, reason: 'Accepted', message: '' }
  const all = synced === proxies
  const delivered =
    rejected.length > 0
      ? { status: 'False' as const, reason: 'RejectedByEnvoy', message: textOf(rejected) }
      : {
          status: all ? ('True' as const) : ('False' as const),
          reason: all ? 'Synced' : 'Pending',
          message: `${synced} of ${proxies} connected proxies have all that they are to have`,
        }
  return [
    { type: 'Accepted', observedGeneration: generation, ...accepted },
    { type: 'Synced', observedGeneration: generation, ...delivered },
  ]
}

function textOf(diagnostics: readonly Diagnostic[]): string {
  return diagnostics
    .map(({ text, code, origin }) => `${placeIn(origin?.source)}${text} (${code})`)
    .join('\n')
    .slice(0, LONGEST)
}

/** The field within the object; the object itself is where the condition stands. */
function placeIn(source = ''): string {
  const field = source.split('#')[1]
  return field ? `${field}: ` : ''
}

/** Whether an object must be written: a number of proxies alone is no news. */
export function isNews(now: readonly Condition[], wanted: readonly Condition[]): boolean {
  return wanted.some((condition) => {
    const before = now.find(({ type }) => type === condition.type)
    return (
      before?.status !== condition.status ||
      before.reason !== condition.reason ||
      before.observedGeneration !== condition.observedGeneration ||
      (condition.reason !== 'Synced' &&
        condition.reason !== 'Pending' &&
        before.message !== condition.message)
    )
  })
}

/** Server-side apply of the conditions; the time of one that stays as it was is kept. The server's words if it refuses. */
export async function writeStatus(
  connection: Connection,
  known: Known,
  wanted: readonly Condition[],
  now: Date,
): Promise<string | undefined> {
  const { apiVersion, kind, plural, namespace, name, generation } = known
  const conditions = wanted.map((condition) => {
    const before = known.conditions.find(({ type }) => type === condition.type)
    const same = before?.status === condition.status ? before.lastTransitionTime : undefined
    return { ...condition, lastTransitionTime: same ?? now.toISOString() }
  })
  const path = `/apis/${apiVersion}/namespaces/${namespace}/${plural}/${name}/status`
  const reply = await connection.request('PATCH', `${path}?fieldManager=lotse&force=true`, {
    contentType: 'application/apply-patch+yaml',
    body: {
      ...{ apiVersion, kind, metadata: { name, namespace } },
      status: { observedGeneration: generation, conditions },
    },
  })
  // One that went away meanwhile needs none.
  return reply.status < 300 || reply.status === 404 ? undefined : messageOf(reply.body)
}

// The status of objects of the Gateway API: beside what others have written there, with generations and times, and only what is news.
import { isDeepStrictEqual } from 'node:util'
import { CONTROLLER, type Condition, type Status } from '../../model/gateway-api.ts'
import { type Connection, messageOf, type Reply } from './connection.ts'
import type { KubernetesObject } from './reflector.ts'

/** An object as the cluster has it. */
export interface StatusHolder {
  readonly apiVersion: string
  readonly kind: string
  readonly plural: string
  readonly namespace: string
  readonly name: string
  readonly generation: number
  readonly resourceVersion: string
  readonly status: Written
  /** When it was read, in milliseconds of the process. */
  readonly readAt: number
}

type Dated = Condition & {
  readonly observedGeneration?: number
  readonly lastTransitionTime?: string
}

/** What stands there: of ours, and in lists of parents of others, too. */
interface Written {
  readonly conditions?: readonly Dated[]
  readonly listeners?: readonly { readonly name: string; readonly conditions?: readonly Dated[] }[]
  readonly parents?: readonly {
    readonly controllerName?: string
    readonly parentRef?: unknown
    readonly conditions?: readonly Dated[]
  }[]
}

export function holderOf(object: KubernetesObject, plural: string, readAt: number): StatusHolder {
  const { name, namespace = '', resourceVersion = '' } = object.metadata
  const { generation = 0 } = object.metadata as { readonly generation?: number }
  const { apiVersion = '', kind = '', status = {} } = object
  return {
    ...{ apiVersion, kind, plural, namespace, name, generation, resourceVersion, readAt },
    status: status as Written,
  }
}

/** The whole status to be applied; undefined if there is nothing to say. `now` is when a condition becomes what it was not. */
export function statusToApply(
  holder: StatusHolder,
  wanted: Status,
  now: string,
): object | undefined {
  const { conditions, listeners, parents, ...rest } = wanted
  const dated = dater(holder.generation, now)
  const before = holder.status
  const others = before.parents?.filter(({ controllerName }) => controllerName !== CONTROLLER) ?? []
  const had = (before.parents?.length ?? 0) > others.length
  // Of an object that never had anything to do with us nothing is said.
  if (parents && parents.length === 0 && !had) return undefined
  return {
    ...rest,
    ...(conditions ? { conditions: dated(conditions, before.conditions) } : {}),
    ...(listeners
      ? {
          listeners: listeners.map((one) => {
            const same = before.listeners?.find(({ name }) => name === one.name)
            return { ...one, conditions: dated(one.conditions, same?.conditions) }
          }),
        }
      : {}),
    ...(parents
      ? {
          parents: [
            ...others,
            ...parents.map((one) => {
              const same = before.parents?.find(
                ({ parentRef, controllerName }) =>
                  controllerName === CONTROLLER && isDeepStrictEqual(parentRef, one.parentRef),
              )
              return { ...one, conditions: dated(one.conditions, same?.conditions) }
            }),
          ],
        }
      : {}),
  }
}

function dater(generation: number, now: string) {
  return (conditions: readonly Condition[], before: readonly Dated[] = []): Dated[] =>
    conditions.map((condition) => {
      const same = before.find(({ type, status }) => {
        return type === condition.type && status === condition.status
      })
      const lastTransitionTime = same?.lastTransitionTime ?? now
      return { ...condition, observedGeneration: generation, lastTransitionTime }
    })
}

/** Whether what stands there says all of it, whatever others say besides. */
export function says(written: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(written)) return wanted.length === 0
    const key = keyIn(wanted[0])
    if (key === undefined) {
      return written.length === wanted.length && wanted.every((one, n) => says(written[n], one))
    }
    const isOpen = key === 'type'
    if (!isOpen && written.length !== wanted.length) return false
    return wanted.every((one) =>
      says(
        written.find((other) => other?.[key] === one[key]),
        one,
      ),
    )
  }
  if (typeof wanted !== 'object' || wanted === null) return written === wanted
  if (typeof written !== 'object' || written === null) return false
  return Object.entries(wanted).every(([name, value]) =>
    says((written as Record<string, unknown>)[name], value),
  )
}

/** By what the elements of a list are told apart: conditions by type, listeners and features by name. */
function keyIn(element: unknown): 'type' | 'name' | undefined {
  if (typeof element !== 'object' || element === null) return undefined
  if ('type' in element && 'status' in element) return 'type'
  return 'name' in element ? 'name' : undefined
}

/** Server-side apply. Lists of parents are one value for the server, so what was read must not have changed meanwhile. */
export function applyStatus(
  connection: Connection,
  holder: StatusHolder,
  status: object,
): Promise<Reply> {
  const { apiVersion, kind, plural, namespace, name, resourceVersion } = holder
  const place = namespace ? `namespaces/${namespace}/${plural}` : plural
  const path = `/apis/${apiVersion}/${place}/${name}/status`
  const metadata = { name, ...(namespace ? { namespace } : {}), resourceVersion }
  return connection.request('PATCH', `${path}?fieldManager=lotse&force=true`, {
    contentType: 'application/apply-patch+yaml',
    body: { apiVersion, kind, metadata, status },
  })
}

const DEFINITION = 'gatewayclasses.gateway.networking.k8s.io'

/** Version of the definitions that the cluster has, as `v1.5.0`; undefined if it cannot be told. */
export async function installedVersion(connection: Connection): Promise<string | undefined> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${DEFINITION}`
  const { status, body } = await connection.request('GET', path)
  if (status === 403 || status === 404) return undefined
  if (status !== 200) throw new Error(messageOf(body))
  const { annotations = {} } = (body as KubernetesObject).metadata
  return annotations['gateway.networking.k8s.io/bundle-version']
}

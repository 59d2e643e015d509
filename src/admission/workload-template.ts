// Where the pod is in an object that makes pods: a Deployment, a CronJob, or the pod itself.
import type { Pod } from './pod.ts'

type Fields = Readonly<Record<string, unknown>>

const TEMPLATE = ['spec', 'template'] as const

const PATHS: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  Deployment: TEMPLATE,
  StatefulSet: TEMPLATE,
  DaemonSet: TEMPLATE,
  ReplicaSet: TEMPLATE,
  ReplicationController: TEMPLATE,
  Job: TEMPLATE,
  CronJob: ['spec', 'jobTemplate', ...TEMPLATE],
}

/** The object with its pod changed; the object itself if it makes no pods. */
export function mapPod(object: unknown, change: (pod: Pod) => Pod): unknown {
  const path = isFields(object) ? PATHS[String(object.kind)] : undefined
  return path ? at(object, path, change) : object
}

function at(value: unknown, path: readonly string[], change: (pod: Pod) => Pod): unknown {
  const [name, ...rest] = path
  if (!isFields(value)) return value
  if (name !== undefined) return { ...value, [name]: at(value[name], rest, change) }
  const { spec } = value
  return isFields(spec) && Array.isArray(spec.containers) ? change(value as unknown as Pod) : value
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

// The metadata of an object: its shape, the form of its names, and what is assumed when it is absent.
import type { Metadata } from '../model/document.ts'
import { anything, type Infer, list, map, object, string, text } from '../model/shape.ts'

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const labelText = text({ pattern: `^${LABEL}$`, max: 63 })

export const metadataShape = object({
  name: text({ pattern: `^${LABEL}(\\.${LABEL})*$`, max: 253 }),
  namespace: labelText,
  labels: map(string),
  annotations: map(string),
  creationTimestamp: string,
  generateName: string,
  uid: string,
  resourceVersion: string,
  generation: anything,
  selfLink: string,
  finalizers: list(string),
  ownerReferences: anything,
  managedFields: anything,
  deletionTimestamp: string,
  deletionGracePeriodSeconds: anything,
})

const EMPTY: Readonly<Record<string, string>> = Object.freeze({})

/** The metadata that `given` (which fits the shape) stands for. A time is brought to UTC with milliseconds, so that text compares as time. */
export function complete(
  given: Infer<typeof metadataShape>,
  name: string,
  namespaced: boolean,
): Metadata {
  const time = given.creationTimestamp
  return Object.freeze({
    name,
    namespace: namespaced ? (given.namespace ?? 'default') : '',
    labels: given.labels ?? EMPTY,
    annotations: given.annotations ?? EMPTY,
    ...(time === undefined ? {} : { creationTimestamp: new Date(time).toISOString() }),
  })
}

const RFC3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/

export function isTime(text: string): boolean {
  return RFC3339.test(text) && !Number.isNaN(Date.parse(text))
}

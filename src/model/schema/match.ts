// Shapes that several of Istio's kinds share: text matches, selectors, percentages, settings of the mesh's locality and outbound policy.
import {
  boolean,
  enumOf,
  type Infer,
  list,
  map,
  number,
  object,
  required,
  string,
  uint32,
} from '../shape.ts'

export const stringMatch = object({ exact: string, prefix: string, regex: string }, [
  ['exact', 'prefix', 'regex'],
])

export const strings = list(string)

export const labels = map(string)

/** Networking kinds' way to name workloads. */
export const workloadSelector = object({ labels })

/** Security and telemetry kinds' way to name workloads. */
export const policySelector = object({ matchLabels: labels })

export const targetRef = object({
  group: string,
  kind: string,
  name: string,
  namespace: string,
})

/** A share in percent that may have a fraction, as 0.1. */
export const fraction = object({ value: number })

/** Kubernetes' label selector. */
export const labelSelector = object({
  matchLabels: labels,
  matchExpressions: list(
    object({
      key: required(string),
      operator: required(enumOf('In', 'NotIn', 'Exists', 'DoesNotExist')),
      values: strings,
    }),
  ),
})

export const localityLbSetting = object({
  distribute: list(object({ from: string, to: map(uint32) })),
  failover: list(object({ from: string, to: string })),
  failoverPriority: strings,
  enabled: boolean,
})

export const zoneAwareLbSetting = object({
  enabled: boolean,
  minClusterSize: uint32,
  failover: list(object({ from: string, to: string })),
  failoverPriority: strings,
})

export type StringMatch = Infer<typeof stringMatch>
export type WorkloadSelector = Infer<typeof workloadSelector>
export type PolicySelector = Infer<typeof policySelector>
export type TargetRef = Infer<typeof targetRef>
export type LocalityLbSetting = Infer<typeof localityLbSetting>
export type ZoneAwareLbSetting = Infer<typeof zoneAwareLbSetting>

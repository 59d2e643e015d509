// What a workload is called to people: its application and version, by the labels Istio goes by.

import type { Document } from './document.ts'

export interface CanonicalName {
  readonly app: string
  readonly version: string
}

/** Istio's canonical service and revision; the workload's own name where no label says it. */
export function canonicalName(
  workload: string,
  labels: Readonly<Record<string, string>>,
): CanonicalName {
  return {
    app:
      labels['service.istio.io/canonical-name'] ??
      labels['app.kubernetes.io/name'] ??
      labels.app ??
      workload,
    version:
      labels['service.istio.io/canonical-revision'] ??
      labels['app.kubernetes.io/version'] ??
      labels.version ??
      'latest',
  }
}

/** Annotation of a WorkloadEntry that stands for a Kubernetes pod: `ready` or `not ready`. Services pick pods by endpoint slices, not by labels. */
export const POD = 'lotse/pod'

/** Annotation of a workload that registered itself and whose application does not pass the probe of its group. */
export const UNHEALTHY = 'lotse/unhealthy'

export function isPod({ metadata }: Document): boolean {
  return metadata.annotations[POD] !== undefined
}

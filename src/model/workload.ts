// What a workload is called to people: its application and version, by the labels Istio goes by.

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

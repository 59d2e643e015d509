// Istio's standard labels of one total: who called whom, how it went, and how it was protected.
import type { Directory } from './place.ts'
import type { Total } from './totals.ts'

export type Labels = Readonly<Record<string, string>>

/** Istio's word for who reports: the caller's proxy, or that of whom is called. */
export type Side = 'source' | 'destination'

const UNKNOWN = 'unknown'
const CLUSTER = 'Kubernetes'

interface End {
  readonly workload: string
  readonly namespace: string
  readonly principal: string
  readonly app: string
  readonly version: string
}

const NOBODY: End = {
  workload: UNKNOWN,
  namespace: UNKNOWN,
  principal: UNKNOWN,
  app: UNKNOWN,
  version: UNKNOWN,
}

export function labelsOf(
  reporter: string,
  total: Total,
  directory: Directory,
  isTcp: boolean,
): Labels {
  const { edge, outcome, kind } = total
  const isClient = edge.side === 'client'
  const source = isClient ? ofWorkload(reporter, directory) : ofPrincipal(edge.principal, directory)
  const called = isClient ? ofWorkload(edge.workload, directory) : ofWorkload(reporter, directory)
  const destination = isClient && total.peer ? { ...called, principal: total.peer } : called
  const isGrpc = outcome?.grpc !== undefined || kind === 'messages'
  const protocol = isTcp ? 'tcp' : isGrpc ? 'grpc' : 'http'
  return {
    reporter: isClient ? 'source' : 'destination',
    ...endLabels('source', source),
    ...endLabels('destination', destination),
    ...serviceLabels(edge.cluster, isClient ? '' : (directory.workload(reporter)?.service ?? '')),
    request_protocol: protocol,
    ...(kind === 'requests' || kind === 'durations'
      ? {
          response_code: String(outcome?.status ?? 0),
          grpc_response_status: outcome?.grpc === undefined ? '' : String(outcome.grpc),
        }
      : {}),
    ...(outcome ? { response_flags: outcome.flags || '-' } : {}),
    // A caller does not vouch for how it was received (Istio).
    connection_security_policy: isClient ? UNKNOWN : edge.principal ? 'mutual_tls' : 'none',
  }
}

function endLabels(side: Side, { workload, namespace, principal, app, version }: End): Labels {
  return {
    [`${side}_workload`]: workload,
    [`${side}_workload_namespace`]: namespace,
    [`${side}_principal`]: principal,
    [`${side}_app`]: app,
    [`${side}_version`]: version,
    [`${side}_canonical_service`]: app,
    [`${side}_canonical_revision`]: version,
    [`${side}_cluster`]: workload === UNKNOWN ? UNKNOWN : CLUSTER,
  }
}

function ofWorkload(name: string, directory: Directory): End {
  const [namespace = '', workload = ''] = name.split('/')
  if (!workload) return NOBODY
  const known = directory.workload(name)
  return {
    ...{ workload, namespace },
    app: known?.app ?? workload,
    version: known?.version ?? UNKNOWN,
    principal: known?.principal ?? UNKNOWN,
  }
}

/** Workloads that share an identity cannot be told apart; what they have in common is told. */
function ofPrincipal(principal: string, directory: Directory): End {
  if (!principal) return NOBODY
  const ends = directory.withPrincipal(principal).map((name) => ofWorkload(name, directory))
  const common = (field: 'workload' | 'app' | 'version') => {
    const values = new Set(ends.map((end) => end[field]))
    return values.size === 1 ? [...values][0]! : UNKNOWN
  }
  const namespace = /^spiffe:\/\/[^/]+\/ns\/([^/]+)\//.exec(principal)?.[1] ?? UNKNOWN
  return {
    ...{ namespace, principal },
    workload: common('workload'),
    app: common('app'),
    version: common('version'),
  }
}

function serviceLabels(cluster: string, own: string): Labels {
  const host = /^outbound(?:[-_]tcp)?\|\d+\|[^|]*\|(.+)$/.exec(cluster)?.[1] ?? own
  const [, name, namespace] = /^([^.]+)\.([^.]+)\.svc\./.exec(host) ?? []
  return {
    destination_service: host || cluster || UNKNOWN,
    destination_service_name: name ?? (host || cluster || UNKNOWN),
    destination_service_namespace: namespace ?? UNKNOWN,
  }
}

export function escapeValue(value: string): string {
  return value.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`))
}

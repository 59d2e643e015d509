// Whether a workload's proxy lets a request in that another one sends: its route and the authorization rules on the way.
import type { ClusterLoadAssignment, HttpRBAC, RBAC } from '../../proto/envoy.d.ts'
import type { Node } from '../model/node.ts'
import type { ResourceSet } from '../model/resource.ts'
import { evaluate, type RbacRequest } from './rbac.ts'
import { type Explanation, explainRoute, type Question, type Step, step } from './route.ts'
import { one } from './route-match.ts'
import { Unknown } from './text.ts'

export interface Sent {
  readonly caller: Node
  /** What the caller's proxy has, and where that led. */
  readonly set: ResourceSet
  readonly explained: Explanation
  readonly question: Question
  readonly to: Node
  readonly trustDomain: string
}

export interface Admission {
  readonly steps: readonly Step[]
  readonly allowed: boolean
  readonly reason?: string
}

/** The rules' filters in the order in which they stand. */
const FILTERS = ['lotse.rbac.audit', 'lotse.rbac.deny', 'lotse.rbac.allow']

export function admissionAt(target: ResourceSet, sent: Sent): Admission {
  const { to } = sent
  const endpoint = endpointOf(sent)
  if (!endpoint) {
    const reason = `${to.namespace}/${to.workload} (${to.address}) is no endpoint of where the request goes`
    return { steps: [], allowed: false, reason }
  }
  const tls = endpoint.tls
  const inbound = explainRoute(target, {
    ...sent.question,
    direction: 'inbound',
    port: endpoint.port,
    path: sent.explained.request
      ? one(sent.explained.request.headers, ':path')
      : sent.question.path,
    connection: {
      tls,
      applicationProtocols: tls ? ['istio-http/1.1', 'istio'] : ['http/1.1'],
      destinationPort: endpoint.port,
    },
  })
  if (inbound.none) return { steps: inbound.steps, allowed: false, reason: inbound.none }
  return decided(inbound, requestOf(sent, endpoint, inbound))
}

function decided(inbound: Explanation, request: RbacRequest): Admission {
  const steps = [...inbound.steps.filter(({ what }) => what !== 'policy')]
  const configs = {
    ...inbound.virtualHost?.typed_per_filter_config,
    ...inbound.route?.typed_per_filter_config,
  }
  try {
    for (const name of FILTERS) {
      const { rbac } = (configs[name] ?? {}) as unknown as { rbac?: HttpRBAC }
      if (!rbac?.rules) continue
      const { allowed, policy, origin } = evaluate(rbac.rules as RBAC, request)
      const said = `${name} ${policy ?? '(no rule matches)'}`
      steps.push(origin ? { what: 'policy', name: said, origin } : step('policy', said, {}))
      if (!allowed) return { steps, allowed, reason: 'RBAC: access denied (403)' }
    }
  } catch (error) {
    if (!(error instanceof Unknown)) throw error
    return { steps, allowed: false, reason: `only Envoy can decide: it has ${error.message}` }
  }
  return { steps, allowed: true }
}

interface Endpoint {
  readonly port: number
  readonly tls: boolean
}

/** The target's place in one of the clusters that the request may go to. */
function endpointOf({ set, explained, to }: Sent): Endpoint | undefined {
  const names = new Set(explained.clusters.map(({ name }) => name))
  for (const { body } of set.endpoint.flat()) {
    const { cluster_name: cluster = '', endpoints = [] } = body as ClusterLoadAssignment
    if (!names.has(cluster)) continue
    for (const { endpoint, metadata } of endpoints.flatMap((group) => group.lb_endpoints ?? [])) {
      const place = endpoint?.address?.socket_address
      if (place?.address !== to.address) continue
      const match = metadata?.filter_metadata?.['envoy.transport_socket_match'] as
        | { tlsMode?: string }
        | undefined
      return { port: place?.port_value ?? 0, tls: match?.tlsMode === 'istio' }
    }
  }
  return undefined
}

function requestOf(
  { caller, to, trustDomain }: Sent,
  { port, tls }: Endpoint,
  inbound: Explanation,
): RbacRequest {
  const { namespace, serviceAccount, address } = caller
  const uri = `spiffe://${trustDomain}/ns/${namespace}/sa/${serviceAccount}`
  return {
    headers: inbound.request?.headers ?? {},
    ...(tls ? { peer: { uris: [uri] } } : {}),
    directRemoteIp: address,
    remoteIp: address,
    destinationIp: to.address,
    destinationPort: port,
  }
}

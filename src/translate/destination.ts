// From a rule's destination to the service, port, cluster and hash policies that it means.
import type { RouteAction_HashPolicy } from '../../proto/envoy.d.ts'
import { seconds } from '../model/duration.ts'
import { fullName } from '../model/host.ts'
import type { ConsistentHash } from '../model/schema/destination-rule.ts'
import type { Destination } from '../model/schema/virtual-service.ts'
import type { Service } from '../model/service.ts'
import type { View } from '../model/view.ts'
import { policyFor, type Seen, seen } from './kinds/destination-rule.ts'
import { outboundCluster } from './names.ts'
import { exportedService } from './scope.ts'

export interface Target {
  /** Absent where no service of that name is visible; Envoy then answers 503. */
  readonly service: Service | undefined
  readonly hostname: string
  readonly port: number
}

/** Short names get the rule's namespace; without a port, the service's only one, else the listener's (Istio). */
export function targetOf(
  view: View,
  destination: Destination,
  namespace: string,
  listenerPort: number,
): Target {
  const written = fullName(destination.host, namespace)
  const service = exportedService(view, written)
  const hostname = service?.hostname ?? written
  return { service, hostname, port: portOf(service, destination, listenerPort) }
}

export function portOf(
  service: Service | undefined,
  destination: Destination,
  listenerPort: number,
): number {
  const only = service?.ports.length === 1 ? service.ports[0]!.number : undefined
  return destination.port?.number || only || listenerPort
}

export function clusterOf(target: Target, destination: Destination): string {
  return outboundCluster(target.hostname, target.port, destination.subset)
}

export function hashPolicyOf(
  view: View,
  { service, port }: Target,
  subsetName: string | undefined,
): readonly RouteAction_HashPolicy[] {
  return hashPolicyFor(view, service && seen(view, service), port, subsetName)
}

/** A consistent hash needs its key from the route as well as its algorithm in the cluster. */
export function hashPolicyFor(
  view: View,
  service: Seen | undefined,
  port: number,
  subsetName: string | undefined,
): readonly RouteAction_HashPolicy[] {
  if (!service) return []
  const { rule } = service
  const subset = rule?.subsets.find(({ value }) => value.name === subsetName)
  const hash = policyFor(view, rule, port, subset).loadBalancer?.consistentHash
  return hash ? hashPolicy(hash) : []
}

function hashPolicy(hash: ConsistentHash): readonly RouteAction_HashPolicy[] {
  if (hash.httpHeaderName) return [{ header: { header_name: hash.httpHeaderName } }]
  if (hash.httpCookie) {
    const { name, path, ttl, attributes } = hash.httpCookie
    return [
      {
        cookie: {
          name,
          ...(path ? { path } : {}),
          ...(ttl === undefined ? {} : { ttl: seconds(ttl) }),
          ...(attributes
            ? { attributes: attributes.map((a) => ({ name: a.name, value: a.value ?? '' })) }
            : {}),
        },
      },
    ]
  }
  if (hash.httpQueryParameterName) {
    return [{ query_parameter: { name: hash.httpQueryParameterName } }]
  }
  return hash.useSourceIp ? [{ connection_properties: { source_ip: true } }] : []
}

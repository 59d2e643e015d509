// Clusters to the application beside the proxy, and the two that every sidecar has.
import { ORIGIN, type Origin } from '../../model/origin.ts'
import type { Protocol } from '../../model/protocol.ts'
import type { Resource } from '../../model/resource.ts'
import type { ConnectionPoolSettings } from '../../model/schema/destination-rule.ts'
import { NO_POLICY } from '../kinds/destination-rule.ts'
import {
  BLACK_HOLE_CLUSTER,
  INBOUND_PASSTHROUGH_CLUSTER,
  inboundCluster,
  PASSTHROUGH_CLUSTER,
} from '../names.ts'
import { type ClusterFields, resource } from '../typed.ts'
import { connectionPool } from './policy.ts'
import { protocolOptions } from './protocol.ts'

export interface Application {
  /** Port of the listener that leads here; names the cluster. */
  readonly port: number
  readonly protocol: Protocol
  /** `unix:///path`, or an address and port of the application; absent: where the captured connection was going. */
  readonly application?: { readonly address: string; readonly port: number } | undefined
  readonly pool?: ConnectionPoolSettings | undefined
  readonly connectTimeout: string
  readonly preservesCase: boolean
  /** The cluster's name in statistics, and limits of its connections. */
  readonly more: ClusterFields
  readonly origin: Origin
}

export function applicationCluster(options: Application): Resource {
  const { port, protocol, application, pool, connectTimeout, preservesCase, more, origin } = options
  const name = inboundCluster(port)
  const body: ClusterFields = {
    [ORIGIN]: origin,
    name,
    ...more,
    ...(application ? { type: 'STATIC' as const } : WHERE_IT_WAS_GOING),
    ...connectionPool(pool, { connectTimeout }, NO_POLICY),
    ...protocolOptions(protocol, { pool, preservesCase }),
    ...(application ? atAddress(name, application) : {}),
  }
  return resource('cluster', name, body)
}

function atAddress(
  name: string,
  { address, port }: NonNullable<Application['application']>,
): ClusterFields {
  const path = address.startsWith('unix://') ? address.slice('unix://'.length) : undefined
  const place = path ? { pipe: { path } } : { socket_address: { address, port_value: port } }
  return {
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: place } }] }],
    },
  }
}

/** From another source address, or capture would catch it again (Istio). */
const WHERE_IT_WAS_GOING: ClusterFields = {
  type: 'ORIGINAL_DST',
  lb_policy: 'CLUSTER_PROVIDED',
  upstream_bind_config: { source_address: { address: '127.0.0.6', port_value: 0 } },
}

/** To where the connection was going anyway, and to nowhere. */
export const PASSTHROUGH: Resource = resource('cluster', PASSTHROUGH_CLUSTER, {
  name: PASSTHROUGH_CLUSTER,
  type: 'ORIGINAL_DST',
  lb_policy: 'CLUSTER_PROVIDED',
  ...connectionPool(undefined, { connectTimeout: '10s' }, NO_POLICY),
  ...protocolOptions('auto'),
} satisfies ClusterFields)

export const BLACK_HOLE: Resource = resource('cluster', BLACK_HOLE_CLUSTER, {
  name: BLACK_HOLE_CLUSTER,
  type: 'STATIC',
  ...connectionPool(undefined, { connectTimeout: '10s' }, NO_POLICY),
} satisfies ClusterFields)

/** To a port of the application that no service declares. */
export const INBOUND_PASSTHROUGH: Resource = resource('cluster', INBOUND_PASSTHROUGH_CLUSTER, {
  name: INBOUND_PASSTHROUGH_CLUSTER,
  ...WHERE_IT_WAS_GOING,
  ...connectionPool(undefined, { connectTimeout: '10s' }, NO_POLICY),
  ...protocolOptions('auto'),
} satisfies ClusterFields)

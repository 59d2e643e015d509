// The two listeners of captured traffic: outbound 15001 hands connections to the listener of their destination, inbound 15006 serves every port.
import type { Listener } from '../../../proto/envoy.d.ts'
import { memo } from '../../model/memo.ts'
import type { Resource } from '../../model/resource.ts'
import { ownWorkload } from '../../model/selector.ts'
import type { View } from '../../model/view.ts'
import { listenerLimits } from '../connection-settings.ts'
import { chainOptions, inboundPorts, revocation } from '../inbound.ts'
import { rbacNetworkFilters } from '../kinds/authorization-policy.ts'
import { peerAuthentication } from '../kinds/peer-authentication.ts'
import { meshConfig, trustDomains } from '../mesh-config.ts'
import { BLACK_HOLE_CLUSTER, INBOUND_PASSTHROUGH_CLUSTER } from '../names.ts'
import { unknownCluster } from '../outbound-policy.ts'
import { isCaptured } from '../scope.ts'
import { meshTlsParameters } from '../tls-parameters.ts'
import { resource } from '../typed.ts'
import { refusedLogs } from './access-log.ts'
import { detectionTimeout, ORIGINAL_DST, tcpProxy } from './filters.ts'
import { inboundChains } from './inbound-chains.ts'
import { type Inspected, inspectors } from './inspection.ts'

export const capturedListeners = memo((view: View, workload: string): readonly Resource[] =>
  isCaptured(view) ? Object.freeze([virtualOutbound(view), virtualInbound(view, workload)]) : [],
)

function virtualOutbound(view: View): Resource {
  const { proxyListenPort } = meshConfig(view)
  const cluster = unknownCluster(view)
  return resource('listener', 'virtualOutbound', {
    name: 'virtualOutbound',
    address: { socket_address: { address: '0.0.0.0', port_value: proxyListenPort } },
    traffic_direction: 'OUTBOUND',
    use_original_dst: true,
    ...refusedLogs(view, 'CLIENT'),
    ...listenerLimits(view),
    filter_chains: [
      // A connection to the listener itself would be handed to itself for ever.
      {
        name: 'virtualOutbound-blackhole',
        filter_chain_match: { destination_port: proxyListenPort },
        filters: [tcpProxy(view, BLACK_HOLE_CLUSTER, BLACK_HOLE_CLUSTER)],
      },
    ],
    default_filter_chain: {
      name: 'virtualOutbound-catchall-tcp',
      filters: [tcpProxy(view, cluster, cluster)],
    },
  } satisfies Listener)
}

/** Whatever it carries. */
const REFUSED: Inspected = { protocol: 'TCP', mode: 'DISABLE', certified: false }

function virtualInbound(view: View, workload: string): Resource {
  const { proxyInboundListenPort } = meshConfig(view)
  const declared = inboundPorts(view, workload)
    .filter(({ bind }) => bind === undefined)
    .map((port) => ({ ...chainOptions(view, port), destinationPort: port.port }))
  const rest = undeclared(view, new Set(declared.map(({ destinationPort }) => destinationPort)))
  const byPort = new Map<number, Inspected>([
    [proxyInboundListenPort, REFUSED],
    ...[...declared, ...rest.ports].map((one) => [one.destinationPort, one] as const),
  ])
  return resource('listener', 'virtualInbound', {
    name: 'virtualInbound',
    address: { socket_address: { address: '0.0.0.0', port_value: proxyInboundListenPort } },
    traffic_direction: 'INBOUND',
    listener_filters: [ORIGINAL_DST, ...inspectors(byPort, rest.others)],
    ...detectionTimeout(view),
    ...refusedLogs(view, 'SERVER'),
    ...listenerLimits(view),
    filter_chains: [
      {
        name: 'virtualInbound-blackhole',
        filter_chain_match: { destination_port: proxyInboundListenPort },
        filters: [tcpProxy(view, BLACK_HOLE_CLUSTER, BLACK_HOLE_CLUSTER)],
      },
      ...[...declared, ...rest.ports, rest.others].flatMap(inboundChains),
    ],
  } satisfies Listener)
}

/**
 * Ports that no service declares are passed through as they are, by the same PeerAuthentication as the others: a default
 * chain would take what the chains of a declared port refuse.
 */
function undeclared(view: View, declared: ReadonlySet<number>) {
  const workload = ownWorkload(view)
  const effective = peerAuthentication(view, workload)
  const passThrough = tcpProxy(view, INBOUND_PASSTHROUGH_CLUSTER, INBOUND_PASSTHROUGH_CLUSTER)
  const tcp = [...rbacNetworkFilters(view, workload), passThrough]
  const certified = view.facet('certified') === 'yes'
  const blackHole = tcpProxy(view, 'blackhole', BLACK_HOLE_CLUSTER)
  const parameters = meshTlsParameters(view)
  const known = {
    protocol: 'TCP',
    certified,
    parameters,
    trustDomains: trustDomains(view),
    http: passThrough,
    tcp,
    blackHole,
  } as const
  const common = { ...known, ...revocation(view) }
  const ports = [...effective.ports].filter(([port]) => !declared.has(port))
  return {
    ports: ports.map(([port, { mode, origin }]) => ({
      ...{ ...common, mode, origin },
      destinationPort: port,
    })),
    others: { ...common, mode: effective.mode, origin: effective.origin },
  }
}

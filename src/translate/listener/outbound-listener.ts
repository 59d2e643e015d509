// One outbound listener: HTTP by Host, TLS by server name and the rest, side by side where services share a port.
import type { Filter, Listener } from '../../../proto/envoy.d.ts'
import { ORIGIN, type Origin } from '../../model/origin.ts'
import { isHttp, isTls, type Protocol } from '../../model/protocol.ts'
import type { Resource } from '../../model/resource.ts'
import type { View } from '../../model/view.ts'
import { listenerLimits } from '../connection-settings.ts'
import { listenerName } from '../names.ts'
import { egressProxy, isRegistryOnly, unknownCluster } from '../outbound-policy.ts'
import type { RoutePlan } from '../route/configuration.ts'
import { type Chain, filterChains, takesEverything } from '../tcp/chain.ts'
import { type Called, tcpChains, tlsChains } from '../tcp/rule.ts'
import { resource } from '../typed.ts'
import { refusedLogs } from './access-log.ts'
import {
  detectionTimeout,
  HTTP_INSPECTOR,
  httpConnectionManager,
  TLS_INSPECTOR,
  tcpProxy,
} from './filters.ts'

/** A listener and the route configuration it needs, if any. */
export interface Outbound {
  readonly listener: Resource
  readonly plan: RoutePlan | undefined
}

export interface Place {
  readonly bind: string
  readonly port: number
  /** Comma separated egress hosts. */
  readonly hosts: string
  /** Bound to a socket of its own; captured traffic comes by way of the catching listener. */
  readonly isBound: boolean
  /** The user chose the address: it becomes part of the route configuration's name. */
  readonly isNamed: boolean
  readonly origin: Origin
}

/** A port of a service that is called at a place, with the protocol it has there. */
export interface Taken extends Called {
  readonly protocol: Protocol
}

/** For HTTP alone; `anyPort`: an HTTP proxy, which serves every port of its services. */
export function httpListener(view: View, place: Place, anyPort: boolean): Outbound {
  const plan = planByHost(view, place, anyPort)
  return { listener: listener(view, place, [httpChain(view, place, plan)]), plan }
}

/** For all that is called at one place; of what cannot be told apart the first has it. */
export function outboundListener(view: View, place: Place, taken: readonly Taken[]): Outbound {
  const hasHttp = taken.some(({ protocol }) => isHttp(protocol))
  const others = taken.filter(
    ({ protocol }) => !isHttp(protocol) && !(hasHttp && protocol === 'auto'),
  )
  if (others.length === 0) return httpListener(view, place, false)
  const sniffed = hasHttp ? undefined : others.find(({ protocol }) => protocol === 'auto')
  const chains = others.flatMap((one) =>
    isTls(one.protocol)
      ? tlsChains(view, one, place.port, isShared(place, taken))
      : tcpChains(view, one, place.port),
  )
  const plan = hasHttp ? planByHost(view, place, false) : sniffed && planOf(sniffed)
  if (plan) {
    const only = chains.some(({ serverNames }) => serverNames.length === 0) ? 'http' : 'plain'
    chains.unshift({ ...httpChain(view, place, plan), only })
  }
  if (!place.isBound && place.bind === '0.0.0.0' && !chains.some(takesEverything)) {
    chains.push(unknownConnections(view))
  }
  return { listener: listener(view, place, chains), plan }
}

/** Captured traffic to any address arrives here too: only its server name tells whether it is meant for a service. */
function isShared({ isBound, bind }: Place, taken: readonly Taken[]): boolean {
  return taken.length > 1 || (!isBound && bind === '0.0.0.0')
}

function planByHost(view: View, place: Place, anyPort: boolean): RoutePlan {
  return {
    name: place.isNamed ? listenerName(place.bind, place.port) : String(place.port),
    port: place.port,
    hosts: place.hosts,
    anyPort,
    ruleHosts: place.isBound || place.port === 80,
    unknownHost: unknownHost(view, place),
  }
}

/** A listener with a socket of its own has no original destination to pass unknown hosts on to. */
function unknownHost(view: View, { isBound }: Place): RoutePlan['unknownHost'] {
  if (egressProxy(view, '')) return 'pass'
  return isBound || isRegistryOnly(view) ? 'refuse' : 'pass'
}

/** Requests of a sniffed port go to its service whatever their Host (Istio). */
function planOf({ service, port }: Taken): RoutePlan {
  return {
    name: `${service.hostname}:${port.number}`,
    port: port.number,
    hosts: `${service.namespace}/${service.hostname}`,
    anyPort: false,
    ruleHosts: false,
    unknownHost: 'own',
  }
}

function httpChain(view: View, place: Place, plan: RoutePlan): Chain {
  const name = plan.unknownHost === 'own' ? plan.name : listenerName(place.bind, place.port)
  const manager = httpConnectionManager(view, {
    place: 'outbound',
    statPrefix: `outbound_${name}`,
    routeName: plan.name,
    port: place.port,
  })
  return rest(manager)
}

function unknownConnections(view: View): Chain {
  const cluster = unknownCluster(view)
  return rest(tcpProxy(view, cluster, cluster))
}

function rest(filter: Filter): Chain {
  return { serverNames: [], subnets: [], filters: [filter] }
}

function listener(view: View, place: Place, chains: readonly Chain[]): Resource {
  const name = listenerName(place.bind, place.port)
  const isSniffed = chains.some(({ only }) => only === 'http')
  const isTold = isSniffed || chains.some(({ only, serverNames }) => only || serverNames.length > 0)
  const body: Listener = {
    [ORIGIN]: place.origin,
    name,
    address: { socket_address: { address: place.bind, port_value: place.port } },
    traffic_direction: 'OUTBOUND',
    ...(place.isBound ? {} : { bind_to_port: false }),
    ...refusedLogs(view, 'CLIENT'),
    ...listenerLimits(view),
    ...(isTold
      ? {
          listener_filters: isSniffed ? [TLS_INSPECTOR, HTTP_INSPECTOR] : [TLS_INSPECTOR],
          ...detectionTimeout(view),
        }
      : {}),
    ...filterChains(chains),
  }
  return resource('listener', name, body)
}

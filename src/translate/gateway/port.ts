// The ports a gateway listens on: servers of several Gateways on one port are one listener, if they speak the same.
import { memo } from '../../model/memo.ts'
import type { Origin } from '../../model/origin.ts'
import { isHttp, isTls, protocolOf } from '../../model/protocol.ts'
import type { Server } from '../../model/schema/gateway.ts'
import type { View } from '../../model/view.ts'
import { servicesOfWorkload } from '../inbound.ts'
import { type GatewayServer, gatewayServers } from '../kinds/gateway.ts'
import { listenerName } from '../names.ts'

/** What is seen of a connection before a server is chosen: a plain-text port cannot share with TLS. */
export type Traffic = 'HTTP' | 'TLS' | 'TCP'

export interface GatewayPort {
  readonly bind: string
  /** As the servers name it. */
  readonly port: number
  /** As bound: a Service in front of the gateway may map it. */
  readonly boundPort: number
  readonly traffic: Traffic
  /** Oldest first. */
  readonly servers: readonly GatewayServer[]
}

export const gatewayPorts = memo((view: View, _workload: string): readonly GatewayPort[] => {
  const byPlace = new Map<string, GatewayPort & { servers: GatewayServer[] }>()
  for (const server of gatewayServers(view, '')) {
    const { number } = server.server.port
    const bind = server.server.bind || '0.0.0.0'
    const place = listenerName(bind, number)
    const traffic = trafficOf(server.server)
    const existing = byPlace.get(place)
    // The oldest server decides what its port is for (L0248).
    if (existing?.traffic === traffic) existing.servers.push(server)
    if (existing) continue
    const boundPort = targetPort(view, number)
    byPlace.set(place, { bind, port: number, boundPort, traffic, servers: [server] })
  }
  return Object.freeze([...byPlace.values()])
})

export function trafficOf({ port }: Server): Traffic {
  const protocol = protocolOf(port.number, port.name, port.protocol)
  if (isTls(protocol)) return 'TLS'
  return isHttp(protocol) ? 'HTTP' : 'TCP'
}

/** The port behind the gateway's Service, if one maps it (Istio). */
function targetPort(view: View, number: number): number {
  for (const service of servicesOfWorkload(view)) {
    const port = service.ports.find((candidate) => candidate.number === number)
    if (typeof port?.targetPort === 'number') return port.targetPort
  }
  return number
}

export function originOf({ document, index }: GatewayServer): Origin {
  return document.at(['spec', 'servers', index])
}

/** Server names or hosts, without the namespace that may stand before them. */
export function hostsOf({ server }: GatewayServer): string[] {
  return server.hosts.map((entry) => entry.slice(entry.indexOf('/') + 1).toLowerCase())
}

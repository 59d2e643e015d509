// All that a gateway's servers need: listeners, route configurations, secrets.
import { memo } from '../../model/memo.ts'
import type { Resource } from '../../model/resource.ts'
import type { View } from '../../model/view.ts'
import type { GatewayServer } from '../kinds/gateway.ts'
import { serverCredentials } from './credential.ts'
import { gatewayListener, terminates, terminatesHttp } from './listener.ts'
import { type GatewayPort, gatewayPorts } from './port.ts'
import { gatewayRoutes, plainRouteName, tlsRouteName } from './route.ts'

export interface GatewayResources {
  readonly listeners: readonly Resource[]
  readonly routes: readonly Resource[]
  readonly secrets: readonly Resource[]
}

export const gatewayResources = memo((view: View, workload: string): GatewayResources => {
  const ports = gatewayPorts(view, workload)
  return Object.freeze({
    listeners: Object.freeze(ports.flatMap((port) => gatewayListener(view, port) ?? [])),
    routes: Object.freeze(ports.flatMap((port) => routesOf(view, port))),
    secrets: Object.freeze(unique(ports.flatMap((port) => secretsOf(view, port)))),
  })
})

function routesOf(view: View, port: GatewayPort): Resource[] {
  if (port.traffic === 'TCP') return []
  if (port.traffic === 'HTTP') {
    const servers = port.servers as [GatewayServer, ...GatewayServer[]]
    return [gatewayRoutes(view, plainRouteName(port), servers)]
  }
  return port.servers
    .filter(terminatesHttp)
    .map((server) => gatewayRoutes(view, tlsRouteName(server), [server]))
}

function secretsOf(view: View, { traffic, servers }: GatewayPort): Resource[] {
  if (traffic !== 'TLS') return []
  return servers.flatMap(({ server: { tls } }) => {
    if (!tls || tls.mode === 'ISTIO_MUTUAL' || !terminates(tls.mode)) return []
    const { certificates = [], authority } = serverCredentials(view, tls) ?? {}
    return authority ? [...certificates, authority] : certificates
  })
}

/** Several servers may use one certificate. */
function unique(secrets: readonly Resource[]): Resource[] {
  return [...new Map(secrets.map((secret) => [secret.name, secret])).values()]
}

// Route configurations of sidecars: the virtual hosts of one port, and what becomes of every other host.
import type { RouteConfiguration, VirtualHost } from '../../../proto/envoy.d.ts'
import { memo } from '../../model/memo.ts'
import { isHttp } from '../../model/protocol.ts'
import type { Resource } from '../../model/resource.ts'
import type { Service } from '../../model/service.ts'
import type { View } from '../../model/view.ts'
import { type HostRule, MESH_GATEWAY, meshRuleHosts } from '../kinds/virtual-service.ts'
import { countsAttempts } from '../listener/proxy-headers.ts'
import { PASSTHROUGH_CLUSTER } from '../names.ts'
import { egressProxy } from '../outbound-policy.ts'
import { exportedService, importedServices } from '../scope.ts'
import { resource } from '../typed.ts'
import { httpRoutes } from './http-route.ts'
import { routeContext, virtualHost, virtualHosts } from './virtual-host.ts'

/** What one route configuration is for; the argument of the memo is its JSON, so that equal ones are one. */
export interface RoutePlan {
  readonly name: string
  readonly port: number
  /** Comma separated egress hosts of the listener. */
  readonly hosts: string
  /** An HTTP proxy listener serves every port of its services. */
  readonly anyPort: boolean
  /** Hosts that only a rule names are served too. */
  readonly ruleHosts: boolean
  /** `own`: the listener is for one service, which gets requests whatever their Host (Istio, sniffed ports). */
  readonly unknownHost: 'pass' | 'refuse' | 'own'
}

export const routeConfiguration = memo((view: View, json: string): Resource => {
  const plan = JSON.parse(json) as RoutePlan
  const body: RouteConfiguration = {
    name: plan.name,
    validate_clusters: false,
    ignore_port_in_host_matching: true,
    max_direct_response_body_size_bytes: 1048576,
  }
  const services = serviceHosts(view, plan)
  const hosts =
    plan.unknownHost === 'own'
      ? services.slice(0, 1).map(forAnyHost)
      : [
          ...services,
          ...(plan.ruleHosts ? ruleHosts(view, plan) : []),
          ...(plan.unknownHost === 'pass'
            ? [pass(egressProxy(view, '')?.cluster ?? PASSTHROUGH_CLUSTER)]
            : [REFUSE]),
        ]
  return Object.freeze({
    ...resource('route', plan.name, body),
    virtualHosts: Object.freeze(withoutRepeatedDomains(hosts)),
  })
})

function forAnyHost(host: Resource): Resource {
  return resource('virtualHost', host.name, { ...(host.body as VirtualHost), domains: ['*'] })
}

function serviceHosts(view: View, plan: RoutePlan): Resource[] {
  return importedServices(view, plan.hosts).flatMap((service) => {
    const ports = plan.anyPort ? service.ports : portsOf(service, plan.port)
    return ports
      .filter(({ protocol }) => isHttp(protocol) || protocol === 'auto')
      .slice(0, 1)
      .flatMap(({ number }) => virtualHosts(view, service).get(number) ?? [])
  })
}

function portsOf(service: Service, port: number) {
  return service.ports.filter(({ number }) => number === port)
}

/** A rule for a host that is no service becomes a virtual host of its own (Istio: on port 80 only). */
function ruleHosts(view: View, plan: RoutePlan): Resource[] {
  return meshRuleHosts(view, '').flatMap(([host, rule]) => {
    if (exportedService(view, host)) return []
    const made = ruleHost(view, host, rule, plan.port)
    return made ? [made] : []
  })
}

function ruleHost(view: View, host: string, rule: HostRule, port: number): Resource | undefined {
  const routes = httpRoutes(routeContext(view, rule, port, [MESH_GATEWAY]))
  if (routes.length === 0) return undefined
  return virtualHost({
    countsAttempts: countsAttempts(view),
    name: `${host}:${port}`,
    domains: [host],
    routes,
    origin: rule.document.at(['spec', 'hosts']),
  })
}

const pass = (cluster: string) =>
  resource('virtualHost', 'allow_any', {
    name: 'allow_any',
    domains: ['*'],
    routes: [
      {
        name: 'allow_any',
        match: { prefix: '/' },
        route: { cluster, timeout: '0s' },
      },
    ],
  } satisfies VirtualHost)

const REFUSE = resource('virtualHost', 'block_all', {
  name: 'block_all',
  domains: ['*'],
  routes: [{ name: 'block_all', match: { prefix: '/' }, direct_response: { status: 502 } }],
} satisfies VirtualHost)

/** Envoy refuses a route configuration in which a domain stands twice; the first keeps it. */
export function withoutRepeatedDomains(hosts: readonly Resource[]): Resource[] {
  const taken = new Set<string>()
  const names = new Set<string>()
  return hosts.flatMap((host) => {
    const body = host.body as VirtualHost
    const domains = body.domains ?? []
    const free = domains.filter((domain) => !taken.has(domain))
    for (const domain of free) taken.add(domain)
    if (free.length === 0 || names.has(host.name)) return []
    names.add(host.name)
    if (free.length === domains.length) return [host]
    return [resource('virtualHost', host.name, { ...body, domains: free })]
  })
}

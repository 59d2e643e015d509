// Virtual hosts of services: one for each service and HTTP port, which route configurations hold and VHDS could send alone.
import type { Route, VirtualHost } from '../../../proto/envoy.d.ts'
import { DOMAIN_SUFFIX } from '../../model/host.ts'
import { memo } from '../../model/memo.ts'
import { ORIGIN, type Origin } from '../../model/origin.ts'
import { isHttp } from '../../model/protocol.ts'
import type { Resource } from '../../model/resource.ts'
import type { Destination } from '../../model/schema/virtual-service.ts'
import type { Service } from '../../model/service.ts'
import type { View } from '../../model/view.ts'
import { clusterOf, hashPolicyOf, type Target, targetOf } from '../destination.ts'
import { type HostRule, MESH_GATEWAY, meshRuleFor } from '../kinds/virtual-service.ts'
import { countsAttempts } from '../listener/proxy-headers.ts'
import { meshConfig } from '../mesh-config.ts'
import { virtualHostName } from '../names.ts'
import { resource } from '../typed.ts'
import type { RouteContext } from './context.ts'
import { defaultRoute, httpRoutes } from './http-route.ts'

/** Of each port of a service that may carry HTTP, by port. */
export const virtualHosts = memo((view: View, service: Service): ReadonlyMap<number, Resource> => {
  const rule = meshRuleFor(view, service.hostname)
  return rule ? hostsOf(view, service, rule) : unruledHosts(view, service)
})

/** Of a service without a rule; a change of rules needs not look at them. */
export const unruledHosts = memo(
  (view: View, service: Service): ReadonlyMap<number, Resource> => hostsOf(view, service),
)

function hostsOf(view: View, service: Service, rule?: HostRule): ReadonlyMap<number, Resource> {
  const hosts = new Map<number, Resource>()
  for (const { number, protocol } of service.ports) {
    if (!isHttp(protocol) && protocol !== 'auto') continue
    const routes = rule ? httpRoutes(routeContext(view, rule, number, [MESH_GATEWAY])) : []
    const origin = service.document.at(['metadata', 'name'])
    hosts.set(
      number,
      virtualHost({
        countsAttempts: countsAttempts(view),
        name: virtualHostName(service.hostname, number),
        domains: domainsOf(view, service),
        routes: routes.length > 0 ? routes : [serviceRoute(view, service, number)],
        origin: rule && routes.length > 0 ? rule.document.at(['spec', 'http']) : origin,
      }),
    )
  }
  return hosts
}

function serviceRoute(view: View, service: Service, port: number): Route {
  const target: Target = { service, hostname: service.hostname, port }
  return defaultRoute(clusterOf(target, { host: service.hostname }), {
    hashPolicy: hashPolicyOf(view, target, undefined),
    defaultRetries: meshConfig(view).defaultHttpRetryPolicy,
    operation: `${service.hostname}:${port}/*`,
    direction: 'outbound',
    origin: service.document.at(['metadata', 'name']),
  })
}

export interface VirtualHostOptions {
  readonly countsAttempts: boolean
  readonly name: string
  readonly domains: readonly string[]
  readonly routes: readonly Route[]
  readonly origin: Origin
}

export function virtualHost(options: VirtualHostOptions): Resource {
  const { name, domains, routes, origin } = options
  const body: VirtualHost = {
    [ORIGIN]: origin,
    name,
    domains,
    routes,
    ...(options.countsAttempts ? { include_request_attempt_count: true } : {}),
  }
  return resource('virtualHost', name, body)
}

/** What a rule's routes need to know, for a sidecar or a gateway. */
export function routeContext(
  view: View,
  rule: HostRule,
  port: number,
  gateways: readonly string[],
): RouteContext {
  const { namespace } = rule.document.metadata
  const target = (destination: Destination) => targetOf(view, destination, namespace, port)
  return {
    virtualService: rule.document,
    port,
    gateways,
    clientLabel: (name) => view.label(name),
    clientNamespace: () => view.facet('namespace'),
    cluster: (destination) => clusterOf(target(destination), destination),
    hashPolicy: (destination) => hashPolicyOf(view, target(destination), destination.subset),
    defaultRetries: meshConfig(view).defaultHttpRetryPolicy,
    forwardsHost: meshConfig(view).defaultConfig.proxyHeaders?.xForwardedHost?.enabled === true,
    isGateway: view.facet('type') === 'gateway',
  }
}

/** Every name under which a client of this namespace may write the service into its Host header (X2). */
export const domainsOf = memo((view: View, service: Service): readonly string[] => {
  const { hostname, namespace } = service
  const domains = [hostname]
  const suffix = `.${namespace}.svc.${DOMAIN_SUFFIX}`
  if (service.document.kind === 'Service' && hostname.endsWith(suffix)) {
    const name = hostname.slice(0, -suffix.length)
    const short = [`${name}.${namespace}.svc`, `${name}.${namespace}`]
    if (view.facet('namespace') === namespace) short.push(name)
    domains.push(`${hostname}.`, ...short)
    if (service.headless) domains.push(...[hostname, ...short].map((domain) => `*.${domain}`))
  }
  domains.push(...service.addresses.filter((address) => !address.includes('/')).map(bracketed))
  return Object.freeze([...new Set(domains)])
})

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}

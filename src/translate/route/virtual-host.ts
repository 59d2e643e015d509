// Virtual hosts of services: one for each service and HTTP port, which route configurations hold and VHDS could send alone.
import type { Route, VirtualHost } from '../../../proto/envoy.d.ts'
import { DOMAIN_SUFFIX, fullName } from '../../model/host.ts'
import { memo, remembering } from '../../model/memo.ts'
import { sameElements } from '../../model/mesh.ts'
import { ORIGIN, type Origin } from '../../model/origin.ts'
import { isHttp } from '../../model/protocol.ts'
import type { Resource } from '../../model/resource.ts'
import type { Destination } from '../../model/schema/virtual-service.ts'
import type { Service } from '../../model/service.ts'
import type { View } from '../../model/view.ts'
import { usualPort } from '../cluster/dynamic-dns.ts'
import { clusterOf, hashPolicyFor, portOf, type Target } from '../destination.ts'
import { type Seen, seen } from '../kinds/destination-rule.ts'
import { type HostRule, MESH_GATEWAY, meshRuleFor } from '../kinds/virtual-service.ts'
import { countsAttempts } from '../listener/proxy-headers.ts'
import { meshConfig } from '../mesh-config.ts'
import { virtualHostName } from '../names.ts'
import { aliasesOf, exportedService } from '../scope.ts'
import { resource } from '../typed.ts'
import type { RouteContext } from './context.ts'
import { defaultRoute, httpRoutes } from './http-route.ts'

type Hosts = ReadonlyMap<number, Resource>

/** Of each port of a service that may carry HTTP, by port. */
export function virtualHosts(
  view: View,
  service: Service,
  rule = meshRuleFor(view, service.hostname),
): Hosts {
  if (!rule) return unruledHosts(view, service)
  return hostsOfRuled(view, ruledBy(view, '')(rule)(service))
}

/** Of a service without a rule; a change of rules needs not look at them. */
export function unruledHosts(view: View, service: Service): Hosts {
  if (aliasesOf(view, service).length > 0) {
    return hostsOfRuled(view, withoutRule(view, service))
  }
  return (isNear(view, service) ? nearHosts : farHosts)(view, seen(view, service))
}

const nearHosts = memo((view: View, one: Seen): Hosts => hostsOf(view, one, nearDomains))
const farHosts = memo((view: View, one: Seen): Hosts => hostsOf(view, one, farDomains))

interface Ruled {
  readonly service: Service
  readonly rule: HostRule | undefined
}

/** The identical object for the same two. What depends on it reads no rule, so that other rules may change. */
const ruledBy = memo((_: View, __: '') =>
  remembering((rule: HostRule) =>
    remembering((service: Service): Ruled => Object.freeze({ service, rule })),
  ),
)

const withoutRule = memo(
  (_: View, service: Service): Ruled => Object.freeze({ service, rule: undefined }),
)

const hostsOfRuled = memo((view: View, ruled: Ruled): Hosts => ruledHosts(view, sight(view, ruled)))

/**
 * All that the virtual hosts of a service with a rule depend on for one client. Clients for which that is the same hold the
 * identical object, and share what is made of it.
 */
interface Sight {
  readonly service: Seen
  readonly near: boolean
  /** Domains by which it is called under other names. */
  readonly otherDomains: readonly string[]
  readonly rule: HostRule | undefined
  /** What the rule's destinations mean, in the order of `destinationHosts`. */
  readonly leadsTo: readonly (Seen | undefined)[]
}

const sight = memo(
  (view: View, { service, rule }: Ruled): Sight => {
    const leadsTo = (rule ? destinationHosts(view, rule) : []).map((host) => {
      const found = exportedService(view, host)
      return found && seen(view, found)
    })
    return Object.freeze({
      ...{ service: seen(view, service), near: isNear(view, service), rule, leadsTo },
      otherDomains: otherDomains(view, service),
    })
  },
  {
    same: (before, now) =>
      before.service === now.service &&
      before.near === now.near &&
      before.rule === now.rule &&
      sameElements(before.otherDomains, now.otherDomains) &&
      sameElements(before.leadsTo, now.leadsTo),
  },
)

const ruledHosts = memo((view: View, { near, otherDomains, ...sight }: Sight): Hosts => {
  const { service, rule, leadsTo } = sight
  const domains = (view: View, service: Service) => {
    const own = (near ? nearDomains : farDomains)(view, service)
    return otherDomains.length > 0 ? [...new Set([...own, ...otherDomains])] : own
  }
  if (!rule) return hostsOf(view, service, domains)
  const hosts = destinationHosts(view, rule)
  const known = new Map(hosts.map((host, index) => [host, leadsTo[index]]))
  return hostsOf(view, service, domains, (port) => routeContext(view, rule, port, { known }))
})

/** Full names of the hosts that a rule leads to. */
const destinationHosts = memo((_: View, { document }: HostRule): readonly string[] => {
  const { namespace } = document.metadata
  const destinations = (document.spec.http ?? []).flatMap(({ route, mirror, mirrors }) => [
    ...(route ?? []).map(({ destination }) => destination),
    ...(mirror ? [mirror] : []),
    ...(mirrors ?? []).map(({ destination }) => destination),
  ])
  return Object.freeze([...new Set(destinations.map(({ host }) => fullName(host, namespace)))])
})

function hostsOf(
  view: View,
  one: Seen,
  domains: (view: View, service: Service) => readonly string[],
  contextFor?: (port: number) => RouteContext,
): Hosts {
  const { service } = one
  const hosts = new Map<number, Resource>()
  for (const { number, protocol } of service.ports) {
    if (!isHttp(protocol) && protocol !== 'auto') continue
    const context = contextFor?.(number)
    const routes = context ? httpRoutes(context) : []
    const origin = service.document.at(['metadata', 'name'])
    hosts.set(
      number,
      virtualHost({
        countsAttempts: countsAttempts(view),
        name: virtualHostName(service.hostname, number),
        domains: domains(view, service),
        routes: routes.length > 0 ? routes : [serviceRoute(view, one, number)],
        origin: context && routes.length > 0 ? context.virtualService.at(['spec', 'http']) : origin,
      }),
    )
  }
  return hosts
}

function serviceRoute(view: View, one: Seen, port: number): Route {
  const { service } = one
  const target: Target = { service, hostname: service.hostname, port }
  return defaultRoute(clusterOf(target, { host: service.hostname }), {
    hashPolicy: hashPolicyFor(view, one, port, undefined),
    filters: filtersFor(view, service, port),
    defaultRetries: meshConfig(view).defaultHttpRetryPolicy,
    operation: `${service.hostname}:${port}/*`,
    direction: 'outbound',
    origin: service.document.at(['metadata', 'name']),
  })
}

const NO_FILTERS = Object.freeze({})

/** gRPC libraries know no such filter. */
function filtersFor(view: View, { resolution }: Service, port: number) {
  const isLookedUp = resolution === 'DYNAMIC_DNS' && view.facet('type') !== 'grpc'
  return isLookedUp ? usualPort(port) : NO_FILTERS
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
  {
    gateways = [MESH_GATEWAY],
    known,
  }: {
    readonly gateways?: readonly string[]
    /** What destinations mean, by full name, where that was looked up before. */
    readonly known?: ReadonlyMap<string, Seen | undefined>
  } = {},
): RouteContext {
  const { namespace } = rule.document.metadata
  const look = (destination: Destination): [Target, Seen | undefined] => {
    const written = fullName(destination.host, namespace)
    const one = known?.has(written) ? known.get(written) : seenAt(view, written)
    const { service } = one ?? {}
    const hostname = service?.hostname ?? written
    return [{ service, hostname, port: portOf(service, destination, port) }, one]
  }
  return {
    virtualService: rule.document,
    port,
    gateways,
    clientLabel: (name) => view.label(name),
    clientNamespace: () => view.facet('namespace'),
    cluster: (destination) => clusterOf(look(destination)[0], destination),
    hashPolicy: (destination) => {
      const [target, one] = look(destination)
      return hashPolicyFor(view, one, target.port, destination.subset)
    },
    filters: (destination) => {
      const [{ port }, one] = look(destination)
      return one ? filtersFor(view, one.service, port) : NO_FILTERS
    },
    defaultRetries: meshConfig(view).defaultHttpRetryPolicy,
    forwardsHost: meshConfig(view).defaultConfig.proxyHeaders?.xForwardedHost?.enabled === true,
    isGateway: view.facet('type') === 'gateway',
    isGrpc: view.facet('type') === 'grpc',
  }
}

function seenAt(view: View, hostname: string): Seen | undefined {
  const service = exportedService(view, hostname)
  return service && seen(view, service)
}

/** Whether the client is in the service's namespace. */
function isNear(view: View, service: Service): boolean {
  return view.facet('namespace') === service.namespace
}

/** Every name under which a client of this namespace may write the service into its Host header (X2), those of its aliases last. */
export function domainsOf(view: View, service: Service): readonly string[] {
  const own = (isNear(view, service) ? nearDomains : farDomains)(view, service)
  const other = otherDomains(view, service)
  return other.length > 0 ? [...new Set([...own, ...other])] : own
}

function otherDomains(view: View, service: Service): readonly string[] {
  return aliasesOf(view, service).flatMap((alias) => namesOf(alias, isNear(view, alias)))
}

const nearDomains = memo((_: View, service: Service) => namesOf(service, true))
const farDomains = memo((_: View, service: Service) => namesOf(service, false))

function namesOf(service: Service, near: boolean): readonly string[] {
  const { hostname, namespace } = service
  const domains = [hostname]
  const suffix = `.${namespace}.svc.${DOMAIN_SUFFIX}`
  if (service.document.kind === 'Service' && hostname.endsWith(suffix)) {
    const name = hostname.slice(0, -suffix.length)
    const short = [`${name}.${namespace}.svc`, `${name}.${namespace}`]
    if (near) short.push(name)
    domains.push(`${hostname}.`, ...short)
    if (service.headless) domains.push(...[hostname, ...short].map((domain) => `*.${domain}`))
  }
  domains.push(...service.addresses.filter((address) => !address.includes('/')).map(bracketed))
  return Object.freeze([...new Set(domains)])
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}

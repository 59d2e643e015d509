// Route configurations of sidecars: the virtual hosts of one port, and what becomes of every other host.
import type { RouteConfiguration, VirtualHost } from '../../../proto/envoy.d.ts'
import { isWildcard } from '../../model/host.ts'
import { memo } from '../../model/memo.ts'
import { sameElements } from '../../model/mesh.ts'
import { isHttp } from '../../model/protocol.ts'
import type { Resource } from '../../model/resource.ts'
import type { Service } from '../../model/service.ts'
import type { View } from '../../model/view.ts'
import {
  exactHosts,
  type HostRule,
  meshRuleHosts,
  meshRulesFor,
  ruledHosts,
} from '../kinds/virtual-service.ts'
import { countsAttempts } from '../listener/proxy-headers.ts'
import { PASSTHROUGH_CLUSTER, virtualHostName } from '../names.ts'
import { egressProxy } from '../outbound-policy.ts'
import { exportedService, importedServices } from '../scope.ts'
import { resource } from '../typed.ts'
import { httpRoutes } from './http-route.ts'
import { domainsOf, routeContext, unruledHosts, virtualHost, virtualHosts } from './virtual-host.ts'

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

export const routeConfiguration = memo(planned, {
  // Of one plan they differ in their virtual hosts alone.
  same: (before, now) => sameElements(before.virtualHosts ?? [], now.virtualHosts ?? []),
})

function planned(view: View, json: string): Resource {
  const plan = JSON.parse(json) as RoutePlan
  const kept = keptHosts(view, servicesOf(plan))
  const services = hostsOf(view, kept)
  const hosts =
    plan.unknownHost === 'own'
      ? services.slice(0, 1).map(forAnyHost)
      : [...services, ...withoutRepeatedDomains(otherHosts(view, plan), kept)]
  return Object.freeze({
    ...withoutHosts(view, plan.name),
    virtualHosts: Object.freeze(hosts),
  })
}

/** All but the virtual hosts, so that it stays the identical object. */
const withoutHosts = memo((_: View, name: string): Resource => {
  const body: RouteConfiguration = {
    name,
    validate_clusters: false,
    ignore_port_in_host_matching: true,
    max_direct_response_body_size_bytes: 1048576,
  }
  return resource('route', name, body)
})

/** After the services: what only rules name, and what becomes of every other host. */
function otherHosts(view: View, plan: RoutePlan): Resource[] {
  return [
    ...(plan.ruleHosts ? ruleHosts(view, plan) : []),
    ...(plan.unknownHost === 'pass'
      ? [pass(view, egressProxy(view, '')?.cluster ?? PASSTHROUGH_CLUSTER)]
      : [REFUSE]),
  ]
}

function forAnyHost(host: Resource): Resource {
  return resource('virtualHost', host.name, { ...(host.body as VirtualHost), domains: ['*'] })
}

/** A service's port with the domains it keeps, where those are not all. */
interface KeptHost {
  readonly service: Service
  readonly port: number
  readonly domains: readonly string[] | undefined
}

interface KeptHosts extends Taken {
  readonly hosts: readonly KeptHost[]
}

interface Taken {
  readonly domains: ReadonlySet<string>
  readonly names: ReadonlySet<string>
}

function servicesOf({ port, anyPort, hosts }: RoutePlan): string {
  return `${anyPort ? '' : port}/${hosts}`
}

/** Which services are served under which domains: no rule changes that, so that a changed rule costs one virtual host. */
const keptHosts = memo((view: View, wanted: string): KeptHosts => {
  const slash = wanted.indexOf('/')
  const only = slash > 0 ? Number(wanted.slice(0, slash)) : undefined
  const taken = { domains: new Set<string>(), names: new Set<string>() }
  const hosts = importedServices(view, wanted.slice(slash + 1)).flatMap((service): KeptHost[] => {
    const served = service.ports.find(
      ({ number, protocol }) =>
        (only === undefined || number === only) && (isHttp(protocol) || protocol === 'auto'),
    )
    if (!served) return []
    const name = virtualHostName(service.hostname, served.number)
    const domains = domainsOf(view, service)
    const free = takeFree(taken, name, domains)
    if (!free) return []
    const all = free.length === domains.length
    return [{ service, port: served.number, domains: all ? undefined : free }]
  })
  return Object.freeze({ hosts, ...taken })
})

function hostsOf(view: View, kept: KeptHosts): Resource[] {
  const unruled = withoutRuled(view, kept)
  const hosts = [...unruledOf(view, unruled)]
  const ruleFor = meshRulesFor(view)
  for (const at of gapsIn(view, unruled)) hosts[at] = hostOf(view, kept.hosts[at]!, ruleFor)
  return hosts.filter((host) => host !== undefined)
}

/** In the places of the others nothing. The list keeps its identity while rules name the same hosts. */
const withoutRuled = memo((view: View, { hosts }: KeptHosts): readonly (KeptHost | undefined)[] => {
  const isRuled = ruledHosts(view)
  return Object.freeze(hosts.map((host) => (isRuled(host.service.hostname) ? undefined : host)))
})

const gapsIn = memo((_: View, hosts: readonly (KeptHost | undefined)[]) =>
  hosts.flatMap((host, at) => (host ? [] : at)),
)

/** Of those that have no rule; in most meshes these are the most. */
const unruledOf = memo(
  (view: View, hosts: readonly (KeptHost | undefined)[]): readonly (Resource | undefined)[] =>
    Object.freeze(hosts.map((host) => host && unruledHost(view, host))),
)

function unruledHost(view: View, host: KeptHost): Resource | undefined {
  if (host.domains) return hostWithFewer(view, host)
  return unruledHosts(view, host.service).get(host.port)
}

function hostOf(
  view: View,
  host: KeptHost,
  ruleFor: (hostname: string) => HostRule | undefined,
): Resource | undefined {
  if (host.domains) return hostWithFewer(view, host)
  const { service, port } = host
  const rule = ruleFor(service.hostname)
  return (rule ? virtualHosts(view, service, rule) : unruledHosts(view, service)).get(port)
}

const hostWithFewer = memo((view: View, { service, port, domains }: KeptHost) => {
  const host = virtualHosts(view, service).get(port)
  return host && resource('virtualHost', host.name, { ...host.body, domains })
})

/** A rule for a host that is no service becomes a virtual host of its own (Istio: on port 80 only). */
function ruleHosts(view: View, plan: RoutePlan): Resource[] {
  const isAlone = withoutService(view)
  return meshRuleHosts(view, '').flatMap(([host, rule]) => {
    if (!isAlone(host)) return []
    const made = ruleHost(view, host, rule, plan.port)
    return made ? [made] : []
  })
}

function withoutService(view: View): (host: string) => boolean {
  const known = exactWithoutService(view, exactHosts(view, ''))
  return (host) => (isWildcard(host) ? !exportedService(view, host) : known.has(host))
}

/** Of the hosts alone, which most changes of rules leave as they are. */
const exactWithoutService = memo(
  (view: View, hosts: ReadonlySet<string>): ReadonlySet<string> =>
    new Set([...hosts].filter((host) => !exportedService(view, host))),
)

function ruleHost(view: View, host: string, rule: HostRule, port: number): Resource | undefined {
  const routes = httpRoutes(routeContext(view, rule, port))
  if (routes.length === 0) return undefined
  return virtualHost({
    countsAttempts: countsAttempts(view),
    name: `${host}:${port}`,
    domains: [host],
    routes,
    origin: rule.document.at(['spec', 'hosts']),
  })
}

const pass = memo((_: View, cluster: string) =>
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
  } satisfies VirtualHost),
)

const REFUSE = resource('virtualHost', 'block_all', {
  name: 'block_all',
  domains: ['*'],
  routes: [{ name: 'block_all', match: { prefix: '/' }, direct_response: { status: 502 } }],
} satisfies VirtualHost)

/** Envoy refuses a route configuration in which a domain stands twice; the first keeps it. */
export function withoutRepeatedDomains(hosts: readonly Resource[], before?: Taken): Resource[] {
  const taken = { domains: new Set<string>(), names: new Set<string>() }
  return hosts.flatMap((host) => {
    const body = host.body as VirtualHost
    const domains = body.domains ?? []
    if (before?.names.has(host.name)) return []
    const left = domains.filter((domain) => !before?.domains.has(domain))
    const free = takeFree(taken, host.name, left)
    if (!free) return []
    if (free.length === domains.length) return [host]
    return [resource('virtualHost', host.name, { ...body, domains: free })]
  })
}

/** The domains that nobody has yet; nothing if there are none, or the name is given already. */
function takeFree(
  taken: { readonly domains: Set<string>; readonly names: Set<string> },
  name: string,
  domains: readonly string[],
): readonly string[] | undefined {
  const free = domains.filter((domain) => !taken.domains.has(domain))
  for (const domain of free) taken.domains.add(domain)
  if (free.length === 0 || taken.names.has(name)) return undefined
  taken.names.add(name)
  return free
}

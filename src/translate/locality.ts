// Which endpoints a proxy prefers by where they and it stand: the groups of a load assignment, their priorities and weights.
import type {
  Cluster_CommonLbConfig,
  LbEndpoint,
  LocalityLbEndpoints,
} from '../../proto/envoy.d.ts'
import type { Endpoint } from '../model/endpoint.ts'
import { ORIGIN, type Origin } from '../model/origin.ts'
import type { LocalityLbSetting, ZoneAwareLbSetting } from '../model/schema/match.ts'
import type { Service } from '../model/service.ts'
import type { View } from '../model/view.ts'
import type { Policy } from './kinds/destination-rule.ts'
import { meshConfig } from './mesh-config.ts'

/** An endpoint and what Envoy is told of it. */
export interface Placed {
  readonly endpoint: Endpoint
  readonly lbEndpoint: LbEndpoint
}

/** What decides among localities; failover and distribution exclude each other. */
export interface LocalityBalance {
  readonly distribute: NonNullable<LocalityLbSetting['distribute']>
  /** Absent: every locality is as good as any other. */
  readonly failover:
    | {
        readonly regions: NonNullable<LocalityLbSetting['failover']>
        readonly labels: readonly string[]
      }
    | undefined
  /** Envoy itself balances among the zones of the proxy's region; other regions only stand in. */
  readonly zones: ZoneAwareLbSetting | undefined
  readonly origin: Origin | undefined
}

const NOTHING: LocalityBalance = {
  ...{ distribute: [], failover: undefined, zones: undefined, origin: undefined },
}

/**
 * The rule's setting replaces the mesh's; a Service's `trafficDistribution` stands between them. Failover needs outlier
 * detection, or Envoy would never learn that it is to move on, except for `trafficDistribution` (Istio).
 */
export function localityBalance(view: View, service: Service, policy: Policy): LocalityBalance {
  const { zoneAwareLbSetting: ruled, localityLbSetting: written } = policy.loadBalancer ?? {}
  const zones = ruled ?? (written ? undefined : meshConfig(view).zoneAwareLbSetting)
  if (zones?.enabled) {
    return { ...NOTHING, zones, origin: ruled && policy.origins.loadBalancer }
  }
  const preferred = written ? undefined : PREFERENCES[service.trafficDistribution]
  const setting = written ?? preferred ?? meshConfig(view).localityLbSetting ?? {}
  if (setting.enabled === false) return NOTHING
  const origin = written ? policy.origins.loadBalancer : undefined
  if (setting.distribute?.length) return { ...NOTHING, distribute: setting.distribute, origin }
  if (!policy.outlierDetection && !preferred) return NOTHING
  const failover = { regions: setting.failover ?? [], labels: setting.failoverPriority ?? [] }
  return { ...NOTHING, failover, origin: origin ?? policy.origins.outlierDetection }
}

const REGION = 'topology.kubernetes.io/region'
const ZONE = 'topology.kubernetes.io/zone'
const SUBZONE = 'topology.istio.io/subzone'

const PREFERENCES: Readonly<Record<Service['trafficDistribution'], LocalityLbSetting | undefined>> =
  {
    any: undefined,
    zone: { failoverPriority: [REGION, ZONE] },
    node: { failoverPriority: [REGION, ZONE, SUBZONE, 'kubernetes.io/hostname'] },
  }

type LocalityLb = Pick<
  Cluster_CommonLbConfig,
  'locality_weighted_lb_config' | 'zone_aware_lb_config'
>

/**
 * Weights of localities count only where they are meant; else they would only disturb algorithms such as least request. An
 * Envoy that knows its own cluster balances by zones unless it is told not to.
 */
export function localityLb(
  { distribute, failover, zones }: LocalityBalance,
  knowsOwnCluster: boolean,
): LocalityLb {
  if (zones) {
    const { minClusterSize } = zones
    return { zone_aware_lb_config: minClusterSize ? { min_cluster_size: minClusterSize } : {} }
  }
  const isOrdered = failover !== undefined && failover.regions.length + failover.labels.length > 0
  if (distribute.length > 0 || isOrdered) return { locality_weighted_lb_config: {} }
  return knowsOwnCluster ? { zone_aware_lb_config: { routing_enabled: { value: 0 } } } : {}
}

interface Group {
  readonly locality: string
  readonly members: readonly Placed[]
  readonly weight: number
  /** 0 is the highest; gaps are closed at the end. */
  readonly priority: number
}

/** Reads the proxy's locality (and labels) only where they make a difference, so that proxies elsewhere share the result. */
export function localityEndpoints(
  view: View,
  placed: readonly Placed[],
  balance: LocalityBalance,
): LocalityLbEndpoints[] {
  const groups = byLocality(placed)
  const { distribute, failover, zones, origin } = balance
  if (zones && groups.length > 0)
    return withoutGaps(byRegion(view, groups, zones)).map(print(origin))
  if (distribute.length > 0) return distributed(view, groups, distribute).map(print(origin))
  if (!failover || groups.length === 0) return groups.map(print(undefined))
  const labelled = failover.labels.length > 0 ? byLabels(view, groups, failover.labels) : groups
  const regional = failover.labels.length === 0 || failover.regions.length > 0
  const ranked = regional ? byDistance(view, labelled, failover.regions) : labelled
  return withoutGaps(ranked).map(print(origin))
}

/** Groups that are equally good. */
export function everyLocality(placed: readonly Placed[]): LocalityLbEndpoints[] {
  return byLocality(placed).map(print(undefined))
}

function byLocality(placed: readonly Placed[]): readonly Group[] {
  const members = new Map<string, Placed[]>()
  for (const one of placed) {
    const list = members.get(one.endpoint.locality)
    if (list) list.push(one)
    else members.set(one.endpoint.locality, [one])
  }
  return [...members]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([locality, list]) => ({ locality, members: list, weight: weightOf(list), priority: 0 }))
}

function weightOf(members: readonly Placed[]): number {
  return members.reduce((sum, { lbEndpoint }) => sum + (lbEndpoint.load_balancing_weight ?? 1), 0)
}

/** The shares of the first entry for the proxy's locality; localities that it does not name get nothing (Istio). */
function distributed(
  view: View,
  groups: readonly Group[],
  distribute: LocalityBalance['distribute'],
): readonly Group[] {
  const own = view.facet('locality') ?? ''
  const shares = distribute.find(({ from = '' }) => isWithin(own, from))?.to
  if (!shares) return groups
  const patterns = Object.keys(shares).sort((a, b) => precision(b) - precision(a) || compare(a, b))
  const named = groups.flatMap((group) => {
    const pattern = patterns.find((one) => isWithin(group.locality, one))
    return pattern !== undefined && shares[pattern]! > 0 ? [{ group, pattern }] : []
  })
  return named.map(({ group, pattern }) => {
    const total = named
      .filter((other) => other.pattern === pattern)
      .reduce((sum, other) => sum + other.group.weight, 0)
    return { ...group, weight: Math.ceil((shares[pattern]! * group.weight) / total) }
  })
}

/** `region`, `region/zone/*`, `*`: what a pattern leaves out or stars may be anything. */
function isWithin(locality: string, pattern: string): boolean {
  const parts = locality.split('/')
  return pattern
    .split('/')
    .every((part, index) => part === '*' || (part === '' && index > 0) || part === parts[index])
}

function precision(pattern: string): number {
  return pattern.split('/').filter((part) => part !== '*' && part !== '').length
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Each endpoint by how many of the labels, from the first on, it has in common with the proxy (or with `label=value`). */
function byLabels(view: View, groups: readonly Group[], labels: readonly string[]): Group[] {
  const wanted = labels.map((label) => {
    const [name = '', value] = label.split('=', 2)
    return [name, value ?? ownLabel(view, name)] as const
  })
  const priorityOf = ({ endpoint }: Placed) => {
    const first = wanted.findIndex(([name, value]) => labelOf(endpoint, name) !== value)
    return first < 0 ? 0 : wanted.length - first
  }
  return groups.flatMap(({ locality, members }) => {
    const priorities = [...new Set(members.map(priorityOf))].sort((a, b) => a - b)
    return priorities.map((priority) => {
      const list = members.filter((member) => priorityOf(member) === priority)
      return { locality, members: list, weight: weightOf(list), priority }
    })
  })
}

const TOPOLOGY: readonly string[] = [REGION, ZONE, SUBZONE]

function ownLabel(view: View, name: string): string {
  const written = view.label(name)
  const index = TOPOLOGY.indexOf(name)
  if (written !== undefined || index < 0) return written ?? ''
  return (view.facet('locality') ?? '').split('/')[index] ?? ''
}

function labelOf({ labels, locality }: Endpoint, name: string): string {
  const index = TOPOLOGY.indexOf(name)
  return labels[name] ?? (index < 0 ? '' : (locality.split('/')[index] ?? ''))
}

/** How many different distances there are, so that a finer order may stand below a coarser one. */
const DISTANCES = 5

/** Same subzone, zone, region, then the region that the failover names (or any, if it names none), then the rest. */
function byDistance(
  view: View,
  groups: readonly Group[],
  failover: NonNullable<LocalityLbSetting['failover']>,
): readonly Group[] {
  if (new Set(groups.map(({ locality }) => locality)).size < 2) return groups
  const own = (view.facet('locality') ?? '').split('/')
  const next = failover.find(({ from = '' }) => from === (own[0] ?? ''))?.to
  return groups.map((group) => {
    const theirs = group.locality.split('/')
    const equal = [0, 1, 2].findIndex((index) => (own[index] ?? '') !== (theirs[index] ?? ''))
    const far = equal === 0 && next !== undefined && theirs[0] !== next
    const distance = equal < 0 ? 0 : far ? 4 : 3 - equal
    return { ...group, priority: group.priority * DISTANCES + distance }
  })
}

/** The proxy's own region, and behind it the others: by labels, if any are named, and first the region that the failover names. */
function byRegion(
  view: View,
  groups: readonly Group[],
  { failover = [], failoverPriority = [] }: ZoneAwareLbSetting,
): readonly Group[] {
  const own = regionOf(view.facet('locality') ?? '')
  const isHere = ({ locality }: Group) => regionOf(locality) === own
  const next = failover.find(({ from = '' }) => from === own)?.to
  const others = groups.filter((group) => !isHere(group))
  const ordered = failoverPriority.length > 0 ? byLabels(view, others, failoverPriority) : others
  return [
    ...groups.filter(isHere),
    ...ordered.map((group) => {
      const far = next !== undefined && regionOf(group.locality) !== next
      return { ...group, priority: 1 + group.priority * 2 + Number(far) }
    }),
  ]
}

function regionOf(locality: string): string {
  return locality.split('/')[0] ?? ''
}

/** Envoy wants priorities without gaps. */
function withoutGaps(groups: readonly Group[]): readonly Group[] {
  const priorities = [...new Set(groups.map(({ priority }) => priority))].sort((a, b) => a - b)
  return groups.map((group) => ({ ...group, priority: priorities.indexOf(group.priority) }))
}

function print(origin: Origin | undefined) {
  return ({ locality, members, weight, priority }: Group): LocalityLbEndpoints => {
    const [region, zone, sub_zone] = locality.split('/')
    return {
      ...(origin ? { [ORIGIN]: origin } : {}),
      ...(locality
        ? {
            locality: {
              ...(region ? { region } : {}),
              ...(zone ? { zone } : {}),
              ...(sub_zone ? { sub_zone } : {}),
            },
          }
        : {}),
      ...(priority > 0 ? { priority } : {}),
      load_balancing_weight: weight,
      lb_endpoints: members.map(({ lbEndpoint }) => lbEndpoint),
    }
  }
}

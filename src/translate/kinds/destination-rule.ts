// Which DestinationRule applies to a service, and the traffic policy of one port and subset.
import { byAge, type Document } from '../../model/document.ts'
import { bySpecificity, covers, fullName, isWildcard } from '../../model/host.ts'
import { memo } from '../../model/memo.ts'
import { sameElements } from '../../model/mesh.ts'
import type { Origin, Path } from '../../model/origin.ts'
import type {
  DestinationRule,
  PortTrafficPolicy,
  Subset,
  TrafficPolicy,
} from '../../model/schema/destination-rule.ts'
import { isExported, type Service } from '../../model/service.ts'
import type { View } from '../../model/view.ts'
import { meshConfig } from '../mesh-config.ts'
import { selects } from '../scope.ts'

interface Located<T> {
  readonly value: T
  readonly document: Document<DestinationRule>
  readonly path: Path
}

/** The rules of one host in one namespace, merged: subsets by name, the first of a name counts. */
export interface MergedRule {
  /** Oldest first. */
  readonly documents: readonly Document<DestinationRule>[]
  /** It is for this workload by name of its labels. */
  readonly selects: boolean
  readonly trafficPolicy: Located<TrafficPolicy> | undefined
  readonly subsets: readonly Located<Subset>[]
}

/** Blocks that port-level settings replace, all of them at once. */
const PORT_BLOCKS = ['connectionPool', 'loadBalancer', 'outlierDetection', 'tls'] as const
/** Blocks that only a whole policy has. */
const WHOLE_BLOCKS = ['tunnel', 'proxyProtocol', 'retryBudget'] as const
type PortBlock = (typeof PORT_BLOCKS)[number]
type Block = PortBlock | (typeof WHOLE_BLOCKS)[number]

/** What applies to one cluster: each block with the place it was written at. */
export type Policy = {
  readonly [B in Block]?: NonNullable<TrafficPolicy[B]>
} & { readonly origins: { readonly [B in Block]?: Origin } }

export const NO_POLICY: Policy = Object.freeze({ origins: {} })

type Documents = readonly Document<DestinationRule>[]

interface RuleIndex {
  readonly exact: ReadonlyMap<string, Documents>
  /** Most specific first. */
  readonly wildcards: readonly (readonly [host: string, documents: Documents])[]
}

/** Rules of a namespace by host, those of one host oldest first. */
const rulesIn = memo((view: View, namespace: string): RuleIndex => {
  const exact = new Map<string, Document<DestinationRule>[]>()
  const wildcards = new Map<string, Document<DestinationRule>[]>()
  const documents = view
    .keysIn('DestinationRule', namespace)
    .map((key) => view.get('DestinationRule', key)!)
    .sort(byAge)
  for (const document of documents) {
    const host = fullName(document.spec.host, namespace)
    const index = isWildcard(host) ? wildcards : exact
    const list = index.get(host)
    if (list) list.push(document)
    else index.set(host, [document])
  }
  return { exact, wildcards: [...wildcards].sort(([a], [b]) => bySpecificity(a, b)) }
})

/**
 * A service with the rule that applies to it for one client. Clients for which that is the same hold the identical object, so
 * that what is made of it is made once, whatever their namespaces.
 */
export interface Seen {
  readonly service: Service
  readonly rule: MergedRule | undefined
}

export const seen = memo(
  (view: View, service: Service): Seen => Object.freeze({ service, rule: ruleFor(view, service) }),
  {
    same: (before, now) =>
      before.service === now.service &&
      sameElements(before.rule?.documents ?? [], now.rule?.documents ?? []),
  },
)

export const allSeen = memo((view: View, services: readonly Service[]): readonly Seen[] =>
  Object.freeze(services.map((service) => seen(view, service))),
)

export function destinationRuleFor(view: View, service: Service): MergedRule | undefined {
  return seen(view, service).rule
}

/**
 * The client's namespace decides first, then the service's, then the root namespace; no merge across them. A client in the root
 * namespace takes only what that namespace keeps to itself first, or its mesh-wide rules would beat a service's own (Istio).
 */
function ruleFor(view: View, service: Service): MergedRule | undefined {
  const client = view.facet('namespace')!
  const { rootNamespace } = meshConfig(view)
  const rest = [service.namespace, rootNamespace]
  if (client === rootNamespace) {
    const own = bestOf(view, client, service.hostname, (document) => isPrivate(view, document))
    if (own) return own
  } else rest.unshift(client)
  for (const namespace of new Set(rest)) {
    const rule = bestOf(view, namespace, service.hostname)
    if (rule) return rule
  }
  return undefined
}

/** The rules for the most specific host that has any for this client. */
function bestOf(
  view: View,
  namespace: string,
  hostname: string,
  wanted: (document: Document<DestinationRule>) => boolean = () => true,
): MergedRule | undefined {
  const client = view.facet('namespace')!
  const applies = (document: Document<DestinationRule>) =>
    wanted(document) && isExported(exportTo(view, document), namespace, client)
  const { exact, wildcards } = rulesIn(view, namespace)
  const own = exact.get(hostname)
  const lists = [
    ...(own ? [own] : []),
    ...wildcards.filter(([host]) => covers(host, hostname)).map(([, documents]) => documents),
  ]
  for (const documents of lists) {
    const rule = chosen(view, documents.filter(applies), namespace === client)
    if (rule) return rule
  }
  return undefined
}

/** A rule that selects this workload is taken alone, before those for all workloads, which merge if visible to the same namespaces. */
function chosen(view: View, documents: Documents, own: boolean): MergedRule | undefined {
  const hasSelector = ({ spec }: Document<DestinationRule>) => spec.workloadSelector !== undefined
  const selecting = documents.find(
    (document) => own && selects(view, document.spec.workloadSelector?.matchLabels),
  )
  if (selecting) return { ...merge([selecting]), selects: true }
  const [first, ...more] = documents.filter((document) => !hasSelector(document))
  if (!first) return undefined
  const sight = exportTo(view, first).join()
  return merge([first, ...more.filter((document) => exportTo(view, document).join() === sight)])
}

/** Rules of the proxy's namespace that select it. */
export const rulesSelecting = memo((view: View, _: ''): Documents => {
  const { exact, wildcards } = rulesIn(view, view.facet('namespace')!)
  const all = [...exact.values(), ...wildcards.map(([, documents]) => documents)].flat()
  return Object.freeze(all.filter(({ spec }) => selects(view, spec.workloadSelector?.matchLabels)))
})

function exportTo(view: View, { spec }: Document<DestinationRule>): readonly string[] {
  return spec.exportTo?.length ? spec.exportTo : meshConfig(view).defaultDestinationRuleExportTo
}

function isPrivate(view: View, document: Document<DestinationRule>): boolean {
  const { namespace } = document.metadata
  return exportTo(view, document).every((target) => target === '.' || target === namespace)
}

function merge(documents: readonly Document<DestinationRule>[]): MergedRule {
  const subsets = new Map<string, Located<Subset>>()
  let trafficPolicy: Located<TrafficPolicy> | undefined
  for (const document of documents) {
    for (const [index, subset] of (document.spec.subsets ?? []).entries()) {
      if (subsets.has(subset.name)) continue
      subsets.set(subset.name, { value: subset, document, path: ['spec', 'subsets', index] })
    }
    const policy = document.spec.trafficPolicy
    if (policy) trafficPolicy ??= { value: policy, document, path: ['spec', 'trafficPolicy'] }
  }
  return Object.freeze({ documents, selects: false, trafficPolicy, subsets: [...subsets.values()] })
}

/** Port-level settings replace everything for that port; a subset's blocks lie over the rule's, those over the mesh's (Istio). */
export function policyFor(
  view: View,
  rule: MergedRule | undefined,
  port: number,
  subset?: Located<Subset>,
): Policy {
  const mesh = meshPolicy(view, '')
  if (!rule) return mesh
  const base = rule.trafficPolicy ? blocksFor(rule.trafficPolicy, port, mesh, mesh) : mesh
  const policy = subset?.value.trafficPolicy
  if (!policy) return base
  const { document, path } = subset
  return blocksFor({ value: policy, document, path: [...path, 'trafficPolicy'] }, port, base, mesh)
}

/** MeshConfig's `defaultTrafficPolicy`, below every rule. */
const meshPolicy = memo((view: View, _: ''): Policy => {
  const { defaultTrafficPolicy } = meshConfig(view)
  const [key] = view.keys('MeshConfig')
  const document = key === undefined ? undefined : view.get('MeshConfig', key)
  if (!defaultTrafficPolicy || !document) return NO_POLICY
  return overlay(NO_POLICY, defaultTrafficPolicy, document, ['defaultTrafficPolicy'])
})

function blocksFor(
  { value, document, path }: Located<TrafficPolicy>,
  port: number,
  under: Policy,
  mesh: Policy,
): Policy {
  const index = (value.portLevelSettings ?? []).findIndex((level) => level.port?.number === port)
  if (index < 0) return overlay(under, value, document, path)
  const level = value.portLevelSettings![index]!
  const { tunnel, proxyProtocol, retryBudget } = value
  const whole = overlay(
    onlyWhole(under, mesh),
    { tunnel, proxyProtocol, retryBudget } as TrafficPolicy,
    document,
    path,
  )
  return overlay(whole, level, document, [...path, 'portLevelSettings', index])
}

/** What is left of `under` below port-level settings: the blocks that those cannot have, the others as the mesh says. */
function onlyWhole(under: Policy, mesh: Policy): Policy {
  const kept: Record<string, unknown> = { ...mesh }
  const origins: Record<string, unknown> = { ...mesh.origins }
  for (const block of WHOLE_BLOCKS) {
    kept[block] = under[block]
    origins[block] = under.origins[block]
  }
  return { ...kept, origins: origins as Policy['origins'] }
}

function overlay(
  under: Policy,
  over: TrafficPolicy | PortTrafficPolicy,
  document: Document,
  path: Path,
): Policy {
  const blocks: Record<string, unknown> = { ...under }
  const origins: Partial<Record<Block, Origin>> = { ...under.origins }
  const written: TrafficPolicy = over
  for (const block of [...PORT_BLOCKS, ...WHOLE_BLOCKS]) {
    if (written[block] === undefined) continue
    blocks[block] = written[block]
    origins[block] = document.at([...path, block])
  }
  return { ...blocks, origins }
}

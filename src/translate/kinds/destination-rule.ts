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

interface Located<T> {
  readonly value: T
  readonly document: Document<DestinationRule>
  readonly path: Path
}

/** The rules of one host in one namespace, merged: subsets by name, the first of a name counts. */
export interface MergedRule {
  /** Oldest first. */
  readonly documents: readonly Document<DestinationRule>[]
  readonly trafficPolicy: Located<TrafficPolicy> | undefined
  readonly subsets: readonly Located<Subset>[]
}

const BLOCKS = ['connectionPool', 'loadBalancer', 'outlierDetection', 'tls'] as const
type Block = (typeof BLOCKS)[number]

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

/** The client's namespace decides first, then the service's, then the root namespace; no merge across them (Istio). */
export const destinationRuleFor = memo(
  (view: View, service: Service): MergedRule | undefined => {
    const client = view.facet('namespace')!
    const config = meshConfig(view)
    const order = new Set([client, service.namespace, config.rootNamespace])
    for (const namespace of order) {
      const documents = mostSpecific(view, namespace, service.hostname)?.filter(({ spec }) =>
        isExported(
          spec.exportTo?.length ? spec.exportTo : config.defaultDestinationRuleExportTo,
          namespace,
          client,
        ),
      )
      if (documents?.length) return merge(documents)
    }
    return undefined
  },
  { same: (before, now) => sameElements(before?.documents ?? [], now?.documents ?? []) },
)

function mostSpecific(view: View, namespace: string, hostname: string): Documents | undefined {
  const { exact, wildcards } = rulesIn(view, namespace)
  return exact.get(hostname) ?? wildcards.find(([host]) => covers(host, hostname))?.[1]
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
  return Object.freeze({ documents, trafficPolicy, subsets: [...subsets.values()] })
}

/** Port-level settings replace everything for that port; a subset's blocks lie over the rule's (Istio). */
export function policyFor(
  rule: MergedRule | undefined,
  port: number,
  subset?: Located<Subset>,
): Policy {
  if (!rule) return NO_POLICY
  const base = rule.trafficPolicy ? blocksFor(rule.trafficPolicy, port, NO_POLICY) : NO_POLICY
  const policy = subset?.value.trafficPolicy
  if (!policy) return base
  const { document, path } = subset
  return blocksFor({ value: policy, document, path: [...path, 'trafficPolicy'] }, port, base)
}

function blocksFor(policy: Located<TrafficPolicy>, port: number, under: Policy): Policy {
  const { value, document, path } = policy
  const index = (value.portLevelSettings ?? []).findIndex((level) => level.port?.number === port)
  if (index >= 0) {
    const level = value.portLevelSettings![index]!
    return overlay(NO_POLICY, level, document, [...path, 'portLevelSettings', index])
  }
  return overlay(under, value, document, path)
}

function overlay(
  under: Policy,
  over: TrafficPolicy | PortTrafficPolicy,
  document: Document,
  path: Path,
): Policy {
  const blocks: Record<string, unknown> = { ...under }
  const origins: Partial<Record<Block, Origin>> = { ...under.origins }
  for (const block of BLOCKS) {
    if (over[block] === undefined) continue
    blocks[block] = over[block]
    origins[block] = document.at([...path, block])
  }
  return { ...blocks, origins }
}

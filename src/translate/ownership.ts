// Whose host it is: of several namespaces that claim one, the first owns it, and the others have it for themselves only (ADR 12).
import { byAge, type Document } from '../model/document.ts'
import { covers, DOMAIN_SUFFIX, fullName } from '../model/host.ts'
import { memo } from '../model/memo.ts'
import type { ServiceEntry } from '../model/schema/service-entry.ts'
import type { VirtualService } from '../model/schema/virtual-service.ts'
import type { View } from '../model/view.ts'
import { meshConfig } from './mesh-config.ts'

export type ClaimingKind = 'ServiceEntry' | 'VirtualService'

/** One host that an object claims for more than its own namespace. */
export interface Claim {
  readonly host: string
  readonly namespace: string
  readonly document: Document<ServiceEntry> | Document<VirtualService>
  /** Of the host among the object's. */
  readonly index: number
}

export interface Owner {
  readonly namespace: string
  /** Absent where the name itself says whose it is. */
  readonly claim?: Claim
}

/** All claims of a kind: the root namespace's first, then the oldest. */
export const claims = memo((view: View, kind: ClaimingKind): readonly Claim[] => {
  const { rootNamespace, defaultServiceExportTo, defaultVirtualServiceExportTo } = meshConfig(view)
  const documents: (Document<ServiceEntry> | Document<VirtualService>)[] = view
    .keys(kind)
    .map((key) => view.get(kind, key)!)
  const rank = ({ metadata }: Document) => Number(metadata.namespace !== rootNamespace)
  const found = documents
    .filter(
      ({ spec, metadata }) =>
        reachesOthers(
          spec.exportTo?.length
            ? spec.exportTo
            : kind === 'ServiceEntry'
              ? defaultServiceExportTo
              : defaultVirtualServiceExportTo,
          metadata.namespace,
        ) && isForMesh(spec),
    )
    .sort((a, b) => rank(a) - rank(b) || byAge(a, b))
    .flatMap((document) =>
      (document.spec.hosts ?? []).map((host, index): Claim => {
        const { namespace } = document.metadata
        const whole = kind === 'ServiceEntry' ? host.toLowerCase() : fullName(host, namespace)
        return { host: whole, namespace, document, index }
      }),
    )
  return Object.freeze(found)
})

function reachesOthers(exportTo: readonly string[], own: string): boolean {
  return exportTo.some((target) => target !== '.' && target !== '~' && target !== own)
}

/** A rule for gateways alone claims no host of the mesh. */
function isForMesh(spec: ServiceEntry | VirtualService): boolean {
  return !('gateways' in spec) || !spec.gateways?.length || spec.gateways.includes('mesh')
}

/** Who may say for all where a service is; undefined for a host that nobody claims. */
export const serviceOwner = memo(
  (view: View, host: string): Owner | undefined =>
    inName(host) ?? first(claims(view, 'ServiceEntry'), host),
)

/** Who may say for all how a host is routed: the owner of the service, or without one the first to name the host. */
export const ruleOwner = memo(
  (view: View, host: string): Owner | undefined =>
    serviceOwner(view, host) ?? first(claims(view, 'VirtualService'), host),
)

const NAMESPACE_IN_NAME = new RegExp(
  `(?:^|\\.)([a-z0-9-]+)\\.svc\\.${DOMAIN_SUFFIX.replaceAll('.', '\\.')}$`,
)

function inName(host: string): Owner | undefined {
  const namespace = NAMESPACE_IN_NAME.exec(host)?.[1]
  return namespace === undefined ? undefined : { namespace }
}

function first(all: readonly Claim[], host: string): Owner | undefined {
  const claim = all.find((one) => one.host === host || covers(one.host, host))
  return claim && { namespace: claim.namespace, claim }
}

/** Whether what a namespace says of a service holds for others. */
export function ownsService(view: View, namespace: string, host: string): boolean {
  return isFree(view, namespace) || isOwner(serviceOwner(view, host), namespace)
}

/** Whether a namespace's rule for a host is followed by this proxy. */
export function mayRule(view: View, namespace: string, host: string): boolean {
  if (namespace === view.facet('namespace') || isFree(view, namespace)) return true
  return isOwner(ruleOwner(view, host), namespace)
}

function isOwner(owner: Owner | undefined, namespace: string): boolean {
  return owner === undefined || owner.namespace === namespace
}

/** The root namespace is the administrator's. */
export function isFree(view: View, namespace: string): boolean {
  const { hostOwnership, rootNamespace } = meshConfig(view)
  return hostOwnership === 'istio' || namespace === rootNamespace
}

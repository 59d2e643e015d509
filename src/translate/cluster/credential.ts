// Certificates of Kubernetes Secrets that a DestinationRule's `credentialName` gives a client.
import { memo } from '../../model/memo.ts'
import type { Resource } from '../../model/resource.ts'
import type { TrafficPolicy } from '../../model/schema/destination-rule.ts'
import type { View } from '../../model/view.ts'
import { authorityFor, certificateSecret } from '../gateway/credential.ts'
import { destinationRuleFor, type MergedRule, rulesSelecting } from '../kinds/destination-rule.ts'
import { reachableIn, reachableNamespaces } from '../reachable.ts'

export interface ClientCredential {
  /** What the client shows, and what it verifies the server with; absent where the Secret does not hold it. */
  readonly pair: Resource | undefined
  readonly authority: Resource | undefined
}

/**
 * Of the proxy's own namespace. Gateways use it by any rule, sidecars only by one that selects them, since a rule for all would
 * need the Secret in every namespace (Istio). Without the Secret the client shows nothing, which a server that asks refuses.
 */
export function clientCredential(
  view: View,
  rule: MergedRule | undefined,
  name: string | undefined,
): ClientCredential | undefined {
  if (!name || !rule || !(rule.selects || view.facet('type') === 'gateway')) return undefined
  return { pair: certificateSecret(view, name), authority: authorityFor(view, name) }
}

/** Secrets that the proxy's clusters refer to. */
export const clientSecrets = memo((view: View, _: ''): readonly Resource[] => {
  const gateway = view.facet('type') === 'gateway'
  if (!gateway && rulesSelecting(view, '').length === 0) return []
  const rules = reachableNamespaces(view, '')
    .flatMap((namespace) => reachableIn(view, namespace))
    .map((service) => destinationRuleFor(view, service))
  const secrets = rules.flatMap((rule) =>
    credentialNames(rule).flatMap((name) => {
      const { pair, authority } = clientCredential(view, rule, name) ?? {}
      return [...(pair ? [pair] : []), ...(authority ? [authority] : [])]
    }),
  )
  return Object.freeze([...new Set(secrets)].sort((a, b) => (a.name < b.name ? -1 : 1)))
})

function credentialNames(rule: MergedRule | undefined): string[] {
  const policies = [
    rule?.trafficPolicy?.value,
    ...(rule?.subsets ?? []).map(({ value }) => value.trafficPolicy),
  ]
  return policies.flatMap(namesIn)
}

function namesIn(policy: TrafficPolicy | undefined): string[] {
  const levels = [policy, ...(policy?.portLevelSettings ?? [])]
  return levels.flatMap((level) => level?.tls?.credentialName || [])
}

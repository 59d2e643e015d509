// Two namespaces that claim one host: the one that does not own it is told, with both places.
import type { Diagnostic } from '../../../model/diagnostic.ts'
import { nameOf } from '../../../model/document.ts'
import { covers, isWildcard } from '../../../model/host.ts'
import { printOrigin } from '../../../model/origin.ts'
import type { View } from '../../../model/view.ts'
import {
  type Claim,
  type ClaimingKind,
  claims,
  isFree,
  type Owner,
  ruleOwner,
  serviceOwner,
} from '../../ownership.ts'
import { reportOn } from '../report.ts'
import type { Known } from './known.ts'

export function ownershipReferences(view: View, known: Known): readonly Diagnostic[] {
  return (['ServiceEntry', 'VirtualService'] as const).flatMap((kind) =>
    claims(view, kind)
      .filter(({ namespace }) => !isFree(view, namespace))
      .flatMap((claim) => conflict(view, known, kind, claim)),
  )
}

function conflict(
  view: View,
  known: Known,
  kind: ClaimingKind,
  claim: Claim,
): readonly Diagnostic[] {
  const ownerOf = kind === 'ServiceEntry' ? serviceOwner : ruleOwner
  const foreign = (host: string): { host: string; owner: Owner } | undefined => {
    const owner = ownerOf(view, host)
    return owner && owner.namespace !== claim.namespace ? { host, owner } : undefined
  }
  // A rule for a wildcard rules the services it covers, each of which has an owner.
  const covered =
    kind === 'VirtualService' && isWildcard(claim.host)
      ? known.services.map(({ hostname }) => hostname).filter((host) => covers(claim.host, host))
      : []
  const found = foreign(claim.host) ?? covered.map(foreign).find((one) => one !== undefined)
  if (!found) return []
  const { host, owner } = found
  const reason = reasonOf(known, host, owner)
  const report = reportOn(claim.document)
  report.error(
    'L0297',
    ['spec', 'hosts', claim.index],
    () =>
      `the host ${host} belongs to namespace ${owner.namespace} (${reason()}), so what namespace ` +
      `${claim.namespace} says of it holds for ${claim.namespace} alone; say so by exportTo: ["."], choose another host, or ` +
      'let everybody claim every host by hostOwnership: istio in the MeshConfig',
  )
  return report.diagnostics
}

function reasonOf(known: Known, host: string, { claim, namespace }: Owner): () => string {
  const service = known.servicesByHost.get(host)?.find((one) => one.namespace === namespace)
  const document = claim?.document ?? service?.document
  if (!document) return () => 'by its name'
  const place = document.at(claim ? ['spec', 'hosts', claim.index] : [])
  return () => `${nameOf(document)}, ${printOrigin(place)}`
}

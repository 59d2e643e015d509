// DestinationRules that are for no service, and parts of them that an older one for the same host keeps out.
import type { Diagnostic } from '../../../model/diagnostic.ts'
import { type Document, nameOf } from '../../../model/document.ts'
import { covers, fullName, isWildcard } from '../../../model/host.ts'
import { printOrigin } from '../../../model/origin.ts'
import type { DestinationRule } from '../../../model/schema/destination-rule.ts'
import { eachOf, type Report, reportOn } from '../report.ts'
import { grouped, type Known } from './known.ts'
import { otherName } from './virtual-service.ts'

export function destinationRuleReferences(known: Known): Diagnostic[] {
  const groups = grouped(
    known.destinationRules,
    // Those for different namespaces or workloads do not merge, so none keeps out another.
    ({ metadata, spec }) =>
      JSON.stringify([
        metadata.namespace,
        fullName(spec.host, metadata.namespace),
        spec.exportTo ?? [],
        spec.workloadSelector ? metadata.name : '',
      ]),
  )
  return [...groups.values()].flatMap((rules) =>
    rules.flatMap((rule, index) => {
      const report = reportOn(rule)
      checkHost(report, known, rule)
      checkOlder(report, rule, rules.slice(0, index))
      return report.diagnostics
    }),
  )
}

function checkHost(
  report: Report,
  known: Known,
  { metadata, spec }: Document<DestinationRule>,
): void {
  const host = fullName(spec.host, metadata.namespace)
  if (known.meant(host) !== host) {
    report.warning('L0244', ['spec', 'host'], otherName(known, host))
    return
  }
  if (known.servicesByHost.has(host) || (isWildcard(host) && matchesOne(known, host))) return
  const dotted = `${host}.svc.cluster.local`
  const hint = known.servicesByHost.has(dotted)
    ? `write ${dotted}`
    : 'correct it or declare the service'
  report.warning(
    'L0244',
    ['spec', 'host'],
    `no Service or ServiceEntry has the host ${host}, so the rule has no effect: ${hint}`,
  )
}

function matchesOne(known: Known, pattern: string): boolean {
  return known.services.some(({ hostname }) => covers(pattern, hostname))
}

/** Subsets of all are joined; of two with a name, and of traffic policies, the oldest counts (Istio). */
function checkOlder(
  report: Report,
  { spec }: Document<DestinationRule>,
  older: readonly Document<DestinationRule>[],
): void {
  const named = (other: Document) =>
    `${nameOf(other)} (${printOrigin(other.at(['metadata', 'name']))})`
  const policy = older.find((other) => other.spec.trafficPolicy)
  if (policy && spec.trafficPolicy) {
    report.warning(
      'L0249',
      ['spec', 'trafficPolicy'],
      () =>
        `${named(policy)} is older and for the same host: its trafficPolicy counts, this one does not`,
    )
  }
  eachOf(spec.subsets, ['spec', 'subsets'], ({ name }, path) => {
    const first = older.find((other) => other.spec.subsets?.some((subset) => subset.name === name))
    if (!first) return
    report.warning(
      'L0249',
      path,
      () =>
        `${named(first)} is older and defines the subset "${name}" of the same host: this one does not count`,
    )
  })
}

// DestinationRule by itself: its host, subsets and the places of its traffic policies.
import type { Path } from '../../model/origin.ts'
import type { TrafficPolicy } from '../../model/schema/destination-rule.ts'
import type { DocumentOf } from '../../model/schema/index.ts'
import { checkSubsetName } from './destination.ts'
import { checkExportTo, checkHost, checkSelector } from './host.ts'
import { eachOf, type Report, repeats } from './report.ts'
import { checkSettings } from './traffic-policy.ts'
import { checkPort } from './value.ts'

export function checkDestinationRule(
  report: Report,
  { spec }: DocumentOf<'DestinationRule'>,
): void {
  checkHost(report, spec.host, ['spec', 'host'])
  checkExportTo(report, spec.exportTo)
  checkSelector(report, spec.workloadSelector?.matchLabels, [
    'spec',
    'workloadSelector',
    'matchLabels',
  ])
  if (spec.trafficPolicy) checkTrafficPolicy(report, spec.trafficPolicy, ['spec', 'trafficPolicy'])
  eachOf(spec.subsets, ['spec', 'subsets'], (subset, path) => {
    checkSubsetName(report, subset.name, [...path, 'name'])
    checkSelector(report, subset.labels, [...path, 'labels'])
    if (subset.trafficPolicy) {
      checkTrafficPolicy(report, subset.trafficPolicy, [...path, 'trafficPolicy'])
    }
  })
  for (const [index, first] of repeats(spec.subsets, ({ name }) => name)) {
    const path = ['spec', 'subsets', index, 'name']
    report.error(
      'L0224',
      path,
      `subsets ${first} and ${index} are both named "${spec.subsets?.[index]?.name}": rename one`,
    )
  }
}

function checkTrafficPolicy(report: Report, policy: TrafficPolicy, path: Path): void {
  if (Object.keys(policy).length === 0) {
    report.warning('L0238', path, 'the traffic policy is empty and changes nothing')
  }
  checkSettings(report, policy, path)
  const levels = [...path, 'portLevelSettings']
  eachOf(policy.portLevelSettings, levels, (level, at) => {
    const number = level.port?.number
    if (number === undefined) {
      report.error('L0213', at, 'the settings name no port: write port: { number: … }')
    } else checkPort(report, number, [...at, 'port', 'number'])
    checkSettings(report, level, at)
  })
  for (const [index, first] of repeats(policy.portLevelSettings, ({ port }) =>
    port?.number?.toString(),
  )) {
    report.error(
      'L0214',
      [...levels, index, 'port'],
      `settings ${first} and ${index} are for the same port: join them`,
    )
  }
}

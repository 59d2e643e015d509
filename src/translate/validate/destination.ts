// Destinations of rules, and how requests or connections are shared out among several.
import type { Path } from '../../model/origin.ts'
import type { Destination } from '../../model/schema/virtual-service.ts'
import { checkHost, isDnsLabel } from './host.ts'
import type { Report } from './report.ts'
import { checkPort } from './value.ts'

export function checkDestination(report: Report, destination: Destination, path: Path): void {
  if (destination.host === '*') {
    report.error('L0203', [...path, 'host'], 'a rule cannot lead to "*": name one host')
  } else checkHost(report, destination.host, [...path, 'host'])
  if (destination.subset) checkSubsetName(report, destination.subset, [...path, 'subset'])
  if (destination.port) checkPort(report, destination.port.number ?? 0, [...path, 'port', 'number'])
}

export function checkSubsetName(report: Report, name: string, path: Path): void {
  // Istio also takes dots, as in version numbers.
  if (
    name !== '' &&
    name.length <= 63 &&
    name.split('.').every((part) => isDnsLabel(part.toLowerCase()))
  )
    return
  report.error(
    'L0224',
    path,
    `"${name}" is not the name of a subset: at most 63 letters, digits, - and .`,
  )
}

/** Of one destination the weight does not matter; of several, one at least needs one. */
export function checkWeights(
  report: Report,
  route: readonly { readonly weight?: number }[],
  path: Path,
): void {
  if (route.length < 2) return
  const total = route.reduce((sum, { weight }) => sum + (weight ?? 0), 0)
  if (total === 0) {
    report.error(
      'L0204',
      path,
      'several destinations and no weight: nobody would get a request; give each its weight',
    )
  } else if (total > 4294967295) {
    report.error(
      'L0204',
      path,
      `the weights add up to ${total}, Envoy takes 4294967295 at most: divide them all`,
    )
  }
}

// TLS and TCP rules of a VirtualService.
import { covers, isWildcard } from '../../model/host.ts'
import type { Path } from '../../model/origin.ts'
import type {
  L4MatchAttributes,
  TcpRoute,
  TlsMatchAttributes,
  TlsRoute,
  VirtualService,
} from '../../model/schema/virtual-service.ts'
import { checkDestination, checkWeights } from './destination.ts'
import { checkHost } from './host.ts'
import { checkWhere } from './http-match.ts'
import { eachOf, type Report } from './report.ts'
import { isSubnet } from './value.ts'

export function checkTlsRule(
  report: Report,
  rule: TlsRoute,
  path: Path,
  spec: VirtualService,
): void {
  eachOf(rule.match, [...path, 'match'], (match, at) => {
    checkL4Match(report, match, at, spec)
    eachOf(match.sniHosts, [...at, 'sniHosts'], (host, place) => {
      if (!checkHost(report, host, place)) return
      if (spec.hosts?.some((allowed) => isWithin(host.toLowerCase(), allowed.toLowerCase()))) return
      report.error(
        'L0221',
        place,
        `the server name "${host}" is not among the rule's hosts (${spec.hosts?.join(', ')}): add it there`,
      )
    })
  })
  checkRoute(report, rule, path)
}

export function checkTcpRule(
  report: Report,
  rule: TcpRoute,
  path: Path,
  spec: VirtualService,
): void {
  eachOf(rule.match, [...path, 'match'], (match, at) => checkL4Match(report, match, at, spec))
  checkRoute(report, rule, path)
}

function isWithin(host: string, allowed: string): boolean {
  return host === allowed || allowed === '*' || (isWildcard(allowed) && covers(allowed, host))
}

function checkL4Match(
  report: Report,
  match: TlsMatchAttributes | L4MatchAttributes,
  path: Path,
  spec: VirtualService,
): void {
  checkWhere(report, match, path, spec)
  eachOf(match.destinationSubnets, [...path, 'destinationSubnets'], (subnet, at) => {
    if (isSubnet(subnet)) return
    report.error('L0221', at, `"${subnet}" is not an address or a subnet like 10.1.0.0/16`)
  })
}

function checkRoute(report: Report, { route = [] }: TlsRoute | TcpRoute, path: Path): void {
  if (route.length === 0) {
    report.error('L0205', path, 'the rule has no route: say where its connections go')
  }
  eachOf(route, [...path, 'route'], ({ destination }, at) =>
    checkDestination(report, destination, [...at, 'destination']),
  )
  checkWeights(report, route, [...path, 'route'])
}

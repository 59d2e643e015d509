// VirtualService by itself: its hosts and gateways; its rules have files of their own.
import { isAddress } from '../../model/host.ts'
import type { DocumentOf } from '../../model/schema/index.ts'
import { checkExportTo, checkGatewayName, checkHost, overlaps } from './host.ts'
import { checkReach } from './http-match.ts'
import { checkHttpRule } from './http-rule.ts'
import { checkTcpRule, checkTlsRule } from './l4-rule.ts'
import { eachOf, type Report } from './report.ts'

export function checkVirtualService(report: Report, { spec }: DocumentOf<'VirtualService'>): void {
  const { hosts = [], gateways } = spec
  const forMesh = !gateways?.length || gateways.includes('mesh')
  eachOf(gateways, ['spec', 'gateways'], (name, path) => checkGatewayName(report, name, path))
  eachOf(hosts, ['spec', 'hosts'], (host, path) => checkRuleHost(report, host, path, forMesh))
  checkOverlaps(report, hosts)
  checkExportTo(report, spec.exportTo)
  const isEmpty = !spec.http?.length && !spec.tls?.length && !spec.tcp?.length
  if (isEmpty)
    report.error('L0205', ['spec'], 'the VirtualService has no http, tls or tcp rules: add one')
  else if (hosts.length === 0) checkDelegate(report, spec)
  eachOf(spec.http, ['spec', 'http'], (rule, path) => checkHttpRule(report, rule, path, spec))
  checkReach(report, spec.http)
  eachOf(spec.tls, ['spec', 'tls'], (rule, path) => checkTlsRule(report, rule, path, spec))
  eachOf(spec.tcp, ['spec', 'tcp'], (rule, path) => checkTcpRule(report, rule, path, spec))
}

function checkRuleHost(
  report: Report,
  host: string,
  path: readonly (string | number)[],
  forMesh: boolean,
): void {
  if (isAddress(host)) {
    if (!forMesh) return
    report.error(
      'L0201',
      path,
      `${host} is an address, which only rules of gateways can have as a host: name the service`,
    )
  } else if (host === '*' && forMesh) {
    report.error(
      'L0203',
      path,
      'the host "*" would take the traffic of the whole mesh: bind the rule to a gateway, or name hosts',
    )
  } else checkHost(report, host, path)
}

/** The same host twice, or one that another's wildcard covers: which rules it has would be chance. */
function checkOverlaps(report: Report, hosts: readonly string[]): void {
  const lower = hosts.map((host) => host.toLowerCase())
  for (const [later, earlier] of overlaps(lower)) {
    report.error(
      'L0202',
      ['spec', 'hosts', later],
      `"${lower[later]}" and "${lower[earlier]}" overlap: remove one of them`,
    )
  }
}

/** Without hosts it is meant to be delegated to (HTTP only). */
function checkDelegate(report: Report, spec: DocumentOf<'VirtualService'>['spec']): void {
  if (spec.gateways?.length || spec.tls?.length || spec.tcp?.length) {
    report.error('L0201', ['spec'], 'the VirtualService has no hosts: name those that it rules')
  }
}

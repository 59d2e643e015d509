// Where rules lead: hosts, ports, subsets and gateways that are not there, and rules that an older one keeps out.

import type { Diagnostic } from '../../../model/diagnostic.ts'
import { type Document, keyOf, nameOf } from '../../../model/document.ts'
import { fullName, isWildcard } from '../../../model/host.ts'
import { memo } from '../../../model/memo.ts'
import { type Path, printOrigin } from '../../../model/origin.ts'
import type { Destination, VirtualService } from '../../../model/schema/virtual-service.ts'
import type { View } from '../../../model/view.ts'
import { servedHosts } from '../../kinds/gateway.ts'
import { MESH_GATEWAY } from '../../kinds/virtual-service.ts'
import { eachOf, type Report, reportOn } from '../report.ts'
import { gatewayNames, type Known, knownOf } from './known.ts'

/** `exportTo` stands for rules that have none of their own. */
export function virtualServiceReferences(view: View, exportTo: readonly string[]): Diagnostic[] {
  const known = knownOf(view)
  const older = new Map<string, Document<VirtualService>[]>()
  return known.virtualServices.flatMap((rule) => {
    const found = ledTo(view, keyOf(rule.metadata))
    if (!gatewayNames(rule).includes(MESH_GATEWAY)) return found
    const report = reportOn(rule)
    checkHosts(report, known, rule, older, exportTo)
    return [...found, ...report.diagnostics]
  })
}

/** What one rule says, whatever others do. */
const ledTo = memo((view: View, key: string): readonly Diagnostic[] => {
  const rule = view.get('VirtualService', key)!
  const known = knownOf(view)
  const report = reportOn(rule)
  eachDestination(rule, (destination, path, isCopy) =>
    checkDestination(report, known, rule, destination, path, isCopy),
  )
  checkGateways(report, known, rule)
  return report.diagnostics
})

function eachDestination(
  { spec }: Document<VirtualService>,
  check: (destination: Destination, path: Path, isCopy: boolean) => void,
): void {
  const routes = ({ destination }: { destination: Destination }, path: Path) =>
    check(destination, [...path, 'destination'], false)
  eachOf(spec.http, ['spec', 'http'], (rule, path) => {
    eachOf(rule.route, [...path, 'route'], routes)
    if (rule.mirror) check(rule.mirror, [...path, 'mirror'], true)
    eachOf(rule.mirrors, [...path, 'mirrors'], ({ destination }, at) =>
      check(destination, [...at, 'destination'], true),
    )
  })
  eachOf(spec.tls, ['spec', 'tls'], (rule, path) => eachOf(rule.route, [...path, 'route'], routes))
  eachOf(spec.tcp, ['spec', 'tcp'], (rule, path) => eachOf(rule.route, [...path, 'route'], routes))
}

function checkDestination(
  report: Report,
  known: Known,
  { metadata }: Document<VirtualService>,
  destination: Destination,
  path: Path,
  isCopy: boolean,
): void {
  const host = known.meant(fullName(destination.host, metadata.namespace))
  const outcome = isCopy ? 'the copies go nowhere' : 'what is sent there gets 503'
  const services = known.servicesByHost.get(host)
  if (!services) {
    const hint = hintFor(known, destination.host, host)
    report.warning(
      'L0240',
      [...path, 'host'],
      `no Service or ServiceEntry has the host ${host}, so ${outcome}${hint}`,
    )
    return
  }
  const number = destination.port?.number
  const ports = services.flatMap((service) => service.ports.map((port) => port.number))
  if (number !== undefined && !ports.includes(number)) {
    report.warning(
      'L0242',
      [...path, 'port'],
      `${host} has no port ${number}, so ${outcome}; its ports are ${ports.join(', ') || 'none'}`,
    )
  }
  const { subset } = destination
  if (subset && !known.hasSubset(host, subset)) {
    report.warning(
      'L0241',
      [...path, 'subset'],
      `no DestinationRule for ${host} defines the subset "${subset}", so ${outcome}: define it there`,
    )
  }
}

/** Only names without a dot get the rule's namespace (Istio): both are easily mistaken. */
function hintFor(known: Known, written: string, host: string): string {
  const dotted = `${host}.svc.cluster.local`
  if (known.servicesByHost.has(dotted)) return `: write ${dotted}`
  if (written.includes('.') || !host.includes('.')) return ': correct it or declare the service'
  const elsewhere = known.services.find(({ hostname }) =>
    hostname.startsWith(`${written.toLowerCase()}.`),
  )
  return elsewhere
    ? `: a short name means the rule's own namespace, for the other one write ${elsewhere.hostname}`
    : ': correct it or declare the service'
}

function checkGateways(report: Report, known: Known, rule: Document<VirtualService>): void {
  const names = gatewayNames(rule)
  const { namespace } = rule.metadata
  const hosts = (rule.spec.hosts ?? []).map((host) => fullName(host, namespace))
  for (const [index, name] of names.entries()) {
    if (name === MESH_GATEWAY) continue
    const path = ['spec', 'gateways', index]
    const document = known.gateways.get(name)
    if (!document) {
      report.warning(
        'L0243',
        path,
        `there is no Gateway ${name}, so the rule is used at none of that name: correct it or declare the Gateway`,
      )
      continue
    }
    const bound = { document: rule, hosts, gateways: names }
    const isServed = (document.spec.servers ?? []).some((server, number) => {
      const { namespace } = document.metadata
      return (
        servedHosts({ gateway: name, namespace, server, index: number, document }, bound).length > 0
      )
    })
    if (!isServed && hosts.length > 0) {
      report.warning(
        'L0243',
        path,
        `no server of the Gateway ${name} lets this rule in: its hosts do not include ${hosts.join(', ')} from namespace ${namespace}`,
      )
    }
  }
}

/** What to say of a rule for a name that only stands for a service's. */
export function otherName(known: Known, host: string): string {
  const meant = known.meant(host)
  return `${host} is only another name (ExternalName) of ${meant}, whose rules count for it; this one does not: write ${meant}`
}

/** Of the rules that one proxy could see for a host inside the mesh, the oldest has it whole (Istio). */
function checkHosts(
  report: Report,
  known: Known,
  rule: Document<VirtualService>,
  older: Map<string, Document<VirtualService>[]>,
  exportTo: readonly string[],
): void {
  eachOf(rule.spec.hosts, ['spec', 'hosts'], (written, path) => {
    const host = fullName(written, rule.metadata.namespace)
    const before = older.get(host) ?? []
    const first = before.find((other) => meet(other, rule, exportTo))
    before.push(rule)
    older.set(host, before)
    if (first) {
      const place = first.at(['metadata', 'name'])
      report.warning(
        'L0247',
        path,
        () =>
          `${nameOf(first)} (${printOrigin(place)}) is older and rules ${host} inside the mesh; this one does not: put the rules into one object`,
      )
    } else if (known.meant(host) !== host) {
      report.warning('L0240', path, otherName(known, host))
    } else if (!isWildcard(host) && !known.servicesByHost.has(host)) {
      report.info(
        'L0240',
        path,
        `no Service or ServiceEntry has the host ${host}: the rule is for requests that name it in their Host header only`,
      )
    }
  })
}

/** Whether some namespace sees both. */
function meet(
  a: Document<VirtualService>,
  b: Document<VirtualService>,
  exportTo: readonly string[],
): boolean {
  const seenA = seenBy(a, exportTo)
  const seenB = seenBy(b, exportTo)
  if (seenA.length === 0 || seenB.length === 0) return false
  return seenA.includes('*') || seenB.includes('*') || seenA.some((name) => seenB.includes(name))
}

function seenBy(
  { metadata, spec }: Document<VirtualService>,
  exportTo: readonly string[],
): string[] {
  return (spec.exportTo?.length ? spec.exportTo : exportTo)
    .filter((target) => target !== '~')
    .map((target) => (target === '.' ? metadata.namespace : target))
}

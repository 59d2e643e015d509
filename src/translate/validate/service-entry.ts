// ServiceEntry by itself: hosts, addresses, ports, and what each resolution allows.
import { isWildcard } from '../../model/host.ts'
import type { Path } from '../../model/origin.ts'
import { isHttp, isTls, protocolOf } from '../../model/protocol.ts'
import type { DocumentOf } from '../../model/schema/index.ts'
import type { ServiceEntry } from '../../model/schema/service-entry.ts'
import type { WorkloadEntry } from '../../model/schema/workload-entry.ts'
import { checkExportTo, checkHost, checkSelector } from './host.ts'
import { checkPorts } from './port.ts'
import { eachEntry, eachOf, type Report, repeats } from './report.ts'
import { isIp, isSubnet } from './value.ts'
import { checkWorkloadEntry, UNIX } from './workload-entry.ts'

export function checkServiceEntry(report: Report, { spec }: DocumentOf<'ServiceEntry'>): void {
  checkHosts(report, spec)
  checkAddresses(report, spec)
  checkPorts(report, spec.ports, ['spec', 'ports'])
  if (!spec.ports?.length) {
    report.warning(
      'L0238',
      ['spec'],
      'the ServiceEntry has no ports, so nobody can call it: add them',
    )
  }
  checkSelector(report, spec.workloadSelector?.labels, ['spec', 'workloadSelector', 'labels'])
  checkExportTo(report, spec.exportTo)
  checkResolution(report, spec)
  eachOf(spec.endpoints, ['spec', 'endpoints'], (endpoint, path) => {
    checkWorkloadEntry(report, endpoint, path)
    checkEndpoint(report, spec, endpoint, path)
  })
}

function resolutionOf({ resolution = 'NONE' }: ServiceEntry): string {
  return resolution
}

function checkHosts(report: Report, spec: ServiceEntry): void {
  const resolution = resolutionOf(spec)
  eachOf(spec.hosts, ['spec', 'hosts'], (host, path) => {
    if (host === '*') {
      report.error(
        'L0203',
        path,
        'the host "*" would stand for every name there is: name hosts, as *.example.com',
      )
    } else if (checkHost(report, host, path) && isWildcard(host) && resolution.startsWith('DNS')) {
      report.error(
        'L0203',
        path,
        `${host} is no name that could be looked up: with a wildcard use resolution NONE or DYNAMIC_DNS`,
      )
    }
  })
  for (const [index] of repeats(spec.hosts, (host) => host.toLowerCase())) {
    report.error(
      'L0202',
      ['spec', 'hosts', index],
      `the host "${spec.hosts[index]}" stands twice: remove one`,
    )
  }
}

function checkAddresses(report: Report, spec: ServiceEntry): void {
  eachOf(spec.addresses, ['spec', 'addresses'], (address, path) => {
    if (!isSubnet(address)) {
      report.error('L0223', path, `"${address}" is not an address or a subnet like 10.1.0.0/16`)
    } else if (!isIp(address) && !['NONE', 'STATIC'].includes(resolutionOf(spec))) {
      report.error(
        'L0222',
        path,
        `a subnet needs resolution NONE or STATIC, not ${resolutionOf(spec)}`,
      )
    }
  })
  if (spec.addresses?.length) return
  eachOf(spec.ports, ['spec', 'ports'], ({ number, name, protocol }, path) => {
    const found = protocolOf(number, name, protocol)
    if (isHttp(found) || isTls(found) || found === 'UDP' || found === 'auto') return
    report.warning(
      'L0222',
      path,
      `without addresses every connection to port ${number} that no other service takes goes here: give the service addresses of its own`,
    )
  })
}

function checkResolution(report: Report, spec: ServiceEntry): void {
  const resolution = resolutionOf(spec)
  const endpoints = spec.endpoints ?? []
  if ((resolution === 'NONE' || resolution === 'DYNAMIC_DNS') && endpoints.length > 0) {
    report.error(
      'L0222',
      ['spec', 'endpoints'],
      `resolution ${resolution} does not use endpoints: with IP addresses use STATIC, with names DNS`,
    )
  }
  if (resolution === 'DNS_ROUND_ROBIN' && endpoints.length > 1) {
    report.error(
      'L0222',
      ['spec', 'endpoints'],
      'DNS_ROUND_ROBIN takes one endpoint at most: use DNS',
    )
  }
  if (resolution === 'DYNAMIC_DNS') {
    eachOf(spec.ports, ['spec', 'ports'], ({ number, name, protocol }, path) => {
      const declared = protocolOf(number, name, protocol)
      if (isHttp(declared) || isTls(declared)) return
      report.error(
        'L0222',
        [...path, 'protocol'],
        'DYNAMIC_DNS looks up the Host of a request or the server name of TLS; other protocols have neither: use DNS',
      )
    })
  }
  if (resolution !== 'NONE') return
  eachOf(spec.ports, ['spec', 'ports'], ({ number, targetPort }, path) => {
    if (targetPort === undefined || targetPort === number) return
    report.error(
      'L0222',
      [...path, 'targetPort'],
      'resolution NONE keeps the port that was called: remove targetPort, or use STATIC or DNS',
    )
  })
}

function checkEndpoint(
  report: Report,
  spec: ServiceEntry,
  endpoint: WorkloadEntry,
  path: Path,
): void {
  const { address = '' } = endpoint
  const resolution = resolutionOf(spec)
  const isSocket = address.startsWith(UNIX)
  if (resolution === 'STATIC' && address !== '' && !isSocket && !isIp(address)) {
    report.error(
      'L0223',
      [...path, 'address'],
      `with resolution STATIC endpoints have IP addresses, not names like "${address}": use DNS`,
    )
  }
  if (resolution.startsWith('DNS') && isSocket) {
    report.error(
      'L0223',
      [...path, 'address'],
      'a Unix socket is not looked up: use resolution STATIC',
    )
  }
  const names = new Set(spec.ports?.map(({ name }) => name))
  eachEntry(endpoint.ports, [...path, 'ports'], (name, _port, at) => {
    if (names.has(name)) return
    report.error(
      'L0222',
      at,
      `the ServiceEntry has no port named "${name}": its ports are ${[...names].join(', ') || 'missing'}`,
    )
  })
}

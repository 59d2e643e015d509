// Kubernetes Service by itself; an API server has checked its own already, files come unchecked.
import type { DocumentOf } from '../../model/schema/index.ts'
import { EXPORT_TO } from '../../model/service.ts'
import { checkHost, checkSelector, isDnsLabel } from './host.ts'
import { checkDistinct } from './port.ts'
import { eachOf, type Report } from './report.ts'
import { checkPort, isIp } from './value.ts'

export function checkService(report: Report, { spec, metadata }: DocumentOf<'Service'>): void {
  const path = ['spec', 'ports']
  eachOf(spec.ports, path, (port, at) => {
    checkPort(report, port.port, [...at, 'port'])
    if (typeof port.targetPort === 'number') {
      checkPort(report, port.targetPort, [...at, 'targetPort'])
    }
    if (port.name !== undefined && !isDnsLabel(port.name)) {
      report.error(
        'L0214',
        [...at, 'name'],
        `"${port.name}" is not the name of a port: small letters, digits and -`,
      )
    }
    if (!port.name && spec.ports!.length > 1) {
      report.error('L0214', at, 'of several ports each needs a name')
    }
  })
  checkDistinct(report, spec.ports, path, 'port', ({ port, protocol }) =>
    protocol && protocol !== 'TCP' ? `${port}/${protocol}` : String(port),
  )
  checkDistinct(report, spec.ports, path, 'name', ({ name }) => name)
  checkSelector(report, spec.selector, ['spec', 'selector'])
  checkAddresses(report, spec)
  const exportTo = metadata.annotations[EXPORT_TO]
  for (const target of exportTo?.split(',').map((name) => name.trim()) ?? []) {
    if (['*', '.', '~'].includes(target) || isDnsLabel(target)) continue
    const at = ['metadata', 'annotations', EXPORT_TO]
    report.error(
      'L0220',
      at,
      `"${target}" is neither a namespace nor one of "*" (all), "." (its own), "~" (none)`,
    )
  }
}

function checkAddresses(report: Report, spec: DocumentOf<'Service'>['spec']): void {
  if (spec.type === 'ExternalName') {
    if (!spec.externalName) {
      report.error('L0223', ['spec'], 'a Service of type ExternalName needs externalName')
    } else checkHost(report, spec.externalName, ['spec', 'externalName'])
  }
  const isAddress = (address: string) => address === '' || address === 'None' || isIp(address)
  if (spec.clusterIP && !isAddress(spec.clusterIP)) {
    report.error(
      'L0223',
      ['spec', 'clusterIP'],
      `"${spec.clusterIP}" is neither an IP address nor None`,
    )
  }
  eachOf(spec.clusterIPs, ['spec', 'clusterIPs'], (address, at) => {
    if (!isAddress(address))
      report.error('L0223', at, `"${address}" is neither an IP address nor None`)
  })
}

// A Gateway of the Kubernetes Gateway API by itself: what its own definition in a cluster checks, and files come without.
import type { Path } from '../../model/origin.ts'
import type { Listener } from '../../model/schema/gateway-api.ts'
import type { DocumentOf } from '../../model/schema/index.ts'
import { checkHost } from './host.ts'
import { checkDistinct } from './port.ts'
import { eachOf, type Report } from './report.ts'
import { isIp } from './value.ts'

export function checkKubernetesGateway(
  report: Report,
  { spec }: DocumentOf<'KubernetesGateway'>,
): void {
  const path = ['spec', 'listeners']
  checkDistinct(report, spec.listeners, path, 'name', ({ name }) => name)
  eachOf(spec.listeners, path, (listener, at) => checkListener(report, listener, at))
  eachOf(spec.addresses, ['spec', 'addresses'], ({ type = 'IPAddress', value }, at) => {
    if (!value) {
      report.warning('L0223', at, 'Lotse assigns no addresses: write the value')
    } else if (type === 'IPAddress' && !isIp(value)) {
      report.error('L0223', [...at, 'value'], `"${value}" is not an IP address`)
    } else if (type === 'Hostname') {
      checkHost(report, value, [...at, 'value'])
    } else if (type !== 'IPAddress') {
      const text = `Lotse has no addresses of the type ${type}: nobody serves the Gateway; use IPAddress or Hostname`
      report.warning('L0223', [...at, 'type'], text)
    }
  })
}

function checkListener(report: Report, listener: Listener, path: Path): void {
  const { hostname, protocol, tls, allowedRoutes } = listener
  if (hostname !== undefined) checkRouteHost(report, hostname, [...path, 'hostname'])
  if (tls && protocol === 'HTTP') {
    report.error('L0233', [...path, 'tls'], 'a listener of the protocol HTTP has no tls: use HTTPS')
  }
  const namespaces = allowedRoutes?.namespaces
  if (namespaces?.from === 'Selector' && !namespaces.selector) {
    const at = [...path, 'allowedRoutes', 'namespaces']
    report.warning('L0228', at, 'there is no selector: routes of no namespace are allowed')
  }
}

/** A name, or `*.` before one. */
export function checkRouteHost(report: Report, host: string, path: Path): void {
  if (!checkHost(report, host, path)) return
  if (host === '*') {
    report.error(
      'L0203',
      path,
      'a * alone is not possible: leave the hostname out to take every host',
    )
  } else if (isIp(host)) {
    report.error('L0201', path, `${host} is an address, which a hostname cannot be`)
  }
}

// Sidecar by itself: its listeners and what it imports.
import type { Path } from '../../model/origin.ts'
import type { DocumentOf } from '../../model/schema/index.ts'
import type { EgressListener, IngressListener } from '../../model/schema/sidecar.ts'
import { checkServerTls } from './gateway.ts'
import { checkSelector } from './host.ts'
import { checkImport } from './import.ts'
import { checkProtocol } from './port.ts'
import { eachOf, type Report, repeats } from './report.ts'
import { checkConnectionPool } from './traffic-policy.ts'
import { checkPort, isIp } from './value.ts'
import { UNIX } from './workload-entry.ts'

export function checkSidecar(report: Report, { spec }: DocumentOf<'Sidecar'>): void {
  checkSelector(report, spec.workloadSelector?.labels, ['spec', 'workloadSelector', 'labels'])
  const { ingress, egress, outboundTrafficPolicy, inboundConnectionPool } = spec
  if (!ingress?.length && !egress?.length && !outboundTrafficPolicy && !inboundConnectionPool) {
    report.warning(
      'L0238',
      ['spec'],
      'the Sidecar says nothing: add ingress, egress or outboundTrafficPolicy',
    )
  }
  if (inboundConnectionPool) {
    checkConnectionPool(report, inboundConnectionPool, ['spec', 'inboundConnectionPool'])
  }
  eachOf(ingress, ['spec', 'ingress'], (listener, path) => checkIngress(report, listener, path))
  eachOf(egress, ['spec', 'egress'], (listener, path, index) => {
    checkEgress(report, listener, path)
    if (!listener.port && index < egress!.length - 1) {
      report.error(
        'L0231',
        path,
        'an egress listener without a port takes all the rest, so it must be the last one',
      )
    }
  })
  checkDistinctListeners(report, 'ingress', ingress)
  checkDistinctListeners(report, 'egress', egress)
}

function checkDistinctListeners(
  report: Report,
  kind: 'ingress' | 'egress',
  listeners: readonly (IngressListener | EgressListener)[] | undefined,
): void {
  // What comes in is told apart by its port alone (Istio): `inbound|8080||`.
  const place = ({ port, bind }: IngressListener | EgressListener) =>
    port ? `${kind === 'egress' ? (bind ?? '') : ''}:${port.number}` : undefined
  for (const [index, first] of repeats(listeners, place)) {
    report.error(
      'L0231',
      ['spec', kind, index, 'port'],
      `${kind} listeners ${first} and ${index} have the same ${kind === 'egress' ? 'address and ' : ''}port: join them or change one`,
    )
  }
}

function checkIngress(report: Report, listener: IngressListener, path: Path): void {
  const { port, bind, defaultEndpoint, connectionPool } = listener
  checkPort(report, port.number, [...path, 'port', 'number'])
  checkProtocol(report, port.protocol, [...path, 'port', 'protocol'])
  if (bind && !isIp(bind)) {
    report.error('L0223', [...path, 'bind'], `"${bind}" is not an IP address to listen on`)
  }
  if (defaultEndpoint) checkDefaultEndpoint(report, defaultEndpoint, [...path, 'defaultEndpoint'])
  if (connectionPool) checkConnectionPool(report, connectionPool, [...path, 'connectionPool'])
  if (!listener.tls) return
  const { mode } = listener.tls
  checkServerTls(report, listener.tls, [...path, 'tls'])
  if (mode !== 'SIMPLE' && mode !== 'MUTUAL' && mode !== 'OPTIONAL_MUTUAL') {
    report.error(
      'L0226',
      [...path, 'tls'],
      'a sidecar ends TLS itself: use mode SIMPLE, MUTUAL or OPTIONAL_MUTUAL (mutual TLS of the mesh is for PeerAuthentication)',
    )
  }
}

/** The application on this machine: loopback, any address of the workload's own (`0.0.0.0`), or a socket. */
function checkDefaultEndpoint(report: Report, endpoint: string, path: Path): void {
  if (/^unix:\/\/[/@]/.test(endpoint)) return
  const form = 'write 127.0.0.1:PORT, 0.0.0.0:PORT for the address of the workload, or unix:///PATH'
  const [, address = '', digits = ''] = /^(.*):(\d+)$/.exec(endpoint) ?? []
  if (address === '') {
    report.error('L0230', path, `"${endpoint}" has no address and port: ${form}`)
    return
  }
  const own = /^127\.\d+\.\d+\.\d+$/.test(address) && isIp(address)
  if (!own && !['0.0.0.0', '[::1]', '[::]'].includes(address)) {
    report.error('L0230', path, `${address} is not the workload itself: ${form}`)
  }
  checkPort(report, Number(digits), path)
}

function checkEgress(report: Report, listener: EgressListener, path: Path): void {
  const { port, bind, captureMode, hosts } = listener
  if (port) {
    checkPort(report, port.number, [...path, 'port', 'number'])
    checkProtocol(report, port.protocol, [...path, 'port', 'protocol'])
  }
  if (bind && !isIp(bind) && !bind.startsWith(UNIX)) {
    report.error(
      'L0223',
      [...path, 'bind'],
      `"${bind}" is neither an IP address nor a unix:// socket to listen on`,
    )
  }
  if (bind?.startsWith(UNIX) && captureMode === 'IPTABLES') {
    report.error(
      'L0231',
      [...path, 'captureMode'],
      'a Unix socket cannot take captured traffic: use captureMode NONE',
    )
  }
  eachOf(hosts, [...path, 'hosts'], (host, at) => checkImport(report, host, at, 'a Sidecar'))
}

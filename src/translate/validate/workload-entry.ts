// WorkloadEntry by itself, also as an endpoint of a ServiceEntry.
import type { Path } from '../../model/origin.ts'
import type { WorkloadEntry, WorkloadGroup } from '../../model/schema/workload-entry.ts'
import { checkSelector, hostProblem } from './host.ts'
import { eachEntry, type Report } from './report.ts'
import { checkPort, isIp } from './value.ts'

export const UNIX = 'unix://'

export function checkWorkloadEntry(report: Report, entry: WorkloadEntry, path: Path): void {
  const { address = '' } = entry
  const at = [...path, 'address']
  if (address === '' && !entry.network) {
    report.error('L0223', path, 'the workload has no address: write its IP address')
  } else if (address.startsWith(UNIX)) {
    if (!/^unix:\/\/[/@]/.test(address)) {
      report.error(
        'L0223',
        at,
        `"${address}" does not name a socket: write its absolute path, as unix:///run/app.sock`,
      )
    }
    if (Object.keys(entry.ports ?? {}).length > 0) {
      report.error('L0223', [...path, 'ports'], 'a Unix socket has no ports: remove them')
    }
  } else if (address !== '' && !isIp(address) && (hostProblem(address) || address.includes('*'))) {
    report.error('L0223', at, `"${address}" is neither an IP address nor a host name`)
  }
  eachEntry(entry.ports, [...path, 'ports'], (_name, port, place) => checkPort(report, port, place))
  checkSelector(report, entry.labels, [...path, 'labels'])
}

/** What cannot be asked would keep every workload of the group out. */
export function checkWorkloadGroup(report: Report, { probe }: WorkloadGroup): void {
  const path = ['spec', 'probe']
  if (!probe) return
  for (const name of COUNTS) {
    const count = probe[name] ?? 0
    if (count < 0) report.error('L0225', [...path, name], `${count} is below zero`)
  }
  checkPort(report, probe.httpGet?.port, [...path, 'httpGet', 'port'])
  checkPort(report, probe.tcpSocket?.port, [...path, 'tcpSocket', 'port'])
  if (probe.grpc) checkPort(report, probe.grpc.port ?? 0, [...path, 'grpc', 'port'])
  if (probe.exec?.command.length === 0) {
    report.error('L0205', [...path, 'exec', 'command'], 'the command to run is empty')
  }
}

const COUNTS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const

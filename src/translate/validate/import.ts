// `namespace/host`, as Sidecars import and Gateways serve it.
import type { Path } from '../../model/origin.ts'
import { hostProblem, isDnsLabel } from './host.ts'
import type { Report } from './report.ts'

/** A Gateway may leave out the namespace; a Sidecar also knows `~` for nothing. */
export function checkImport(
  report: Report,
  entry: string,
  path: Path,
  owner: 'a Gateway' | 'a Sidecar',
): void {
  const parts = entry.split('/')
  const [namespace, host] = parts.length === 1 ? ['*', parts[0]!] : [parts[0]!, parts[1]!]
  const form = `hosts of ${owner} are written NAMESPACE/HOST, as ./web.default.svc.cluster.local or */*`
  const isSidecar = owner === 'a Sidecar'
  if (parts.length > 2 || (isSidecar && parts.length < 2)) {
    report.error('L0229', path, `"${entry}" cannot be read: ${form}`)
    return
  }
  const known = ['*', '.', ...(isSidecar ? ['~'] : [])]
  if (!known.includes(namespace) && !isDnsLabel(namespace)) {
    report.error('L0229', path, `"${namespace}" is not a namespace: ${form}`)
  }
  const problem = hostProblem(host)
  if (problem) report.error('L0229', path, `"${host}" is not a host name: ${problem}; ${form}`)
}

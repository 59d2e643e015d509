// What Sidecars import that is not there.
import type { Diagnostic } from '../../../model/diagnostic.ts'
import type { View } from '../../../model/view.ts'
import { eachOf, reportOn } from '../report.ts'
import { documents, type Known } from './known.ts'

export function sidecarReferences(view: View, known: Known): Diagnostic[] {
  return documents(view, 'Sidecar').flatMap((sidecar) => {
    const report = reportOn(sidecar)
    const own = sidecar.metadata.namespace
    eachOf(sidecar.spec.egress, ['spec', 'egress'], ({ hosts }, path) =>
      eachOf(hosts, [...path, 'hosts'], (entry, at) => {
        const slash = entry.indexOf('/')
        const written = entry.slice(0, slash)
        const host = entry.slice(slash + 1).toLowerCase()
        if (written === '~' || host === '*') return
        const namespace = written === '.' ? own : written
        if (known.canImport(namespace, host)) return
        const where = namespace === '*' ? 'any namespace' : `namespace ${namespace}`
        const hint = host.includes('.')
          ? 'correct it or declare the service'
          : 'write the full name, as NAME.NAMESPACE.svc.cluster.local'
        report.warning(
          'L0246',
          at,
          `no service in ${where} has the host ${host}, so this imports nothing: ${hint}`,
        )
      }),
    )
    return report.diagnostics
  })
}

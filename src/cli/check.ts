// `lotse check`: every diagnostic of the given YAML, without a running control plane.
import { isProblem } from '../ca/problem.ts'
import { compareDiagnostics } from '../model/diagnostic.ts'
import { readMesh } from './offline.ts'
import { fail, printAll, verdict } from './print.ts'

interface Options {
  /** Shows everything to the encoder, not only where raw Envoy configuration (EnvoyFilter) is among it. */
  readonly deep?: boolean
  /** Shows everything to an Envoy. */
  readonly envoy?: boolean
}

export async function check(paths: string[], options: Options = {}): Promise<number> {
  const { mesh, diagnostics: read } = await readMesh(paths)
  const diagnostics = [...read]
  if (options.deep || options.envoy || mesh.tables.EnvoyFilter.rows.size > 0) {
    const { encodable } = await import('./encodable.ts')
    const { diagnostics: invalid, resources } = encodable(mesh)
    diagnostics.push(...invalid)
    if (options.envoy) {
      const { refusals } = await import('./acceptable.ts')
      const refused = await refusals(resources)
      if (isProblem(refused)) return fail(refused)
      diagnostics.push(...refused)
    }
    diagnostics.sort(compareDiagnostics)
  }
  printAll(diagnostics)
  const count = (severity: string) => diagnostics.filter((d) => d.severity === severity).length
  const objects = Object.values(mesh.tables).reduce((sum, table) => sum + table.rows.size, 0)
  const own = mesh.tables.enrolment.rows.size + mesh.tables.trust.rows.size
  console.log(
    `${objects - own} objects in force, ${count('error')} errors, ${count('warning')} warnings`,
  )
  return verdict(diagnostics)
}

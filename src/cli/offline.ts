// Files to a mesh without a control plane: what `check` and `translate` share.

import { compareDiagnostics, type Diagnostic } from '../model/diagnostic.ts'
import type { Document } from '../model/document.ts'
import { EMPTY_MESH, type Mesh, nextMesh } from '../model/mesh.ts'
import { isKind } from '../model/schema/index.ts'
import { checkCredential } from '../registry/credential.ts'
import { withEnvironment } from '../registry/environment.ts'
import { readFiles } from '../registry/file.ts'
import { admit, NOTHING_ADMITTED } from '../translate/validate/admit.ts'
import { references } from '../translate/validate/references.ts'

export async function readMesh(
  paths: readonly string[],
): Promise<{ mesh: Mesh; diagnostics: readonly Diagnostic[] }> {
  const state = await readFiles(paths)
  const admission = admit(NOTHING_ADMITTED, state.documents, (document) =>
    checkCredential(document, new Date()),
  )
  const mesh = nextMesh(EMPTY_MESH, {
    documents: withEnvironment(admission.documents, process.env),
    enrolments: enrolmentsOf(admission.documents),
    trust: { trustDomain: 'cluster.local', roots: ['(the roots of the running mesh)\n'] },
  })
  const diagnostics = [...state.diagnostics, ...admission.diagnostics, ...references(mesh)]
  return { mesh, diagnostics: diagnostics.sort(compareDiagnostics) }
}

/** Offline nobody has enrolled: every workload is taken to run with a proxy, unless its label says otherwise. */
function enrolmentsOf(documents: readonly Document[]) {
  return documents
    .filter((document) => isKind(document, 'WorkloadEntry'))
    .map(({ metadata }) => ({ workload: `${metadata.namespace}/${metadata.name}` }))
}

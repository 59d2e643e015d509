// Checks of documents against each other.
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Mesh } from '../../model/mesh.ts'

export function references(_mesh: Mesh): Diagnostic[] {
  return []
}

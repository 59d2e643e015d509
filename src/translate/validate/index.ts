// Checks of one document by itself.
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Document } from '../../model/document.ts'

export function validate(_document: Document): Diagnostic[] {
  return []
}

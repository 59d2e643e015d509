// What is told of an object that was checked: each finding at its place, and what is in force instead of a refused one.
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Document } from '../model/document.ts'
import { type Origin, type Path, printOrigin } from '../model/origin.ts'
import type { Checked, Finding } from './check.ts'
import { isStandIn } from './closed.ts'

/** `note` is added to the first error. */
export function tell(checked: Checked, at: (path: Path) => Origin, note = ''): Diagnostic[] {
  const first = checked.findings.find(({ severity }) => severity === 'error')
  return checked.findings.map((finding: Finding) => ({
    code: finding.code,
    severity: finding.severity,
    text: finding === first ? `${finding.text}${note}` : finding.text,
    origin: at(finding.path),
    ...(checked.about === undefined ? {} : { about: checked.about }),
  }))
}

/** Of a refused object: what is in force instead of it. */
export function consequence(instead: Document | undefined): string {
  if (!instead) return '; the object is refused'
  if (isStandIn(instead))
    return '; the object is refused, and what it is about is closed until then'
  return `; the object is refused, its last good version (${printOrigin(instead.at([]))}) stays in force`
}

// Lets in what is valid: an object with an error is replaced by its last good version, or left out if it never had one.
import { compareDiagnostics, type Diagnostic, hasErrors } from '../../model/diagnostic.ts'
import { type Document, nameOf } from '../../model/document.ts'
import { discovered } from '../discovery.ts'
import { validate } from './index.ts'

interface Verdict {
  /** `Kind/namespace/name`. */
  readonly name: string
  readonly diagnostics: readonly Diagnostic[]
  readonly refused: boolean
}

export interface Admission {
  readonly documents: readonly Document[]
  readonly diagnostics: readonly Diagnostic[]
  /** Verdicts by object as read, so that what did not change is not judged again. */
  readonly verdicts: ReadonlyMap<Document, Verdict>
  /** The version in force of each object, by `Kind/namespace/name`. */
  readonly inForce: ReadonlyMap<string, Document>
}

export const NOTHING_ADMITTED: Admission = Object.freeze({
  documents: [],
  diagnostics: [],
  verdicts: new Map(),
  inForce: new Map(),
})

/** More to say of a document than what translation itself knows: certificates need more than pure functions. */
export type Judge = (document: Document) => readonly Diagnostic[]

export function admit(
  previous: Admission,
  documents: readonly Document[],
  judge: Judge = () => [],
): Admission {
  const verdicts = new Map<Document, Verdict>()
  const inForce = new Map<string, Document>()
  const diagnostics: Diagnostic[] = []
  for (const document of documents) {
    const verdict = previous.verdicts.get(document) ?? judged(document, judge)
    verdicts.set(document, verdict)
    const { name } = verdict
    if (verdict.diagnostics.length > 0) diagnostics.push(...verdict.diagnostics)
    if (!verdict.refused) {
      inForce.set(name, document)
      continue
    }
    const lastGood = previous.inForce.get(name)
    if (lastGood) inForce.set(name, lastGood)
    diagnostics.push(consequence(document, lastGood))
  }
  return {
    documents: discovered([...inForce.values()]),
    diagnostics: diagnostics.sort(compareDiagnostics),
    verdicts,
    inForce,
  }
}

function judged(document: Document, judge: Judge): Verdict {
  const diagnostics = [...validate(document), ...judge(document)]
  return { name: nameOf(document), diagnostics, refused: hasErrors(diagnostics) }
}

function consequence(document: Document, lastGood: Document | undefined): Diagnostic {
  const name = nameOf(document)
  return {
    code: 'L0200',
    severity: 'info',
    text: lastGood
      ? `${name} is refused; its last good version stays in force until it is corrected`
      : `${name} is refused and has no effect; there is no earlier version that could stay in force`,
    origin: document.at(['metadata', 'name']),
    about: name,
  }
}

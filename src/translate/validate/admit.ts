// Lets in what is valid: an object with an error is replaced by its last good version, or left out if it never had one.
import { compareDiagnostics, type Diagnostic, hasErrors } from '../../model/diagnostic.ts'
import { type Document, nameOf } from '../../model/document.ts'
import { discovered } from '../discovery.ts'
import { validate } from './index.ts'

interface Verdict {
  /** `Kind/namespace/name`. */
  readonly name: string
  /** As read; absent if that was by an earlier process. */
  readonly document?: Document
  readonly diagnostics: readonly Diagnostic[]
  /** The version in force, if there is any. */
  readonly inForce: Document | undefined
}

export interface Admission {
  readonly documents: readonly Document[]
  readonly diagnostics: readonly Diagnostic[]
  /** One of each object in the order in which they were read, so that what did not change is not judged again. */
  readonly verdicts: readonly Verdict[]
}

export const NOTHING_ADMITTED: Admission = Object.freeze({
  documents: [],
  diagnostics: [],
  verdicts: [],
})

/** What an earlier process had let in, which stays in force for what cannot be understood now. */
export function admittedBefore(documents: readonly Document[]): Admission {
  const verdicts = documents.map((inForce) => ({
    ...{ name: nameOf(inForce), diagnostics: [], inForce },
  }))
  return { ...NOTHING_ADMITTED, verdicts }
}

/** More to say of a document than what translation itself knows: certificates need more than pure functions. */
export type Judge = (document: Document) => readonly Diagnostic[]

export function admit(
  previous: Admission,
  documents: readonly Document[],
  judge: Judge = () => [],
): Admission {
  const before = finder(previous.verdicts)
  const verdicts = documents.map((document, at) => {
    if (previous.verdicts[at]?.document === document) return previous.verdicts[at]
    const name = nameOf(document)
    const last = before(name, at)
    return last?.document === document ? last : judged(name, document, last?.inForce, judge)
  })
  const inForce: Document[] = []
  const diagnostics: Diagnostic[] = []
  for (const verdict of verdicts) {
    if (verdict.inForce) inForce.push(verdict.inForce)
    if (verdict.diagnostics.length > 0) diagnostics.push(...verdict.diagnostics)
  }
  return {
    documents: discovered(inForce),
    diagnostics: diagnostics.sort(compareDiagnostics),
    verdicts,
  }
}

/** By name; most objects are where they were. */
function finder(verdicts: readonly Verdict[]) {
  let byName: Map<string, Verdict> | undefined
  return (name: string, at: number): Verdict | undefined => {
    if (verdicts[at]?.name === name) return verdicts[at]
    byName ??= new Map(verdicts.map((verdict) => [verdict.name, verdict]))
    return byName.get(name)
  }
}

function judged(
  name: string,
  document: Document,
  lastGood: Document | undefined,
  judge: Judge,
): Verdict {
  const diagnostics = [...validate(document), ...judge(document)]
  if (!hasErrors(diagnostics)) return { name, document, diagnostics, inForce: document }
  const all = [...diagnostics, consequence(document, lastGood)]
  return { name, document, diagnostics: all, inForce: lastGood }
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

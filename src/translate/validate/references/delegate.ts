// Delegation between VirtualServices: what cannot be delegated to, and what nobody delegates to.
import type { Diagnostic } from '../../../model/diagnostic.ts'
import { keyOf } from '../../../model/document.ts'
import type { View } from '../../../model/view.ts'
import { delegateKey, withDelegates } from '../../kinds/delegate.ts'
import { reportOn } from '../report.ts'
import type { Known } from './known.ts'

export function delegateReferences(view: View, { virtualServices }: Known): Diagnostic[] {
  const targets = new Set(
    virtualServices
      .filter(({ spec }) => spec.hosts?.length)
      .flatMap((rule) =>
        (rule.spec.http ?? [])
          .filter(({ delegate }) => delegate)
          .map((http) => delegateKey(http, rule)),
      ),
  )
  return virtualServices.flatMap((rule) => {
    const report = reportOn(rule)
    const isDelegate = !rule.spec.hosts?.length
    if (isDelegate && !targets.has(keyOf(rule.metadata))) {
      report.warning(
        'L0238',
        ['spec'],
        'the VirtualService has no hosts and no rule delegates to it: it has no effect',
      )
    }
    const found = withDelegates(view, rule).problems.flatMap(({ code, document, path, text }) => {
      const about = reportOn(document)
      about.warning(code, path, text)
      return about.diagnostics
    })
    return [...report.diagnostics, ...found]
  })
}

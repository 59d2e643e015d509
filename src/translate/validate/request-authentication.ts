// What is wrong with a RequestAuthentication: it is never refused, since then tokens would pass unverified; its parts fail closed.
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Document } from '../../model/document.ts'
import { readKeySet } from '../../model/jwks.ts'
import type { Path } from '../../model/origin.ts'
import type { JwtRule, RequestAuthentication } from '../../model/schema/authorization-policy.ts'
import { isRealHeader } from '../kinds/request-authentication.ts'
import { hasTargetRefs } from '../policy-scope.ts'
import { eachOf, type Report, reportOn } from './report.ts'

export function checkRequestAuthentication(
  document: Document<RequestAuthentication>,
): readonly Diagnostic[] {
  const report = reportOn(document)
  const { spec } = document
  if (hasTargetRefs(spec)) {
    const text =
      'targetRefs name objects of the Gateway API, to which nothing can be bound yet: the policy applies to nothing. Use selector.'
    report.warning('L0251', ['spec', spec.targetRef ? 'targetRef' : 'targetRefs'], text)
  }
  eachOf(spec.jwtRules, ['spec', 'jwtRules'], (rule, path) => checkRule(report, rule, path))
  return report.diagnostics
}

function checkRule(report: Report, rule: JwtRule, path: Path): void {
  if (!rule.issuer) {
    const text =
      'issuer is empty: the rule refuses every token; write the `iss` claim of its tokens'
    report.error('L0292', [...path, 'issuer'], text)
  }
  checkKeys(report, rule, path)
  const ignored = 'is not the name of a header of HTTP and is ignored'
  eachOf(rule.fromHeaders, [...path, 'fromHeaders'], ({ name }, at) => {
    if (!isRealHeader(name)) report.error('L0294', [...at, 'name'], `"${name}" ${ignored}`)
  })
  eachOf(rule.outputClaimToHeaders, [...path, 'outputClaimToHeaders'], ({ header, claim }, at) => {
    if (!isRealHeader(header)) report.error('L0294', [...at, 'header'], `"${header}" ${ignored}`)
    if (!claim) report.error('L0294', [...at, 'claim'], 'the claim is empty: nothing is put out')
  })
  const output = rule.outputPayloadToHeader
  if (output && !isRealHeader(output)) {
    report.error('L0294', [...path, 'outputPayloadToHeader'], `"${output}" ${ignored}`)
  }
}

function checkKeys(report: Report, { jwks, jwksUri, issuer }: JwtRule, path: Path): void {
  const closed = 'every token of the issuer is refused'
  if (jwks) {
    const set = readKeySet(jwks)
    if ('problem' in set) {
      report.error(
        'L0293',
        [...path, 'jwks'],
        `the key set cannot be used: ${set.problem}; ${closed}`,
      )
    }
    return
  }
  const [address, field] = jwksUri ? [jwksUri, 'jwksUri'] : [issuer, 'issuer']
  if (/^https:\/\/[^/]/i.test(address)) return
  if (!/^http:\/\/[^/]/i.test(address)) {
    if (!address) return
    const hint = jwksUri ? '' : ', so its keys cannot be found: give jwks or jwksUri'
    report.error('L0296', [...path, field], `"${address}" is no https URL${hint}; ${closed}`)
    return
  }
  const text = `keys from "${address}" come without TLS: whoever is on the way can replace them; use https`
  report.warning('L0296', [...path, field], text)
}

// What is wrong with an AuthorizationPolicy: rules that cannot be said fail closed, and their author is told.
import type { Code } from '../../model/codes.ts'
import type { Diagnostic, Severity } from '../../model/diagnostic.ts'
import { type Document, nameOf } from '../../model/document.ts'
import type { Path } from '../../model/origin.ts'
import type {
  AuthorizationPolicy,
  AuthorizationRule,
} from '../../model/schema/authorization-policy.ts'
import {
  negated,
  operationAttributes,
  permissionCondition,
  principalCondition,
  type RuleContext,
  sourceAttributes,
} from './attributes.ts'
import { type Attribute, say } from './logic.ts'
import { isEmpty, isVoid } from './rule.ts'

type Report = (code: Code, severity: Severity, path: Path, text: string) => void

/** Everything that can be told from the policy alone (Istio's validation, and what Lotse does not do yet). */
export function checkAuthorizationPolicy(
  document: Document<AuthorizationPolicy>,
  problemOf: (provider: string) => string | undefined = () => undefined,
): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  const report: Report = (code, severity, path, text) => {
    const origin = document.at(['spec', ...path])
    found.push({ code, severity, text, origin, about: nameOf(document) })
  }
  checkPolicy(document, problemOf, report)
  const { namespace } = document.metadata
  const context: RuleContext = { namespace, trustDomains: [], target: 'http' }
  for (const [index, rule] of (document.spec.rules ?? []).entries()) {
    checkRule(rule, ['rules', index], context, effect(document.spec), report)
  }
  return found
}

function checkPolicy(
  { spec, metadata }: Document<AuthorizationPolicy>,
  problemOf: (provider: string) => string | undefined,
  report: Report,
): void {
  const { action = 'ALLOW', rules } = spec
  if (action === 'CUSTOM') {
    const name = spec.provider?.name
    const problem = name ? problemOf(name) : 'action CUSTOM needs a provider with a name'
    const text = `${problem}: every request that the rules match is denied`
    if (problem) report('L0250', 'error', name ? ['provider', 'name'] : ['action'], text)
  } else if (spec.provider) {
    report('L0258', 'error', ['provider'], `a provider is only for action CUSTOM, not ${action}`)
  }
  const targets = spec.targetRef ?? spec.targetRefs
  if (targets) {
    const text =
      'targetRefs name objects of the Gateway API, to which nothing can be bound yet: the policy applies to nothing. Use selector.'
    report('L0251', 'warning', [spec.targetRef ? 'targetRef' : 'targetRefs'], text)
    if (spec.selector)
      report('L0258', 'error', ['selector'], 'selector and targetRefs exclude each other')
  }
  if (!rules?.length && action !== 'ALLOW') {
    const text = `${action} without rules matches nothing; write \`rules: [{}]\` to match every request`
    report('L0252', 'warning', ['rules'], text)
  }
  const dryRun = metadata.annotations['istio.io/dry-run']
  if (dryRun !== undefined && !/^(1|0|t|f|T|F|true|false|True|False|TRUE|FALSE)$/.test(dryRun)) {
    const text = `the annotation istio.io/dry-run is "${dryRun}" and not true or false: the policy is enforced`
    report('L0258', 'error', [], text)
  } else if (dryRun !== undefined && action === 'CUSTOM') {
    const text = 'a policy of action CUSTOM has no dry run: it is enforced'
    report('L0258', 'warning', [], text)
  }
}

/** What a rule that says something invalid does instead. */
function effect(spec: AuthorizationPolicy): string {
  return (spec.action ?? 'ALLOW') === 'ALLOW'
    ? 'the rule allows nothing'
    : 'the rule matches without regard to it'
}

function checkRule(
  rule: AuthorizationRule,
  path: Path,
  context: RuleContext,
  instead: string,
  report: Report,
): void {
  const empty = (field: Path, what: string) =>
    report('L0255', 'error', [...path, ...field], `${what} is empty, it names nothing: ${instead}`)
  if (rule.from?.length === 0) empty(['from'], 'from')
  if (rule.to?.length === 0) empty(['to'], 'to')
  for (const [index, { source }] of (rule.from ?? []).entries()) {
    const at = ['from', index, 'source']
    if (isEmpty(source)) empty(at, 'source')
    if (source) checkValues(sourceAttributes(source, context), [...path, ...at], instead, report)
    if (source?.serviceAccounts && (source.principals || source.namespaces)) {
      const text = 'serviceAccounts cannot stand beside principals or namespaces; use one of them'
      report('L0258', 'error', [...path, ...at, 'serviceAccounts'], text)
    }
    checkPrincipals(source?.principals, [...path, ...at, 'principals'], report)
    checkPrincipals(source?.notPrincipals, [...path, ...at, 'notPrincipals'], report)
  }
  for (const [index, { operation }] of (rule.to ?? []).entries()) {
    const at = ['to', index, 'operation']
    if (isEmpty(operation)) empty(at, 'operation')
    if (operation) {
      checkValues(operationAttributes(operation, context), [...path, ...at], instead, report)
    }
  }
  for (const [index, condition] of (rule.when ?? []).entries()) {
    const at = [...path, 'when', index]
    const attribute = principalCondition(condition, context) ?? permissionCondition(condition)
    if (isVoid(condition)) empty(['when', index], 'the condition')
    if (attribute) checkValues([attribute], at, instead, report)
    else {
      const text = `"${condition.key}" is not a key of a condition: ${instead}. Keys are source.ip, request.headers[NAME], request.auth.claims[NAME] and others of Istio's list.`
      report('L0254', 'error', [...at, 'key'], text)
    }
  }
}

function checkValues(
  attributes: readonly Attribute<unknown>[],
  path: Path,
  instead: string,
  report: Report,
): void {
  for (const { field, values, notValues, term } of attributes) {
    for (const [name, list] of [
      [field, values],
      [negated(field), notValues],
    ] as const) {
      for (const [index, value] of list.entries()) {
        if (say(value, term) !== undefined) continue
        const text = `"${value}" is not valid in ${name}: ${instead}`
        report('L0253', 'error', [...path, name, index], text)
      }
    }
  }
}

function checkPrincipals(
  principals: readonly string[] | undefined,
  path: Path,
  report: Report,
): void {
  for (const [index, principal] of (principals ?? []).entries()) {
    if (!principal.startsWith('spiffe://')) continue
    const text = `principals are written without spiffe://, so this one never matches; write ${principal.slice(9)}`
    report('L0256', 'warning', [...path, index], text)
  }
}

// One rule of an AuthorizationPolicy as one policy of Envoy's RBAC: any `from`, any `to`, and every `when`.
import type { Permission, Policy, Principal } from '../../../proto/envoy.d.ts'
import type {
  AuthorizationRule,
  Condition,
  Operation,
  Source,
} from '../../model/schema/authorization-policy.ts'
import {
  operationAttributes,
  permissionCondition,
  principalCondition,
  type RuleContext,
  sourceAttributes,
} from './attributes.ts'
import { type Attribute, conjunction, type Doubt, PERMISSIONS, PRINCIPALS } from './logic.ts'

/** A policy of Envoy's that no request meets. */
export const NEVER: Policy = Object.freeze({
  permissions: [PERMISSIONS.not(PERMISSIONS.any)],
  principals: [PRINCIPALS.not(PRINCIPALS.any)],
})

/** Undefined if the rule opens something (`narrow`) and says what cannot be checked: then it opens nothing. */
export function rulePolicy(
  rule: AuthorizationRule,
  context: RuleContext,
  doubt: Doubt,
): Policy | undefined {
  const conditions = sortedConditions(rule.when ?? [], context)
  if (doubt === 'narrow' && (conditions.unknown || rule.when?.some(isVoid))) return undefined
  const principals = alternatives(rule.from, doubt, (from) => {
    if (isEmpty(from?.source) && from && doubt === 'narrow') return undefined
    const own = from?.source ? sourceAttributes(from.source, context) : []
    return conjunction<Principal>(PRINCIPALS, [...own, ...conditions.principal], doubt)
  })
  const permissions = alternatives(rule.to, doubt, (to) => {
    if (isEmpty(to?.operation) && to && doubt === 'narrow') return undefined
    const own = to?.operation ? operationAttributes(to.operation, context) : []
    return conjunction<Permission>(PERMISSIONS, [...own, ...conditions.permission], doubt)
  })
  return principals && permissions ? { permissions, principals } : undefined
}

/** One term for each entry of a list, or one for the list that is absent; undefined if one cannot be said. */
function alternatives<Entry, T>(
  entries: readonly Entry[] | undefined,
  doubt: Doubt,
  term: (entry: Entry | undefined) => T | undefined,
): T[] | undefined {
  // An empty list names nobody: Istio refuses it, so a rule that opens must not read it as "anybody".
  if (entries?.length === 0 && doubt === 'narrow') return undefined
  const all: readonly (Entry | undefined)[] = entries?.length ? entries : [undefined]
  const terms: T[] = []
  for (const entry of all) {
    const said = term(entry)
    if (said === undefined) return undefined
    terms.push(said)
  }
  return terms
}

interface SortedConditions {
  readonly principal: readonly Attribute<Principal>[]
  readonly permission: readonly Attribute<Permission>[]
  /** A key was not understood. */
  readonly unknown: boolean
}

function sortedConditions(when: readonly Condition[], context: RuleContext): SortedConditions {
  const principal: Attribute<Principal>[] = []
  const permission: Attribute<Permission>[] = []
  let unknown = false
  for (const condition of when) {
    const caller = principalCondition(condition, context)
    const callee = permissionCondition(condition)
    if (caller) principal.push(caller)
    else if (callee) permission.push(callee)
    else unknown = true
  }
  return { principal, permission, unknown }
}

/** Whether a condition has nothing to compare with. */
export function isVoid(condition: Condition): boolean {
  return !condition.values?.length && !condition.notValues?.length
}

/** Whether a source or an operation says nothing. */
export function isEmpty(part: Source | Operation | undefined): boolean {
  return Object.values(part ?? {}).every((list) => list === undefined || list.length === 0)
}

// And, or, not for permissions and for principals alike, and what to do with what cannot be said.
import type { Permission, Principal } from '../../../proto/envoy.d.ts'

export interface Logic<T> {
  readonly any: T
  all(terms: readonly T[]): T
  some(terms: readonly T[]): T
  not(term: T): T
}

export const PERMISSIONS: Logic<Permission> = {
  any: { any: true },
  all: (rules) => one(rules) ?? { and_rules: { rules } },
  some: (rules) => one(rules) ?? { or_rules: { rules } },
  not: (rule) => ({ not_rule: rule }),
}

export const PRINCIPALS: Logic<Principal> = {
  any: { any: true },
  all: (ids) => one(ids) ?? { and_ids: { ids } },
  some: (ids) => one(ids) ?? { or_ids: { ids } },
  not: (id) => ({ not_id: id }),
}

function one<T>(terms: readonly T[]): T | undefined {
  return terms.length === 1 ? terms[0] : undefined
}

/** One attribute of a request with the values a rule wants and those it does not want. */
export interface Attribute<T> {
  /** Name of the list of wanted values, as `paths`. */
  readonly field: string
  readonly values: readonly string[]
  readonly notValues: readonly string[]
  /** Undefined: this value cannot be said (it is invalid, or the chain has no HTTP). */
  readonly term: (value: string) => T | undefined
}

/**
 * What Envoy cannot check: a rule that opens is dropped whole (`narrow`), a rule that closes loses the condition and so
 * matches more (`widen`). Either way nothing is opened by mistake.
 */
export type Doubt = 'narrow' | 'widen'

/** All attributes hold; undefined if the rule has to be dropped. */
export function conjunction<T>(
  logic: Logic<T>,
  attributes: readonly (Attribute<T> | undefined)[],
  doubt: Doubt,
): T | undefined {
  const terms: T[] = []
  for (const attribute of attributes) {
    const said = attribute && conditions(logic, attribute)
    if (said) terms.push(...said.terms)
    if (!said?.whole && doubt === 'narrow') return undefined
  }
  return terms.length === 0 ? logic.any : logic.all(terms)
}

function conditions<T>(logic: Logic<T>, attribute: Attribute<T>): { terms: T[]; whole: boolean } {
  const wanted = all(attribute.values, attribute.term)
  const unwanted = all(attribute.notValues, attribute.term)
  const terms: T[] = []
  if (wanted?.length) terms.push(logic.some(wanted))
  if (unwanted?.length) terms.push(logic.not(logic.some(unwanted)))
  return { terms, whole: wanted !== undefined && unwanted !== undefined }
}

function all<T>(
  values: readonly string[],
  term: (value: string) => T | undefined,
): readonly T[] | undefined {
  const terms: T[] = []
  for (const value of values) {
    const said = say(value, term)
    if (said === undefined) return undefined
    terms.push(said)
  }
  return terms
}

/** The term for one value; an empty value says nothing. */
export function say<T>(value: string, term: (value: string) => T | undefined): T | undefined {
  return value === '' ? undefined : term(value)
}

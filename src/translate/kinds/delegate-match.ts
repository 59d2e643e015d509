// Matches of a rule that is delegated to: each must lie within a match of the rule that delegates, and both hold together.
import type { StringMatch } from '../../model/schema/match.ts'
import type { HttpMatchRequest } from '../../model/schema/virtual-service.ts'

/** One match of the result with the places of its two halves. */
export interface MergedMatch {
  readonly match: HttpMatchRequest
  /** Index in the delegating rule. */
  readonly outer?: number
  /** Index in the rule delegated to. */
  readonly own?: number
}

export interface Matches {
  readonly list: readonly HttpMatchRequest[] | undefined
  /** Gateways without a namespace are of this one. */
  readonly namespace: string
}

/** Every pair that fits together, in the order of the delegate's; undefined if one of the delegate's fits nowhere (Istio). */
export function mergeMatches(outer: Matches, own: Matches): readonly MergedMatch[] | undefined {
  const outers = (outer.list ?? []).map((match) => withFullGateways(match, outer.namespace))
  const owns = (own.list ?? []).map((match) => withFullGateways(match, own.namespace))
  if (outers.length === 0) return owns.map((match, index) => ({ match, own: index }))
  if (owns.length === 0) return outers.map((match, index) => ({ match, outer: index }))
  const merged: MergedMatch[] = []
  for (const [index, inner] of owns.entries()) {
    const fitting = outers.flatMap((wide, number) =>
      contradict(wide, inner) ? [] : [{ match: join(wide, inner), outer: number, own: index }],
    )
    if (fitting.length === 0) return undefined
    merged.push(...fitting)
  }
  return merged
}

function withFullGateways(match: HttpMatchRequest, namespace: string): HttpMatchRequest {
  if (!match.gateways?.length) return match
  const full = (name: string) =>
    name === 'mesh' || name.includes('/') ? name : `${namespace}/${name}`
  return { ...match, gateways: match.gateways.map(full) }
}

const TEXTS = ['uri', 'scheme', 'method', 'authority'] as const
const MAPS = ['headers', 'withoutHeaders', 'queryParams'] as const

function contradict(wide: HttpMatchRequest, narrow: HttpMatchRequest): boolean {
  if (TEXTS.some((field) => !lies(narrow[field], wide[field]))) return true
  const entries = MAPS.flatMap((field) =>
    Object.entries(narrow[field] ?? {}).map(
      ([name, match]) => [match, wide[field]?.[name]] as const,
    ),
  )
  if (entries.some(([match, within]) => !lies(match, within))) return true
  const bothUris = wide.uri !== undefined && narrow.uri !== undefined
  if (bothUris && (wide.ignoreUriCase ?? false) !== (narrow.ignoreUriCase ?? false)) return true
  if (wide.port && narrow.port && wide.port !== narrow.port) return true
  const { sourceNamespace } = narrow
  if (wide.sourceNamespace && sourceNamespace && wide.sourceNamespace !== sourceNamespace)
    return true
  const labels = Object.entries(narrow.sourceLabels ?? {})
  if (labels.some(([name, value]) => (wide.sourceLabels?.[name] ?? value) !== value)) return true
  const gateways = wide.gateways ?? []
  return gateways.length > 0 && (narrow.gateways ?? []).some((name) => !gateways.includes(name))
}

/** Whether all that `narrow` takes is surely taken by `wide`; what a regular expression takes nobody knows, unless they are equal. */
function lies(narrow: StringMatch | undefined, wide: StringMatch | undefined): boolean {
  if (!narrow || !wide) return true
  if (wide.regex !== undefined || narrow.regex !== undefined) return wide.regex === narrow.regex
  if (wide.exact !== undefined) return narrow.exact === wide.exact
  if (wide.prefix !== undefined) {
    return (narrow.exact ?? narrow.prefix ?? '').startsWith(wide.prefix)
  }
  return true
}

function join(wide: HttpMatchRequest, narrow: HttpMatchRequest): HttpMatchRequest {
  const name = [wide.name, narrow.name].filter(Boolean).join('-')
  const joined: HttpMatchRequest = { ...wide, ...narrow }
  const maps = Object.fromEntries(
    [...MAPS, 'sourceLabels' as const]
      .filter((field) => wide[field] || narrow[field])
      .map((field) => [field, { ...wide[field], ...narrow[field] }]),
  )
  return {
    ...joined,
    ...maps,
    ...(name ? { name } : {}),
    ...(narrow.gateways?.length ? {} : wide.gateways ? { gateways: wide.gateways } : {}),
  }
}

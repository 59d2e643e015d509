// Delegation: a rule of one VirtualService hands its requests to the rules of another, one level deep; the result is one rule list.
import type { Code } from '../../model/codes.ts'
import { type Document, keyOf } from '../../model/document.ts'
import { fullName } from '../../model/host.ts'
import { memo } from '../../model/memo.ts'
import type { Path } from '../../model/origin.ts'
import type { Destination, HttpRoute, VirtualService } from '../../model/schema/virtual-service.ts'
import { isExported } from '../../model/service.ts'
import type { View } from '../../model/view.ts'
import { meshConfig } from '../mesh-config.ts'
import { type MergedMatch, mergeMatches } from './delegate-match.ts'

type Rule = Document<VirtualService>

export interface DelegationProblem {
  readonly code: Code
  /** The object that it is about. */
  readonly document: Rule
  readonly path: Path
  readonly text: string
}

/** A VirtualService as it is used: nothing in it delegates any more. */
export interface Delegated {
  /** Its paths lead to the lines of the delegates where these decide. The identical object if nothing delegates. */
  readonly document: Rule
  readonly problems: readonly DelegationProblem[]
}

/** What a root rule may give to the rules it delegates to, each as a whole; the delegate's own value stands above it (Istio). */
const INHERITED = [
  'rewrite',
  'timeout',
  'retries',
  'fault',
  'mirror',
  'mirrors',
  'mirrorPercent',
  'mirrorPercentage',
  'corsPolicy',
  'headers',
] as const

/** One rule of the result, and where its parts were written. */
interface Merged {
  readonly rule: HttpRoute
  readonly from: Rule
  readonly index: number
  readonly inherited?: {
    readonly index: number
    readonly fields: ReadonlySet<string>
    readonly matches: readonly MergedMatch[]
  }
}

/** Puts the delegates' rules in the places of the rules that delegate to them. A delegate itself (no hosts) cannot delegate. */
export const withDelegates = memo((view: View, root: Rule): Delegated => {
  const rules = root.spec.http ?? []
  if (!rules.some(({ delegate }) => delegate)) return { document: root, problems: [] }
  const problems: DelegationProblem[] = []
  const merged = rules.flatMap((rule, index): Merged[] => {
    if (!rule.delegate) return [{ rule, from: root, index }]
    const found = delegateOf(view, root, rule, index)
    if ('code' in found) {
      problems.push(found)
      return []
    }
    return (found.spec.http ?? []).flatMap((own, number) => {
      // What delegates further is told where it stands, once.
      if (own.delegate) return []
      const result = mergeRules(root, { rule, index }, found, { rule: own, index: number })
      if ('code' in result) problems.push(result)
      return 'code' in result ? [] : [result]
    })
  })
  return Object.freeze({ document: composed(root, merged), problems })
})

/** `namespace/name` of what a rule delegates to; without a namespace, the rule's own. */
export function delegateKey({ delegate }: HttpRoute, root: Rule): string {
  const { namespace = '', name = '' } = delegate ?? {}
  return keyOf({ namespace: namespace || root.metadata.namespace, name })
}

const GOES_ON = '; requests that the rule matches go on to the rules after it'

function delegateOf(
  view: View,
  root: Rule,
  rule: HttpRoute,
  index: number,
): Rule | DelegationProblem {
  const problem = (code: Code, text: string): DelegationProblem => ({
    code,
    document: root,
    path: ['spec', 'http', index, 'delegate'],
    text,
  })
  if (!root.spec.hosts?.length) {
    const text = 'a VirtualService without hosts is itself delegated to and cannot delegate further'
    return problem('L0235', `${text}: the rule is left out`)
  }
  const key = delegateKey(rule, root)
  const found = view.get('VirtualService', key)
  if (!found) return problem('L0234', `there is no VirtualService ${key} to delegate to${GOES_ON}`)
  if (found.spec.hosts?.length) {
    const text = `${key} has hosts of its own, so it cannot be delegated to: remove them`
    return problem('L0234', `${text}${GOES_ON}`)
  }
  const { namespace } = root.metadata
  const exportTo = found.spec.exportTo?.length
    ? found.spec.exportTo
    : meshConfig(view).defaultVirtualServiceExportTo
  if (!isExported(exportTo, found.metadata.namespace, namespace)) {
    const text = `${key} is not exported to the namespace ${namespace}: add it to its exportTo`
    return problem('L0234', `${text}${GOES_ON}`)
  }
  return found
}

interface Numbered {
  readonly rule: HttpRoute
  readonly index: number
}

function mergeRules(
  root: Rule,
  outer: Numbered,
  found: Rule,
  own: Numbered,
): Merged | DelegationProblem {
  const matches = mergeMatches(
    { list: outer.rule.match, namespace: root.metadata.namespace },
    { list: own.rule.match, namespace: found.metadata.namespace },
  )
  if (!matches) {
    const text =
      'the rule matches requests that the rule delegating to it ' +
      `(http[${outer.index}] of ${keyOf(root.metadata)}) does not: it is left out. Match only what lies within that rule's match`
    const path = ['spec', 'http', own.index, 'match']
    return { code: 'L0236', document: found, path, text } satisfies DelegationProblem
  }
  const fields = new Set<string>(
    INHERITED.filter((name) => own.rule[name] === undefined && outer.rule[name] !== undefined),
  )
  const name = [outer.rule.name, own.rule.name].filter(Boolean).join('-')
  const { match: _, ...rest } = qualified(own.rule, found.metadata.namespace)
  const rule: HttpRoute = {
    ...rest,
    ...Object.fromEntries(
      [...fields].map((field) => [field, outer.rule[field as keyof HttpRoute]]),
    ),
    ...(name ? { name } : {}),
    ...(matches.length > 0 ? { match: matches.map(({ match }) => match) } : {}),
  }
  return { rule, from: found, index: own.index, inherited: { index: outer.index, fields, matches } }
}

/** Short names mean the delegate's namespace, so they are written out before the rule becomes the root's (X1). */
function qualified(rule: HttpRoute, namespace: string): HttpRoute {
  const full = (destination: Destination): Destination => ({
    ...destination,
    host: fullName(destination.host, namespace),
  })
  return {
    ...rule,
    ...(rule.route
      ? { route: rule.route.map((one) => ({ ...one, destination: full(one.destination) })) }
      : {}),
    ...(rule.mirror ? { mirror: full(rule.mirror) } : {}),
    ...(rule.mirrors
      ? { mirrors: rule.mirrors.map((one) => ({ ...one, destination: full(one.destination) })) }
      : {}),
  }
}

function composed(root: Rule, merged: readonly Merged[]): Rule {
  return Object.freeze({
    ...root,
    spec: Object.freeze({ ...root.spec, http: merged.map(({ rule }) => rule) }),
    at: (path: Path) => {
      const [spec, http, index, ...rest] = path
      const part = spec === 'spec' && http === 'http' ? merged[Number(index)] : undefined
      return part && index !== undefined ? originIn(root, part, rest) : root.at(path)
    },
  })
}

function originIn(root: Rule, { from, index, inherited }: Merged, rest: Path) {
  const own = ['spec', 'http', index]
  const [field, number, ...deeper] = rest
  if (!inherited || field === undefined) return from.at([...own, ...rest])
  const outer = ['spec', 'http', inherited.index]
  if (field !== 'match') {
    return inherited.fields.has(String(field))
      ? root.at([...outer, ...rest])
      : from.at([...own, ...rest])
  }
  const match = inherited.matches[Number(number)]
  if (!match) return from.at(own)
  return match.own === undefined
    ? root.at([...outer, 'match', match.outer ?? 0, ...deeper])
    : from.at([...own, 'match', match.own, ...deeper])
}

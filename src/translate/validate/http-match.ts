// Match blocks of HTTP rules, and which rules they hide.
import type { Path } from '../../model/origin.ts'
import type {
  HttpMatchRequest,
  HttpRoute,
  VirtualService,
} from '../../model/schema/virtual-service.ts'
import { claimPath } from '../route/match.ts'
import { checkGatewayName, checkSelector } from './host.ts'
import { eachEntry, eachOf, type Report } from './report.ts'
import { checkHeaderName, checkPort, checkStringMatch } from './value.ts'

export function checkHttpMatch(
  report: Report,
  match: HttpMatchRequest,
  path: Path,
  spec: VirtualService,
): void {
  for (const field of ['uri', 'scheme', 'method', 'authority'] as const) {
    const star = field !== 'uri'
    checkStringMatch(report, match[field], [...path, field], { star })
  }
  for (const field of ['headers', 'withoutHeaders'] as const) {
    eachEntry(match[field], [...path, field], (name, value, at) => {
      if (name.startsWith('@')) checkClaim(report, name, at, spec)
      else checkHeaderName(report, name, at)
      checkStringMatch(report, value, at, { star: true })
    })
  }
  eachEntry(match.queryParams, [...path, 'queryParams'], (name, value, at) => {
    if (name === '') report.error('L0211', at, 'a query parameter without a name matches nothing')
    checkStringMatch(report, value, at, { star: true })
  })
  checkWhere(report, match, path, spec)
  if (match.ignoreUriCase && match.uri?.regex) {
    report.warning(
      'L0238',
      [...path, 'ignoreUriCase'],
      'ignoreUriCase does nothing for a regex: write (?i) at its beginning',
    )
  }
}

/** What the control plane itself decides on: port, gateways, and the client. */
export function checkWhere(
  report: Report,
  match: Pick<HttpMatchRequest, 'port' | 'gateways' | 'sourceLabels' | 'sourceNamespace'>,
  path: Path,
  spec: VirtualService,
): void {
  if (match.port !== undefined) checkPort(report, match.port, [...path, 'port'])
  checkSelector(report, match.sourceLabels, [...path, 'sourceLabels'])
  eachOf(match.gateways, [...path, 'gateways'], (name, at) => checkGatewayName(report, name, at))
  if (!match.gateways?.length) return
  const bound = spec.gateways?.length ? spec.gateways : ['mesh']
  const bare = (name: string) => name.slice(name.indexOf('/') + 1)
  eachOf(match.gateways, [...path, 'gateways'], (name, at) => {
    if (bound.some((other) => other === name || bare(other) === bare(name))) return
    report.warning(
      'L0219',
      at,
      `the rule is not bound to the gateway "${name}", so this never matches: add it to spec.gateways`,
    )
  })
  for (const field of ['sourceLabels', 'sourceNamespace'] as const) {
    if (match[field] === undefined) continue
    report.warning(
      'L0238',
      [...path, field],
      `${field} is not looked at in a match that has gateways (Istio): remove one of the two`,
    )
  }
}

function checkClaim(report: Report, name: string, path: Path, spec: VirtualService): void {
  if (!claimPath(name)) {
    report.error(
      'L0216',
      path,
      `"${name}" does not name a claim: write @request.auth.claims.NAME or @request.auth.claims[NAME]`,
    )
  } else if (!spec.gateways?.some((gateway) => gateway !== 'mesh')) {
    report.error(
      'L0219',
      path,
      'claims of a token can be matched at gateways only: bind the rule to one, or match a header that the token is copied to',
    )
  }
}

/** Rules and match blocks behind one that takes every request, or behind one that is equal. */
export function checkReach(report: Report, http: readonly HttpRoute[] | undefined): void {
  const path = ['spec', 'http']
  let hidden: number | undefined
  const seen = new Map<string, number>()
  eachOf(http, path, (rule, at, index) => {
    if (hidden !== undefined) {
      report.warning(
        'L0215',
        at,
        `rule ${index} is never reached: rule ${hidden} before it takes every request. Move that one to the end`,
      )
      return
    }
    // What is delegated to may match less.
    if (rule.delegate) return
    const blocks = rule.match?.length ? rule.match : [{}]
    for (const [number, block] of blocks.entries()) {
      const place = rule.match?.length ? [...at, 'match', number] : at
      if (hidden !== undefined) {
        report.warning(
          'L0215',
          place,
          'this match is never reached: one before it in the same rule takes every request',
        )
        continue
      }
      const { name: _, ...conditions } = block as HttpMatchRequest
      const key = canonical(conditions)
      const first = seen.get(key)
      if (first === undefined) seen.set(key, index)
      else
        report.warning(
          'L0215',
          place,
          `this match is never reached: rule ${first} has the same one`,
        )
      if (takesEverything(block)) hidden = index
    }
  })
}

function takesEverything(match: HttpMatchRequest): boolean {
  const { uri, name: _, ignoreUriCase: __, statPrefix: ___, ...rest } = match
  const isEmpty = Object.values(rest).every(
    (value) => typeof value === 'object' && value !== null && Object.keys(value).length === 0,
  )
  const anyPath = !uri || uri.prefix === '/' || uri.regex === '.*' || Object.keys(uri).length === 0
  return isEmpty && anyPath
}

/** Equal for equal content, whatever the order of keys. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? ''
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, field]) => `${key}:${canonical(field)}`).join()}}`
}

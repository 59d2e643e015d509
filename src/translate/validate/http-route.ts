// An HTTPRoute by itself: what its own definition in a cluster checks, and files come without; and what Envoy could not do.
import type { Path } from '../../model/origin.ts'
import type {
  HeaderModifier,
  PathModifier,
  RouteFilter,
  RouteRule,
  RouteRuleMatch,
} from '../../model/schema/http-route.ts'
import type { DocumentOf } from '../../model/schema/index.ts'
import { isPrefix } from '../gateway-api/path.ts'
import { REDIRECT_CODES } from '../route/redirect.ts'
import { checkRouteHost } from './kubernetes-gateway.ts'
import { eachOf, type Report, repeats } from './report.ts'
import { checkHeaderName, checkRegex } from './value.ts'

export function checkHttpRoute(report: Report, { spec }: DocumentOf<'HTTPRoute'>): void {
  eachOf(spec.hostnames, ['spec', 'hostnames'], (host, path) => checkRouteHost(report, host, path))
  eachOf(spec.rules, ['spec', 'rules'], (rule, path) => checkRule(report, rule, path))
}

function checkRule(report: Report, rule: RouteRule, path: Path): void {
  const { matches, filters = [], backendRefs = [] } = rule
  eachOf(matches, [...path, 'matches'], (match, at) => checkMatch(report, match, at))
  checkFilters(report, filters, path)
  eachOf(backendRefs, [...path, 'backendRefs'], (backend, at) =>
    checkFilters(report, backend.filters ?? [], at),
  )
  const redirect = filters.findIndex(({ type }) => type === 'RequestRedirect')
  if (redirect >= 0 && backendRefs.length > 0) {
    const text = 'a rule that redirects sends nothing to backends: remove one of both'
    report.error('L0205', [...path, 'filters', redirect], text)
  }
  if (redirect >= 0 && filters.some(({ type }) => type === 'URLRewrite')) {
    const text = 'a rule that redirects cannot rewrite: remove one of both'
    report.error('L0205', [...path, 'filters', redirect], text)
  }
  eachOf(filters, [...path, 'filters'], ({ requestRedirect, urlRewrite }, at) => {
    checkModifier(report, requestRedirect?.path, matches, [...at, 'requestRedirect', 'path'])
    checkModifier(report, urlRewrite?.path, matches, [...at, 'urlRewrite', 'path'])
  })
}

/** What the text after it may not have: Envoy would take it as another path. */
const NO_PATH = /\/\/|\/\.\.?(\/|$)|%2f|#/i

function checkMatch(
  report: Report,
  { path, headers, queryParams }: RouteRuleMatch,
  at: Path,
): void {
  const { type = 'PathPrefix', value = '/' } = path ?? {}
  const where = [...at, 'path', 'value']
  if (type === 'RegularExpression') checkRegex(report, value, where)
  else if (!value.startsWith('/')) {
    report.error('L0211', where, `the path "${value}" does not begin with a slash`)
  } else if (NO_PATH.test(value)) {
    const text = `"${value}" is not a path that a request can have: no //, /./, /../, %2f or #`
    report.error('L0211', where, text)
  }
  for (const [field, list] of Object.entries({ headers, queryParams })) {
    eachOf(list, [...at, field], (one, path) => {
      if (one.type === 'RegularExpression') checkRegex(report, one.value, [...path, 'value'])
      if (field === 'headers') checkHeaderName(report, one.name, [...path, 'name'])
    })
  }
}

const FIELDS: Readonly<Record<RouteFilter['type'], keyof RouteFilter>> = {
  RequestHeaderModifier: 'requestHeaderModifier',
  ResponseHeaderModifier: 'responseHeaderModifier',
  RequestMirror: 'requestMirror',
  RequestRedirect: 'requestRedirect',
  URLRewrite: 'urlRewrite',
  CORS: 'cors',
  ExtensionRef: 'extensionRef',
  ExternalAuth: 'externalAuth',
}

function checkFilters(report: Report, filters: readonly RouteFilter[], owner: Path): void {
  const path = [...owner, 'filters']
  eachOf(filters, path, (filter, at) => {
    const field = FIELDS[filter.type]
    if (filter[field] === undefined && field !== 'externalAuth') {
      report.error('L0106', at, `a filter of the type ${filter.type} needs ${field}`)
    }
    const other = Object.keys(filter).find((key) => key !== 'type' && key !== field)
    if (other) {
      report.error('L0205', [...at, other], `a filter of the type ${filter.type} has no ${other}`)
    }
    checkHeaders(report, filter.requestHeaderModifier, [...at, 'requestHeaderModifier'])
    checkHeaders(report, filter.responseHeaderModifier, [...at, 'responseHeaderModifier'])
    const { statusCode } = filter.requestRedirect ?? {}
    if (statusCode !== undefined && !REDIRECT_CODES.has(statusCode)) {
      const codes = [...REDIRECT_CODES.keys()].join(', ')
      const text = `${statusCode} is not a status that redirects: use one of ${codes}`
      report.error('L0207', [...at, 'requestRedirect', 'statusCode'], text)
    }
    const { fraction } = filter.requestMirror ?? {}
    if (fraction && fraction.numerator > (fraction.denominator ?? 100)) {
      const text = 'the numerator is larger than the denominator'
      report.error('L0206', [...at, 'requestMirror', 'fraction'], text)
    }
  })
  for (const [index] of repeats(filters, ({ type }) =>
    type === 'RequestMirror' ? undefined : type,
  )) {
    const text = `there is a filter of the type ${filters[index]!.type} already: only RequestMirror may stand several times`
    report.error('L0205', [...path, index], text)
  }
}

function checkHeaders(report: Report, modifier: HeaderModifier | undefined, path: Path): void {
  for (const field of ['set', 'add'] as const) {
    eachOf(modifier?.[field], [...path, field], ({ name, value }, at) => {
      checkHeaderName(report, name, [...at, 'name'])
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
      if (/[\u0000\r\n]/.test(value)) {
        report.error('L0216', [...at, 'value'], 'the value of a header cannot have line breaks')
      }
    })
  }
  eachOf(modifier?.remove, [...path, 'remove'], (name, at) => checkHeaderName(report, name, at))
}

/** A prefix can be replaced only where the rule has exactly one match, which is a prefix. */
function checkModifier(
  report: Report,
  modifier: PathModifier | undefined,
  matches: RouteRule['matches'],
  path: Path,
): void {
  if (!modifier) return
  const { type, replaceFullPath, replacePrefixMatch } = modifier
  const field = type === 'ReplaceFullPath' ? 'replaceFullPath' : 'replacePrefixMatch'
  const other = field === 'replaceFullPath' ? replacePrefixMatch : replaceFullPath
  if (modifier[field] === undefined || other !== undefined) {
    report.error('L0218', path, `with the type ${type} there must be ${field}, and nothing else`)
  }
  if (type !== 'ReplacePrefixMatch') return
  if ((matches ?? []).length <= 1 && isPrefix(matches?.[0]?.path)) return
  const text =
    'a prefix can be replaced only in a rule with exactly one match, of the type PathPrefix'
  report.error('L0218', path, text)
}

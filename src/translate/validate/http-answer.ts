// That an HTTP rule does exactly one thing: send on, redirect or answer.
import type { Path } from '../../model/origin.ts'
import type { HttpRoute } from '../../model/schema/virtual-service.ts'
import { REDIRECT_CODES } from '../route/redirect.ts'
import type { Report } from './report.ts'
import { checkPort, checkRegex } from './value.ts'

/** Istio's limit. */
const LARGEST_BODY = 1024 * 1024

export function checkAnswers(report: Report, rule: HttpRoute, path: Path): void {
  const given = (['route', 'redirect', 'directResponse', 'delegate'] as const).filter((field) => {
    const value = rule[field]
    return Array.isArray(value) ? value.length > 0 : value !== undefined
  })
  if (given.length === 0) {
    report.error(
      'L0205',
      path,
      'the rule has no route, redirect or directResponse: say what becomes of its requests',
    )
  } else if (given.length > 1) {
    report.error('L0205', path, `the rule has ${given.join(' and ')}: keep one, or make two rules`)
  }
  if (given[0] === 'redirect' || given[0] === 'directResponse')
    checkAlone(report, rule, given[0], path)
  checkRedirect(report, rule, [...path, 'redirect'])
  checkRewrite(report, rule, [...path, 'rewrite'])
  const { directResponse } = rule
  const body = directResponse?.body?.string ?? directResponse?.body?.bytes ?? ''
  if (body.length > LARGEST_BODY) {
    report.error(
      'L0218',
      [...path, 'directResponse', 'body'],
      'the body is longer than 1 MiB: let a service answer',
    )
  }
}

/** The proxy answers by itself: what concerns a destination says nothing. */
function checkAlone(report: Report, rule: HttpRoute, answer: string, path: Path): void {
  for (const field of ['rewrite', 'fault'] as const) {
    if (rule[field] === undefined) continue
    report.error('L0205', [...path, field], `a rule with ${answer} cannot have ${field}: remove it`)
  }
  for (const field of ['timeout', 'retries', 'mirror', 'mirrors'] as const) {
    if (rule[field] === undefined) continue
    report.warning(
      'L0238',
      [...path, field],
      `${field} does nothing in a rule with ${answer}, whose requests go nowhere`,
    )
  }
}

function checkRedirect(report: Report, { redirect, match }: HttpRoute, path: Path): void {
  if (!redirect) return
  const { uri, prefixRewrite, authority, scheme, port, derivePort, redirectCode } = redirect
  if (!uri && !prefixRewrite && !authority && !scheme && !port && !derivePort) {
    report.error(
      'L0218',
      path,
      'the redirect leads back to the same place for ever: give it uri, authority, scheme or port',
    )
  }
  if (port !== undefined) checkPort(report, port, [...path, 'port'])
  if (authority && /\s|\//.test(authority)) {
    report.error(
      'L0218',
      [...path, 'authority'],
      `"${authority}" is not a host: no scheme, no path, no spaces`,
    )
  }
  if (redirectCode !== undefined && !REDIRECT_CODES.has(redirectCode)) {
    const codes = [...REDIRECT_CODES.keys()].join(', ')
    report.error(
      'L0207',
      [...path, 'redirectCode'],
      `Envoy cannot redirect with ${redirectCode}, only with ${codes}`,
    )
  }
  if (prefixRewrite && match?.some((block) => block.uri && block.uri.prefix === undefined)) {
    report.error(
      'L0218',
      [...path, 'prefixRewrite'],
      'prefixRewrite replaces a prefix, but the rule matches an exact path or a regex: use uri',
    )
  }
}

function checkRewrite(report: Report, { rewrite, match }: HttpRoute, path: Path): void {
  if (!rewrite) return
  const { uri, authority, uriRegexRewrite } = rewrite
  if (!uri && !authority && !uriRegexRewrite) {
    report.error(
      'L0218',
      path,
      'the rewrite changes nothing: give it uri, authority or uriRegexRewrite',
    )
  }
  if (uriRegexRewrite) {
    const at = [...path, 'uriRegexRewrite']
    if (!uriRegexRewrite.match || !uriRegexRewrite.rewrite) {
      report.error('L0218', at, 'uriRegexRewrite needs match and rewrite')
    }
    if (uriRegexRewrite.match) checkRegex(report, uriRegexRewrite.match, [...at, 'match'])
    checkSubstitution(report, uriRegexRewrite.match ?? '', uriRegexRewrite.rewrite ?? '', [
      ...at,
      'rewrite',
    ])
  }
  const doubled = match?.find(
    ({ uri: from }) => from?.prefix && uri?.endsWith('/') && !from.prefix.endsWith('/'),
  )
  if (doubled) {
    const prefix = doubled.uri?.prefix
    report.warning(
      'L0238',
      [...path, 'uri'],
      `${prefix}/x becomes ${uri}/x with two slashes: match ${prefix}/ as well, and rewrite that to ${uri}`,
    )
  }
}

/** `\1` stands for a group of the expression; Envoy refuses one that is not there. */
function checkSubstitution(report: Report, regex: string, rewrite: string, path: Path): void {
  const groups =
    regex.replace(/\\.|\[(?:\\.|[^\]\\])*\]/gs, '').match(/\((?!\?(?!P?<\w))/g)?.length ?? 0
  for (const [text, sign = ''] of rewrite.matchAll(/\\(.?)/gs)) {
    if (sign === '\\' || (/\d/.test(sign) && Number(sign) <= groups)) continue
    report.error(
      'L0218',
      path,
      `"${text}" in the rewrite names no group: the expression has ${groups}; write \\\\ for the character`,
    )
  }
}

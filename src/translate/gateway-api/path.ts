// Paths of the Gateway API: prefixes count by whole elements, and so does what replaces them.
import type { Rule, RuleMatch, RuleRedirect } from '../../model/rule.ts'
import type { PathModifier, RouteRuleMatch } from '../../model/schema/http-route.ts'

type Path = RouteRuleMatch['path']

/** Without slashes at the end; empty for what takes every path. */
export function stemOf(path: Path): string {
  return (path?.value ?? '/').replace(/\/+$/, '')
}

export function isPrefix(path: Path): boolean {
  return (path?.type ?? 'PathPrefix') === 'PathPrefix'
}

export function pathMatch(path: Path): RuleMatch {
  const { type = 'PathPrefix', value = '/' } = path ?? {}
  if (type === 'Exact') return { uri: { exact: value } }
  if (type === 'RegularExpression') return { uri: { regex: value } }
  const stem = stemOf(path)
  return stem === '' ? {} : { pathElements: stem }
}

/** A replacement of the whole path, or of the prefix that matched. */
export function pathRewrite(modifier: PathModifier | undefined, path: Path): Rule['rewrite'] {
  if (!modifier) return undefined
  if (modifier.type === 'ReplaceFullPath') {
    return whole(modifier.replaceFullPath)
  }
  const found = prefixReplaced(modifier, path)
  return typeof found === 'string' ? { uri: found } : found
}

export function pathRedirect(modifier: PathModifier | undefined, path: Path): RuleRedirect {
  if (!modifier) return {}
  if (modifier.type === 'ReplaceFullPath') return { uri: slashed(modifier.replaceFullPath) }
  const found = prefixReplaced(modifier, path)
  return typeof found === 'string' ? { prefixRewrite: found } : (found ?? {})
}

function whole(path: string | undefined): Rule['rewrite'] {
  return { uriRegexRewrite: { match: '^.*$', rewrite: slashed(path).replaceAll('\\', '\\\\') } }
}

function slashed(path = ''): string {
  return path.startsWith('/') ? path : `/${path}`
}

/** What the prefix becomes; a pattern where nothing is left of it but the slash after it. */
function prefixReplaced(
  { replacePrefixMatch = '' }: PathModifier,
  path: Path,
): string | { uriRegexRewrite: { match: string; rewrite: string } } | undefined {
  const stem = stemOf(path)
  const replacement = replacePrefixMatch.replace(/\/+$/, '')
  if (stem === '') return replacement === '' ? undefined : `${slashed(replacement)}/`
  if (replacement !== '') return slashed(replacement)
  return { uriRegexRewrite: { match: `^${quoted(stem)}/?(.*)$`, rewrite: '/\\1' } }
}

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

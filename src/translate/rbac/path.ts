// The paths of a rule: exact, `/prefix*`, `*/suffix`, `*`, and templates with `{*}` and `{**}`.
import type { StringMatcher } from '../../../proto/envoy.d.ts'
import { quoted, regex, textMatcher } from './text.ts'

/**
 * What a path must match, without its query; undefined for a template that Istio refuses. A template becomes a
 * regular expression and not Envoy's `uri_template`: there `{*}` excludes brackets (and without path
 * normalisation more), so that `/admin/a[b]` slips past a DENY of `/admin/{*}`.
 */
export function pathMatcher(path: string): StringMatcher | undefined {
  if (!isTemplate(path)) return textMatcher(path)
  const pattern = templatePattern(path)
  return pattern === undefined ? undefined : regex(pattern)
}

function isTemplate(path: string): boolean {
  return path.includes('{*}') || path.includes('{**}')
}

function templatePattern(path: string): string | undefined {
  const [before, ...segments] = path.split('/')
  if (before !== '') return undefined
  let open = true
  let pattern = ''
  for (const [index, segment] of segments.entries()) {
    const [, operator, rest = ''] = /^(?:\{(\*\*?)\})?(.*)$/s.exec(segment) ?? []
    if (/[{}*]/.test(rest)) return undefined
    // Text directly behind an operator (`{*}.html`) ends the template, and nothing follows `{**}` but text.
    if (operator && rest && index < segments.length - 1) return undefined
    if (operator && !open) return undefined
    if (operator === '**') open = false
    pattern += `/${operator === '*' ? '[^/]+' : operator === '**' ? '.*' : ''}${quoted(rest)}`
  }
  return pattern
}

// Answers that the proxy gives itself: redirects and direct responses.
import type {
  DirectResponseAction,
  RedirectAction,
  RedirectAction_RedirectResponseCode,
  RegexMatchAndSubstitute,
} from '../../../proto/envoy.d.ts'
import { ORIGIN, type Origin } from '../../model/origin.ts'
import type { RuleRedirect } from '../../model/rule.ts'
import type { HttpDirectResponse } from '../../model/schema/virtual-service.ts'
import type { RouteContext } from './context.ts'

/** Status codes that Envoy can redirect with. */
export const REDIRECT_CODES: ReadonlyMap<number, RedirectAction_RedirectResponseCode> = new Map([
  [301, 'MOVED_PERMANENTLY'],
  [302, 'FOUND'],
  [303, 'SEE_OTHER'],
  [307, 'TEMPORARY_REDIRECT'],
  [308, 'PERMANENT_REDIRECT'],
])

/** `uri` replaces the whole path; the query stays in either case. */
export function redirectAction(
  redirect: RuleRedirect,
  context: RouteContext,
  origin: Origin,
): RedirectAction {
  const { authority, scheme } = redirect
  const port = redirectPort(redirect, context)
  const code = REDIRECT_CODES.get(redirect.redirectCode ?? 301)
  return {
    ...redirectPath(redirect),
    ...(authority ? { host_redirect: authority } : {}),
    ...(port === undefined ? {} : { port_redirect: port }),
    ...(scheme ? { scheme_redirect: scheme } : {}),
    ...(code && code !== 'MOVED_PERMANENTLY' ? { response_code: code } : {}),
    [ORIGIN]: origin,
  }
}

function redirectPath({
  uri,
  prefixRewrite,
  uriRegexRewrite,
}: RuleRedirect):
  | { path_redirect?: string }
  | { prefix_rewrite?: string }
  | { regex_rewrite?: RegexMatchAndSubstitute } {
  if (uriRegexRewrite) {
    const { match, rewrite } = uriRegexRewrite
    return { regex_rewrite: { pattern: { regex: match }, substitution: rewrite } }
  }
  if (uri) return { path_redirect: uri }
  return prefixRewrite ? { prefix_rewrite: prefixRewrite } : {}
}

/** The scheme's own port is not printed (Istio). */
function redirectPort(redirect: RuleRedirect, context: RouteContext): number | undefined {
  const fromRequest = redirect.derivePort === 'FROM_REQUEST_PORT' ? context.port : undefined
  const port = redirect.port || fromRequest
  const scheme = redirect.scheme || (context.isTls ? 'https' : 'http')
  // On another port than these the client has written it into Host, from where Envoy would take it.
  if (redirect.schemePort && !port && context.port !== 80 && context.port !== 443) {
    return scheme === 'https' ? 443 : 80
  }
  const isOwn = (scheme === 'http' && port === 80) || (scheme === 'https' && port === 443)
  return isOwn ? undefined : port
}

export function directResponse(response: HttpDirectResponse, origin: Origin): DirectResponseAction {
  const { string, bytes } = response.body ?? {}
  return {
    status: response.status,
    ...(string === undefined ? {} : { body: { inline_string: string } }),
    ...(bytes === undefined ? {} : { body: { inline_bytes: bytes } }),
    [ORIGIN]: origin,
  }
}

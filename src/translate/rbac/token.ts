// Who calls, from a verified JSON web token: what the jwt_authn filter left in the request's metadata.
import type { Principal, StringMatcher, ValueMatcher } from '../../../proto/envoy.d.ts'
import { HTTP_FILTERS } from '../filters.ts'
import { ANY_TEXT, textMatcher } from './text.ts'

/** The key under which the jwt_authn filter has to store a token's claims (`payload_in_metadata`). */
export const PAYLOAD = 'payload'

/**
 * `ISSUER/SUBJECT`, split at the last slash since an issuer is a URL; `*` is any valid token. Istio's reading of `*` at one end:
 * with a slash it belongs to the part it stands in, without one to the issuer's end or to the subject's beginning.
 */
export function requestPrincipal(value: string): Principal {
  const { issuer, subject } = parts(value)
  return {
    and_ids: {
      ids: [claim(['iss'], { string_match: issuer }), claim(['sub'], { string_match: subject })],
    },
  }
}

/** A claim, by its path, whose text has the value's form, or that is a list with such a text. */
export function claimPrincipal(path: readonly string[], value: string): Principal {
  const text: ValueMatcher = { string_match: textMatcher(value) }
  return claim(path, { or_match: { value_matchers: [text, { list_match: { one_of: text } }] } })
}

function parts(value: string): { readonly issuer: StringMatcher; readonly subject: StringMatcher } {
  const slash = value.lastIndexOf('/')
  if (slash >= 0) {
    const subject = value.slice(slash + 1)
    const issuer = value.slice(0, slash)
    // A star in front belongs to the issuer, one behind to the subject; never both.
    if (value.startsWith('*')) return { issuer: textMatcher(issuer), subject: { exact: subject } }
    const toSubject = value.endsWith('*') ? textMatcher(subject) : { exact: subject }
    return { issuer: { exact: issuer }, subject: toSubject }
  }
  if (value === '*') return { issuer: ANY_TEXT, subject: ANY_TEXT }
  if (value.startsWith('*')) return { issuer: ANY_TEXT, subject: textMatcher(value) }
  if (value.endsWith('*')) return { issuer: textMatcher(value), subject: ANY_TEXT }
  return { issuer: { exact: value }, subject: { exact: '' } }
}

function claim(path: readonly string[], value: ValueMatcher): Principal {
  return {
    sourced_metadata: {
      metadata_matcher: {
        filter: HTTP_FILTERS.jwtAuthn,
        path: [PAYLOAD, ...path].map((key) => ({ key })),
        value,
      },
    },
  }
}

// RequestAuthentication: which tokens prove who an end user is, as Envoy's jwt_authn filter, delivered apart from the listener.
import type {
  HttpFilter,
  JwtAuthentication,
  JwtClaimToHeader,
  JwtProvider,
  JwtRequirement,
} from '../../../proto/envoy.d.ts'
import type { Document } from '../../model/document.ts'
import { keySourceOf, readKeySet } from '../../model/jwks.ts'
import { memo } from '../../model/memo.ts'
import { ORIGIN, type Origin } from '../../model/origin.ts'
import { type Chunk, TYPE_PREFIX } from '../../model/resource.ts'
import type { JwtRule, RequestAuthentication } from '../../model/schema/authorization-policy.ts'
import { ownWorkload } from '../../model/selector.ts'
import type { View } from '../../model/view.ts'
import { BLACK_HOLE_CLUSTER } from '../names.ts'
import { selectedKeys } from '../policy-scope.ts'
import { isHeaderName } from '../rbac/text.ts'
import { PAYLOAD } from '../rbac/token.ts'
import { FROM_ADS, resource, typed } from '../typed.ts'

const NAME = 'lotse.jwt'
const CONFIG = 'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication'

/**
 * Of every connection manager that takes requests in, the same bytes whatever the policies: rules and keys come as an
 * extension's configuration, so that a changed policy and a rotated key reach open connections and never drain a listener. There is no
 * default: until the first configuration is there the listener waits, and without one every request is refused.
 */
export const jwtHttpFilter: HttpFilter = Object.freeze({
  name: NAME,
  config_discovery: { config_source: FROM_ADS, type_urls: [`${TYPE_PREFIX}${CONFIG}`] },
})

/** The configuration of `jwtHttpFilter` for this proxy; without policies one that lets everything pass. */
export const jwtConfigs = memo((view: View, _: string): Chunk => {
  return configs(view, selectedKeys(view, ownWorkload(view), 'RequestAuthentication'))
})

const configs = memo((view: View, policies: string): Chunk => {
  const documents = policies
    .split('\n')
    .flatMap((key) => (key && view.get('RequestAuthentication', key)) || [])
  const typed_config = typed(CONFIG, authentication(view, documents))
  return Object.freeze([resource('extensionConfig', NAME, { name: NAME, typed_config })])
})

interface Placed {
  readonly rule: JwtRule
  readonly origin: Origin
}

function authentication(
  view: View,
  documents: readonly Document<RequestAuthentication>[],
): JwtAuthentication {
  const rules = documents
    .flatMap((document) =>
      (document.spec.jwtRules ?? []).map(
        (rule, index): Placed => ({ rule, origin: document.at(['spec', 'jwtRules', index]) }),
      ),
    )
    .sort((a, b) => compare(a.rule.issuer, b.rule.issuer))
  const names = rules.map((_, index) => `origins-${index}`)
  const headers = [...new Set(rules.flatMap(({ rule }) => outputHeaders(rule)))]
  const providers = rules.map(({ rule, origin }) => provider(view, rule, headers, origin))
  return {
    providers: Object.fromEntries(names.map((name, index) => [name, providers[index]!])),
    ...(names.length > 0
      ? { rules: [{ match: { prefix: '/' }, requires: requirement(names) }] }
      : {}),
    bypass_cors_preflight: true,
  }
}

/**
 * A request without a token passes. With several issuers one valid token is enough where they share a place, and
 * otherwise each token that is there must be valid (Istio).
 */
function requirement(names: readonly string[]): JwtRequirement {
  const valid = names.map((provider_name): JwtRequirement => ({ provider_name }))
  const validOrMissing = valid.map((one): JwtRequirement => any([one, { allow_missing: {} }]))
  const [only, ...more] = validOrMissing
  if (only && more.length === 0) return only
  return any([...valid, { requires_all: { requirements: validOrMissing } }])
}

function any(requirements: readonly JwtRequirement[]): JwtRequirement {
  return { requires_any: { requirements } }
}

/** Claims that are lists with spaces between, without being told so (Istio). */
const SPACE_DELIMITED = ['scope', 'permission']

function provider(
  view: View,
  rule: JwtRule,
  allHeaders: readonly string[],
  origin: Origin,
): JwtProvider {
  const { issuer, audiences, fromParams, fromCookies, outputPayloadToHeader } = rule
  const fromHeaders = (rule.fromHeaders ?? []).filter(({ name }) => isRealHeader(name))
  const claims = claimHeaders(rule, allHeaders)
  const spaced = [...new Set([...SPACE_DELIMITED, ...(rule.spaceDelimitedClaims ?? [])])]
  return {
    [ORIGIN]: origin,
    ...(issuer ? { issuer } : {}),
    ...(audiences?.length ? { audiences } : {}),
    ...keys(view, rule),
    ...(fromHeaders.length > 0
      ? {
          from_headers: fromHeaders.map(({ name, prefix }) => ({
            name,
            ...(prefix ? { value_prefix: prefix } : {}),
          })),
        }
      : {}),
    ...(fromParams?.length ? { from_params: fromParams } : {}),
    ...(fromCookies?.length ? { from_cookies: fromCookies } : {}),
    ...(rule.forwardOriginalToken ? { forward: true } : {}),
    ...(isRealHeader(outputPayloadToHeader)
      ? { forward_payload_header: outputPayloadToHeader }
      : {}),
    ...(claims.length > 0 ? { claim_to_headers: claims } : {}),
    payload_in_metadata: PAYLOAD,
    normalize_payload_in_metadata: { space_delimited_claims: spaced },
    // Routes of a gateway may depend on claims, which are known only now.
    ...(view.facet('type') === 'gateway' ? { clear_route_cache: true } : {}),
  } as JwtProvider
}

/** Envoy takes no provider without keys: one that has none looks for them where nobody answers, and refuses every token. */
const NO_KEYS: Pick<JwtProvider, 'remote_jwks'> = Object.freeze({
  remote_jwks: {
    http_uri: { uri: 'http://no-keys.invalid/', cluster: BLACK_HOLE_CLUSTER, timeout: '1s' },
  },
})

function keys(view: View, rule: JwtRule): Pick<JwtProvider, 'remote_jwks' | 'local_jwks'> {
  const inline_string = keysFor(view, rule)
  return inline_string ? { local_jwks: { inline_string } } : NO_KEYS
}

/** A rule that names no issuer would take any, and so gets no keys. Keys that cannot be used or fetched are none. */
function keysFor(view: View, rule: JwtRule): string | undefined {
  if (!rule.issuer) return undefined
  const source = keySourceOf(rule)
  if (source) return view.get('jwks', source.url)?.keys
  const set = readKeySet(rule.jwks ?? '')
  return 'keys' in set ? set.keys : undefined
}

/** A claim that no issuer gives. */
const NO_CLAIM = 'lotse.no-such-claim'

/**
 * Envoy takes a header away from the client's request only when it tries the provider that writes it, and stops at the first that
 * is satisfied: so each provider is made responsible for the headers of all, or the holder of one issuer's token could forge
 * what another issuer says.
 */
function claimHeaders(rule: JwtRule, all: readonly string[]): JwtClaimToHeader[] {
  const own = (rule.outputClaimToHeaders ?? [])
    .filter(({ header, claim }) => isRealHeader(header) && claim !== '')
    .map(({ header, claim }) => ({ header_name: header, claim_name: claim }))
  const mine = new Set(outputHeaders(rule))
  const others = all.filter((header) => !mine.has(header))
  return [...own, ...others.map((header_name) => ({ header_name, claim_name: NO_CLAIM }))]
}

function outputHeaders({ outputPayloadToHeader, outputClaimToHeaders = [] }: JwtRule): string[] {
  return [outputPayloadToHeader, ...outputClaimToHeaders.map(({ header }) => header)]
    .filter(isRealHeader)
    .map((name) => name.toLowerCase())
}

/** Of HTTP, and none of the pseudo headers (`:path`) by which Envoy routes. */
export function isRealHeader(name: string | undefined): name is string {
  return name !== undefined && !name.startsWith(':') && isHeaderName(name)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

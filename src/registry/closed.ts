// What stands in for a security object that cannot be understood and has no earlier version: it lets nothing through.
import type { Document, Kind } from '../model/document.ts'
import type { Origin, Path } from '../model/origin.ts'

/** Marks a document as a stand-in; never set by users' objects that are in force, whose annotations come from their file. */
const STAND_IN = 'lotse/closed'

/** Everything that the object may have been about is closed: its selector if that can be read, else its namespace. */
const CLOSED: Partial<Record<Kind, (selector: object, value: unknown) => object>> = {
  AuthorizationPolicy: (selector) => ({ ...selector, action: 'DENY', rules: [{}] }),
  RequestAuthentication: (selector, value) => ({ ...selector, jwtRules: closedRules(value) }),
  PeerAuthentication: (selector) => ({ ...selector, mtls: { mode: 'STRICT' } }),
}

/** Undefined for kinds that do not guard anything. `about` is `Kind/namespace/name`. */
export function closedVersion(
  about: string,
  value: unknown,
  at: (path: Path) => Origin,
): Document | undefined {
  const [kind, namespace = '', name = ''] = about.split('/') as [Kind, string, string]
  const spec = CLOSED[kind]?.(selectorOf(value), value)
  if (!spec) return undefined
  return Object.freeze({
    kind,
    apiVersion: 'security.istio.io/v1',
    metadata: { name, namespace, labels: {}, annotations: { [STAND_IN]: 'yes' } },
    spec: Object.freeze(spec),
    at,
  })
}

/** A name for what has none that can be read. */
export const UNNAMED = 'unreadable'

/** `Kind/namespace/name` of an object whose header is wrong, as far as it can be read; undefined for kinds that guard nothing. */
export function guessedAbout(value: unknown): string | undefined {
  const kind = field(value, 'kind')
  if (typeof kind !== 'string' || !Object.hasOwn(CLOSED, kind)) return undefined
  const metadata = field(value, 'metadata')
  const namespace = field(metadata, 'namespace') ?? 'default'
  const name = field(metadata, 'name')
  return [kind, isName(namespace) ? namespace : 'default', isName(name) ? name : UNNAMED].join('/')
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && /^[a-z0-9][-a-z0-9.]{0,252}$/.test(value)
}

export function isStandIn(document: Document): boolean {
  return document.metadata.annotations[STAND_IN] === 'yes'
}

/**
 * Rules without an issuer have no keys and refuse every token: where tokens usually are, and where the rules look for them as far
 * as that can be read. Headers that they would have written are still taken away from clients.
 */
function closedRules(value: unknown): object[] {
  const rules = field(field(value, 'spec'), 'jwtRules')
  const read = (Array.isArray(rules) ? rules : []).map((rule: unknown) => ({
    issuer: '',
    fromHeaders: objectsOf(rule, 'fromHeaders', 'name', 'prefix').filter((one) => 'name' in one),
    fromParams: textsOf(field(rule, 'fromParams')),
    fromCookies: textsOf(field(rule, 'fromCookies')),
    outputClaimToHeaders: [
      ...objectsOf(rule, 'outputClaimToHeaders', 'header').filter((one) => 'header' in one),
      ...textsOf([field(rule, 'outputPayloadToHeader')]).map((header) => ({ header })),
    ].map((one) => ({ ...one, claim: 'none' })),
  }))
  return [{ issuer: '' }, ...read]
}

function objectsOf(rule: unknown, list: string, ...names: readonly string[]): object[] {
  const values = field(rule, list)
  return (Array.isArray(values) ? values : []).map((value: unknown) =>
    Object.fromEntries(
      names.map((name) => [name, field(value, name)]).filter(([, text]) => isText(text)),
    ),
  )
}

function textsOf(values: unknown): string[] {
  return Array.isArray(values) ? values.filter(isText) : []
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function selectorOf(value: unknown): object {
  const labels = field(field(field(value, 'spec'), 'selector'), 'matchLabels')
  if (typeof labels !== 'object' || labels === null) return {}
  const entries = Object.entries(labels)
  if (entries.length === 0 || !entries.every(([, label]) => typeof label === 'string')) return {}
  return { selector: { matchLabels: Object.fromEntries(entries) } }
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Readonly<Record<string, unknown>>)[name]
}

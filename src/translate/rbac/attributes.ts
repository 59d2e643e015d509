// The attributes that rules name: each source field, operation field and condition key, as Envoy's principal or permission.
import type { Permission, Principal } from '../../../proto/envoy.d.ts'
import type { Condition, Operation, Source } from '../../model/schema/authorization-policy.ts'
import { cidrRange, portNumber } from './address.ts'
import {
  namespacePrincipal,
  principalOf,
  serviceAccountPrincipal,
  trustDomainPrincipal,
} from './identity.ts'
import type { Attribute } from './logic.ts'
import { pathMatcher } from './path.ts'
import { headerMatcher, isHeaderName, textMatcher } from './text.ts'
import { claimPrincipal, requestPrincipal } from './token.ts'

/** What a rule is translated for. */
export interface RuleContext {
  /** The policy's own namespace. */
  readonly namespace: string
  readonly trustDomains: readonly string[]
  /** Without HTTP, whatever needs a request cannot be said. */
  readonly target: 'http' | 'tcp'
}

type List = readonly string[] | undefined
type Term<T> = (value: string) => T | undefined

function attribute<T>(field: string, values: List, notValues: List, term: Term<T>): Attribute<T> {
  return { field, values: values ?? [], notValues: notValues ?? [], term }
}

function ifHttp<T>(context: RuleContext, term: Term<T>): Term<T> {
  return context.target === 'http' ? term : () => undefined
}

export function sourceAttributes(source: Source, context: RuleContext): Attribute<Principal>[] {
  const { namespace, trustDomains } = context
  const terms = {
    principals: principalOf(trustDomains),
    requestPrincipals: ifHttp(context, requestPrincipal),
    namespaces: namespacePrincipal,
    serviceAccounts: serviceAccountPrincipal(namespace),
    trustDomains: trustDomainPrincipal(trustDomains),
    ipBlocks: directAddress,
    remoteIpBlocks: remoteAddress,
  } satisfies Record<string, Term<Principal>>
  return attributes(source, terms)
}

export function operationAttributes(
  operation: Operation,
  context: RuleContext,
): Attribute<Permission>[] {
  const terms = {
    hosts: ifHttp(context, host),
    methods: ifHttp(context, method),
    paths: ifHttp(context, path),
    ports: destinationPort,
  } satisfies Record<string, Term<Permission>>
  return attributes(operation, terms)
}

function attributes<T>(
  lists: Readonly<Record<string, List>>,
  terms: Readonly<Record<string, Term<T>>>,
): Attribute<T>[] {
  return Object.entries(terms).map(([field, term]) =>
    attribute(field, lists[field], lists[negated(field)], term),
  )
}

/** `paths` -> `notPaths`. */
export function negated(field: string): string {
  return `not${field.charAt(0).toUpperCase()}${field.slice(1)}`
}

/** Conditions about who calls. */
export function principalCondition(
  condition: Condition,
  context: RuleContext,
): Attribute<Principal> | undefined {
  const term = principalTerm(condition.key, context)
  return term && attribute('values', condition.values, condition.notValues, term)
}

/** Conditions about what is called. */
export function permissionCondition(condition: Condition): Attribute<Permission> | undefined {
  const term = permissionTerm(condition.key)
  return term && attribute('values', condition.values, condition.notValues, term)
}

function principalTerm(key: string, context: RuleContext): Term<Principal> | undefined {
  const { namespace, trustDomains } = context
  switch (key) {
    case 'source.ip':
      return directAddress
    case 'remote.ip':
      return remoteAddress
    case 'source.namespace':
      return namespacePrincipal
    case 'source.principal':
      return principalOf(trustDomains)
    case 'source.serviceAccount':
      return serviceAccountPrincipal(namespace)
    case 'source.trustDomain':
      return trustDomainPrincipal(trustDomains)
    case 'request.auth.principal':
      return ifHttp(context, requestPrincipal)
    case 'request.auth.audiences':
      return ifHttp(context, (value) => claimPrincipal(['aud'], value))
    case 'request.auth.presenter':
      return ifHttp(context, (value) => claimPrincipal(['azp'], value))
  }
  const claims = bracketed(key, 'request.auth.claims')
  if (claims) return ifHttp(context, (value) => claimPrincipal(claims, value))
  const [name, ...more] = bracketed(key, 'request.headers') ?? []
  if (!name || more.length > 0 || !isHeaderName(name)) return undefined
  return ifHttp(context, (value) => ({ header: headerMatcher(name, value) }))
}

const METADATA = 'experimental.'

function permissionTerm(key: string): Term<Permission> | undefined {
  switch (key) {
    case 'destination.ip':
      return destinationAddress
    case 'destination.port':
      return destinationPort
    case 'connection.sni':
      return (value) => ({ requested_server_name: textMatcher(value) })
  }
  const filter = /^experimental\.(envoy\.filters\.[^[\]]+)/.exec(key)?.[1]
  const [name, ...more] = (filter && bracketed(key, METADATA + filter)) || []
  if (!filter || !name || more.length > 0) return undefined
  return (value) => metadata(filter, name, value)
}

/** `KEY[a][b]` -> a, b; undefined if the key is not of this form. */
function bracketed(key: string, prefix: string): readonly string[] | undefined {
  if (!key.startsWith(prefix)) return undefined
  const rest = key.slice(prefix.length)
  if (!/^(\[[^[\]]+\])+$/.test(rest)) return undefined
  return rest.slice(1, -1).split('][')
}

/** `[v]` means a list that has v. */
function metadata(filter: string, key: string, value: string): Permission {
  const listed = /^\[(.+)\]$/s.exec(value)?.[1]
  const text = { string_match: textMatcher(listed ?? value) }
  const matcher = listed === undefined ? text : { list_match: { one_of: text } }
  return {
    sourced_metadata: { metadata_matcher: { filter, path: [{ key }], value: matcher } },
  }
}

/** Compared with the raw `:authority`, port and all, in any case of letters. */
function host(value: string): Permission {
  const name = ':authority'
  if (value === '*') return { header: { name, present_match: true } }
  return { header: { name, string_match: { ...textMatcher(value), ignore_case: true } } }
}

function method(value: string): Permission {
  return { header: headerMatcher(':method', value) }
}

function path(value: string): Permission | undefined {
  const matcher = pathMatcher(value)
  return matcher && { url_path: { path: matcher } }
}

function destinationPort(value: string): Permission | undefined {
  const port = portNumber(value)
  return port === undefined ? undefined : { destination_port: port }
}

function destinationAddress(value: string): Permission | undefined {
  const range = cidrRange(value)
  return range && { destination_ip: range }
}

/** The peer of the connection, whatever headers say. */
function directAddress(value: string): Principal | undefined {
  const range = cidrRange(value)
  return range && { direct_remote_ip: range }
}

/** The original client, as X-Forwarded-For or the PROXY protocol names it. */
function remoteAddress(value: string): Principal | undefined {
  const range = cidrRange(value)
  return range && { remote_ip: range }
}

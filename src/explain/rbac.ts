// Decides a request by generated RBAC rules as Envoy does: the same JSON that a proxy gets, read again.
import { BlockList, isIPv6 } from 'node:net'
import type {
  CidrRange,
  HeaderMatcher,
  Permission,
  Principal,
  RBAC,
  SourcedMetadata,
  StringMatcher,
} from '../../proto/envoy.d.ts'
import { ORIGIN, type Origin } from '../model/origin.ts'
import { matchesMetadataAt } from './metadata.ts'
import { matchesText } from './text.ts'

/** A request as the RBAC filter sees it, after path normalisation. */
export interface RbacRequest {
  /** By lower-case name with `:method`, `:authority` and `:path`; none on a chain without HTTP. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  /** From the peer's certificate; absent on plain text. */
  readonly peer?: {
    readonly uris: readonly string[]
    readonly dns?: readonly string[]
    readonly subject?: string
  }
  readonly directRemoteIp: string
  readonly remoteIp: string
  readonly destinationIp: string
  readonly destinationPort: number
  readonly serverName?: string
  /** Dynamic metadata by filter, as a verified token's claims. */
  readonly metadata?: Readonly<Record<string, unknown>>
}

export interface RbacDecision {
  readonly allowed: boolean
  /** The policy that matched, the first by name. */
  readonly policy?: string
  readonly origin?: Origin
}

/** ALLOW lets through what some policy matches, DENY what none does, LOG everything. */
export function evaluate(rbac: RBAC, request: RbacRequest): RbacDecision {
  const action = rbac.action ?? 'ALLOW'
  const policies = rbac.policies ?? {}
  for (const name of Object.keys(policies).sort()) {
    const policy = policies[name]
    if (!policy?.permissions?.some((permission) => permits(permission, request))) continue
    if (!policy.principals?.some((principal) => isPrincipal(principal, request))) continue
    const origin = policy[ORIGIN]
    return { allowed: action !== 'DENY', policy: name, ...(origin ? { origin } : {}) }
  }
  return { allowed: action !== 'ALLOW' }
}

function permits(permission: Permission, request: RbacRequest): boolean {
  if (permission.any) return true
  if (permission.and_rules) {
    return permission.and_rules.rules?.every((rule) => permits(rule, request)) ?? true
  }
  if (permission.or_rules) {
    return permission.or_rules.rules?.some((rule) => permits(rule, request)) ?? false
  }
  if (permission.not_rule) return !permits(permission.not_rule, request)
  if (permission.header) return matchesHeader(permission.header, request)
  if (permission.url_path) return matchesPath(permission.url_path.path, request)
  if (permission.destination_ip) return inRange(permission.destination_ip, request.destinationIp)
  if (permission.destination_port !== undefined) {
    return permission.destination_port === request.destinationPort
  }
  if (permission.requested_server_name) {
    return matchesText(permission.requested_server_name, request.serverName ?? '')
  }
  if (permission.sourced_metadata) return matchesMetadata(permission.sourced_metadata, request)
  throw new Error(`unknown permission: ${Object.keys(permission)}`)
}

function isPrincipal(principal: Principal, request: RbacRequest): boolean {
  if (principal.any) return true
  if (principal.and_ids)
    return principal.and_ids.ids?.every((id) => isPrincipal(id, request)) ?? true
  if (principal.or_ids) return principal.or_ids.ids?.some((id) => isPrincipal(id, request)) ?? false
  if (principal.not_id) return !isPrincipal(principal.not_id, request)
  if (principal.authenticated) {
    const { principal_name: name } = principal.authenticated
    return isAuthenticated(name, request)
  }
  if (principal.direct_remote_ip) return inRange(principal.direct_remote_ip, request.directRemoteIp)
  if (principal.remote_ip) return inRange(principal.remote_ip, request.remoteIp)
  if (principal.header) return matchesHeader(principal.header, request)
  if (principal.url_path) return matchesPath(principal.url_path.path, request)
  if (principal.sourced_metadata) return matchesMetadata(principal.sourced_metadata, request)
  throw new Error(`unknown principal: ${Object.keys(principal)}`)
}

/** Any name of the certificate, URIs, DNS names or the subject, may match. */
function isAuthenticated(name: StringMatcher | undefined, { peer }: RbacRequest): boolean {
  if (!peer) return false
  if (!name) return true
  return [...peer.uris, ...(peer.dns ?? []), peer.subject ?? ''].some((text) =>
    matchesText(name, text),
  )
}

/** Each value of a repeated header is matched for itself. */
function matchesHeader(matcher: HeaderMatcher, request: RbacRequest): boolean {
  const value = request.headers[matcher.name?.toLowerCase() ?? '']
  const values = value === undefined ? [] : typeof value === 'string' ? [value] : value
  const { string_match: text, present_match: present } = matcher
  if (text) return values.some((one) => matchesText(text, one))
  if (present !== undefined) return present === values.length > 0
  throw new Error(`unknown header matcher: ${Object.keys(matcher)}`)
}

function matchesPath(matcher: StringMatcher | undefined, request: RbacRequest): boolean {
  const path = request.headers[':path']
  if (typeof path !== 'string' || !matcher) return false
  return matchesText(matcher, path.replace(/[?#].*$/s, ''))
}

function inRange({ address_prefix: prefix = '', prefix_len: length = 0 }: CidrRange, ip: string) {
  const family = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4')
  if (family(prefix) !== family(ip)) return false
  const block = new BlockList()
  block.addSubnet(prefix, length, family(prefix))
  return block.check(ip, family(ip))
}

function matchesMetadata({ metadata_matcher: matcher }: SourcedMetadata, request: RbacRequest) {
  return matcher !== undefined && matchesMetadataAt(matcher, request.metadata)
}

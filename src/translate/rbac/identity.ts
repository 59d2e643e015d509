// Who calls, from the peer's certificate: principals, namespaces, service accounts, trust domains.
import type { Principal, StringMatcher } from '../../../proto/envoy.d.ts'
import { quoted, regex, segmentPattern, textMatcher } from './text.ts'

const SCHEME = 'spiffe://'
/** In a principal it means the mesh's own trust domain, whatever that is called. */
const LOCAL = 'cluster.local'

/** `TD/ns/NS/sa/SA`, in every trust domain that the mesh's own is an alias of. */
export function principalOf(trustDomains: readonly string[]): (value: string) => Principal {
  return (value) => some(aliases(value, trustDomains).map((alias) => textMatcher(alias, SCHEME)))
}

export function namespacePrincipal(namespace: string): Principal {
  return peer(regex(`.*/ns/${segmentPattern(namespace)}/.*`))
}

/** `SA` in the policy's own namespace, or `NS/SA`; undefined for more slashes. */
export function serviceAccountPrincipal(own: string): (value: string) => Principal | undefined {
  return (value) => {
    const parts = value.split('/')
    const [namespace, account] = parts.length === 1 ? [own, value] : parts
    if (parts.length > 2 || !namespace || !account) return undefined
    const rest = `ns/${quoted(namespace)}/(.+/)?sa/${quoted(account)}(/.+)?`
    // Other pairs may stand before and between, as in identities that another authority issues.
    return peer(regex(`${SCHEME}.+/${rest}`))
  }
}

export function trustDomainPrincipal(
  trustDomains: readonly string[],
): (value: string) => Principal {
  return (value) => {
    const names = value === LOCAL || trustDomains.includes(value) ? trustDomains : [value]
    return some(names.map((name) => regex(`${SCHEME}${segmentPattern(name)}/.*`)))
  }
}

function some(matchers: readonly StringMatcher[]): Principal {
  const ids = matchers.map(peer)
  return ids.length === 1 && ids[0] ? ids[0] : { or_ids: { ids } }
}

function peer(name: StringMatcher): Principal {
  return { authenticated: { principal_name: name } }
}

/** The principal as it is written, and with each of the mesh's trust domains if it names one of them. */
function aliases(principal: string, trustDomains: readonly string[]): readonly string[] {
  const parts = principal.split('/')
  const [domain = ''] = parts
  // Not five parts: no trust domain is named. `*`: any is meant.
  if (parts.length !== 5 || domain === '*') return [principal]
  if (domain !== LOCAL && !trustDomains.some((name) => meets(name, domain))) return [principal]
  const rest = principal.slice(domain.length)
  const renamed = trustDomains.map((name) => (endsLike(name, domain) ? principal : name + rest))
  return [...new Set(renamed)]
}

/** Either may be a pattern: an alias in MeshConfig (`*-td`) as well as the policy's trust domain. */
function meets(alias: string, domain: string): boolean {
  return (
    alias === domain ||
    alias === '*' ||
    endsLike(domain, alias) ||
    startsLike(domain, alias) ||
    endsLike(alias, domain)
  )
}

function endsLike(text: string, pattern: string): boolean {
  return pattern.startsWith('*') && text.endsWith(pattern.slice(1))
}

function startsLike(text: string, pattern: string): boolean {
  return pattern.endsWith('*') && text.startsWith(pattern.slice(0, -1))
}

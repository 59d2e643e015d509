// Host names as Istio writes them: short names, wildcards, and which of two is more specific.

export const DOMAIN_SUFFIX = 'cluster.local'

/** A name without a dot gets the namespace of the rule it stands in; names with a dot, IPs and `*` stay (Istio). */
export function fullName(host: string, namespace: string): string {
  const lower = host.toLowerCase()
  return lower.includes('.') || lower.includes(':') || lower.startsWith('*')
    ? lower
    : `${lower}.${namespace}.svc.${DOMAIN_SUFFIX}`
}

export function isWildcard(host: string): boolean {
  return host.startsWith('*')
}

/** Whether every name that `host` stands for is one that `pattern` stands for; `*.a.b` does not cover `a.b`. */
export function covers(pattern: string, host: string): boolean {
  if (!isWildcard(pattern)) return pattern === host
  const suffix = pattern.slice(1)
  return isWildcard(host)
    ? host.slice(1).endsWith(suffix)
    : host.endsWith(suffix) && host !== suffix
}

/** The names that both stand for: `*.foo.com` with `a.foo.com` is `a.foo.com`. */
export function commonHost(a: string, b: string): string | undefined {
  if (a === b) return a
  if (isWildcard(a) && covers(a, b)) return b
  if (isWildcard(b) && covers(b, a)) return a
  return undefined
}

/** Most specific first: exact names, then longer patterns (Envoy and Istio). */
export function bySpecificity(a: string, b: string): number {
  if (isWildcard(a) !== isWildcard(b)) return isWildcard(a) ? 1 : -1
  return b.length - a.length || (a < b ? -1 : a > b ? 1 : 0)
}

const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/

export function isAddress(text: string): boolean {
  return (
    (IPV4.test(text) && text.split('.').every((part) => Number(part) < 256)) || text.includes(':')
  )
}

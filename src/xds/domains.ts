// Which virtual host of a route configuration a Host header belongs to, by Envoy's rules.
import type { Resource } from '../model/resource.ts'

export interface Domains {
  /** `exact`: one of its domains is this very host, and no pattern. */
  find(host: string): { readonly virtualHost: Resource; readonly exact: boolean } | undefined
  named(name: string): Resource | undefined
}

interface Pattern {
  readonly star: 'suffix' | 'prefix'
  readonly text: string
  readonly virtualHost: Resource
}

const indexes = new WeakMap<readonly Resource[], Domains>()

/** Index of a list, built once. An exact domain goes before the longest `*.suffix`, that before the longest `prefix.*`, then `*`. */
export function domainsOf(virtualHosts: readonly Resource[]): Domains {
  const known = indexes.get(virtualHosts)
  if (known) return known
  const made = indexOf(virtualHosts)
  indexes.set(virtualHosts, made)
  return made
}

export function domainsIn(virtualHost: Resource): readonly string[] {
  return (virtualHost.body as { domains?: readonly string[] }).domains ?? []
}

function indexOf(virtualHosts: readonly Resource[]): Domains {
  const exact = new Map<string, Resource>()
  const names = new Map<string, Resource>()
  const patterns: Pattern[] = []
  let rest: Resource | undefined
  for (const virtualHost of virtualHosts) {
    names.set(virtualHost.name, virtualHost)
    for (const domain of domainsIn(virtualHost)) {
      const text = domain.toLowerCase()
      if (text === '*') rest ??= virtualHost
      else if (text.startsWith('*'))
        patterns.push({ star: 'suffix', text: text.slice(1), virtualHost })
      else if (text.endsWith('*'))
        patterns.push({ star: 'prefix', text: text.slice(0, -1), virtualHost })
      else if (!exact.has(text)) exact.set(text, virtualHost)
    }
  }
  patterns.sort(bestFirst)
  return {
    named: (name) => names.get(name),
    find(host) {
      const found = exact.get(host)
      if (found) return { virtualHost: found, exact: true }
      const virtualHost = patterns.find((one) => matches(one, host))?.virtualHost ?? rest
      return virtualHost && { virtualHost, exact: false }
    },
  }
}

function bestFirst(a: Pattern, b: Pattern): number {
  if (a.star !== b.star) return a.star === 'suffix' ? -1 : 1
  return b.text.length - a.text.length
}

/** A star stands for at least one character. */
function matches({ star, text }: Pattern, host: string): boolean {
  if (host.length <= text.length) return false
  return star === 'suffix' ? host.endsWith(text) : host.startsWith(text)
}

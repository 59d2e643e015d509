// Which virtual host of a route configuration a Host header belongs to, by Envoy's rules.
import { sameElements } from '../model/mesh.ts'
import type { Resource } from '../model/resource.ts'

export interface Domains {
  /** `exact`: one of its domains is this very host, and no pattern. */
  find(host: string): { readonly virtualHost: Resource; readonly exact: boolean } | undefined
  named(name: string): Resource | undefined
}

/** Where in a list the virtual host of a domain is: the same for all lists with the same names and domains. */
interface Index {
  /** The list that it was used for last: most of another one are the identical virtual hosts. */
  latest: readonly Resource[]
  readonly exact: ReadonlyMap<string, number>
  readonly byName: ReadonlyMap<string, number>
  /** Best first. */
  readonly patterns: readonly Pattern[]
  readonly rest: number | undefined
}

interface Pattern {
  readonly star: 'suffix' | 'prefix'
  readonly text: string
  readonly at: number
}

const lists = new WeakMap<readonly Resource[], Domains>()
/** What was built last, newest first: a changed rule changes no domain, so that most new lists find theirs here. */
const recent: WeakRef<Index>[] = []
const MAX_RECENT = 64

/** Index of a list, built once. An exact domain goes before the longest `*.suffix`, that before the longest `prefix.*`, then `*`. */
export function domainsOf(virtualHosts: readonly Resource[]): Domains {
  let known = lists.get(virtualHosts)
  if (!known) {
    known = lookUp(virtualHosts, indexFor(virtualHosts))
    lists.set(virtualHosts, known)
  }
  return known
}

export function domainsIn(virtualHost: Resource): readonly string[] {
  return (virtualHost.body as { domains?: readonly string[] }).domains ?? NO_DOMAINS
}

const NO_DOMAINS: readonly string[] = Object.freeze([])

function lookUp(virtualHosts: readonly Resource[], index: Index): Domains {
  const { exact, byName, patterns, rest } = index
  const hostAt = (at: number | undefined) => (at === undefined ? undefined : virtualHosts[at])
  return {
    named: (name) => hostAt(byName.get(name)),
    find(host) {
      const found = hostAt(exact.get(host))
      if (found) return { virtualHost: found, exact: true }
      const virtualHost = hostAt(patterns.find((one) => matches(one, host))?.at ?? rest)
      return virtualHost && { virtualHost, exact: false }
    },
  }
}

function indexFor(virtualHosts: readonly Resource[]): Index {
  for (const [place, reference] of recent.entries()) {
    const index = reference.deref()
    if (!index || !isAlike(index.latest, virtualHosts)) continue
    index.latest = virtualHosts
    recent.splice(place, 1)
    recent.unshift(reference)
    return index
  }
  const index = build(virtualHosts)
  recent.unshift(new WeakRef(index))
  recent.length = Math.min(recent.length, MAX_RECENT)
  return index
}

function isAlike(before: readonly Resource[], now: readonly Resource[]): boolean {
  if (before.length !== now.length) return false
  for (let at = 0; at < now.length; at++) {
    const one = now[at]!
    const other = before[at]!
    if (one === other) continue
    if (one.name !== other.name || !sameElements(domainsIn(one), domainsIn(other))) return false
  }
  return true
}

function build(virtualHosts: readonly Resource[]): Index {
  const exact = new Map<string, number>()
  const byName = new Map<string, number>()
  const patterns: Pattern[] = []
  let rest: number | undefined
  for (const [at, virtualHost] of virtualHosts.entries()) {
    byName.set(virtualHost.name, at)
    for (const domain of domainsIn(virtualHost)) {
      const text = domain.toLowerCase()
      if (text === '*') rest ??= at
      else if (text.startsWith('*')) patterns.push({ star: 'suffix', text: text.slice(1), at })
      else if (text.endsWith('*')) patterns.push({ star: 'prefix', text: text.slice(0, -1), at })
      else if (!exact.has(text)) exact.set(text, at)
    }
  }
  patterns.sort(bestFirst)
  return { latest: virtualHosts, exact, byName, patterns, rest }
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

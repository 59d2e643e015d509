// Virtual hosts as resources of their own, for VHDS: `ROUTE-CONFIGURATION/~NAME`.
import type { Chunk, Resource, Vhds, VhdsRoute } from '../model/resource.ts'
import { domainsIn } from './domains.ts'
import { Pool } from './sharing.ts'

type Parts = Map<string, Resource>

const whole = new WeakMap<Resource, Parts>()
const exact = new WeakMap<Resource, Parts>()
const single = new WeakMap<Resource, Parts>()
const chunks = new WeakMap<VhdsRoute, Chunk>()
/** Of each name the one that was looked at last. */
const latest = new Map<string, WeakRef<VhdsRoute>>()
const greetings = new Map<string, Resource>()
const answers = new Pool<Resource>()

/** Envoy removes a virtual host only by a resource of the same name. The mark keeps apart what proxies ask for: `ROUTE/HOST`. */
export function nameIn(route: string, virtualHost: string): string {
  return `${route}/~${virtualHost}`
}

/** The name of a virtual host in its own route configuration; undefined for other resources. */
export function ownName(route: string, name: string): string | undefined {
  const start = `${route}/~`
  return name.startsWith(start) ? name.slice(start.length) : undefined
}

/** Whether it is the name of a virtual host, and none that a proxy asked for. */
export function isVirtualHost(name: string): boolean {
  return name.startsWith('~', name.indexOf('/') + 1)
}

/**
 * What ends a proxy's wait for the virtual hosts of a route configuration, even if there are none: one for no host. Without
 * a message Envoy would take it for a sign of life when it comes again.
 */
export function greeting(route: string): Resource {
  const name = greetingName(route)
  let made = greetings.get(name)
  if (!made) {
    made = Object.freeze({ type: 'virtualHost', name, body: { name, domains: ['~'] } })
    greetings.set(name, made)
  }
  return made
}

export function isGreeting(name: string): boolean {
  return name.endsWith('/~')
}

export function greetingName(route: string): string {
  return `${route}/~`
}

/** Tells a proxy that waits for `name` that it has all there is. */
export function answer(name: string): Resource {
  const made = () => Object.freeze<Resource>({ type: 'virtualHost', name, body: {}, answer: true })
  return answers.find(name) ?? answers.first(name, made())
}

/** All of all route configurations. */
export function everyHost(vhds: Vhds): readonly Chunk[] {
  return vhds.routes.map(allOf)
}

function allOf(vhds: VhdsRoute): Chunk {
  let chunk = chunks.get(vhds)
  if (!chunk) {
    const { name: route, virtualHosts } = vhds
    const last = latest.get(route)?.deref()
    const before = last && chunks.get(last)
    // A change leaves most of them as they were, and route configurations of other proxies hold the same.
    const hosts = virtualHosts.map((host, at) =>
      before && host === last.virtualHosts[at] ? before[at + 1]! : wholeHost(route, host),
    )
    chunk = Object.freeze([greeting(route), ...hosts])
    chunks.set(vhds, chunk)
    latest.set(route, new WeakRef(vhds))
  }
  return chunk
}

/**
 * Without domains that are patterns: they would keep requests from asking for the virtual host that is meant. Undefined
 * if no other is left.
 */
export function exactHost(route: string, virtualHost: Resource): Resource | undefined {
  const domains = domainsIn(virtualHost)
  const kept = domains.filter((domain) => !domain.includes('*'))
  if (kept.length === 0) return undefined
  if (kept.length === domains.length) return wholeHost(route, virtualHost)
  return once(exact, virtualHost, route, () => {
    const name = nameIn(route, virtualHost.name)
    return { type: 'virtualHost', name, body: { ...virtualHost.body, name, domains: kept } }
  })
}

/** For one host that only a pattern covers. */
export function hostAlone(route: string, virtualHost: Resource, host: string): Resource {
  return once(single, virtualHost, `${route}/~*${host}`, (name) => ({
    ...{ type: 'virtualHost', name },
    body: { ...virtualHost.body, name, domains: [host] },
  }))
}

function wholeHost(route: string, virtualHost: Resource): Resource {
  return once(whole, virtualHost, route, () => {
    const name = nameIn(route, virtualHost.name)
    return { type: 'virtualHost', name, of: virtualHost, body: { ...virtualHost.body, name } }
  })
}

/** `key` tells those of one virtual host apart. */
function once(
  memory: WeakMap<Resource, Parts>,
  of: Resource,
  key: string,
  make: (key: string) => Resource,
): Resource {
  let parts = memory.get(of)
  if (!parts) {
    parts = new Map()
    memory.set(of, parts)
  }
  const known = parts.get(key)
  if (known) return known
  const made = Object.freeze({ ...make(key), ...(of.withheld ? { withheld: of.withheld } : {}) })
  parts.set(key, made)
  return made
}

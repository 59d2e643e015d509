// What a proxy keeps in use although it is to have something else: it refused that, or it is not sent. The clusters it names must stay.
import type { ResourceType } from '../model/resource.ts'
import { clustersNamed, endpointName } from './cluster-names.ts'
import { type Held, heldOf, type Subscription, type Subscriptions } from './holdings.ts'
import { undecidedNames } from './respond.ts'
import type { Sets } from './sets.ts'
import { isFailed } from './store.ts'

/** Whether a cluster, or the endpoints of this name, must not be removed yet; looked up when something is to be removed. */
export function keeps(
  subscriptions: Subscriptions,
  type: ResourceType,
  users: readonly ResourceType[],
  sets: Sets,
): (name: string) => boolean {
  let named: ReadonlySet<string> | undefined | 'unknown' = 'unknown'
  return (name) => {
    if (type !== 'cluster' && type !== 'endpoint') return false
    if (named === 'unknown') named = namesIn(subscriptions, type, users, sets)
    return named === undefined || named.has(name)
  }
}

/** Undefined: what the proxy has was sent on an earlier stream, so it may name any. */
function namesIn(
  subscriptions: Subscriptions,
  type: ResourceType,
  users: readonly ResourceType[],
  sets: Sets,
): ReadonlySet<string> | undefined {
  const clusters = new Set<string>()
  for (const user of users) {
    const state = subscriptions[user]
    for (const { version, encoded } of state ? withheldIn(state, sets) : []) {
      if (version === undefined) continue
      if (!encoded) return undefined
      for (const name of clustersNamed(encoded.resource)) clusters.add(name)
    }
  }
  if (type === 'cluster') return clusters
  const state = subscriptions.cluster
  const cluster = (name: string) => state && heldOf(state, name, sets)?.encoded?.resource
  return new Set([...clusters].map((name) => endpointName(cluster(name) ?? UNKNOWN) ?? name))
}

const UNKNOWN = { type: 'cluster', name: '', body: {} } as const

/** What the proxy has under names whose new content it is not sent. */
function* withheldIn(state: Subscription, sets: Sets): Generator<Held> {
  for (const name of undecidedNames(state, sets)) {
    const entry = sets.get(state.target, name)
    if (!entry) continue
    const refused = isFailed(entry) || state.rejected.get(name)?.version === entry.version
    const held = refused ? heldOf(state, name, sets) : undefined
    if (held) yield held
  }
}

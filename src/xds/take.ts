// What a request means: first for what the proxy is to have, then for what is due.
import type { ResourceType } from '../model/resource.ts'
import type { Mode } from './holdings.ts'
import { type Delivery, hear, restart, retarget } from './order.ts'
import { eventsOf, type Request } from './request.ts'
import { demand, type Selection } from './selection.ts'
import type { Sets } from './sets.ts'
import type { Event } from './subscription.ts'

/** The two states of a stream; never changed, always replaced. */
export interface Taken {
  readonly selection: Selection
  readonly delivery: Delivery
}

/** What is asked for on demand is first chosen; then it is due like everything else. Most requests only answer. */
export function take(
  before: Taken,
  mode: Mode,
  { type, request }: { readonly type: ResourceType; readonly request: Request },
  sets: Sets,
): Taken {
  const state = before.delivery.subscriptions[type]
  const { names, unsubscribed: gone, versions } = request
  if (state && names.length + gone.length + versions.size === 0) {
    const events = eventsOf(mode, request, state)
    return { ...before, delivery: hear(before.delivery, type, events, sets) }
  }
  const { selection, again, others } = demand(
    before.selection,
    { type, names, held: versions.keys() },
    sets,
  )
  const isApart = type === 'virtualHost' && selection.whole.vhds !== undefined
  // Envoy may withdraw names and keep what they brought.
  const unsubscribed = isApart ? gone.filter((name) => name === '*') : gone
  const events = eventsOf(mode, { ...request, names: others, unsubscribed }, state)
  const resend: Event[] = state && again.length > 0 ? [{ kind: 'resend', names: again }] : []
  const aim = isApart && !state ? restart : retarget
  const aimed = aim(before.delivery, selection.set, sets)
  return { selection, delivery: hear(aimed, type, [...events, ...resend], sets) }
}

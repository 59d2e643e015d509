// The order of types within one stream, make before break: clusters and endpoints first, their removal last.
import { RESOURCE_TYPES, type ResourceSet, type ResourceType } from '../model/resource.ts'
import { endpointName } from './cluster-names.ts'
import {
  createSubscription,
  hasGreeted,
  heldOf,
  type Mode,
  NO_SUBSCRIPTIONS,
  type Subscription,
  type Subscriptions,
} from './holdings.ts'
import { type Memory, remember, rememberedOf } from './memory.ts'
import {
  type Allowance,
  changedIn,
  EVERYTHING,
  isAtRest,
  isEmpty,
  isThere,
  pendingOf,
  type Response,
  respond,
} from './respond.ts'
import type { Sets } from './sets.ts'
import type { Encoded } from './store.ts'
import { type Event, receive } from './subscription.ts'
import { keeps } from './withheld.ts'

/**
 * All subscriptions of a stream. Never changed, always replaced. A set is brought to the proxy as a whole, in rounds:
 * routes of a newer set could name clusters that were not sent yet, and under constant change they would never get
 * their turn. Endpoints, secrets and runtime values name nothing, so they always follow the latest set.
 */
export interface Delivery {
  readonly mode: Mode
  readonly subscriptions: Subscriptions
  /** The set of the round under way. */
  readonly goal: ResourceSet
  readonly latest: ResourceSet
  /** Endpoint names of clusters that were sent: routes wait until their endpoints are there, too. */
  readonly warming: ReadonlySet<string>
  readonly memory: Memory | undefined
}

export interface Sending {
  readonly type: ResourceType
  readonly response: Response
}

export function createDelivery(mode: Mode, set: ResourceSet, memory?: Memory): Delivery {
  const warming = new Set(memory?.warming)
  return { mode, subscriptions: NO_SUBSCRIPTIONS, goal: set, latest: set, warming, memory }
}

/** What the next stream should know of this one. */
export function memoryOf(delivery: Delivery, sets: Sets): Memory | undefined {
  const { subscriptions, memory } = delivery
  // On a stream that ended early the proxy did not even ask for endpoints.
  const heard = subscriptions.endpoint !== undefined
  const warming = heard ? awaitedEndpoints(delivery, sets) : [...delivery.warming]
  return remember(subscriptions, warming, memory, sets)
}

/** Applies what the proxy said about one type. */
export function hear(
  delivery: Delivery,
  type: ResourceType,
  events: readonly Event[],
  sets: Sets,
): Delivery {
  const known = delivery.subscriptions[type]
  const { [type]: target } = follows(type) ? delivery.latest : delivery.goal
  const { memory } = delivery
  let state = known ?? createSubscription(type, delivery.mode, target, rememberedOf(memory, type))
  const isPartly = !known && memory?.partly?.has(type)
  for (const event of events) {
    const heard = isPartly && event.kind === 'connected' ? { ...event, version: '' } : event
    state = receive(state, heard, sets)
  }
  if (known || type !== 'endpoint') return withSubscription(delivery, state)
  const warming = new Set([...delivery.warming, ...namesWithout(state)])
  state = receive(state, { kind: 'resend', names: [...delivery.warming] }, sets)
  return withSubscription({ ...delivery, warming }, state)
}

/** It came back with clusters, and has no endpoints of these. */
function namesWithout({ differs }: Subscription): readonly string[] {
  return [...differs].flatMap(([name, { version }]) => (version === undefined ? name : []))
}

/** The set is to be brought to the proxy: at once, or when the round under way is over. */
export function retarget(delivery: Delivery, set: ResourceSet, sets: Sets): Delivery {
  if (set === delivery.latest) return delivery
  const next = { ...delivery, latest: set }
  return aim(next, next.latest, follows, sets)
}

/** The set takes over at once: what a proxy says of the virtual hosts it has is heard only now, and was part of every goal. */
export function restart(delivery: Delivery, set: ResourceSet, sets: Sets): Delivery {
  return aim({ ...delivery, goal: set, latest: set }, set, () => true, sets)
}

/** All responses that are due now, in the order in which they must be written. */
export function deliver(
  delivery: Delivery,
  sets: Sets,
): { readonly delivery: Delivery; readonly sendings: readonly Sending[] } {
  const sendings: Sending[] = []
  let current = delivery
  for (;;) {
    const next = sendDue(current, sets, sendings)
    const moved = next !== current
    current = next
    // A type that came to rest may be what another one waited for.
    if (moved) continue
    if (current.goal === current.latest || !isRoundOver(current, sets)) break
    current = { ...current, goal: current.latest }
    current = aim(current, current.goal, (type) => !follows(type), sets)
  }
  // Envoy asks for the endpoints of new clusters before it accepts them, so there is nothing more to wait for.
  const asked = current.subscriptions.endpoint !== undefined
  const warm = asked && current.warming.size > 0 && isUsable(current, sets)
  return { delivery: warm ? { ...current, warming: NO_NAMES } : current, sendings }
}

const NO_NAMES: ReadonlySet<string> = new Set()

function follows(type: ResourceType): boolean {
  return type === 'endpoint' || type === 'secret' || type === 'runtime'
}

function aim(
  delivery: Delivery,
  set: ResourceSet,
  concerns: (type: ResourceType) => boolean,
  sets: Sets,
): Delivery {
  let current = delivery
  for (const type of ORDER) {
    const { [type]: target } = set
    const state = delivery.subscriptions[type]
    if (!state || target === state.target || !concerns(type)) continue
    current = withSubscription(current, receive(state, { kind: 'changed', target }, sets))
  }
  return current
}

function withSubscription(delivery: Delivery, state: Subscription): Delivery {
  const subscriptions = { ...delivery.subscriptions }
  subscriptions[state.type] = state
  return { ...delivery, subscriptions }
}

/** Types in the order of sending. */
const ORDER = [
  'cluster',
  'endpoint',
  'secret',
  'runtime',
  'extensionConfig',
  'listener',
  'route',
  'virtualHost',
] as const satisfies readonly ResourceType[]

/**
 * Types whose resources may name clusters, with the type that has to be there before. A listener is refused while Envoy keeps an
 * extension that it refused, and its filters need theirs until it is replaced.
 */
const AFTER: Readonly<Partial<Record<ResourceType, ResourceType | undefined>>> = {
  extensionConfig: undefined,
  listener: 'extensionConfig',
  route: 'listener',
  virtualHost: 'route',
}

function sendDue(delivery: Delivery, sets: Sets, sendings: Sending[]): Delivery {
  let current = delivery
  for (const type of ORDER) {
    const state = current.subscriptions[type]
    if (!state || isAtRest(state)) continue
    const { state: next, send } = respond(state, allowance(current, type, sets), sets)
    if (next !== state) current = withSubscription(current, next)
    if (!send) continue
    sendings.push({ type, response: send })
    if (type === 'cluster') current = warm(current, changedIn(send, state), sets)
    if (type === 'route') current = renew(current, state, send.additions, sets)
  }
  return current
}

/** A new or changed cluster is not used before its endpoints came once more, changed or not. */
function warm(delivery: Delivery, clusters: readonly Encoded[], sets: Sets): Delivery {
  const names = clusters
    .map(({ resource }) => endpointName(resource))
    .filter((name) => name !== undefined)
  if (names.length === 0) return delivery
  const next = { ...delivery, warming: new Set([...delivery.warming, ...names]) }
  const endpoints = delivery.subscriptions.endpoint
  if (!endpoints) return next
  return withSubscription(next, receive(endpoints, { kind: 'resend', names }, sets))
}

/** Virtual hosts that came before their route configuration were ignored. */
function renew(
  delivery: Delivery,
  before: Subscription,
  routes: readonly Encoded[],
  sets: Sets,
): Delivery {
  const state = delivery.subscriptions.virtualHost
  const isNew = ({ name }: Encoded) => {
    const held = heldOf(before, name, sets)
    return held?.version === undefined || held.doubt === 'asked'
  }
  const fresh = routes.filter(({ resource }) => 'vhds' in resource.body).filter(isNew)
  if (!state || fresh.length === 0) return delivery
  const starts = fresh.map(({ name }) => `${name}/`)
  const names = state.target
    .flatMap((chunk) => chunk.map(({ name }) => name))
    .filter((name) => starts.some((start) => name.startsWith(start)))
  return withSubscription(delivery, receive(state, { kind: 'resend', names }, sets))
}

const ADDITIONS: Allowance = { additions: true, removals: false }

function allowance(delivery: Delivery, type: ResourceType, sets: Sets): Allowance {
  if (type === 'cluster' || follows(type)) {
    // Routes of the round may still use what the latest set has no more.
    const current = type === 'cluster' || delivery.goal === delivery.latest
    if (!current || !areRoutesDone(delivery, sets)) return ADDITIONS
    return { ...EVERYTHING, keeps: keeps(delivery.subscriptions, type, USERS, sets) }
  }
  const before = AFTER[type]
  const ready =
    isUsable(delivery, sets) && (!before || isThere(delivery.subscriptions[before], sets))
  const unused = type !== 'extensionConfig' || isDone(delivery, 'listener', sets)
  return { additions: ready, removals: ready && unused }
}

/** Whether every cluster of the round that the proxy asks for is there, with its endpoints. */
function isUsable(delivery: Delivery, sets: Sets): boolean {
  const clusters = delivery.subscriptions.cluster
  if (clusters) {
    if (clusters.outstanding) return false
    if (pendingOf(clusters, sets).additions.length > 0) return false
  }
  return delivery.warming.size === 0 || awaitedEndpoints(delivery, sets).length === 0
}

/** Endpoints of new and changed clusters that the proxy asks for and did not get yet. */
function awaitedEndpoints(delivery: Delivery, sets: Sets): readonly string[] {
  const state = delivery.subscriptions.endpoint
  if (!state) return []
  const { additions, absent } = pendingOf(state, sets)
  const names = [
    ...(state.outstanding?.sent ?? []).map(({ resource }) => resource.name),
    ...(state.outstanding?.removed ?? []),
    ...additions.map(({ name }) => name),
    ...absent,
  ]
  return names.filter((name) => delivery.warming.has(name))
}

/** Whether nothing that may use a cluster is under way, so that clusters can go. */
function areRoutesDone(delivery: Delivery, sets: Sets): boolean {
  return (
    hasGreeted(delivery.subscriptions.cluster) &&
    isUsable(delivery, sets) &&
    !awaitsVirtualHosts(delivery) &&
    USERS.every((type) => isDone(delivery, type, sets))
  )
}

/** A proxy that comes back says last which virtual hosts it has, and these say which clusters it needs. */
function awaitsVirtualHosts({ goal, subscriptions }: Delivery): boolean {
  const names = subscriptions.route?.names
  if (!goal.vhds || !names || subscriptions.virtualHost) return false
  return goal.vhds.routes.some(({ name }) => names.has(name))
}

const USERS = RESOURCE_TYPES.filter((type) => type in AFTER)

function isDone(delivery: Delivery, type: ResourceType, sets: Sets): boolean {
  const state = delivery.subscriptions[type]
  return !state || (!state.outstanding && isEmpty(pendingOf(state, sets)))
}

/** While nothing that names clusters is due, a newer set can take over, however many clusters are still under way. */
function isRoundOver(delivery: Delivery, sets: Sets): boolean {
  return USERS.every((type) => isDone(delivery, type, sets))
}

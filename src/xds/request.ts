// Turns what a proxy sends into events of a subscription.
import { RESOURCE_TYPES, type ResourceType } from '../model/resource.ts'
import type { Mode, Subscription } from './holdings.ts'
import { type Event, WILDCARD } from './subscription.ts'
import { TYPE_URLS } from './wire.ts'

/** Bytes to Envoy's JSON with proto field names; throws if they are not such a message. */
export type DecodeMessage = (typeName: string, bytes: Uint8Array) => unknown

/** DiscoveryRequest and DeltaDiscoveryRequest as Envoy's JSON; fields that Lotse does not read are left out. */
interface RequestMessage {
  readonly node?: NodeMessage
  readonly type_url?: string
  readonly response_nonce?: string
  readonly error_detail?: { readonly message?: string }
  readonly version_info?: string
  readonly resource_names?: readonly string[]
  readonly resource_names_subscribe?: readonly string[]
  readonly resource_names_unsubscribe?: readonly string[]
  readonly initial_resource_versions?: Readonly<Record<string, string>>
}

interface NodeMessage {
  readonly id?: string
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly locality?: {
    readonly region?: string
    readonly zone?: string
    readonly sub_zone?: string
  }
  readonly user_agent_name?: string
  readonly user_agent_build_version?: {
    readonly version?: { readonly major_number?: number; readonly minor_number?: number }
  }
}

/** What a proxy says of itself. Nothing in it is proven. */
export interface ClaimedNode {
  readonly id: string
  readonly metadata: Readonly<Record<string, unknown>>
  /** `region/zone/subzone`; empty if it says none. */
  readonly locality: string
  /** Such as `envoy`; empty if it says none. */
  readonly userAgent: string
  /** Major and minor number; zeros if it says none. */
  readonly version: readonly [major: number, minor: number]
}

export interface Request {
  readonly node: ClaimedNode
  readonly typeUrl: string
  readonly nonce: string
  /** Why the response with `nonce` was refused. */
  readonly error: string | undefined
  /** Version of the last accepted response (state of the world). */
  readonly version: string
  /** Delta: names to add. State of the world: all names. */
  readonly names: readonly string[]
  readonly unsubscribed: readonly string[]
  readonly versions: ReadonlyMap<string, string>
}

const MESSAGES: Readonly<Record<Mode, string>> = {
  delta: 'envoy.service.discovery.v3.DeltaDiscoveryRequest',
  sotw: 'envoy.service.discovery.v3.DiscoveryRequest',
}

/** Longest list of names that one request may hold, and longest name. */
const MAX_NAMES = 200_000
const MAX_NAME_LENGTH = 4096

/** A request, or what is wrong with it. */
export function readRequest(
  mode: Mode,
  bytes: Uint8Array,
  decode: DecodeMessage,
): Request | { readonly problem: string } {
  let message: RequestMessage
  try {
    message = decode(MESSAGES[mode], bytes) as RequestMessage
  } catch {
    return { problem: `the bytes are not a ${MESSAGES[mode]}` }
  }
  const names = message.resource_names_subscribe ?? message.resource_names ?? NO_NAMES
  const unsubscribed = message.resource_names_unsubscribe ?? NO_NAMES
  const { initial_resource_versions: initial } = message
  const versions = initial ? new Map(Object.entries(initial)) : NO_VERSIONS
  if (Math.max(names.length, unsubscribed.length, versions.size) > MAX_NAMES) {
    return { problem: `it lists more than ${MAX_NAMES} names` }
  }
  if (names.some((name) => name.length > MAX_NAME_LENGTH)) {
    return { problem: `it asks for a name of more than ${MAX_NAME_LENGTH} characters` }
  }
  return {
    node: message.node ? readNode(message.node) : NOBODY,
    typeUrl: message.type_url ?? '',
    nonce: message.response_nonce ?? '',
    error: message.error_detail ? (message.error_detail.message ?? 'no reason given') : undefined,
    version: message.version_info ?? '',
    names,
    unsubscribed,
    versions,
  }
}

const NO_NAMES: readonly string[] = []
const NO_VERSIONS: ReadonlyMap<string, string> = new Map()

function readNode(node: NodeMessage): ClaimedNode {
  const { region = '', zone = '', sub_zone = '' } = node.locality ?? {}
  const locality = [region, zone, sub_zone].join('/').replace(/\/+$/, '')
  const { major_number = 0, minor_number = 0 } = node.user_agent_build_version?.version ?? {}
  return {
    id: node.id ?? '',
    metadata: node.metadata ?? {},
    locality,
    userAgent: node.user_agent_name ?? '',
    version: [major_number, minor_number],
  }
}

/** Of requests after the first, mostly. */
const NOBODY = readNode({})

const TYPES_BY_URL: ReadonlyMap<string, ResourceType> = new Map(
  RESOURCE_TYPES.map((type) => [TYPE_URLS[type], type]),
)

export function typeOfUrl(url: string): ResourceType | undefined {
  return TYPES_BY_URL.get(url)
}

/** The events of a request, given the subscription as it is; undefined before the first request for the type. */
export function eventsOf(
  mode: Mode,
  request: Request,
  state: Subscription | undefined,
): readonly Event[] {
  if (!state) {
    const { names, versions, version } = request
    return [{ kind: 'connected', names, ...(mode === 'delta' ? { versions } : { version }) }]
  }
  const events: Event[] = []
  const { nonce, error } = request
  if (error !== undefined) events.push({ kind: 'nack', nonce, text: error })
  else if (nonce !== '') events.push({ kind: 'ack', nonce })
  const { subscribe, unsubscribe } =
    mode === 'delta'
      ? { subscribe: request.names, unsubscribe: request.unsubscribed }
      : compareNames(request.names, state)
  if (unsubscribe.length > 0) events.push({ kind: 'unsubscribe', names: unsubscribe })
  if (subscribe.length > 0) events.push({ kind: 'subscribe', names: subscribe })
  return events
}

/** State of the world repeats all names in every request, and an empty list may mean all. */
function compareNames(
  names: readonly string[],
  state: Subscription,
): { readonly subscribe: readonly string[]; readonly unsubscribe: readonly string[] } {
  if (names.length === 0 && !state.listed) return { subscribe: [], unsubscribe: [] }
  const now = new Set(names)
  const subscribe = names.filter((name) =>
    name === WILDCARD ? !state.wildcard : !state.names.has(name),
  )
  const unsubscribe = [...state.names].filter((name) => !now.has(name))
  if (state.wildcard && !now.has(WILDCARD)) unsubscribe.push(WILDCARD)
  return { subscribe, unsubscribe }
}

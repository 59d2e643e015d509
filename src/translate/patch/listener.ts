// Patches of listeners: the listener itself, its filter chains, and the filters of each level.
import type { Patch, PatchContext } from '../kinds/envoy-filter.ts'
import { isIn } from '../kinds/envoy-filter.ts'
import { eachFound, patchedList, patchedMessage } from './list.ts'
import { holds, type Json } from './message.ts'

const MANAGER = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'
const TCP_PROXY = 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy'
const ROUTER = 'envoy.extensions.filters.http.router.v3.Router'

/** Listeners that take in everything; the port of a match means that of their chains. */
const VIRTUAL = ['virtualInbound', 'virtualOutbound']

export function contextOfListener(listener: Json, isGateway: boolean): PatchContext {
  if (isGateway) return 'GATEWAY'
  return listener.traffic_direction === 'INBOUND' ? 'SIDECAR_INBOUND' : 'SIDECAR_OUTBOUND'
}

/** The identical listener if the patch is not for it, undefined if it is removed. */
export function patchedListener(
  listener: Json,
  patch: Patch,
  isGateway: boolean,
): Json | undefined {
  const { applyTo, operation } = patch
  if (!isIn(patch, contextOfListener(listener, isGateway))) return listener
  if (!isMeant(listener, patch)) return listener
  switch (applyTo) {
    case 'LISTENER':
      return operation === 'ADD' ? listener : patchedMessage(listener, patch)
    case 'LISTENER_FILTER': {
      const name = patch.match.listener?.listenerFilter ?? fallbackName(patch)
      const finds = (filter: Json) => filter.name === name
      const options = { finds, isNamed: name !== undefined }
      return withList(listener, 'listener_filters', (list) => patchedList(list, patch, options))
    }
    case 'FILTER_CHAIN':
      if (operation === 'ADD') {
        return withList(listener, 'filter_chains', (list) => [...list, patch.value])
      }
      return eachChain(listener, patch, (chain) => patchedMessage(chain, patch))
    case 'NETWORK_FILTER':
      return eachChain(listener, patch, (chain) => networkFilters(chain, patch))
    case 'HTTP_FILTER':
      return eachChain(listener, patch, (chain) => httpFilters(chain, patch))
    default:
      return listener
  }
}

function isMeant(listener: Json, { applyTo, match }: Patch): boolean {
  const { name, portNumber } = match.listener ?? {}
  if (name && name !== listener.name) return false
  if (!portNumber) return true
  if (applyTo !== 'LISTENER' && VIRTUAL.includes(String(listener.name))) return true
  const { address } = listener as { address?: { socket_address?: { port_value?: number } } }
  return address?.socket_address?.port_value === portNumber
}

function withList(
  message: Json,
  field: string,
  change: (list: readonly Json[]) => readonly Json[],
): Json {
  const before = (message[field] ?? []) as readonly Json[]
  const after = change(before)
  return after === before ? message : { ...message, [field]: after }
}

function eachChain(listener: Json, patch: Patch, change: (chain: Json) => Json | undefined): Json {
  const finds = (chain: Json) => isMeantChain(listener, chain, patch)
  const found = withList(listener, 'filter_chains', (list) => eachFound(list, finds, change))
  const rest = found.default_filter_chain as Json | undefined
  if (!rest || !finds(rest)) return found
  const changed = change(rest)
  if (changed === rest) return found
  const { default_filter_chain: _, ...without } = found
  return changed ? { ...without, default_filter_chain: changed } : (without as Json)
}

interface ChainMatch {
  readonly destination_port?: number
  readonly server_names?: readonly string[]
  readonly transport_protocol?: string
  readonly application_protocols?: readonly string[]
}

function isMeantChain(listener: Json, chain: Json, { match }: Patch): boolean {
  const { portNumber, filterChain } = match.listener ?? {}
  const of = (chain.filter_chain_match ?? {}) as ChainMatch
  const isVirtual = VIRTUAL.includes(String(listener.name))
  if (isVirtual && portNumber && of.destination_port !== portNumber) return false
  if (!filterChain) return true
  const { name, sni, transportProtocol, applicationProtocols, destinationPort } = filterChain
  if (name && name !== chain.name) return false
  if (sni && !of.server_names?.includes(sni)) return false
  if (transportProtocol && transportProtocol !== of.transport_protocol) return false
  if (destinationPort && destinationPort !== of.destination_port) return false
  const protocols = (applicationProtocols ?? '').split(',').map((text) => text.trim())
  return protocols.every((one) => one === '' || of.application_protocols?.includes(one))
}

function networkFilters(chain: Json, patch: Patch): Json {
  const name = patch.match.listener?.filterChain?.filter?.name ?? fallbackName(patch)
  const isLast = ({ typed_config: config }: Json) =>
    holds(config, MANAGER) || holds(config, TCP_PROXY)
  const options = { finds: called(name), isNamed: name !== undefined, isLast }
  return withList(chain, 'filters', (list) => patchedList(list, patch, options))
}

function httpFilters(chain: Json, patch: Patch): Json {
  const { name: outer, subFilter } = patch.match.listener?.filterChain?.filter ?? {}
  const name = subFilter?.name ?? fallbackName(patch)
  const isLast = ({ typed_config: config }: Json) => holds(config, ROUTER)
  const options = { finds: called(name), isNamed: name !== undefined, isLast }
  const isHttp = (filter: Json) =>
    holds(filter.typed_config, MANAGER) && (!outer || outer === filter.name)
  return withList(chain, 'filters', (filters) =>
    eachFound(filters, isHttp, (filter) => {
      const manager = filter.typed_config as Json
      const after = withList(manager, 'http_filters', (list) => patchedList(list, patch, options))
      return after === manager ? filter : { ...filter, typed_config: after }
    }),
  )
}

/** Without a name in the match, what is merged, replaced or removed is what has the value's name. */
function fallbackName({ operation, value }: Patch): string | undefined {
  if (operation === 'ADD' || operation.startsWith('INSERT')) return undefined
  return typeof value.name === 'string' ? value.name : ''
}

/** Istio has one RBAC filter where Lotse has one for each action: its name means all of them. */
const SEVERAL: Readonly<Record<string, string>> = {
  'envoy.filters.http.rbac': 'lotse.rbac.',
  'envoy.filters.network.rbac': 'lotse.rbac.',
}

function called(name: string | undefined): (filter: Json) => boolean {
  const prefix = SEVERAL[name ?? '']
  return (filter) =>
    filter.name === name || (prefix !== undefined && String(filter.name).startsWith(prefix))
}

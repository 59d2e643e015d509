// Filter chains that share a listener: which connections each takes, so that no two take the same.
import type {
  Filter,
  FilterChain,
  FilterChainMatch,
  TransportSocket,
} from '../../../proto/envoy.d.ts'
import { ORIGIN, type Origin } from '../../model/origin.ts'
import { cidrRange } from '../rbac/address.ts'

/** A filter chain before it is known what else is on its listener. */
export interface Chain {
  /** Of TLS, lower case; empty for connections with any name or none. */
  readonly serverNames: readonly string[]
  /** Of the address that the client called; empty for any. */
  readonly subnets: readonly string[]
  /** Takes only what is not TLS, or only what is seen to be HTTP. */
  readonly only?: 'plain' | 'http'
  readonly filters: readonly Filter[]
  readonly transportSocket?: TransportSocket
  /** Absent where it is that of the listener. */
  readonly origin?: Origin
}

export interface ChainsOfListener {
  readonly filter_chains: readonly FilterChain[]
  readonly default_filter_chain?: FilterChain
}

/**
 * Envoy refuses a listener with two chains for the same connections: the first keeps them (Istio). A chain for everything
 * is what remains, as Envoy's matching never goes back from a narrower chain to a wider one.
 */
export function filterChains(chains: readonly Chain[]): ChainsOfListener {
  const taken = new Set<string>()
  const free = chains.flatMap((chain) => freeParts(chain, taken))
  const [first] = free
  if (first && free.length === 1) return { filter_chains: [envoyChain(first)] }
  const rest = free.find(takesEverything)
  return {
    filter_chains: free.filter((chain) => chain !== rest).map(envoyChain),
    ...(rest ? { default_filter_chain: envoyChain(rest) } : {}),
  }
}

export function takesEverything({ serverNames, subnets, only }: Chain): boolean {
  return serverNames.length === 0 && subnets.length === 0 && only === undefined
}

/** What of a chain no earlier one has taken: the whole of it, or one part for each server name. */
function freeParts(chain: Chain, taken: Set<string>): Chain[] {
  const names = chain.serverNames.length > 0 ? [...new Set(chain.serverNames)] : ['']
  const subnets = chain.subnets.length > 0 ? [...new Set(chain.subnets.map(canonical))] : ['']
  const parts = names.map((name) => ({
    name,
    subnets: subnets.filter((subnet) => {
      const key = JSON.stringify([name, subnet, chain.only])
      if (taken.has(key)) return false
      taken.add(key)
      return true
    }),
  }))
  const named = (list: readonly string[]) => list.filter((text) => text !== '')
  if (parts.every((part) => part.subnets.length === subnets.length)) {
    return [{ ...chain, serverNames: named(names), subnets: named(subnets) }]
  }
  return parts
    .filter((part) => part.subnets.length > 0)
    .map((part) => ({ ...chain, serverNames: named([part.name]), subnets: named(part.subnets) }))
}

/** Bits behind the prefix do not count for Envoy, so `10.0.0.1/8` is `10.0.0.0/8`. */
function canonical(subnet: string): string {
  const range = cidrRange(subnet)
  const parts = range?.address_prefix?.split('.') ?? []
  if (parts.length !== 4) return subnet.toLowerCase()
  const bits = Number(range?.prefix_len)
  const masked = parts.map((part, index) => {
    const kept = Math.min(8, Math.max(0, bits - 8 * index))
    return Number(part) & (0xff00 >> kept) & 0xff
  })
  return `${masked.join('.')}/${bits}`
}

const ONLY: Readonly<Record<NonNullable<Chain['only']>, FilterChainMatch>> = {
  plain: { transport_protocol: 'raw_buffer' },
  http: { transport_protocol: 'raw_buffer', application_protocols: ['http/1.1', 'h2c'] },
}

function envoyChain(chain: Chain): FilterChain {
  const { serverNames, subnets, only, filters, transportSocket, origin } = chain
  const prefix_ranges = subnets.flatMap((subnet) => cidrRange(subnet) ?? [])
  const match: FilterChainMatch = {
    ...(prefix_ranges.length > 0 ? { prefix_ranges } : {}),
    ...(serverNames.length > 0 ? { server_names: serverNames } : {}),
    ...(only ? ONLY[only] : {}),
  }
  return {
    ...(origin ? { [ORIGIN]: origin } : {}),
    ...(Object.keys(match).length > 0 ? { filter_chain_match: match } : {}),
    filters,
    ...(transportSocket
      ? { transport_socket: transportSocket, transport_socket_connect_timeout: '15s' as const }
      : {}),
  }
}

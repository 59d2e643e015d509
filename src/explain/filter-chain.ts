// Which filter chain of a listener takes a connection, by Envoy's rules.
import { BlockList, isIPv6 } from 'node:net'
import type { FilterChain, FilterChainMatch, Listener } from '../../proto/envoy.d.ts'

/** A connection as the listener filters see it. */
export interface Connection {
  /** Where it was going before it was caught; absent on a listener that it was meant for. */
  readonly destinationIp?: string
  readonly destinationPort?: number
  readonly serverName?: string
  readonly tls: boolean
  /** By ALPN, or as the HTTP inspector finds it. */
  readonly applicationProtocols: readonly string[]
}

type Step = (match: FilterChainMatch, connection: Connection) => number

/** How well a chain fits in each respect, in Envoy's order: 0 not at all, 1 it does not ask, more the better. */
const STEPS: readonly Step[] = [
  ({ destination_port: port }, { destinationPort }) =>
    port === undefined ? 1 : port === destinationPort ? 2 : 0,
  ({ prefix_ranges: ranges = [] }, { destinationIp }) =>
    ranges.length === 0
      ? 1
      : Math.max(
          ...ranges.map(({ address_prefix: prefix = '', prefix_len: length = 0 }) =>
            destinationIp && within(prefix, length, destinationIp) ? 2 + length : 0,
          ),
        ),
  ({ server_names: names = [] }, { serverName = '' }) =>
    names.length === 0 ? 1 : Math.max(...names.map((name) => serverNameRank(name, serverName))),
  ({ transport_protocol: transport = '' }, { tls }) =>
    transport === '' ? 1 : transport === (tls ? 'tls' : 'raw_buffer') ? 2 : 0,
  ({ application_protocols: protocols = [] }, connection) => {
    if (protocols.length === 0) return 1
    const { applicationProtocols: offered } = connection
    const first = offered.findIndex((protocol) => protocols.includes(protocol))
    return first < 0 ? 0 : 2 + offered.length - first
  },
]

/** In each respect only the best are kept; where two remain the first, though Envoy refuses such listeners. */
export function chainFor(listener: Listener, connection: Connection): FilterChain | undefined {
  let chains = listener.filter_chains ?? []
  for (const step of STEPS) {
    const ranks = chains.map((chain) => step(chain.filter_chain_match ?? {}, connection))
    const best = Math.max(0, ...ranks)
    chains = best === 0 ? [] : chains.filter((_, index) => ranks[index] === best)
  }
  return chains[0] ?? listener.default_filter_chain
}

function serverNameRank(pattern: string, name: string): number {
  const wanted = pattern.toLowerCase()
  if (!wanted.startsWith('*')) return wanted === name.toLowerCase() ? 1e6 : 0
  return name.toLowerCase().endsWith(wanted.slice(1)) && name !== '' ? 1 + wanted.length : 0
}

function within(prefix: string, length: number, address: string): boolean {
  const family = (ip: string) => (isIPv6(ip) ? 'ipv6' : 'ipv4')
  if (family(prefix) !== family(address)) return false
  const block = new BlockList()
  block.addSubnet(prefix, length, family(prefix))
  return block.check(address, family(address))
}

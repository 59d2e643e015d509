// Transparent capture: the nftables rules that lead an application's traffic through the Envoy beside it, and their removal.

export interface CaptureOptions {
  /** The user Envoy runs as: its own connections are not captured. */
  readonly uid: number
  /** Ports of the listeners `virtualOutbound` and `virtualInbound`. */
  readonly outboundPort?: number
  readonly inboundPort?: number
  /** Ports of this host that are reached without Envoy, for instance of ssh or a health check. */
  readonly excludeInboundPorts?: readonly number[]
  /** Ports elsewhere that are called without Envoy. */
  readonly excludeOutboundPorts?: readonly number[]
  /** Addresses elsewhere, as `10.0.0.0/8`, that are called without Envoy. */
  readonly excludeOutboundRanges?: readonly string[]
}

const TABLE = 'table ip lotse'
/** Connections that were open before the rules look new to the kernel's tracking, and would be torn if redirected. */
const OPENING = 'tcp flags & (fin | syn | rst | ack) == syn'
/** Envoy calls ports of the application that no service declares from this address, see `InboundPassthroughCluster`. */
const PASSTHROUGH_SOURCE = '127.0.0.6'

/**
 * A script for `nft -f`: one table of our own, replaced in one step, so that applying twice is applying once. IPv4 only,
 * like the listeners. Throws a RangeError for a port, user or range that is none.
 */
export function captureRules(options: CaptureOptions): string {
  const outbound = port(options.outboundPort ?? 15001)
  const inbound = port(options.inboundPort ?? 15006)
  const uid = natural(options.uid, 4294967294)
  const outPorts = ports(options.excludeOutboundPorts)
  const ranges = (options.excludeOutboundRanges ?? []).map(range)
  const inPorts = ports(options.excludeInboundPorts)
  return `${removalRules()}${TABLE} {
  chain outbound {
    type nat hook output priority -100; policy accept;
    oifname "lo" ip saddr ${PASSTHROUGH_SOURCE} return
    # An application that calls its own address is served like any other caller.
    oifname "lo" meta skuid ${uid} ip daddr != 127.0.0.0/8 ${OPENING} redirect to :${inbound}
    meta skuid ${uid} return
    ip daddr 127.0.0.0/8 return
${lines(outPorts.length > 0, `tcp dport { ${outPorts.join(', ')} } return`)}${lines(ranges.length > 0, `ip daddr { ${ranges.join(', ')} } return`)}    ${OPENING} redirect to :${outbound}
  }
  chain inbound {
    type nat hook prerouting priority -100; policy accept;
${lines(inPorts.length > 0, `tcp dport { ${inPorts.join(', ')} } return`)}    ${OPENING} redirect to :${inbound}
  }
}
`
}

/** Takes everything back; does nothing, and is no error, where nothing was applied. */
export function removalRules(): string {
  return `${TABLE}\ndelete ${TABLE}\n`
}

function lines(wanted: boolean, text: string): string {
  return wanted ? `    ${text}\n` : ''
}

function ports(list: readonly number[] = []): number[] {
  return [...new Set(list)].map(port)
}

function port(value: number): number {
  if (value === 0) throw new RangeError('0 is not a port')
  return natural(value, 65535)
}

function natural(value: number, max: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= max) return value
  throw new RangeError(`${value} is not a whole number from 0 to ${max}`)
}

/** Strict, since it becomes part of a script that runs as root. */
function range(text: string): string {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(text)
  const parts = match?.slice(1, 5).map(Number) ?? []
  if (!match || parts.some((part) => part > 255) || Number(match[5] ?? 32) > 32) {
    throw new RangeError(`${text} is not an IPv4 address range such as 10.0.0.0/8`)
  }
  return text
}

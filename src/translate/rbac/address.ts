// IP addresses and blocks as users write them, as Envoy's ranges.
import type { CidrRange } from '../../../proto/envoy.d.ts'

/** `10.1.0.0/16`, `10.1.2.3` (one address), `2001:db8::/32`; undefined if it is none of these. */
export function cidrRange(text: string): CidrRange | undefined {
  const [address = '', length, more] = text.split('/')
  if (more !== undefined) return undefined
  const bits = isIpv4(address) ? 32 : isIpv6(address) ? 128 : undefined
  if (bits === undefined) return undefined
  if (length === undefined) return { address_prefix: address, prefix_len: bits }
  if (!/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > bits) return undefined
  return { address_prefix: address, prefix_len: Number(length) }
}

/** A TCP port as text; undefined if it is none. */
export function portNumber(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65535 ? Number(text) : undefined
}

function isIpv4(text: string): boolean {
  const parts = text.split('.')
  return (
    parts.length === 4 &&
    parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
  )
}

function isIpv6(text: string): boolean {
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  const last = groups.at(-1) ?? ''
  const embedsIpv4 = isIpv4(last)
  const hex = embedsIpv4 ? groups.slice(0, -1) : groups
  if (!hex.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false
  if (embedsIpv4 && text.endsWith('::')) return false
  const count = hex.length + (embedsIpv4 ? 2 : 0)
  return halves.length === 2 ? count <= 7 : count === 8
}

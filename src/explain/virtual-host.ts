// Which virtual host a request is for, by Envoy's rules.
import type { RouteConfiguration, VirtualHost } from '../../proto/envoy.d.ts'
import { lower } from './text.ts'

/** An exact domain before the longest `*.suffix`, before the longest `prefix.*`, before `*`; the case does not matter. */
export function virtualHostFor(
  config: Pick<RouteConfiguration, 'ignore_port_in_host_matching'>,
  hosts: readonly VirtualHost[],
  authority: string,
): VirtualHost | undefined {
  const whole = lower(authority)
  const host = config.ignore_port_in_host_matching ? withoutPort(whole) : whole
  let best: { host: VirtualHost; rank: number } | undefined
  for (const candidate of hosts) {
    for (const domain of candidate.domains ?? []) {
      const rank = rankOf(lower(domain), host)
      if (rank > (best?.rank ?? 0)) best = { host: candidate, rank }
    }
  }
  return best?.host
}

const EXACT = 3e6
const SUFFIX = 2e6
const PREFIX = 1e6

/** Zero if the domain does not match; the longer pattern of a kind ranks higher. A star stands for at least one character. */
function rankOf(domain: string, host: string): number {
  if (domain === '*') return 1
  if (domain.startsWith('*')) {
    const suffix = domain.slice(1)
    return host.length > suffix.length && host.endsWith(suffix) ? SUFFIX + suffix.length : 0
  }
  if (domain.endsWith('*')) {
    const prefix = domain.slice(0, -1)
    return host.length > prefix.length && host.startsWith(prefix) ? PREFIX + prefix.length : 0
  }
  return domain === host ? EXACT : 0
}

function withoutPort(host: string): string {
  const colon = host.lastIndexOf(':')
  return colon < 0 || host.lastIndexOf(']') > colon ? host : host.slice(0, colon)
}

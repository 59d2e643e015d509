// Which inbound connections are looked into before a chain is chosen: no more than must be, since a server that speaks first waits meanwhile.
import type { ListenerFilter, ListenerFilterChainMatchPredicate } from '../../../proto/envoy.d.ts'
import { HTTP_INSPECTOR, TLS_INSPECTOR } from './filters.ts'
import type { ChainOptions } from './inbound-chains.ts'

export type Inspected = Pick<ChainOptions, 'protocol' | 'mode' | 'certified' | 'ownTls'>

function needsTls({ protocol, mode, certified, ownTls }: Inspected): boolean {
  return protocol === 'auto' || ownTls !== undefined || (certified && mode !== 'DISABLE')
}

function needsHttp({ protocol }: Inspected): boolean {
  return protocol === 'auto'
}

/** For one listener that serves each port in its own way, and all `others` alike. */
export function inspectors(
  ports: ReadonlyMap<number, Inspected>,
  others?: Inspected,
): ListenerFilter[] {
  return [
    ...inspector(TLS_INSPECTOR, ports, others, needsTls),
    ...inspector(HTTP_INSPECTOR, ports, others, needsHttp),
  ]
}

function inspector(
  filter: ListenerFilter,
  ports: ReadonlyMap<number, Inspected>,
  others: Inspected | undefined,
  needs: (one: Inspected) => boolean,
): ListenerFilter[] {
  const needing = [...ports].filter(([, one]) => needs(one)).map(([port]) => port)
  const free = [...ports.keys()].filter((port) => !needing.includes(port))
  if (others && needs(others)) {
    return [free.length > 0 ? { ...filter, filter_disabled: anyOf(free) } : filter]
  }
  if (needing.length === 0) return []
  const isForAll = free.length === 0 && others === undefined
  return [isForAll ? filter : { ...filter, filter_disabled: { not_match: anyOf(needing) } }]
}

function anyOf(ports: readonly number[]): ListenerFilterChainMatchPredicate {
  const [first, second, ...more] = ports.map(
    (port): ListenerFilterChainMatchPredicate => ({
      destination_port_range: { start: port, end: port + 1 },
    }),
  )
  return second ? { or_match: { rules: [first!, second, ...more] } } : first!
}

// Servers of Gateways that cannot share a port.
import type { Diagnostic } from '../../../model/diagnostic.ts'
import { type Document, nameOf } from '../../../model/document.ts'
import { printOrigin } from '../../../model/origin.ts'
import { isHttp, isTls, protocolOf } from '../../../model/protocol.ts'
import type { Gateway, Server } from '../../../model/schema/gateway.ts'
import { reportOn } from '../report.ts'
import { grouped, type Known } from './known.ts'

interface Placed {
  readonly document: Document<Gateway>
  readonly server: Server
  readonly index: number
}

/** Gateways with equal selectors are on the same proxies; others are not compared. */
export function gatewayReferences(known: Known): Diagnostic[] {
  const servers = [...known.gateways.values()].flatMap((document): Placed[] =>
    (document.spec.servers ?? []).map((server, index) => ({ document, server, index })),
  )
  const places = grouped(servers, ({ document, server }) =>
    JSON.stringify([
      Object.entries(document.spec.selector ?? {}).sort(),
      server.bind || '0.0.0.0',
      server.port.number,
    ]),
  )
  return [...places.values()].flatMap((group) =>
    group.flatMap((placed, index) => conflict(placed, group.slice(0, index))),
  )
}

type Traffic = 'HTTP' | 'TLS' | 'TCP'

function trafficOf({ port }: Server): Traffic {
  const protocol = protocolOf(port.number, port.name, port.protocol)
  return isTls(protocol) ? 'TLS' : isHttp(protocol) ? 'HTTP' : 'TCP'
}

function conflict(placed: Placed, older: readonly Placed[]): Diagnostic[] {
  const [first] = older
  if (!first) return []
  const report = reportOn(placed.document)
  const { server, index } = placed
  const path = ['spec', 'servers', index]
  const [own, other] = [trafficOf(server), trafficOf(first.server)]
  if (own !== other) {
    report.warning(
      'L0248',
      [...path, 'port'],
      () =>
        `port ${server.port.number} is taken for ${other} by ${named(first)}; ${own} cannot share it: use another port`,
    )
  } else if (own === 'TCP') {
    report.warning(
      'L0248',
      [...path, 'port'],
      () =>
        `port ${server.port.number} is taken by ${named(first)}, and TCP cannot be shared: use another port`,
    )
  } else if (own === 'TLS') {
    for (const [number, host] of server.hosts.entries()) {
      const taken = older.find((before) =>
        before.server.hosts.some((name) => bare(name) === bare(host)),
      )
      if (!taken) continue
      report.warning(
        'L0248',
        [...path, 'hosts', number],
        () =>
          `${named(taken)} has the same TLS host "${bare(host)}" on port ${server.port.number}; this server is left out for it`,
      )
    }
  }
  return report.diagnostics
}

function bare(host: string): string {
  return host.slice(host.indexOf('/') + 1).toLowerCase()
}

function named({ document, index }: Placed): string {
  return `${nameOf(document)} (${printOrigin(document.at(['spec', 'servers', index]))})`
}

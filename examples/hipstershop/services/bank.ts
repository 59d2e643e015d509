// The European Central Bank's rates, answered on this machine so that the demo never leaves it. It is outside the mesh: no Envoy, no identity.

import http from 'node:http'
import type { Journal } from '../standin/journal.ts'
import { type Listening, listen } from '../standin/listen.ts'
import { BANK } from '../topology.ts'
import { RATES_PATH } from './currencyservice.ts'

export const BANK_RATES: Readonly<Record<string, number>> = {
  USD: 1.25,
  GBP: 0.8,
  JPY: 160,
  CHF: 0.95,
  TRY: 40,
}

export async function startBank(journal: Journal, port: number): Promise<Listening> {
  const server = http.createServer((request, response) => {
    journal.record({
      workload: BANK.host,
      service: request.headers.host?.split(':')[0] ?? '',
      version: '',
      path: request.url ?? '',
      claimed: request.headers['user-agent']?.split('/')[0] ?? '',
      proved: '',
      mark: String(request.headers['x-check'] ?? ''),
      requestId: '',
    })
    if (request.url !== RATES_PATH) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': 'text/xml' }).end(ratesXml())
  })
  return listen(server, '127.0.0.1', port, () => server.closeAllConnections())
}

function ratesXml(): string {
  const rows = Object.entries(BANK_RATES).map(
    ([currency, rate]) => `    <Cube currency='${currency}' rate='${rate}'/>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Envelope>\n  <Cube>\n${rows.join('\n')}\n  </Cube>\n</Envelope>\n`
}

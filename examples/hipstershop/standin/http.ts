// An HTTP/1.1 server for stand-ins that records every request, with the answer as a value.

import http from 'node:http'
import type { App } from './app.ts'
import { claimedCaller, type Headers, handedOn } from './headers.ts'
import { provedIdentity } from './journal.ts'
import { type Listening, listen } from './listen.ts'

export interface Request {
  readonly method: string
  readonly url: URL
  /** The body of a form (`a=1&b=2`); empty for everything else. */
  readonly form: URLSearchParams
  readonly cookies: ReadonlyMap<string, string>
  /** To be handed on with every call made for this request. */
  readonly headers: Headers
}

export interface Page {
  readonly status: number
  readonly type?: string
  readonly body?: string
  readonly location?: string
  readonly cookies?: readonly string[]
}

/** Serves pages at an address; a handler that throws is answered with 500 and the message. */
export async function serveHttp(
  app: App,
  handler: (request: Request) => Promise<Page>,
  host: string,
  port: number,
): Promise<Listening> {
  const server = http.createServer((incoming, outgoing) => {
    respond(app, handler, incoming, outgoing).catch((error: Error) => {
      if (!outgoing.headersSent) outgoing.writeHead(500)
      outgoing.end(error.message)
    })
  })
  return listen(server, host, port, () => server.closeAllConnections())
}

async function respond(
  app: App,
  handler: (request: Request) => Promise<Page>,
  incoming: http.IncomingMessage,
  outgoing: http.ServerResponse,
): Promise<void> {
  const parts: Buffer[] = []
  for await (const part of incoming) parts.push(part as Buffer)
  const url = new URL(incoming.url ?? '/', 'http://frontend')
  const mark = String(incoming.headers['x-check'] ?? '')
  app.town.journal.record({
    workload: app.row.name,
    service: app.row.app,
    version: app.row.version,
    path: url.pathname,
    claimed: claimedCaller(incoming.headers),
    proved: provedIdentity(incoming.headers['x-forwarded-client-cert'] as string | undefined),
    mark,
    requestId: String(incoming.headers['x-request-id'] ?? ''),
  })
  if ((await app.town.trouble.meet(app.row.app, mark)) === 'fail') {
    outgoing.writeHead(503).end()
    return
  }
  const page = await handler({
    method: incoming.method ?? 'GET',
    url,
    form: new URLSearchParams(Buffer.concat(parts).toString()),
    cookies: readCookies(incoming.headers.cookie ?? ''),
    headers: handedOn(incoming.headers),
  })
  outgoing.statusCode = page.status
  outgoing.setHeader('x-version', app.row.version)
  if (page.body !== undefined) {
    outgoing.setHeader('content-type', page.type ?? 'text/html; charset=utf-8')
  }
  if (page.location !== undefined) outgoing.setHeader('location', page.location)
  if (page.cookies) outgoing.setHeader('set-cookie', page.cookies)
  outgoing.end(page.body)
}

function readCookies(header: string): Map<string, string> {
  const cookies = new Map<string, string>()
  for (const pair of header.split(/; */)) {
    const equals = pair.indexOf('=')
    if (equals > 0) cookies.set(pair.slice(0, equals), pair.slice(equals + 1))
  }
  return cookies
}

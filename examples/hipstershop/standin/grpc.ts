// A unary gRPC server over node:http2. grpc-js's own server cannot answer with an HTTP error status, which is what a retry on `5xx` looks at.

import http2 from 'node:http2'
import { status } from '@grpc/grpc-js'
import type { App } from './app.ts'
import { claimedCaller, type Headers, handedOn } from './headers.ts'
import { provedIdentity } from './journal.ts'
import { type Listening, listen } from './listen.ts'
import type { Method } from './proto.ts'

/** A handler throws `Refusal` for an answer other than OK. `headers` go along with every call it makes. */
export type Handler = (request: never, headers: Headers) => object | Promise<object>

/** A gRPC status other than OK. */
export class Refusal extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/** Serves an application's methods (`CartService/GetCart`) at an address. */
export async function serveGrpc(
  app: App,
  handlers: Readonly<Record<string, Handler>>,
  host: string,
  port: number,
): Promise<Listening> {
  const byPath = new Map(
    Object.entries(handlers).map(([name, handler]) => [`/hipstershop.${name}`, handler]),
  )
  const server = http2.createServer()
  const sessions = new Set<http2.ServerHttp2Session>()
  server.on('session', (session) => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
    // A peer that goes away is no error of this server.
    session.on('error', () => {})
  })
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {})
    const path = String(headers[':path'])
    answer(app, app.town.methods.get(path), byPath.get(path), stream, headers).catch(() =>
      stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR),
    )
  })
  return listen(server, host, port, () => {
    for (const session of sessions) session.destroy()
  })
}

async function answer(
  app: App,
  method: Method | undefined,
  handler: Handler | undefined,
  stream: http2.ServerHttp2Stream,
  headers: http2.IncomingHttpHeaders,
): Promise<void> {
  const body = await read(stream)
  const mark = String(headers['x-check'] ?? '')
  app.town.journal.record({
    workload: app.row.name,
    service: app.row.app,
    version: app.row.version,
    path: String(headers[':path']),
    claimed: claimedCaller(headers),
    proved: provedIdentity(headers['x-forwarded-client-cert'] as string | undefined),
    mark,
    requestId: String(headers['x-request-id'] ?? ''),
  })
  const todo = await app.town.trouble.meet(app.row.app, mark)
  if (stream.destroyed) return
  if (todo === 'fail') {
    stream.respond({ ':status': 503 }, { endStream: true })
  } else if (!method || !handler) {
    refuse(stream, status.UNIMPLEMENTED, `${app.row.name} has no such method`)
  } else {
    await work(method, handler, stream, body, handedOn(headers))
  }
}

async function work(
  method: Method,
  handler: Handler,
  stream: http2.ServerHttp2Stream,
  body: Buffer,
  headers: Headers,
): Promise<void> {
  let response: Buffer
  try {
    // Five bytes of framing (compression flag, length) come before the one message of a unary request.
    const request = method.requestDeserialize(body.subarray(5))
    response = method.responseSerialize(await handler(request as never, headers))
  } catch (error) {
    const code = (error as { code?: unknown }).code
    const text = error instanceof Error ? error.message : String(error)
    if (!stream.destroyed) {
      refuse(stream, typeof code === 'number' ? code : status.INTERNAL, text)
    }
    return
  }
  if (stream.destroyed) return
  const frame = Buffer.alloc(5 + response.length)
  frame.writeUInt32BE(response.length, 1)
  response.copy(frame, 5)
  stream.respond(
    { ':status': 200, 'content-type': 'application/grpc+proto' },
    { waitForTrailers: true },
  )
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(status.OK) }))
  stream.end(frame)
}

function refuse(stream: http2.ServerHttp2Stream, code: number, text: string): void {
  stream.respond(
    {
      ':status': 200,
      'content-type': 'application/grpc+proto',
      'grpc-status': String(code),
      'grpc-message': encodeURIComponent(text),
    },
    { endStream: true },
  )
}

async function read(stream: http2.ServerHttp2Stream): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

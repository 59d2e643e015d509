// Services for tests to call: they answer what they received, or fail in the way they are told.
import { createServer as createHttp1, type IncomingMessage, type ServerResponse } from 'node:http'
import {
  createServer as createHttp2,
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2'
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net'
import type { TLSSocket, TlsOptions } from 'node:tls'
import type { Cleanup } from './cleanup.ts'

/** What an HTTP upstream answers as JSON, and keeps of each request. */
export interface Echo {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly host: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  readonly http: string
  /** The caller's port: equal for two requests that came over one connection. */
  readonly connection: number
  /** Subject alternative names of the caller's certificate, where the upstream asks for one. */
  readonly peer?: string
}

/** How to fail; without any, the echo is answered with 200. */
export interface Behaviour {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Replaces the echo. */
  readonly body?: string
  /** Milliseconds before the answer. */
  readonly delay?: number
  /** The first so many requests get `status` (503 if that is not given), later ones 200. */
  readonly failFirst?: number
  /** Never answers. */
  readonly hang?: boolean
  /** Closes the connection with a reset instead of answering. */
  readonly reset?: boolean
}

export interface Upstream {
  readonly name: string
  readonly address: string
  readonly port: number
  /** Everything received since the start or the last `behave`. */
  readonly received: readonly Echo[]
  /** Connections accepted since the start. */
  connections(): number
  /** From the next request on. */
  behave(behaviour: Behaviour): void
  /** Closes the port and every connection. */
  stop(): Promise<void>
}

export interface UpstreamOptions {
  readonly name: string
  readonly address?: string
  readonly port?: number
  readonly behaviour?: Behaviour
  /** With it the port speaks TLS (ALPN h2 and http/1.1). */
  readonly tls?: TlsOptions
}

type Incoming = IncomingMessage | Http2ServerRequest
type Outgoing = ServerResponse | Http2ServerResponse

/** An HTTP server; without TLS one port speaks HTTP/1.1 and HTTP/2 with prior knowledge. */
export async function httpUpstream(t: Cleanup, options: UpstreamOptions): Promise<Upstream> {
  let behaviour = options.behaviour ?? {}
  let received: Echo[] = []
  const onRequest = async (incoming: Incoming, outgoing: Outgoing): Promise<void> => {
    const echo = await echoOf(options.name, incoming)
    received.push(echo)
    const now = behaviour
    const failing = now.failFirst === undefined || received.length <= now.failFirst
    const wanted = now.status ?? (now.failFirst === undefined ? 200 : 503)
    if (now.hang) return
    if (now.reset) return reset(incoming)
    if (now.delay) await new Promise((resolve) => setTimeout(resolve, now.delay))
    const headers = { 'content-type': 'application/json', ...now.headers }
    outgoing.writeHead(failing ? wanted : 200, headers)
    outgoing.end(now.body ?? JSON.stringify(echo))
  }
  const handler = (incoming: Incoming, outgoing: Outgoing): void => {
    onRequest(incoming, outgoing).catch(() => incoming.destroy())
  }
  const server = options.tls
    ? createSecureServer({ ...options.tls, allowHTTP1: true }, handler)
    : bothVersions(handler)
  const bound = await listen(t, server, options)
  return {
    ...bound,
    name: options.name,
    get received() {
      return received
    },
    behave(next) {
      behaviour = next
      received = []
    },
  }
}

async function echoOf(name: string, incoming: Incoming): Promise<Echo> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const headers = incoming.headers as Echo['headers']
  const peer = (incoming.socket as TLSSocket).getPeerCertificate?.()?.subjectaltname
  return {
    name,
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    host: String(headers[':authority'] ?? headers.host ?? ''),
    headers: Object.fromEntries(Object.entries(headers)),
    body: Buffer.concat(chunks).toString(),
    http: incoming.httpVersion,
    connection: incoming.socket.remotePort ?? 0,
    ...(peer && { peer }),
  }
}

function reset(incoming: Incoming): void {
  if ('stream' in incoming) incoming.stream.close(2)
  else incoming.socket.resetAndDestroy()
}

/** Looks at the first bytes of a connection: HTTP/2 begins with a preface. */
function bothVersions(handler: (incoming: Incoming, outgoing: Outgoing) => void): Server {
  const http1 = createHttp1({ keepAliveTimeout: 60_000 }, handler)
  const http2 = createHttp2(handler)
  return createTcp((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', (first) => {
      socket.pause()
      socket.unshift(first)
      const isHttp2 = first.subarray(0, 3).toString() === 'PRI'
      ;(isHttp2 ? http2 : http1).emit('connection', socket)
      // HTTP/2 takes what was unread by itself, a flowing socket would lose it.
      if (!isHttp2) socket.resume()
    })
  })
}

/** A TCP server that sends back what it gets; with a greeting it speaks first. */
export async function tcpUpstream(
  t: Cleanup,
  options: {
    readonly name: string
    readonly address?: string
    readonly port?: number
    readonly greeting?: string
  },
): Promise<Omit<Upstream, 'received' | 'behave'>> {
  const server = createTcp((socket) => {
    socket.on('error', () => undefined)
    if (options.greeting !== undefined) socket.write(options.greeting)
    socket.pipe(socket)
  })
  return { ...(await listen(t, server, options)), name: options.name }
}

async function listen(
  t: Cleanup,
  server: Server,
  options: { readonly address?: string; readonly port?: number },
): Promise<Pick<Upstream, 'address' | 'port' | 'connections' | 'stop'>> {
  const sockets = new Set<Socket>()
  let accepted = 0
  server.on('connection', (socket: Socket) => {
    accepted += 1
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const address = options.address ?? '127.0.0.1'
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, address, resolve)
  })
  const { port } = server.address() as AddressInfo
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
  t.after(stop)
  return { address, port, connections: () => accepted, stop }
}

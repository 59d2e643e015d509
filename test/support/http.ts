// An HTTP client for tests that sends exactly what it is told: any Host, any path, one connection or many, HTTP/1 or 2.
import { Agent, type IncomingMessage, request as plainRequest } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import { connect } from 'node:net'
import type { ConnectionOptions } from 'node:tls'

export interface HttpRequest {
  /** Where to connect; 127.0.0.1 by default. */
  readonly address?: string
  readonly port: number
  /** The Host header or `:authority`; `address:port` by default. */
  readonly host?: string
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Buffer
  /** Milliseconds; 30,000 by default. */
  readonly timeout?: number
  readonly tls?: ConnectionOptions
  readonly agent?: Agent | TlsAgent
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  /** The client's own port: equal for two answers that came over one connection. */
  readonly connection: number
  json<T = Record<string, unknown>>(): T
}

/** One request over HTTP/1.1, on a connection of its own unless an agent is given. */
export function request(options: HttpRequest): Promise<HttpAnswer> {
  const { address = '127.0.0.1', port, timeout = 30_000 } = options
  return new Promise((resolve, reject) => {
    const send = options.tls ? tlsRequest : plainRequest
    const outgoing = send(
      {
        ...options.tls,
        host: address,
        port,
        path: options.path ?? '/',
        method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
        headers: { host: options.host ?? `${address}:${port}`, ...(options.headers as object) },
        agent: options.agent ?? false,
        timeout,
      },
      (incoming) => {
        collect(incoming).then(resolve, reject)
      },
    )
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${timeout} ms`)))
    outgoing.on('error', reject)
    outgoing.end(options.body)
  })
}

async function collect(incoming: IncomingMessage): Promise<HttpAnswer> {
  const connection = incoming.socket.localPort ?? 0
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return answer(incoming.statusCode ?? 0, incoming.headers, chunks, connection)
}

function answer(
  status: number,
  headers: HttpAnswer['headers'],
  chunks: readonly Buffer[],
  connection: number,
): HttpAnswer {
  const body = Buffer.concat(chunks).toString()
  return { status, headers, body, connection, json: <T>() => JSON.parse(body) as T }
}

export interface Connection {
  /** Sends over the one connection, which is kept open. */
  request(options?: Omit<HttpRequest, 'port' | 'address' | 'tls' | 'agent'>): Promise<HttpAnswer>
  close(): void
}

/** One HTTP/1.1 connection for many requests in turn. */
export function keepAlive(
  target: Pick<HttpRequest, 'address' | 'port' | 'host' | 'tls'>,
): Connection {
  const limits = { keepAlive: true, maxSockets: 1 }
  const agent = target.tls ? new TlsAgent({ ...target.tls, ...limits }) : new Agent(limits)
  return {
    request: (options = {}) => request({ ...target, ...options, agent }),
    close: () => agent.destroy(),
  }
}

/** One HTTP/2 connection: with prior knowledge in plain text, or by TLS. Requests may run side by side. */
export function http2(target: Pick<HttpRequest, 'address' | 'port' | 'host' | 'tls'>): Connection {
  const { address = '127.0.0.1', port } = target
  const session = connectHttp2(`${target.tls ? 'https' : 'http'}://${address}:${port}`, target.tls)
  // Each request reports a broken session itself.
  session.on('error', () => undefined)
  return {
    request: (options = {}) =>
      new Promise((resolve, reject) => {
        const { timeout = 30_000 } = options
        const stream = session.request({
          ':method': options.method ?? (options.body === undefined ? 'GET' : 'POST'),
          ':path': options.path ?? '/',
          ':authority': options.host ?? target.host ?? `${address}:${port}`,
          ...(options.headers as object),
        })
        const chunks: Buffer[] = []
        let status = 0
        let headers: HttpAnswer['headers'] = {}
        stream.on('response', (received) => {
          status = received[':status'] ?? 0
          headers = received as HttpAnswer['headers']
        })
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () =>
          resolve(answer(status, headers, chunks, session.socket?.localPort ?? 0)),
        )
        stream.on('error', reject)
        stream.setTimeout(timeout, () => {
          stream.close()
          reject(new Error(`no answer within ${timeout} ms`))
        })
        stream.end(options.body)
      }),
    close: () => session.destroy(),
  }
}

/** Sends bytes as they are and gives all that comes back until it matches `until` or the other side closes. */
export function rawExchange(options: {
  readonly address?: string
  readonly port: number
  readonly send: string | Buffer
  readonly until?: RegExp
}): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(options.port, options.address ?? '127.0.0.1')
    let text = ''
    const finish = (): void => {
      socket.destroy()
      resolve(text)
    }
    socket.setTimeout(30_000, () => socket.destroy(new Error(`silent for 30 s after "${text}"`)))
    socket.setEncoding('utf8')
    socket.on('data', (chunk) => {
      text += chunk
      if (options.until?.test(text)) finish()
    })
    socket.on('close', finish)
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code && text !== '' ? finish() : reject(error),
    )
    socket.write(options.send)
  })
}

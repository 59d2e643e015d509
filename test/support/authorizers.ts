// External authorizers for tests: an HTTP one and a gRPC one (envoy.service.auth.v3) that decide by a function and keep what they were asked.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js'
import { decodeMessage, encodeMessage } from '../../src/xds/encode/index.ts'
import type { Cleanup } from './cleanup.ts'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** In base64, where it came as bytes. */
  readonly packed?: string
}

export interface Verdict {
  /** 200 lets the request pass. */
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** No answer at all. */
  readonly hang?: boolean
}

export interface AuthorizerServer {
  readonly port: number
  /** Since the last `decide`. */
  readonly asked: readonly Asked[]
  decide(verdict: (asked: Asked) => Verdict): void
}

interface Core extends Omit<AuthorizerServer, 'port'> {
  answer(asked: Asked): Verdict
}

function core(): Core {
  let asked: Asked[] = []
  let verdict: (asked: Asked) => Verdict = () => ({ status: 200 })
  return {
    get asked() {
      return asked
    },
    decide(next) {
      verdict = next
      asked = []
    },
    answer(one) {
      asked.push(one)
      return verdict(one)
    },
  }
}

export async function httpAuthorizer(t: Cleanup, address: string): Promise<AuthorizerServer> {
  const own = core()
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const { status, headers, body, hang } = own.answer({
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: incoming.headers as Asked['headers'],
      body: Buffer.concat(chunks).toString(),
    })
    if (hang) return
    outgoing.writeHead(status, headers)
    outgoing.end(body)
  }
  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => incoming.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return withPort(own, (server.address() as AddressInfo).port)
}

const CHECK: ServiceDefinition = {
  Check: {
    path: '/envoy.service.auth.v3.Authorization/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: (value: Buffer) => value,
    requestDeserialize: (bytes: Buffer) => bytes,
    responseSerialize: (value: Buffer) => value,
    responseDeserialize: (bytes: Buffer) => bytes,
  },
}

export async function grpcAuthorizer(t: Cleanup, address: string): Promise<AuthorizerServer> {
  const own = core()
  const server = new Server()
  server.addService(CHECK, {
    Check: (call: { request: Buffer }, done: (error: null, value: Buffer) => void) => {
      const verdict = own.answer(askedBy(call.request))
      if (!verdict.hang) done(null, response(verdict))
    },
  })
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${address}:0`, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
  t.after(() => server.forceShutdown())
  return withPort(own, port)
}

function askedBy(bytes: Buffer): Asked {
  const { attributes } = decodeMessage('envoy.service.auth.v3.CheckRequest', bytes) as {
    attributes?: { request?: { http?: Partial<Asked> & { raw_body?: string } } }
  }
  const http = attributes?.request?.http ?? {}
  const { method = '', path = '', headers = {}, body, raw_body } = http
  return {
    ...{ method, path, headers, body: body ?? Buffer.from(raw_body ?? '', 'base64').toString() },
    ...(raw_body ? { packed: raw_body } : {}),
  }
}

function response({ status, headers = {}, body = '' }: Verdict): Buffer {
  const options = Object.entries(headers).map(([key, value]) => ({ header: { key, value } }))
  const message =
    status === 200
      ? { status: { code: 0 }, ok_response: { headers: options } }
      : {
          status: { code: 7 },
          denied_response: { status: { code: status }, headers: options, body },
        }
  const encoded = encodeMessage('envoy.service.auth.v3.CheckResponse', message)
  if ('errors' in encoded) throw new Error(JSON.stringify(encoded.errors))
  return Buffer.from(encoded.bytes)
}

function withPort(own: Core, port: number): AuthorizerServer {
  return Object.defineProperty(own, 'port', { value: port }) as unknown as AuthorizerServer
}

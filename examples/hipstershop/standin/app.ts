// What every stand-in has: who it is, where the services it calls are, and the shared journal.
import http from 'node:http'
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { serviceOf, type WorkloadRow } from '../topology.ts'
import type { Headers } from './headers.ts'
import type { Journal } from './journal.ts'
import type { Method } from './proto.ts'
import type { Trouble } from './trouble.ts'

/** Milliseconds after which a caller gives up in any case. */
const LONGEST_CALL = 10_000
const LONGEST_REQUEST = 15_000

export interface Address {
  readonly host: string
  readonly port: number
}

/** What the stand-ins of one program share. */
export interface Town {
  readonly journal: Journal
  readonly trouble: Trouble
  readonly methods: ReadonlyMap<string, Method>
  /** Where an application finds a service: its own Envoy in the mesh, the service itself without one. */
  readonly find: (caller: WorkloadRow, service: string) => Address
}

export interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

/** One application: it calls other services by their names and hands the tracing headers on. */
export class App {
  readonly row: WorkloadRow
  readonly town: Town
  #clients = new Map<string, Client>()
  #agent = new http.Agent({ keepAlive: true })

  constructor(row: WorkloadRow, town: Town) {
    this.row = row
    this.town = town
  }

  /** One unary gRPC call, as in `call('cartservice', 'CartService/GetCart', {userId}, headers)`; rejects with grpc-js's ServiceError. */
  call<Response>(
    service: string,
    method: string,
    request: object,
    headers: Headers,
    timeout?: number,
  ): Promise<Response> {
    const definition = this.town.methods.get(`/hipstershop.${method}`)
    if (!definition) throw new Error(`demo.proto has no ${method}`)
    const metadata = new Metadata()
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value)
    const options = timeout === undefined ? {} : { deadline: Date.now() + timeout }
    return new Promise((resolve, reject) => {
      const call = this.#client(service).makeUnaryRequest(
        definition.path,
        definition.requestSerialize,
        definition.responseDeserialize,
        request,
        metadata,
        options,
        (error, response) => {
          clearTimeout(timer)
          if (error) reject(error)
          else resolve(response as Response)
        },
      )
      // Not a deadline: that would travel along as `grpc-timeout` and compete with the mesh's own timeouts.
      const timer = setTimeout(() => call.cancel(), LONGEST_CALL)
    })
  }

  /** One HTTP request to a service; `host` becomes the Host header, by which an Envoy chooses the route. */
  fetch(
    service: string,
    path: string,
    headers: Headers,
    options: { readonly method?: string; readonly host?: string } = {},
  ): Promise<Answer> {
    const { host, port } = this.town.find(this.row, service)
    return get(host, port, path, {
      method: options.method ?? 'GET',
      agent: this.#agent,
      headers: { ...headers, host: options.host ?? service, 'user-agent': `${this.row.app}/1` },
    })
  }

  close(): void {
    for (const client of this.#clients.values()) client.close()
    this.#clients.clear()
    this.#agent.destroy()
  }

  #client(service: string): Client {
    const existing = this.#clients.get(service)
    if (existing) return existing
    const { host, port } = this.town.find(this.row, service)
    const client = new Client(`${host}:${port}`, credentials.createInsecure(), {
      'grpc.default_authority': `${service}:${serviceOf(service).port}`,
      'grpc.primary_user_agent': this.row.app,
      // Retrying is the mesh's job here; a client that retries too would falsify the counts.
      'grpc.enable_retries': 0,
      'grpc.use_local_subchannel_pool': 1,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1000,
    })
    this.#clients.set(service, client)
    return client
  }
}

/** One HTTP request, its body read to the end; rejects when the connection fails. */
export function get(
  host: string,
  port: number,
  path: string,
  options: http.RequestOptions = {},
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host, port, path, ...options }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts).toString(),
        }),
      )
    })
    request.setTimeout(LONGEST_REQUEST, () => request.destroy(new Error('no answer in time')))
    request.on('error', reject)
    request.end(body)
  })
}

export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'metadata' in error
}

/** How a gRPC failure looks over HTTP; Envoy's timeout answer counts as 504 whichever of its two codes it carries. */
export function httpStatusOf(error: unknown): number {
  if (!isServiceError(error)) return 500
  if (error.code === status.DEADLINE_EXCEEDED || error.details.includes('timeout')) return 504
  if (error.code === status.UNAVAILABLE) return 503
  if (error.code === status.NOT_FOUND) return 404
  return 500
}

// Health for a kubelet, which has no certificate of the mesh: whether Envoy is ready, and what the application's own probes say.
import { createServer, request as requestHttp, type Server } from 'node:http'
import { request as requestHttps } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { Client, credentials } from '@grpc/grpc-js'
import type { AppProbe } from '../src/admission/probe.ts'

export interface ProbeOptions {
  readonly host: string
  readonly port: number
  /** Port of Envoy's admin on loopback; undefined until it runs. */
  readonly adminPort: () => number | undefined
  readonly probes: readonly AppProbe[]
}

export interface ProbeServer {
  readonly port: number
  readonly close: () => void
}

const READY = '/healthz/ready'
/** Header bytes of an answer of the application are not looked at, its body is thrown away. */
const DEFAULT_TIMEOUT = 3_000
const LOOPBACK = '127.0.0.1'

/** Answers 200 or 503, and 404 for a path that no probe has; nothing of the application's answer is passed on. */
export async function serveProbes(options: ProbeOptions): Promise<ProbeServer> {
  const byPath = new Map(options.probes.map((probe) => [probe.path, probe]))
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    const probe = byPath.get(path)
    const asked = path === READY ? envoyReady(options) : probe && appHealthy(probe)
    if (!asked) {
      response.writeHead(404).end()
      return
    }
    asked.then(
      (good) => response.writeHead(good ? 200 : 503).end(),
      () => response.writeHead(503).end(),
    )
  })
  server.headersTimeout = DEFAULT_TIMEOUT
  server.maxConnections = 100
  await listening(server, options)
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

function listening(server: Server, { host, port }: ProbeOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
}

function envoyReady({ adminPort }: ProbeOptions): Promise<boolean> {
  const port = adminPort()
  if (port === undefined) return Promise.resolve(false)
  return answers({ scheme: 'http', port, path: '/ready', headers: {} }, DEFAULT_TIMEOUT)
}

function appHealthy(probe: AppProbe): Promise<boolean> {
  const timeout = probe.timeoutSeconds * 1000
  if (probe.httpGet) return answers(probe.httpGet, timeout)
  if (probe.tcpPort !== undefined) return accepts(probe.tcpPort, timeout)
  return probe.grpc ? serving(probe.grpc, timeout) : Promise.resolve(false)
}

/** A kubelet takes every code from 200 to 399 for health, and believes any certificate. */
export function answers(
  { scheme, port, path, headers }: NonNullable<AppProbe['httpGet']>,
  timeout: number,
  host = LOOPBACK,
): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { host, port, path, headers, timeout, agent: false }
    const call =
      scheme === 'https'
        ? requestHttps({ ...options, rejectUnauthorized: false })
        : requestHttp(options)
    call.once('timeout', () => call.destroy())
    call.once('error', () => resolve(false))
    call.once('response', (response) => {
      const status = response.statusCode ?? 0
      response.destroy()
      resolve(status >= 200 && status < 400)
    })
    call.end()
  })
}

export function accepts(port: number, timeout: number, host = LOOPBACK): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout })
    const end = (good: boolean) => {
      socket.destroy()
      resolve(good)
    }
    socket.once('connect', () => end(true))
    socket.once('timeout', () => end(false))
    socket.once('error', () => end(false))
  })
}

/** grpc.health.v1: the request has the service's name in field 1, the answer SERVING (1) in field 1. */
export function serving({ port, service }: { port: number; service: string }, timeout: number) {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
  const name = Buffer.from(service)
  const message = name.length > 0 ? Buffer.concat([Buffer.from([10, name.length]), name]) : name
  return new Promise<boolean>((resolve) => {
    client.makeUnaryRequest(
      '/grpc.health.v1.Health/Check',
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => bytes,
      message,
      { deadline: Date.now() + timeout },
      (error, answer) => {
        client.close()
        resolve(!error && answer?.[0] === 8 && answer[1] === 1)
      },
    )
  })
}

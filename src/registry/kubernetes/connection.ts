// The way to a Kubernetes API server: where it is and who we are by kubeconfig or service account, requests by node's own client.
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { type RequestOptions, request as requestHttps } from 'node:https'
import { createInterface } from 'node:readline'
import type { Diagnostic } from '../../model/diagnostic.ts'

export interface Reply {
  readonly status: number
  readonly body: unknown
}

export interface Connection {
  /** For messages. */
  readonly server: string
  /** Rejects when the server cannot be reached; every answer of the server resolves. */
  readonly request: (method: string, path: string, sent?: Sent) => Promise<Reply>
  /** Lines as they come, until the server ends the answer. Rejects with `Refused` if there is none to read; `onOpen` is called otherwise. */
  readonly lines: (
    path: string,
    heard: { readonly onOpen: () => void; readonly onLine: (line: string) => void },
    stop: AbortSignal,
  ) => Promise<void>
}

export interface Sent {
  readonly body: unknown
  /** `application/json` by default. */
  readonly contentType?: string
}

/** An answer that is not what was asked for. */
export class Refused extends Error {
  readonly status: number

  constructor(status: number, text: string) {
    super(text)
    this.status = status
  }
}

/** How long a request may take in ms; watches are open as long as there is news. */
const TIMEOUT = 30_000
/** A watch on which nothing came for so long is dead: the server sends a bookmark a minute. */
const SILENCE = 5 * 60_000

/**
 * By the kubeconfig of the given path, else as `kubectl` does: KUBECONFIG, ~/.kube/config, or the service account of the pod.
 * L0120 if there is none.
 */
export async function openConnection(kubeconfig?: string): Promise<Connection | Diagnostic> {
  const { KubeConfig } = await import('./kubeconfig.ts')
  const config = new KubeConfig()
  try {
    if (kubeconfig) config.loadFromFile(kubeconfig)
    else config.loadFromDefault()
  } catch (error) {
    return unusable(kubeconfig, (error as Error).message.split('\n')[0] ?? '')
  }
  const server = config.getCurrentCluster()?.server
  if (!server) return unusable(kubeconfig, 'it names no cluster')
  const open = async (method: string, path: string, headers: Record<string, string> = {}) => {
    const options: RequestOptions = { method, headers }
    await config.applyToHTTPSOptions(options)
    options.headers = { ...options.headers, ...headers }
    const url = new URL(path, server)
    return url.protocol === 'http:' ? requestHttp(url, options) : requestHttps(url, options)
  }
  return {
    server,
    async request(method, path, sent) {
      const type = sent?.contentType ?? 'application/json'
      const call = await open(method, path, sent ? { 'content-type': type } : {})
      call.setTimeout(TIMEOUT, () => call.destroy(new Error('it did not answer in time')))
      const response = await answer(call, sent?.body)
      return { status: response.statusCode ?? 0, body: parsed(await textOf(response)) }
    },
    async lines(path, { onOpen, onLine }, stop) {
      const call = await open('GET', path)
      const end = () => call.destroy()
      stop.addEventListener('abort', end)
      call.setTimeout(SILENCE, () => call.destroy(new Error('nothing came for five minutes')))
      try {
        const response = await answer(call)
        const status = response.statusCode ?? 0
        if (status !== 200) throw new Refused(status, messageOf(parsed(await textOf(response))))
        onOpen()
        for await (const line of createInterface(response)) onLine(line)
      } finally {
        stop.removeEventListener('abort', end)
        call.destroy()
      }
    },
  }
}

function unusable(kubeconfig: string | undefined, why: string): Diagnostic {
  const where = kubeconfig
    ? `the kubeconfig ${kubeconfig}`
    : 'KUBECONFIG, ~/.kube/config or the pod'
  return {
    code: 'L0120',
    severity: 'error',
    text: `No access to a Kubernetes API server by ${where} (${why}). Name one by --kubeconfig`,
  }
}

function answer(call: ClientRequest, body?: unknown): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    call.once('response', resolve)
    call.once('error', reject)
    call.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** What the server says in a `Status`, or the beginning of whatever it sent. */
export function messageOf(body: unknown): string {
  if (typeof body === 'object' && body !== null && 'message' in body) return String(body.message)
  return String(typeof body === 'string' ? body : JSON.stringify(body)).slice(0, 200)
}

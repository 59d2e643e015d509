// The HTTPS side for the API server's admission webhooks: what is to be said of an object, and the sidecar for a new pod.

import type { Server as HttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { InjectSettings } from './inject.ts'
import { answer, injectionOf, type Review, verdictOf } from './review.ts'

export interface Pair {
  readonly keyPem: string
  readonly chainPem: string
}

export interface WebhookOptions {
  readonly host: string
  readonly port: number
  readonly pair: Pair
  readonly settings: InjectSettings
  /** What `lotse check` says of one object. */
  readonly judge: (object: unknown) => readonly Diagnostic[]
}

export interface WebhookServer {
  readonly port: number
  /** New connections get the new pair. */
  readonly renew: (pair: Pair) => void
  readonly close: () => Promise<void>
}

export const VALIDATE = '/validate'
export const INJECT = '/inject'
/** Of an object as etcd takes it, with the old one beside it. */
const LARGEST = 4 * 1024 * 1024

/** Rejects if the port cannot be had. Whoever calls learns only what he sent: both answers depend on the object. */
export async function serveWebhooks(options: WebhookOptions): Promise<WebhookServer> {
  const { settings, judge } = options
  const server = Fastify({
    logger: false,
    bodyLimit: LARGEST,
    // The API server gives up after 30 s at most.
    requestTimeout: 30_000,
    https: { ...tls(options.pair), minVersion: 'TLSv1.2' },
  })
  limit(server)
  server.post(VALIDATE, async (request, reply) => {
    const review = reviewIn(request.body)
    const { object } = review.request ?? {}
    const said = answer(review, verdictOf(isEnding(object) ? [] : judge(object)))
    return said ?? reply.code(400).send({ error: 'This is no AdmissionReview' })
  })
  server.post(INJECT, async (request, reply) => {
    const review = reviewIn(request.body)
    const said = answer(review, injectionOf(review.request?.object, settings))
    return said ?? reply.code(400).send({ error: 'This is no AdmissionReview' })
  })
  await server.listen({ host: options.host, port: options.port })
  return {
    port: (server.server.address() as AddressInfo).port,
    renew: (pair) => server.server.setSecureContext({ ...tls(pair), minVersion: 'TLSv1.2' }),
    close: () => server.close(),
  }
}

/** So many questions, and bytes of them, may be open at once. The API server asks each once more, or does as if Lotse were away. */
const MOST = { questions: 256, bytes: 64 * 1024 * 1024 } as const

function limit(server: FastifyInstance<HttpsServer>): void {
  const open = { questions: 0, bytes: 0 }
  server.addHook('onRequest', async (request, reply) => {
    const bytes = Number(request.headers['content-length'] ?? LARGEST)
    if (open.questions >= MOST.questions || open.bytes + bytes > MOST.bytes) {
      return reply
        .code(429)
        .header('retry-after', '1')
        .send({ error: 'Too many questions at once' })
    }
    open.questions += 1
    open.bytes += bytes
    reply.raw.once('close', () => {
      open.questions -= 1
      open.bytes -= bytes
    })
  })
}

/** It is on its way out, and is only let go of by whoever holds it: a refusal would keep it for ever. */
function isEnding(object: unknown): boolean {
  const { metadata } = (object ?? {}) as { metadata?: { deletionTimestamp?: unknown } }
  return metadata?.deletionTimestamp !== undefined
}

function tls({ keyPem, chainPem }: Pair): { readonly key: string; readonly cert: string } {
  return { key: keyPem, cert: chainPem }
}

function reviewIn(body: unknown): Review {
  return typeof body === 'object' && body !== null ? (body as Review) : {}
}

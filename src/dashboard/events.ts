// Server-sent events for the page: the graph every two seconds, the status when it changed, to those who keep up.
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { App } from '../app.ts'
import { statusOf } from './api.ts'
import { type GraphQuery, graphFor } from './graph.ts'

const EVERY_MS = 2_000
const MOST_WATCHERS = 50

interface Watcher {
  readonly reply: FastifyReply
  readonly query: GraphQuery
  /** The status it was told last. */
  status: string
  /** It has not read what it was sent; nothing more is sent until it has. */
  behind: boolean
}

export function addEvents(server: FastifyInstance, app: () => App | undefined): void {
  const watchers = new Set<Watcher>()
  let timer: NodeJS.Timeout | undefined
  const tell = () => {
    const ready = app()
    if (!ready) return
    const status = JSON.stringify(statusOf(ready))
    for (const watcher of watchers) send(watcher, ready, status)
  }
  server.get<{ Querystring: GraphQuery }>('/api/v1/events', (request, reply) => {
    if (watchers.size >= MOST_WATCHERS) {
      return reply.code(503).send({ error: `${MOST_WATCHERS} pages watch already` })
    }
    reply.hijack()
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    const watcher: Watcher = { reply, query: request.query, status: '', behind: false }
    watchers.add(watcher)
    reply.raw.on('drain', () => {
      watcher.behind = false
    })
    reply.raw.on('close', () => {
      watchers.delete(watcher)
      if (watchers.size > 0) return
      clearInterval(timer)
      timer = undefined
    })
    timer ??= setInterval(tell, EVERY_MS)
    const ready = app()
    if (ready) send(watcher, ready, JSON.stringify(statusOf(ready)))
    return reply
  })
  // Streams that never end would keep the server from closing.
  server.addHook('preClose', async () => {
    clearInterval(timer)
    for (const { reply } of watchers) reply.raw.destroy()
  })
}

function send(watcher: Watcher, app: App, status: string): void {
  if (watcher.behind) return
  const events = [`event: graph\ndata: ${JSON.stringify(graphFor(app, watcher.query))}\n\n`]
  if (status !== watcher.status) events.push(`event: status\ndata: ${status}\n\n`)
  watcher.status = status
  watcher.behind = !watcher.reply.raw.write(events.join(''))
}

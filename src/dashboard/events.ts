// Server-sent events for the page: the graph every two seconds, the summary when it changed, to those who keep up.
import type { FastifyInstance, FastifyReply } from 'fastify'
import { SUMMARY, summaryOf } from './api.ts'
import { GRAPH, type GraphQuery, graphFor } from './graph.ts'
import type { NamespaceRoute } from './route.ts'
import { number } from './schema.ts'
import type { ShownApp } from './shown.ts'

const EVERY_MS = 2_000
const MOST_WATCHERS = 50
const TICK = 'event: tick\ndata: 0\n\n'

interface Watcher {
  /** What its caller may see. */
  readonly app: ShownApp
  readonly reply: FastifyReply
  readonly query: GraphQuery
  /** The summary it was told last. */
  summary: string
  /** It has not read what it was sent; nothing more is sent until it has. */
  behind: boolean
}

/** The stream's headers; false if the answer was refused for want of room. */
export function beginEvents(reply: FastifyReply): void {
  reply.hijack()
  reply.raw.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  // What a page asks for first may take a while to come.
  reply.raw.write(':\n\n')
}

export function eventRoutes(server: FastifyInstance, every = EVERY_MS): readonly NamespaceRoute[] {
  const watchers = new Set<Watcher>()
  let timer: NodeJS.Timeout | undefined
  const tell = () => {
    const made: Made = new Map()
    for (const watcher of watchers) send(watcher, made)
  }
  const stream: NamespaceRoute['stream'] = (app, { query }, reply) => {
    if (watchers.size >= MOST_WATCHERS) {
      void reply.code(503).send({ error: `${MOST_WATCHERS} pages watch already. Close one` })
      return
    }
    beginEvents(reply)
    const watcher: Watcher = { app, reply, query, summary: '', behind: false }
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
    timer ??= setInterval(tell, every)
    send(watcher, new Map())
  }
  // Streams that never end would keep the server from closing.
  server.addHook('preClose', async () => {
    clearInterval(timer)
    for (const { reply } of watchers) reply.raw.destroy()
  })
  return [
    {
      method: 'GET',
      path: '/api/v1/events',
      summary: 'The graph every two seconds, and the summary whenever it changed',
      role: 'read',
      scope: 'namespace',
      query: {
        by: 'As for the graph; without `by` no graph is sent',
        window: 'As for the graph',
        ago: 'As for the graph',
      },
      answer: { events: { graph: GRAPH, summary: SUMMARY, tick: number } },
      stream,
    },
  ]
}

/** A round that fails is left out; the next one may succeed. */
function send(watcher: Watcher, made: Made): void {
  if (watcher.behind) return
  // Until it is written: a graph of many edges is made in slices, and the next round may come before.
  watcher.behind = true
  tellOne(watcher, made).catch(() => {
    watcher.behind = false
  })
}

/** What others of the same namespace are told in this round, by namespace and query. */
type Made = Map<string, Promise<string>>

async function tellOne(watcher: Watcher, made: Made): Promise<void> {
  const { app, query, reply } = watcher
  const once = (what: object, make: () => object | Promise<object>) => {
    const key = JSON.stringify([app.namespace, what])
    const text = made.get(key) ?? Promise.resolve(make()).then((value) => JSON.stringify(value))
    made.set(key, text)
    return text
  }
  const summary = await once({}, () => summaryOf(app))
  const events: string[] = []
  if (query.by) {
    const graph = await once(query, () => graphFor(app, query))
    events.push(`event: graph\ndata: ${graph}\n\n`)
  }
  if (summary !== watcher.summary) events.push(`event: summary\ndata: ${summary}\n\n`)
  watcher.summary = summary
  // Both sides are to notice when the other one is gone.
  watcher.behind = !reply.raw.destroyed && !reply.raw.write(events.join('') || TICK)
}

// The HTTP side: health, metrics, the API and the status page. Loopback needs no token, any other address does.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import type { App } from '../app.ts'
import { isProblem, reasonOf } from '../ca/problem.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { type GuardedRoute, guard, OPEN } from './access.ts'
import { addMetrics } from './metrics.ts'
import { addPage } from './page.ts'
import { addPrometheus } from './prometheus.ts'
import { addApi } from './routes.ts'

export interface HttpOptions {
  /** `HOST:PORT`; port 0 takes a free one. */
  readonly address: string
  readonly data: string
  /** Files and directories that the dashboard may write into; none by default. */
  readonly edit?: readonly string[]
}

export interface HttpSide {
  /** As bound. */
  readonly address: string
  /** All there are, with who may call them. */
  readonly routes: readonly GuardedRoute[]
  /** What a start waits for, told by `/readyz`. */
  readonly waiting: (diagnostic: Diagnostic) => void
  /** From now on `/readyz` answers 200. */
  readonly ready: (app: App) => void
  readonly close: () => Promise<void>
}

const TOKEN_FILE = 'api-token'
const SHORTEST_TOKEN = 20

export async function openHttp(options: HttpOptions): Promise<HttpSide | Diagnostic> {
  const colon = options.address.lastIndexOf(':')
  const host = options.address.slice(0, colon).replace(/^\[|\]$/g, '')
  let app: App | undefined
  let waitsFor: Diagnostic | undefined
  const server = Fastify({ logger: false, bodyLimit: 65536 })
  const loopback = host === 'localhost' || host === '::1' || host.startsWith('127.')
  if (loopback) allowLocalNames(server)
  const adminToken = loopback ? undefined : tokenOf(options.data)
  if (isProblem(adminToken)) return adminToken
  const now = () => new Date()
  const routes = guard(server, { data: options.data, demandToken: !loopback, adminToken, now })
  addProbes(server, () => ({ app, waitsFor }))
  addApi(server, () => app, options.edit)
  addMetrics(server, () => app)
  addPrometheus(server, () => app)
  addPage(server)
  try {
    await server.listen({ host, port: Number(options.address.slice(colon + 1)) })
  } catch (error) {
    return {
      code: 'L0511',
      severity: 'error',
      text: `Cannot listen on ${options.address} (${(error as NodeJS.ErrnoException).code}). Is another process using the port? Choose another by --http`,
    }
  }
  const bound = server.server.address() as AddressInfo | null
  return {
    address: `${options.address.slice(0, colon)}:${bound?.port}`,
    routes,
    waiting: (diagnostic) => {
      waitsFor = diagnostic
    },
    ready: (ready) => {
      app = ready
    },
    close: () => server.close(),
  }
}

interface Standing {
  readonly app: App | undefined
  readonly waitsFor: Diagnostic | undefined
}

/** A source that is away takes nobody out of service: what was read last is served, and all replicas would be out at once. */
function addProbes(server: FastifyInstance, standing: () => Standing): void {
  server.get('/healthz', OPEN, async () => 'ok\n')
  server.get('/readyz', OPEN, async (_request, reply) => {
    const { app, waitsFor } = standing()
    const waiting = waitsFor ? [waitsFor] : []
    const lines = (app ? app.unread() : waiting).map(({ text, code }) => `${text} (${code})\n`)
    if (app) return `ready\n${lines.join('')}`
    return reply.code(503).send(`the sources are not read yet\n${lines.join('')}`)
  })
}

/** A web page elsewhere that makes its name point to this machine must not read the mesh through somebody's browser. */
function allowLocalNames(server: FastifyInstance): void {
  server.addHook('onRequest', async (request, reply) => {
    const name = request.hostname.replace(/^\[|\]$/g, '')
    if (name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name)) return
    await reply.code(403).send({ error: 'Ask by a loopback name' })
  })
}

function tooShort(path: string): Diagnostic {
  const text = `The API token ${path} is shorter than ${SHORTEST_TOKEN} characters. Remove the file, and a new one is made`
  return { code: 'L0410', severity: 'error', text }
}

function tokenOf(data: string): string | Diagnostic {
  const path = join(data, TOKEN_FILE)
  try {
    if (existsSync(path)) {
      const stored = readFileSync(path, 'utf8').trim()
      return stored.length >= SHORTEST_TOKEN ? stored : tooShort(path)
    }
    mkdirSync(data, { recursive: true, mode: 0o700 })
    const token = randomBytes(32).toString('base64url')
    writeFileSync(path, `${token}\n`, { mode: 0o600, flag: 'wx' })
    return token
  } catch (error) {
    const text = `The API token ${path} cannot be read or written (${reasonOf(error)}). Choose another directory by --data`
    return { code: 'L0410', severity: 'error', text }
  }
}

// The demo's traces in a real Jaeger: every call of the shop is a span below its caller's, and no trace has a hole.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { EDGES } from '../../examples/hipstershop/topology.ts'
import { skip as noEnvoy } from '../support/envoy.ts'
import { freePort } from '../support/ports.ts'
import { adopt, release } from '../support/processes.ts'
import { waitFor } from '../support/wait.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const MODULE = fileURLToPath(new URL('jaeger', import.meta.url))
const BINARY = join(ROOT, '.cache', 'jaeger-1.62.0')
const skip =
  noEnvoy ||
  (!existsSync(BINARY) && !hasGo() && 'Jaeger is not there and cannot be built without Go')

function hasGo(): boolean {
  return spawnSync('go', ['version']).status === 0
}

/** Two minutes the first time; kept in a folder that git ignores. */
function build(): void {
  if (existsSync(BINARY)) return
  mkdirSync(join(ROOT, '.cache'), { recursive: true })
  const args = ['build', '-o', BINARY, 'github.com/jaegertracing/jaeger/cmd/all-in-one']
  const built = spawnSync('go', args, { cwd: MODULE, encoding: 'utf8' })
  assert.equal(built.status, 0, built.stderr)
}

interface Span {
  readonly traceID: string
  readonly spanID: string
  readonly processID: string
  /** Microseconds. */
  readonly startTime: number
  readonly references: readonly { readonly spanID: string }[]
}

interface Trace {
  readonly spans: readonly Span[]
  readonly processes: Readonly<Record<string, { readonly serviceName: string }>>
}

interface Jaeger {
  readonly otlp: string
  traces(service: string): Promise<readonly Trace[]>
}

async function startJaeger(t: TestContext): Promise<Jaeger> {
  build()
  const port = async () => `127.0.0.1:${await freePort()}`
  const [otlp, api] = [await port(), await port()]
  const unused = [
    ...['admin.http.host-port', 'collector.grpc-server.host-port', 'http-server.host-port'],
    ...['collector.http-server.host-port', 'collector.otlp.http.host-port'],
    ...['processor.jaeger-binary.server-host-port', 'processor.jaeger-compact.server-host-port'],
    ...['processor.zipkin-compact.server-host-port', 'query.grpc-server.host-port'],
  ]
  const others = await Promise.all(unused.map(async (name) => `--${name}=${await port()}`))
  const child = spawn(
    BINARY,
    [`--collector.otlp.grpc.host-port=${otlp}`, `--query.http-server.host-port=${api}`, ...others],
    { stdio: 'ignore' },
  )
  adopt(child.pid!)
  t.after(async () => {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
    release(child.pid!)
  })
  const ask = async (path: string) => {
    const answer = await fetch(`http://${api}/api/${path}`)
    return ((await answer.json()) as { data: unknown }).data
  }
  await waitFor('Jaeger', () => ask('services').then(() => true), Boolean, { timeout: 60_000 })
  return {
    otlp,
    traces: async (service) =>
      (await ask(`traces?service=${service}&limit=1000&lookback=1h`)) as Trace[],
  }
}

test('the traces of the demo', { skip }, async (t) => {
  const jaeger = await startJaeger(t)
  const words = await demo(t, jaeger.otlp)
  const wanted = EDGES.filter((edge) => !/redis-cart$|^loadgenerator/.test(edge))
  const look = async () => edgesOf(await tracesOf(jaeger))
  const seen = await waitFor(
    'every call',
    look,
    (edges) => wanted.every((edge) => edges.has(edge)),
    {
      timeout: 60_000,
      every: 500,
      context: () => words,
    },
  )
  assert.ok(wanted.length > 12, [...seen].join(' '))
  const traces = await tracesOf(jaeger)
  const largest = Math.max(...traces.map(({ spans }) => spans.length))
  assert.ok(largest > 20, 'a checkout is one trace')
  // Of what happened last some proxies had not told yet when the demo ended them.
  const begun = ({ spans }: Trace) => Math.min(...spans.map(({ startTime }) => startTime))
  const last = Math.max(...traces.map(begun))
  const told = traces.filter((trace) => begun(trace) < last - 10e6)
  const torn = told.filter(hasHole)
  assert.ok(told.length > 0)
  assert.ok(torn.length * 50 <= told.length, `${torn.length} of ${told.length} traces lack spans`)
})

async function demo(t: TestContext, otlp: string): Promise<string> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'examples/hipstershop/demo.ts', '--for', '45s', '--otlp', otlp],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  t.after(() => child.kill('SIGTERM'))
  let words = ''
  child.stdout.on('data', (chunk) => {
    words += chunk
  })
  child.stderr.on('data', (chunk) => {
    words += chunk
  })
  const [code] = await once(child, 'exit')
  assert.equal(code, 0, words)
  return words
}

async function tracesOf(jaeger: Jaeger): Promise<Trace[]> {
  const services = ['frontend.default', 'checkoutservice.default', 'ingressgateway.default']
  const found = await Promise.all(services.map((service) => jaeger.traces(service)))
  return [...new Map(found.flat().map((trace) => [trace.spans[0]?.traceID, trace])).values()]
}

/** `caller>called`, by spans and their parents. */
function edgesOf(traces: readonly Trace[]): Set<string> {
  const edges = new Set<string>()
  for (const { spans, processes } of traces) {
    const byId = new Map(spans.map((span) => [span.spanID, span]))
    const nameOf = ({ processID }: Span) => processes[processID]!.serviceName.split('.')[0]!
    for (const span of spans) {
      const parent = byId.get(span.references[0]?.spanID ?? '')
      if (parent && nameOf(parent) !== nameOf(span)) edges.add(`${nameOf(parent)}>${nameOf(span)}`)
    }
  }
  return edges
}

/** A span whose parent never came. */
function hasHole({ spans }: Trace): boolean {
  const ids = new Set(spans.map(({ spanID }) => spanID))
  return spans.some(({ references }) => references.some(({ spanID }) => !ids.has(spanID)))
}

// `npm run demo`: the shop, its mesh and its load on this machine; checks what the policies promise, and goes on until it is stopped.
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findEnvoy } from '../../envoy/binary.ts'
import { isProblem } from '../../envoy/problem.ts'
import { printDiagnostic } from '../../src/model/diagnostic.ts'
import { milliseconds, nanoseconds } from '../../src/model/duration.ts'
import { browse, eventually, seconds, type Verdict } from './checks/check.ts'
import { serviceGraph } from './checks/graph.ts'
import { judge, runChecks } from './checks/run.ts'
import { Cleanup } from './cleanup.ts'
import { startControlPlane } from './control-plane.ts'
import { Load } from './load.ts'
import { type RunningProxy, startProxies } from './proxies.ts'
import { startServices } from './services.ts'
import { appPort, GATEWAY, inboundAddress } from './topology.ts'
import { addTracing } from './tracing.ts'

const MESH = fileURLToPath(new URL('mesh', import.meta.url))
const USAGE =
  'usage: npm run demo -- [--for 30s] [--otlp HOST:PORT]   ends by itself after that time, else at Ctrl-C; sends spans to that address'
const LOAD = { visitors: 8, pause: [500, 3_000] } as const
const FIRST_REQUEST_MS = 30_000

/** Exit codes as of the command line: 0 every check passed, 1 one did not, 2 wrong usage, 3 the environment lacks something. */
const EXIT = { passed: 0, failed: 1, usage: 2, environment: 3 } as const

const begun = performance.now()
const stopped = new Promise<void>((resolve) => {
  process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve())
})
// Set once everything runs and is checked: from then on an interrupt is the ordinary end.
let resting = false
process.exit(await main())

async function main(): Promise<number> {
  const options = optionsGiven()
  if (options === undefined) {
    console.error(USAGE)
    return EXIT.usage
  }
  const envoy = await findEnvoy({ say: (line) => console.log(line) })
  if (isProblem(envoy)) {
    console.error(printDiagnostic(envoy))
    return EXIT.environment
  }
  const cleanup = new Cleanup()
  try {
    const playing = play(envoy.path, options, cleanup)
    return await Promise.race([playing, stopped.then(() => (resting ? playing : EXIT.failed))])
  } catch (error) {
    console.error(`demo: ${explain(error)}`)
    return isAddressTrouble(error) ? EXIT.environment : EXIT.failed
  } finally {
    await cleanup.run()
  }
}

interface DemoOptions {
  /** Milliseconds, Infinity without `--for`. */
  readonly time: number
  /** `HOST:PORT` of an OTLP back end. */
  readonly otlp: string | undefined
}

/** Undefined when the arguments are wrong. */
function optionsGiven(): DemoOptions | undefined {
  try {
    const options = { for: { type: 'string' }, otlp: { type: 'string' } } as const
    const { values } = parseArgs({ options })
    const { otlp } = values
    if (otlp !== undefined && !/^.+:\d+$/.test(otlp)) return undefined
    if (values.for === undefined) return { time: Number.POSITIVE_INFINITY, otlp }
    return nanoseconds(values.for) === undefined
      ? undefined
      : { time: milliseconds(values.for), otlp }
  } catch {
    return undefined
  }
}

/** Everything from the first process to the last line; the exit code. */
async function play(
  binary: string,
  { time, otlp }: DemoOptions,
  cleanup: Cleanup,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'lotse-demo-'))
  await cleanup.add(() => rm(folder, { recursive: true, force: true }))
  const meshFolder = join(folder, 'mesh')
  const dataFolder = join(folder, 'data')
  await cp(MESH, meshFolder, { recursive: true })
  if (otlp) await addTracing(meshFolder, otlp)
  await mkdir(dataFolder, { mode: 0o700 })

  const services = await startServices('mesh')
  await cleanup.add(() => services.stop())
  const logFile = join(folder, 'lotse.log')
  const controlPlane = await startControlPlane({ meshFolder, dataFolder, logFile, cleanup })
  console.log(`control plane ready after ${sinceStart()}`)
  const proxies = await startProxies({ binary, controlPlane, folder, cleanup })
  console.log(`${proxies.length} Envoys ready after ${sinceStart()}`)
  const routed = await eventually(
    async () => (await browse('/').catch(() => undefined))?.status === 200,
    FIRST_REQUEST_MS,
  )
  if (!routed)
    throw new Error(`the shop did not answer at http://${GATEWAY.address}:${GATEWAY.port}/`)
  console.log(`first routed request after ${sinceStart()}\n`)

  const load = new Load(services, LOAD)
  await cleanup.add(() => load.stop())
  const verdicts: Verdict[] = []
  const print = (name: string, verdict: Verdict): void => {
    verdicts.push(verdict)
    console.log(`${verdict.passed ? 'ok    ' : 'FAILED'} ${name}: ${verdict.text}`)
  }
  const stage = {
    ...{ services, meshFolder, dataFolder, url: controlPlane.url },
    load: () => load.count,
  }
  await runChecks(stage, print)

  console.log(`\n${table(proxies)}\n`)
  console.log(`mesh YAML, to edit   ${meshFolder}`)
  console.log(`data, for lotse ca   ${dataFolder}`)
  console.log(`shop                 http://${GATEWAY.address}:${GATEWAY.port}/ and /neu`)
  console.log(`status page          ${controlPlane.url}`)
  console.log(time === Number.POSITIVE_INFINITY ? '\nCtrl-C ends the demo.' : '')
  resting = true
  await Promise.race([stopped, timePassed(time)])
  await load.stop()
  print('load', judgeLoad(load))
  print('graph', await judge(serviceGraph, stage))
  print('processes', judgeProcesses(proxies))
  return verdicts.every((verdict) => verdict.passed) ? EXIT.passed : EXIT.failed
}

/** Until this many milliseconds since the demo began are over. */
function timePassed(time: number): Promise<void> {
  if (time === Number.POSITIVE_INFINITY) return new Promise(() => {})
  const left = Math.max(0, time - (performance.now() - begun))
  return new Promise((resolve) => setTimeout(resolve, left))
}

function judgeLoad(load: Load): Verdict {
  const { sent, failed, example } = load.count
  return {
    passed: sent > 0 && failed === 0,
    text: `${failed} of ${sent} requests of the load generator failed${failed > 0 ? `, the first: ${example}` : ''}`,
  }
}

function judgeProcesses(proxies: readonly RunningProxy[]): Verdict {
  const gone = proxies.filter(({ running }) => !running()).map(({ row }) => row.name)
  return {
    passed: gone.length === 0,
    text:
      gone.length === 0
        ? `all ${proxies.length} Envoys still run`
        : `these Envoys ended: ${gone.join(', ')}`,
  }
}

function table(proxies: readonly RunningProxy[]): string {
  const lines = [['workload', 'address', 'application', 'Envoy', 'admin']]
  for (const { row, envoy } of proxies) {
    const { name } = row
    const application = ['ingressgateway', 'loadgenerator'].includes(name)
      ? '-'
      : `127.0.0.1:${appPort(row)}`
    lines.push([name, inboundAddress(row), application, `pid ${envoy.pid}`, envoy.adminUrl])
  }
  const widths = lines[0]!.map((_, column) =>
    Math.max(...lines.map((line) => line[column]!.length)),
  )
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function isAddressTrouble(error: unknown): boolean {
  return ['EADDRINUSE', 'EADDRNOTAVAIL'].includes((error as NodeJS.ErrnoException).code ?? '')
}

function explain(error: unknown): string {
  const { code, address, port } = error as NodeJS.ErrnoException & {
    address?: string
    port?: number
  }
  if (code === 'EADDRINUSE') return `${address}:${port} is in use. Does another demo run?`
  if (code === 'EADDRNOTAVAIL') {
    return `${address} cannot be listened on: the demo needs all of 127.0.0.0/8 on loopback, as Linux has it`
  }
  return error instanceof Error ? error.message : String(error)
}

function sinceStart(): string {
  return seconds(performance.now() - begun)
}

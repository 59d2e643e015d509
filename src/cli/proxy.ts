// `lotse proxy`: enrols, runs Envoy and the application beside it, renews the certificate, drains at the end.
import { type ChildProcess, spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findEnvoy } from '../../envoy/binary.ts'
import { untilUsed } from '../../envoy/certificates.ts'
import { serveProbes } from '../../envoy/probes.ts'
import { type RunningEnvoy, startEnvoy } from '../../envoy/run.ts'
import { watchHealth } from '../../envoy/workload-health.ts'
import type { AppProbe } from '../admission/probe.ts'
import { keepCredentials } from '../ca/agent.ts'
import { readCredentials } from '../ca/credentials.ts'
import { tellDraining, tellHealth } from '../ca/enrol.ts'
import { isProblem } from '../ca/problem.ts'
import { printDiagnostic } from '../model/diagnostic.ts'
import {
  askSettings,
  type BootstrapCommand,
  enrolWorkload,
  readToken,
  writeProxyFolder,
} from './bootstrap.ts'
import { reportLoad } from './load-report.ts'
import { EXIT, fail } from './print.ts'

interface ProxyCommand extends BootstrapCommand {
  /** Seconds. */
  readonly drain?: string
  /** `HOST:PORT` where health is told to a kubelet; nowhere by default. */
  readonly probes?: string
}

/** Istio's. */
const DRAIN_SECONDS = 5
const READY_MS = 60_000
/** Callers leave within this time, or find the ports closed. */
const LEAVE_MS = 3_000
/** An application that does not end by itself is ended after so long. */
const KILL_MS = 10_000
const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 30_000

export async function proxyCommand(app: string[], options: ProxyCommand): Promise<number> {
  const binary = await findEnvoy()
  if (isProblem(binary)) return fail(binary)
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort())
  let adminPort: number | undefined
  const probes = options.probes ? await openProbes(options.probes, () => adminPort) : undefined
  if (probes && 'code' in probes) return fail(probes)
  try {
    return await run(binary.path, app, options, stop, (port) => {
      adminPort = port
    })
  } finally {
    probes?.close()
  }
}

async function run(
  binary: string,
  app: string[],
  options: ProxyCommand,
  stop: AbortController,
  onAdmin: (port: number) => void,
): Promise<number> {
  const enrolled = await enrolPatiently(options, stop.signal)
  if (enrolled === undefined) return EXIT.done
  if (isProblem(enrolled)) return fail(enrolled)
  const { concurrency, drainSeconds, environment, terminationDrainSeconds } = enrolled.settings
  const envoy = await startEnvoy({
    binary,
    config: enrolled.config,
    ...given('concurrency', concurrency),
    ...given('drainSeconds', drainSeconds),
    ...given('fileFlushMilliseconds', enrolled.settings.fileFlushMilliseconds),
    ...given('fileFlushKilobytes', enrolled.settings.fileFlushKilobytes),
    ...given('environment', environment),
    onLine: (line) => console.log(line),
  })
  if (isProblem(envoy)) return fail(envoy)
  onAdmin(envoy.adminPort)
  const notReady = await Promise.race([envoy.ready(READY_MS), aborted(stop.signal)])
  if (notReady) console.error(printDiagnostic(notReady))
  const child = app.length > 0 && !stop.signal.aborted ? startApp(app) : undefined
  let { credentials } = enrolled
  const reporting = reportLoad({
    ...{ address: options.xds, envoy, signal: stop.signal },
    credentials: () => credentials,
  })
  const renewing = keepCredentials({
    address: options.xds,
    folder: `${resolve(options.out)}/certs`,
    credentials,
    token: () => readToken(options.tokenFile),
    onProblem: (diagnostic) => console.error(printDiagnostic(diagnostic)),
    onRenewed: (renewed) => {
      credentials = renewed
      return untilUsed(envoy.adminUrl, renewed.chainPem, stop.signal)
    },
    signal: stop.signal,
  })
  const { probe } = enrolled.settings
  const asking = probe
    ? watchHealth({
        ...{ probe, signal: stop.signal },
        tell: async (healthy) => {
          const told = await tellHealth({ address: options.xds, credentials }, healthy)
          if (isProblem(told)) console.error(printDiagnostic(told))
          return !isProblem(told)
        },
      })
    : undefined
  const code = await firstToEnd(envoy, child, stop.signal)
  stop.abort()
  await Promise.all([renewing, reporting, asking])
  const drain = 1000 * Number(options.drain ?? terminationDrainSeconds ?? DRAIN_SECONDS)
  if (drain > 0) {
    const told = await tellDraining({ address: options.xds, credentials, timeout: LEAVE_MS })
    if (isProblem(told)) console.error(printDiagnostic(told))
  }
  await envoy.stop({ drain })
  if (child) await endApp(child)
  return code
}

function given<K extends string, T>(name: K, value: T | undefined): { readonly [N in K]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [N in K]?: T }
}

/** What is asked of the application stands in LOTSE_PROBES, where injection writes it. */
async function openProbes(address: string, adminPort: () => number | undefined) {
  const colon = address.lastIndexOf(':')
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '')
  const port = Number(address.slice(colon + 1))
  try {
    const probes = JSON.parse(process.env.LOTSE_PROBES ?? '[]') as AppProbe[]
    return await serveProbes({ host, port, adminPort, probes })
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message
    const text = `Health cannot be told on ${address} (${why}). Choose another address by --probes`
    return { code: 'L0511', severity: 'error', text } as const
  }
}

/** The application ends after the proxy, which may still have brought it requests. */
async function endApp(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = new Promise((end) => child.once('exit', end))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), KILL_MS)
  await ended
  clearTimeout(timer)
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((end) => {
    if (signal.aborted) end(undefined)
    signal.addEventListener('abort', () => end(undefined))
  })
}

/** An identity that is still valid is used again; else one is asked for until the control plane answers. */
async function enrolPatiently(options: ProxyCommand, signal: AbortSignal) {
  const stored = readCredentials(`${options.out}/certs`)
  if (stored && !isProblem(stored) && stored.notAfter > new Date()) {
    const settings = await askSettings(options.xds, stored)
    const config = writeProxyFolder(options, stored, settings)
    if (!isProblem(config)) return { config, credentials: stored, settings }
  }
  for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, LONGEST_RETRY_MS)) {
    const enrolled = await enrolWorkload(options)
    if (!isProblem(enrolled) || enrolled.code !== 'L0441') return enrolled
    console.error(printDiagnostic(enrolled))
    if (await stopped(wait, signal)) return undefined
  }
}

function startApp([command, ...args]: string[]): ChildProcess {
  return spawn(command!, args, { stdio: 'inherit' })
}

async function firstToEnd(
  envoy: RunningEnvoy,
  child: ChildProcess | undefined,
  signal: AbortSignal,
): Promise<number> {
  const ends: Promise<number>[] = [
    envoy.ended.then(({ code }) => {
      if (!signal.aborted) console.error(`error: Envoy ended with code ${code} (L0503)`)
      return EXIT.environment
    }),
    aborted(signal).then(() => EXIT.done),
  ]
  if (child) {
    ends.push(
      new Promise((end) => {
        child.once('error', (error) => {
          console.error(`error: the application cannot be started: ${error.message} (L0512)`)
          end(EXIT.environment)
        })
        child.once('exit', (code) => end(code ?? 1))
      }),
    )
  }
  return Promise.race(ends)
}

/** Waits; true if it is time to stop. */
async function stopped(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined)
  return signal.aborted
}

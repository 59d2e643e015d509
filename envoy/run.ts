// Starts an Envoy from a bootstrap file and ends it: ready when it has its configuration, drained before it stops.
import { type ChildProcess, spawn } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Diagnostic } from '../src/model/diagnostic.ts'
import { ask, poll } from './admin.ts'
import { drained } from './drain.ts'
import { problem } from './problem.ts'

export interface RunOptions {
  /** Path of the Envoy binary, see `findEnvoy`. */
  readonly binary: string
  /** Path of the bootstrap file; the admin address is written beside it. */
  readonly config: string
  /** Worker threads, 2 by default: a sidecar rarely needs one for each core. */
  readonly concurrency?: number
  /** `warning` by default. */
  readonly logLevel?: 'trace' | 'debug' | 'info' | 'warning' | 'error' | 'critical' | 'off'
  /** Each line of Envoy's log and of access logs on standard output. */
  readonly onLine?: (line: string) => void
  /** Envoy's drain time in whole seconds, 45 by default: how long a replaced listener lives on. */
  readonly drainSeconds?: number
  /** When log files are written: after so long, or before if there is so much. */
  readonly fileFlushMilliseconds?: number
  readonly fileFlushKilobytes?: number
  /** Variables of its process beside those of this one. */
  readonly environment?: Readonly<Record<string, string>>
  readonly extraArguments?: readonly string[]
}

export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface RunningEnvoy {
  readonly pid: number
  /** `http://127.0.0.1:PORT`. */
  readonly adminUrl: string
  readonly adminPort: number
  /** Resolves when the process has ended, whatever the reason. */
  readonly ended: Promise<Ending>
  /** The last lines Envoy printed. */
  tail(): string
  /** Waits until Envoy is LIVE, that is, has its configuration; L0503 when it ends or the time (ms) is over. */
  ready(timeout?: number): Promise<Diagnostic | undefined>
  /** Ends the process: after open connections when `drain` is given, at once otherwise. */
  stop(options?: StopOptions): Promise<Ending>
}

export interface StopOptions {
  /** Milliseconds to wait for open connections at most. */
  readonly drain?: number
  /** Milliseconds after which it is killed if it does not end by itself; 5,000 by default. */
  readonly kill?: number
}

const TAIL_LINES = 60
const KILL_AFTER = 5_000

/** Starts Envoy and waits for its admin address (not for its configuration); L0503 with its last words when it ends. */
export async function startEnvoy(options: RunOptions): Promise<RunningEnvoy | Diagnostic> {
  const addressFile = join(dirname(options.config), 'admin-address')
  await rm(addressFile, { force: true })
  const child = spawn(options.binary, argumentsOf(options, addressFile), {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.environment ? { env: { ...process.env, ...options.environment } } : {}),
  })
  const lines: string[] = []
  const keep = (line: string): void => {
    lines.push(line)
    if (lines.length > TAIL_LINES) lines.shift()
    options.onLine?.(line)
  }
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', keep)
  const ended = endOf(child, keep)
  const tail = (): string => lines.join('\n')
  const address = await poll(ended, 20_000, async () => {
    const text = await readFile(addressFile, 'utf8').catch(() => '')
    return /:\d+$/.test(text.trim()) ? text.trim() : undefined
  })
  if (address === undefined) {
    child.kill('SIGKILL')
    return problem('L0503', `Envoy did not start with ${options.config}: ${lastWords(tail())}`)
  }
  return handle({ child, ended, address, tail })
}

function argumentsOf(options: RunOptions, addressFile: string): string[] {
  return [
    ...['--config-path', options.config],
    // Without it Envoy takes one for each processor.
    ...(options.concurrency === 0 ? [] : ['--concurrency', String(options.concurrency ?? 2)]),
    ...['--log-level', options.logLevel ?? 'warning'],
    ...['--admin-address-path', addressFile],
    // Istio's; Envoy's own ten seconds are long for who reads an access log.
    ...['--file-flush-interval-msec', String(options.fileFlushMilliseconds ?? 1000)],
    ...(options.fileFlushKilobytes === undefined
      ? []
      : ['--file-flush-min-size-kb', String(options.fileFlushKilobytes)]),
    // Without hot restart Envoys on one machine share no memory and need no base id each.
    '--disable-hot-restart',
    ...['--drain-time-s', String(options.drainSeconds ?? 45), '--drain-strategy', 'immediate'],
    ...(options.extraArguments ?? []),
  ]
}

function endOf(child: ChildProcess, keep: (line: string) => void): Promise<Ending> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      keep(error.message)
      resolve({ code: null, signal: null })
    })
    // Not 'exit': its last words are to be read first.
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
}

interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ending>
  readonly address: string
  tail(): string
}

function handle({ child, ended, address, tail }: Started): RunningEnvoy {
  const adminUrl = `http://${address}`
  const ready = async (timeout = 20_000): Promise<Diagnostic | undefined> => {
    const live = await poll(ended, timeout, async () => {
      const answer = await ask(`${adminUrl}/ready`)
      return answer?.trim() === 'LIVE' ? true : undefined
    })
    if (live) return undefined
    return problem('L0503', `Envoy did not become ready in ${timeout} ms: ${lastWords(tail())}`)
  }
  const stop = async ({ drain = 0, kill = KILL_AFTER }: StopOptions = {}): Promise<Ending> => {
    if (drain > 0) await drained(adminUrl, ended, drain)
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), kill)
    const ending = await ended
    clearTimeout(timer)
    return ending
  }
  const adminPort = Number(address.slice(address.lastIndexOf(':') + 1))
  return { pid: child.pid!, adminUrl, adminPort, ended, tail, ready, stop }
}

/** What Envoy complained of last, as one line. */
const INOTIFY =
  'the system gives this user no more inotify instances, of which an Envoy takes five. Raise fs.inotify.max_user_instances by sysctl, or run fewer Envoys as one user.'

function lastWords(tail: string): string {
  const lines = tail.split('\n').filter((line) => line.trim() !== '')
  // After a failed assertion comes a long backtrace, which tells nobody anything.
  const assertion = lines.find((line) => line.includes('assert failure'))
  if (assertion?.includes('inotify')) return INOTIFY
  const complaint =
    assertion ?? lines.findLast((line) => /\[(error|critical)\]/.test(line)) ?? lines.at(-1)
  return complaint?.replace(/^(\[[^\]]*\])+ /, '').slice(0, 500) ?? 'it printed nothing.'
}

/** `envoy --mode validate`: nothing when the configuration is accepted, L0503 with Envoy's own words otherwise. */
export async function validateConfig(
  binary: string,
  config: string,
): Promise<Diagnostic | undefined> {
  const child = spawn(binary, ['--mode', 'validate', '-c', config, '-l', 'error'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => lines.push(line))
  }
  const closed = new Promise<Ending>((resolve) => {
    child.once('error', (error) => {
      lines.push(error.message)
      resolve({ code: null, signal: null })
    })
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  const { code } = await closed
  return code === 0 ? undefined : problem('L0503', lastWords(lines.join('\n')))
}

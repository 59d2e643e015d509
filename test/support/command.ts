// The command line as a user has it: `bin/lotse` as a process, run to its end or kept running, ended with the test.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Cleanup } from './cleanup.ts'
import { freePort } from './ports.ts'
import { adopt, endGroup, release } from './processes.ts'
import { waitFor } from './wait.ts'

const LOTSE = fileURLToPath(new URL('../../bin/lotse', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunningCommand {
  readonly pid: number
  /** Everything printed so far, both streams in turn. */
  output(): string
  readonly ended: Promise<Ended>
  kill(signal?: NodeJS.Signals): void
  /** Kills, and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Ended>
}

/** Starts any program; it is killed with the test if it runs still. */
export function start(
  t: Cleanup,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningCommand {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that what it started ends with the test even if it was killed itself.
    detached: true,
  })
  const pid = child.pid
  // Else its error would come after this one, to nobody.
  child.once('error', () => undefined)
  if (pid === undefined) throw new Error(`${command} cannot be started`)
  adopt(pid)
  const printed = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      printed[name] += chunk
    })
  }
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => {
      release(pid)
      resolve({ code, signal, ...printed })
    })
  })
  const stop = (signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> => {
    child.kill(signal)
    return ended
  }
  t.after(async () => {
    endGroup(pid)
    if (child.exitCode === null && child.signalCode === null) await ended
  })
  return {
    pid,
    ended,
    stop,
    output: () => printed.stdout + printed.stderr,
    kill: (signal) => child.kill(signal),
  }
}

export function startLotse(t: Cleanup, ...args: readonly string[]): RunningCommand {
  return start(t, process.execPath, [LOTSE, ...args])
}

/** Runs a command to its end. */
export function lotse(t: Cleanup, ...args: readonly string[]): Promise<Ended> {
  return startLotse(t, ...args).ended
}

/** The same with variables of its own. */
export function lotseWith(
  t: Cleanup,
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Ended> {
  return start(t, process.execPath, [LOTSE, ...args], env).ended
}

export interface Serving extends RunningCommand {
  readonly data: string
  readonly xds: string
  readonly http: string
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>
  status<T>(): Promise<T>
  /** One figure of `/metrics`. */
  metric(name: string): Promise<number>
}

/** `lotse serve`, ready. Ports are free ones unless given. */
export async function serve(
  t: Cleanup,
  options: {
    /** Without it `more` names a store. */
    readonly config?: string
    readonly data: string
    readonly xds?: string
    readonly http?: string
    readonly more?: readonly string[]
    /** False: do not wait until it is ready. */
    readonly ready?: boolean
    /** Milliseconds that it may take to be ready. */
    readonly timeout?: number
  },
): Promise<Serving> {
  const xds = options.xds ?? `127.0.0.1:${await freePort()}`
  const http = options.http ?? `127.0.0.1:${await freePort()}`
  const { config, data, more = [] } = options
  const command = startLotse(
    t,
    'serve',
    ...(config ? ['--config', config] : []),
    ...['--data', data, '--xds', xds, '--http', http],
    ...more,
  )
  const get: Serving['get'] = (path, headers = {}) =>
    fetch(`http://${http.replace('0.0.0.0', '127.0.0.1')}${path}`, { headers })
  if (options.ready !== false) {
    const look = async () => (await get('/readyz')).status
    const context = () => command.output()
    const early = command.ended.then(() => Promise.reject(new Error(`it ended: ${context()}`)))
    const ready = waitFor('lotse serve to be ready', look, (code) => code === 200, {
      timeout: options.timeout ?? 30_000,
      context,
    })
    await Promise.race([ready, early])
  }
  return {
    ...command,
    data,
    xds,
    http,
    get,
    status: async <T>() => (await (await get('/api/v1/status')).json()) as T,
    metric: async (name) => {
      const text = await (await get('/metrics')).text()
      const line = text.split('\n').find((one) => one.startsWith(`${name} `))
      if (!line) throw new Error(`there is no metric ${name}`)
      return Number(line.slice(name.length + 1))
    },
  }
}

export function joinTokenOf(data: string): string {
  return readFileSync(join(data, 'join-token'), 'utf8').trim()
}

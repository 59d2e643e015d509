// `lotse serve` as a process of its own, so that its CPU time and memory are its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { get } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { MEMORY_SETTINGS } from '../src/install/deployment.ts'
import { freePort } from '../test/support/ports.ts'
import { adopt, release } from '../test/support/processes.ts'
import { clock } from './figures.ts'

export const LOTSE = fileURLToPath(new URL('../bin/lotse', import.meta.url))
const COLLECT = new URL('collect.mjs', import.meta.url).href

export interface BenchServer {
  readonly pid: number
  /** Plain-text xDS. */
  readonly xds: string
  /** Milliseconds from the start of the process to 200 from /readyz. */
  readonly ready: number
  /** CPU time so far, all threads, in ms. */
  cpu(): number
  /** CPU time after it did nothing more for a moment. */
  settledCpu(): Promise<number>
  /** Resident memory now and at most, in MB. */
  memory(): { rss: number; peak: number }
  /** Resident memory after a garbage collection, in MB. */
  collected(): Promise<number>
  metric(name: string): Promise<number>
  stop(signal?: NodeJS.Signals): Promise<void>
}

export async function startServer(options: {
  /** Files, or else `store` names where objects are. */
  readonly config?: string
  readonly store?: readonly string[]
  readonly data: string
  /** More options of `lotse serve`. */
  readonly more?: readonly string[]
  /** Options for node, for profiles. */
  readonly node?: readonly string[]
}): Promise<BenchServer> {
  const [xds, secure, http] = (await Promise.all([freePort(), freePort(), freePort()])).map(
    (port) => `127.0.0.1:${port}`,
  ) as [string, string, string]
  const began = clock()
  const child = spawn(
    process.execPath,
    [
      ...['--import', COLLECT, ...(options.node ?? [])],
      ...[LOTSE, 'serve', '--data', options.data, ...(options.store ?? [])],
      ...(options.config ? ['--config', options.config] : []),
      ...(options.more ?? []),
      ...['--xds', secure, '--insecure-plaintext-xds', xds, '--http', http],
    ],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...MEMORY_SETTINGS, LOTSE_LOG: 'error' },
    },
  )
  const pid = child.pid!
  adopt(pid)
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk
  })
  while ((await statusOf(`http://${http}/readyz`)) !== 200) {
    if (child.exitCode !== null) throw new Error(`lotse serve ended: ${said}`)
    await wait(2)
  }
  const ready = clock() - began
  // A profiler works all the time.
  const idle = options.node ? 12 : 1
  return { ...handle(child, http, idle), xds, ready }
}

/** `idle`: CPU time (ms) that it may use in a moment in which it does nothing. */
function handle(
  child: ChildProcess,
  http: string,
  idle: number,
): Omit<BenchServer, 'xds' | 'ready'> {
  const pid = child.pid!
  const settledCpu = async (): Promise<number> => {
    for (let before = cpuOf(pid); ; ) {
      await wait(60)
      const now = cpuOf(pid)
      if (now - before < idle) return now
      before = now
    }
  }
  return {
    pid,
    cpu: () => cpuOf(pid),
    settledCpu,
    memory: () => memoryOf(pid),
    collected: async () => {
      await settledCpu()
      process.kill(pid, 'SIGUSR2')
      await wait(COLLECTING_MS)
      await settledCpu()
      return memoryOf(pid).rss
    },
    metric: async (name) => {
      const text = await textOf(`http://${http}/metrics`)
      const line = text.split('\n').find((one) => one.startsWith(`${name} `))
      return Number(line?.slice(name.length + 1))
    },
    stop: async (signal = 'SIGTERM') => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill(signal)
      await ended
      release(pid)
    },
  }
}

/** Longer than the pauses of `collect.mjs` together: between them it does nothing. */
const COLLECTING_MS = 300

function cpuOf(pid: number): number {
  let total = 0
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const [ran = '0'] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')
    total += Number(ran) / 1e6
  }
  return total
}

function memoryOf(pid: number): { rss: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const megabytes = (name: string) =>
    Math.round((Number(new RegExp(`${name}:\\s*(\\d+)`).exec(status)?.[1]) / 1024) * 10) / 10
  return { rss: megabytes('VmRSS'), peak: megabytes('VmHWM') }
}

function statusOf(url: string): Promise<number> {
  return new Promise((resolve) => {
    const request = get(url, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    request.on('error', () => resolve(0))
  })
}

function textOf(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      resolve(text)
    }).on('error', reject)
  })
}

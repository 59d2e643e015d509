// Fortio, the load generator: built once, run as a load or as a server that answers.
import { execFile, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Cleanup } from '../test/support/cleanup.ts'
import { freePort } from '../test/support/ports.ts'
import { adopt, release } from '../test/support/processes.ts'
import { waitFor } from '../test/support/wait.ts'

const VERSION = 'v1.63.8'
const FOLDER = fileURLToPath(new URL(`../.cache/fortio-${VERSION}`, import.meta.url))

/** Path of the program; Go builds it the first time. */
function fortio(): string {
  const path = join(FOLDER, 'fortio')
  if (existsSync(path)) return path
  mkdirSync(FOLDER, { recursive: true })
  console.log(`building fortio ${VERSION} into .cache (once)`)
  const { status, stderr, error } = spawnSync('go', ['install', `fortio.org/fortio@${VERSION}`], {
    env: { ...process.env, GOBIN: FOLDER, GOFLAGS: '' },
    encoding: 'utf8',
  })
  if (status !== 0) {
    throw new Error(`fortio cannot be built; Go is needed: ${error?.message ?? stderr.slice(-500)}`)
  }
  return path
}

/** Answers every HTTP request with 200; ended with `t`. The port is on all of 127.0.0.0/8. */
export async function startApplication(t: Cleanup): Promise<number> {
  const port = await freePort()
  const off = ['grpc', 'redirect', 'tcp', 'udp'].flatMap((name) => [`-${name}-port`, 'disabled'])
  const args = ['server', '-http-port', `0.0.0.0:${port}`, ...off, '-loglevel', 'Error']
  const child = spawn(fortio(), args, { stdio: 'ignore' })
  const pid = child.pid!
  adopt(pid)
  t.after(async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
    release(pid)
  })
  await waitFor('the application to listen', () => canConnect(port), Boolean, { every: 5 })
  return port
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

export interface Load {
  readonly url: string
  readonly host: string
  readonly perSecond: number
  readonly seconds: number
  readonly connections: number
}

export interface Latencies {
  /** Milliseconds. */
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
  readonly requests: number
  /** Requests without the answer 200. */
  readonly failed: number
  /** What was reached; less than was asked for where the machine is too slow. */
  readonly perSecond: number
}

/** Requests paced evenly; one that is late is not made up for, so that queues of the generator are not measured. */
export async function load({
  url,
  host,
  perSecond,
  seconds,
  connections,
}: Load): Promise<Latencies> {
  const folder = mkdtempSync(join(tmpdir(), 'lotse-fortio-'))
  const file = join(folder, 'result.json')
  const args = ['load', '-qps', String(perSecond), '-t', `${seconds}s`, '-c', String(connections)]
  args.push('-uniform', '-nocatchup', '-r', '0.00001', '-p', '50,90,99', '-allow-initial-errors')
  args.push('-H', `Host: ${host}`, '-loglevel', 'Error', '-json', file, url)
  try {
    await new Promise<void>((resolve, reject) => {
      const child = execFile(fortio(), args, { timeout: seconds * 1000 + 30_000 }, (error) => {
        release(child.pid!)
        if (error && !existsSync(file)) reject(error)
        else resolve()
      })
      adopt(child.pid!)
    })
    return latenciesIn(JSON.parse(readFileSync(file, 'utf8')) as Result)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Result {
  readonly ActualQPS: number
  readonly RetCodes: Readonly<Record<string, number>>
  readonly DurationHistogram: {
    readonly Count: number
    readonly Max: number
    readonly Percentiles: readonly { readonly Percentile: number; readonly Value: number }[]
  }
}

function latenciesIn({ ActualQPS, RetCodes, DurationHistogram: histogram }: Result): Latencies {
  const at = (wanted: number) => {
    const found = histogram.Percentiles.find(({ Percentile }) => Percentile === wanted)
    return rounded((found?.Value ?? Number.NaN) * 1000)
  }
  return {
    ...{ p50: at(50), p90: at(90), p99: at(99), max: rounded(histogram.Max * 1000) },
    requests: histogram.Count,
    failed: histogram.Count - (RetCodes['200'] ?? 0),
    perSecond: Math.round(ActualQPS),
  }
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000
}

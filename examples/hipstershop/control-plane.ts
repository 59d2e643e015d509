// Lotse itself, as a process of its own with its folder for keys, on free ports.
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import net from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Cleanup } from './cleanup.ts'
import { get } from './standin/app.ts'

const LOTSE = fileURLToPath(new URL('../../bin/lotse', import.meta.url))
const READY_MS = 30_000
const KILL_AFTER_MS = 10_000

export interface ControlPlane {
  /** `HOST:PORT` of the xDS server. */
  readonly xds: string
  /** Of the status page. */
  readonly url: string
  /** File with the token that lets a workload enrol. */
  readonly tokenFile: string
}

export interface ControlPlaneOptions {
  readonly meshFolder: string
  readonly dataFolder: string
  readonly logFile: string
  readonly cleanup: Cleanup
}

/** Starts `lotse serve` and waits until it is ready; throws with the end of its log when it is not. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const [xdsPort, httpPort] = [await freePort(), await freePort()]
  const xds = `127.0.0.1:${xdsPort}`
  const log = openSync(options.logFile, 'a', 0o600)
  const child = spawn(
    LOTSE,
    [
      'serve',
      ...['--config', options.meshFolder],
      ...['--data', options.dataFolder],
      ...['--xds', xds],
      ...['--http', `127.0.0.1:${httpPort}`],
      '--edit',
    ],
    { stdio: ['ignore', log, log] },
  )
  closeSync(log)
  let running = true
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('exit', () => resolve())
  }).then(() => {
    running = false
  })
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS)
    await ended
    clearTimeout(timer)
  }
  await options.cleanup.add(stop)
  const deadline = performance.now() + READY_MS
  while (!(await isReady(httpPort))) {
    if (running && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      continue
    }
    const lines = (await readFile(options.logFile, 'utf8')).trim().split('\n')
    throw new Error(`the control plane did not become ready:\n${lines.slice(-10).join('\n')}`)
  }
  const tokenFile = join(options.dataFolder, 'join-token')
  return { xds, url: `http://127.0.0.1:${httpPort}/`, tokenFile }
}

async function isReady(port: number): Promise<boolean> {
  const answer = await get('127.0.0.1', port, '/readyz').catch(() => undefined)
  return answer?.status === 200
}

/** Below those that the system gives to connections and to listeners on port 0: nobody is given it before it is used. */
async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(20_000, 32_768)
    if (await isFree(port)) return port
  }
  throw new Error('no port is free on 127.0.0.1')
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

// Asks the application beside a proxy how it is, by the probe of its WorkloadGroup, and says when that has changed.
import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ReadinessProbe } from '../src/model/schema/workload-entry.ts'
import { accepts, answers, serving } from './probes.ts'

export interface HealthWatch {
  readonly probe: ReadinessProbe
  /** False if nobody heard it: it is said again. */
  readonly tell: (healthy: boolean) => Promise<boolean>
  readonly signal: AbortSignal
}

/** Ends when the signal says so. Nothing is known until so many answers in turn were good, or bad (Istio's defaults). */
export async function watchHealth({ probe, tell, signal }: HealthWatch): Promise<void> {
  const period = 1000 * (probe.periodSeconds || 10)
  const [enough, tooMany] = [probe.successThreshold || 1, probe.failureThreshold || 3]
  let [good, bad] = [0, 0]
  let told: boolean | undefined
  let wait = 1000 * (probe.initialDelaySeconds ?? 0)
  while (await waited(wait, signal)) {
    wait = period
    // What cannot even be asked, as a path that HTTP does not allow, is not healthy.
    const isGood = await isHealthy(probe, signal).catch(() => false)
    good = isGood ? good + 1 : 0
    bad = isGood ? 0 : bad + 1
    const state = good >= enough ? true : bad >= tooMany ? false : told
    if (state !== undefined && state !== told && (await tell(state))) told = state
  }
}

async function isHealthy(probe: ReadinessProbe, signal: AbortSignal): Promise<boolean> {
  const timeout = 1000 * (probe.timeoutSeconds || 1)
  const { httpGet, tcpSocket, exec, grpc } = probe
  if (httpGet) {
    const { path = '/', port, scheme = '', host, httpHeaders = [] } = httpGet
    const headers = Object.fromEntries(
      httpHeaders.map(({ name = '', value = '' }) => [name, value]),
    )
    const asked = { path: path.startsWith('/') ? path : `/${path}`, port, headers }
    const by = scheme.toLowerCase() === 'https' ? 'https' : 'http'
    return answers({ ...asked, scheme: by }, timeout, host || undefined)
  }
  if (tcpSocket) return accepts(tcpSocket.port, timeout, tcpSocket.host || undefined)
  if (grpc) return serving({ port: grpc.port ?? 0, service: grpc.service ?? '' }, timeout)
  return exec ? succeeds(exec.command, timeout, signal) : true
}

/** What it prints is thrown away; one that takes too long is killed. */
function succeeds(
  [command = '', ...args]: readonly string[],
  timeout: number,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { timeout, killSignal: 'SIGKILL', signal } as const
    execFile(command, args, options, (error) => resolve(!error))
  })
}

/** False if it is time to end. */
async function waited(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined)
  return !signal.aborted
}

// One real Envoy beside each workload, enrolled with the control plane as `lotse bootstrap` does it.
import { setMaxListeners } from 'node:events'
import { join } from 'node:path'
import { untilUsed } from '../../envoy/certificates.ts'
import { type RunningEnvoy, startEnvoy } from '../../envoy/run.ts'
import { keepCredentials } from '../../src/ca/agent.ts'
import type { Credentials } from '../../src/ca/credentials.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { type Enrolled, enrolWorkload, readToken } from '../../src/cli/bootstrap.ts'
import { reportLoad } from '../../src/cli/load-report.ts'
import { type Diagnostic, printDiagnostic } from '../../src/model/diagnostic.ts'
import { repeat } from './checks/check.ts'
import type { Cleanup } from './cleanup.ts'
import type { ControlPlane } from './control-plane.ts'
import { NAMESPACE, WORKLOADS, type WorkloadRow } from './topology.ts'

const AT_ONCE = 4
const READY_MS = 60_000
/** A proxy renews at most so much later than it is told to. */
const LOOK_MS = 2_000

export interface RunningProxy {
  readonly row: WorkloadRow
  readonly envoy: RunningEnvoy
  running(): boolean
}

export interface ProxyOptions {
  /** The Envoy binary. */
  readonly binary: string
  readonly controlPlane: ControlPlane
  /** Gets a folder for each workload, with its keys. */
  readonly folder: string
  readonly cleanup: Cleanup
}

/** Enrols every workload that has an Envoy, starts the Envoys and waits until each has its configuration; throws otherwise. */
export async function startProxies(options: ProxyOptions): Promise<RunningProxy[]> {
  const rows = WORKLOADS.filter((row) => row.proxied)
  const starts: ReturnType<typeof startEnvoy>[] = []
  const stop = new AbortController()
  setMaxListeners(0, stop.signal)
  let ending = false
  await options.cleanup.add(async () => {
    ending = true
    stop.abort()
    // One that is still starting has a process already.
    const envoys = await Promise.all(starts)
    await Promise.all(envoys.map((envoy) => ('stop' in envoy ? envoy.stop() : undefined)))
  })
  const proxies = await repeat(rows.length, AT_ONCE, async (index) => {
    const row = rows[index]!
    const { config, credentials } = await prepare(row, options)
    if (ending) throw new Error('the demo is ending')
    const start = startEnvoy({ binary: options.binary, config, concurrency: 1, drainSeconds: 5 })
    starts.push(start)
    const envoy = orThrow(row, await start)
    keep(row, { envoy, credentials, options, signal: stop.signal })
    let running = true
    void envoy.ended.then(() => {
      running = false
    })
    return { row, envoy, running: () => running }
  })
  // Only now: a proxy may need the identity of others before it can be ready.
  for (const { row, envoy } of proxies) {
    const failure = await envoy.ready(READY_MS)
    if (failure) throw new Error(`${row.name}: ${printDiagnostic(failure)}`)
  }
  return proxies
}

interface Kept {
  readonly envoy: RunningEnvoy
  readonly credentials: Credentials
  readonly options: ProxyOptions
  readonly signal: AbortSignal
}

/** What `lotse proxy` does for its Envoy, asking more often than that. */
function keep(row: WorkloadRow, { envoy, credentials, options, signal }: Kept): void {
  const { xds: address, tokenFile } = options.controlPlane
  let present = credentials
  void reportLoad({ address, envoy, signal, credentials: () => present })
  void keepCredentials({
    ...{ address, credentials, signal, folder: join(options.folder, row.name, 'certs') },
    token: () => readToken(tokenFile),
    onProblem: (diagnostic) => console.error(`${row.name}: ${printDiagnostic(diagnostic)}`),
    onRenewed: (renewed) => {
      present = renewed
      return untilUsed(envoy.adminUrl, renewed.chainPem, signal)
    },
    longestPause: LOOK_MS,
  })
}

/** What `lotse bootstrap` does. */
async function prepare(row: WorkloadRow, options: ProxyOptions): Promise<Enrolled> {
  const { xds, tokenFile } = options.controlPlane
  const enrolled = await enrolWorkload({
    workload: `${NAMESPACE}/${row.name}`,
    xds,
    tokenFile,
    out: join(options.folder, row.name),
    admin: '127.0.0.1:0',
  })
  return orThrow(row, enrolled)
}

function orThrow<Value extends object>(row: WorkloadRow, value: Value | Diagnostic): Value {
  if (isProblem(value)) throw new Error(`${row.name}: ${printDiagnostic(value)}`)
  return value
}

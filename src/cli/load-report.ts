// Tells the control plane how full an Envoy is, when that has changed: nothing is sent for one that does nothing.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '@grpc/grpc-js'
import { BUSIEST_WORKER, type Gauge, type Load, watchLoad } from '../../envoy/load.ts'
import type { RunningEnvoy } from '../../envoy/run.ts'
import { controlPlaneClient } from '../ca/client.ts'
import type { Credentials } from '../ca/credentials.ts'
import { writeGauges } from '../telemetry/otlp-write.ts'
import { METRICS_PATH } from '../telemetry/server.ts'

export interface LoadReporting {
  /** `HOST:PORT` of the control plane. */
  readonly address: string
  readonly envoy: Pick<RunningEnvoy, 'adminUrl' | 'pid'>
  /** The present ones; they change with each renewal. */
  readonly credentials: () => Credentials
  /** Milliseconds between two looks. */
  readonly pause?: number
  readonly signal: AbortSignal
}

const PAUSE_MS = 5_000
/** The connection is not kept for a proxy that has nothing to tell. */
const IDLE_MS = 60_000
const DEADLINE_MS = 5_000
/** A figure that moves less is not news: memory by shares, a worker's load by points of 100. */
const SHARE = 0.05
const POINTS = 5

/** Ends when the signal says so. A report that finds no control plane is not repeated: the next one tells everything, too. */
export async function reportLoad({
  address,
  envoy,
  credentials,
  pause = PAUSE_MS,
  signal,
}: LoadReporting): Promise<void> {
  const look = watchLoad(envoy)
  const connect = clientsOf(address)
  let told: Load | undefined
  while (await waited(pause, signal)) {
    const load = await look().catch(() => undefined)
    if (!load || (told && !isNews(told, load))) continue
    if (await send(connect(credentials()), writeGauges(load.gauges))) told = load
  }
  connect(undefined)
}

/** A client lives as long as the credentials that it was made with. */
function clientsOf(address: string) {
  let made: { readonly by: Credentials; readonly client: Client } | undefined
  function connect(by: undefined): undefined
  function connect(by: Credentials): Client
  function connect(by: Credentials | undefined): Client | undefined {
    if (by && made?.by === by) return made.client
    made?.client.close()
    made = undefined
    if (!by) return undefined
    const server = { rootPem: by.rootPem, wanted: by.workload, present: by }
    const client = controlPlaneClient(address, server, { 'grpc.client_idle_timeout_ms': IDLE_MS })
    made = { by, client }
    return client
  }
  return connect
}

function send(client: Client, report: Buffer): Promise<boolean> {
  const same = (bytes: Buffer) => bytes
  const deadline = Date.now() + DEADLINE_MS
  return new Promise((end) => {
    client.makeUnaryRequest(METRICS_PATH, same, same, report, { deadline }, (error) => end(!error))
  })
}

export function isNews(told: Load, { gauges, connected }: Load): boolean {
  if (told.connected !== connected || told.gauges.length !== gauges.length) return true
  const before = new Map(told.gauges.map((gauge) => [keyOf(gauge), gauge.value]))
  return gauges.some((gauge) => {
    const known = before.get(keyOf(gauge))
    if (known === undefined) return true
    const difference = Math.abs(gauge.value - known)
    if (gauge.name === BUSIEST_WORKER) return difference >= POINTS
    if (gauge.name.startsWith('server.memory_')) return difference >= SHARE * known
    return difference > 0
  })
}

function keyOf({ name, tags }: Gauge): string {
  return [name, ...Object.values(tags)].join(';')
}

async function waited(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined)
  return !signal.aborted
}

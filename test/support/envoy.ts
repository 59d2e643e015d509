// A real Envoy for a test: started in a folder of its own, asked through its admin port, ended with the test.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { findEnvoy } from '../../envoy/binary.ts'
import { type BootstrapOptions, bootstrap } from '../../envoy/bootstrap.ts'
import { secretFiles } from '../../envoy/mesh-tls.ts'
import { isProblem } from '../../envoy/problem.ts'
import {
  type RunningEnvoy,
  type RunOptions,
  type StopOptions,
  startEnvoy,
} from '../../envoy/run.ts'
import { writeFolder } from '../../envoy/write.ts'
import type { Bootstrap } from '../../proto/envoy.d.ts'
import { printDiagnostic } from '../../src/model/diagnostic.ts'
import type { Cleanup } from './cleanup.ts'
import { adopt, release } from './processes.ts'
import { type WaitOptions, waitFor } from './wait.ts'

const found = await findEnvoy({ install: process.env.LOTSE_ENVOY_INSTALL !== 'never' })

/** For node:test's `skip`: the reason when this machine has no Envoy, false otherwise. */
export const skip: string | false = isProblem(found) ? found.text : false

/** The binary; only for tests that are not skipped. */
export function envoyBinary(): string {
  if (isProblem(found)) throw new Error(printDiagnostic(found))
  return found.path
}

export interface TestEnvoyOptions {
  /** A proxy of a control plane. */
  readonly bootstrap?: BootstrapOptions
  /** Or a configuration as it is; without `admin` it gets one on a free port. */
  readonly config?: Bootstrap
  /** Or the path of a bootstrap that is there already. */
  readonly written?: string
  /** More files of the folder by name, written as YAML. */
  readonly files?: Readonly<Record<string, unknown>>
  /** The folder, when it had to be known before; a fresh one by default. */
  readonly folder?: string
  /** False: do not wait for the configuration. */
  readonly ready?: boolean
  readonly concurrency?: number
  readonly logLevel?: 'debug' | 'info' | 'warning' | 'error'
  readonly drainSeconds?: number
  /** More of how it is started, as `lotse proxy` does. */
  readonly started?: Partial<RunOptions>
}

export type ResourceKind = 'listener' | 'route' | 'cluster' | 'endpoint' | 'secret' | 'ecds'

/** A resource as Envoy holds it, with the version it has and the state it is in. */
export interface HeldResource {
  readonly name: string
  readonly version: string
  readonly state: 'static' | 'active' | 'warming' | 'draining' | 'error'
  readonly resource: Record<string, unknown>
}

export interface TestEnvoy {
  readonly running: RunningEnvoy
  readonly folder: string
  readonly adminPort: number
  /** GET of an admin path, as text. */
  admin(path: string, method?: string): Promise<string>
  /** Envoy's config_dump sections whose type contains the word, for instance `Clusters`. */
  configDump(type?: string): Promise<Record<string, unknown>[]>
  /** What Envoy holds of one kind, in every state. */
  resources(kind: ResourceKind): Promise<HeldResource[]>
  /** Counters and gauges whose name matches. */
  stats(pattern: string | RegExp): Promise<Record<string, number>>
  /** One counter or gauge; 0 when Envoy does not have it. */
  stat(name: string): Promise<number>
  /** The port a listener really has, for listeners on port 0. */
  listenerPort(name: string): Promise<number>
  /** Bounded polling; the error ends with Envoy's last log lines. */
  waitFor<T>(
    what: string,
    look: () => T | Promise<T>,
    passes?: (value: T) => boolean,
    options?: WaitOptions,
  ): Promise<T>
  stop(options?: StopOptions): Promise<void>
}

/** A fresh folder that is removed with the test. */
export function testFolder(t: Cleanup, name = 'test'): string {
  const folder = mkdtempSync(join(tmpdir(), `lotse-${name}-`))
  t.after(() => remove(folder))
  return folder
}

/**
 * Hooks run in the order in which they were given, so a folder goes before the processes that write to it end. One that
 * throws keeps the others from running: what cannot be removed yet is removed with this process.
 */
function remove(folder: string): void {
  const how = { recursive: true, force: true } as const
  try {
    rmSync(folder, how)
  } catch {
    process.once('exit', () => rmSync(folder, { ...how, maxRetries: 10 }))
  }
}

export async function testEnvoy(t: Cleanup, options: TestEnvoyOptions): Promise<TestEnvoy> {
  const folder = options.written ? dirname(options.written) : (options.folder ?? testFolder(t))
  const running = await startEnvoy({
    binary: envoyBinary(),
    config: options.written ?? write(folder, options),
    concurrency: options.concurrency ?? 1,
    logLevel: options.logLevel ?? 'warning',
    drainSeconds: options.drainSeconds ?? 5,
    ...options.started,
  })
  if (isProblem(running)) throw new Error(printDiagnostic(running))
  adopt(running.pid)
  const stop = async (how: StopOptions = {}): Promise<void> => {
    await running.stop(how)
    release(running.pid)
  }
  t.after(() => stop())
  if (options.ready !== false) {
    const problem = await running.ready()
    if (problem) throw new Error(`${printDiagnostic(problem)}\n${running.tail()}`)
  }
  return { ...questions(running), running, folder, adminPort: running.adminPort, stop }
}

function write(folder: string, options: TestEnvoyOptions): string {
  const admin = { address: { socket_address: { address: '127.0.0.1', port_value: 0 } } }
  const files: Record<string, unknown> = { ...options.files }
  if (options.bootstrap?.tls) Object.assign(files, secretFiles(options.bootstrap.tls.certificates))
  files['envoy.yaml'] = options.bootstrap
    ? bootstrap(options.bootstrap)
    : { admin, ...options.config }
  const path = writeFolder(folder, files)
  if (isProblem(path)) throw new Error(printDiagnostic(path))
  return path
}

type Questions = Omit<TestEnvoy, 'running' | 'folder' | 'adminPort' | 'stop'>

function questions(running: RunningEnvoy): Questions {
  const admin = async (path: string, method = 'GET'): Promise<string> => {
    const answer = await fetch(running.adminUrl + path, { method })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`admin ${path}: ${answer.status} ${text.slice(0, 200)}`)
    return text
  }
  const configDump = async (type = ''): Promise<Record<string, unknown>[]> => {
    const text = await admin('/config_dump?include_eds')
    const { configs } = JSON.parse(text) as { configs: Record<string, unknown>[] }
    return configs.filter((config) => String(config['@type']).includes(type))
  }
  const stats = async (pattern: string | RegExp): Promise<Record<string, number>> => {
    const filter = typeof pattern === 'string' ? pattern : pattern.source
    const text = await admin(`/stats?format=json&filter=${encodeURIComponent(filter)}`)
    const { stats: list } = JSON.parse(text) as { stats: { name?: string; value?: number }[] }
    return Object.fromEntries(
      list.flatMap(({ name, value }) => (name === undefined ? [] : [[name, Number(value)]])),
    )
  }
  return {
    admin,
    configDump,
    stats,
    resources: async (kind) => (await configDump(SECTION[kind])).flatMap(held),
    stat: async (name) => (await stats(`^${quoted(name)}$`))[name] ?? 0,
    listenerPort: async (name) => {
      const text = await admin('/listeners?format=json')
      const { listener_statuses: list = [] } = JSON.parse(text) as ListenerStatuses
      const port = list.find((one) => one.name === name)?.local_address.socket_address.port_value
      if (port === undefined) throw new Error(`Envoy has no listener ${name}`)
      return port
    },
    waitFor: (what, look, passes, options) =>
      waitFor(what, look, passes, { context: () => running.tail(), ...options }),
  }
}

interface ListenerStatuses {
  readonly listener_statuses?: readonly {
    readonly name: string
    readonly local_address: { readonly socket_address: { readonly port_value: number } }
  }[]
}

const SECTION: Readonly<Record<ResourceKind, string>> = {
  listener: 'ListenersConfigDump',
  route: '.RoutesConfigDump',
  cluster: 'ClustersConfigDump',
  endpoint: 'EndpointsConfigDump',
  secret: 'SecretsConfigDump',
  ecds: 'EcdsConfigDump',
}

/** A section holds lists like `dynamic_active_clusters`, whose entries hold the resource under its kind's name. */
function held(section: Record<string, unknown>): HeldResource[] {
  return Object.entries(section).flatMap(([list, entries]) => {
    if (!Array.isArray(entries)) return []
    return (entries as Entry[]).flatMap((entry) => {
      const states = Object.keys(entry).filter((key) => key.endsWith('_state'))
      if (states.length === 0) return one(entry, entry, stateOf(list))
      return states.flatMap((key) => one(entry, entry[key] as Entry, stateOf(key)))
    })
  })
}

type Entry = Record<string, unknown>

function one(entry: Entry, state: Entry, word: HeldResource['state']): HeldResource[] {
  const resource = BODIES.map((key) => state[key]).find(Boolean) as Entry | undefined
  if (!resource && word !== 'error') return []
  const name = entry.name ?? resource?.name ?? resource?.cluster_name ?? ''
  const version = String(state.version_info ?? '')
  return [{ name: String(name), version, state: word, resource: resource ?? state }]
}

const BODIES = [
  'listener',
  'cluster',
  'route_config',
  'endpoint_config',
  'secret',
  'ecds_filter',
] as const

function stateOf(key: string): HeldResource['state'] {
  const word = /static|warming|draining|error/.exec(key)?.[0]
  return (word as HeldResource['state'] | undefined) ?? 'active'
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

// Opens the xDS ports: mutual TLS for the mesh, and where asked for a second one in plain text on loopback.
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js'
import type { CertificateAuthority } from './ca/ca.ts'
import { csrService, type Registers, type Reviewed } from './ca/csr-server.ts'
import type { WorkloadName } from './ca/identity.ts'
import { isProblem } from './ca/problem.ts'
import { openServerIdentity } from './ca/server-credentials.ts'
import type { LiveMesh } from './live-mesh.ts'
import type { Diagnostic } from './model/diagnostic.ts'
import type { DeliveryMode } from './model/node.ts'
import {
  identifyByCertificate,
  identifyByNodeId,
  type MeshProxy,
  refused,
  reporterByCertificate,
  reporterByNodeId,
} from './proxies.ts'
import { Rejections } from './rejections.ts'
import { accessLogService } from './telemetry/access-log.ts'
import { metricsService } from './telemetry/server.ts'
import type { Signals } from './telemetry/signals.ts'
import { isIp } from './translate/validate/value.ts'
import type { PushTiming } from './xds/pusher.ts'
import { type Caller, createXdsService, SERVER_OPTIONS, type XdsService } from './xds/server.ts'

export interface ListenOptions {
  readonly xds: string
  readonly plaintextXds?: string
  readonly core: LiveMesh
  readonly authority: CertificateAuthority
  readonly signals: Signals
  readonly timing?: PushTiming
  readonly now: () => Date
  readonly delivery?: DeliveryMode
  readonly log: (diagnostic: Diagnostic) => void
  /** Directory for what must outlive this process. */
  readonly data: string
  /** A workload has a proxy that had none before. */
  readonly onEnrolled?: (workload: string) => void
  /** Milliseconds after which a proxy is to come again, to whichever replica; without it a connection lasts. */
  readonly connectionAge?: number
  /** The cluster's word for whose a service account token is. */
  readonly reviewToken?: (token: string) => Promise<Reviewed | Diagnostic>
}

export interface Listening {
  readonly services: readonly XdsService<MeshProxy>[]
  readonly xds: string
  readonly plaintextXds: string | undefined
  /** Call when other roots are trusted or certificates were revoked. */
  readonly trustChanged: () => Promise<Diagnostic | undefined>
  readonly close: () => Promise<void>
}

export async function listen(options: ListenOptions): Promise<Listening | Diagnostic> {
  const { core, log, authority, now } = options
  // What goes wrong is told once, by Lotse itself.
  if (!process.env.GRPC_VERBOSITY) setLogVerbosity(logVerbosity.NONE)
  const identity = await openServerIdentity({
    issuer: authority.issuer,
    hosts: hostsOf(options.xds),
    roots: () => authority.trust.rootsPem,
    now,
    onProblem: log,
  })
  if (isProblem(identity)) return identity
  const rejections = new Rejections(options.data)
  const servers: Server[] = []
  const services: XdsService<MeshProxy>[] = []
  const open = (address: string, credentials: ServerCredentials, secure: boolean) => {
    const { connectionAge } = options
    const server = new Server({
      ...SERVER_OPTIONS,
      ...(connectionAge === undefined ? {} : aged(connectionAge)),
    })
    servers.push(server)
    const service: XdsService<MeshProxy> = createXdsService({
      identify: (caller) =>
        secure ? identifyUnrevoked(caller, options) : identifyByNodeId(caller, options.delivery),
      resources: (proxy) => core.resources(proxy),
      ready: (proxy) => core.ready(proxy),
      log,
      rejections,
      onChange: () => core.proxiesChanged(),
      onPass: () => core.serve(service),
      ...(options.timing ? { timing: options.timing } : {}),
    })
    services.push(service)
    service.addTo(server)
    const reporter = secure ? reporterByCertificate : reporterByNodeId
    const reports = metricsService(options.signals, reporter)
    server.addService(reports.definition, reports.handlers)
    const requests = accessLogService(core.taps, reporter)
    server.addService(requests.definition, requests.handlers)
    if (secure) addEnrolment(server, options, () => callersLeft(services))
    return bind(server, address, credentials, secure ? '--xds' : '--insecure-plaintext-xds')
  }
  const close = async () => {
    identity.close()
    for (const service of services) service.close()
    for (const server of servers) server.forceShutdown()
    await rejections.close()
  }
  const xds = await open(options.xds, identity.credentials, true)
  const plain =
    typeof xds === 'string' && options.plaintextXds
      ? await openPlaintext(options.plaintextXds, open)
      : undefined
  const failed = typeof xds === 'string' ? plain : xds
  if (isProblem(failed) || isProblem(xds)) {
    await close()
    return (isProblem(xds) ? xds : failed) as Diagnostic
  }
  const trustChanged = async () => {
    for (const service of services) service.recheck()
    return identity.rotate()
  }
  return { services, xds, plaintextXds: plain as string | undefined, trustChanged, close }
}

function identifyUnrevoked(caller: Caller, { authority, delivery }: ListenOptions) {
  const { serialNumber } = caller.peerCertificate ?? {}
  if (serialNumber === undefined) return identifyByCertificate(caller, delivery)
  if (authority.isRevoked(serialNumber)) return refused('Its certificate was revoked')
  const proxy = identifyByCertificate(caller, delivery)
  if (!isProblem(proxy)) authority.seen(serialNumber)
  return proxy
}

/** What somebody wrote comes before a group. */
function accountOf(core: LiveMesh, { namespace, name }: WorkloadName, registers?: Registers) {
  const { WorkloadEntry, WorkloadGroup } = core.mesh.tables
  const workload = `${namespace}/${name}`
  const entry = WorkloadEntry.rows.get(workload)
  const group = registers?.group ?? core.registering?.groupOf(workload)
  if (entry || !group) return { serviceAccount: entry?.spec.serviceAccount || 'default' }
  const template = WorkloadGroup.rows.get(`${namespace}/${group}`)?.spec.template
  if (!template) {
    const text = `There is no WorkloadGroup ${namespace}/${group}: a workload registers under one of its own namespace`
    return { code: 'L0434', severity: 'error', text } as const
  }
  if (registers && !isIp(registers.address)) {
    const text = `"${registers.address}" is not an IP address under which ${workload} can be called`
    return { code: 'L0434', severity: 'error', text } as const
  }
  return { serviceAccount: template.serviceAccount || 'default' }
}

/** Milliseconds that a proxy which is about to stop waits for its callers at most. */
const LEAVE = 2_000
const LOOK = 20

/** When every proxy has the endpoints of now. */
async function callersLeft(services: readonly XdsService<MeshProxy>[]): Promise<void> {
  const until = performance.now() + LEAVE
  const isBehind = (service: XdsService<MeshProxy>) =>
    service.busy || service.confirmed('endpoint').length < service.proxies().length
  while (services.some(isBehind) && performance.now() < until) await sleep(LOOK)
}

function addEnrolment(server: Server, options: ListenOptions, left: () => Promise<void>): void {
  const { core, authority, now, log, reviewToken } = options
  const service = csrService({
    ...(reviewToken ? { reviewToken } : {}),
    issuer: authority.issuer,
    tokens: authority.enrolmentTokens,
    advise: authority.advise,
    isRevoked: authority.isRevoked,
    now,
    authorize: (workload, registers) => accountOf(core, workload, registers),
    settings: ({ namespace, name }) =>
      JSON.stringify(core.settings({ namespace, workload: name, certified: true })),
    onDraining: ({ namespace, name }) => {
      core.drain(`${namespace}/${name}`, true)
      return left()
    },
    onAdvised: ({ namespace, name }) => core.drain(`${namespace}/${name}`, false),
    onEnrolled: ({ namespace, name }, { notAfter, registers }) => {
      const workload = `${namespace}/${name}`
      core.drain(workload, false)
      const until = notAfter.getTime()
      if (registers) {
        // One that is asked counts from its first good answer on.
        const group = core.mesh.tables.WorkloadGroup.rows.get(`${namespace}/${registers.group}`)
        const asked = group?.spec.probe ? { healthy: false, toldAt: now().getTime() } : {}
        core.registering?.register({ workload, ...registers, until, ...asked })
      } else core.registering?.extend(workload, until)
      const isNew = core.enrolled(workload)
      if (registers && !isNew) core.registrationsChanged()
      if (isNew) options.onEnrolled?.(workload)
    },
    onHealth: ({ namespace, name }, healthy) => {
      if (core.registering?.tell(`${namespace}/${name}`, healthy)) core.registrationsChanged()
    },
    onRefused: log,
  })
  server.addService(service.definition, service.handlers)
}

async function openPlaintext(
  address: string,
  open: (
    address: string,
    credentials: ServerCredentials,
    secure: boolean,
  ) => Promise<string | Diagnostic>,
): Promise<string | Diagnostic> {
  const { host } = splitAddress(address)
  if (!isLoopback(host)) {
    return {
      code: 'L0510',
      severity: 'error',
      text: `Plain-text xDS at ${address} is refused: it is for loopback addresses only. Use 127.0.0.1:PORT, or mutual TLS by --xds`,
    }
  }
  return open(address, ServerCredentials.createInsecure(), false)
}

function bind(
  server: Server,
  address: string,
  credentials: ServerCredentials,
  option: string,
): Promise<string | Diagnostic> {
  const { host } = splitAddress(address)
  return new Promise((resolve) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (!error) return resolve(`${host}:${port}`)
      resolve({
        code: 'L0511',
        severity: 'error',
        text: `Cannot listen on ${address} (${reason(error)}). Is another process using the port? Choose another by ${option}`,
      })
    })
  })
}

function reason(error: Error): string {
  return /EADDRINUSE|EACCES|EADDRNOTAVAIL/.exec(error.message)?.[0] ?? error.message.split('\n')[0]!
}

export function splitAddress(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':')
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || host.startsWith('127.')
}

/** Names and addresses under which proxies may call this port. */
function hostsOf(address: string): string[] {
  const host = splitAddress(address).host.replace(/^\[|\]$/g, '')
  const any = host === '0.0.0.0' || host === '::'
  const own = any || isIP(host) === 0 ? [hostname()] : []
  return [...new Set([...(any ? [] : [host]), ...own, 'localhost', '127.0.0.1', '::1'])]
}

/** Streams of proxies have no end of their own: what else is asked on the connection has this long to be answered. */
const LAST_ANSWERS = 5_000

function aged(connectionAge: number) {
  return {
    'grpc.max_connection_age_ms': connectionAge,
    'grpc.max_connection_age_grace_ms': LAST_ANSWERS,
  }
}

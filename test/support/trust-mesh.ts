// Two Envoys with mutual TLS whose control plane can be ended and started again, with agents that keep their certificates good.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { usesCertificate } from '../../envoy/certificates.ts'
import { type App, type AppOptions, openApp } from '../../src/app.ts'
import { keepCredentials } from '../../src/ca/agent.ts'
import { readCredentials } from '../../src/ca/credentials.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { lintChain } from '../../src/ca/svid.ts'
import { enrolWorkload, readToken } from '../../src/cli/bootstrap.ts'
import { type Diagnostic, printDiagnostic } from '../../src/model/diagnostic.ts'
import type { Cleanup } from './cleanup.ts'
import { type TestEnvoy, testEnvoy, testFolder } from './envoy.ts'
import { settled } from './mesh.ts'
import { loopback } from './ports.ts'
import { join, policy, service, workload } from './workload.ts'

export const TRUST_PORTS = { outbound: 8000, inbound: 8080 } as const
/** Host names that lead to the same application: over kept connections, and over one connection a request. */
export const HOSTS = { kept: 'kept', fresh: 'fresh' } as const

export interface TrustMember {
  readonly workload: string
  readonly envoy: TestEnvoy
  /** Of its certificates. */
  readonly folder: string
  readonly address: string
  /** Its test has ended, and its Envoy is about to. */
  readonly leaving: AbortSignal
}

export interface TrustMesh {
  app(): App
  readonly data: string
  readonly client: TrustMember
  readonly server: TrustMember
  /** What was logged so far. */
  readonly log: readonly Diagnostic[]
  /** Ends the control plane and starts it from what is on disk, on the same port. */
  restart(): Promise<void>
  close(): Promise<void>
  open(): Promise<void>
  /** From now on both renew by themselves; what they are given is linted. */
  keep(options?: { readonly longestPause?: number }): void
}

export interface TrustOptions {
  readonly ca?: AppOptions['ca']
  /** A data directory that is there already. */
  readonly data?: string
  /** More YAML. */
  readonly yaml?: string
}

export function trustYaml(addresses: { client: string; server: string; app: number }): string {
  const noRetry = (host: string) =>
    policy(
      'VirtualService',
      `shop/${host}`,
      `{hosts: [${host}], http: [{retries: {attempts: 0}, route: [{destination: {host: ${host}}}]}]}`,
    )
  const { outbound, inbound } = TRUST_PORTS
  return join(
    workload({
      ...{ workload: 'shop/client', address: addresses.client, account: 'buyer' },
      calls: [{ port: outbound, protocol: 'HTTP' }],
    }),
    workload({
      ...{ workload: 'shop/web', address: addresses.server, account: 'seller' },
      labels: { app: 'web' },
      serves: [{ port: inbound, protocol: 'HTTP', application: addresses.app }],
    }),
    service(`shop/${HOSTS.kept}`, { app: 'web' }, `http:${outbound}:${inbound}`),
    service(`shop/${HOSTS.fresh}`, { app: 'web' }, `http:${outbound}:${inbound}`),
    noRetry(HOSTS.kept),
    noRetry(HOSTS.fresh),
    policy(
      'DestinationRule',
      'shop/fresh',
      '{host: fresh, trafficPolicy: {connectionPool: {http: {maxRequestsPerConnection: 1}}}}',
    ),
    policy('PeerAuthentication', 'istio-system/default', '{mtls: {mode: STRICT}}'),
  )
}

export async function startTrustMesh(t: Cleanup, options: TrustOptions = {}): Promise<TrustMesh> {
  let app: App | undefined
  const close = async () => {
    const ending = app
    app = undefined
    await ending?.close()
  }
  // Hooks run in their order: the control plane ends before its folder is removed.
  t.after(close)
  const folder = testFolder(t)
  const data = options.data ?? `${folder}/data`
  const addresses = { client: loopback(), server: loopback(), app: await application(t) }
  mkdirSync(`${folder}/config`)
  const yaml = trustYaml(addresses)
  writeFileSync(`${folder}/config/mesh.yaml`, options.yaml ? join(yaml, options.yaml) : yaml)
  const log: Diagnostic[] = []
  let xds = '127.0.0.1:0'
  const open = async () => {
    const opened = await openApp({
      ...{ config: [`${folder}/config`], data, xds },
      ca: { interval: 30, ...options.ca },
      log: (diagnostic) => log.push(diagnostic),
    })
    if (isProblem(opened)) throw new Error(printDiagnostic(opened))
    app = opened
    xds = app.xds
  }
  await open()
  const member = (name: string, address: string) =>
    enrolled(t, { workload: `shop/${name}`, xds, data, address })
  const client = await member('client', addresses.client)
  const server = await member('web', addresses.server)
  const mesh: TrustMesh = {
    ...{ data, client, server, log, open, close },
    app: () => app ?? assert.fail('the control plane is closed'),
    restart: async () => {
      await close()
      await open()
    },
    keep: (how = {}) => {
      for (const one of [client, server]) keep(t, one, { xds, data, log, ...how })
    },
  }
  await settled(mesh.app(), new Map([client, server].map((one) => [one.workload, one.envoy])), log)
  return mesh
}

/** Answers each request. */
export async function application(t: Cleanup): Promise<number> {
  const server = createServer((_, answer) => answer.end('ok\n'))
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

interface Enrolling {
  readonly workload: string
  readonly xds: string
  readonly data: string
  readonly address: string
}

/** A workload with its Envoy. */
export async function enrolled(t: Cleanup, options: Enrolling): Promise<TrustMember> {
  const out = testFolder(t)
  const { workload: named, xds, data, address } = options
  const made = await enrolWorkload({
    ...{ workload: named, xds, out, admin: '127.0.0.1:0', tokenFile: `${data}/join-token` },
  })
  if (isProblem(made)) throw new Error(printDiagnostic(made))
  const leaving = new AbortController()
  // Hooks run in this order: who keeps its certificates hears of the end before its Envoy.
  t.after(() => leaving.abort())
  // A listener that is replaced ends what is under way on it after this time, as long as in service.
  const envoy = await testEnvoy(t, { written: made.config, drainSeconds: 45 })
  return { workload: named, envoy, folder: `${out}/certs`, address, leaving: leaving.signal }
}

interface Keeping {
  readonly xds: string
  readonly data: string
  readonly log: Diagnostic[]
  readonly longestPause?: number
}

/** An Envoy on a machine with much to do reads new files late. */
const SLOW = { timeout: 120_000 }

/** From now on it renews by itself. */
export function keep(t: Cleanup, member: TrustMember, options: Keeping): void {
  const { folder, envoy, leaving } = member
  const credentials = readCredentials(folder)
  if (!credentials || isProblem(credentials)) throw new Error('there are no credentials')
  const { xds, data, log, longestPause } = options
  const keeping = keepCredentials({
    ...{ address: xds, folder, credentials, signal: leaving },
    token: () => readToken(`${data}/join-token`),
    onProblem: (diagnostic) => log.push(diagnostic),
    onRenewed: async (next) => {
      assert.deepEqual(lintChain(next.chainPem), [])
      await envoy.waitFor(
        'Envoy to use it',
        () => leaving.aborted || usesCertificate(envoy.running.adminUrl, next.chainPem),
        Boolean,
        SLOW,
      )
    },
    ...(longestPause !== undefined && { longestPause }),
  })
  // If it fails before the end, the end tells: a rejection that nobody waits for yet is a failure of no test.
  keeping.catch(() => undefined)
  t.after(() => keeping)
}

// Certificates: how many are issued in a second of CPU time, and whether requests fail while leaves and the root are replaced.
import { spawn } from 'node:child_process'
import { webcrypto, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openAuthority } from '../src/ca/ca.ts'
import { isProblem } from '../src/ca/problem.ts'
import { pemOf, x509 } from '../src/ca/x509.ts'
import { startLoad } from '../test/support/load.ts'
import { HOSTS, startTrustMesh, TRUST_PORTS, type TrustMember } from '../test/support/trust-mesh.ts'
import { round } from './figures.ts'

/** With checking the request's signature and recording what was issued on disk, as in service. */
export async function issuance(count: number): Promise<object> {
  const directory = mkdtempSync(`${tmpdir()}/lotse-bench-`)
  try {
    const authority = await openAuthority({ directory, now: () => new Date() })
    if (isProblem(authority)) throw new Error(authority.text)
    const csr = await request()
    const order = { csr, workload: { namespace: 'shop', name: 'web' }, serviceAccount: 'web' }
    for (let n = 0; n < 50; n++) await authority.issuer.issue(order)
    const before = process.cpuUsage()
    const begun = performance.now()
    for (let n = 0; n < count; n++) {
      const issued = await authority.issuer.issue(order)
      if (isProblem(issued)) throw new Error(issued.text)
    }
    const { user, system } = process.cpuUsage(before)
    const cpuSeconds = (user + system) / 1e6
    return {
      ...{ issued: count, cpuSeconds: round(cpuSeconds), perCpuSecond: round(count / cpuSeconds) },
      wallSeconds: round((performance.now() - begun) / 1000),
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function request(): Promise<string> {
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ])
  const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' }
  const made = await x509.Pkcs10CertificateRequestGenerator.create({ keys, signingAlgorithm })
  return pemOf('CERTIFICATE REQUEST', Buffer.from(made.rawData))
}

export interface SoakOptions {
  readonly seconds: number
  readonly perSecond: number
  /** Of leaves, in seconds. */
  readonly lifetime: number
}

/** Two Envoys under load, half of the requests on new connections with a handshake each; the root is rotated halfway. */
export async function soak({ seconds, perSecond, lifetime }: SoakOptions): Promise<object> {
  const ends: (() => void | Promise<void>)[] = []
  try {
    const cleanup = { after: (end: () => void | Promise<void>) => ends.unshift(end) }
    const mesh = await startTrustMesh(cleanup, { ca: { lifetime, interval: 1_000 } })
    mesh.keep()
    const { client, server } = mesh
    const used = [client, server].map((member) => watchSerials(member, cleanup))
    const address = { address: client.address, port: TRUST_PORTS.outbound }
    const load = startLoad(cleanup, { ...address, perSecond, ...HOSTS })
    const stalls = monitorEventLoopDelay()
    stalls.enable()
    const begun = performance.now()
    await sleep((seconds * 1000) / 2)
    const rotation = await rotate(mesh.data)
    await sleep(Math.max(0, seconds * 1000 - (performance.now() - begun)))
    const { examples, failedAt, ...counts } = await load.stop()
    const inbound = `listener.${server.address}_${TRUST_PORTS.inbound}.ssl`
    return {
      ...{ seconds, perSecond, leafLifetime: lifetime, ...counts },
      ...(examples.length > 0 && { examples, failedAt }),
      handshakes: await server.envoy.stat(`${inbound}.handshake`),
      notVerified: await server.envoy.stat(`${inbound}.fail_verify_error`),
      problems: mesh.log.slice(0, 5).map(({ text }) => text),
      // the machine's, not the mesh's: agents, control plane and load are one process here
      longestStallMs: Math.round(stalls.max / 1e6),
      leaves: Object.fromEntries(
        [client, server].map(({ workload }, at) => [workload, used[at]!.size]),
      ),
      rootRotation: rotation,
    }
  } finally {
    for (const end of ends) await end()
  }
}

/** Serials of the certificates on disk, looked at often enough to miss none. */
function watchSerials(
  { folder }: TrustMember,
  cleanup: { after(end: () => void): void },
): ReadonlySet<string> {
  const seen = new Set<string>()
  const timer = setInterval(() => {
    seen.add(new X509Certificate(readFileSync(`${folder}/chain.pem`)).serialNumber)
  }, 500)
  cleanup.after(() => clearInterval(timer))
  return seen
}

/** The command that an operator uses. */
async function rotate(data: string): Promise<object> {
  const lotse = fileURLToPath(new URL('../bin/lotse', import.meta.url))
  const begun = performance.now()
  const child = spawn(lotse, ['ca', 'rotate', '--data', data], { stdio: 'inherit' })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, seconds: round((performance.now() - begun) / 1000) }
}

// A whole mesh for a test: the control plane in this process, YAML it watches, and a real Envoy for each named workload.
import assert from 'node:assert/strict'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type App, openApp } from '../../src/app.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { lintChain } from '../../src/ca/svid.ts'
import { enrolWorkload } from '../../src/cli/bootstrap.ts'
import { type Diagnostic, printDiagnostic } from '../../src/model/diagnostic.ts'
import type { DeliveryMode } from '../../src/model/node.ts'
import type { Cleanup } from './cleanup.ts'
import { envoyBinary, type TestEnvoy, testEnvoy, testFolder } from './envoy.ts'
import { recordFields } from './fields.ts'
import { waitFor } from './wait.ts'

export interface MeshOptions {
  /** Files by name; a text alone becomes `mesh.yaml`. */
  readonly yaml: string | Readonly<Record<string, string>>
  /** Workloads that get an Envoy, as `namespace/name`. */
  readonly proxies: readonly string[]
  /** The Envoys speak plain-text xDS and have no certificates. */
  readonly plaintext?: boolean
  /** Fetches keys of token issuers, from this machine, too. */
  readonly jwks?: { readonly refresh?: number; readonly retry?: number }
  /** How the Envoys have their configuration; by default as LOTSE_TEST_DELIVERY says. */
  readonly delivery?: DeliveryMode
  /** An Envoy is shown every change first. */
  readonly preflight?: boolean
}

export interface TestMesh {
  readonly app: App
  /** The folder that the control plane watches. */
  readonly config: string
  /** All that was logged so far. */
  readonly log: readonly Diagnostic[]
  /** By `namespace/name`. */
  envoy(workload: string): TestEnvoy
  /** One more Envoy, when it has its configuration. */
  start(workload: string): Promise<TestEnvoy>
  /** Replaces a file by one without errors, unless they are meant, and waits until every Envoy has what follows from it. */
  edit(file: string, text: string, options?: { readonly errors?: boolean }): Promise<void>
  /** Replaces a file (undefined removes it) and waits for nothing. */
  write(file: string, text: string | undefined): void
  /** Every Envoy has what it is to have, and nothing is warming. */
  synced(): Promise<void>
  /** What the streams count: for "nothing was sent". */
  sent(): { readonly resources: number; readonly nacks: number }
  /** Ends the control plane; the Envoys go on with what they have. */
  closeControlPlane(): Promise<void>
}

export async function startMesh(t: Cleanup, options: MeshOptions): Promise<TestMesh> {
  let opened: App | undefined
  let closing: Promise<void> | undefined
  const closeControlPlane = (): Promise<void> => {
    closing ??= opened?.close() ?? Promise.resolve()
    return closing
  }
  // Hooks run in their order: the control plane ends before its folder is removed.
  t.after(closeControlPlane)
  const folder = testFolder(t)
  const config = join(folder, 'config')
  const files = typeof options.yaml === 'string' ? { 'mesh.yaml': options.yaml } : options.yaml
  mkdirSync(config)
  const write = writer(folder, config)
  for (const [name, text] of Object.entries(files)) write(name, text)
  recordFields(Object.values(files))
  const log: Diagnostic[] = []
  const delivery = options.delivery ?? (process.env.LOTSE_TEST_DELIVERY as DeliveryMode | undefined)
  const app = await openApp({
    config: [config],
    data: join(folder, 'data'),
    xds: '127.0.0.1:0',
    ...(delivery ? { delivery } : {}),
    ...(options.preflight ? { preflight: envoyBinary() } : {}),
    ...(options.plaintext ? { plaintextXds: '127.0.0.1:0' } : {}),
    ...(options.jwks ? { jwks: { ...options.jwks, allowPrivate: true } } : {}),
    log: (diagnostic) => log.push(diagnostic),
  })
  if (isProblem(app)) throw new Error(printDiagnostic(app))
  opened = app
  const envoys = new Map<string, TestEnvoy>()
  const start = async (workload: string): Promise<TestEnvoy> => {
    const tokenFile = join(folder, 'data', 'join-token')
    const envoy = await (options.plaintext
      ? plainEnvoy(t, app, workload)
      : enrol(t, app, { workload, tokenFile })
    ).catch((error: Error) => {
      throw new Error(`${workload}: ${error.message}\n${words(app, log)}`)
    })
    envoys.set(workload, envoy)
    return envoy
  }
  const synced = () => settled(app, envoys, log)
  await Promise.all(options.proxies.map(start))
  await synced()
  return {
    app,
    config,
    log,
    envoy(workload) {
      const envoy = envoys.get(workload)
      assert.ok(envoy, `the mesh has an Envoy for ${workload}`)
      return envoy
    },
    start: async (workload) => {
      const envoy = await start(workload)
      await synced()
      return envoy
    },
    edit: async (file, text, { errors = false } = {}) => {
      recordFields([text])
      await read(app, write, file, text)
      if (!errors) await accepted(app, file)
      await synced()
    },
    write,
    synced,
    sent: () => ({
      resources: app.services.reduce((sum, { counters }) => sum + counters.resources, 0),
      nacks: app.services.reduce((sum, { counters }) => sum + counters.nacks, 0),
    }),
    closeControlPlane,
  }
}

type Write = (file: string, text: string | undefined) => void

/** Moved into place, so that no reader sees half a file. */
function writer(folder: string, config: string): Write {
  return (file, text) => {
    if (text === undefined) return rmSync(join(config, file))
    writeFileSync(join(folder, 'next'), text)
    mkdirSync(dirname(join(config, file)), { recursive: true })
    renameSync(join(folder, 'next'), join(config, file))
  }
}

let edits = 0

/** A mark at the file's end, which no proxy is concerned with, tells when the control plane has read it. */
async function read(app: App, write: Write, file: string, text: string): Promise<void> {
  edits += 1
  const count = String(edits)
  const name = `edit-${file.replace(/\W/g, '-')}`
  const metadata = `metadata: {name: ${name}, namespace: edits}`
  write(file, `${text}\n---\napiVersion: v1\nkind: ConfigMap\n${metadata}\ndata: {n: "${count}"}\n`)
  const seen = () => app.mesh().tables.ConfigMap.rows.get(`edits/${name}`)?.spec.data?.n
  await waitFor(`${file} to be read`, seen, (n) => n === count, { every: 2 })
}

async function accepted(app: App, file: string): Promise<void> {
  // A rejection by Envoy of the text before may still be there.
  const refused = () =>
    app
      .diagnostics()
      .filter(({ severity, origin }) => severity === 'error' && origin?.source.endsWith(`/${file}`))
      .map(printDiagnostic)
  await waitFor(`${file} to be accepted`, refused, (errors) => errors.length === 0)
}

function words(app: App, log: readonly Diagnostic[]): string {
  return [...new Set([...log.slice(-5), ...app.diagnostics()].map(printDiagnostic))].join('\n')
}

/** Every Envoy, by whatever name, has what it is to have, and nothing is warming. */
export async function settled(
  app: App,
  envoys: ReadonlyMap<string, TestEnvoy>,
  log: readonly Diagnostic[],
): Promise<void> {
  const stale = () => {
    if (app.services.some(({ busy }) => busy)) return ['a push is under way']
    const streams = app.services.flatMap((service) => service.streams())
    const behind = streams.flatMap(({ proxy, types }) =>
      Object.entries(types).flatMap(([type, state]) => (state.stale ? [`${proxy} ${type}`] : [])),
    )
    return streams.length < envoys.size ? [...behind, `only ${streams.length} streams`] : behind
  }
  const warming = async (envoy: TestEnvoy) => {
    const counts = await envoy.stats('(total_listeners|clusters)_warming|warming_clusters')
    return Object.values(counts).reduce((sum, count) => sum + count, 0)
  }
  const messages = () =>
    app.services.reduce((sum, { counters }) => sum + counters.requests + counters.responses, 0)
  // In this order: what is confirmed may be warming since, and what has warmed meanwhile may have asked for more.
  const look = async () => {
    const behind = stale()
    if (behind.length > 0) return { stale: behind, warming: 0 }
    const before = messages()
    const counts = await Promise.all([...envoys.values()].map(warming))
    const more = messages() > before ? ['an Envoy said more'] : stale()
    return { stale: more, warming: counts.reduce((sum, count) => sum + count, 0) }
  }
  await waitFor(
    'every Envoy to have its configuration',
    look,
    (now) => now.stale.length === 0 && now.warming === 0,
    { every: 5, timeout: 60_000, context: () => words(app, log) },
  )
}

/** Enrols the workload like `lotse bootstrap` and starts its Envoy from what that wrote. */
async function enrol(
  t: Cleanup,
  app: App,
  named: { readonly workload: string; readonly tokenFile: string },
): Promise<TestEnvoy> {
  const enrolled = await enrolWorkload({
    ...named,
    xds: app.xds,
    out: testFolder(t),
    admin: '127.0.0.1:0',
  })
  if (isProblem(enrolled)) throw new Error(printDiagnostic(enrolled))
  assert.deepEqual(lintChain(enrolled.credentials.chainPem), [], 'rules of X509-SVID')
  return testEnvoy(t, { written: enrolled.config })
}

function plainEnvoy(t: Cleanup, app: App, workload: string): Promise<TestEnvoy> {
  const [namespace = '', name = ''] = workload.split('/')
  const [host = '', port] = app.plaintextXds!.split(':')
  const entry = app.mesh().tables.WorkloadEntry.rows.get(workload)
  return testEnvoy(t, {
    bootstrap: {
      proxy: { namespace, workload: name, address: entry?.spec.address ?? '127.0.0.1' },
      xds: [{ host, port: Number(port) }],
    },
  })
}

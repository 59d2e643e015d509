// The one file that knows all parts: sources become the mesh, the mesh becomes resources, streams deliver them.
import { mkdirSync } from 'node:fs'
import { type CertificateAuthority, openAuthority } from './ca/ca.ts'
import { isProblem } from './ca/problem.ts'
import { type Listening, listen } from './listen.ts'
import { Cache } from './model/cache.ts'
import { compareDiagnostics, type Diagnostic } from './model/diagnostic.ts'
import { EMPTY_MESH, type Mesh, nextMesh, type Trust } from './model/mesh.ts'
import type { ResourceSet } from './model/resource.ts'
import { type MeshProxy, resourcesOf } from './proxies.ts'
import { type Enrolments, openEnrolments } from './registry/enrolment.ts'
import { type FileRegistry, openFiles, type RegistryState } from './registry/file.ts'
import { translate } from './translate/translate.ts'
import { type Admission, admit, NOTHING_ADMITTED } from './translate/validate/admit.ts'
import { references } from './translate/validate/references.ts'
import type { XdsService } from './xds/server.ts'

export interface AppOptions {
  /** Files and directories of YAML. */
  readonly config: readonly string[]
  readonly data: string
  /** `HOST:PORT`; port 0 takes a free one. */
  readonly xds: string
  /** Plain text, loopback only. */
  readonly plaintextXds?: string
  readonly allowEmpty?: boolean
  readonly log: (diagnostic: Diagnostic) => void
  readonly now?: () => Date
}

export interface App {
  readonly mesh: () => Mesh
  readonly diagnostics: () => readonly Diagnostic[]
  readonly services: readonly XdsService<MeshProxy>[]
  readonly authority: CertificateAuthority
  readonly resources: (proxy: MeshProxy) => ResourceSet
  /** Ports as bound. */
  readonly xds: string
  readonly plaintextXds: string | undefined
  readonly onChange: (listener: () => void) => () => void
  readonly close: () => Promise<void>
}

/** Resolves when all sources are read, the first mesh is built and the ports are open; nothing is served before. */
export async function openApp(options: AppOptions): Promise<App | Diagnostic> {
  const now = options.now ?? (() => new Date())
  mkdirSync(options.data, { recursive: true, mode: 0o700 })
  const enrolments = openEnrolments(options.data)
  if (isProblem(enrolments)) return enrolments
  const core = new MeshCore(options.log, enrolments)
  const files = await openFiles(options.config, {
    allowEmpty: options.allowEmpty ?? false,
    onChange: (state) => core.read(state),
  })
  core.read(files.state)
  const authority = await openAuthority({
    directory: options.data,
    trustDomain: core.trustDomain(),
    now,
  })
  if (isProblem(authority)) {
    await files.close()
    return authority
  }
  for (const warning of authority.warnings) options.log(warning)
  core.publish({ trustDomain: authority.trust.trustDomain, roots: authority.trust.rootsPem })
  const listening = await listen({ ...options, core, authority, now })
  if (isProblem(listening)) {
    await files.close()
    return listening
  }
  return appOf(core, files, authority, listening)
}

function appOf(
  core: MeshCore,
  files: FileRegistry,
  authority: CertificateAuthority,
  listening: Listening,
): App {
  core.services.push(...listening.services)
  return {
    mesh: () => core.mesh,
    diagnostics: () =>
      [...core.diagnostics, ...core.services.flatMap((service) => service.diagnostics())].sort(
        compareDiagnostics,
      ),
    services: core.services,
    authority,
    resources: (proxy) => core.resources(proxy),
    xds: listening.xds,
    plaintextXds: listening.plaintextXds,
    onChange: (listener) => core.onChange(listener),
    async close() {
      await files.close()
      await listening.close()
    },
  }
}

/** Holds the present mesh and everything derived from it; the only mutable state between sources and streams. */
export class MeshCore {
  mesh: Mesh = EMPTY_MESH
  diagnostics: readonly Diagnostic[] = []
  readonly services: XdsService<MeshProxy>[] = []
  readonly #log: (diagnostic: Diagnostic) => void
  readonly #enrolments: Enrolments
  readonly #cache = new Cache()
  readonly #listeners = new Set<() => void>()
  #admission: Admission = NOTHING_ADMITTED
  #registry: RegistryState = { documents: [], diagnostics: [] }
  #trust: Trust | undefined

  constructor(log: (diagnostic: Diagnostic) => void, enrolments: Enrolments) {
    this.#log = log
    this.#enrolments = enrolments
  }

  read(state: RegistryState): void {
    this.#registry = state
    this.#admission = admit(this.#admission, state.documents)
    this.#advance()
  }

  publish(trust: Trust): void {
    this.#trust = Object.freeze(trust)
    this.#advance()
  }

  enrolled(workload: string): void {
    if (this.#enrolments.add(workload)) this.#advance()
  }

  trustDomain(): string {
    const [config] = this.mesh.tables.MeshConfig.rows.values()
    return config?.spec.trustDomain || 'cluster.local'
  }

  resources(proxy: MeshProxy): ResourceSet {
    return resourcesOf(this.mesh, proxy, (mesh, node) => translate(mesh, node, this.#cache))
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #advance(): void {
    const mesh = nextMesh(this.mesh, {
      documents: this.#admission.documents,
      enrolments: this.#enrolments.list(),
      ...(this.#trust ? { trust: this.#trust } : {}),
    })
    const changed = mesh !== this.mesh
    this.mesh = mesh
    if (changed) for (const service of this.services) service.push()
    this.#report()
    for (const listener of this.#listeners) listener()
  }

  /** Logs what is new; the whole list is there for status and dashboard. */
  #report(): void {
    const known = new Set(this.diagnostics.map((diagnostic) => JSON.stringify(diagnostic)))
    this.diagnostics = [
      ...this.#registry.diagnostics,
      ...this.#admission.diagnostics,
      ...references(this.mesh),
    ]
    for (const diagnostic of this.diagnostics) {
      if (!known.has(JSON.stringify(diagnostic))) this.#log(diagnostic)
    }
  }

  /** Call after all streams were brought up to date. */
  sweep(): void {
    this.#cache.sweep(this.mesh.generation)
  }
}

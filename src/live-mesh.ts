// The present mesh and all that is derived from it: the only state between sources and streams.
import { Cache } from './model/cache.ts'
import type { Diagnostic } from './model/diagnostic.ts'
import { type Document, nameOf } from './model/document.ts'
import type { Status } from './model/gateway-api.ts'
import { EMPTY_MESH, type Mesh, type MeshState, nextMesh, type Trust } from './model/mesh.ts'
import type { ProxySettings } from './model/proxy-settings.ts'
import type { ResourceSet } from './model/resource.ts'
import { isKind } from './model/schema/index.ts'
import { View } from './model/view.ts'
import type { Gate } from './preflight/gate.ts'
import { type MeshProxy, resourcesOf } from './proxies.ts'
import type { Registering } from './registering.ts'
import { checkCredential } from './registry/credential.ts'
import type { Enrolments } from './registry/enrolment.ts'
import { withEnvironment } from './registry/environment.ts'
import type { RegistryState } from './registry/file.ts'
import { KeyKeeper, type RemoteKeysOptions } from './registry/jwks.ts'
import type { LastGood } from './registry/last-good.ts'
import { withRuntime } from './tapping.ts'
import { Taps } from './telemetry/taps.ts'
import { gatewayApiStatuses } from './translate/gateway-api/status.ts'
import { proxySettings } from './translate/kinds/proxy-config.ts'
import { nodeOf, type ProxyName } from './translate/node.ts'
import { translate } from './translate/translate.ts'
import { type Admission, admit, admittedBefore } from './translate/validate/admit.ts'
import { NOBODY, references } from './translate/validate/references.ts'
import type { XdsService } from './xds/server.ts'

export class LiveMesh {
  mesh: Mesh = EMPTY_MESH
  readonly services: XdsService<MeshProxy>[] = []
  /** Workloads that nobody wrote. */
  registering: Registering | undefined
  readonly taps = new Taps(() => this.push())
  /** What keeps from proxies what an Envoy was not shown yet. */
  gate: Gate | undefined
  readonly #log: (diagnostic: Diagnostic) => void
  readonly #enrolments: Enrolments
  readonly #keys: KeyKeeper
  #diagnostics: readonly Diagnostic[] = []
  readonly #cache = new Cache()
  /** Generation that the streams of a service have, at least. */
  readonly #served = new WeakMap<XdsService<MeshProxy>, number>()
  readonly #checks = new Cache()
  /** The diagnostics are not those of now yet. */
  #unsaid = false
  #report: NodeJS.Immediate | undefined
  /** Services that bring their streams up to date at this moment; until the ports are open, a start counts as one. */
  #passes = 1
  readonly #listeners = new Set<() => void>()
  readonly #lastGood: LastGood
  #admission: Admission
  #registry: RegistryState = { documents: [], diagnostics: [] }
  #trust: Trust | undefined
  #askAgain = 0

  constructor(
    log: (diagnostic: Diagnostic) => void,
    enrolments: Enrolments,
    keys: Omit<RemoteKeysOptions, 'onChange'>,
    lastGood: LastGood,
  ) {
    this.#lastGood = lastGood
    this.#admission = admittedBefore(lastGood.documents)
    this.#log = log
    this.#enrolments = enrolments
    this.#keys = new KeyKeeper({ ...keys, onChange: () => this.#advance() })
  }

  read(found: RegistryState): void {
    const state = this.#lastGood.complete(found)
    this.#registry = state
    this.#admission = admit(this.#admission, state.documents, (document) =>
      checkCredential(document, new Date()),
    )
    this.#lastGood.keep(this.#admission.documents)
    this.#keys.want(
      this.#admission.documents.filter((document) => isKind(document, 'RequestAuthentication')),
    )
    const before = this.mesh
    this.#advance()
    // Lines moved, or something is said of objects that stay in force: no proxy's business, but that of all who show it.
    if (this.mesh === before) this.mesh = { ...before, generation: before.generation + 1 }
  }

  /** The same while proxies are served: what a mistake of Lotse's own keeps from being taken up leaves in force what was. */
  update(found: RegistryState): void {
    this.#survive('What the sources say now cannot be taken up', () => this.read(found))
  }

  /** When every address of keys was tried once, whatever came of it. */
  keysTried(): Promise<void> {
    return this.#keys.tried()
  }

  async close(): Promise<void> {
    this.#keys.close()
    this.#enrolments.close()
    this.registering?.close()
    await this.gate?.close()
    await this.#lastGood.close()
  }

  publish(trust: Trust): void {
    this.#trust = Object.freeze(trust)
    this.#advance()
  }

  /** True if it was new. */
  enrolled(workload: string): boolean {
    const isNew = this.#enrolments.add(workload)
    if (isNew) this.#advance()
    return isNew
  }

  /** Its proxy is about to stop, or is there again. */
  drain(workload: string, draining: boolean): void {
    if (this.#enrolments.drain(workload, draining)) this.#advance()
  }

  /** Others are there, or are gone, than a moment ago. */
  registrationsChanged(): void {
    this.#advance()
  }

  /** How a workload's proxy is to be started. */
  settings(name: ProxyName): ProxySettings {
    const node = nodeOf(this.mesh, name, { id: '' })
    const settings = proxySettings(new View(this.mesh, node, this.#cache), '')
    const group = this.registering?.groupOf(`${name.namespace}/${name.workload}`)
    const { probe } =
      this.mesh.tables.WorkloadGroup.rows.get(`${name.namespace}/${group}`)?.spec ?? {}
    return probe ? { ...settings, probe } : settings
  }

  trustDomain(): string {
    const [config] = this.mesh.tables.MeshConfig.rows.values()
    return config?.spec.trustDomain || 'cluster.local'
  }

  resources(proxy: MeshProxy): ResourceSet {
    const whole = this.#whole(proxy)
    const set = this.gate?.pass(proxy.key, whole) ?? whole
    return withRuntime(set, this.taps.has(`${proxy.name.namespace}/${proxy.name.workload}`))
  }

  /** What the first configuration of a proxy waits for, if anything. */
  ready(proxy: MeshProxy): Promise<void> | undefined {
    return this.gate?.ready(proxy.key, this.#whole(proxy))
  }

  #whole(proxy: MeshProxy): ResourceSet {
    return resourcesOf(this.mesh, proxy, (mesh, node) => translate(mesh, node, this.#cache))
  }

  /**
   * What would be said of a document that is not there yet, and perhaps of others, were it part of the mesh. Nothing while
   * such questions would take more than a tenth of the time.
   */
  referencesWith(document: Document): readonly Diagnostic[] {
    const began = performance.now()
    if (began < this.#askAgain) return []
    const name = nameOf(document)
    const state = this.#state()
    const others = state.documents.filter((one) => nameOf(one) !== name)
    const mesh = nextMesh(this.mesh, { ...state, documents: [...others, document] })
    const found = references(mesh)
    const now = performance.now()
    this.#askAgain = now + 10 * (now - began)
    return found
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #advance(): void {
    const mesh = nextMesh(this.mesh, this.#state())
    const changed = mesh !== this.mesh
    this.mesh = mesh
    if (changed) this.push()
    // Proxies come first: what is to be said about the change can wait until it is on its way.
    this.#reportSoon()
  }

  #reportSoon(): void {
    this.#unsaid = true
    this.#reportWhenServed()
  }

  /** Whoever waited for the start was answered: what there is to say of the mesh is said now. */
  opened(): void {
    this.#passes -= 1
    this.#reportWhenServed()
  }

  /** Between two slices of a push it would keep the last proxies waiting. */
  #reportWhenServed(): void {
    if (!this.#unsaid || this.#passes > 0) return
    this.#report ??= setImmediate(() => {
      this.#survive('What is to be said of the mesh cannot be told', () => this.report())
    })
  }

  #survive(what: string, work: () => void): void {
    try {
      work()
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown'
      const text = `${what}: ${reason}. Proxies keep what they have; please report this.`
      this.#log({ code: 'L0305', severity: 'error', text })
    }
  }

  /** Of the mesh of now, also when it has just changed. */
  get diagnostics(): readonly Diagnostic[] {
    if (this.#unsaid) this.report()
    return this.#diagnostics
  }

  readonly unread = (): readonly Diagnostic[] =>
    this.#registry.diagnostics.filter(({ code }) => code === 'L0109')

  /** An Envoy said more of what is held back. */
  verdict(): void {
    this.push()
    this.#reportSoon()
  }

  /** Proxies may have something new. */
  push(): void {
    for (const service of this.services) service.push()
  }

  #state(): MeshState {
    const documents = withEnvironment(this.#admission.documents, process.env)
    return {
      documents: this.registering?.with(documents) ?? documents,
      enrolments: this.#enrolments.list(),
      ...(this.#trust ? { trust: this.#trust } : {}),
      remoteKeys: this.#keys.list(),
    }
  }

  /** Brings the diagnostics up to date, and logs what is new. */
  report(): void {
    clearImmediate(this.#report)
    this.#report = undefined
    this.#unsaid = false
    const known = new Set(this.#diagnostics.map((diagnostic) => JSON.stringify(diagnostic)))
    this.#diagnostics = [
      ...this.#registry.diagnostics,
      ...this.#admission.diagnostics,
      ...this.#keys.diagnostics(),
      ...references(this.mesh, this.#checks),
    ]
    this.#checks.sweep(this.mesh.generation)
    for (const diagnostic of this.#diagnostics) {
      if (!known.has(JSON.stringify(diagnostic))) this.#log(diagnostic)
    }
    this.changed()
  }

  /** Tells all who wait for news: of diagnostics, of streams, or of what proxies reported. */
  changed(): void {
    for (const listener of this.#listeners) listener()
  }

  /** Of objects of the Gateway API, by `Kind/namespace/name`; the identical map while nothing in it changed. */
  statuses(): ReadonlyMap<string, Status> {
    return gatewayApiStatuses(new View(this.mesh, NOBODY, this.#checks), '')
  }

  /** Number of results that translation keeps. */
  get results(): number {
    return this.#cache.size
  }

  /** A service begins to bring its streams up to date; to be told when that is done. */
  serve(service: XdsService<MeshProxy>): () => void {
    const { generation } = this.mesh
    this.#passes += 1
    return () => {
      this.#passes -= 1
      this.#reportWhenServed()
      this.#served.set(service, generation)
      const served = this.services.map((one) => this.#served.get(one) ?? 0)
      this.#cache.sweep(Math.min(generation, ...served))
    }
  }

  /** Streams began or ended. */
  proxiesChanged(): void {
    if (!this.gate) return
    const proxies = this.services.flatMap((service) => service.proxies())
    this.gate.prune(new Set(proxies.map(({ key }) => key)))
  }
}

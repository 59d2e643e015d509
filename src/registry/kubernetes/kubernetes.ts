// A Kubernetes cluster as a source of objects: every kind that Lotse reads, kept up to date by lists and watches.
import { setMaxListeners } from 'node:events'
import { CUSTOM_KINDS, GATEWAY_API_KINDS, pluralOf } from '../../model/custom-kind.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Kind } from '../../model/document.ts'
import { isKind } from '../../model/schema/index.ts'
import { Objects } from '../objects.ts'
import type { RegistryState } from '../state.ts'
import { type Connection, openConnection } from './connection.ts'
import { holderOf, type StatusHolder } from './gateway-status.ts'
import { Ingresses } from './ingresses.ts'
import { type Watched, watchedKinds } from './kinds.ts'
import { meshConfigIn } from './mesh-config.ts'
import { placesOf } from './places.ts'
import { Pods, trimmed } from './pods.ts'
import { type KubernetesObject, reflect } from './reflector.ts'
import { withoutOthers } from './secret.ts'
import type { Known } from './status.ts'

export interface KubernetesOptions {
  /** By default as `kubectl` finds it. */
  readonly kubeconfig?: string
  /** `NAMESPACE/NAME` of the ConfigMap with the mesh configuration. */
  readonly meshConfig: string
  /** Called after every change of `state`, once a burst. */
  readonly onChange: (state: RegistryState) => void
  /** Told why it takes long, while nothing has been read yet. */
  readonly onWaiting: (diagnostic: Diagnostic) => void
}

export interface KubernetesRegistry {
  readonly state: RegistryState
  /** Objects that have a status of Lotse's, by `Kind/namespace/name`. */
  readonly known: ReadonlyMap<string, Known>
  /** Objects of the Gateway API, likewise. */
  readonly holders: ReadonlyMap<string, StatusHolder>
  readonly connection: Connection
  readonly close: () => Promise<void>
}

/** In a burst: how long nothing must come before the next state, and how long that may be put off, in ms. */
const QUIET = 20
const LONGEST_QUIET = 200

/** Resolves when all that the cluster has is read, however long the server takes; L0120 if there is no way to a server. */
export async function openKubernetes(
  options: KubernetesOptions,
): Promise<KubernetesRegistry | Diagnostic> {
  const connection = await openConnection(options.kubeconfig)
  if ('code' in connection) return connection
  const cluster = new Cluster(connection, options)
  await cluster.open(watchedKinds(options.meshConfig))
  return {
    get state() {
      return cluster.state()
    },
    known: cluster.known,
    holders: cluster.holders,
    connection,
    close: () => cluster.close(),
  }
}

class Cluster {
  readonly #connection: Connection
  readonly #options: KubernetesOptions
  readonly #objects = new Objects()
  readonly known = new Map<string, Known>()
  readonly holders = new Map<string, StatusHolder>()
  readonly #pods = new Pods(this.#objects)
  readonly #ingresses = new Ingresses(this.#objects)
  readonly #troubles = new Map<string, Diagnostic>()
  readonly #stop = new AbortController()
  #running: Promise<void>[] = []
  #state: RegistryState | undefined
  #timer: NodeJS.Timeout | undefined
  #firstChange = 0
  #lastPublished = 0
  #ready = false

  constructor(connection: Connection, options: KubernetesOptions) {
    this.#connection = connection
    this.#options = options
  }

  async open(kinds: readonly Watched[]): Promise<void> {
    // Each kind listens for the end, once for its watch and once for its pause.
    setMaxListeners(2 * kinds.length, this.#stop.signal)
    const reflected = kinds.map((watched) =>
      reflect(this.#connection, this.#reflected(watched), this.#stop.signal),
    )
    this.#running = reflected.map(({ ended }) => ended)
    await Promise.all(reflected.map(({ synced }) => synced))
    this.#ready = true
  }

  state(): RegistryState {
    if (this.#state) return this.#state
    const { documents, diagnostics } = this.#objects.state()
    const troubles = [...this.#troubles.values()]
    this.#state = { documents, diagnostics: [...troubles, ...diagnostics] }
    return this.#state
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    this.#stop.abort()
    await Promise.all(this.#running)
  }

  #reflected(watched: Watched) {
    const { kind } = watched
    const put = (object: KubernetesObject) => this.#put(kind, object)
    return {
      ...watched,
      keep: keepOf(kind),
      onList: (objects: readonly KubernetesObject[]) => this.#replace(kind, objects),
      onChange: (object: KubernetesObject) => {
        if (put(object)) this.#changed()
      },
      onDelete: (object: KubernetesObject) => {
        if (this.#remove(kind, idOf(kind, object))) this.#changed()
      },
      onTrouble: (why: string | undefined) => this.#trouble(kind, why),
    }
  }

  #replace(kind: Watched['kind'], objects: readonly KubernetesObject[]): void {
    const ids = new Set(objects.map((object) => idOf(kind, object)))
    const known = this.#others(kind)?.ids() ?? this.#objects.ids()
    let changed = false
    for (const id of [...known]) {
      if (id.startsWith(`${kind}/`) && !ids.has(id)) changed = this.#remove(kind, id) || changed
    }
    for (const object of objects) changed = this.#put(kind, object) || changed
    if (changed) this.#changed()
  }

  /** Kinds that become others than they are. */
  #others(kind: Watched['kind']) {
    if (kind === 'Node') return this.#pods.nodes
    if (kind === 'Pod') return this.#pods
    return kind === 'Ingress' ? this.#ingresses : undefined
  }

  #put(kind: Watched['kind'], object: KubernetesObject): boolean {
    const id = idOf(kind, object)
    const others = this.#others(kind)
    if (others) return others.put(id, object)
    if (kind === 'Service') this.#ingresses.service(id, object)
    if (kind === 'ConfigMap') return this.#putMeshConfig(id, object)
    if (isCustom(kind)) this.known.set(id, knownOf(kind, object))
    if (hasStatus(kind)) this.holders.set(id, holderOf(object, pluralOf(kind), performance.now()))
    return this.#objects.put(id, { value: withoutNoise(object), at: placesOf(id) })
  }

  #remove(kind: Watched['kind'], id: string): boolean {
    const others = this.#others(kind)
    if (others) return others.remove(id)
    if (kind === 'Service') this.#ingresses.service(id, undefined)
    this.known.delete(id)
    this.holders.delete(id)
    this.#troubles.delete(id)
    const removed = this.#objects.remove(id)
    return (kind === 'ConfigMap' && this.#settings()) || removed
  }

  #putMeshConfig(id: string, configMap: KubernetesObject): boolean {
    const read = meshConfigIn(configMap)
    const broken = read && 'code' in read ? read : undefined
    const before = this.#troubles.get(id)
    if (broken) this.#troubles.set(id, broken)
    else this.#troubles.delete(id)
    const told = JSON.stringify(before) !== JSON.stringify(broken)
    // What cannot be read leaves the last good configuration in force.
    if (broken) return told
    const put = read && 'at' in read ? this.#objects.put(id, read) : this.#objects.remove(id)
    return this.#settings() || put || told
  }

  /** Ingresses become what the mesh configuration in force says. */
  #settings(): boolean {
    const { documents } = this.#objects.state()
    const config = documents.find((one) => isKind(one, 'MeshConfig'))
    return this.#ingresses.settings(config?.spec ?? {})
  }

  #trouble(kind: Watched['kind'], why: string | undefined): void {
    const before = this.#troubles.get(kind)
    if (why === undefined) {
      if (this.#troubles.delete(kind)) this.#changed()
      return
    }
    const text = `${kind} objects of ${this.#connection.server} cannot be followed (${why}); what was read last stays in force`
    if (before?.text === text) return
    const origin = { source: `k8s:${kind}`, line: 0, column: 0 }
    const diagnostic: Diagnostic = { code: 'L0109', severity: 'error', text, origin }
    this.#troubles.set(kind, diagnostic)
    if (!this.#ready) this.#options.onWaiting(diagnostic)
    this.#changed()
  }

  /** The first change after a quiet time is told at once; those of a burst together. */
  #changed(): void {
    this.#state = undefined
    if (!this.#ready) return
    const now = performance.now()
    if (this.#timer === undefined) this.#firstChange = now
    clearTimeout(this.#timer)
    const overdue = now - this.#firstChange > LONGEST_QUIET
    const quiet = now - this.#lastPublished > QUIET
    this.#timer = setTimeout(() => this.#publish(), quiet || overdue ? 0 : QUIET)
  }

  #publish(): void {
    this.#timer = undefined
    this.#lastPublished = performance.now()
    if (!this.#stop.signal.aborted) this.#options.onChange(this.state())
  }
}

function isCustom(kind: Watched['kind']): kind is Kind {
  return (CUSTOM_KINDS as readonly string[]).includes(kind)
}

/** Of the Gateway API; permissions have none. */
function hasStatus(kind: Watched['kind']): kind is Kind {
  return kind !== 'ReferenceGrant' && (GATEWAY_API_KINDS as readonly string[]).includes(kind)
}

function knownOf(kind: Kind, object: KubernetesObject): Known {
  const { name, namespace = '' } = object.metadata
  const { generation = 0 } = object.metadata as { readonly generation?: number }
  const { conditions = [] } = (object.status ?? {}) as { readonly conditions?: Known['conditions'] }
  const apiVersion = object.apiVersion ?? ''
  return { apiVersion, kind, plural: pluralOf(kind), namespace, name, generation, conditions }
}

/** `Kind/namespace/name`. */
function idOf(kind: string, { metadata }: KubernetesObject): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}`
}

function keepOf(kind: Watched['kind']): (object: KubernetesObject) => KubernetesObject {
  if (kind === 'Pod') return trimmed
  return kind === 'Secret' ? (object) => withoutOthers(withoutFields(object)) : withoutFields
}

/** Without the record of who set which field, often the larger half of an object. */
function withoutFields(object: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...metadata } = object.metadata as KubernetesObject['metadata'] & {
    readonly managedFields?: unknown
  }
  return { ...object, metadata }
}

/** Without what clients keep in annotations for themselves. */
function withoutNoise(object: KubernetesObject): unknown {
  const { annotations = {}, ...metadata } = object.metadata
  const read = Object.entries(annotations).filter(
    ([name]) => !name.startsWith('kubectl.kubernetes.io/'),
  )
  const { status: __, ...content } = object
  return { ...content, metadata: { ...metadata, annotations: Object.fromEntries(read) } }
}

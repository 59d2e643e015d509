// An etcd cluster as a source of objects: the YAML of each under its own key, kept up to date by a watch.
import { setTimeout as pause } from 'node:timers/promises'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { type Kind, writtenKind } from '../../model/document.ts'
import type { Origin, Path } from '../../model/origin.ts'
import { Objects } from '../objects.ts'
import type { RegistryState } from '../state.ts'
import { find, parse } from '../yaml.ts'
import { type Etcd, type EtcdOptions, endOf, etcdClient } from './client.ts'
import type { KeyValue, WatchResponse } from './protocol.ts'
import { EtcdShared } from './shared.ts'

export interface EtcdRegistryOptions extends EtcdOptions {
  /** A store without any object is a mesh without any, not an accident. */
  readonly allowEmpty?: boolean
  /** Called after every change of `state`, once a burst. */
  readonly onChange: (state: RegistryState) => void
  /** Told why it takes long, while nothing has been read yet. */
  readonly onWaiting: (diagnostic: Diagnostic) => void
}

export interface EtcdRegistry {
  readonly state: RegistryState
  readonly etcd: Etcd
  readonly shared: EtcdShared
  readonly close: () => Promise<void>
}

const PAGE = 500
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 5_000

/** The key of an object below the prefix: `objects/Kind/namespace/name`. */
export function objectKey(etcd: Etcd, name: string): Buffer {
  return Buffer.from(`${etcd.prefix}objects/${name}`)
}

/** Resolves when all objects are read, however long etcd takes; L0122 for an address that is none. */
export async function openEtcd(options: EtcdRegistryOptions): Promise<EtcdRegistry | Diagnostic> {
  const etcd = etcdClient(options)
  if ('code' in etcd) return etcd
  const store = new Store(etcd, options)
  await store.open()
  return {
    get state() {
      return store.state()
    },
    etcd,
    shared: store.shared,
    close: () => store.close(),
  }
}

class Store {
  readonly #etcd: Etcd
  readonly #options: EtcdRegistryOptions
  readonly #objects = new Objects()
  /** What is wrong with the text under a key. */
  readonly #broken = new Map<string, Diagnostic>()
  readonly #stop = new AbortController()
  readonly #root: string
  readonly shared: EtcdShared
  #trouble: Diagnostic | undefined
  #state: RegistryState | undefined
  #running: Promise<void> = Promise.resolve()
  #scheduled: NodeJS.Immediate | undefined
  #ready = false

  constructor(etcd: Etcd, options: EtcdRegistryOptions) {
    this.#etcd = etcd
    this.#options = options
    this.#root = `${etcd.prefix}objects/`
    this.shared = new EtcdShared(etcd)
  }

  open(): Promise<void> {
    return new Promise((resolve) => {
      this.#running = this.#run(() => {
        this.#ready = true
        resolve()
      })
    })
  }

  state(): RegistryState {
    if (this.#state) return this.#state
    const { documents, diagnostics } = this.#objects.state()
    const troubles = [...(this.#trouble ? [this.#trouble] : []), ...this.#broken.values()]
    this.#state = { documents, diagnostics: [...troubles, ...diagnostics] }
    return this.#state
  }

  async close(): Promise<void> {
    this.#stop.abort()
    clearImmediate(this.#scheduled)
    await this.#running
    this.#etcd.close()
  }

  async #run(read: () => void): Promise<void> {
    let revision: number | undefined
    let failures = 0
    while (!this.#stop.signal.aborted) {
      try {
        revision ??= await this.#list()
        read()
        const from = revision
        revision = await this.#watch(revision)
        failures = revision === from ? failures + 1 : 0
      } catch (error) {
        failures += 1
        this.#told(`it cannot be followed (${firstLine(error)}); what was read last stays in force`)
      }
      if (failures === 0 || this.#stop.signal.aborted) continue
      const time = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(failures - 1, 10))
      const jittered = time / 2 + (Math.random() * time) / 2
      await pause(jittered, undefined, { signal: this.#stop.signal }).catch(() => undefined)
    }
  }

  /** The revision at which all was read. */
  async #list(): Promise<number> {
    const found: KeyValue[] = []
    const { prefix } = this.#etcd
    let key = Buffer.from(prefix)
    let revision = 0
    for (;;) {
      const request = { key, rangeEnd: endOf(prefix), limit: PAGE, revision }
      const { kvs, more, header } = await this.#etcd.range(request)
      revision ||= header.revision
      found.push(...kvs)
      const last = kvs.at(-1)
      if (!more || !last) break
      key = Buffer.concat([last.key, Buffer.from([0])])
    }
    const objects = found.filter(({ key: at }) => at.toString().startsWith(this.#root))
    const lost = objects.length === 0 && [...this.#objects.ids()].length > 0
    if (lost && !this.#options.allowEmpty) {
      throw new Error(`it holds nothing below ${this.#root}, which is taken for an accident`)
    }
    this.shared.replace(found)
    this.#replace(objects)
    this.#told(undefined)
    return revision
  }

  /** Until the stream ends. The revision that is known then; undefined if etcd has forgotten it since, and all must be read again. */
  #watch(revision: number): Promise<number | undefined> {
    const stream = this.#etcd.watch({
      createRequest: {
        ...{ key: Buffer.from(this.#etcd.prefix), rangeEnd: endOf(this.#etcd.prefix) },
        ...{ startRevision: revision + 1, progressNotify: true },
      },
    })
    let known: number | undefined = revision
    return new Promise((resolve, reject) => {
      const end = () => stream.cancel()
      const settle = (result: () => void) => {
        this.#stop.signal.removeEventListener('abort', end)
        result()
      }
      this.#stop.signal.addEventListener('abort', end)
      stream.on('data', (response: WatchResponse) => {
        if (response.created && !response.canceled) return this.#told(undefined)
        if (response.canceled) {
          known = response.compactRevision > 0 ? undefined : known
          return stream.cancel()
        }
        known = response.header.revision
        for (const { type, kv } of response.events) {
          const id = kv.key.toString()
          this.shared.noticed(id, type === 'PUT' ? kv.value : undefined)
          if (!id.startsWith(this.#root)) continue
          if (type === 'PUT') this.#put(kv)
          else this.#remove(id)
        }
      })
      stream.on('end', () => settle(() => resolve(known)))
      stream.on('error', (error: Error & { code?: number }) => {
        const cancelled = error.code === CANCELLED
        settle(() => (cancelled || known !== revision ? resolve(known) : reject(error)))
      })
    })
  }

  #replace(kvs: readonly KeyValue[]): void {
    const keys = new Set(kvs.map(({ key }) => key.toString()))
    for (const id of [...this.#objects.ids(), ...this.#broken.keys()]) {
      if (!keys.has(id)) this.#remove(id)
    }
    for (const kv of kvs) this.#put(kv)
  }

  #put(kv: KeyValue): void {
    const id = kv.key.toString()
    const source = `etcd:${id}`
    const parsed = parse(kv.value.toString())
    const at = (path: Path): Origin => {
      if (parsed.type !== 'value') return { source, line: 0, column: 0 }
      const place = find(parsed.place, path)
      return { source, line: place.line + 1, column: place.column + 1 }
    }
    const wrong =
      parsed.type === 'value' ? this.#misplaced(id, parsed.value) : 'the value is not a YAML object'
    const before = this.#broken.get(id)
    if (wrong) {
      const text = `${parsed.type === 'problem' ? parsed.problem.text : wrong}; its last good version, if there was one, stays in force`
      this.#broken.set(id, { code: 'L0123', severity: 'warning', text, origin: at([]) })
    } else this.#broken.delete(id)
    const told = before !== undefined || wrong !== undefined
    const changed =
      !wrong && parsed.type === 'value' && this.#objects.put(id, { value: parsed.value, at })
    if (changed || told) this.#changed()
  }

  /** A key says what is in it, or somebody else has put it there. */
  #misplaced(id: string, value: unknown): string | undefined {
    const { kind, metadata = {} } = (value ?? {}) as {
      kind?: string
      metadata?: { namespace?: string; name?: string }
    }
    const [named, namespace = '', name] = id.slice(this.#root.length).split('/')
    const same =
      kind === writtenKind(named as Kind) &&
      (metadata.name ?? 'mesh') === name &&
      (metadata.namespace ?? namespace) === namespace
    return same ? undefined : `the key is not that of the object in it: use lotse apply`
  }

  #remove(id: string): void {
    const told = this.#broken.delete(id)
    if (this.#objects.remove(id) || told) this.#changed()
  }

  #told(why: string | undefined): void {
    if (this.#trouble === undefined && why === undefined) return
    const origin = { source: `etcd:${this.#etcd.members}`, line: 0, column: 0 }
    const text = `The etcd store has trouble: ${why}`
    const next: Diagnostic | undefined =
      why === undefined ? undefined : { code: 'L0109', severity: 'error', text, origin }
    if (this.#trouble?.text === next?.text) return
    this.#trouble = next
    if (next && !this.#ready) this.#options.onWaiting(next)
    this.#changed()
  }

  /** What came in one response of etcd, one transaction at least, is told together. */
  #changed(): void {
    this.#state = undefined
    if (!this.#ready) return
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined
      this.#options.onChange(this.state())
    })
  }
}

const CANCELLED = 1

function firstLine(error: unknown): string {
  return (error as Error).message.split('\n', 1)[0] ?? ''
}

// The xDS server: accepts streams, asks the application who they are and what they are to have, and keeps them current.
import type { Server, ServerOptions, UntypedServiceImplementation } from '@grpc/grpc-js'
import { compareDiagnostics, type Diagnostic } from '../model/diagnostic.ts'
import type { ResourceSet, ResourceType } from '../model/resource.ts'
import { decodeMessage, encodeMessage } from './encode/index.ts'
import type { Mode, PastRejection } from './holdings.ts'
import type { Caller, Counters, KnownProxy } from './host.ts'
import { type Memory, pastMemory, rejectionsIn } from './memory.ts'
import { Pusher, type PushTiming } from './pusher.ts'
import { printable } from './rejection.ts'
import type { DecodeMessage, Request } from './request.ts'
import { METHODS, SERVICE } from './services.ts'
import { createSets, type Sets } from './sets.ts'
import type { StreamStatus } from './status.ts'
import { createStore, type EncodeMessage } from './store.ts'
import { type Call, Stream } from './stream.ts'

export type { Caller, KnownProxy } from './host.ts'

export interface XdsOptions<P extends KnownProxy> {
  /** Who is calling, or why it gets nothing. With mutual TLS decide by the certificate, never by the node. */
  readonly identify: (caller: Caller) => P | Diagnostic
  /** All that the proxy is to have now. Fast and memoised: the same object means that nothing changed. */
  readonly resources: (proxy: P) => ResourceSet
  /** What the first configuration of a proxy waits for, if anything. */
  readonly ready?: (proxy: P) => Promise<void> | undefined
  /** Called once for each thing that a user should know, when it happens. */
  readonly log: (diagnostic: Diagnostic) => void
  /** A request for a type, before it is answered; what it asks for may be added to the resources here. */
  readonly onRequest?: (proxy: P, type: ResourceType, request: Request) => void
  /** Streams began or ended. */
  readonly onChange?: () => void
  /** Called when it begins to bring all streams up to date; what it gives is called when that is done. */
  readonly onPass?: () => () => void
  /** What proxies refused, kept for a process that comes after this one. */
  readonly rejections?: RejectionStore
  readonly encode?: EncodeMessage
  readonly decode?: DecodeMessage
  readonly timing?: PushTiming
}

export interface RejectionStore {
  of(proxy: string): readonly PastRejection[]
  keep(proxy: string, rejections: readonly PastRejection[]): void
}

export interface XdsService<P extends KnownProxy = KnownProxy> {
  /** Adds all xDS services to a gRPC server. One service may serve several servers (mutual TLS and plain text). */
  addTo(server: Server): void
  /** Call when `resources` may yield something new: every stream gets what changed for it. */
  push(): void
  /** Of all proxies, or of those chosen. */
  streams(chosen?: (proxy: P) => boolean): readonly StreamStatus[]
  /** Proxies with a stream, each once. */
  proxies(): readonly P[]
  /** What a proxy is to have of all that is meant for it; undefined without a stream. */
  chosen(proxy: string): ResourceSet | undefined
  /** Proxies that have confirmed all they are to have of this type, on each of their streams; none while a push is under way. */
  confirmed(type: ResourceType): readonly P[]
  /** Streams are being brought up to date: what they say of themselves may not count the last change yet. */
  readonly busy: boolean
  /** Asks again who the callers are: streams of those who are refused now end. */
  recheck(): void
  /** What cannot be delivered or was refused, as of now. */
  diagnostics(): readonly Diagnostic[]
  /** Numbers since the start. */
  readonly counters: Readonly<Counters>
  /** Ends all streams; proxies keep what they have and connect again elsewhere. */
  close(): void
}

/**
 * Settings for the gRPC server: long subscribe lists fit, and a peer that is gone is noticed. Its time is long, since it runs out
 * before the answers are read that came while this process had no processor: an overloaded server would end good connections.
 */
export const SERVER_OPTIONS: ServerOptions = {
  'grpc.max_receive_message_length': 16 * 1024 * 1024,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 30_000,
  'grpc.keepalive_permit_without_calls': 1,
}

/** Proxies that went away of which something is remembered. */
const MAX_REMEMBERED = 1000

export function createXdsService<P extends KnownProxy>(options: XdsOptions<P>): XdsService<P> {
  return new XdsServer(options)
}

class XdsServer<P extends KnownProxy> implements XdsService<P> {
  readonly counters: Counters = {
    streams: 0,
    requests: 0,
    responses: 0,
    resources: 0,
    acks: 0,
    nacks: 0,
    bytes: 0,
    pushes: 0,
    pushSeconds: 0,
  }
  readonly #options: XdsOptions<P>
  readonly #sets: Sets
  /** All streams, and of them those whose proxy is known. */
  readonly #opened = new Set<Stream<P>>()
  readonly #known = new Set<Stream<P>>()
  readonly #memories = new Map<string, Memory>()
  readonly #pusher: Pusher<Stream<P>>

  constructor(options: XdsOptions<P>) {
    const { encode = encodeMessage, log: onFailure, timing } = options
    this.#options = options
    this.#sets = createSets(createStore({ encode, onFailure }))
    let done: (() => void) | undefined
    this.#pusher = new Pusher(
      () => this.#known,
      () => {
        done = options.onPass?.()
        return pushPass(options, this.counters)
      },
      timing,
      (milliseconds) => {
        this.counters.pushSeconds += milliseconds / 1000
        done?.()
      },
    )
  }

  addTo(server: Server): void {
    const handlers: UntypedServiceImplementation = {}
    for (const { definition, mode, type } of METHODS) {
      handlers[definition.path] = (call: Call) => this.#accept(call, mode, type)
    }
    server.addService(SERVICE, handlers)
  }

  push(): void {
    this.#pusher.push()
  }

  streams(chosen: (proxy: P) => boolean = () => true): readonly StreamStatus[] {
    return [...this.#known]
      .filter(({ proxy }) => proxy !== undefined && chosen(proxy))
      .map((stream) => stream.status())
  }

  proxies(): readonly P[] {
    return [...new Map([...this.#known].map(({ proxy }) => [proxy!.id, proxy!])).values()]
  }

  chosen(proxy: string): ResourceSet | undefined {
    return [...this.#known].find((stream) => stream.proxy?.id === proxy)?.chosen()
  }

  get busy(): boolean {
    return this.#pusher.busy
  }

  confirmed(type: ResourceType): readonly P[] {
    if (this.busy) return []
    const stale = (stream: Stream<P>) => stream.isStale(type)
    const behind = new Set([...this.#known].filter(stale).map(({ proxy }) => proxy!.id))
    return this.proxies().filter(({ id }) => !behind.has(id))
  }

  recheck(): void {
    for (const stream of [...this.#known]) stream.recheck()
  }

  diagnostics(): readonly Diagnostic[] {
    return [...this.#known].flatMap((stream) => stream.diagnostics()).sort(compareDiagnostics)
  }

  close(): void {
    this.#pusher.close()
    for (const stream of [...this.#opened]) stream.close()
  }

  #accept(call: Call, mode: Mode, type: ResourceType | undefined): void {
    const {
      identify,
      resources,
      ready,
      log,
      onRequest,
      decode = decodeMessage,
      rejections,
    } = this.#options
    const stream: Stream<P> = new Stream(call, mode, type, {
      sets: this.#sets,
      counters: this.counters,
      decode,
      identify,
      resources,
      log,
      ...(ready ? { ready } : {}),
      ...(onRequest ? { requested: onRequest } : {}),
      now: Date.now,
      remembered: (proxy) =>
        this.#memories.get(proxy.id) ?? pastMemory(rejections?.of(proxy.id) ?? []),
      refused: () => keep(rejections, stream),
      joined: () => {
        this.counters.streams++
        this.#known.add(stream)
        this.#options.onChange?.()
      },
      left: () => {
        this.#opened.delete(stream)
        if (!this.#known.delete(stream)) return
        remember(this.#memories, stream)
        keep(rejections, stream)
        this.#options.onChange?.()
      },
    })
    this.#opened.add(stream)
  }
}

/** One pass over the streams: proxies with one key are computed once. */
function pushPass<P extends KnownProxy>(
  { resources, log }: XdsOptions<P>,
  counters: Counters,
): (stream: Stream<P>) => void {
  counters.pushes++
  const sets = new Map<string, ResourceSet | undefined>()
  return (stream) => {
    const { proxy } = stream
    if (!proxy) return
    if (!sets.has(proxy.key))
      sets.set(
        proxy.key,
        compute(() => resources(proxy), proxy, log),
      )
    const set = sets.get(proxy.key)
    if (set) stream.update(set)
  }
}

/** A set that cannot be computed leaves the proxies with what they have. */
function compute(
  resources: () => ResourceSet,
  proxy: KnownProxy,
  log: (diagnostic: Diagnostic) => void,
): ResourceSet | undefined {
  try {
    return resources()
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown'
    const text = `The configuration of proxy ${proxy.id} could not be computed: ${reason}. It keeps what it has; please report this.`
    log({ code: 'L0305', severity: 'error', text })
    return undefined
  }
}

function remember<P extends KnownProxy>(memories: Map<string, Memory>, stream: Stream<P>): void {
  const { proxy } = stream
  if (!proxy) return
  const memory = stream.memory()
  memories.delete(proxy.id)
  if (memory) memories.set(proxy.id, memory)
  const [oldest] = memories.keys()
  if (memories.size > MAX_REMEMBERED && oldest !== undefined) memories.delete(oldest)
}

/** Envoy's words without what is nobody's business. */
function keep(rejections: RejectionStore | undefined, stream: Stream<KnownProxy>): void {
  if (!stream.proxy || !rejections) return
  const kept = rejectionsIn(stream.memory())
  rejections.keep(
    stream.proxy.id,
    kept.map((one) => ({ ...one, text: printable(one.text) })),
  )
}

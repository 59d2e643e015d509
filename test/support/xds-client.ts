// An xDS client in this process that answers like Envoy: one stream, delta or state of the world, ACK or NACK at once.
import {
  type ChannelCredentials,
  Client,
  type ClientDuplexStream,
  credentials,
} from '@grpc/grpc-js'
import {
  MESSAGE_NAMES,
  RESOURCE_TYPES,
  type ResourceType,
  TYPE_PREFIX,
} from '../../src/model/resource.ts'
import {
  encodeRequest,
  type ReceivedResource,
  type ReceivedResponse,
  readDeltaResponse,
  readSotwResponse,
} from './xds-wire.ts'

export interface XdsClientOptions {
  /** `host:port`. */
  readonly address: string
  readonly mode: 'delta' | 'sotw'
  readonly node: { readonly id: string; readonly metadata?: object }
  readonly credentials?: ChannelCredentials
  /** A connection that several use; else each has its own. */
  readonly connection?: Client
  /** Text of the refusal for resources that are to be refused. */
  readonly refuse?: (type: ResourceType, resource: ReceivedResource) => string | undefined
  /** Name under which endpoints of a cluster are asked for; undefined for none. By default the cluster's name. */
  readonly endpointName?: (cluster: ReceivedResource) => string | undefined
  /** Follow clusters with a subscription to their endpoints. Default true. */
  readonly followClusters?: boolean
  /** Opens another stream when one ended that it did not end itself, as a proxy does. Default false. */
  readonly comesBack?: boolean
  readonly onResponse?: (response: ReceivedResponse) => void
  /** Method path; aggregated discovery by default. */
  readonly path?: string
}

/** Milliseconds; Envoy's first. */
const RETRY = 500

const SOTW_PATH = '/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources'
const DELTA_PATH = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources'

export class XdsClient {
  readonly options: XdsClientOptions
  /** What the client applied, by type and name. It survives `disconnect`, as in Envoy. */
  readonly held = new Map<ResourceType, Map<string, ReceivedResource>>()
  /** Names subscribed by type; `*` is the wildcard. */
  readonly names = new Map<ResourceType, Set<string>>()
  readonly responses: ReceivedResponse[] = []
  /** Number of answers sent. */
  acks = 0
  nacks = 0
  /** Set when the server or the network ended the stream. */
  ended: { readonly code: number; readonly details: string } | undefined
  /** While true, responses are read but not answered. */
  silent = false
  readonly #client: Client
  readonly #versions = new Map<ResourceType, string>()
  readonly #nonces = new Map<ResourceType, string>()
  readonly #waiting = new Set<() => void>()
  #unanswered: ReceivedResponse[] = []
  #stream: ClientDuplexStream<Buffer, Buffer> | undefined
  #first = true
  #retry: NodeJS.Timeout | undefined

  constructor(options: XdsClientOptions) {
    this.options = options
    this.#client = options.connection ?? connection(options.address, options.credentials)
  }

  /** Opens the stream and repeats all subscriptions, naming what is held. */
  connect(): this {
    const path = this.options.path ?? (this.options.mode === 'delta' ? DELTA_PATH : SOTW_PATH)
    const same = (bytes: Buffer) => bytes
    const stream = this.#client.makeBidiStreamRequest(path, same, same)
    this.#stream = stream
    this.ended = undefined
    this.#first = true
    this.#nonces.clear()
    stream.on('data', (bytes: Buffer) => this.#receive(bytes))
    stream.on('error', () => {})
    stream.on('status', ({ code, details }: { code: number; details: string }) => {
      if (this.#stream !== stream) return
      this.ended = { code, details }
      this.#stream = undefined
      this.#wake()
      if (this.options.comesBack) this.#retry = setTimeout(() => this.connect(), RETRY)
    })
    for (const type of RESOURCE_TYPES) if (this.names.has(type)) this.#hello(type)
    return this
  }

  disconnect(): void {
    const stream = this.#stream
    clearTimeout(this.#retry)
    this.#stream = undefined
    this.#unanswered = []
    stream?.cancel()
  }

  close(): void {
    this.disconnect()
    this.#client.close()
  }

  /** Without names: everything, in the old way, which only clusters, listeners and virtual hosts have. */
  subscribe(type: ResourceType, names?: readonly string[]): this {
    const known = this.names.get(type)
    const all = known ?? new Set<string>()
    for (const name of names ?? []) all.add(name)
    this.names.set(type, all)
    if (!this.#stream) return this
    if (!known) this.#hello(type)
    else if (this.options.mode === 'delta')
      this.#send(type, { resource_names_subscribe: names ?? [] })
    else this.#sendList(type)
    return this
  }

  unsubscribe(type: ResourceType, names: readonly string[]): void {
    for (const name of names) {
      this.names.get(type)?.delete(name)
      this.held.get(type)?.delete(name)
    }
    if (this.options.mode === 'delta') this.#send(type, { resource_names_unsubscribe: names })
    else this.#sendList(type)
  }

  /** Answers what came in while `silent`. */
  answer(): void {
    this.silent = false
    const responses = this.#unanswered
    this.#unanswered = []
    for (const response of responses) this.#answer(response)
  }

  /** Sends raw bytes, to see what the server makes of them. */
  sendBytes(bytes: Buffer): void {
    this.#stream?.write(bytes)
  }

  get(type: ResourceType, name: string): ReceivedResource | undefined {
    return this.held.get(type)?.get(name)
  }

  heldNames(type: ResourceType): string[] {
    return [...(this.held.get(type)?.keys() ?? [])].sort()
  }

  /** Resolves as soon as `condition` holds, asked after each response; fails after thirty seconds. */
  async until(condition: () => boolean, what = 'condition'): Promise<void> {
    const deadline = Date.now() + 30_000
    while (!condition()) {
      if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`)
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer)
          this.#waiting.delete(done)
          resolve()
        }
        const timer = setTimeout(done, 20)
        this.#waiting.add(done)
      })
    }
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done()
  }

  #hello(type: ResourceType): void {
    const names = [...(this.names.get(type) ?? [])]
    if (this.options.mode === 'sotw') {
      this.#sendList(type)
      return
    }
    const versions = [...(this.held.get(type) ?? [])].map(([name, { version }]) => [name, version])
    this.#send(type, {
      resource_names_subscribe: names,
      initial_resource_versions: Object.fromEntries(versions),
    })
  }

  #sendList(type: ResourceType, error?: string): void {
    this.#send(type, {
      version_info: this.#versions.get(type) ?? '',
      resource_names: [...(this.names.get(type) ?? [])],
      response_nonce: this.#nonces.get(type) ?? '',
      ...(error === undefined ? {} : { error_detail: { code: 13, message: error } }),
    })
  }

  #send(type: ResourceType, fields: object): void {
    const request = {
      ...(this.#first ? { node: this.options.node } : {}),
      type_url: TYPE_PREFIX + MESSAGE_NAMES[type],
      ...fields,
    }
    this.#first = false
    this.#stream?.write(encodeRequest(this.options.mode, request))
  }

  #receive(bytes: Buffer): void {
    if (!this.#stream) return
    const response =
      this.options.mode === 'delta' ? readDeltaResponse(bytes) : readSotwResponse(bytes)
    if (!response) return
    this.responses.push(response)
    if (this.silent) this.#unanswered.push(response)
    else this.#answer(response)
    this.options.onResponse?.(response)
    this.#wake()
  }

  #answer(response: ReceivedResponse): void {
    const { type, nonce } = response
    const error = this.#apply(response)
    this.#nonces.set(type, nonce)
    if (error === undefined) {
      this.#versions.set(type, response.version)
      this.acks++
    } else this.nacks++
    // As Envoy does: the names that follow from a response are asked for before it is answered.
    if (type === 'cluster' && this.options.followClusters !== false) this.#follow()
    if (this.options.mode === 'sotw') this.#sendList(type, error)
    else {
      const detail = error === undefined ? {} : { error_detail: { code: 13, message: error } }
      this.#send(type, { response_nonce: nonce, ...detail })
    }
  }

  /** Envoy keeps the good clusters and listeners of a bad response, and an arbitrary part of other types. */
  #apply(response: ReceivedResponse): string | undefined {
    const { type, resources, removed } = response
    const held = this.held.get(type) ?? new Map<string, ReceivedResource>()
    this.held.set(type, held)
    const errors: string[] = []
    const perResource = type === 'cluster' || type === 'listener'
    for (const resource of resources) {
      const error = this.options.refuse?.(type, resource)
      if (error !== undefined) errors.push(perResource ? `${resource.name}: ${error}` : error)
      else if (resource.bytes && (perResource || errors.length === 0))
        held.set(resource.name, resource)
    }
    for (const name of removed) held.delete(name)
    if (this.options.mode === 'sotw' && perResource) {
      const listed = new Set(resources.map(({ name }) => name))
      for (const name of held.keys()) if (!listed.has(name)) held.delete(name)
    }
    return errors.length > 0 ? `Error adding/updating ${type}(s) ${errors.join(', ')}` : undefined
  }

  #follow(): void {
    const endpointName = this.options.endpointName ?? ((cluster) => cluster.name)
    const wanted = new Set<string>()
    for (const cluster of this.held.get('cluster')?.values() ?? []) {
      const name = endpointName(cluster)
      if (name !== undefined) wanted.add(name)
    }
    const known = this.names.get('endpoint') ?? new Set()
    const added = [...wanted].filter((name) => !known.has(name))
    const gone = [...known].filter((name) => !wanted.has(name))
    if (gone.length > 0) this.unsubscribe('endpoint', gone)
    if (added.length > 0) this.subscribe('endpoint', added)
  }
}

/** A connection of its own, which streams of several clients may share. */
export function connection(
  address: string,
  secured: ChannelCredentials = credentials.createInsecure(),
): Client {
  return new Client(address, secured, {
    'grpc.max_receive_message_length': -1,
    'grpc.use_local_subchannel_pool': 1,
    // It tries again soon, however often it was refused.
    'grpc.max_reconnect_backoff_ms': 1000,
  })
}

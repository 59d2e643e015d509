// What translation yields: Envoy resources as Envoy's own JSON, in chunks whose identity tells "unchanged".

export const RESOURCE_TYPES = [
  'cluster',
  'endpoint',
  'secret',
  'listener',
  'route',
  'virtualHost',
  'extensionConfig',
  'runtime',
] as const

export type ResourceType = (typeof RESOURCE_TYPES)[number]

/** Full protobuf names of the resource messages (Envoy API v3). */
export const MESSAGE_NAMES: Readonly<Record<ResourceType, string>> = {
  cluster: 'envoy.config.cluster.v3.Cluster',
  endpoint: 'envoy.config.endpoint.v3.ClusterLoadAssignment',
  secret: 'envoy.extensions.transport_sockets.tls.v3.Secret',
  listener: 'envoy.config.listener.v3.Listener',
  route: 'envoy.config.route.v3.RouteConfiguration',
  virtualHost: 'envoy.config.route.v3.VirtualHost',
  extensionConfig: 'envoy.config.core.v3.TypedExtensionConfig',
  runtime: 'envoy.service.runtime.v3.Runtime',
}

export const TYPE_PREFIX = 'type.googleapis.com/'

/** Frozen. `body` is the message in Envoy's JSON without `@type`; origins hang on its objects by symbol. */
export interface Resource {
  readonly type: ResourceType
  readonly name: string
  readonly body: object
  /**
   * Virtual hosts of a route configuration, kept apart so that each is encoded once however many route
   * configurations hold it; their bytes follow those of `body` (protobuf concatenates repeated fields).
   */
  readonly virtualHosts?: readonly Resource[]
  /** The same message under its own name: only the name is encoded anew. */
  readonly of?: Resource
  /** No message: it tells a proxy that waits for a name that all there is about it was sent. */
  readonly answer?: true
  /** It is not sent: a proxy keeps what it has under this name. */
  readonly withheld?: true
}

/** The same array object means the same resources: a push skips it. */
export type Chunk = readonly Resource[]

/** All that one proxy is to have, by type. The same object means that nothing changed. */
export type ResourceSet = Readonly<Record<ResourceType, readonly Chunk[]>> & {
  readonly vhds?: Vhds
  /** What is left out of it, with its last good version in its place if there is one. */
  readonly heldBack?: readonly HeldBack[]
}

export interface HeldBack {
  readonly type: ResourceType
  /** Of the resource that proxies are sent, which may hold others beside. */
  readonly name: string
  readonly resource: Resource
  /** Envoy's words; undefined while it was not asked yet. */
  readonly reason: string | undefined
  /** Only because it uses something else that is held back. */
  readonly follows?: true
}

/** Route configurations whose virtual hosts travel alone, by VHDS. */
export interface Vhds {
  /** A proxy is sent only what it asked for, and the clusters for that; else everything unasked. */
  readonly onDemand: boolean
  readonly routes: readonly VhdsRoute[]
}

export interface VhdsRoute {
  /** Of the route configuration; the part of its virtual hosts' names before the slash. */
  readonly name: string
  /** With their own names; of equal domains none is left. */
  readonly virtualHosts: readonly Resource[]
}

export const NO_RESOURCES: ResourceSet = {
  cluster: [],
  endpoint: [],
  secret: [],
  listener: [],
  route: [],
  virtualHost: [],
  extensionConfig: [],
  runtime: [],
}

// What a stream and the service around it know of each other.
import type { PeerCertificate } from 'node:tls'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { ResourceSet, ResourceType } from '../model/resource.ts'
import type { Memory } from './memory.ts'
import type { ClaimedNode, DecodeMessage, Request } from './request.ts'
import type { Sets } from './sets.ts'

/** A proxy as the application knows it; Lotse's own type hangs on it. */
export interface KnownProxy {
  /** For people: logs, status, metrics. */
  readonly id: string
  /** Proxies with the same key have the same resources at any time. */
  readonly key: string
}

/** What is known of a proxy when its stream begins. */
export interface Caller {
  /** Proven, with mutual TLS only. Where it is there, nothing that the node claims may name another workload. */
  readonly peerCertificate?: PeerCertificate
  readonly node: ClaimedNode
  /** The stream carries changes of all types. */
  readonly aggregatedDelta: boolean
}

/** Numbers since the start. */
export interface Counters {
  streams: number
  requests: number
  responses: number
  resources: number
  acks: number
  nacks: number
  bytes: number
  pushes: number
  /** Time from the beginning to the end of these passes, in seconds. */
  pushSeconds: number
}

/** What a stream needs of the service. */
export interface Host<P extends KnownProxy> {
  readonly sets: Sets
  readonly counters: Counters
  readonly decode: DecodeMessage
  identify(caller: Caller): P | Diagnostic
  resources(proxy: P): ResourceSet
  /** What its first configuration waits for, if anything. */
  ready?(proxy: P): Promise<void> | undefined
  log(diagnostic: Diagnostic): void
  /** A request of a type, before it is answered. */
  requested?(proxy: P, type: ResourceType, request: Request): void
  now(): number
  /** From an earlier stream of this proxy. */
  remembered(proxy: P): Memory | undefined
  /** It refused something more. */
  refused?(): void
  /** The proxy is known, and wants to be kept current. */
  joined(): void
  /** The stream is over, known or not. */
  left(): void
}

// etcd's v3 API as calls: the methods that Lotse uses, with messages as plain objects. 64-bit numbers are numbers: revisions stay far below 2^53.
import { readFileSync } from 'node:fs'
import type { MethodDefinition } from '@grpc/grpc-js'
import protobuf from 'protobufjs'

const { root } = protobuf.parse(
  readFileSync(new URL('../../../proto/etcd.proto', import.meta.url), 'utf8'),
)
root.resolveAll()

export interface KeyValue {
  readonly key: Buffer
  readonly value: Buffer
  readonly modRevision: number
}

interface Header {
  readonly header: { readonly revision: number }
}

export interface RangeRequest {
  readonly key: Buffer
  readonly rangeEnd?: Buffer
  readonly limit?: number
  readonly revision?: number
}

export interface RangeResponse extends Header {
  readonly kvs: readonly KeyValue[]
  readonly more: boolean
}

/** Only if the key has this revision still (0: it is not there). */
export interface Compare {
  readonly key: Buffer
  readonly target: 'MOD'
  readonly modRevision: number
}

export interface TxnRequest {
  readonly compare: readonly Compare[]
  readonly success: readonly (
    | {
        readonly requestPut: {
          readonly key: Buffer
          readonly value: Buffer
          readonly lease?: number
        }
      }
    | { readonly requestDeleteRange: { readonly key: Buffer } }
  )[]
}

export interface TxnResponse extends Header {
  readonly succeeded: boolean
}

export interface WatchRequest {
  readonly createRequest: {
    readonly key: Buffer
    readonly rangeEnd: Buffer
    readonly startRevision: number
    readonly progressNotify: true
  }
}

export interface WatchResponse extends Header {
  readonly created: boolean
  readonly canceled: boolean
  readonly compactRevision: number
  readonly cancelReason: string
  readonly events: readonly { readonly type: 'PUT' | 'DELETE'; readonly kv: KeyValue }[]
}

interface LeaseId {
  readonly ID: number
}

export const RANGE = method<RangeRequest, RangeResponse>('KV', 'Range', 'Range')
export const TXN = method<TxnRequest, TxnResponse>('KV', 'Txn', 'Txn')
export const WATCH = method<WatchRequest, WatchResponse>('Watch', 'Watch', 'Watch', true)
export const GRANT = method<LeaseId & { readonly TTL: number }, LeaseId>(
  ...(['Lease', 'LeaseGrant', 'LeaseGrant'] as const),
)
export const REVOKE = method<LeaseId, object>('Lease', 'LeaseRevoke', 'LeaseRevoke')
export const KEEP_ALIVE = method<LeaseId, LeaseId & { readonly TTL: number }>(
  ...(['Lease', 'LeaseKeepAlive', 'LeaseKeepAlive', true] as const),
)

function method<Request, Response>(
  service: string,
  name: string,
  message: string,
  streams = false,
): MethodDefinition<Request, Response> {
  const request = root.lookupType(`etcdserverpb.${message}Request`)
  const response = root.lookupType(`etcdserverpb.${message}Response`)
  const encode = (type: protobuf.Type) => (value: object) =>
    Buffer.from(type.encode(type.fromObject(value)).finish())
  const decode =
    <T>(type: protobuf.Type) =>
    (bytes: Buffer) =>
      type.toObject(type.decode(bytes), {
        ...{ longs: Number, enums: String, bytes: Buffer, defaults: true, arrays: true },
      }) as T
  return {
    path: `/etcdserverpb.${service}/${name}`,
    requestStream: streams,
    responseStream: streams,
    requestSerialize: encode(request) as (value: Request) => Buffer,
    requestDeserialize: decode<Request>(request),
    responseSerialize: encode(response) as (value: Response) => Buffer,
    responseDeserialize: decode<Response>(response),
  }
}

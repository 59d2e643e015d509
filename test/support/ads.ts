// A control plane for tests that knows nothing but a list of resources: delta xDS, one response per change and type.
import {
  type Server as GrpcServer,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServiceDefinition,
} from '@grpc/grpc-js'
import { messageType } from '../../proto/message-type.ts'
import { encodeMessage } from '../../src/xds/encode/index.ts'
import type { KeyPair } from './certificates.ts'
import type { Cleanup } from './cleanup.ts'

const SERVICE = 'envoy.service.discovery.v3.AggregatedDiscoveryService'
const PREFIX = 'type.googleapis.com/'

export interface DeltaRequest {
  readonly node?: { readonly id: string; readonly metadata?: unknown }
  readonly type_url: string
  readonly resource_names_subscribe: readonly string[]
  readonly response_nonce: string
  readonly error_detail?: { readonly message: string }
}

export interface TestAds {
  readonly port: number
  /** Serves a resource from now on; `type` is its message, for instance `envoy.config.cluster.v3.Cluster`. */
  set(type: string, name: string, resource: object): void
  /** Every request received, acknowledgements included. */
  readonly requests: readonly DeltaRequest[]
  /** Reasons of refused responses. */
  refusals(): string[]
  /** Serial numbers of the certificates callers proved themselves with, one for each stream, in order. */
  readonly callers: readonly string[]
  stop(): void
}

type Call = ServerDuplexStream<DeltaRequest, object>

/** Listens on 127.0.0.1; with a key pair it asks callers for a certificate of the same root. */
export async function testAds(
  t: Cleanup,
  options: { readonly tls?: KeyPair; readonly port?: number } = {},
): Promise<TestAds> {
  const resources = new Map<string, Map<string, object>>()
  let version = 0
  const requests: DeltaRequest[] = []
  const callers: string[] = []
  const calls = new Map<Call, Set<string>>()
  let nonce = 0
  const send = (call: Call, type: string): void => {
    nonce += 1
    const list = [...(resources.get(type)?.values() ?? [])]
    call.write({ type_url: PREFIX + type, nonce: String(nonce), resources: list })
  }
  const onCall = (call: Call): void => {
    calls.set(call, new Set())
    const { sslPeerCertificate } = call.getAuthContext()
    callers.push(sslPeerCertificate?.serialNumber ?? '')
    call.on('data', (request: DeltaRequest) => {
      requests.push(request)
      const type = request.type_url.slice(PREFIX.length)
      const first = !calls.get(call)?.has(type)
      calls.get(call)?.add(type)
      if (first || request.resource_names_subscribe.length > 0) send(call, type)
    })
    call.on('error', () => calls.delete(call))
    call.on('end', () => {
      calls.delete(call)
      call.end()
    })
  }
  const server = new Server()
  server.addService(DEFINITION, { Delta: onCall })
  const port = await bind(server, options)
  t.after(() => server.forceShutdown())
  return {
    port,
    requests,
    callers,
    refusals: () => requests.flatMap(({ error_detail: e }) => (e ? [e.message] : [])),
    set(type, name, resource) {
      if (!resources.has(type)) resources.set(type, new Map())
      version += 1
      resources.get(type)?.set(name, entry(type, name, String(version), resource))
      for (const [call, types] of calls) if (types.has(type)) send(call, type)
    },
    stop: () => server.forceShutdown(),
  }
}

function entry(type: string, name: string, version: string, resource: object): object {
  const encoded = encodeMessage(type, resource)
  if ('errors' in encoded) throw new Error(`${type} ${name}: ${JSON.stringify(encoded.errors)}`)
  return { name, version, resource: { type_url: PREFIX + type, value: encoded.bytes } }
}

function bind(
  server: GrpcServer,
  { tls, port = 0 }: { readonly tls?: KeyPair; readonly port?: number },
): Promise<number> {
  const credentials = tls
    ? ServerCredentials.createSsl(
        Buffer.from(tls.rootPem),
        [{ private_key: Buffer.from(tls.keyPem), cert_chain: Buffer.from(tls.chainPem) }],
        true,
      )
    : ServerCredentials.createInsecure()
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
}

const REQUEST = 'envoy.service.discovery.v3.DeltaDiscoveryRequest'
const RESPONSE = 'envoy.service.discovery.v3.DeltaDiscoveryResponse'

const serialize = (type: string) => (value: object) => {
  const message = messageType(type)
  return Buffer.from(message.encode(message.fromObject(value)).finish())
}
const deserialize = (type: string) => (bytes: Buffer) => {
  const message = messageType(type)
  return message.toObject(message.decode(bytes), { arrays: true, defaults: true })
}

const DEFINITION: ServiceDefinition = {
  Delta: {
    path: `/${SERVICE}/DeltaAggregatedResources`,
    requestStream: true,
    responseStream: true,
    requestSerialize: serialize(REQUEST),
    requestDeserialize: deserialize(REQUEST),
    responseSerialize: serialize(RESPONSE),
    responseDeserialize: deserialize(RESPONSE),
  },
}

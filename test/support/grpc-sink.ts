// A gRPC server for tests that keeps what it is sent, by any of the named methods, as it came over the wire.
import { type Metadata, Server, ServerCredentials } from '@grpc/grpc-js'
import type { Cleanup } from './cleanup.ts'

export interface Sent {
  readonly method: string
  readonly metadata: Readonly<Record<string, string>>
  readonly message: Buffer
}

export interface GrpcSink {
  readonly port: number
  readonly sent: readonly Sent[]
  of(method: string): readonly Sent[]
}

interface Call {
  readonly metadata: Metadata
  on(event: 'data', listener: (message: Buffer) => void): void
  on(event: 'end', listener: () => void): void
}

/** Methods as `package.Service/Method`; a call of one message counts as a stream of one. */
export async function grpcSink(
  t: Cleanup,
  options: {
    readonly address: string
    readonly port?: number
    readonly methods: readonly string[]
    /** By default plain text. */
    readonly credentials?: ServerCredentials
  },
): Promise<GrpcSink> {
  const sent: Sent[] = []
  const server = new Server()
  const same = (bytes: Buffer) => bytes
  for (const method of options.methods) {
    const name = method.slice(method.indexOf('/') + 1)
    const definition = {
      ...{ path: `/${method}`, requestStream: true, responseStream: false },
      ...{ requestSerialize: same, requestDeserialize: same },
      ...{ responseSerialize: same, responseDeserialize: same },
    }
    server.addService(
      { [name]: definition },
      {
        [name]: (call: Call, done: (error: null, answer: Buffer) => void) => {
          const metadata = Object.fromEntries(
            Object.entries(call.metadata.getMap()).map(([key, value]) => [key, String(value)]),
          )
          call.on('data', (message) => sent.push({ method, metadata, message }))
          call.on('end', () => done(null, Buffer.alloc(0)))
        },
      },
    )
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(
      `${options.address}:${options.port ?? 0}`,
      options.credentials ?? ServerCredentials.createInsecure(),
      (error, bound) => (error ? reject(error) : resolve(bound)),
    )
  })
  t.after(() => server.forceShutdown())
  return { port, sent, of: (method) => sent.filter((one) => one.method === method) }
}

// A gRPC service for tests and its client; messages are JSON, so that no .proto file is needed.
import {
  type CallOptions,
  Client,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  status,
} from '@grpc/grpc-js'
import type { Cleanup } from './cleanup.ts'

/** Path of the one method, as routes see it. */
export const ECHO_METHOD = '/test.Echo/Say'

const encode = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const decode = (bytes: Buffer): unknown => JSON.parse(bytes.toString())

const ECHO: ServiceDefinition = {
  Say: {
    path: ECHO_METHOD,
    requestStream: false,
    responseStream: false,
    requestSerialize: encode,
    requestDeserialize: decode,
    responseSerialize: encode,
    responseDeserialize: decode,
  },
}

export interface GrpcEcho {
  readonly name: string
  readonly message: unknown
  readonly metadata: Readonly<Record<string, unknown>>
}

export interface GrpcUpstream {
  readonly address: string
  readonly port: number
  readonly calls: () => number
  /** The status code of calls from now on; 0 answers the echo. */
  fail(code: number): void
  stop(): void
}

export async function grpcUpstream(
  t: Cleanup,
  options: { readonly name: string; readonly address?: string; readonly port?: number },
): Promise<GrpcUpstream> {
  const server = new Server()
  let code: number = status.OK
  let calls = 0
  server.addService(ECHO, {
    Say: (
      call: { request: unknown; metadata: Metadata },
      done: (error: { code: number; details: string } | null, value?: GrpcEcho) => void,
    ) => {
      calls += 1
      if (code !== status.OK) return done({ code, details: `${options.name} fails as told` })
      done(null, { name: options.name, message: call.request, metadata: call.metadata.getMap() })
    },
  })
  const address = options.address ?? '127.0.0.1'
  const port = await new Promise<number>((resolve, reject) => {
    const insecure = ServerCredentials.createInsecure()
    server.bindAsync(`${address}:${options.port ?? 0}`, insecure, (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
  const stop = (): void => server.forceShutdown()
  t.after(stop)
  return {
    address,
    port,
    calls: () => calls,
    fail: (next) => {
      code = next
    },
    stop,
  }
}

export interface GrpcOutcome {
  /** 0 is success. */
  readonly code: number
  readonly details: string
  readonly echo?: GrpcEcho
}

/** One call; a status other than 0 is an outcome, not an error. */
export async function grpcCall(options: {
  readonly address?: string
  readonly port: number
  readonly authority?: string
  readonly message?: unknown
  readonly metadata?: Readonly<Record<string, string>>
  /** Milliseconds; 10,000 by default. */
  readonly timeout?: number
}): Promise<GrpcOutcome> {
  const target = `${options.address ?? '127.0.0.1'}:${options.port}`
  const client = new Client(target, credentials.createInsecure(), {
    ...(options.authority && { 'grpc.default_authority': options.authority }),
  })
  const metadata = new Metadata()
  for (const [key, value] of Object.entries(options.metadata ?? {})) metadata.set(key, value)
  const call: CallOptions = { deadline: Date.now() + (options.timeout ?? 30_000) }
  try {
    return await new Promise((resolve) => {
      const message = options.message ?? {}
      client.makeUnaryRequest(
        ECHO_METHOD,
        encode,
        decode,
        message,
        metadata,
        call,
        (error, echo) =>
          error
            ? resolve({ code: error.code, details: error.details })
            : resolve({ code: 0, details: '', echo: echo as GrpcEcho }),
      )
    })
  } finally {
    client.close()
  }
}

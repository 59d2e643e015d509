// A process of its own that calls the echo service by grpc-js-xds: requests come as JSON lines on standard input, one answer each.
import { createInterface } from 'node:readline'
import { Client, credentials, Metadata } from '@grpc/grpc-js'
import { register } from '@grpc/grpc-js-xds'
import { ECHO_METHOD, type GrpcEcho, type GrpcOutcome } from './grpc.ts'

export interface XdsCall {
  readonly target: string
  readonly message?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

register()
const clients = new Map<string, Client>()
const encode = (value: unknown) => Buffer.from(JSON.stringify(value))
const decode = (bytes: Buffer) => JSON.parse(bytes.toString()) as GrpcEcho

function call({ target, message = {}, headers = {} }: XdsCall): Promise<GrpcOutcome> {
  const client = clients.get(target) ?? new Client(target, credentials.createInsecure())
  clients.set(target, client)
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value)
  const options = { deadline: Date.now() + 30_000 }
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      ...([ECHO_METHOD, encode, decode, message, metadata, options] as const),
      (error, echo) => {
        if (error) resolve({ code: error.code, details: error.details })
        else resolve({ code: 0, details: '', ...(echo ? { echo } : {}) })
      },
    )
  })
}

for await (const line of createInterface(process.stdin)) {
  console.log(JSON.stringify(await call(JSON.parse(line) as XdsCall)))
}
process.exit()

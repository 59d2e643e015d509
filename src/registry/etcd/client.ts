// The way to an etcd cluster: its members, mutual TLS, calls that go to another member when one is away.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import {
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  type MethodDefinition,
} from '@grpc/grpc-js'
import type { Diagnostic } from '../../model/diagnostic.ts'
import {
  GRANT,
  KEEP_ALIVE,
  RANGE,
  type RangeRequest,
  type RangeResponse,
  REVOKE,
  TXN,
  type TxnRequest,
  type TxnResponse,
  WATCH,
  type WatchRequest,
  type WatchResponse,
} from './protocol.ts'

export interface EtcdOptions {
  /** `etcd://HOST:PORT[,HOST:PORT …][/PREFIX]`. */
  readonly url: string
  /** Files in PEM; without them the connection is plain text, which is for loopback only. */
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

export interface Etcd {
  /** For messages. */
  readonly members: string
  /** With a slash at its end, as `/lotse/`. */
  readonly prefix: string
  readonly range: (request: RangeRequest) => Promise<RangeResponse>
  readonly txn: (request: TxnRequest) => Promise<TxnResponse>
  readonly watch: (request: WatchRequest) => ClientDuplexStream<WatchRequest, WatchResponse>
  /** A lease of so many seconds; `lost` is called when it could not be kept. */
  readonly lease: (seconds: number, lost: () => void) => Promise<EtcdLease>
  readonly close: () => void
}

export interface EtcdLease {
  readonly id: number
  /** Until when (`performance.now()`) it is there for certain. */
  readonly until: () => number
  readonly end: () => Promise<void>
}

const DEADLINE = 5_000
const DEFAULT_PREFIX = 'lotse'

/** L0122 if the address or a file is not usable. No connection is made yet. */
export function etcdClient(options: EtcdOptions): Etcd | Diagnostic {
  const match = /^etcd:\/\/([^/]+)(?:\/(.*))?$/.exec(options.url)
  const members = match?.[1]?.split(',') ?? []
  const named = members.every((member) => /^(\[[^\]]+\]|[^:]+):\d{1,5}$/.test(member))
  if (!match || members.length === 0 || !named) {
    return unusable('the address is not of the form etcd://HOST:PORT[,HOST:PORT][/PREFIX]')
  }
  const { ca, cert, key } = options
  const secure = ca !== undefined && cert !== undefined && key !== undefined
  if (!secure && (ca ?? cert ?? key) !== undefined) {
    return unusable('mutual TLS needs all of --etcd-ca, --etcd-cert and --etcd-key')
  }
  if (!secure && !members.every(isLoopback)) {
    return unusable('without mutual TLS it must be on a loopback address')
  }
  try {
    const channel = secure
      ? credentials.createSsl(readFileSync(ca), readFileSync(key), readFileSync(cert))
      : credentials.createInsecure()
    const clients = members.map((member) => new Client(member, channel, OPTIONS))
    const prefix = `/${(match[2] ?? '').replace(/^\/+|\/+$/g, '') || DEFAULT_PREFIX}/`
    return new Members(members.join(','), prefix, clients)
  } catch (error) {
    return unusable(`a file cannot be read (${(error as Error).message})`)
  }
}

const OPTIONS = {
  'grpc.enable_http_proxy': 0,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.max_reconnect_backoff_ms': 2_000,
  'grpc.max_receive_message_length': 64 * 1024 * 1024,
}

function isLoopback(member: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\]):/.test(member)
}

function unusable(why: string): Diagnostic {
  const text = `The etcd store cannot be used: ${why}`
  return { code: 'L0122', severity: 'error', text }
}

class Members implements Etcd {
  readonly members: string
  readonly prefix: string
  readonly #clients: readonly Client[]
  /** The member that answered last. */
  #at = 0

  constructor(members: string, prefix: string, clients: readonly Client[]) {
    this.members = members
    this.prefix = prefix
    this.#clients = clients
  }

  range = (request: RangeRequest) => this.#call(RANGE, request)
  txn = (request: TxnRequest) => this.#call(TXN, request)

  watch = (request: WatchRequest) => {
    const stream = this.#stream(WATCH)
    stream.write(request)
    return stream
  }

  lease = async (seconds: number, lost: () => void): Promise<EtcdLease> => {
    // One that etcd chose would not fit a number, and another would be kept alive.
    const ID = randomBytes(6).readUIntBE(0, 6)
    await this.#call(GRANT, { TTL: seconds, ID })
    let stream: ReturnType<typeof this.keeping> | undefined
    let heard = performance.now()
    const timer = setInterval(
      () => {
        if (performance.now() - heard > seconds * 750) {
          end()
          return lost()
        }
        stream ??= this.keeping((alive) => {
          if (alive) heard = performance.now()
          else stream = undefined
        })
        stream.write({ ID })
      },
      (seconds * 1000) / 4,
    )
    const end = () => {
      clearInterval(timer)
      stream?.cancel()
    }
    return {
      id: ID,
      until: () => heard + seconds * 750,
      end: async () => {
        end()
        await this.#call(REVOKE, { ID }).catch(() => undefined)
      },
    }
  }

  keeping(heard: (alive: boolean) => void) {
    const stream = this.#stream(KEEP_ALIVE)
    stream.on('data', ({ TTL }: { TTL: number }) => heard(TTL > 0))
    stream.on('error', () => heard(false))
    stream.on('end', () => heard(false))
    return stream
  }

  close(): void {
    for (const client of this.#clients) client.close()
  }

  #stream<Request, Response>(method: MethodDefinition<Request, Response>) {
    const client = this.#clients[this.#at % this.#clients.length]!
    const { path, requestSerialize, responseDeserialize } = method
    // A member without a leader ends the stream, rather than be silent.
    const metadata = new Metadata()
    metadata.set('hasleader', 'true')
    const stream = client.makeBidiStreamRequest(
      ...([path, requestSerialize, responseDeserialize, metadata] as const),
    )
    // The next one is asked of another member, should this one be away.
    stream.once('error', () => this.#next(client))
    return stream
  }

  #next(failed: Client): void {
    if (this.#clients[this.#at % this.#clients.length] === failed) this.#at += 1
  }

  async #call<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
  ): Promise<Response> {
    let last: Error | undefined
    for (let attempt = 0; attempt < this.#clients.length; attempt++) {
      const client = this.#clients[this.#at % this.#clients.length]!
      try {
        return await unary(client, method, request)
      } catch (error) {
        last = error as Error
        this.#next(client)
      }
    }
    throw last
  }
}

function unary<Request, Response>(
  client: Client,
  { path, requestSerialize, responseDeserialize }: MethodDefinition<Request, Response>,
  request: Request,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      { deadline: Date.now() + DEADLINE },
      (error, response) => (error || !response ? reject(error) : resolve(response)),
    )
  })
}

/** The end of the range of all keys that begin so. */
export function endOf(prefix: string): Buffer {
  const end = Buffer.from(prefix)
  end[end.length - 1]! += 1
  return end
}

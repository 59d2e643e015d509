// The xDS server in this process, serving one resource set to whoever asks, in plain text on loopback.
import { Server, ServerCredentials } from '@grpc/grpc-js'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import type { ResourceSet } from '../../src/model/resource.ts'
import type { KnownProxy } from '../../src/xds/host.ts'
import {
  createXdsService,
  SERVER_OPTIONS,
  type XdsOptions,
  type XdsService,
} from '../../src/xds/server.ts'
import type { Cleanup } from './cleanup.ts'
import { resourceSet } from './xds-resources.ts'

export interface TestXds {
  readonly service: XdsService
  readonly port: number
  readonly address: string
  /** Everything logged so far. */
  readonly log: readonly Diagnostic[]
  readonly set: ResourceSet
  push(set: ResourceSet): void
  stop(): void
}

export interface TestXdsOptions extends Partial<XdsOptions<KnownProxy>> {
  readonly set?: ResourceSet
  readonly port?: number
}

export async function testXds(t: Cleanup, options: TestXdsOptions = {}): Promise<TestXds> {
  const { set: start = resourceSet({}), port: wanted = 0, ...xds } = options
  const log: Diagnostic[] = []
  let set = start
  const service = createXdsService({
    identify: ({ node }) => ({ id: node.id, key: 'all' }),
    resources: () => set,
    log: (diagnostic) => log.push(diagnostic),
    ...xds,
  })
  const server = new Server(SERVER_OPTIONS)
  service.addTo(server)
  const port = await new Promise<number>((resolve, reject) => {
    const insecure = ServerCredentials.createInsecure()
    server.bindAsync(`127.0.0.1:${wanted}`, insecure, (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
  const stop = () => {
    service.close()
    server.forceShutdown()
  }
  t.after(stop)
  return {
    service,
    port,
    address: `127.0.0.1:${port}`,
    log,
    get set() {
      return set
    },
    push(next) {
      set = next
      service.push()
    },
    stop,
  }
}

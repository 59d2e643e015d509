// The xDS server over real gRPC on loopback, with delta and state-of-the-world clients.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import type { Diagnostic } from '../../src/model/diagnostic.ts'
import type { ResourceSet } from '../../src/model/resource.ts'
import { createXdsService, SERVER_OPTIONS, type XdsService } from '../../src/xds/server.ts'
import { encodeRequest, XdsClient, type XdsClientOptions } from '../support/xds-client.ts'
import {
  cluster,
  endpoints,
  listener,
  resourceSet,
  route,
  virtualHost,
} from '../support/xds-resources.ts'

interface Running {
  set: ResourceSet
  readonly service: XdsService
  readonly log: Diagnostic[]
  readonly address: string
  push(set: ResourceSet): void
  client(options?: Partial<XdsClientOptions>): XdsClient
}

async function withServer(run: (running: Running) => Promise<void>): Promise<void> {
  const log: Diagnostic[] = []
  const clients: XdsClient[] = []
  const service = createXdsService({
    identify: ({ node }) =>
      node.id.startsWith('bad')
        ? { code: 'L0303', severity: 'error', text: 'no such workload' }
        : { id: node.id, key: 'all' },
    resources: () => running.set,
    log: (diagnostic) => log.push(diagnostic),
  })
  const server = new Server(SERVER_OPTIONS)
  service.addTo(server)
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
  const address = `127.0.0.1:${port}`
  const running: Running = {
    set: resourceSet({}),
    service,
    log,
    address,
    push(set) {
      running.set = set
      service.push()
    },
    client(options = {}) {
      const client = new XdsClient({ address, mode: 'delta', node: { id: 'web' }, ...options })
      clients.push(client)
      return client
    },
  }
  try {
    await run(running)
  } finally {
    for (const client of clients) client.close()
    service.close()
    server.forceShutdown()
  }
}

const BASE = resourceSet({
  cluster: [[cluster('a'), cluster('b')]],
  endpoint: [[endpoints('a', 1001), endpoints('b', 1002)]],
  listener: [[listener('in', 8080, '80')]],
  route: [[route('80', virtualHost('a', 'a'), virtualHost('b', 'b'))]],
})

for (const mode of ['delta', 'sotw'] as const) {
  test(`${mode}: start, change, removal and reconnect`, () =>
    withServer(async (running) => {
      running.set = BASE
      const client = running.client({ mode }).connect()
      client.subscribe('cluster').subscribe('listener').subscribe('route', ['80'])
      await client.until(() => client.get('route', '80') !== undefined, 'the route')
      assert.deepEqual(client.heldNames('cluster'), ['a', 'b'])
      assert.deepEqual(client.heldNames('endpoint'), ['a', 'b'])
      assert.deepEqual(client.heldNames('listener'), ['in'])

      const before = client.responses.length
      running.push({ ...BASE, endpoint: [[endpoints('a', 1001, 1003), endpoints('b', 1002)]] })
      await client.until(() => client.responses.length > before, 'the endpoints')
      const [change] = client.responses.slice(before)
      assert.equal(change?.type, 'endpoint')
      assert.deepEqual(
        change?.resources.map(({ name }) => name),
        ['a'],
      )

      running.push(
        resourceSet({
          cluster: [[cluster('a')]],
          endpoint: [[endpoints('a', 1001, 1003)]],
          listener: BASE.listener,
          route: [[route('80', virtualHost('a', 'a'))]],
        }),
      )
      await client.until(() => client.heldNames('cluster').length === 1, 'the removal of b')
      const order = client.responses.slice(before + 1).map(({ type }) => type)
      assert.ok(order.indexOf('route') < order.indexOf('cluster'), order.join())

      await client.until(() => running.service.streams()[0]?.types.cluster?.stale === false)
      client.disconnect()
      await client.until(() => running.service.streams().length === 0)
      const count = client.responses.length
      client.connect()
      await client.until(() => running.service.streams()[0]?.types.route !== undefined)
      running.push({ ...running.set, endpoint: [[endpoints('a', 1009)]] })
      await client.until(() => client.responses.length > count)
      await client.until(() => client.responses.at(-1)?.type === 'endpoint')
      const again = client.responses.slice(count).flatMap(({ resources }) => resources)
      assert.deepEqual(
        again.map(({ name }) => name),
        ['a'],
        'only what changed is sent',
      )
    }))
}

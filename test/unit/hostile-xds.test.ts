// What strangers and broken proxies may send to the xDS ports: the server stays up, its memory stays bounded, and others are served meanwhile.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Client, credentials } from '@grpc/grpc-js'
import { type App, openApp } from '../../src/app.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { serve } from '../support/command.ts'
import { testFolder } from '../support/envoy.ts'
import { freePort } from '../support/ports.ts'
import { waitFor } from '../support/wait.ts'
import { service, workload } from '../support/workload.ts'
import { XdsClient } from '../support/xds-client.ts'
import { encodeRequest } from '../support/xds-wire.ts'

const MESH = `${workload({ workload: 'shop/web', address: '127.9.3.1', labels: { app: 'web' } })}
---
${service('shop/web', { app: 'web' }, 'http:80')}`

async function open(t: TestContext): Promise<App> {
  const folder = testFolder(t)
  writeFileSync(join(folder, 'mesh.yaml'), MESH)
  const app = await openApp({
    ...{ config: [join(folder, 'mesh.yaml')], data: join(folder, 'data'), log: () => undefined },
    ...{ xds: '127.0.0.1:0', plaintextXds: '127.0.0.1:0' },
  })
  if (isProblem(app)) throw new Error(app.text)
  t.after(() => app.close())
  return app
}

const TYPE = 'type.googleapis.com/envoy.config.cluster.v3.Cluster'
const NODE = { id: 'sidecar~127.9.3.1~web.shop~x' }

/** A proxy that minds its own business is served now, from its first request on. */
async function isServed(app: Pick<App, 'plaintextXds'>): Promise<void> {
  const client = new XdsClient({ address: app.plaintextXds!, mode: 'delta', node: NODE })
  try {
    client.connect().subscribe('cluster')
    await client.until(() => client.heldNames('cluster').length > 0, 'clusters')
  } finally {
    client.close()
  }
}

function megabytes(): number {
  globalThis.gc?.()
  return process.memoryUsage().rss / 1e6
}

/** How the stream ends after these bytes as its first message. */
async function ends(app: App, bytes: Buffer, options: object = {}): Promise<number> {
  const client = new Client(app.plaintextXds!, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    ...options,
  })
  const same = (given: Buffer) => given
  const path = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources'
  const stream = client.makeBidiStreamRequest(path, same, same)
  const code = new Promise<number>((resolve) => {
    stream.on('error', () => undefined)
    stream.on('data', () => undefined)
    stream.on('status', (status: { code: number }) => resolve(status.code))
  })
  stream.write(bytes)
  stream.end()
  const ended = await code
  client.close()
  return ended
}

/** A Struct within a Struct, so deep, as bytes: from the inside out only lengths grow, so heads are put in front at the end. */
function nested(levels: number): Buffer {
  const length = (size: number): number[] =>
    size < 128 ? [size] : [(size & 127) | 128, ...length(size >>> 7)]
  const heads: number[][] = []
  let size = 0
  const wrap = (tag: number, ...before: number[]) => {
    const head = [...before, tag, ...length(size)]
    heads.push(head)
    size += head.length
  }
  for (let level = 0; level < levels; level++) {
    wrap(0x2a)
    wrap(0x12, 0x0a, 1, 0x61)
    wrap(0x0a)
  }
  wrap(0x1a)
  const id = Buffer.from(NODE.id)
  const inside = Buffer.concat([
    Buffer.from([0x0a, id.length, ...id]),
    Buffer.from(heads.reverse().flat()),
  ])
  const type = Buffer.from(TYPE)
  return Buffer.concat([
    Buffer.from([0x0a, ...length(inside.length)]),
    inside,
    Buffer.from([0x12, type.length]),
    type,
  ])
}

test('first requests: oversize, malformed, deeply nested, compressed', async (t) => {
  const app = await open(t)
  await isServed(app)
  const before = megabytes()
  const huge = 'x'.repeat(17 * 1024 * 1024)
  const request = (node: object, more: object = {}) =>
    encodeRequest('delta', { type_url: TYPE, node: { ...NODE, ...node }, ...more })
  const OK = 0
  const rows: [what: string, bytes: Buffer, refused: boolean, options?: object][] = [
    ['17 MB of metadata', request({ metadata: { LABELS: { a: huge } } }), true],
    ['nothing at all', Buffer.alloc(0), true],
    ['bytes that are no message', Buffer.alloc(1000, 0xff), true],
    ['a field that ends too late', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0x7f, 1]), true],
    ['20 levels of metadata', nested(20), false],
    ['5,000 levels of metadata', nested(5_000), true],
    ['150,000 levels of metadata', nested(150_000), true],
    [
      '64 MB in 64 kB',
      Buffer.alloc(64 * 1024 * 1024),
      true,
      { 'grpc.default_compression_algorithm': 2 },
    ],
    ['a node without a name', request({ id: '' }), true],
    [
      'a NUL in the name',
      request({ id: 'sidecar~127.9.3.1~web\\u0000.shop~x'.replace('\\u0000', '\0') }),
      true,
    ],
    ['names of other shapes', request({ id: `sidecar~1~${'a'.repeat(5000)}.shop~x` }), true],
    [
      'labels that are no labels',
      request({ metadata: { LABELS: [1, { a: null }], LOTSE_CERT_DIR: 7 } }),
      false,
    ],
    ['a prototype', request({ metadata: { LABELS: { ['__proto__']: 'x' } } }), false],
  ]
  for (const [what, bytes, refused, options] of rows) {
    const code = await ends(app, bytes, options)
    assert.equal(code !== OK, refused, `${what}: ${code}`)
    await isServed(app)
  }
  assert.equal(({} as Record<string, unknown>).x, undefined)
  const grown = megabytes() - before
  assert.ok(grown < 400, `${grown} MB more`)
})

test('names without end are refused or kept within bounds', async (t) => {
  const app = await open(t)
  const client = new XdsClient({ address: app.plaintextXds!, mode: 'delta', node: NODE }).connect()
  t.after(() => client.close())
  const before = megabytes()
  const names = (round: number) =>
    Array.from({ length: 5_000 }, (_, n) => `${round}-${n}-${'n'.repeat(40)}`)
  client.subscribe('endpoint', ['first'])
  await client.until(() => client.responses.length > 0 || client.ended !== undefined, 'an answer')
  for (let round = 0; round < 20 && !client.ended; round++)
    client.subscribe('endpoint', names(round))
  await isServed(app)
  assert.ok(megabytes() - before < 400)
})

/** As many as the files that a process may have open allow. */
const SILENT = Math.min(10_000, openFiles() - 1_000)

test(`${SILENT} connections that say nothing, or half a greeting`, async (t) => {
  const folder = testFolder(t)
  writeFileSync(join(folder, 'mesh.yaml'), MESH)
  const plaintextXds = `127.0.0.1:${await freePort()}`
  // A process of its own has its own files and memory.
  const serving = await serve(t, {
    ...{ config: join(folder, 'mesh.yaml'), data: join(folder, 'data') },
    more: ['--insecure-plaintext-xds', plaintextXds],
  })
  const app = { plaintextXds }
  const before = residentMegabytes(serving.pid)
  const sockets: Socket[] = []
  t.after(() => {
    for (const socket of sockets) socket.destroy()
  })
  // The beginning of a TLS handshake, and of HTTP/2 in plain text.
  const greetings = [undefined, Buffer.from([0x16, 3, 1, 2, 0, 1, 0]), Buffer.from('PRI * HT')]
  const ports = [serving.xds, plaintextXds].map((address) => Number(address.split(':')[1]))
  let connected = 0
  for (let count = 0; count < SILENT; count++) {
    const socket = connect(ports[count % 2]!, '127.0.0.1', () => {
      connected += 1
    })
    socket.on('error', () => undefined)
    const greeting = greetings[count % 3]
    if (greeting) socket.write(greeting)
    sockets.push(socket)
  }
  await waitFor(
    'the connections',
    () => connected,
    (now) => now >= SILENT * 0.95,
    {
      timeout: 120_000,
    },
  )
  await isServed(app)
  const grown = residentMegabytes(serving.pid) - before
  assert.ok(grown < 1_000, `${grown} MB more`)
  for (const socket of sockets) socket.destroy()
  await isServed(app)
})

function openFiles(): number {
  const { userLimits } = process.report.getReport() as unknown as {
    userLimits: { open_files: { soft: number | 'unlimited' } }
  }
  const { soft } = userLimits.open_files
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : soft
}

function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1e3
}

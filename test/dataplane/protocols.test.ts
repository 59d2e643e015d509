// Protocols beside plain requests, through two Envoys with mutual TLS: WebSocket, gRPC-Web, HTTP/1.0.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { test } from 'node:test'
import { skip } from '../support/envoy.ts'
import { rawExchange, request } from '../support/http.ts'
import { startMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { type Echo, httpUpstream } from '../support/upstreams.ts'
import { join, service, workload } from '../support/workload.ts'

const PORT = 8000
const WEB = 8001

test('protocols', { skip }, async (t) => {
  const [client, web] = [loopback(), loopback()]
  const application = await httpUpstream(t, { name: 'grpc' })
  const sockets: Duplex[] = []
  const chat = createServer((_, answer) => answer.end('plain')).on('upgrade', (asked, socket) => {
    sockets.push(socket)
    const accepted = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: ${asked.headers.upgrade}\r\nConnection: Upgrade\r\n\r\n`
    socket.write(accepted)
    socket.on('error', () => undefined).pipe(socket)
  })
  chat.listen(0, '127.0.0.1')
  await once(chat, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    chat.close()
  })
  await startMesh(t, {
    yaml: join(
      workload({
        ...{ workload: 'shop/client', address: client },
        calls: [
          { port: PORT, protocol: 'HTTP' },
          { port: WEB, protocol: 'GRPC-WEB' },
        ],
      }),
      workload({
        ...{ workload: 'shop/web', address: web, labels: { app: 'web' } },
        serves: [
          { port: 8080, protocol: 'HTTP', application: (chat.address() as AddressInfo).port },
          { port: 8081, protocol: 'GRPC-WEB', application: application.port },
        ],
      }),
      service('shop/web', { app: 'web' }, `http:${PORT}:8080`, `grpc-web:${WEB}:8081`),
    ),
    proxies: ['shop/client', 'shop/web'],
  })

  await t.test('a WebSocket is opened and carries both ways', async () => {
    const socket = connect(PORT, client)
    t.after(() => socket.destroy())
    const received: string[] = []
    socket.on('data', (data) => received.push(String(data)))
    socket.write(
      'GET /chat HTTP/1.1\r\nHost: web\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    )
    await once(socket, 'data')
    assert.match(received.join(''), /^HTTP\/1\.1 101 /)
    socket.write('one frame')
    while (!received.join('').endsWith('one frame')) await once(socket, 'data')
  })

  await t.test('another upgrade is not', async () => {
    const answer = await rawExchange({
      ...{ address: client, port: PORT },
      send: 'GET / HTTP/1.1\r\nHost: web\r\nConnection: Upgrade, close\r\nUpgrade: other\r\n\r\n',
      until: / 403 /,
    })
    assert.match(answer, /^HTTP\/1\.1 403 /)
  })

  await t.test('gRPC-Web arrives as gRPC', async () => {
    const answer = await request({
      ...{ address: client, port: WEB, host: 'web', method: 'POST' },
      headers: { 'content-type': 'application/grpc-web+proto' },
      body: Buffer.from([0, 0, 0, 0, 0]),
    })
    assert.equal(answer.status, 200)
    const echo = application.received.at(-1) as Echo
    assert.equal(echo.headers['content-type'], 'application/grpc')
    assert.equal(echo.http, '2.0')
  })

  await t.test('HTTP/1.0 is asked to upgrade', async () => {
    const send = 'GET / HTTP/1.0\r\nHost: web\r\n\r\n'
    assert.match(
      await rawExchange({ address: client, port: PORT, send, until: / 426 / }),
      /^HTTP\/1\.[01] 426 /,
    )
  })
})

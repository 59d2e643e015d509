// The agent's answers to a kubelet: for Envoy, and for an application that is asked by HTTP, TCP or gRPC.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcp } from 'node:net'
import { type TestContext, test } from 'node:test'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { serveProbes } from '../../envoy/probes.ts'
import { freePort } from '../support/ports.ts'

interface Asked {
  readonly url: string
  readonly header: string | undefined
}

async function application(t: TestContext, status: () => number) {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    asked.push({ url: request.url ?? '', header: request.headers['x-probe'] as string | undefined })
    response.writeHead(status()).end('secret of the application')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return { port: (server.address() as AddressInfo).port, asked }
}

async function healthService(t: TestContext, serving: Record<string, number>) {
  const server = new Server()
  const raw = (bytes: Buffer) => bytes
  server.addService(
    {
      check: {
        ...{ path: '/grpc.health.v1.Health/Check', requestStream: false, responseStream: false },
        ...{ requestSerialize: raw, requestDeserialize: raw },
        ...{ responseSerialize: raw, responseDeserialize: raw },
      },
    },
    {
      check: (call: { request: Buffer }, answer: (error: null, value: Buffer) => void) => {
        const name = call.request.subarray(2).toString()
        answer(null, Buffer.from([8, serving[name] ?? 3]))
      },
    },
  )
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
  t.after(() => server.forceShutdown())
  return port
}

test('what the agent answers', async (t) => {
  let status = 200
  const app = await application(t, () => status)
  const grpc = await healthService(t, { shop: 1, late: 2 })
  const tcp = createTcp()
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve))
  t.after(() => tcp.close())
  const nobody = await freePort()
  let admin: number | undefined
  const http = { port: app.port, scheme: 'http', headers: { 'x-probe': 'yes' } } as const
  const server = await serveProbes({
    ...{ host: '127.0.0.1', port: 0, adminPort: () => admin },
    probes: [
      { path: '/app-health/a/livez', timeoutSeconds: 5, httpGet: { ...http, path: '/live' } },
      {
        path: '/app-health/b/livez',
        timeoutSeconds: 5,
        tcpPort: (tcp.address() as AddressInfo).port,
      },
      { path: '/app-health/c/livez', timeoutSeconds: 5, tcpPort: nobody },
      { path: '/app-health/d/livez', timeoutSeconds: 5, grpc: { port: grpc, service: 'shop' } },
      { path: '/app-health/e/livez', timeoutSeconds: 5, grpc: { port: grpc, service: 'late' } },
      { path: '/app-health/f/livez', timeoutSeconds: 5, grpc: { port: nobody, service: '' } },
    ],
  })
  t.after(() => server.close())
  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${server.port}${path}`)
    assert.equal(await answer.text(), '', 'nothing of the application is passed on')
    return answer.status
  }
  assert.equal(await ask('/healthz/ready'), 503, 'Envoy does not run yet')
  admin = app.port
  assert.equal(await ask('/healthz/ready'), 200)
  assert.deepEqual(app.asked.at(-1)?.url, '/ready')
  assert.equal(await ask('/app-health/a/livez'), 200)
  assert.deepEqual(app.asked.at(-1), { url: '/live', header: 'yes' })
  status = 500
  assert.equal(await ask('/app-health/a/livez'), 503)
  assert.equal(await ask('/app-health/b/livez'), 200)
  assert.equal(await ask('/app-health/c/livez'), 503)
  assert.equal(await ask('/app-health/d/livez'), 200)
  assert.equal(await ask('/app-health/e/livez'), 503)
  assert.equal(await ask('/app-health/f/livez'), 503)
  assert.equal(await ask('/app-health/a/readyz'), 404, 'only what was asked for is there')
  assert.equal(await ask('/stats'), 404)
})

// Whoever can reach the webhooks cannot make Lotse hold more than a bound: what is too much at once is refused, and those who wait are served.
import assert from 'node:assert/strict'
import type { ClientRequest } from 'node:http'
import { request } from 'node:https'
import { test } from 'node:test'
import { serveWebhooks } from '../../src/admission/server.ts'
import { testCa } from '../support/certificates.ts'

const QUESTION = JSON.stringify({ request: { uid: '7', object: {} } })
/** The largest body that is taken; sixteen of them are as much as is held at once. */
const LARGEST = 4 * 1024 * 1024

test('questions that are open at once are limited by their size', async (t) => {
  const ca = await testCa()
  const { keyPem, chainPem } = await ca.issue({ ip: '127.0.0.1' })
  const server = await serveWebhooks({
    ...{ host: '127.0.0.1', port: 0, pair: { keyPem, chainPem } },
    settings: { image: 'proxy', xds: 'lotse:15010', revision: 'default' },
    judge: () => [],
  })
  t.after(() => server.close())
  const open = (length: number): { asked: ClientRequest; status: Promise<number> } => {
    const headers = { 'content-type': 'application/json', 'content-length': length }
    const to = { host: '127.0.0.1', port: server.port, path: '/validate', method: 'POST' }
    const asked = request({ ...to, ca: ca.rootPem, headers, agent: false })
    const status = new Promise<number>((resolve) => {
      asked.once('response', (answer) => {
        answer.resume()
        resolve(answer.statusCode ?? 0)
      })
      asked.once('error', () => resolve(0))
    })
    asked.flushHeaders()
    return { asked, status }
  }
  const ask = async () => {
    const { asked, status } = open(Buffer.byteLength(QUESTION))
    asked.end(QUESTION)
    return status
  }
  assert.equal(await ask(), 200)
  const waiting = Array.from({ length: 17 }, () => open(LARGEST))
  // One is too much; which one is for the network to say.
  assert.equal(await Promise.race(waiting.map(({ status }) => status)), 429)
  assert.equal(await ask(), 429)
  for (const { asked } of waiting) asked.destroy()
  let status = 429
  while (status === 429) status = await ask()
  assert.equal(status, 200)
})

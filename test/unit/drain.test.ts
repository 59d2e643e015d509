// Draining: what Envoy's admin port says decides, and no answer decides nothing.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { drained } from '../../envoy/drain.ts'

/** An admin port that gives these statistics in turn, the last one again and again; undefined is an error. */
async function admin(t: TestContext, stats: readonly (string | undefined)[]) {
  const asked: string[] = []
  const left = [...stats]
  const server = createServer((incoming, answer) => {
    const url = incoming.url!.replace(/\?filter=.*/, '')
    asked.push(url)
    const text = url === '/stats' ? (left.length > 1 ? left.shift() : left[0]) : 'OK'
    answer.writeHead(text === undefined ? 500 : 200).end(text)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  t.after(() => server.close())
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const lines = (open: number, stopped: number, waiting = 0) =>
  [
    `listener.127.0.0.1_80.downstream_cx_active: ${open}`,
    `listener.127.0.0.1_80.downstream_pre_cx_active: ${waiting}`,
    'listener.admin.downstream_cx_active: 1',
    `listener_manager.listener_stopped: ${stopped}`,
    'listener_manager.total_listeners_active: 2',
  ].join('\n')

const never = new Promise(() => undefined)
const GRACEFUL = '/drain_listeners?graceful&skip_exit'

test('the end waits until each thread has closed its ports', async (t) => {
  const envoy = await admin(t, [lines(3, 0), lines(0, 0), lines(0, 0), lines(0, 1), lines(0, 2)])
  await drained(envoy.url, never, 60_000)
  const close = ['/drain_listeners', '/stats', '/stats', '/stats']
  assert.deepEqual(envoy.asked, [GRACEFUL, '/stats', '/stats', ...close])
})

test('a connection of which nothing was read yet is open, too', async (t) => {
  const envoy = await admin(t, [lines(0, 0), lines(0, 2, 1), lines(0, 2)])
  await drained(envoy.url, never, 60_000)
  assert.deepEqual(envoy.asked, [GRACEFUL, '/stats', '/drain_listeners', '/stats', '/stats'])
})

test('no answer does not count as idle', async (t) => {
  const envoy = await admin(t, [undefined, lines(0, 0), undefined, lines(0, 2)])
  await drained(envoy.url, never, 60_000)
  const close = ['/drain_listeners', '/stats', '/stats']
  assert.deepEqual(envoy.asked, [GRACEFUL, '/stats', '/stats', ...close])
})

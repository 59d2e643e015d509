// No request fails while processes end: the control plane is killed and comes back, a proxy stops and drains first.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join as path } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Status } from '../../src/dashboard/status.ts'
import { ROUNDS, startCallers } from '../support/callers.ts'
import { type RunningCommand, type Serving, serve, startLotse } from '../support/command.ts'
import { skip, testFolder } from '../support/envoy.ts'
import { request } from '../support/http.ts'
import { loopback } from '../support/ports.ts'
import { type Echo, httpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const SLOW = { timeout: 60_000 } as const
const SERVERS = ['one', 'two'] as const

interface Processes {
  readonly client: string
  readonly where: { readonly config: string; readonly data: string }
  addressOf(name: (typeof SERVERS)[number]): string
  folderOf(name: string): string
  proxy(name: string): RunningCommand
}

async function prepare(t: TestContext, xds: () => string): Promise<Processes> {
  const folder = testFolder(t)
  const where = { config: path(folder, 'config'), data: path(folder, 'data') }
  mkdirSync(where.config)
  const client = loopback()
  const addresses = { one: loopback(), two: loopback() }
  const servers = await Promise.all(
    SERVERS.map(async (name) => {
      const { port } = await httpUpstream(t, { name })
      const serves = [{ port: 8080, protocol: 'HTTP', application: port }]
      const labels = { app: 'web' }
      return workload({ workload: `shop/${name}`, address: addresses[name], labels, serves })
    }),
  )
  const mesh = join(
    ...servers,
    workload({
      ...{ workload: 'shop/client', address: client },
      calls: [{ port: 8000, protocol: 'HTTP' }],
    }),
    service('shop/web', { app: 'web' }, 'http:8000:8080'),
    policy('PeerAuthentication', 'shop/default', '{mtls: {mode: STRICT}}'),
  )
  writeFileSync(path(where.config, 'mesh.yaml'), mesh)
  const folderOf = (name: string) => path(folder, name)
  const proxy = (name: string) =>
    startLotse(
      t,
      ...['proxy', '--workload', `shop/${name}`, '--xds', xds()],
      ...['--token-file', path(where.data, 'join-token'), '--out', folderOf(name)],
      ...['--drain', '60'],
    )
  return { client, where, addressOf: (name) => addresses[name], folderOf, proxy }
}

async function inSync(serving: Serving, proxies: readonly RunningCommand[]): Promise<void> {
  const look = () => serving.status<Status>()
  const good = (status: Status) =>
    status.proxies.length === proxies.length && status.proxies.every(({ synced }) => synced)
  const context = () => proxies.map((proxy) => proxy.output().slice(-2000)).join('\n---\n')
  await waitFor('every proxy to be in sync', look, good, { ...SLOW, context })
}

test('processes end under load', { skip }, async (t) => {
  let serving: Serving | undefined
  const p = await prepare(t, () => serving!.xds)
  serving = await serve(t, p.where)
  const { xds, http } = serving
  const proxies = ['one', 'two', 'client'].map(p.proxy)
  const [one] = proxies
  const wanted = { address: p.client, port: 8000, host: 'web.shop' }
  const by = async () => (await request(wanted)).json<Echo>().name
  await inSync(serving, proxies)
  for (const name of SERVERS) await waitFor(name, by, (seen) => seen === name, SLOW)

  await t.test('the control plane is killed and comes back; nothing is sent again', async () => {
    const load = startCallers({ next: () => wanted })
    for (let round = 0; round < ROUNDS; round++) {
      await load.turn()
      await serving!.stop('SIGKILL')
      await load.turn()
      await load.turn()
      serving = await serve(t, { ...p.where, xds, http })
      await inSync(serving, proxies)
      await load.turn()
      assert.equal(await serving.metric('lotse_xds_resources_total'), 0)
    }
    const { failures } = await load.stop()
    assert.deepEqual(failures, [])
  })

  await t.test(
    'a proxy stops: callers leave it before its port closes, and come back to the next',
    async () => {
      const there = (count: number) =>
        waitFor(
          `${count} endpoints in the caller's Envoy`,
          () => endpointsIn(p.folderOf('client')),
          (found) => found === count,
          SLOW,
        )
      await there(2)
      const load = startCallers({ next: () => wanted })
      await load.turn()
      // While a connection is open, the port is.
      const held = await connected(p.addressOf('one'))
      one!.kill('SIGTERM')
      await there(1)
      for (const socket of [await connected(p.addressOf('one')), held]) socket.destroy()
      const { code, signal } = await one!.ended
      assert.deepEqual([code, signal], [0, null])
      for (let turn = 0; turn < 5; turn++) await load.turn()
      const { failures } = await load.stop()
      assert.deepEqual(failures, [])
      assert.equal(await by(), 'two')

      p.proxy('one')
      await there(2)
      await waitFor('one again', by, (seen) => seen === 'one', SLOW)
    },
  )

  await t.test('a proxy stops without a control plane', async () => {
    await serving!.stop('SIGKILL')
    const { code, signal } = await proxies[2]!.stop()
    assert.deepEqual([code, signal], [0, null])
    assert.match(proxies[2]!.output(), /could not be asked/)
  })
})

/** Of the service that is called. */
async function endpointsIn(folder: string): Promise<number> {
  const admin = readFileSync(path(folder, 'admin-address'), 'utf8').trim()
  const clusters = await (await fetch(`http://${admin}/clusters`)).text()
  return clusters.match(/^outbound\|8000\|\|web\S+::cx_active::/gm)?.length ?? 0
}

function connected(host: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: 8080 }, () => resolve(socket))
    socket.once('error', reject)
  })
}

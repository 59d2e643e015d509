// Many streams that come back at once: each is answered when it comes, none waits for another, and none has what it holds again.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Summary } from '../../src/dashboard/status.ts'
import type { ResourceSet } from '../../src/model/resource.ts'
import { type Serving, serve } from '../support/command.ts'
import { testFolder } from '../support/envoy.ts'
import { freePort } from '../support/ports.ts'
import { waitFor } from '../support/wait.ts'
import { service } from '../support/workload.ts'
import { connection, XdsClient, type XdsClientOptions } from '../support/xds-client.ts'
import { cluster, resourceSet } from '../support/xds-resources.ts'
import { testXds } from '../support/xds-server.ts'

/** More by LOTSE_STREAMS (`npm run soak`). */
const STREAMS = Number(process.env.LOTSE_STREAMS ?? 400)
const STREAMS_PER_CONNECTION = 40
/** A change comes with every so many-th stream. */
const CHANGE_EVERY = STREAMS / 10
/** A hung test ends, however slow the machine is. */
const PATIENCE = { timeout: 280_000 }

function clientsOf(
  t: TestContext,
  address: string,
  optionsOf: (at: number) => Pick<XdsClientOptions, 'node' | 'followClusters' | 'endpointName'>,
): readonly XdsClient[] {
  const count = Math.ceil(STREAMS / STREAMS_PER_CONNECTION)
  const connections = Array.from({ length: count }, () => connection(address))
  const clients = Array.from({ length: STREAMS }, (_, at) =>
    new XdsClient({
      ...{ address, mode: 'delta', comesBack: true, ...optionsOf(at) },
      connection: connections[at % count]!,
    }).subscribe('cluster'),
  )
  t.after(() => {
    for (const client of clients) client.disconnect()
    for (const one of connections) one.close()
  })
  return clients
}

function all(what: string, clients: readonly XdsClient[], is: (client: XdsClient) => boolean) {
  const rest = () => clients.filter((client) => !is(client)).length
  return waitFor(what, rest, (count) => count === 0, PATIENCE)
}

test('proxies that come back to a control plane that was killed have nothing again, and then each change', async (t) => {
  const folder = testFolder(t)
  const config = join(folder, 'mesh')
  mkdirSync(config)
  const write = (name: string) =>
    writeFileSync(join(config, `${name}.yaml`), service(`shop/${name}`, {}, 'http:8000'))
  for (const name of ['web', 'api']) write(name)
  const plain = `127.0.0.1:${await freePort()}`
  const options = {
    ...{ config, data: join(folder, 'data'), xds: `127.0.0.1:${await freePort()}` },
    ...{ more: ['--insecure-plaintext-xds', plain], timeout: PATIENCE.timeout },
  }
  const first = await serve(t, options)
  const clients = clientsOf(t, plain, (at) => ({
    node: { id: `sidecar~127.9.0.1~p${at}.shop~shop.svc.cluster.local` },
    endpointName: ({ name }) => (name.startsWith('outbound|') ? name : undefined),
  }))
  const has = (name: string) => (client: XdsClient) =>
    client.get('endpoint', `outbound|8000||${name}.shop.svc.cluster.local`) !== undefined
  for (const client of clients) client.connect()
  await all('the mesh', clients, (client) => has('web')(client) && has('api')(client))
  await waitFor('all answers', () => synced(first), isAll, PATIENCE)

  await first.stop('SIGKILL')
  await all('the end', clients, ({ ended }) => ended !== undefined)
  const before = clients.map(({ responses }) => responses.length)
  const second = await serve(t, options)
  await waitFor('all again', () => synced(second), isAll, PATIENCE)
  for (const [at, client] of clients.entries()) {
    const answers = client.responses.slice(before[at])
    assert.ok(answers.length > 0, `client ${at} has no answer`)
    assert.deepEqual(
      answers.flatMap(({ resources, removed }) => [...resources, ...removed]),
      [],
    )
  }

  write('more')
  await all('what is new', clients, has('more'))
})

const isAll = (count: number) => count === STREAMS

/** Proxies that have confirmed all they are to have. */
async function synced(server: Serving): Promise<number> {
  const summary = (await (await server.get('/api/v1/summary')).json()) as Summary
  return summary.proxies.synced
}

/** The mesh at one time: a cluster that stays, and one that says which time it is. */
function setAt(time: number): ResourceSet {
  return resourceSet({ cluster: [[cluster('a'), cluster(`time-${time}`)]] })
}

/** What the server does for whom, in order. */
type Step =
  /** A stream's first request; before it so many responses were written. */
  | { readonly kind: 'admitted'; readonly id: string; readonly responses: number }
  /** A pass over the streams came to it. */
  | { readonly kind: 'visited'; readonly id: string }

test('streams that come at once are admitted in order, and none waits for another', async (t) => {
  const steps: Step[] = []
  let time = 0
  let set = setAt(0)
  const admitted = new Set<string>()
  const xds = await testXds(t, {
    // A key of its own: the server asks once in each pass what it is to have.
    identify: ({ node }) => ({ id: node.id, key: node.id }),
    resources: ({ id }) => {
      if (admitted.has(id)) steps.push({ kind: 'visited', id })
      return set
    },
    onRequest: ({ id }) => {
      if (admitted.has(id)) return
      steps.push({ kind: 'admitted', id, responses: xds.service.counters.responses })
      admitted.add(id)
      if (admitted.size % CHANGE_EVERY !== 0) return
      setImmediate(() => {
        time++
        set = setAt(time)
        xds.service.push()
      })
    },
  })
  const clients = clientsOf(t, xds.address, (at) => ({
    ...{ node: { id: `proxy-${at}` }, followClusters: false },
  }))
  for (const client of clients) client.connect()
  const isCurrent = (client: XdsClient) =>
    time >= STREAMS / CHANGE_EVERY && client.heldNames('cluster').join() === `a,time-${time}`
  await all('the last change', clients, isCurrent)

  const order = steps.flatMap((step) => (step.kind === 'admitted' ? [step] : []))
  assert.equal(order.length, STREAMS)
  for (const [index, { id, responses }] of order.entries()) {
    assert.ok(responses >= index, `${id} was read while an earlier one had no answer`)
  }
  const passes = passesIn(steps)
  assert.ok(passes.length > 1, `${passes.length} passes`)
  for (const { present, visited } of passes) {
    assert.deepEqual(visited.slice(0, present.length), present, 'all, in the order they came in')
    assert.equal(new Set(visited).size, visited.length, 'each once')
  }
})

/** Each begins with the stream that came first; with who was there when it began. */
function passesIn(steps: readonly Step[]) {
  const present: string[] = []
  const passes: { readonly present: readonly string[]; readonly visited: string[] }[] = []
  for (const { kind, id } of steps) {
    if (kind === 'admitted') present.push(id)
    else if (id === present[0]) passes.push({ present: [...present], visited: [id] })
    else passes.at(-1)?.visited.push(id)
  }
  return passes
}

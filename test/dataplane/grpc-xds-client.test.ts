// A client that nobody here wrote: grpc-js with its own xDS, which takes state of the world and needs no Envoy.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { status } from '@grpc/grpc-js'
import type { Cleanup } from '../support/cleanup.ts'
import { type GrpcOutcome, grpcUpstream } from '../support/grpc.ts'
import type { XdsCall } from '../support/grpc-xds-caller.ts'
import { startMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { adopt, release } from '../support/processes.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const CALLER = new URL('../support/grpc-xds-caller.ts', import.meta.url).pathname

/** The client, in a process of its own, whose library keeps its channels and its stream to the control plane. */
function startCaller(t: Cleanup, address: string) {
  const child = spawn(process.execPath, ['--import', 'tsx', CALLER], {
    env: { ...process.env, GRPC_XDS_BOOTSTRAP_CONFIG: bootstrapFor(address) },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  adopt(child.pid!)
  t.after(() => {
    release(child.pid!)
    child.kill('SIGKILL')
  })
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]()
  return async (call: XdsCall): Promise<GrpcOutcome> => {
    child.stdin.write(`${JSON.stringify(call)}\n`)
    const { value, done } = await answers.next()
    if (done) throw new Error('the client has ended')
    return JSON.parse(value) as GrpcOutcome
  }
}

function bootstrapFor(address: string): string {
  const id = 'sidecar~127.0.0.1~client.default~default.svc.cluster.local'
  return JSON.stringify({
    xds_servers: [{ server_uri: address, channel_creds: [{ type: 'insecure' }] }],
    node: { id, locality: {}, metadata: { GENERATOR: 'grpc' } },
  })
}

const RULES = policy(
  'DestinationRule',
  'default/echo',
  '{host: echo, subsets: [{name: v1, labels: {v: "1"}}, {name: v2, labels: {v: "2"}}]}',
)
const http = (routes: string) =>
  join(RULES, policy('VirtualService', 'default/echo', `{hosts: [echo], http: ${routes}}`))
const to = (subset: string, weight = 100) =>
  `{destination: {host: echo, subset: ${subset}}, weight: ${weight}}`

test('grpc-js-xds', async (t) => {
  const one = await grpcUpstream(t, { name: 'one', address: loopback() })
  const { port } = one
  const two = await grpcUpstream(t, { name: 'two', address: loopback(), port })
  const entries = (...names: readonly ('one' | 'two')[]) =>
    join(
      service('default/echo', { app: 'echo' }, `grpc:7070:${port}`),
      ...names.map((name) =>
        workload({
          workload: `default/${name}`,
          address: { one, two }[name].address,
          labels: { app: 'echo', v: name === 'one' ? '1' : '2' },
        }),
      ),
    )
  const mesh = await startMesh(t, {
    yaml: { 'mesh.yaml': entries('one'), 'rules.yaml': RULES },
    proxies: [],
    plaintext: true,
  })
  const ask = startCaller(t, mesh.app.plaintextXds!)
  const call = (message: unknown = {}, headers: Readonly<Record<string, string>> = {}) =>
    ask({ target: 'xds:///echo.default.svc.cluster.local:7070', message, headers })
  /** Which servers took so many calls; failures count as a name of their own. */
  const answeredBy = async (calls: number): Promise<string[]> => {
    const names = new Set<string>()
    for (let n = 0; n < calls; n++) {
      const { echo, details } = await call()
      names.add(echo?.name ?? details)
    }
    return [...names].sort()
  }
  const both = (by: readonly string[]) => by.join() === 'one,two'
  const streams = () => mesh.app.services.flatMap((xds) => xds.streams())

  await t.test('a call by the full name, and by a short one', async () => {
    const first = await call({ hello: 'world' })
    assert.deepEqual([first.code, first.details, first.echo?.name], [0, '', 'one'])
    assert.deepEqual(first.echo?.message, { hello: 'world' })
    const short = await ask({ target: 'xds:///echo:7070' })
    assert.deepEqual([short.code, short.details, short.echo?.name], [0, '', 'one'])
    assert.equal(streams().length, 1)
    assert.equal(mesh.sent().nacks, 0)
  })

  await t.test('endpoints follow', async () => {
    await mesh.edit('mesh.yaml', entries('one', 'two'))
    await waitFor('both to be called', () => answeredBy(20), both)
    await mesh.edit('mesh.yaml', entries('two'))
    await waitFor(
      'only two to be called',
      () => answeredBy(10),
      (by) => by.join() === 'two',
    )
    await mesh.edit('mesh.yaml', entries('one', 'two'))
    await waitFor('both to be called', () => answeredBy(20), both)
  })

  await t.test('weights and subsets of a VirtualService, over the same stream', async () => {
    const [before] = streams()
    await mesh.edit('rules.yaml', http(`[{route: [${to('v1')}]}]`))
    await waitFor(
      'v1',
      () => answeredBy(10),
      (by) => by.join() === 'one',
    )
    await mesh.edit('rules.yaml', http(`[{route: [${to('v1', 50)}, ${to('v2', 50)}]}]`))
    await waitFor('a share for each', () => answeredBy(40), both)
    await mesh.edit('rules.yaml', http(`[{route: [${to('v2')}]}]`))
    await waitFor(
      'v2',
      () => answeredBy(10),
      (by) => by.join() === 'two',
    )
    const [now] = streams()
    assert.equal(now?.connectedAt, before?.connectedAt)
    assert.equal(mesh.sent().nacks, 0)
  })

  await t.test('matches of method and header; what gRPC has no words for', async () => {
    const fault = 'fault: {abort: {grpcStatus: PERMISSION_DENIED, percentage: {value: 100}}}'
    await mesh.edit(
      'rules.yaml',
      http(`[
        {match: [{uri: {prefix: /test.Echo/}, headers: {x-version: {exact: one}}}], route: [${to('v1')}], timeout: 5s},
        {match: [{headers: {x-denied: {exact: "yes"}}}], ${fault}, route: [${to('v1')}]},
        {match: [{headers: {x-answer: {exact: "yes"}}}], directResponse: {status: 403}},
        {match: [{queryParams: {a: {exact: b}}}], route: [${to('v1')}]},
        {route: [${to('v2')}], corsPolicy: {allowOrigins: [{exact: "https://a.example"}]}}]`),
    )
    const asked = async (header: string, value: string) => {
      const { code, echo } = await call({}, { [header]: value })
      return code === 0 ? echo?.name : code
    }
    await waitFor(
      'the header to decide',
      () => asked('x-version', 'one'),
      (by) => by === 'one',
    )
    assert.equal(await asked('x-version', 'other'), 'two')
    assert.equal(await asked('x-denied', 'yes'), status.PERMISSION_DENIED)
    assert.equal(await asked('x-answer', 'yes'), status.UNAVAILABLE)
    assert.equal(mesh.sent().nacks, 0)
  })

  await t.test('load balancing that gRPC lacks becomes round-robin, a ring stays one', async () => {
    const rule = (balancer: string) =>
      policy('DestinationRule', 'default/echo', `{host: echo, trafficPolicy: {${balancer}}}`)
    await mesh.edit('rules.yaml', rule('loadBalancer: {simple: RANDOM}'))
    await waitFor('both', () => answeredBy(20), both)
    const ring = '{consistentHash: {httpHeaderName: x-user}}'
    await mesh.edit('rules.yaml', rule(`loadBalancer: ${ring}`))
    const byUser = async (user: string) => {
      const names = []
      for (let n = 0; n < 6; n++) names.push((await call({}, { 'x-user': user })).echo?.name)
      return [...new Set(names)]
    }
    const one = (by: readonly unknown[]) => by.length === 1 && by[0] !== undefined
    for (const user of ['ann', 'bob']) await waitFor('one each', () => byUser(user), one)
    const pool = 'connectionPool: {http: {http2MaxRequests: 7}}'
    await mesh.edit('rules.yaml', rule(`${pool}, outlierDetection: {consecutive5xxErrors: 3}`))
    await waitFor('both', () => answeredBy(20), both)
    assert.equal(mesh.sent().nacks, 0)
  })

  await t.test('the control plane gone, calls go on', async () => {
    await mesh.closeControlPlane()
    assert.deepEqual(await answeredBy(20), ['one', 'two'])
  })
})

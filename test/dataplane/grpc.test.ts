// gRPC on real Envoys: routes, retries, faults and time limits as its clients see them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skip } from '../support/envoy.ts'
import { ECHO_METHOD, grpcCall, grpcUpstream } from '../support/grpc.ts'
import { http2 } from '../support/http.ts'
import { startMesh } from '../support/mesh.ts'
import { freePort, loopback } from '../support/ports.ts'
import { httpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const PORT = 9200
const OK = 0
const PERMISSION_DENIED = 7
const UNAVAILABLE = 14

test('gRPC', { skip }, async (t) => {
  const [client, server] = [loopback(), loopback()]
  const one = await grpcUpstream(t, { name: 'one', address: loopback(), port: 9000 })
  const inner = await freePort()
  const two = await grpcUpstream(t, { name: 'two', port: inner })
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({
          ...{ workload: 'shop/client', address: client, account: 'buyer' },
          calls: [{ port: PORT, protocol: 'GRPC' }],
        }),
        workload({
          ...{ workload: 'shop/one', address: one.address },
          labels: { app: 'echo', v: '1' },
        }),
        workload({
          ...{ workload: 'shop/two', address: server, labels: { app: 'echo', v: '2' } },
          serves: [{ port: 9000, protocol: 'GRPC', application: inner }],
        }),
        service('shop/echo', { app: 'echo' }, `grpc:${PORT}:9000`),
        policy(
          'DestinationRule',
          'shop/echo',
          '{host: echo, subsets: [{name: v1, labels: {v: "1"}}, {name: v2, labels: {v: "2"}}]}',
        ),
      ),
      'rules.yaml': '',
    },
    proxies: ['shop/client', 'shop/two'],
  })
  const call = (metadata: Record<string, string> = {}, timeout = 30_000) =>
    grpcCall({ address: client, port: PORT, authority: `echo:${PORT}`, metadata, timeout })
  const rules = (http: string, ...rest: string[]) =>
    mesh.edit(
      'rules.yaml',
      join(policy('VirtualService', 'shop/echo', `{hosts: [echo], http: ${http}}`), ...rest),
    )
  const to = (subset: string) => `route: [{destination: {host: echo, subset: ${subset}}}]`

  await t.test('is balanced by call, and routed by method and metadata', async () => {
    const session = await Promise.all(Array.from({ length: 30 }, () => call()))
    assert.deepEqual([...new Set(session.map(({ echo }) => echo?.name))].sort(), ['one', 'two'])
    await rules(`[
      {match: [{headers: {x-version: {exact: "2"}}, uri: {exact: /test.Echo/Say}}], ${to('v2')}},
      {match: [{uri: {prefix: /test.Echo/}}], ${to('v1')}}]`)
    assert.equal((await call()).echo?.name, 'one')
    const second = await call({ 'x-version': '2' })
    assert.equal(second.echo?.name, 'two')
    assert.match(String(second.echo?.metadata['x-forwarded-client-cert']), /sa\/buyer/)
  })

  await t.test('UNAVAILABLE is retried twice by default, other codes are not', async () => {
    await rules(`[{${to('v1')}}]`)
    const calls = async (code: number) => {
      one.fail(code)
      const before = one.calls()
      const outcome = await call()
      return [outcome.code, one.calls() - before]
    }
    assert.deepEqual(await calls(UNAVAILABLE), [UNAVAILABLE, 3])
    assert.deepEqual(await calls(PERMISSION_DENIED), [PERMISSION_DENIED, 1])
    await rules(`[{retries: {attempts: 0}, ${to('v1')}}]`)
    assert.deepEqual(await calls(UNAVAILABLE), [UNAVAILABLE, 1])
    one.fail(OK)
  })

  await t.test('faults end calls by the name of the status', async () => {
    const before = one.calls()
    await rules(
      `[{fault: {abort: {grpcStatus: PERMISSION_DENIED, percentage: {value: 100}}}, ${to('v1')}}]`,
    )
    assert.equal((await call()).code, PERMISSION_DENIED)
    await rules(`[{fault: {abort: {httpStatus: 503, percentage: {value: 100}}}, ${to('v1')}}]`)
    assert.equal((await call()).code, UNAVAILABLE)
    assert.equal(one.calls(), before)
  })

  await t.test('the client’s deadline counts, up to the rule’s timeout', async () => {
    const hanging = await httpUpstream(t, { name: 'hanging', behaviour: { hang: true } })
    const entry = policy(
      'ServiceEntry',
      'shop/hanging',
      `{hosts: [hanging.test], resolution: STATIC, location: MESH_INTERNAL,
        ports: [{number: ${PORT}, name: grpc, protocol: GRPC}],
        endpoints: [{address: 127.0.0.1, ports: {grpc: ${hanging.port}}}]}`,
    )
    const hang = 'route: [{destination: {host: hanging.test}}]'
    await rules(`[{timeout: 1s, ${hang}}]`, entry)
    const limited = await call()
    assert.equal(limited.details, 'upstream request timeout')
    assert.equal(limited.code, UNAVAILABLE, 'what Envoy makes of its 504')
    await waitFor('what was asked', () => hanging.received.length === 1)

    // Without a timer of its own in the client: the header alone.
    const session = http2({ address: client, port: PORT, host: `echo:${PORT}` })
    const grpc = { 'content-type': 'application/grpc', te: 'trailers', 'grpc-timeout': '200m' }
    for (const timeout of ['', 'timeout: 60s, ']) {
      await rules(`[{${timeout}${hang}}]`, entry)
      const ended = await session.request({ path: ECHO_METHOD, headers: grpc, body: 'x' })
      assert.notEqual(ended.headers['grpc-status'], '0')
      assert.match(String(ended.headers['grpc-message']), /timeout|duration/)
    }
    session.close()
  })

  await t.test('policies of paths and peers hold for methods', async () => {
    const allow = (path: string) =>
      policy(
        'AuthorizationPolicy',
        'shop/echo',
        `{selector: {matchLabels: {v: "2"}}, rules: [{
          from: [{source: {principals: ["cluster.local/ns/shop/sa/buyer"]}}],
          to: [{operation: {paths: ["${path}"]}}]}]}`,
      )
    await rules(`[{${to('v2')}}]`, allow('/test.Echo/Say'))
    assert.equal((await call()).code, OK)
    await rules(`[{${to('v2')}}]`, allow('/test.Echo/Other'))
    const denied = await call()
    assert.deepEqual([denied.code, denied.details], [PERMISSION_DENIED, 'RBAC: access denied'])
    assert.ok(two.calls() > 0)
  })

  await t.test('nothing was refused by Envoy', () => {
    assert.equal(mesh.sent().nacks, 0)
  })
})

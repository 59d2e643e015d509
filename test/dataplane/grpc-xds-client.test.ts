// A client that nobody here wrote: grpc-js with its own xDS, which takes state of the world and needs no Envoy.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client, credentials } from '@grpc/grpc-js'
import type { Cleanup } from '../support/cleanup.ts'
import { ECHO_METHOD, type GrpcEcho, type GrpcOutcome, grpcUpstream } from '../support/grpc.ts'
import { startMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const UNAVAILABLE = 14

/** One channel, kept for all calls of a test. */
function channel(t: Cleanup, target: string) {
  const client = new Client(target, credentials.createInsecure())
  t.after(() => client.close())
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value))
  const decode = (bytes: Buffer) => JSON.parse(bytes.toString()) as GrpcEcho
  return (message: unknown = {}) =>
    new Promise<GrpcOutcome>((resolve) => {
      const deadline = Date.now() + 10_000
      client.makeUnaryRequest(ECHO_METHOD, encode, decode, message, { deadline }, (error, echo) =>
        error
          ? resolve({ code: error.code, details: error.details })
          : resolve({ code: 0, details: '', ...(echo ? { echo } : {}) }),
      )
    })
}

function bootstrapFor(port: string, metadata: object): string {
  return JSON.stringify({
    xds_servers: [
      {
        server_uri: port,
        channel_creds: [{ type: 'insecure' }],
        server_features: ['xds_v3'],
      },
    ],
    node: { id: 'sidecar~127.0.0.1~client.default~default.svc.cluster.local', metadata },
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
  process.env.GRPC_XDS_BOOTSTRAP_CONFIG = bootstrapFor(mesh.app.plaintextXds!, {
    GENERATOR: 'grpc',
  })
  // It reads its bootstrap when it is loaded.
  const { register } = await import('@grpc/grpc-js-xds')
  register()
  const call = channel(t, 'xds:///echo.default.svc.cluster.local:7070')
  const streams = () => mesh.app.services.flatMap((xds) => xds.streams())

  await t.test('a call by the full name, and by a short one', async () => {
    const first = await call({ hello: 'world' })
    assert.deepEqual([first.code, first.details, first.echo?.name], [0, '', 'one'])
    assert.deepEqual(first.echo?.message, { hello: 'world' })
    const short = await channel(t, 'xds:///echo:7070')()
    assert.deepEqual([short.code, short.details, short.echo?.name], [0, '', 'one'])
    assert.equal(streams().length, 1)
  })
})

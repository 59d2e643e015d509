// Workloads that registered themselves are called while their applications pass the probe of their group: real processes, real Envoys.
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { dirname, join as path } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { startLotse } from '../support/command.ts'
import { skip, testFolder } from '../support/envoy.ts'
import { request } from '../support/http.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { freePort, loopback } from '../support/ports.ts'
import { httpUpstream, tcpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const PORT = 8000
const PATIENT = { timeout: 90_000, every: 100 }
const KINDS = ['http', 'tcp', 'command', 'grpc'] as const

type Kind = (typeof KINDS)[number]

/** An application in each kind of health: told to fail, and to be well again. */
interface Patient {
  /** Where requests of the mesh go. */
  readonly port: number
  /** The probe's own field. */
  readonly probe: string
  well(is: boolean): Promise<void> | void
}

/** grpc.health.v1: SERVING is 1, NOT_SERVING 2. */
async function healthServer(t: TestContext) {
  let status = 2
  const same = (bytes: Buffer) => bytes
  const server = new Server()
  const names: string[] = []
  const check = {
    ...{ path: '/grpc.health.v1.Health/Check', requestStream: false, responseStream: false },
    ...{ requestSerialize: same, requestDeserialize: same },
    ...{ responseSerialize: same, responseDeserialize: same },
  }
  server.addService(
    { check },
    {
      check: (call: { request: Buffer }, done: (error: null, answer: Buffer) => void) => {
        names.push(call.request.subarray(2).toString())
        done(null, Buffer.from([8, status]))
      },
    },
  )
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
  t.after(() => server.forceShutdown())
  return {
    ...{ port, names },
    serve: (is: boolean) => {
      status = is ? 1 : 2
    },
  }
}

async function patients(t: TestContext): Promise<Record<Kind, Patient>> {
  const applications = await Promise.all(KINDS.map((name) => httpUpstream(t, { name })))
  const [http, tcp, command, grpc] = applications.map(({ port }) => port) as [
    number,
    number,
    number,
    number,
  ]
  const asked = await httpUpstream(t, { name: 'asked', behaviour: { status: 503 } })
  const port = await freePort()
  let listening: Awaited<ReturnType<typeof tcpUpstream>> | undefined
  const file = path(testFolder(t), 'well')
  const health = await healthServer(t)
  return {
    http: {
      port: http,
      probe: `httpGet: {path: /healthz, port: ${asked.port}, scheme: HTTP, host: 127.0.0.1, httpHeaders: [{name: x-probe, value: it}]}`,
      well: (is) => {
        for (const { path, headers } of asked.received) {
          assert.deepEqual([path, headers['x-probe']], ['/healthz', 'it'])
        }
        asked.behave(is ? {} : { status: 503 })
      },
    },
    tcp: {
      port: tcp,
      probe: `tcpSocket: {host: 127.0.0.1, port: ${port}}`,
      well: async (is) => {
        await listening?.stop()
        listening = is ? await tcpUpstream(t, { name: 'tcp', port }) : undefined
      },
    },
    command: {
      port: command,
      probe: `exec: {command: [test, -e, ${file}]}`,
      well: (is) => (is ? writeFileSync(file, '') : rmSync(file)),
    },
    grpc: {
      port: grpc,
      probe: `grpc: {port: ${health.port}, service: shop}`,
      well: (is) => {
        assert.ok(health.names.every((name) => name === 'shop'))
        health.serve(is)
      },
    },
  }
}

function describe(kind: Kind, { port, probe }: Patient, address: string): string {
  const timing = 'initialDelaySeconds: 1, timeoutSeconds: 5, periodSeconds: 1, successThreshold: 2'
  return join(
    service(`shop/${kind}`, { app: kind }, `http:${PORT}:8080`),
    policy(
      'WorkloadGroup',
      `shop/${kind}`,
      `{metadata: {labels: {app: ${kind}}}, template: {}, probe: {${timing}, failureThreshold: 2, ${probe}}}`,
    ),
    policy(
      'Sidecar',
      `shop/${kind}`,
      `{workloadSelector: {labels: {app: ${kind}}}, ingress: [{port: {number: 8080, protocol: HTTP, name: http},
        bind: ${address}, captureMode: NONE, defaultEndpoint: "127.0.0.1:${port}"}], egress: [{hosts: ["~/*"]}]}`,
    ),
  )
}

function startProxy(t: TestContext, mesh: TestMesh, kind: Kind, address: string) {
  return startLotse(
    t,
    ...['proxy', '--workload', `shop/vm-${kind}`, '--group', kind, '--address', address],
    ...['--xds', mesh.app.xds, '--out', testFolder(t), '--admin', '127.0.0.1:0'],
    ...['--token-file', path(dirname(mesh.config), 'data', 'join-token')],
  )
}

test('workloads that do not pass the probe of their group are not called', { skip }, async (t) => {
  const client = loopback()
  const all = await patients(t)
  const addresses = Object.fromEntries(KINDS.map((kind) => [kind, loopback()])) as Record<
    Kind,
    string
  >
  const mesh = await startMesh(t, {
    yaml: join(
      workload({
        ...{ workload: 'shop/client', address: client },
        calls: [{ port: PORT, protocol: 'HTTP' }],
      }),
      ...KINDS.map((kind) => describe(kind, all[kind], addresses[kind])),
    ),
    proxies: ['shop/client'],
  })
  const proxies = KINDS.map((kind) => startProxy(t, mesh, kind, addresses[kind]))
  const context = () => proxies.map(({ output }) => output()).join('\n')
  const ask = (kind: Kind) => async () =>
    (await request({ address: client, port: PORT, host: kind })).status
  const until = (what: string, status: number) =>
    Promise.all(
      KINDS.map((kind) =>
        waitFor(`${kind} ${what}`, ask(kind), (now) => now === status, { ...PATIENT, context }),
      ),
    )
  const streams = () => mesh.app.services.flatMap((one) => one.streams()).length
  await waitFor('all proxies', streams, (count) => count === KINDS.length + 1, PATIENT)

  await t.test('nobody is called before an application has said that it is well', async () => {
    for (const kind of KINDS) {
      const entry = mesh.app.mesh().tables.WorkloadEntry.rows.get(`shop/vm-${kind}`)
      assert.deepEqual(entry?.metadata.annotations, { 'lotse/unhealthy': 'true' }, kind)
      assert.equal(await ask(kind)(), 503)
    }
  })

  await t.test('those that are well are called', async () => {
    await Promise.all(KINDS.map((kind) => all[kind].well(true)))
    await until('is called', 200)
  })

  await t.test('those that are not leave, and come back', async () => {
    await Promise.all(KINDS.map((kind) => all[kind].well(false)))
    await until('is not called', 503)
    await Promise.all(KINDS.map((kind) => all[kind].well(true)))
    await until('is called again', 200)
  })
})

// What ended the process before: figures that are no time, a log that cannot be written, records that cannot be, questions that cannot be asked.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { test } from 'node:test'
import { Client, credentials, Server, ServerCredentials } from '@grpc/grpc-js'
import { watchHealth } from '../../envoy/workload-health.ts'
import { messageType } from '../../proto/message-type.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { LiveMesh } from '../../src/live-mesh.ts'
import { type Diagnostic, printDiagnostic } from '../../src/model/diagnostic.ts'
import type { Tapped } from '../../src/model/tap.ts'
import { openRegistering } from '../../src/registering.ts'
import { openEnrolments } from '../../src/registry/enrolment.ts'
import { readFiles } from '../../src/registry/file.ts'
import { LastGood } from '../../src/registry/last-good.ts'
import { accessLogService } from '../../src/telemetry/access-log.ts'
import { Taps } from '../../src/telemetry/taps.ts'
import { start } from '../support/command.ts'
import { testFolder } from '../support/envoy.ts'
import { freePort } from '../support/ports.ts'
import { waitFor } from '../support/wait.ts'
import { workload } from '../support/workload.ts'

test('a tapped request whose time is none is told like others', async (t) => {
  const taps = new Taps(() => undefined)
  const told: Tapped[] = []
  taps.add('shop/web', (requests) => told.push(...requests))
  const service = accessLogService(taps, () => 'shop/web')
  const server = new Server()
  server.addService(service.definition, service.handlers)
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
  t.after(() => server.forceShutdown())
  const type = messageType('envoy.service.accesslog.v3.StreamAccessLogsMessage')
  const entry = { common_properties: { start_time: { seconds: '9000000000000000' } } }
  const message = type.encode(type.fromObject({ http_logs: { log_entry: [entry] } })).finish()
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
  t.after(() => client.close())
  const same = (bytes: Buffer) => bytes
  const { path } = service.definition.streamAccessLogs
  await new Promise<void>((resolve, reject) => {
    const stream = client.makeClientStreamRequest(path, same, same, (error) =>
      error ? reject(error) : resolve(),
    )
    stream.end(Buffer.from(message))
  })
  assert.deepEqual(
    told.map(({ at }) => at),
    ['1970-01-01T00:00:00.000Z'],
  )
})

test('records that cannot be written are told of once, and written with the next change', (t) => {
  const directory = `${testFolder(t)}/data`
  mkdirSync(directory)
  const log: Diagnostic[] = []
  const tell = (diagnostic: Diagnostic) => log.push(diagnostic)
  const clock = { now: 0 }
  const open = () => {
    const registering = openRegistering(directory, () => new Date(clock.now), tell)
    const enrolments = openEnrolments(directory, tell)
    assert.ok(!isProblem(registering) && !isProblem(enrolments))
    return { registering, enrolments }
  }
  const { registering, enrolments } = open()
  t.after(() => registering.close())
  t.after(() => enrolments.close())
  const row = { group: 'vms', address: '10.0.0.9', until: 1_000 }
  registering.register({ ...row, workload: 'shop/early' })
  rmSync(directory, { recursive: true })
  clock.now = 2_000
  registering.look(new Set())
  registering.register({ ...row, workload: 'shop/lost', until: 9_000 })
  assert.equal(enrolments.add('shop/lost'), true)
  assert.equal(enrolments.add('shop/other'), true)
  assert.deepEqual(
    log.map(({ code, text }) => `${code} ${/would forget [^.]+/.exec(text)}`),
    [
      'L0410 would forget which workloads registered themselves',
      'L0410 would forget which workloads have enrolled',
    ],
  )
  mkdirSync(directory)
  registering.register({ ...row, workload: 'shop/late', until: 9_000 })
  enrolments.add('shop/late')
  const again = open()
  assert.equal(again.registering.groupOf('shop/lost'), 'vms')
  assert.equal(again.registering.groupOf('shop/early'), undefined)
  assert.equal(again.enrolments.list().length, 3)
})

test('an application that cannot be asked is not healthy', async () => {
  const stop = new AbortController()
  const told: boolean[] = []
  const watched = watchHealth({
    probe: {
      failureThreshold: 1,
      periodSeconds: 1,
      httpGet: { path: '/not allowed', port: 1, scheme: 'HTTP' },
    },
    tell: async (healthy) => {
      told.push(healthy)
      stop.abort()
      return true
    },
    signal: stop.signal,
  })
  await watched
  assert.deepEqual(told, [false])
})

const skipFull = !existsSync('/dev/full') && 'this system has no /dev/full'

test('a log that cannot be written, and a connection that says nothing, keep nothing from its end', {
  skip: skipFull,
}, async (t) => {
  const folder = testFolder(t)
  writeFileSync(`${folder}/mesh.yaml`, workload({ workload: 'shop/web', address: '127.9.0.1' }))
  const [xds, http] = [await freePort(), await freePort()]
  const options = [
    ...['--config', `${folder}/mesh.yaml`, '--data', `${folder}/data`],
    ...['--xds', `127.0.0.1:${xds}`, '--http', `127.0.0.1:${http}`],
  ]
  const script = `exec "$@" >/dev/full`
  const lotse = start(t, 'sh', [
    '-c',
    script,
    'sh',
    process.execPath,
    'bin/lotse',
    'serve',
    ...options,
  ])
  const ready = async () => (await fetch(`http://127.0.0.1:${http}/readyz`)).status
  await waitFor('it to be ready', ready, (code) => code === 200, { timeout: 60_000 })
  const silent = connect(xds, '127.0.0.1')
  t.after(() => silent.destroy())
  await new Promise((resolve) => silent.once('connect', resolve))
  assert.equal(await ready(), 200)
  assert.deepEqual((await lotse.stop()).code, 0)
})

test('a mistake in taking up what the sources say leaves in force what was', async (t) => {
  const directory = testFolder(t)
  const log: Diagnostic[] = []
  const tell = (diagnostic: Diagnostic) => log.push(diagnostic)
  const enrolments = openEnrolments(directory, tell)
  assert.ok(!isProblem(enrolments))
  const fetch = async () => ({ problem: 'nothing is fetched' })
  const keys = { fetch, now: () => new Date() }
  const core = new LiveMesh(tell, enrolments, keys, new LastGood(directory))
  t.after(() => core.close())
  const path = `${directory}/mesh.yaml`
  writeFileSync(path, workload({ workload: 'shop/web', address: '127.9.0.1' }))
  const state = await readFiles([path])
  core.update(state)
  const { mesh } = core
  assert.equal(mesh.tables.WorkloadEntry.rows.size, 1)
  const broken = { ...state.documents[0]! }
  Object.defineProperty(broken, 'kind', {
    get: () => {
      throw new Error('it has no kind')
    },
  })
  core.update({ ...state, documents: [broken] })
  assert.equal(core.mesh, mesh)
  assert.match(log.map(printDiagnostic).join(), /cannot be taken up: it has no kind.*L0305/)
})

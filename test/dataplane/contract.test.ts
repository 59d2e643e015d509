// The contract as a user meets it: `lotse serve`, `lotse bootstrap`, the plain `envoy -c`, `lotse proxy`, all as processes.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join as path } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Status } from '../../src/dashboard/status.ts'
import {
  joinTokenOf,
  lotse,
  type RunningCommand,
  type Serving,
  serve,
  start,
  startLotse,
} from '../support/command.ts'
import { envoyBinary, skip, testEnvoy, testFolder } from '../support/envoy.ts'
import { type HttpAnswer, type HttpRequest, request } from '../support/http.ts'
import { freePort, loopback } from '../support/ports.ts'
import { httpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const SLOW = { timeout: 60_000 } as const

interface Place {
  readonly config: string
  readonly data: string
  readonly proxies: string
  readonly web: string
  readonly client: string
  readonly edge: string
  write(name: string, text: string | Buffer): void
}

/** A web server and its client behind sidecars, and a gateway that a Gateway's selector chooses. */
function place(t: TestContext, application: number): Place {
  const folder = testFolder(t)
  const config = path(folder, 'config')
  mkdirSync(config)
  const [web, client, edge] = [loopback(), loopback(), loopback()]
  const write = (name: string, text: string | Buffer) => {
    writeFileSync(path(folder, 'next'), text)
    renameSync(path(folder, 'next'), path(config, name))
  }
  write(
    'mesh.yaml',
    join(
      workload({
        ...{ workload: 'default/web', address: web, account: 'web', labels: { app: 'web' } },
        serves: [{ port: 8080, protocol: 'HTTP', application }],
      }),
      workload({
        ...{ workload: 'default/client', address: client, account: 'client' },
        calls: [{ port: 8000, protocol: 'HTTP' }],
      }),
      workload({ workload: 'default/edge', address: edge, labels: { istio: 'edge' } }),
      service('default/web', { app: 'web' }, 'http:8000:8080'),
      policy('PeerAuthentication', 'default/default', '{mtls: {mode: STRICT}}'),
      policy(
        'Gateway',
        'default/edge',
        `{selector: {istio: edge}, servers: [{port: {number: 8080, protocol: HTTP, name: http}, bind: ${edge}, hosts: ["*"]}]}`,
      ),
    ),
  )
  write('rules.yaml', rules('edge'))
  return { config, data: path(folder, 'data'), proxies: folder, web, client, edge, write }
}

/** What the gateway does; the mark comes back in a header. */
function rules(mark: string, year = 0): string {
  const headers = `headers: {response: {set: {x-mark: ${mark}}}}`
  return policy(
    'VirtualService',
    'default/edge',
    `{hosts: ["*"], gateways: [edge], http: [{${headers}, route: [{destination: {host: web}}]}]}`,
    year,
  )
}

/** Runs what the command printed, as a user copies it; only the binary is the one that tests use. */
function startPrinted(t: TestContext, printed: string): RunningCommand {
  const command = /start it with: envoy (.+)$/m.exec(printed)?.[1]
  assert.ok(command, printed)
  return start(t, envoyBinary(), command.split(' '))
}

async function enrolled(t: TestContext, at: Place, xds: string, name: string) {
  const out = path(at.proxies, name)
  const token = path(at.data, 'join-token')
  const done = await lotse(
    t,
    ...['bootstrap', '--workload', `default/${name}`, '--xds', xds],
    ...['--token-file', token, '--out', out],
  )
  assert.equal(done.code, 0, done.stderr)
  assert.equal(done.stdout, `${path(out, 'envoy.yaml')}\n`)
  const said = done.stdout + done.stderr
  assert.doesNotMatch(said, /PRIVATE KEY/)
  assert.ok(!said.includes(joinTokenOf(at.data)))
  return done
}

const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8)

async function inSync(serving: Serving, proxies: number): Promise<Status> {
  const look = () => serving.status<Status>()
  const good = (status: Status) =>
    status.proxies.length === proxies && status.proxies.every(({ synced }) => synced)
  return waitFor('every proxy to be in sync', look, good, SLOW)
}

test('serve, bootstrap and envoy', { skip }, async (t) => {
  const upstream = await httpUpstream(t, { name: 'web' })
  const at = place(t, upstream.port)
  let serving = await serve(t, at)
  const { xds, http } = serving
  const again = async () => {
    serving = await serve(t, { ...at, xds, http })
  }
  const ask = (options: Partial<HttpRequest> = {}) =>
    request({ address: at.client, port: 8000, host: 'web', ...options })
  const askEdge = () => request({ address: at.edge, port: 8080 })
  let envoys: RunningCommand[] = []
  const fine = (answer: HttpAnswer) => answer.status === 200

  await t.test('files of the data directory are for their owner', () => {
    assert.equal(modeOf(path(at.data, 'join-token')), '600')
    assert.equal(modeOf(path(at.data, 'ca', 'root-key.pem')), '600')
    assert.equal(modeOf(at.data), '700')
  })

  await t.test('several workloads enrol, and their Envoys start as printed', async () => {
    const names = ['web', 'client', 'edge']
    const printed = await Promise.all(names.map((name) => enrolled(t, at, xds, name)))
    for (const name of names) {
      const out = path(at.proxies, name)
      for (const file of ['certs/key.pem', 'envoy.yaml']) {
        assert.equal(modeOf(path(out, file)), '600', file)
      }
      assert.equal(modeOf(out), '700')
    }
    envoys = printed.map(({ stderr }) => startPrinted(t, stderr))
    const context = () => envoys.map((envoy) => envoy.output().slice(-2000)).join('\n')
    await waitFor('the client to reach web', ask, fine, { ...SLOW, context })
    await waitFor('the gateway to reach web', askEdge, fine, { ...SLOW, context })
  })

  await t.test('requests are mutual TLS, and plain ones are refused', async () => {
    const echo = (await ask({ path: '/a' })).json<{ headers: Record<string, string> }>()
    const seen = echo.headers['x-forwarded-client-cert'] ?? ''
    assert.match(seen, /URI=spiffe:\/\/cluster\.local\/ns\/default\/sa\/client/)
    assert.match(seen, /By=spiffe:\/\/cluster\.local\/ns\/default\/sa\/web/)
    assert.equal((await askEdge()).headers['x-mark'], 'edge')
    await assert.rejects(request({ address: at.web, port: 8080 }))
  })

  await t.test('status and figures', async () => {
    await inSync(serving, 3)
    const { code, stdout } = await lotse(t, 'status', '--http', http)
    assert.equal(code, 0, stdout)
    const [head, ...rows] = stdout.trimEnd().split('\n')
    assert.match(head ?? '', /^PROXY +SYNC +CDS +EDS +LDS +RDS( +VHDS)? +SDS +NACKS$/)
    assert.equal(rows.length, 3)
    for (const row of rows) assert.match(row, /^sidecar~\S+~\S+ +yes( +\d+){5,6} +0$/)
    const asJson = await lotse(t, 'status', '--http', http, '--json')
    assert.equal((JSON.parse(asJson.stdout) as Status).objects.WorkloadEntry, 3)
    assert.equal(await serving.metric('lotse_xds_streams'), 3)
    assert.equal(await serving.metric('lotse_xds_nacks_total'), 0)
    assert.equal((await serving.get('/healthz')).status, 200)
  })

  await t.test('an edit reaches Envoy', async () => {
    at.write('rules.yaml', rules('edited'))
    await waitFor('the new rule', askEdge, ({ headers }) => headers['x-mark'] === 'edited')
  })

  await t.test('bad input hurts nothing that is in force', async () => {
    const bad: readonly [code: string, name: string, text: string | Buffer][] = [
      ['L0101', 'rules.yaml', `${rules('edited')}\n---\na: [1,\n`],
      ['L0105', 'rules.yaml', rules('edited').replace('hosts: ["*"]', 'hosts: 7')],
      ['L0103', 'more.yaml', rules('other').replace('VirtualService', 'VirtualServis')],
      ['L0101', 'more.yaml', Buffer.from([0xff, 0xfe, 0x00])],
      ['L0102', 'more.yaml', '7'],
      ['L0111', 'more.yaml', `# ${'x'.repeat(21_000_000)}`],
      // Of two the older one counts.
      ['L0108', 'second.yaml', rules('double', 1)],
    ]
    for (const [code, name, text] of bad) {
      at.write(name, text)
      const listed = async () => (await serving.status<Status>()).diagnostics
      const found = await waitFor(`${code} of ${name}`, listed, (list) =>
        list.some((one) => one.code === code && one.place?.includes(name)),
      )
      assert.equal((await askEdge()).headers['x-mark'], 'edited', code)
      const { code: exit, stdout } = await lotse(t, 'status', '--http', http)
      const worst = found.some(({ severity }) => severity === 'error')
      assert.deepEqual([code, exit], [code, worst ? 1 : 0])
      assert.match(stdout, new RegExp(`${name}\\S*: (error|warning): .+ \\(${code}\\)$`, 'm'))
      at.write('rules.yaml', rules('edited'))
      if (name !== 'rules.yaml') rmSync(path(at.config, name))
      await waitFor('nothing to be wrong', listed, (list) => list.length === 0)
    }
  })

  await t.test('a vanished and an emptied directory change nothing', async () => {
    const aside = `${at.config}.aside`
    const codes = async () => (await serving.status<Status>()).diagnostics.map(({ code }) => code)
    renameSync(at.config, aside)
    await waitFor('the loss to be seen', codes, (all) => all.includes('L0109'), SLOW)
    assert.equal((await askEdge()).headers['x-mark'], 'edited')
    mkdirSync(at.config)
    await waitFor('the emptiness to be seen', codes, (all) => all.includes('L0110'), SLOW)
    assert.equal((await askEdge()).headers['x-mark'], 'edited')
    assert.equal((await ask()).status, 200)
    assert.deepEqual((await serving.status<Status>()).objects.WorkloadEntry, 3)
    rmSync(at.config, { recursive: true })
    renameSync(aside, at.config)
    await waitFor('nothing to be wrong', codes, (all) => all.length === 0, SLOW)
    at.write('rules.yaml', rules('back'))
    await waitFor('an edit', askEdge, ({ headers }) => headers['x-mark'] === 'back', SLOW)
  })

  await t.test('after a restart nothing is sent to an unchanged mesh', async () => {
    const { code, signal, stderr } = await serving.stop()
    assert.deepEqual([code, signal, stderr], [0, null, ''])
    assert.equal((await ask()).status, 200)
    assert.equal((await askEdge()).status, 200)
    await again()
    await inSync(serving, 3)
    assert.equal(await serving.metric('lotse_xds_resources_total'), 0)
    assert.equal((await ask()).status, 200)
  })

  await t.test('killed, and back', async () => {
    await serving.stop('SIGKILL')
    assert.equal((await ask()).status, 200)
    assert.equal((await askEdge()).headers['x-mark'], 'back')
    at.write('rules.yaml', rules('meanwhile'))
    await again()
    await waitFor('the new rule', askEdge, ({ headers }) => headers['x-mark'] === 'meanwhile', SLOW)
    await inSync(serving, 3)
    assert.equal(await serving.metric('lotse_xds_resources_total'), 1)
  })

  await t.test('a start without sources is refused, so nobody loses what they have', async () => {
    await serving.stop()
    renameSync(at.config, `${at.config}.aside`)
    const where = ['--data', at.data, '--xds', xds, '--http', http]
    const gone = await lotse(t, 'serve', '--config', at.config, ...where)
    assert.deepEqual([gone.code, /\(L0109\)\n$/.test(gone.stderr)], [1, true], gone.stderr)
    mkdirSync(at.config)
    const empty = await lotse(t, 'serve', '--config', at.config, ...where)
    assert.deepEqual([empty.code, /\(L0110\)\n$/.test(empty.stderr)], [1, true], empty.stderr)
    assert.equal((await ask()).status, 200)
    assert.equal((await askEdge()).headers['x-mark'], 'meanwhile')
    rmSync(at.config, { recursive: true })
    renameSync(`${at.config}.aside`, at.config)
  })
})

/** Tells its process id, and answers `/slow` only when it is told to on `/go`. */
const APP = `
const { createServer } = require('node:http')
let waiting
createServer((q, r) => {
  if (q.url === '/slow') { waiting = r; r.writeHead(200); r.write('begun '); return }
  if (q.url === '/go') waiting.end('done')
  r.end(String(process.pid))
}).listen(Number(process.argv[1]), '127.0.0.1')`

test('lotse proxy runs Envoy and the application', { skip }, async (t) => {
  const application = await freePort()
  const at = place(t, application)
  // Without it the slow request would have to come from a proxy as well.
  at.write(
    'lax.yaml',
    policy(
      'PeerAuthentication',
      'default/web',
      '{selector: {matchLabels: {app: web}}, mtls: {mode: PERMISSIVE}}',
    ),
  )
  const serving = await serve(t, at)
  const out = path(at.proxies, 'web')
  const options = [
    ...['--workload', 'default/web', '--xds', serving.xds],
    ...['--token-file', path(at.data, 'join-token'), '--out', out],
  ]
  const proxy = startLotse(
    t,
    'proxy',
    ...options,
    ...['--', process.execPath, '-e', APP, String(application)],
  )
  const web = { address: at.web, port: 8080 }
  const context = () => proxy.output()
  const answer = await waitFor(
    'the application',
    () => request(web),
    ({ status }) => status === 200,
    {
      ...SLOW,
      context,
    },
  )
  const applicationPid = Number(answer.body)
  assert.ok(applicationPid > 0)

  // A request is under way when the stop comes; it ends well, and only then everything is gone.
  const slow = request({ ...web, path: '/slow' })
  const admin = readFileSync(path(out, 'admin-address'), 'utf8').trim()
  const figure = async (name: string) => {
    const text = await (await fetch(`http://${admin}/stats?filter=${name}$`)).text()
    return [...text.matchAll(/: (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0)
  }
  const underWay = () => figure('inbound.*downstream_rq_active')
  await waitFor('the slow request to be under way', underWay, (count) => count === 1)
  proxy.kill('SIGTERM')
  // While it drains it takes requests still, and asks every connection to end.
  const closing = async () => (await request(web)).headers.connection
  await waitFor('the drain to begin', closing, (connection) => connection === 'close', SLOW)
  await request({ port: application, path: '/go' })
  assert.equal((await slow).body, 'begun done')
  const { code, signal, stderr } = await proxy.ended
  assert.deepEqual([code, signal], [0, null], stderr)
  assert.throws(() => process.kill(applicationPid, 0), /ESRCH/)
  await assert.rejects(request(web))

  await t.test('its certificate is used again, without a token', async () => {
    const next = startLotse(t, 'proxy', ...options.with(5, path(at.data, 'gone')))
    await waitFor(
      'the proxy',
      () => request(web),
      ({ status }) => status === 503,
      {
        ...SLOW,
        context: () => next.output(),
      },
    )
    const ended = await next.stop()
    assert.deepEqual([ended.code, ended.signal], [0, null], ended.stderr)
  })

  await t.test('an application that ends, ends the proxy with its code', async () => {
    const ended = await startLotse(
      t,
      ...['proxy', ...options, '--', process.execPath, '-e', 'process.exit(7)'],
    ).ended
    assert.equal(ended.code, 7, ended.stderr)
    const missing = await startLotse(t, 'proxy', ...options, '--', path(out, 'none')).ended
    assert.equal(missing.code, 3)
    assert.match(missing.stderr, /the application cannot be started: .+ \(L0512\)\n$/)
    await assert.rejects(request(web))
  })
})

test('plain-text xDS, where the node id names the workload', { skip }, async (t) => {
  const upstream = await httpUpstream(t, { name: 'web' })
  const at = place(t, upstream.port)
  const direct = loopback()
  const server = await httpUpstream(t, { name: 'direct', address: direct, port: 8080 })
  at.write(
    'direct.yaml',
    join(
      workload({ workload: 'default/direct', address: direct, labels: { app: 'direct' } }),
      service('default/direct', { app: 'direct' }, 'http:8000:8080'),
    ),
  )
  const plain = `127.0.0.1:${await freePort()}`
  const serving = await serve(t, { ...at, more: ['--insecure-plaintext-xds', plain] })
  const bootstrap = (name: string, address: string) => ({
    proxy: { namespace: 'default', workload: name, address },
    xds: [{ host: '127.0.0.1', port: Number(plain.split(':')[1]) }],
  })
  const envoy = await testEnvoy(t, { bootstrap: bootstrap('client', at.client) })
  const answer = await request({ address: at.client, port: 8000, host: 'direct' })
  assert.equal(answer.json<{ name: string }>().name, server.name)
  assert.deepEqual(await envoy.resources('secret'), [])

  // A name that no workload entry has is a plain workload of its namespace: it knows the services.
  const stranger = await testEnvoy(t, { bootstrap: bootstrap('stranger', loopback()) })
  const clusters = (await stranger.resources('cluster')).map(({ name }) => name)
  assert.ok(clusters.includes('outbound|8000||direct.default.svc.cluster.local'), clusters.join())
  assert.ok(!clusters.some((name) => name.startsWith('inbound|')))
  const { proxies } = await inSync(serving, 2)
  const ids = proxies.map(({ proxy }) => proxy.split('~')[2]).sort()
  assert.deepEqual(ids, ['client.default', 'stranger.default'])
})

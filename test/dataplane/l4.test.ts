// TLS and TCP through a sidecar's real Envoy: which server a connection reaches by server name, rule, weight and hash.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { type TestContext, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { testCa } from '../support/certificates.ts'
import { skip } from '../support/envoy.ts'
import { rawExchange, request } from '../support/http.ts'
import { startMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { assertShare } from '../support/shares.ts'
import { httpUpstream, tcpUpstream } from '../support/upstreams.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const [TLS, TCP, AUTO, MIXED] = [8443, 9000, 9100, 9200]

const SUBSETS = 'subsets: [{name: v1, labels: {v: "1"}}, {name: v2, labels: {v: "2"}}]'

const lines = (spec: string) => policy('VirtualService', 'shop/lines', `{hosts: [lines], ${spec}}`)
const linesPolicy = (spec: string) =>
  policy('DestinationRule', 'shop/lines', `{host: lines, ${spec}${SUBSETS}}`)
const to = (host: string, subset: string, weight = 0) =>
  `{destination: {host: ${host}, subset: ${subset}}, weight: ${weight}}`

async function start(t: TestContext) {
  const ca = await testCa('public')
  const client = loopback()
  const mixed = loopback()
  const secured = async (name: string, dns: string, port: number) => {
    const { keyPem, chainPem } = await ca.issue({ dns })
    return httpUpstream(t, {
      name,
      address: loopback(),
      port,
      tls: { key: keyPem, cert: chainPem },
    })
  }
  const red = await secured('red', 'red.test', TLS)
  const blue = await secured('blue', 'blue.test', TLS)
  const plain = await httpUpstream(t, { name: 'plain', address: loopback(), port: 8080 })
  const greeter = (name: string) =>
    tcpUpstream(t, { name, address: loopback(), port: TCP, greeting: name })
  const [one, two] = [await greeter('one'), await greeter('two')]
  const calls = [
    { port: TLS, protocol: 'TLS' },
    { port: TCP, protocol: 'TCP' },
    { port: AUTO, protocol: 'auto' },
  ]
  const external = (name: string, address: string) =>
    policy(
      'ServiceEntry',
      `shop/${name}`,
      `{hosts: [${name}.test], location: MESH_EXTERNAL, resolution: STATIC,
        ports: [{number: ${TLS}, name: tls, protocol: TLS}], endpoints: [{address: ${address}}]}`,
    )
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({ workload: 'shop/client', address: client, labels: { team: 'red' }, calls }),
        workload({ workload: 'shop/mixed', address: mixed, labels: { mixed: 'yes' } }),
        policy(
          'Sidecar',
          'shop/mixed',
          `{workloadSelector: {labels: {mixed: "yes"}},
            egress: [{bind: ${mixed}, captureMode: NONE, hosts: [mix/*]}]}`,
        ),
        external('red', red.address),
        external('blue', blue.address),
        workload({ workload: 'shop/one', address: one.address, labels: { app: 'lines', v: '1' } }),
        workload({ workload: 'shop/two', address: two.address, labels: { app: 'lines', v: '2' } }),
        service('shop/lines', { app: 'lines' }, `tcp:${TCP}:${TCP}`),
        workload({ workload: 'shop/plain', address: plain.address, labels: { app: 'plain' } }),
        service('shop/sniffed', { app: 'plain' }, `auto:${AUTO}:8080`),
        workload({ workload: 'mix/plain', address: plain.address, labels: { app: 'plain' } }),
        service('mix/plain', { app: 'plain' }, `http:${MIXED}:8080`),
        workload({ workload: 'mix/red', address: red.address, labels: { app: 'red' } }),
        service('mix/red', { app: 'red' }, `tls:${MIXED}:${TLS}`),
      ),
      'rules.yaml': linesPolicy(''),
    },
    proxies: ['shop/client', 'shop/mixed'],
  })
  const secure = async (servername: string, options: { address?: string; port?: number } = {}) => {
    try {
      const tls = { servername, ca: ca.rootPem, checkServerIdentity: () => undefined }
      const place = { address: client, port: TLS, host: 'any', ...options }
      return (await request({ ...place, tls })).json<{ name: string }>().name
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? String(error)
    }
  }
  /** Greetings that so many connections get; empty for one that is closed. */
  const greetings = async (count: number, port = TCP): Promise<string[]> => {
    const exchange = () =>
      rawExchange({ address: client, port, send: '', until: /one|two/ }).catch(() => '')
    return Promise.all(Array.from({ length: count }, exchange))
  }
  const rules = (...documents: string[]) => mesh.edit('rules.yaml', join(...documents))
  return { mesh, client, mixed, secure, greetings, rules }
}

const shares = (names: readonly string[]) =>
  Object.fromEntries(
    [...new Set(names)].sort().map((n) => [n, names.filter((m) => m === n).length]),
  )

test('connections of a sidecar', { skip }, async (t) => {
  const { client, mixed, secure, greetings, rules } = await start(t)

  await t.test('hosts of TLS share a port by server name', async () => {
    assert.equal(await secure('red.test'), 'red')
    assert.equal(await secure('blue.test'), 'blue')
    assert.match(await secure('green.test'), /^E/)
  })
  await t.test('HTTP and TLS share a port', async () => {
    const plain = await request({ address: mixed, port: MIXED, host: 'plain.mix' })
    assert.equal(plain.json<{ name: string }>().name, 'plain')
    const place = { address: mixed, port: MIXED }
    assert.equal(await secure('red.mix.svc.cluster.local', place), 'red')
    assert.match(await secure('blue.test', place), /^E/)
  })
  await t.test(
    'a TLS rule decides by server name, port and client; the first match has a name',
    async () => {
      const rule = (tls: string) =>
        policy('VirtualService', 'shop/red', `{hosts: [red.test], tls: [${tls}]}`)
      const toBlue = 'route: [{destination: {host: blue.test}}]'
      const toRed = 'route: [{destination: {host: red.test}}]'
      const match = (more: string) => `match: [{sniHosts: [red.test]${more}}]`
      await rules(linesPolicy(''), rule(`{${match('')}, ${toBlue}}, {${match('')}, ${toRed}}`))
      assert.equal(await secure('red.test'), 'blue')
      assert.equal(await secure('blue.test'), 'blue')
      const elsewhere = `{${match(', port: 1')}, ${toBlue}}, {${match(', sourceLabels: {team: blue}')}, ${toBlue}}`
      await rules(
        linesPolicy(''),
        rule(`${elsewhere}, {${match(', sourceLabels: {team: red}')}, ${toRed}}`),
      )
      assert.equal(await secure('red.test'), 'red')
    },
  )
  await t.test(
    'a TLS rule decides by subnet and namespace, and not for other gateways',
    async () => {
      const toBlue = 'route: [{destination: {host: blue.test}}]'
      const toRed = '{match: [{sniHosts: [red.test]}], route: [{destination: {host: red.test}}]}'
      const first = async (more: string) => {
        const spec = `{hosts: [red.test], gateways: [mesh, edge], tls: [{match: [{sniHosts: [red.test], ${more}}], ${toBlue}}, ${toRed}]}`
        await rules(linesPolicy(''), policy('VirtualService', 'shop/red', spec))
        return secure('red.test')
      }
      assert.equal(await first(`destinationSubnets: [${client}/32]`), 'blue')
      assert.equal(await first('destinationSubnets: [192.0.2.0/24]'), 'red')
      assert.equal(await first('sourceNamespace: shop'), 'blue')
      assert.equal(await first('sourceNamespace: far'), 'red')
      assert.equal(await first('gateways: [mesh]'), 'blue')
      assert.equal(await first('gateways: [edge]'), 'red')
    },
  )
  await t.test('a TCP rule shares connections out by weight', async () => {
    await rules(
      linesPolicy(''),
      lines(`tcp: [{route: [${to('lines', 'v1', 80)}, ${to('lines', 'v2', 20)}]}]`),
    )
    const { one = 0, two = 0, ...rest } = shares(await greetings(200))
    assert.deepEqual(rest, {})
    assertShare(one, 200, 0.8)
    assert.equal(one + two, 200)
  })
  await t.test('rules that do not concern the client are passed over', async () => {
    await rules(
      linesPolicy(''),
      lines(`tcp: [{match: [{sourceLabels: {team: blue}}, {port: 1}], route: [${to('lines', 'v1')}]},
        {match: [{port: ${TCP}, sourceLabels: {team: red}}], route: [${to('lines', 'v2')}]}]`),
    )
    assert.deepEqual(shares(await greetings(10)), { two: 10 })
  })
  await t.test('a subset that does not exist takes nothing, and nothing else down', async () => {
    await rules(linesPolicy(''), lines(`tcp: [{route: [${to('lines', 'gone')}]}]`))
    assert.deepEqual(shares(await greetings(3)), { '': 3 })
    assert.equal(await secure('red.test'), 'red')
  })
  await t.test('connections of one address stay with one server', async () => {
    await rules(
      linesPolicy('trafficPolicy: {loadBalancer: {consistentHash: {useSourceIp: true}}}, '),
    )
    assert.equal(Object.values(shares(await greetings(20)))[0], 20)
    await rules(linesPolicy(''))
    assert.equal(Object.keys(shares(await greetings(40))).length, 2)
  })
  await t.test('a silent connection is closed after the idle time of the rule', async () => {
    await rules(linesPolicy('trafficPolicy: {connectionPool: {tcp: {idleTimeout: 1s}}}, '))
    const socket = connectTcp(TCP, client)
    socket.resume()
    await once(socket, 'close', { signal: AbortSignal.timeout(30_000) })
  })
  await t.test('on a sniffed port only what is not HTTP follows a TCP rule', async () => {
    await rules(
      linesPolicy(''),
      policy(
        'VirtualService',
        'shop/sniffed',
        `{hosts: [sniffed], tcp: [{route: [${to('lines', 'v1').replace('subset: v1', `subset: v1, port: {number: ${TCP}}`)}]}]}`,
      ),
    )
    const answer = await request({ address: client, port: AUTO, host: 'sniffed' })
    assert.equal(answer.json<{ name: string }>().name, 'plain')
    const sent = await rawExchange({
      address: client,
      port: AUTO,
      send: 'this is no HTTP\r\n',
      until: /\r\n/,
    })
    assert.equal(sent, 'onethis is no HTTP\r\n')
  })
})

test('a connection without a server name is refused where names tell hosts apart', {
  skip,
}, async (t) => {
  const { client } = await start(t)
  const socket = connectTls({ host: client, port: TLS, rejectUnauthorized: false })
  const [error] = await once(socket, 'error', { signal: AbortSignal.timeout(30_000) })
  assert.equal((error as NodeJS.ErrnoException).code, 'ECONNRESET')
})

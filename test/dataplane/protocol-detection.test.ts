// Which protocol a port has, and servers that speak first: what is looked at before a connection is passed on, on real Envoys.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { skip } from '../support/envoy.ts'
import { http2, rawExchange, request } from '../support/http.ts'
import { startMesh } from '../support/mesh.ts'
import { freePort, loopback } from '../support/ports.ts'
import { type Echo, httpUpstream, tcpUpstream } from '../support/upstreams.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const [DECLARED, SNIFFED, MYSQL] = [9000, 9100, 3306]
const SILENCE = 1_500

const timeout = (text: string) =>
  `{apiVersion: mesh.istio.io/v1alpha1, kind: MeshConfig, metadata: {name: mesh}, protocolDetectionTimeout: ${text}}`
const peer = (mode: string) => policy('PeerAuthentication', 'shop/all', `{mtls: {mode: ${mode}}}`)

/** What a server says to one who says nothing; `silence` if it does not. */
function greeting(address: string, port: number, wait = SILENCE): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, address)
    const end = (text: string) => {
      socket.destroy()
      resolve(text)
    }
    socket.setTimeout(wait, () => end('silence'))
    socket.once('data', (data) => end(data.toString()))
    socket.once('error', (error: NodeJS.ErrnoException) => end(String(error.code)))
    socket.once('close', () => end('closed'))
  })
}

async function start(t: TestContext) {
  const [client, server] = [loopback(), loopback()]
  const app = await tcpUpstream(t, { name: 'app', greeting: 'hello' })
  const calls = [
    { port: DECLARED, protocol: 'TCP' },
    { port: SNIFFED, protocol: 'auto' },
    { port: MYSQL, protocol: 'auto' },
  ]
  const serves = [
    { port: DECLARED, protocol: 'TCP', application: app.port },
    { port: SNIFFED, protocol: 'auto', application: app.port },
    { port: MYSQL, protocol: 'auto', application: app.port },
  ]
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({ workload: 'shop/client', address: client, calls }),
        workload({ workload: 'shop/app', address: server, labels: { app: 'app' }, serves }),
        service('shop/app', { app: 'app' }, `tcp:${DECLARED}`, `auto:${SNIFFED}`, `auto:${MYSQL}`),
      ),
      'rules.yaml': '',
    },
    proxies: ['shop/client', 'shop/app'],
  })
  const rules = (...documents: string[]) => mesh.edit('rules.yaml', join(...documents))
  return { mesh, client, server, rules }
}

test('servers that speak first', { skip }, async (t) => {
  const { mesh, client, server, rules } = await start(t)
  const LONG = 15_000

  await t.test('within the mesh a declared port needs no word of the client', async () => {
    assert.equal(await greeting(client, DECLARED, LONG), 'hello')
    assert.equal(await greeting(client, MYSQL, LONG), 'hello', 'well-known by its number')
    await rules(peer('STRICT'))
    assert.equal(await greeting(client, DECLARED, LONG), 'hello')
  })

  await t.test('where mutual TLS is off a declared port is passed on at once', async () => {
    await rules(peer('DISABLE'))
    assert.equal(await greeting(client, DECLARED, LONG), 'hello')
    assert.equal(await greeting(server, DECLARED, LONG), 'hello')
    assert.equal(await greeting(server, MYSQL, LONG), 'hello')
  })

  await t.test(
    'without a detection timeout the others wait for the client’s first bytes',
    async () => {
      await rules(peer('DISABLE'))
      assert.equal(await greeting(client, SNIFFED), 'silence')
      assert.equal(await greeting(server, SNIFFED), 'silence')
      await rules(peer('PERMISSIVE'))
      assert.equal(await greeting(server, DECLARED), 'silence', 'it might become TLS')
      const send = 'this is no TLS'
      assert.equal(
        await rawExchange({ address: server, port: DECLARED, send, until: /TLS/ }),
        `hello${send}`,
      )
    },
  )

  await t.test('with one they wait so long', async () => {
    await rules(timeout('0.1s'), peer('PERMISSIVE'))
    assert.equal(await greeting(client, SNIFFED, LONG), 'hello')
    assert.equal(await greeting(server, SNIFFED, LONG), 'hello')
    assert.equal(await greeting(server, DECLARED, LONG), 'hello')
  })

  await t.test('nothing was refused by Envoy', () => assert.equal(mesh.sent().nacks, 0))
})

/** Ports of one service: by name, by `appProtocol` and by number; and what they are. */
const PORTS: readonly (readonly [name: string, appProtocol: string, port: number, kind: string])[] =
  [
    ['http', '', 7001, 'HTTP/1.1'],
    ['http-web', '', 7002, 'HTTP/1.1'],
    ['loud', 'Http2', 7003, 'HTTP/2'],
    ['http2', '', 7004, 'HTTP/2'],
    ['grpc-api', '', 7005, 'HTTP/2'],
    ['grpc-web', '', 7006, 'HTTP/2'],
    ['tcp-raw', '', 7007, 'bytes'],
    ['mongo', '', 7008, 'bytes'],
    ['mysql-db', '', 7009, 'bytes'],
    ['redis', '', 7010, 'bytes'],
    ['https-x', '', 7011, 'bytes'],
    ['tls', '', 7012, 'bytes'],
    ['httpx', '', 7013, 'sniffed'],
    ['whatever', '', 7014, 'sniffed'],
    ['', '', 7015, 'sniffed'],
    ['tcp-but', 'http', 7016, 'HTTP/1.1'],
    ['http-but', 'TCP', 7017, 'bytes'],
    ['x', 'kubernetes.io/h2c', 7018, 'HTTP/2'],
    ['y', 'kubernetes.io/ws', 7019, 'HTTP/1.1'],
    ['z', 'kubernetes.io/wss', 7020, 'bytes'],
    ['http-odd', 'example.com/own', 7021, 'HTTP/1.1'],
    ['', '', 3306, 'bytes'],
    ['', '', 27017, 'bytes'],
  ]

test('the protocol of a port', { skip }, async (t) => {
  const [client, web] = [loopback(), loopback()]
  const upstream = await httpUpstream(t, { name: 'web', address: web, port: await freePort() })
  const ports = PORTS.map(([name, appProtocol, port]) => ({
    name: name || `p${port}`,
    ...(appProtocol ? { appProtocol } : {}),
    ...{ port, targetPort: upstream.port },
  }))
  const spec = JSON.stringify({ selector: { app: 'web' }, ports })
  const mesh = await startMesh(t, {
    yaml: join(
      workload({ workload: 'shop/client', address: client }),
      workload({ workload: 'shop/web', address: web, labels: { app: 'web' } }),
      `{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: ${spec}}`,
      policy(
        'Sidecar',
        'shop/client',
        `{workloadSelector: {labels: {workload: client}}, egress: [{bind: ${client}, captureMode: NONE, hosts: ["./*"]}]}`,
      ),
    ),
    proxies: ['shop/client'],
  })
  /** A Host of nobody: an HTTP port refuses it, a sniffed one goes to its service all the same, others see no Host. */
  const kindOf = async (port: number): Promise<string> => {
    const place = { address: client, port }
    if ((await request({ ...place, host: 'nobody.test' })).status === 502) {
      const { http } = (await request({ ...place, host: 'web' })).json<Echo>()
      return `HTTP/${http.replace('2.0', '2')}`
    }
    const said = await rawExchange({
      ...place,
      send: 'GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n',
    })
    return /x-envoy-upstream-service-time/i.test(said) ? 'sniffed' : 'bytes'
  }
  for (const [name, appProtocol, port, kind] of PORTS) {
    await t.test(
      `${name || 'no name'}${appProtocol && ` as ${appProtocol}`} on ${port}: ${kind}`,
      async () => {
        assert.equal(await kindOf(port), kind)
      },
    )
  }
  await t.test('UDP is left out', async () => {
    const names = (await mesh.envoy('shop/client').resources('listener')).map(({ name }) => name)
    assert.equal(names.length, PORTS.length, names.join())
  })
  const session = http2({ address: client, port: 7015, host: 'nobody.test' })
  await t.test('sniffed HTTP/2 stays HTTP/2', async () => {
    assert.equal((await session.request()).json<Echo>().http, '2.0')
  })
  session.close()
})

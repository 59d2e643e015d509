// Connections without HTTP, and TLS that comes from outside: TCP and TLS rules and gateways on the real Envoy.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { connect } from 'node:tls'
import { type KeyPair, testCa } from '../support/certificates.ts'
import { skip } from '../support/envoy.ts'
import { rawExchange, request } from '../support/http.ts'
import { startMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { type Echo, httpUpstream, tcpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

test('TCP rules', { skip }, async (t) => {
  const client = loopback()
  const at = (name: string) =>
    tcpUpstream(t, { name, address: loopback(), port: 9080, greeting: `${name};` })
  const [one, two] = await Promise.all([at('one'), at('two')])
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({
          ...{ workload: 'shop/client', address: client, labels: { team: 'red' } },
          calls: [{ port: 9000, protocol: 'TCP' }],
        }),
        workload({ workload: 'shop/one', address: one.address, labels: { app: 'l', v: '1' } }),
        workload({ workload: 'shop/two', address: two.address, labels: { app: 'l', v: '2' } }),
        service('shop/lines', { app: 'l' }, 'tcp:9000:9080'),
        policy(
          'DestinationRule',
          'shop/lines',
          '{host: lines, subsets: [{name: v1, labels: {v: "1"}}, {name: v2, labels: {v: "2"}}]}',
        ),
      ),
      'rules.yaml': '',
    },
    proxies: ['shop/client'],
  })
  const greeting = async () =>
    (await rawExchange({ address: client, port: 9000, send: 'x', until: /;/ })).split(';')[0]
  const rules = (tcp: string) =>
    mesh.edit('rules.yaml', policy('VirtualService', 'shop/lines', `{hosts: [lines], tcp: ${tcp}}`))
  const to = (subset: string, weight = 1) =>
    `{destination: {host: lines, subset: ${subset}}, weight: ${weight}}`
  const becomes = (name: string) =>
    waitFor(`connections to lead to ${name}`, greeting, (got) => got === name)

  await becomes('one')
  await becomes('two')
  await rules(`[{route: [${to('v1')}]}]`)
  await becomes('one')
  assert.deepEqual(await Promise.all(Array.from({ length: 10 }, greeting)), Array(10).fill('one'))
  await rules(
    `[{match: [{sourceLabels: {team: red}}], route: [${to('v2')}]}, {route: [${to('v1')}]}]`,
  )
  await becomes('two')
  assert.deepEqual(await Promise.all(Array.from({ length: 10 }, greeting)), Array(10).fill('two'))
  await rules(`[{route: [${to('v1', 50)}, ${to('v2', 50)}]}]`)
  await becomes('one')
  await becomes('two')
  assert.equal(mesh.sent().nacks, 0)
})

interface Edge {
  readonly pair: KeyPair
  readonly address: string
  status(host: string, port: number, client?: KeyPair): Promise<number | string>
  files: Awaited<ReturnType<typeof startMesh>>
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

function secret(name: string, data: Readonly<Record<string, string>>): string {
  const encoded = Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, base64(value)]),
  )
  return JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'edge' } },
    data: encoded,
  })
}

function server(port: number, hosts: string, tls: string, protocol = 'HTTPS'): string {
  return `{port: {number: ${port}, name: p${port}, protocol: ${protocol}}, bind: ADDRESS, hosts: [${hosts}], tls: ${tls}}`
}

const SERVERS = [
  server(8443, 'a.test', '{mode: SIMPLE, credentialName: a}'),
  server(8443, 'b.test', '{mode: SIMPLE, credentialName: b}').replace('p8443', 'q8443'),
  server(8444, 'a.test', '{mode: MUTUAL, credentialName: a}'),
  server(8445, 'safe.test', '{mode: PASSTHROUGH}', 'TLS'),
].join(', ')

async function edge(t: TestContext): Promise<Edge> {
  const address = loopback()
  const ca = await testCa()
  const pair = await ca.issue({ dns: 'a.test' })
  const own = await ca.issue({ dns: 'safe.test' })
  const web = await httpUpstream(t, { name: 'web', address: loopback(), port: 8080 })
  const safe = await httpUpstream(t, {
    ...{ name: 'safe', address: loopback(), port: 9443 },
    tls: { key: own.keyPem, cert: own.chainPem },
  })
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({ workload: 'edge/gateway', address, labels: { istio: 'edge' } }),
        workload({ workload: 'shop/web', address: web.address, labels: { app: 'web' } }),
        workload({ workload: 'shop/safe', address: safe.address, labels: { app: 'safe' } }),
        service('shop/web', { app: 'web' }, 'http:8000:8080'),
        service('shop/safe', { app: 'safe' }, 'tls:9000:9443'),
        secret('a', { 'tls.crt': pair.chainPem, 'tls.key': pair.keyPem, 'ca.crt': ca.rootPem }),
        policy(
          'Gateway',
          'edge/front',
          `{selector: {istio: edge}, servers: [${SERVERS.replaceAll('ADDRESS', address)}]}`,
        ),
        policy(
          'VirtualService',
          'shop/web',
          '{hosts: [a.test, b.test], gateways: [edge/front], http: [{route: [{destination: {host: web}}]}]}',
        ),
        policy(
          'VirtualService',
          'shop/safe',
          `{hosts: [safe.test], gateways: [edge/front], tls: [{match: [{port: 8445, sniHosts: [safe.test]}],
            route: [{destination: {host: safe, port: {number: 9000}}}]}]}`,
        ),
      ),
    },
    proxies: ['edge/gateway'],
  })
  return {
    ...{ pair, address, files: mesh },
    status: async (host, port, client) => {
      const tls = {
        ...{ servername: host, rejectUnauthorized: false },
        ...(client ? { key: client.keyPem, cert: client.chainPem } : {}),
      }
      try {
        const answer = await request({ address, port, host, tls })
        return answer.status === 200 ? answer.json<Echo>().name : answer.status
      } catch (error) {
        return (error as NodeJS.ErrnoException).code ?? String(error)
      }
    },
  }
}

test('TLS at a gateway', { skip }, async (t) => {
  const e = await edge(t)
  const failed = /ECONNRESET|SSL|CERTIFICATE|EPROTO/

  assert.equal(await e.status('a.test', 8443), 'web')
  assert.match(String(await e.status('c.test', 8443)), failed, 'no server has this name')
  assert.match(String(await e.status('b.test', 8443)), failed, 'its secret is missing')
  assert.equal(await e.status('a.test', 8443), 'web', 'which hurts nobody else')
  await e.files.edit(
    'secrets.yaml',
    secret('b', { 'tls.crt': e.pair.chainPem, 'tls.key': e.pair.keyPem }),
  )
  await waitFor(
    'the secret',
    () => e.status('b.test', 8443),
    (got) => got === 'web',
  )

  assert.match(String(await e.status('a.test', 8444)), failed, 'a certificate is asked for')
  assert.equal(await e.status('a.test', 8444, e.pair), 'web')
  const stranger = await (await testCa()).issue({ dns: 'x.test' })
  assert.match(String(await e.status('a.test', 8444, stranger)), failed)

  assert.equal(await e.status('safe.test', 8445), 'safe')
  assert.match(String(await e.status('a.test', 8445)), failed)
  assert.equal(e.files.sent().nacks, 0)

  const socket = connect({
    host: e.address,
    port: 8443,
    servername: 'a.test',
    rejectUnauthorized: false,
    ALPNProtocols: ['h2', 'http/1.1'],
  })
  t.after(() => socket.destroy())
  await waitFor('the handshake', () => socket.alpnProtocol === 'h2')
})

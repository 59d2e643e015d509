// Which servers of Gateways a gateway has, and which service has a port where nothing tells connections apart, on real Envoys.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { skip } from '../support/envoy.ts'
import { request } from '../support/http.ts'
import { startMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { type Echo, httpUpstream, tcpUpstream } from '../support/upstreams.ts'
import { join, policy, service, workload } from '../support/workload.ts'

test('gateways', { skip }, async (t) => {
  const [edge, web, cart] = [loopback(), loopback(), loopback()]
  await httpUpstream(t, { name: 'web', address: web, port: 8080 })
  await httpUpstream(t, { name: 'cart', address: cart, port: 8080 })
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({ workload: 'edge/gateway', address: edge, labels: { istio: 'edge', zone: 'a' } }),
        workload({ workload: 'shop/web', address: web, labels: { app: 'web' } }),
        workload({ workload: 'shop/cart', address: cart, labels: { app: 'cart' } }),
        service('shop/web', { app: 'web' }, 'http:8000:8080'),
        service('shop/cart', { app: 'cart' }, 'http:8000:8080'),
        policy(
          'Gateway',
          'edge/first',
          `{selector: {istio: edge}, servers: [{port: {number: 8080, name: http, protocol: HTTP}, bind: ${edge}, hosts: [a.test]}]}`,
        ),
      ),
      'rules.yaml': '',
    },
    proxies: ['edge/gateway'],
  })
  const rules = (...documents: string[]) => mesh.edit('rules.yaml', join(...documents))
  const ask = async (host: string, port = 8080): Promise<string | number> => {
    try {
      const answer = await request({ address: edge, port, host })
      return answer.status === 200 ? answer.json<Echo>().name : answer.status
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? String(error)
    }
  }
  const gateway = (named: string, selector: string, servers: string, year = 1) =>
    policy('Gateway', named, `{selector: ${selector}, servers: [${servers}]}`, year)
  const http = (port: number, name: string, hosts: string) =>
    `{port: {number: ${port}, name: ${name}, protocol: HTTP}, bind: ${edge}, hosts: [${hosts}]}`
  const rule = (named: string, host: string, gateways: string, to: string) =>
    policy(
      'VirtualService',
      named,
      `{hosts: [${host}], gateways: [${gateways}], http: [{route: [{destination: {host: ${to}.shop.svc.cluster.local}}]}]}`,
    )

  await t.test(
    'a Gateway serves where its labels are, in any namespace; several are one',
    async () => {
      await rules(
        gateway('shop/second', '{zone: a}', http(8080, 'http', '"*.b.test"')),
        gateway('shop/third', '{zone: b}', http(8081, 'http', 'c.test')),
        rule('edge/a', 'a.test', 'first', 'web'),
        rule('shop/b', 'x.b.test', 'second', 'cart'),
        rule('shop/c', 'c.test', 'third', 'cart'),
      )
      assert.equal(await ask('a.test'), 'web')
      assert.equal(await ask('x.b.test'), 'cart', 'of another namespace, on the same port')
      assert.equal(await ask('c.test'), 404)
      assert.equal(await ask('c.test', 8081), 'ECONNREFUSED', 'its labels are elsewhere')
    },
  )

  await t.test(
    'TLS and plain text do not share a port; of one host twice the first server has it',
    async () => {
      await rules(
        gateway(
          'edge/late',
          '{istio: edge}',
          `{port: {number: 8080, name: tls, protocol: TLS}, bind: ${edge}, hosts: [p.test], tls: {mode: PASSTHROUGH}}`,
          5,
        ),
        gateway('edge/again', '{istio: edge}', http(8080, 'again', 'a.test'), 6),
        rule('edge/a', 'a.test', 'first', 'web'),
        rule('edge/again', 'a.test', 'again', 'cart'),
      )
      assert.equal(await ask('a.test'), 'web', 'the older server goes on')
      assert.ok(
        mesh.app.diagnostics().some(({ text }) => /8080/.test(text)),
        'and it is told',
      )
    },
  )

  await t.test('nothing was refused by Envoy', () => assert.equal(mesh.sent().nacks, 0))
})

test('of two services of TCP on one port the older has the connections', { skip }, async (t) => {
  const client = loopback()
  const greeter = (name: string) =>
    tcpUpstream(t, { name, address: loopback(), port: 9000, greeting: name })
  const [young, old] = [await greeter('young'), await greeter('old')]
  const entry = (name: string, address: string, year: number) =>
    policy(
      'ServiceEntry',
      `shop/${name}`,
      `{hosts: [${name}.test], resolution: STATIC, ports: [{number: 9000, name: tcp, protocol: TCP}], endpoints: [{address: ${address}}]}`,
      year,
    )
  await startMesh(t, {
    yaml: join(
      workload({
        ...{ workload: 'shop/client', address: client },
        calls: [{ port: 9000, protocol: 'TCP' }],
      }),
      entry('a-young', young.address, 4),
      entry('z-old', old.address, 2),
    ),
    proxies: ['shop/client'],
  })
  const said = await new Promise<string>((resolve, reject) => {
    const socket = connect(9000, client)
    socket.once('data', (data) => {
      socket.destroy()
      resolve(data.toString())
    })
    socket.once('error', reject)
  })
  assert.equal(said, 'old')
})

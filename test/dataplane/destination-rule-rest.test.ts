// DestinationRules on the real Envoy: HTTP versions, rules for some workloads, client certificates, PROXY protocol, hashes, error codes.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttp } from 'node:http'
import { connect, createServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { test } from 'node:test'
import { testCa } from '../support/certificates.ts'
import { skip } from '../support/envoy.ts'
import { startMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { PORT, startShop } from '../support/shop.ts'
import { httpUpstream, tcpUpstream } from '../support/upstreams.ts'
import { join, policy, workload } from '../support/workload.ts'

const rule = (trafficPolicy: string, more = '') =>
  policy('DestinationRule', 'shop/more', `{host: web, trafficPolicy: ${trafficPolicy}${more}}`, 1)

const external = (host: string, address: string, port = 8080) =>
  policy(
    'ServiceEntry',
    `shop/${host}`,
    `{hosts: [${host}.test], resolution: STATIC, endpoints: [{address: ${address}}],
      ports: [{number: ${PORT}, name: http, protocol: HTTP, targetPort: ${port}}]}`,
  )

const mesh = (settings: string) =>
  `apiVersion: mesh.istio.io/v1alpha1\nkind: MeshConfig\nmetadata: {name: mesh, namespace: istio-system}\n${settings}\n`

test('destination rules', { skip }, async (t) => {
  const f = await startShop(t)
  const version = async () => (await f.ask()).echo.http

  await t.test(
    'HTTP/2 to an HTTP port: by the rule, by the mesh, not against the rule',
    async () => {
      await f.rules()
      assert.equal(await version(), '1.1')
      await f.rules(rule('{connectionPool: {http: {h2UpgradePolicy: UPGRADE}}}'))
      assert.equal(await version(), '2.0')
      await f.rules(mesh('h2UpgradePolicy: UPGRADE'))
      assert.equal(await version(), '2.0')
      await f.rules(
        mesh('h2UpgradePolicy: UPGRADE'),
        rule('{connectionPool: {http: {h2UpgradePolicy: DO_NOT_UPGRADE}}}'),
      )
      assert.equal(await version(), '1.1')
      const client = '{connectionPool: {http: {useClientProtocol: true}}}'
      await f.rules(mesh('h2UpgradePolicy: UPGRADE'), rule(client))
      assert.equal(await version(), '1.1')
    },
  )

  await t.test('a workload selector makes the rule one for its workloads only', async () => {
    const selector = ', workloadSelector: {matchLabels: {team: red}}'
    const upgrade = '{connectionPool: {http: {h2UpgradePolicy: UPGRADE}}}'
    await f.rules(rule(upgrade, selector))
    assert.equal((await f.ask({ host: 'web.shop' })).echo.http, '2.0')
    assert.equal((await f.askElsewhere({ host: 'web.shop' })).echo.http, '1.1')
    await f.rules(rule(upgrade, selector.replace('red', 'blue')))
    assert.equal((await f.ask({ host: 'web.shop' })).echo.http, '1.1')
  })

  await t.test('the mesh has a policy for what no rule is about', async () => {
    const balanced = 'defaultTrafficPolicy: {connectionPool: {http: {h2UpgradePolicy: UPGRADE}}}'
    await f.rules(mesh(balanced))
    assert.equal(await version(), '2.0')
    await f.rules(mesh(balanced), rule('{connectionPool: {http: {maxRetries: 1}}}'))
    assert.equal(await version(), '1.1', "the rule's block replaces the mesh's")
  })

  await t.test('a credential by name is shown by the selected workload', async () => {
    const ca = await testCa()
    const server = await ca.issue({ dns: 'bank.test' })
    const own = await ca.issue({ dns: 'client.test' })
    const bank = await httpUpstream(t, {
      ...{ name: 'bank', address: loopback(), port: 8443 },
      tls: {
        ...{ cert: server.chainPem, key: server.keyPem, ca: server.rootPem },
        ...{ requestCert: true, rejectUnauthorized: true },
      },
    })
    const secret = JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'bank', namespace: 'shop' } },
      stringData: { 'tls.crt': own.chainPem, 'tls.key': own.keyPem, 'ca.crt': own.rootPem },
    })
    const tls = (more: string) =>
      policy(
        'DestinationRule',
        'shop/bank',
        `{host: bank.test, trafficPolicy: {tls: {mode: MUTUAL, credentialName: bank}}${more}}`,
      )
    const selected = tls(', workloadSelector: {matchLabels: {team: red}}')
    const entry = external('bank', bank.address, 8443)
    const ask = () => f.ask({ host: 'bank.test' })
    await f.rules(entry, selected)
    assert.equal((await ask()).status, 503, 'without the Secret')
    await f.rules(entry, selected, secret)
    assert.match((await ask()).echo.peer ?? '', /client\.test/)
    await f.rules(entry, tls(''), secret)
    assert.equal((await ask()).status, 503, 'a rule for all does not reach the Secret')
  })

  await t.test('the PROXY protocol stands before the request', async () => {
    const first: string[] = []
    const address = loopback()
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', (data) => {
        first.push(data.toString('latin1'))
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
      })
    })
    await new Promise<void>((resolve) => server.listen(8080, address, resolve))
    t.after(() => server.close())
    const proxied = (version: string) =>
      policy(
        'DestinationRule',
        'shop/old',
        `{host: old.test, trafficPolicy: {proxyProtocol: {version: ${version}}}}`,
      )
    for (const [name, expected] of [
      ['V1', /^PROXY TCP4 /],
      ['V2', /^\r\n\r\n\0\r\nQUIT\n/],
    ] as const) {
      await f.rules(external('old', address), proxied(name))
      assert.equal((await f.ask({ host: 'old.test' })).status, 200)
      assert.match(first.at(-1)!, expected)
    }
  })

  await t.test('hashes keep a caller at one endpoint', async () => {
    const hashed = (hash: string) => rule(`{loadBalancer: {consistentHash: ${hash}}}`)
    const by = async (headers: Record<string, string>) => (await f.ask({ headers })).by
    for (const hash of [
      '{httpHeaderName: x-user}',
      '{httpHeaderName: x-user, maglev: {tableSize: 251}}',
    ]) {
      await f.rules(hashed(hash))
      const seen = new Set<string>()
      // Where the endpoints lie on the ring is chance, as their addresses are: some user meets the other one.
      for (let user = 0; user < 12 || (seen.size < 2 && user < 500); user += 1) {
        const headers = { 'x-user': `user ${user}` }
        const name = await by(headers)
        assert.equal(await by(headers), name)
        seen.add(name)
      }
      assert.equal(seen.size, 2, hash)
    }
    await f.rules(
      hashed(
        '{httpCookie: {name: user, ttl: 0s, path: /p, attributes: [{name: SameSite, value: Lax}]}}',
      ),
    )
    const [cookie = ''] = [(await f.ask()).headers['set-cookie']].flat()
    assert.match(cookie, /^user="?[0-9a-f]+"?;.*Path=\/p.*SameSite=Lax/i)
    const value = cookie.split(';')[0]!
    const names = new Set<string>()
    for (let i = 0; i < 6; i += 1) names.add(await by({ cookie: value }))
    assert.equal(names.size, 1)
  })

  await t.test('settings of the port replace the hash of the whole', async () => {
    const level = `portLevelSettings: [{port: {number: ${PORT}}, loadBalancer: {simple: ROUND_ROBIN}}]`
    await f.rules(rule(`{loadBalancer: {consistentHash: {httpHeaderName: x-user}}, ${level}}`))
    const names: string[] = []
    for (let i = 0; i < 4; i += 1) names.push((await f.ask({ headers: { 'x-user': 'a' } })).by)
    assert.equal(new Set(names).size, 2)
  })

  await t.test('outlier detection counts the codes it is given', async () => {
    const outliers = (codes: string) =>
      policy(
        'DestinationRule',
        'shop/solo',
        `{host: solo.test, trafficPolicy: {outlierDetection: {consecutive5xxErrors: 1,
          baseEjectionTime: 60s, maxEjectionPercent: 100${codes}}}}`,
      )
    const ask = async () => (await f.ask({ host: 'solo.test' })).status
    await f.rules(
      external('solo', f.other.address),
      outliers(', outlierDetectionHttpErrorCodes: [429]'),
    )
    f.other.behave({ status: 500 })
    assert.deepEqual([await ask(), await ask(), await ask()], [500, 500, 500])
    f.other.behave({ status: 429 })
    assert.equal(await ask(), 429)
    await f.mesh.envoy('shop/client').waitFor('the endpoint to be ejected', ask, (s) => s === 503)
    f.other.behave({})
  })
})

test('a tunnel leads TCP through a forward proxy', { skip }, async (t) => {
  const [client, forward] = [loopback(), loopback()]
  const db = await tcpUpstream(t, { name: 'db', greeting: 'hello' })
  const asked: string[] = []
  const proxy = createHttp()
  const tunnelled = (method: string, target: string, socket: Duplex) => {
    asked.push(`${method} ${target}`)
    const onward = connect(db.port, db.address)
    for (const one of [socket, onward]) one.on('error', () => undefined)
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    socket.pipe(onward).pipe(socket)
  }
  proxy.on('connect', (incoming, socket) => tunnelled('CONNECT', incoming.url ?? '', socket))
  await new Promise<void>((resolve) => proxy.listen(8080, forward, resolve))
  t.after(() => {
    proxy.closeAllConnections()
    proxy.close()
  })
  await startMesh(t, {
    yaml: join(
      workload({
        ...{ workload: 'shop/client', address: client },
        calls: [{ port: PORT, protocol: 'TCP', hosts: ['shop/db.test'] }],
      }),
      policy(
        'ServiceEntry',
        'shop/db',
        `{hosts: [db.test], addresses: [240.0.0.9], resolution: STATIC, endpoints: [{address: ${forward}}],
          ports: [{number: ${PORT}, name: tcp, protocol: TCP, targetPort: 8080}]}`,
      ),
      policy(
        'DestinationRule',
        'shop/db',
        '{host: db.test, trafficPolicy: {tunnel: {protocol: CONNECT, targetHost: db.far, targetPort: 5432}}}',
      ),
    ),
    proxies: ['shop/client'],
  })
  const socket = connect(PORT, client)
  t.after(() => socket.destroy())
  const [greeting] = (await once(socket, 'data')) as [Buffer]
  assert.equal(greeting.toString(), 'hello')
  assert.deepEqual(asked, ['CONNECT db.far:5432'])
})

// Outlier detection, warm-up, the older hash field and TLS of DestinationRules on a real Envoy, each seen in what it does.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join as path } from 'node:path'
import { test } from 'node:test'
import { testCa } from '../support/certificates.ts'
import { skip, testFolder } from '../support/envoy.ts'
import { request } from '../support/http.ts'
import { startMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { PORT, SECOND, type Shop, startShop } from '../support/shop.ts'
import { type Echo, httpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, workload } from '../support/workload.ts'

const rule = (host: string, trafficPolicy: string) =>
  policy('DestinationRule', `shop/more-${host}`, `{host: ${host}, trafficPolicy: ${trafficPolicy}}`)

/** Looked at often, everybody may be ejected, and for the rest of the test. */
const QUICK = 'interval: 0.05s, baseEjectionTime: 1h, maxEjectionPercent: 100'

const ejected = (shop: Shop, host: string, port = PORT) =>
  shop.mesh
    .envoy('shop/client')
    .stat(
      `cluster.outbound|${port}||${host}.shop.svc.cluster.local.outlier_detection.ejections_active`,
    )

test('outliers and balance', { skip }, async (t) => {
  const shop = await startShop(t)
  const retries = policy(
    'VirtualService',
    'shop/web',
    '{hosts: [web], http: [{retries: {attempts: 0}, route: [{destination: {host: web}}]}]}',
  )

  await t.test('gateway errors alone; the detector of 5xx is switched off by 0', async () => {
    const detect = `consecutiveErrors: 1, consecutiveGatewayErrors: 1, consecutive5xxErrors: 0, ${QUICK}`
    await shop.rules(
      retries,
      rule('web', `{loadBalancer: {simple: ROUND_ROBIN}, outlierDetection: {${detect}}}`),
    )
    shop.one.behave({ status: 500 })
    for (let count = 0; count < 20; count++) await shop.ask()
    assert.equal(await ejected(shop, 'web'), 0, '500 is no gateway error')
    shop.one.behave({ status: 502 })
    await waitFor('one to be ejected', async () => {
      await shop.ask()
      return (await ejected(shop, 'web')) === 1
    })
    for (let count = 0; count < 10; count++) assert.equal((await shop.ask()).by, 'two')
  })

  await t.test('below the minimum of health ejected servers are called as well', async () => {
    const detect = `consecutiveGatewayErrors: 1, consecutive5xxErrors: 0, minHealthPercent: 60, ${QUICK}`
    await shop.rules(
      retries,
      rule('web', `{loadBalancer: {simple: ROUND_ROBIN}, outlierDetection: {${detect}}}`),
    )
    shop.one.behave({ status: 502 })
    await waitFor('one to be ejected', async () => {
      await shop.ask()
      return (await ejected(shop, 'web')) === 1
    })
    const statuses = new Set<number>()
    for (let count = 0; count < 10; count++) statuses.add((await shop.ask()).status)
    assert.deepEqual([...statuses].sort(), [200, 502])
    shop.one.behave({})
  })

  await t.test('failures to connect are counted apart', async () => {
    const detect = `splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 1, consecutive5xxErrors: 0, consecutiveGatewayErrors: 0, ${QUICK}`
    await shop.rules(rule('twoports', `{outlierDetection: {${detect}}}`))
    await waitFor('both to be ejected', async () => {
      await shop.ask({ host: 'twoports', port: SECOND })
      return (await ejected(shop, 'twoports', SECOND)) === 2
    })
    const look = async () => (await shop.ask({ host: 'twoports', port: SECOND })).body
    await waitFor('nobody to be left', look, (body) => body === 'no healthy upstream')
    assert.equal((await shop.ask({ host: 'twoports' })).status, 200, 'its other port')
  })

  await t.test('a hash with the older field for its ring; settings of one port', async () => {
    const hash = 'loadBalancer: {consistentHash: {httpHeaderName: x-user, minimumRingSize: 64}}'
    await shop.rules(rule('web', `{${hash}}`))
    const by = async (user: string) => (await shop.ask({ headers: { 'x-user': user } })).by
    for (const user of ['ann', 'bob', 'cy']) {
      const first = await by(user)
      for (let count = 0; count < 5; count++) assert.equal(await by(user), first)
    }
    const ring = await shop.mesh
      .envoy('shop/client')
      .stat(`cluster.outbound|${PORT}||web.shop.svc.cluster.local.ring_hash_lb.size`)
    assert.ok(ring >= 64 && ring < 1024, `a ring of ${ring}`)
    const port = `port: {number: ${PORT}}, outlierDetection: {consecutive5xxErrors: 1, ${QUICK}}, connectionPool: {http: {http1MaxPendingRequests: 1, maxRequestsPerConnection: 1}}`
    await shop.rules(retries, rule('web', `{${hash}, portLevelSettings: [{${port}}]}`))
    const connections = new Set<number>()
    for (let count = 0; count < 4; count++) connections.add((await shop.ask()).echo.connection)
    assert.equal(connections.size, 4, 'one request a connection')
    shop.one.behave({ status: 500 })
    await waitFor('one to be ejected', async () => {
      await shop.ask()
      return (await ejected(shop, 'web')) === 1
    })
    shop.one.behave({})
  })

  await t.test('a new server warms up, and keep-alive probes are set on connections', async () => {
    await shop.rules(
      rule(
        'web',
        '{loadBalancer: {simple: ROUND_ROBIN, warmupDurationSecs: 1h}, connectionPool: {tcp: {tcpKeepalive: {probes: 3, time: 60s, interval: 5s}}}}',
      ),
    )
    assert.equal((await shop.ask()).status, 200)
    const clusters = await shop.mesh.envoy('shop/client').resources('cluster')
    const web = clusters.find(({ name }) => name === `outbound|${PORT}||web.shop.svc.cluster.local`)
    const probes =
      /"tcp_keepalive":\{"keepalive_probes":3,"keepalive_time":60,"keepalive_interval":5\}/
    assert.match(JSON.stringify(web?.resource), probes)
    assert.match(JSON.stringify(web?.resource), /"slow_start_window":"3600s"/)
  })

  await t.test('nothing was refused by Envoy', () => assert.equal(shop.mesh.sent().nacks, 0))
})

test('TLS to a server outside of the mesh', { skip }, async (t) => {
  const [ca, stranger] = [await testCa('public'), await testCa('stranger')]
  const server = await ca.issue({ dns: 'bank.test' })
  const own = await ca.issue({ dns: 'client.test' })
  const folder = testFolder(t)
  const files = {
    ...{ 'ca.pem': ca.rootPem, 'stranger.pem': stranger.rootPem },
    ...{ 'client.pem': own.chainPem, 'client.key': own.keyPem },
    ...{ 'none.crl': await ca.crl(), 'server.crl': await ca.crl(server.serial) },
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(path(folder, name), text)
  const bank = await httpUpstream(t, {
    ...{ name: 'bank', address: loopback() },
    tls: {
      key: server.keyPem,
      cert: server.chainPem,
      ca: ca.rootPem,
      requestCert: true,
      rejectUnauthorized: false,
    },
  })
  const address = loopback()
  const calls = [{ port: PORT, protocol: 'HTTP' }]
  const entry = (names = '') =>
    policy(
      'ServiceEntry',
      'shop/bank',
      `{hosts: [bank.test], location: MESH_EXTERNAL, resolution: STATIC, ports: [{number: ${PORT}, name: http, protocol: HTTP, targetPort: ${bank.port}}],
        endpoints: [{address: ${bank.address}}]${names}}`,
    )
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': workload({ workload: 'shop/client', address, calls }),
      'rules.yaml': entry(),
    },
    proxies: ['shop/client'],
  })
  const ask = async (tls: string, names = '') => {
    const more = policy(
      'DestinationRule',
      'shop/bank',
      `{host: bank.test, trafficPolicy: {tls: {${tls.replaceAll('@', `${folder}/`)}}}}`,
    )
    await mesh.edit('rules.yaml', join(entry(names), more))
    const answer = await request({ address, port: PORT, host: 'bank.test' })
    return answer.status === 200 ? (answer.json<Echo>().peer ?? 'nobody') : answer.status
  }

  await t.test('the server is verified by roots, names and revocations', async () => {
    assert.equal(await ask('mode: SIMPLE, caCertificates: "@ca.pem"'), 'nobody')
    assert.equal(await ask('mode: SIMPLE, caCertificates: "@stranger.pem"'), 503)
    assert.equal(
      await ask('mode: SIMPLE, caCertificates: "@ca.pem", subjectAltNames: [other.test]'),
      503,
    )
    assert.equal(
      await ask('mode: SIMPLE, caCertificates: "@ca.pem", subjectAltNames: [bank.test]'),
      'nobody',
    )
    assert.equal(
      await ask(
        'mode: SIMPLE, caCertificates: "@ca.pem", sni: bank.test',
        ', subjectAltNames: [other.test]',
      ),
      503,
      'names of the ServiceEntry',
    )
    assert.equal(await ask('mode: SIMPLE, caCertificates: "@ca.pem", caCrl: "@none.crl"'), 'nobody')
    assert.equal(await ask('mode: SIMPLE, caCertificates: "@ca.pem", caCrl: "@server.crl"'), 503)
    assert.equal(await ask('mode: SIMPLE, insecureSkipVerify: true'), 'nobody')
  })

  await t.test('the client shows the certificate of its files', async () => {
    const pair = 'clientCertificate: "@client.pem", privateKey: "@client.key"'
    assert.equal(await ask(`mode: MUTUAL, ${pair}, caCertificates: "@ca.pem"`), 'DNS:client.test')
  })

  await t.test('nothing was refused by Envoy', () => assert.equal(mesh.sent().nacks, 0))
})

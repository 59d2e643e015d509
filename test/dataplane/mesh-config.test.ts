// Settings of the whole mesh on real Envoys: what proxies add to requests, retries of inbound requests, exports, TLS of the edge, an HTTP proxy.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { testCa } from '../support/certificates.ts'
import { skip } from '../support/envoy.ts'
import { rawExchange, request } from '../support/http.ts'
import { startMesh } from '../support/mesh.ts'
import { freePort, loopback } from '../support/ports.ts'
import { type Echo, httpUpstream } from '../support/upstreams.ts'
import { join, pairSecret, policy, service, workload } from '../support/workload.ts'

const PORT = 8000
const config = (settings: string) =>
  `apiVersion: mesh.istio.io/v1alpha1\nkind: MeshConfig\nmetadata: {name: mesh}\n${settings}\n`
const headers = (settings: string) => config(`defaultConfig: {proxyHeaders: ${settings}}`)

test('settings of the mesh', { skip }, async (t) => {
  const [client, web, edge] = [loopback(), loopback(), loopback()]
  const application = await httpUpstream(t, { name: 'web' })
  const other = await httpUpstream(t, { name: 'other', address: loopback(), port: 8080 })
  const ca = await testCa('public')
  const rules = policy(
    'VirtualService',
    'shop/web',
    `{hosts: [web, web.edge.test], gateways: [mesh, edge/main], http: [{
      match: [{uri: {prefix: /rewritten}}], rewrite: {authority: far.test}, route: [{destination: {host: web}}]},
      {route: [{destination: {host: web}}]}]}`,
  )
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({
          ...{ workload: 'shop/client', address: client },
          calls: [{ port: PORT, protocol: 'HTTP' }],
        }),
        workload({
          ...{ workload: 'shop/web', address: web, labels: { app: 'web' } },
          serves: [{ port: 8080, protocol: 'HTTP', application: application.port }],
          // Both sidecars listen on the HTTP proxy port of this one machine, and either may be asked.
          calls: [{ port: PORT, protocol: 'HTTP' }],
        }),
        workload({ workload: 'edge/gateway', address: edge, labels: { istio: 'edge' } }),
        workload({ workload: 'far/other', address: other.address, labels: { app: 'other' } }),
        service('shop/web', { app: 'web' }, `http:${PORT}:8080`),
        service('far/other', { app: 'other' }, `http:${PORT}:8080`),
        rules,
        // A replaced listener serves its old connections to their end.
        policy(
          'DestinationRule',
          'shop/web',
          '{host: web, trafficPolicy: {connectionPool: {http: {maxRequestsPerConnection: 1}}}}',
        ),
        pairSecret('edge/pair', await ca.issue({ dns: 'web.edge.test' })),
        policy(
          'Gateway',
          'edge/main',
          `{selector: {istio: edge}, servers: [
            {port: {number: 8443, name: https, protocol: HTTPS}, bind: ${edge}, hosts: ["*/web.edge.test"],
              tls: {mode: SIMPLE, credentialName: pair}},
            {port: {number: 8081, name: http, protocol: HTTP}, bind: ${edge}, hosts: ["*/web.edge.test"]}]}`,
        ),
      ),
      'config.yaml': '',
    },
    proxies: ['shop/client', 'shop/web', 'edge/gateway'],
  })
  const set = (text: string) => mesh.edit('config.yaml', text)
  const ask = (options = {}) => request({ address: client, port: PORT, host: 'web', ...options })
  const echo = async (options = {}) => (await ask(options)).json<Echo>()

  await t.test('what proxies add to requests and answers', async () => {
    const plain = await ask()
    assert.equal(plain.headers.server, 'envoy')
    assert.ok(plain.headers['x-envoy-upstream-service-time'])
    const before = plain.json<Echo>().headers
    assert.equal(before['x-envoy-attempt-count'], '1')
    assert.ok(before['x-request-id'])
    await set(
      headers(`{server: {value: shop}, requestId: {disabled: true}, attemptCount: {disabled: true},
        envoyDebugHeaders: {disabled: true}, xForwardedHost: {enabled: true}, xForwardedPort: {enabled: true}}`),
    )
    const answer = await ask({ path: '/rewritten' })
    const after = answer.json<Echo>()
    assert.equal(answer.headers.server, 'shop')
    assert.equal(answer.headers['x-envoy-upstream-service-time'], undefined)
    assert.equal(after.headers['x-envoy-attempt-count'], undefined)
    assert.equal(after.headers['x-request-id'], undefined)
    assert.equal(after.host, 'far.test')
    assert.equal(after.headers['x-forwarded-host'], 'web')
    assert.ok(after.headers['x-forwarded-port'])
  })

  await t.test("the server's own name stays, and letters of headers do", async () => {
    application.behave({ headers: { server: 'the-application', 'X-Shop-Name': 'web' } })
    const raw = () =>
      rawExchange({
        ...{ address: client, port: PORT },
        send: 'GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n',
      })
    assert.match(await raw(), /\r\nx-shop-name: web\r\n/)
    await set(headers('{server: {disabled: true}, preserveHttp1HeaderCase: true}'))
    const text = await raw()
    assert.match(text, /\r\nX-Shop-Name: web\r\n/)
    assert.match(text, /the-application/)
    application.behave({})
  })

  await t.test('certificates of callers: as the mesh says', async () => {
    assert.match(String((await echo()).headers['x-forwarded-client-cert']), /URI=spiffe:.*client/)
    await set(headers('{forwardedClientCert: SANITIZE}'))
    assert.equal((await echo()).headers['x-forwarded-client-cert'], undefined)
    await set(headers('{setCurrentClientCertDetails: {cert: true, uri: false, dns: false}}'))
    const told = String((await echo()).headers['x-forwarded-client-cert'])
    assert.match(told, /Cert="-----BEGIN/)
    assert.doesNotMatch(told, /URI=/)
  })

  await t.test('inbound requests are tried again as the mesh says', async () => {
    const off = 'defaultHttpRetryPolicy: {attempts: 0}'
    const tried = async (settings: string) => {
      await set(config(settings))
      application.behave({ failFirst: 1 })
      const { status } = await ask()
      return { status, tries: application.received.length }
    }
    assert.deepEqual(await tried(off), { status: 503, tries: 1 })
    assert.deepEqual(
      await tried(`${off}\ndefaultInboundHttpRetryPolicy: {attempts: 1, retryOn: "503"}`),
      { status: 200, tries: 2 },
    )
    application.behave({})
  })

  await t.test('services are seen elsewhere only as the mesh says', async () => {
    const seen = async () => (await ask({ host: 'other.far' })).status
    await set(config('outboundTrafficPolicy: {mode: REGISTRY_ONLY}'))
    assert.equal(await seen(), 200)
    await set(config('defaultServiceExportTo: ["."]'))
    assert.equal(await seen(), 502)
    assert.equal((await ask()).status, 200)
  })

  await t.test('namespaces that are not picked do not belong to the mesh', async () => {
    const names =
      'matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [far]}]'
    await set(config(`discoverySelectors: [{${names}}]`))
    assert.equal((await ask({ host: 'other.far' })).status, 502)
    assert.equal((await ask()).status, 200)
    const namespace =
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: far, labels: {mesh: "yes"}}'
    await set(
      join(namespace, config(`discoverySelectors: [{${names}}, {matchLabels: {mesh: "yes"}}]`)),
    )
    assert.equal((await ask({ host: 'other.far' })).status, 200)
  })

  await t.test('an HTTP proxy for every port of what is imported', async () => {
    const port = await freePort()
    await set(config(`proxyHttpPort: ${port}`))
    const through = (path: string) =>
      request({ port, path, host: new URL(path).host }).then(({ status }) => status)
    assert.equal(await through('http://other.far:8000/'), 200)
    assert.equal(await through('http://nobody.test/'), 502)
  })

  await t.test('ciphers of the edge, where a server says none', async () => {
    const cipher = async () => {
      const socket = connectTls({
        ...{ host: edge, port: 8443, servername: 'web.edge.test', ca: ca.rootPem },
        maxVersion: 'TLSv1.2',
      })
      await once(socket, 'secureConnect')
      const { name } = socket.getCipher()
      socket.destroy()
      return name
    }
    await set(config('tlsDefaults: {cipherSuites: [ECDHE-ECDSA-AES256-GCM-SHA384]}'))
    assert.equal(await cipher(), 'ECDHE-ECDSA-AES256-GCM-SHA384')
    await set(config('tlsDefaults: {cipherSuites: [ECDHE-ECDSA-CHACHA20-POLY1305]}'))
    assert.equal(await cipher(), 'ECDHE-ECDSA-CHACHA20-POLY1305')
  })

  await t.test('an edge behind the PROXY protocol believes its header', async () => {
    await set(config('defaultConfig: {gatewayTopology: {proxyProtocol: {}}}'))
    const socket = connect(8081, edge)
    t.after(() => socket.destroy())
    socket.write('PROXY TCP4 198.51.100.7 192.0.2.1 4711 80\r\n')
    socket.write('GET / HTTP/1.1\r\nHost: web.edge.test\r\nConnection: close\r\n\r\n')
    let text = ''
    for await (const chunk of socket) text += String(chunk)
    assert.match(text, /"x-forwarded-for":"198\.51\.100\.7"/)
  })

  await t.test('mutual TLS of version 1.3 and the curve that the mesh says', async () => {
    await set(config('meshMTLS: {minProtocolVersion: TLSV1_3, ecdhCurves: [P-384]}'))
    assert.equal((await ask()).status, 200)
    const counts = await mesh.envoy('shop/web').stats('listener.*ssl\\.curves\\.P-384$')
    assert.ok(
      Object.values(counts).some((count) => count > 0),
      'the server took the curve',
    )
  })
})

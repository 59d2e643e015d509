// TLS and addresses of the Kubernetes Gateway API on a real Envoy: certificates, also of other namespaces, and who serves a Gateway.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testCa } from '../support/certificates.ts'
import { skip } from '../support/envoy.ts'
import {
  edgeGateway,
  gatewayApi,
  OWN_ADDRESS,
  route,
  startGatewayMesh,
  to,
} from '../support/gateway-api.ts'
import { pairSecret, service } from '../support/workload.ts'

const ALL = route('all', `[{${to('one')}}]`)

/** `secret` as it stands in YAML. */
function https(name: string, hostname: string, secret: string, more = ''): string {
  return `{name: ${name}, port: 8443, protocol: HTTPS, hostname: "${hostname}", tls: {certificateRefs: [${secret}]}${more}}`
}

test('TLS of the Gateway API', { skip }, async (t) => {
  const ca = await testCa('public')
  const pair = async (secret: string, dns: string) => pairSecret(secret, await ca.issue({ dns }))
  const own = await pair('edge/own', 'own.edge.test')
  const foreign = await pair('other/foreign', 'foreign.edge.test')
  const grant = (kind: string) =>
    gatewayApi(
      'ReferenceGrant',
      'other/grant',
      `{from: [{group: gateway.networking.k8s.io, kind: Gateway, namespace: edge}], to: [{group: "", kind: ${kind}}]}`,
    )
  const listeners = `[${[
    https('own', 'own.edge.test', '{name: own}'),
    https('foreign', 'foreign.edge.test', '{name: foreign, namespace: other}'),
    https('lost', 'lost.edge.test', '{name: lost}'),
  ].join(', ')}]`
  const gateway = edgeGateway(listeners, OWN_ADDRESS)
  const edge = await startGatewayMesh(t, gateway, own, foreign, ALL)
  const ask = async (name: string, host = name) => {
    const tls = { servername: name, ca: ca.rootPem }
    const answer = await edge.ask('/', { port: 8443, host, tls }).catch((error) => error.code)
    return answer?.by ?? answer?.status ?? answer
  }
  const isRefused = (answer: unknown) => assert.match(String(answer), /^E[A-Z]|_SSL_/)
  const codes = () =>
    edge.mesh.app
      .diagnostics()
      .filter(({ code }) => code.startsWith('L026'))
      .map(({ text }) => /\((?:.*: )?(\w+)\)$/.exec(text)?.[1])

  await t.test('a certificate of the own namespace, by server name', async () => {
    assert.equal(await ask('own.edge.test'), 'one')
    isRefused(await ask('lost.edge.test'))
    assert.equal(await ask('own.edge.test', 'lost.edge.test'), 404)
  })

  await t.test('one of another namespace, only while a ReferenceGrant lets', async () => {
    isRefused(await ask('foreign.edge.test'))
    assert.deepEqual(codes().sort(), ['InvalidCertificateRef', 'RefNotPermitted'])
    await edge.set(gateway, own, foreign, ALL, grant('Service'))
    isRefused(await ask('foreign.edge.test'))
    await edge.set(gateway, own, foreign, ALL, grant('Secret'))
    assert.equal(await ask('foreign.edge.test'), 'one')
    assert.deepEqual(codes(), ['InvalidCertificateRef'])
    await edge.set(gateway, own, foreign, ALL)
    isRefused(await ask('foreign.edge.test'))
    assert.equal(await ask('own.edge.test'), 'one')
  })

  await t.test('a redirect to the listener for TLS, and several certificates', async () => {
    const both = edgeGateway(
      `[${https('own', 'own.edge.test', '{name: own}, {name: other}')},
        {name: http, port: 8080, protocol: HTTP}]`,
      OWN_ADDRESS,
    )
    const redirect = gatewayApi(
      'HTTPRoute',
      'edge/redirect',
      `{parentRefs: [{name: edge, port: 8080}], rules: [{filters: [
        {type: RequestRedirect, requestRedirect: {scheme: https, port: 8443, statusCode: 301}}]}]}`,
    )
    const other = await pair('edge/other', 'own.edge.test')
    const secured = `{parentRefs: [{name: edge, sectionName: own}], rules: [{${to('two')}}]}`
    await edge.set(both, own, other, redirect, gatewayApi('HTTPRoute', 'edge/secured', secured))
    const { status, headers } = await edge.ask('/a?b', { host: 'own.edge.test' })
    assert.equal(`${status} ${headers.location}`, '301 https://own.edge.test:8443/a?b')
    assert.equal(await ask('own.edge.test'), 'two')
  })

  await t.test('listeners in conflict are left out, others are not', async () => {
    const conflict = edgeGateway(
      `[{name: a, port: 8080, protocol: HTTP}, {name: b, port: 8080, protocol: HTTP},
        ${https('own', 'own.edge.test', '{name: own}')}, {name: tcp, port: 9000, protocol: TCP}]`,
      OWN_ADDRESS,
    )
    await edge.set(conflict, own, ALL)
    assert.equal(await ask('own.edge.test'), 'one')
    assert.equal(await edge.ask('/').catch((error) => error.code), 'ECONNREFUSED')
    assert.deepEqual(codes(), ['HostnameConflict', 'HostnameConflict', 'UnsupportedProtocol'])
  })

  await t.test('a Service as the address: its workloads serve the Gateway', async () => {
    const addressed = (host: string, port: number) =>
      edgeGateway(
        `[{name: http, port: ${port}, protocol: HTTP}]`,
        `, addresses: [{type: Hostname, value: ${host}}, {type: IPAddress, value: ADDRESS}]`,
      )
    const front = service('edge/front', { workload: 'gateway' }, 'http:8080:8081')
    await edge.set(addressed('front.edge.svc.cluster.local', 8080), front, ALL)
    // As for Istio's Gateways, the Service says which port the proxy has.
    const answer = await edge.ask('/', { port: 8081 })
    assert.equal(answer.by, 'one')
    await edge.set(addressed('none.edge.svc.cluster.local', 8080), front, ALL)
    assert.equal(await edge.ask('/', { port: 8081 }).catch((error) => error.code), 'ECONNREFUSED')
  })
})

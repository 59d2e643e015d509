// Sidecars on real Envoys beyond what they import: TLS of their own, limits, HTTP and egress proxies; names that Envoy looks up itself.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join as path } from 'node:path'
import { test } from 'node:test'
import { testCa } from '../support/certificates.ts'
import { skip, testFolder } from '../support/envoy.ts'
import { request } from '../support/http.ts'
import { startMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { type Echo, httpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const PORT = 8000

test('sidecars', { skip }, async (t) => {
  const [client, web] = [loopback(), loopback()]
  const application = await httpUpstream(t, { name: 'web' })
  const exit = await httpUpstream(t, { name: 'exit', address: loopback(), port: 8080 })
  const local = await httpUpstream(t, { name: 'local' })
  const ca = await testCa('public')
  const folder = testFolder(t)
  const pair = await ca.issue({ dns: 'web.test' })
  writeFileSync(path(folder, 'cert.pem'), pair.chainPem)
  writeFileSync(path(folder, 'key.pem'), pair.keyPem, { mode: 0o600 })
  const sidecar = (more: string, egress = '') =>
    policy(
      'Sidecar',
      'shop/client',
      `{workloadSelector: {labels: {workload: client}}, egress: [
        {port: {number: ${PORT}, protocol: HTTP, name: http}, bind: ${client}, captureMode: NONE, hosts: ["./*"]}${egress}]${more}}`,
    )
  const serving = (more: string) =>
    policy(
      'Sidecar',
      'shop/web',
      `{workloadSelector: {labels: {workload: web}}, ingress: [{port: {number: 8080, protocol: HTTP, name: http},
        bind: ${web}, captureMode: NONE, defaultEndpoint: "127.0.0.1:${application.port}"${more}`,
    )
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({ workload: 'shop/client', address: client }),
        workload({ workload: 'shop/web', address: web, labels: { app: 'web' } }),
        workload({ workload: 'far/exit', address: exit.address, labels: { app: 'exit' } }),
        service('shop/web', { app: 'web' }, `http:${PORT}:8080`),
        service('far/exit', { app: 'exit' }, `http:${PORT}:8080`),
        policy(
          'ServiceEntry',
          'shop/names',
          `{hosts: ["*.localhost"], resolution: DYNAMIC_DNS, ports: [{number: ${PORT}, name: http, protocol: HTTP}]}`,
        ),
        policy(
          'VirtualService',
          'shop/web',
          '{hosts: [web], http: [{match: [{uri: {prefix: /}, statPrefix: counted}], route: [{destination: {host: web}}]}]}',
        ),
      ),
      'client.yaml': sidecar(''),
      'web.yaml': serving('}]}'),
    },
    proxies: ['shop/client', 'shop/web'],
  })
  const ask = async (host = 'web', at = { address: client, port: PORT }) => {
    const { status, body } = await request({ ...at, host })
    return status === 200 ? (JSON.parse(body) as Echo).name : String(status)
  }

  await t.test('a match with a statPrefix is counted apart', async () => {
    assert.equal(await ask(), 'web')
    const counts = await mesh.envoy('shop/client').stats('route\\.counted\\.upstream_rq_2xx$')
    assert.deepEqual(Object.values(counts), [1])
  })

  await t.test('DYNAMIC_DNS: Envoy looks up the name of each request', async () => {
    assert.equal(await ask(`any.localhost:${local.port}`), 'local')
    assert.equal(await ask(`other.localhost:${local.port}`), 'local')
    const usual = await httpUpstream(t, { name: 'usual', port: PORT })
    assert.equal(await ask('any.localhost'), 'usual', 'the port of the service')
    await usual.stop()
    assert.equal(await ask('any.elsewhere'), '502')
  })

  await t.test('what is unknown goes to the egress proxy, which need not be imported', async () => {
    assert.equal(await ask('www.example.com'), '502')
    const proxy = 'egressProxy: {host: exit.far.svc.cluster.local, port: {number: 8000}}'
    await mesh.edit('client.yaml', sidecar(`, outboundTrafficPolicy: {mode: ALLOW_ANY, ${proxy}}`))
    assert.equal(await ask('www.example.com'), 'exit')
    assert.equal(await ask(), 'web')
    const subset =
      'egressProxy: {host: exit.far.svc.cluster.local, subset: far, port: {number: 8000}}'
    await mesh.edit(
      'client.yaml',
      join(
        policy(
          'DestinationRule',
          'far/exit',
          '{host: exit, subsets: [{name: far, labels: {app: exit}}]}',
        ),
        sidecar(`, outboundTrafficPolicy: {mode: ALLOW_ANY, ${subset}}`),
      ),
    )
    assert.equal(await ask('www.example.com'), 'exit')
    const counted = 'cluster.outbound|8000|far|exit.far.svc.cluster.local.upstream_rq_200'
    assert.ok((await mesh.envoy('shop/client').stat(counted)) > 0)
    await mesh.edit(
      'client.yaml',
      sidecar(`, outboundTrafficPolicy: {mode: REGISTRY_ONLY, ${proxy}}`),
    )
    assert.equal(await ask('www.example.com'), '502')
  })

  await t.test(
    'an empty list of what is imported is everything, and nothing is "~/*"',
    // Nobody listens there who could be asked, and on demand that alone brings a cluster.
    { skip: process.env.LOTSE_TEST_DELIVERY === 'on-demand' && 'there is no cluster unasked' },
    async () => {
      const clusters = async (egress: string) => {
        const spec = `{workloadSelector: {labels: {workload: client}}, egress: ${egress}}`
        await mesh.edit('client.yaml', policy('Sidecar', 'shop/client', spec))
        const all = await mesh.envoy('shop/client').resources('cluster')
        return all.filter(({ name }) => name.endsWith('|exit.far.svc.cluster.local')).length
      }
      assert.equal(await clusters('[]'), 1)
      assert.equal(await clusters('[{hosts: ["~/*"]}]'), 0)
      await mesh.edit('client.yaml', sidecar(''))
    },
  )

  await t.test('an HTTP proxy port serves every port of what it imports', async () => {
    const proxy = `,{port: {number: 3128, protocol: HTTP_PROXY, name: proxy}, bind: ${client}, captureMode: NONE,
      hosts: ["shop/*", "far/*"]}`
    await mesh.edit('client.yaml', sidecar('', proxy))
    const at = { address: client, port: 3128 }
    assert.equal(await ask('exit.far', at), 'exit')
    assert.equal(await ask('web.shop', at), 'web')
    assert.equal(await ask('exit.far'), '502', 'the other port does not import it')
    const usual = await httpUpstream(t, { name: 'usual', port: PORT })
    assert.equal(await ask('any.localhost', at), 'usual', 'the port of the service')
    await usual.stop()
  })

  await t.test('limits of the inbound side: the listener before the whole', async () => {
    const limits = (requests: number) => `connectionPool: {http: {http2MaxRequests: ${requests}}}`
    const whole = 'inboundConnectionPool: {http: {http2MaxRequests: 1}}'
    const together = async () => {
      // Long enough that all three have come before one is answered.
      application.behave({ delay: 1500 })
      const answers = await Promise.all([ask(), ask(), ask()])
      application.behave({})
      return answers.filter((answer) => answer === '503').length
    }
    await mesh.edit('web.yaml', serving(`}], ${whole}}`))
    const off =
      'apiVersion: mesh.istio.io/v1alpha1\nkind: MeshConfig\nmetadata: {name: mesh}\ndefaultHttpRetryPolicy: {attempts: 0}'
    await mesh.edit('config.yaml', off)
    assert.equal(await together(), 2)
    await mesh.edit('web.yaml', serving(`, ${limits(9)}}], ${whole}}`))
    assert.equal(await together(), 0)
  })

  await t.test('TLS of its own, only where mutual TLS is off', async () => {
    const tls = `tls: {mode: SIMPLE, serverCertificate: ${folder}/cert.pem, privateKey: ${folder}/key.pem}`
    await mesh.edit('web.yaml', serving(`, ${tls}}]}`))
    assert.equal(await ask(), 'web', 'mutual TLS goes on')
    const disable = policy(
      'PeerAuthentication',
      'shop/web',
      '{selector: {matchLabels: {workload: web}}, mtls: {mode: DISABLE}}',
    )
    await mesh.edit('web.yaml', join(serving(`, ${tls}}]}`), disable))
    const over = async () =>
      (
        await request({
          address: web,
          port: 8080,
          host: 'web.test',
          tls: { ca: ca.rootPem, servername: 'web.test' },
        })
      ).json<Echo>().name
    assert.equal(await waitFor('TLS to be taken', over, (name) => name === 'web'), 'web')
    await assert.rejects(request({ address: web, port: 8080, host: 'web.test' }))
  })
})

test('DYNAMIC_DNS at a gateway: a Host without a port is called on that of the service', {
  skip,
}, async (t) => {
  const edge = loopback()
  const one = await httpUpstream(t, { name: 'one' })
  const other = await httpUpstream(t, { name: 'other' })
  const to = ({ port }: { readonly port: number }, weight = '') =>
    `{destination: {host: "*.localhost", port: {number: ${port}}}${weight}}`
  await startMesh(t, {
    yaml: join(
      workload({ workload: 'shop/edge', address: edge, labels: { istio: 'edge' } }),
      policy(
        'ServiceEntry',
        'shop/names',
        `{hosts: ["*.localhost"], resolution: DYNAMIC_DNS, ports: [
          {number: ${one.port}, name: http-one, protocol: HTTP}, {number: ${other.port}, name: http-other, protocol: HTTP}]}`,
      ),
      policy(
        'Gateway',
        'shop/edge',
        `{selector: {istio: edge}, servers: [{port: {number: 8080, name: http, protocol: HTTP}, bind: ${edge}, hosts: ["*"]}]}`,
      ),
      policy(
        'VirtualService',
        'shop/names',
        `{hosts: ["*.localhost"], gateways: [edge], http: [
          {match: [{uri: {prefix: /other}}], route: [${to(other)}]},
          {match: [{uri: {prefix: /shared}}], route: [${to(one, ', weight: 0')}, ${to(other, ', weight: 1')}, ${to(other, ', weight: 1')}]},
          {route: [${to(one)}]}]}`,
      ),
    ),
    proxies: ['shop/edge'],
  })
  const ask = async (path: string, host = 'any.localhost') =>
    (await request({ address: edge, port: 8080, host, path })).json<Echo>().name
  assert.equal(await ask('/'), 'one')
  assert.equal(await ask('/other'), 'other')
  assert.equal(await ask('/shared'), 'other')
  assert.equal(await ask('/', `any.localhost:${other.port}`), 'other', 'the Host has the last word')
})

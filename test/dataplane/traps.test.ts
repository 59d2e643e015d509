// What readers of Istio's API often get wrong and no other test here is about, each on a real Envoy.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skip } from '../support/envoy.ts'
import { type HttpRequest, request } from '../support/http.ts'
import { startMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { type Echo, httpUpstream } from '../support/upstreams.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const PORT = 8000

test('traps', { skip }, async (t) => {
  const [client, edge] = [loopback(), loopback()]
  const web = await httpUpstream(t, { name: 'web', address: loopback(), port: 8080 })
  const calls = [{ port: PORT, protocol: 'HTTP' }]
  const core = (name: string, clusterIP: string) =>
    `{apiVersion: v1, kind: Service, metadata: {name: ${name}, namespace: shop}, spec: {clusterIP: ${clusterIP}, selector: {app: web},
      ports: [{name: any, appProtocol: http, protocol: TCP, port: ${PORT}, targetPort: 8080}]}}`
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({ workload: 'shop/client', address: client, calls }),
        workload({ workload: 'edge/gateway', address: edge, labels: { istio: 'edge' } }),
        workload({ workload: 'shop/web-1', address: web.address, labels: { app: 'web' } }),
        core('web', '10.96.0.9'),
        core('pods', 'None'),
        service('else/web', { app: 'nobody' }, `http:${PORT}:8080`),
        policy(
          'Gateway',
          'edge/edge',
          `{selector: {istio: edge}, servers: [{port: {number: 8080, name: http, protocol: HTTP}, bind: ${edge}, hosts: ["*"]}]}`,
        ),
      ),
      'rules.yaml': '',
    },
    proxies: ['shop/client', 'edge/gateway'],
  })
  const ask = async (host: string, options: Partial<HttpRequest> = {}) => {
    const answer = await request({ address: client, port: PORT, host, ...options })
    const echo = answer.body.startsWith('{') ? answer.json<Echo>() : undefined
    return { status: answer.status, echo, headers: answer.headers }
  }
  const statuses = (...hosts: string[]) =>
    Promise.all(hosts.map(async (host) => (await ask(host)).status))
  const rules = (...documents: string[]) => mesh.edit('rules.yaml', join(...documents))

  await t.test(
    'X2: a service is its names with a final dot, its address, and a headless one what stands before it',
    async () => {
      const names = [
        'web',
        'Web.Shop',
        'web.shop.svc',
        'web.shop.svc.cluster.local',
        'web.shop.svc.cluster.local.',
      ]
      assert.deepEqual(
        await statuses(...names, '10.96.0.9', `10.96.0.9:${PORT}`),
        Array(7).fill(200),
      )
      assert.deepEqual(
        await statuses('pod-0.pods', 'pod-0.pods.shop.svc.cluster.local'),
        [200, 200],
      )
      assert.deepEqual(await statuses('pod-0.web', 'web.else', '10.96.0.8'), [502, 503, 502])
    },
  )

  await t.test(
    'X10, X12: no timeout, no limits, least request, ten seconds to connect',
    async () => {
      await rules()
      const text = await mesh.envoy('shop/client').admin('/clusters')
      for (const limit of [
        'max_connections',
        'max_pending_requests',
        'max_requests',
        'max_retries',
      ]) {
        const line = new RegExp(
          `outbound\\|8000\\|\\|web\\.shop[^\\n]*default_priority::${limit}::(\\d+)`,
        )
        assert.equal(line.exec(text)?.[1], '4294967295', limit)
      }
      const clusters = await mesh.envoy('shop/client').resources('cluster')
      const { resource } = clusters.find(
        ({ name }) => name === 'outbound|8000||web.shop.svc.cluster.local',
      )!
      assert.deepEqual([resource.connect_timeout, resource.lb_policy], ['10s', 'LEAST_REQUEST'])
    },
  )

  await t.test(
    'header values: %% is one, a command is carried out; a rewrite leaves the path of before',
    async () => {
      await rules(
        policy(
          'VirtualService',
          'shop/web',
          `{hosts: [web], http: [{match: [{uri: {prefix: /a/}}], rewrite: {uri: /b/}, headers: {request: {set:
          {x-share: "100%%", x-path: "%REQ(:PATH)%"}}}, route: [{destination: {host: web}}]}]}`,
        ),
      )
      const { echo } = await ask('web', { path: '/a/c?q=1' })
      assert.equal(echo?.path, '/b/c?q=1')
      assert.equal(echo?.headers['x-share'], '100%')
      assert.equal(echo?.headers['x-envoy-original-path'], '/a/c?q=1')
      assert.equal((await ask('web', { path: '/a' })).status, 404, '/a is not below /a/')
    },
  )

  await t.test(
    'no rule left for the client or port: the service serves as if there was none',
    async () => {
      await rules(
        policy(
          'VirtualService',
          'shop/web',
          '{hosts: [web], http: [{match: [{port: 9}], directResponse: {status: 418}}]}',
        ),
      )
      assert.equal((await ask('web')).status, 200)
    },
  )

  await t.test(
    'gateways: without rules 404; a service by original destination has nobody there',
    async () => {
      const outside = async (host: string) =>
        (await ask(host, { address: edge, port: 8080 })).status
      await rules()
      assert.equal(await outside('a.test'), 404)
      await rules(
        policy(
          'ServiceEntry',
          'edge/out',
          `{hosts: ["*.out.test"], ports: [{number: ${PORT}, name: http, protocol: HTTP}], resolution: NONE}`,
        ),
        policy(
          'VirtualService',
          'edge/a',
          '{hosts: [a.test], gateways: [edge], http: [{route: [{destination: {host: "*.out.test"}}]}]}',
        ),
        policy(
          'VirtualService',
          'edge/b',
          `{hosts: [b.test], gateways: [edge], http: [{route: [{destination: {host: web.shop.svc.cluster.local}}]}]}`,
        ),
      )
      assert.equal(await outside('a.test'), 503)
      assert.equal(await outside('b.test:1234'), 200, 'the port in Host does not count')
    },
  )

  await t.test('subsets go by labels of workloads; empty labels are all; none is 503', async () => {
    const subset = (name: string, labels: string) => `{name: ${name}, labels: ${labels}}`
    const to = (name: string) =>
      `{match: [{uri: {prefix: /${name}}}], route: [{destination: {host: web, subset: ${name}}}]}`
    await rules(
      policy(
        'DestinationRule',
        'shop/web',
        `{host: web, subsets: [${subset('all', '{}')}, ${subset('own', '{app: web}')}, ${subset('none', '{app: x}')}]}`,
      ),
      policy(
        'VirtualService',
        'shop/web',
        `{hosts: [web], http: [${to('all')}, ${to('own')}, ${to('none')}]}`,
      ),
    )
    const paths = ['/all', '/own', '/none']
    const got = await Promise.all(paths.map(async (path) => (await ask('web', { path })).status))
    assert.deepEqual(got, [200, 200, 503])
  })

  await t.test('nothing was refused by Envoy', () => assert.equal(mesh.sent().nacks, 0))
})

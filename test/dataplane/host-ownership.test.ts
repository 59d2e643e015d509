// Two namespaces that claim one host, on real Envoys: the second takes nothing from anybody, unless the mesh wants Istio's way.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printDiagnostic } from '../../src/model/diagnostic.ts'
import { skip } from '../support/envoy.ts'
import { request } from '../support/http.ts'
import { startMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { httpUpstream } from '../support/upstreams.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const PORT = 8000
const ports = `ports: [{number: ${PORT}, name: http, protocol: HTTP}]`
const settings = (hostOwnership: string) =>
  JSON.stringify({
    ...{ apiVersion: 'mesh.istio.io/v1alpha1', kind: 'MeshConfig', metadata: { name: 'mesh' } },
    hostOwnership,
  })

test('a host belongs to one namespace', { skip }, async (t) => {
  const clients = { shop: loopback(), street: loopback(), third: loopback() }
  const [web, api, thief] = await Promise.all(
    ['web', 'api', 'thief'].map((name) =>
      httpUpstream(t, { name, address: loopback(), port: 8080 }),
    ),
  )
  const calls = [{ port: PORT, protocol: 'HTTP' }]
  const entry = (
    named: string,
    hosts: string,
    upstream: { address: string },
    more = '',
    year = 0,
  ) =>
    policy(
      'ServiceEntry',
      named,
      `{hosts: [${hosts}], ${ports.replace('HTTP}', 'HTTP, targetPort: 8080}')}, resolution: STATIC, endpoints: [{address: ${upstream.address}}]${more}}`,
      year,
    )
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        ...Object.entries(clients).map(([namespace, address]) =>
          workload({ workload: `${namespace}/client`, address, calls }),
        ),
        workload({ workload: 'shop/web', address: web!.address, labels: { app: 'web' } }),
        service('shop/web', { app: 'web' }, `http:${PORT}:8080`),
        entry('shop/api', 'api.test', api!),
        workload({ workload: 'street/thief', address: thief!.address, labels: { app: 'thief' } }),
        service('street/thief', { app: 'thief' }, `http:${PORT}:8080`),
      ),
      'settings.yaml': settings('strict'),
      'claims.yaml': '',
    },
    proxies: Object.keys(clients).map((namespace) => `${namespace}/client`),
  })
  const by = async (host: string) =>
    Promise.all(
      Object.values(clients).map(async (address) => {
        const answer = await request({ address, port: PORT, host })
        return answer.status === 200 ? answer.json<{ name: string }>().name : answer.status
      }),
    )
  const claim = (...documents: string[]) =>
    mesh.edit('claims.yaml', join(...documents), { errors: true })
  const told = () =>
    mesh.app
      .diagnostics()
      .filter(({ code }) => code === 'L0297')
      .map(printDiagnostic)
  const toThief = (named: string, hosts: string, more = '') =>
    policy(
      'VirtualService',
      named,
      `{hosts: [${hosts}], http: [{route: [{destination: {host: thief.street.svc.cluster.local}}]}]${more}}`,
      1,
    )
  const honest = async () => {
    assert.deepEqual(await by('web.shop'), ['web', 'web', 'web'])
    assert.deepEqual(await by('api.test'), ['api', 'api', 'api'])
  }

  await t.test('without a second claim', honest)

  // What the second namespace says holds for its own client, which stands in the middle.
  const rows: [
    what: string,
    documents: string[],
    host: string,
    strict: string[],
    istio: string[],
  ][] = [
    [
      'a rule for a service',
      [toThief('street/a', 'web.shop.svc.cluster.local')],
      'web.shop',
      ['web', 'thief', 'web'],
      ['thief', 'thief', 'thief'],
    ],
    [
      'a rule by wildcard',
      [toThief('street/a', '"*.shop.svc.cluster.local"')],
      'web.shop',
      ['web', 'thief', 'web'],
      ['thief', 'thief', 'thief'],
    ],
    [
      'a rule for every service',
      [toThief('street/a', '"*.svc.cluster.local"')],
      'web.shop',
      ['web', 'thief', 'web'],
      ['thief', 'thief', 'thief'],
    ],
    [
      "a rule for another's entry",
      [toThief('street/a', 'API.test')],
      'api.test',
      ['api', 'thief', 'api'],
      ['thief', 'thief', 'thief'],
    ],
    [
      'an entry for the name of a service',
      [entry('street/a', 'web.shop.svc.cluster.local', thief!)],
      'web.shop.svc.cluster.local',
      ['web', 'thief', 'web'],
      ['web', 'thief', 'web'],
    ],
    [
      'an entry for a name of another namespace',
      [entry('street/a', 'nobody.shop.svc.cluster.local', thief!)],
      'nobody.shop.svc.cluster.local',
      [],
      [],
    ],
    [
      "an entry for another's",
      [entry('street/a', 'api.test', thief!, '', 1)],
      'api.test',
      ['api', 'thief', 'api'],
      ['api', 'thief', 'api'],
    ],
    [
      "an entry that sorts before another's",
      [entry('a/a', 'api.test', thief!, '', 1)],
      'api.test',
      ['api', 'api', 'api'],
      ['api', 'thief', 'thief'],
    ],
  ]
  for (const [what, documents, host, strict] of rows) {
    await t.test(what, async () => {
      await claim(...documents)
      const [error, ...more] = told()
      assert.match(
        error ?? '',
        /^\S+claims\.yaml:\d+:\d+: error: the host \S+ belongs to namespace shop \(/,
      )
      assert.ok(/\(\w+\/shop\/\w+, \S+mesh\.yaml:\d+:\d+\)|\(by its name\)/.test(error!), error)
      assert.equal(more.length, 0)
      if (strict.length > 0) assert.deepEqual(await by(host), strict)
      else
        assert.deepEqual(
          (await by(host)).filter((name) => name === 'thief'),
          ['thief'],
        )
    })
  }

  await t.test(
    'what is kept to its own namespace, or said by the root namespace, is no conflict',
    async () => {
      await claim(toThief('street/a', 'web.shop.svc.cluster.local', ', exportTo: ["."]'))
      assert.deepEqual([await by('web.shop'), told()], [['web', 'thief', 'web'], []])
      await claim(toThief('istio-system/a', 'web.shop.svc.cluster.local'))
      assert.deepEqual([await by('web.shop'), told()], [['thief', 'thief', 'thief'], []])
    },
  )

  await t.test('the owner’s own rule is followed although another one is older', async () => {
    const redirect = (named: string, status: number, year: number) =>
      policy(
        'VirtualService',
        named,
        `{hosts: [web.shop.svc.cluster.local], http: [{directResponse: {status: ${status}}}]}`,
        year,
      )
    await claim(redirect('street/a', 418, 1), redirect('shop/a', 402, 2))
    assert.deepEqual(await by('web.shop'), [402, 418, 402])
  })

  await t.test('hostOwnership: istio lets everybody claim everything', async () => {
    await mesh.edit('settings.yaml', settings('istio'))
    for (const [what, documents, host, , istio] of rows) {
      if (istio.length === 0) continue
      await claim(...documents)
      assert.deepEqual([await by(host), told()], [istio, []], what)
    }
  })

  await t.test('and when the claims are gone', async () => {
    await mesh.edit('settings.yaml', settings('strict'))
    await claim()
    await honest()
    assert.equal(mesh.sent().nacks, 0)
  })
})

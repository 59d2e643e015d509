// No request fails on any kind of change, on real Envoys under load: routes, weights, services, endpoints, listeners,
// certificates, policies. `npm run soak` does the same for long.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { connect } from 'node:tls'
import { type Callers, ROUNDS, startCallers } from '../support/callers.ts'
import { type TestCa, testCa } from '../support/certificates.ts'
import { skip } from '../support/envoy.ts'
import { keepAlive, request } from '../support/http.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { type Echo, httpUpstream, type Upstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, pairSecret, policy, service, workload } from '../support/workload.ts'

const HTTPS = 8443

interface Moving {
  readonly mesh: TestMesh
  readonly ca: TestCa
  readonly client: string
  readonly gateway: string
  readonly one: Upstream
  readonly two: Upstream
  /** Listener of the client that the load uses. */
  port: number
  readonly loads: Callers[]
}

const SUBSETS = '{host: web, subsets: [{name: v1, labels: {v: "1"}}, {name: v2, labels: {v: "2"}}]}'
const DESTINATIONS = policy('DestinationRule', 'shop/web', SUBSETS)
const PORTS = ['http:8000:8080', 'http:8001:8080', 'http:8002:8080']
const WEB = service('shop/web', { app: 'web' }, ...PORTS)

/** Rules for the name that callers use. */
function rules(http: string, name = 'web'): string {
  return policy('VirtualService', `shop/${name}`, `{hosts: [edge.test], http: ${http}}`)
}

function to(subset: string, rest = '', host = 'web'): string {
  return `route: [{destination: {host: ${host}, subset: ${subset}}}]${rest}`
}

function shares(one: number, two: number): string {
  const share = (subset: string, weight: number) =>
    `{destination: {host: web, subset: ${subset}}, weight: ${weight}}`
  return rules(`[{route: [${share('v1', one)}, ${share('v2', two)}]}]`)
}

function clientWith(address: string, ...ports: readonly number[]): string {
  const calls = ports.map((port) => ({ port, protocol: 'HTTP' }))
  return workload({ workload: 'shop/client', address, calls })
}

function gatewayWith(address: string, ...hosts: readonly string[]): string {
  const servers = hosts.map((host) => ({
    ...{ port: { number: HTTPS, name: `https-${host}`, protocol: 'HTTPS' }, bind: address },
    ...{ hosts: [host], tls: { mode: 'SIMPLE', credentialName: 'edge' } },
  }))
  return policy('Gateway', 'edge/main', JSON.stringify({ selector: { istio: 'edge' }, servers }))
}

async function start(t: TestContext): Promise<Moving> {
  const [client, server, gateway] = [loopback(), loopback(), loopback()]
  const ca = await testCa()
  const one = await httpUpstream(t, { name: 'one' })
  const two = await httpUpstream(t, { name: 'two', address: loopback(), port: 8080 })
  const serves = [{ port: 8080, protocol: 'HTTP', application: one.port }]
  const mesh = await startMesh(t, {
    yaml: {
      'mesh.yaml': join(
        workload({ workload: 'shop/one', address: server, labels: { app: 'web', v: '1' }, serves }),
        workload({ workload: 'shop/two', address: two.address, labels: { app: 'web', v: '2' } }),
        workload({ workload: 'edge/gateway', address: gateway, labels: { istio: 'edge' } }),
        policy(
          'VirtualService',
          'edge/all',
          '{hosts: ["*"], gateways: [main], http: [{route: [{destination: {host: web.shop.svc.cluster.local, port: {number: 8000}}}]}]}',
        ),
      ),
      'client.yaml': clientWith(client, 8000),
      'service.yaml': WEB,
      'destinations.yaml': DESTINATIONS,
      'rules.yaml': rules(`[{${to('v1')}}]`),
      'gateway.yaml': gatewayWith(gateway, 'edge.test'),
      'secret.yaml': pairSecret('edge/edge', await ca.issue({ dns: 'edge.test' })),
      'other.yaml': '',
    },
    proxies: ['shop/client', 'shop/one', 'edge/gateway'],
  })
  return { mesh, ca, client, gateway, one, two, port: 8000, loads: [] }
}

/** Callers of the sidecar, half of them over connections that stay open. */
function inside(m: Moving): Callers {
  const next = () => ({ address: m.client, port: m.port, host: 'edge.test' })
  return noted(m, startCallers({ next }))
}

function outside(m: Moving): Callers {
  const tls = { servername: 'edge.test', ca: m.ca.rootPem }
  const next = () => ({ address: m.gateway, port: HTTPS, host: 'edge.test', tls })
  return noted(m, startCallers({ callers: 2, next }))
}

function noted(m: Moving, load: Callers): Callers {
  m.loads.push(load)
  return load
}

async function ask(m: Moving, path = '/', host = 'edge.test'): Promise<string> {
  const answer = await request({ address: m.client, port: m.port, host, path })
  return answer.status === 200 ? answer.json<Echo>().name : String(answer.status)
}

async function unharmed(load: Callers): Promise<void> {
  await load.turn()
  while (load.count() < 20) await load.turn()
  const { failures } = await load.stop()
  assert.deepEqual(failures, [])
}

/** A load that a failed row left behind must not go on. */
const times = (m: Moving, work: () => Promise<void>) => async () => {
  try {
    for (let round = 0; round < ROUNDS; round++) await work()
  } finally {
    await Promise.all(m.loads.splice(0).map((load) => load.stop()))
  }
}

test('zero failed requests', { skip }, async (t) => {
  const m = await start(t)
  const { mesh } = m
  const row = (what: string, work: () => Promise<void>) => t.test(what, times(m, work))

  await row('routes are added, changed, renamed and deleted', async () => {
    const load = inside(m)
    const more = `{match: [{uri: {prefix: /new}}], ${to('v2')}}`
    await mesh.edit('rules.yaml', rules(`[${more}, {${to('v1')}}]`))
    assert.equal(await ask(m, '/new'), 'two')
    const changed = `{match: [{uri: {prefix: /newer}}], ${to('v2', ', timeout: 5s')}}`
    await mesh.edit('rules.yaml', rules(`[${changed}, {${to('v1')}}]`))
    assert.deepEqual([await ask(m, '/new'), await ask(m, '/newer')], ['one', 'two'])
    await mesh.edit('rules.yaml', rules(`[${changed}, {${to('v1')}}]`, 'renamed'))
    const own = policy('VirtualService', 'shop/own', `{hosts: [web], http: [{${to('v2')}}]}`)
    await mesh.edit('other.yaml', own)
    assert.equal(await ask(m, '/', 'web.shop'), 'two')
    await mesh.edit('other.yaml', '')
    await mesh.edit('rules.yaml', rules(`[{${to('v1')}}]`))
    assert.deepEqual([await ask(m, '/new'), await ask(m, '/newer')], ['one', 'one'])
    await unharmed(load)
  })

  await row('a canary goes from nothing to everything', async () => {
    const load = inside(m)
    const steps = ROUNDS > 1 ? Array.from({ length: 101 }, (_, at) => at) : [0, 1, 10, 50, 90, 100]
    for (const share of steps) {
      await mesh.edit('rules.yaml', shares(100 - share, share))
      await load.turn()
    }
    assert.equal(await ask(m), 'two')
    await unharmed(load)
  })

  await row('a service is renamed, its subsets and rule with it', async () => {
    await mesh.edit('rules.yaml', rules(`[{${to('v1')}}]`))
    const load = inside(m)
    for (const name of ['shop', 'web', 'shop', 'web']) {
      const destinations = policy('DestinationRule', `shop/${name}s`, SUBSETS)
      // All in one file: one change. The first time the other files give up what they have.
      await mesh.edit(
        'rules.yaml',
        join(
          service(`shop/${name}`, { app: 'web' }, ...PORTS),
          destinations.replace('host: web', `host: ${name}`),
          rules(`[{${to('v1', '', name)}}]`),
        ),
      )
      mesh.write('service.yaml', '# moved\n')
      mesh.write('destinations.yaml', '# moved\n')
      await load.turn()
      assert.equal(await ask(m), 'one')
    }
    const held = await mesh.envoy('shop/client').resources('cluster')
    const left = held.map(({ name }) => name).filter((name) => name.includes('|shop.shop.'))
    assert.deepEqual(left, [], 'nothing is left of the other name')
    await unharmed(load)
    mesh.write('service.yaml', WEB)
    mesh.write('destinations.yaml', DESTINATIONS)
    await mesh.edit('rules.yaml', rules(`[{${to('v1')}}]`))
  })

  await row('an endpoint comes and goes, and is not used once that was accepted', async () => {
    await mesh.edit('rules.yaml', shares(50, 50).replaceAll(/, subset: v\d/g, ''))
    const third = await httpUpstream(t, { name: 'three', address: loopback(), port: 8080 })
    const added = workload({
      ...{ workload: 'shop/three', address: third.address },
      labels: { app: 'web', v: '3' },
    })
    const load = inside(m)
    for (let again = 0; again < 3; again++) {
      third.behave({})
      await mesh.edit('other.yaml', added)
      await waitFor('the new one to be called', () => third.received.length > 0)
      await mesh.edit('other.yaml', '')
      await load.turn()
      third.behave({})
      await load.turn()
      assert.equal(third.received.length, 0, 'it is used after its removal')
    }
    await unharmed(load)
    await third.stop()
    await mesh.edit('rules.yaml', rules(`[{${to('v1')}}]`))
  })

  await row('a listener moves; what is under way on the old one ends well', async () => {
    const load = inside(m)
    const old = m.port
    const next = old === 8000 ? 8001 : 8000
    const kept = keepAlive({ address: m.client, port: old, host: 'edge.test' })
    assert.equal((await kept.request()).status, 200)
    await mesh.edit('client.yaml', clientWith(m.client, old, next))
    m.port = next
    await load.turn()
    m.one.behave({ delay: 400 })
    const slow = request({ address: m.client, port: old, host: 'edge.test' })
    await waitFor('the slow request', () => m.one.received.length > 0)
    await mesh.edit('client.yaml', clientWith(m.client, next))
    assert.equal((await slow).status, 200)
    m.one.behave({})
    const last = await kept.request()
    assert.deepEqual([last.status, last.headers.connection], [200, 'close'])
    kept.close()
    const gone = () =>
      request({ address: m.client, port: old }).then(
        () => false,
        () => true,
      )
    await waitFor('the old port to be closed', gone)
    await unharmed(load)
  })

  await row('a gateway gets another host on its port, and its certificate changes', async () => {
    const load = outside(m)
    await mesh.edit('gateway.yaml', gatewayWith(m.gateway, 'edge.test', 'other.test'))
    for (let again = 0; again < 3; again++) {
      const pair = await m.ca.issue({ dns: 'edge.test' })
      await mesh.edit('secret.yaml', pairSecret('edge/edge', pair))
      const seen = () => serial(m.gateway, m.ca)
      await waitFor('the new certificate', seen, (shown) => shown === pair.serial)
      await load.turn()
    }
    await mesh.edit('gateway.yaml', gatewayWith(m.gateway, 'edge.test'))
    await unharmed(load)
  })

  await row('a policy is tightened, on open connections too, without the listener', async () => {
    const listeners = async () => {
      const held = await mesh.envoy('shop/one').resources('listener')
      return held.map(({ name, version, state }) => `${name} ${version} ${state}`).sort()
    }
    const before = await listeners()
    const load = inside(m)
    const kept = keepAlive({ address: m.client, port: m.port, host: 'edge.test' })
    const secretly = async () => (await kept.request({ path: '/secret' })).status
    for (const paths of ['["/secret"]', '["/secret", "/x"]', '["/s*"]']) {
      assert.equal(await secretly(), 200)
      const denied = `{action: DENY, rules: [{to: [{operation: {paths: ${paths}}}]}]}`
      await mesh.edit('other.yaml', policy('AuthorizationPolicy', 'shop/deny', denied))
      assert.equal(await secretly(), 403)
      await mesh.edit('other.yaml', '')
    }
    kept.close()
    assert.deepEqual(await listeners(), before)
    await unharmed(load)
  })

  await t.test('nothing was refused by Envoy', () => {
    assert.equal(mesh.sent().nacks, 0)
  })
})

/** Serial number of the certificate that the gateway shows. */
function serial(host: string, ca: TestCa): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: HTTPS, servername: 'edge.test', ca: ca.rootPem }, () => {
      resolve(socket.getPeerCertificate().serialNumber)
      socket.destroy()
    })
    socket.on('error', reject)
  })
}

// What readers of DestinationRule get wrong, on a real Envoy: how rules, subsets and ports lie over each other, and what a field left out means.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skip } from '../support/envoy.ts'
import { request } from '../support/http.ts'
import { loopback } from '../support/ports.ts'
import { type Answer, PORT, startShop } from '../support/shop.ts'
import type { Echo } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { policy, service, workload } from '../support/workload.ts'

const CLUSTER = `outbound|${PORT}||web.shop.svc.cluster.local`
const UPGRADE = 'connectionPool: {http: {h2UpgradePolicy: UPGRADE}}'
const BY_USER = 'loadBalancer: {consistentHash: {httpHeaderName: x-user}}'

const rule = (spec: string, name = 'shop/more', year = 1) =>
  policy('DestinationRule', name, `{host: web.shop.svc.cluster.local, ${spec}}`, year)
const toSubsets = (...names: readonly string[]) =>
  policy(
    'VirtualService',
    'shop/web',
    `{hosts: [web], http: [${names.map((name) => `{match: [{uri: {exact: /${name}}}], route: [{destination: {host: web, subset: ${name}}}]}`)},
      {route: [{destination: {host: web}}]}]}`,
  )
const mesh = (settings: string) =>
  `apiVersion: mesh.istio.io/v1alpha1\nkind: MeshConfig\nmetadata: {name: mesh}\n${settings}\n`
/** A rule that retries nothing, lest errors are hidden. */
const ONCE = policy(
  'VirtualService',
  'shop/web',
  '{hosts: [web], http: [{retries: {attempts: 0}, route: [{destination: {host: web}}]}]}',
)

test('traps of DestinationRule', { skip }, async (t) => {
  const shop = await startShop(t)
  const envoy = shop.mesh.envoy('shop/client')
  const stat = (name: string) => envoy.stat(`cluster.${CLUSTER}.${name}`)
  const clusterOf = async (name = CLUSTER) =>
    (await envoy.resources('cluster')).find((one) => one.name === name)!.resource
  /** HTTP version, and how many servers one user's requests come to. */
  const seen = async (path: string): Promise<[version: string, servers: number]> => {
    const answers: Answer[] = []
    for (let count = 0; count < 40; count++)
      answers.push(await shop.ask({ path, headers: { 'x-user': 'ann' } }))
    return [answers[0]!.echo.http, new Set(answers.map(({ by }) => by)).size]
  }

  await t.test(
    'blocks of a subset lie over those of the rule, those of its port replace all',
    async () => {
      const own = 'connectionPool: {http: {maxRetries: 1}}'
      const subset = (name: string, trafficPolicy: string) =>
        `{name: ${name}, labels: {app: web}, trafficPolicy: {${trafficPolicy}}}`
      const at = (port: number) => `portLevelSettings: [{port: {number: ${port}}, ${own}}]`
      await shop.rules(
        rule(`trafficPolicy: {${UPGRADE}, ${BY_USER}}, subsets: [{name: bare, labels: {app: web}}, ${subset('block', own)},
        ${subset('port', at(PORT))}, ${subset('other', at(9))}]`),
        toSubsets('bare', 'block', 'port', 'other'),
      )
      assert.deepEqual(await seen('/'), ['2.0', 1])
      assert.deepEqual(await seen('/bare'), ['2.0', 1])
      assert.deepEqual(await seen('/block'), ['1.1', 1], 'a block is replaced as a whole')
      assert.deepEqual(
        await seen('/port'),
        ['1.1', 2],
        'blocks that a port leaves out are defaults',
      )
      assert.deepEqual(await seen('/other'), ['2.0', 1], 'settings of another port')
      await shop.rules(
        rule(`trafficPolicy: {${UPGRADE}, ${BY_USER}, portLevelSettings: [{port: {number: ${PORT}}, ${BY_USER}}]},
        subsets: [{name: bare, labels: {app: web}}]`),
        toSubsets('bare'),
      )
      assert.deepEqual(await seen('/'), ['1.1', 1])
      assert.deepEqual(await seen('/bare'), ['1.1', 1])
    },
  )

  await t.test('rules for one host add their subsets up, the oldest policy counts', async () => {
    // The oldest, of the shop itself, has the subsets v1 and v2 and no policy.
    await shop.rules(
      rule(
        `trafficPolicy: {${UPGRADE}}, subsets: [{name: v1, labels: {v: "2"}}, {name: more, labels: {v: "2"}}]`,
        'shop/b',
        1,
      ),
      rule('trafficPolicy: {connectionPool: {http: {maxRetries: 1}}}', 'shop/a', 2),
      rule('exportTo: ["."], subsets: [{name: apart, labels: {v: "2"}}]', 'shop/c', 3),
      toSubsets('v1', 'more', 'apart'),
    )
    const [v1, more, apart] = [
      await shop.ask({ path: '/v1' }),
      await shop.ask({ path: '/more' }),
      await shop.ask({ path: '/apart' }),
    ]
    assert.deepEqual([v1.by, v1.echo.http], ['one', '2.0'])
    assert.deepEqual([more.by, more.echo.http], ['two', '2.0'])
    assert.equal(apart.status, 503, 'what is visible elsewhere is not merged')
  })

  await t.test(
    'a client in the root namespace takes its private rules first, no others before the service’s',
    async () => {
      const address = loopback()
      const calls = [{ port: PORT, protocol: 'HTTP' }]
      const root = workload({ workload: 'istio-system/client', address, calls })
      await shop.rules(root)
      await shop.mesh.start('istio-system/client')
      const version = async () =>
        (await request({ address, port: PORT, host: 'web.shop' })).json<Echo>().http
      const inRoot = (more: string) =>
        rule(`trafficPolicy: {${UPGRADE}}${more}`, 'istio-system/web')
      await shop.rules(root, inRoot(''))
      assert.equal(await version(), '1.1', 'the service’s own rule wins')
      await shop.rules(root, inRoot(', exportTo: ["."]'))
      assert.equal(await version(), '2.0')
      assert.equal((await shop.ask()).echo.http, '1.1')
    },
  )

  await t.test('limits: 0 is none; that of HTTP/2 requests holds for HTTP/1, too', async () => {
    const limits = (requests: number) =>
      rule(
        `trafficPolicy: {connectionPool: {tcp: {maxConnections: 0}, http: {http2MaxRequests: ${requests}, http1MaxPendingRequests: 0, maxRetries: 0}}}`,
      )
    const both = [shop.one, shop.two]
    for (const one of both) one.behave({ hang: true })
    await shop.rules(ONCE, limits(2))
    const held = [0, 1].map(() => shop.ask({ timeout: 60_000 }).catch(() => undefined))
    const received = () => both.reduce((sum, one) => sum + one.received.length, 0)
    await waitFor('two requests to be held', () => received() === 2)
    for (let count = 0; count < 3; count++) {
      const { status, body } = await shop.ask()
      assert.equal(status, 503)
      assert.match(body, /overflow/)
    }
    await shop.rules(ONCE, limits(0))
    const more = [0, 1, 2].map(() => shop.ask({ timeout: 60_000 }).catch(() => undefined))
    await waitFor('three more to be held', () => received() === 5)
    for (const one of both) one.behave({})
    assert.equal((await shop.ask()).status, 200)
    void [held, more]
  })

  await t.test(
    'connections end when idle or old; for HTTP the idle time of HTTP counts first',
    async () => {
      const pool = (text: string) => rule(`trafficPolicy: {connectionPool: {${text}}}`)
      const ends = async (counter: string) => {
        const before = await stat(counter)
        await shop.ask()
        await waitFor(
          counter,
          () => stat(counter),
          (now) => now > before,
        )
      }
      await shop.rules(pool('http: {idleTimeout: 0.05s}'))
      await ends('upstream_cx_idle_timeout')
      await shop.rules(pool('tcp: {idleTimeout: 0.05s}'))
      await ends('upstream_cx_idle_timeout')
      await shop.rules(pool('tcp: {maxConnectionDuration: 0.05s}'))
      await ends('upstream_cx_max_duration_reached')
      await shop.rules(pool('tcp: {idleTimeout: 0.05s}, http: {idleTimeout: 1h}'))
      assert.match(JSON.stringify(await clusterOf()), /"idle_timeout":"3600s"/)
    },
  )

  await t.test('outliers: five errors by default, and one server may always go', async () => {
    await shop.rules(
      ONCE,
      rule(
        'trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}, outlierDetection: {interval: 0.05s, baseEjectionTime: 1h}}',
      ),
    )
    for (const one of [shop.one, shop.two]) one.behave({ status: 500 })
    const active = () => stat('outlier_detection.ejections_active')
    for (let count = 0; count < 8; count++) await shop.ask()
    assert.equal(await active(), 0, 'four errors of each')
    await waitFor('an ejection that 10 % do not allow', async () => {
      await shop.ask()
      return (await stat('outlier_detection.ejections_overflow')) > 0
    })
    assert.equal(await active(), 1)
    assert.equal((await shop.ask()).status, 500, 'the other is still called')
    for (const one of [shop.one, shop.two]) one.behave({})
  })

  await t.test('a budget of retries stands in for their limit', async () => {
    const again = policy(
      'VirtualService',
      'shop/web',
      '{hosts: [web], http: [{retries: {attempts: 2, retryOn: "503"}, route: [{destination: {host: web}}]}]}',
    )
    const failOnce = async () => {
      for (const one of [shop.one, shop.two]) one.behave({ status: 503 })
      await shop.ask()
      const tries = shop.one.received.length + shop.two.received.length
      for (const one of [shop.one, shop.two]) one.behave({})
      return tries
    }
    const limits = (more: string) =>
      rule(`trafficPolicy: {connectionPool: {http: {maxRetries: 5}}${more}}`)
    await shop.rules(again, limits(''))
    assert.equal(await failOnce(), 3)
    await shop.rules(again, limits(', retryBudget: {percent: 0, minRetryConcurrency: 0}'))
    assert.equal(await failOnce(), 1)
    assert.ok((await stat('upstream_rq_retry_overflow')) > 0)
  })

  await t.test('warm-up: only where it can be, from ten percent on', async () => {
    const warm = (loadBalancer: string) => rule(`trafficPolicy: {loadBalancer: {${loadBalancer}}}`)
    const slow = async () =>
      /"slow_start_config":(\{.*?\}\})/.exec(JSON.stringify(await clusterOf()))?.[1]
    await shop.rules(warm('simple: ROUND_ROBIN, warmup: {duration: 30s}'))
    assert.match(
      (await slow()) ?? '',
      /"slow_start_window":"30s".*"default_value":1,.*"min_weight_percent":\{"value":10\}/,
    )
    await shop.rules(warm('warmup: {duration: 30s, minimumPercent: 25, aggression: 2}'))
    assert.match((await slow()) ?? '', /"default_value":2,.*"min_weight_percent":\{"value":25\}/)
    await shop.rules(warm('simple: RANDOM, warmup: {duration: 30s}'))
    assert.equal(await slow(), undefined)
    assert.equal((await shop.ask()).status, 200)
  })

  await t.test('HTTP/2 where the protocol is not declared: only by the rule', async () => {
    const sniffed = service('shop/sniffed', { app: 'web' }, `auto:${PORT}:8080`)
    const version = async () => (await shop.ask({ host: 'sniffed' })).echo.http
    await shop.rules(sniffed, mesh('h2UpgradePolicy: UPGRADE'))
    assert.equal(await version(), '1.1')
    await shop.rules(
      sniffed,
      policy('DestinationRule', 'shop/s', `{host: sniffed, trafficPolicy: {${UPGRADE}}}`),
    )
    assert.equal(await version(), '2.0')
  })

  await t.test('nothing was refused by Envoy', () => assert.equal(shop.mesh.sent().nacks, 0))
})

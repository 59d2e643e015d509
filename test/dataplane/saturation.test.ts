// How full a real Envoy is, as its agent tells: memory, workers, what is under way, open circuit breakers, endpoints put aside.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isProblem } from '../../src/ca/problem.ts'
import type { Saturation } from '../../src/dashboard/answers.ts'
import { openHttp } from '../../src/dashboard/server.ts'
import { noBrowser, openPage } from '../support/browser.ts'
import { skip, testFolder } from '../support/envoy.ts'
import { request } from '../support/http.ts'
import { tellLoad } from '../support/load-agent.ts'
import { startMesh } from '../support/mesh.ts'
import { loopback } from '../support/ports.ts'
import { httpUpstream } from '../support/upstreams.ts'
import { waitFor } from '../support/wait.ts'
import { join, policy, service, workload } from '../support/workload.ts'

const SOON = { timeout: 60_000 }
const HANGING = { port: 8080, behaviour: { hang: true } }
const WEB = 'outbound|8000||web.shop.svc.cluster.local'

/** How busy its workers are stands in /proc, where an Envoy in a container has another process id than its client. */
const elsewhere = process.env.LOTSE_ENVOY_IMAGE ? 'its Envoy is in a container' : false

test('what a proxy is full of', { skip: skip || elsewhere }, async (t) => {
  const [client, first, second] = [loopback(), loopback(), loopback()]
  const web = await httpUpstream(t, { name: 'web', address: first, ...HANGING })
  const other = await httpUpstream(t, { name: 'other', address: second, ...HANGING })
  const mesh = await startMesh(t, {
    yaml: join(
      workload({
        workload: 'shop/client',
        address: client,
        calls: [{ port: 8000, protocol: 'HTTP' }],
      }),
      workload({ workload: 'shop/web-1', address: first, labels: { app: 'web' } }),
      workload({ workload: 'shop/web-2', address: second, labels: { app: 'web' } }),
      service('shop/web', { app: 'web' }, 'http:8000:8080'),
      policy(
        'DestinationRule',
        'shop/web',
        `{host: web, trafficPolicy: {
          connectionPool: {tcp: {maxConnections: 1}, http: {http1MaxPendingRequests: 1}},
          outlierDetection: {consecutive5xxErrors: 1, interval: 1s, baseEjectionTime: 600s, maxEjectionPercent: 100}}}`,
      ),
      policy(
        'VirtualService',
        'shop/web',
        '{hosts: [web], http: [{retries: {attempts: 0}, route: [{destination: {host: web}}]}]}',
      ),
    ),
    proxies: ['shop/client'],
  })
  const http = await openHttp({ address: '127.0.0.1:0', data: testFolder(t) })
  if (isProblem(http)) throw new Error(http.text)
  t.after(() => http.close())
  http.ready(mesh.app)
  const ask = async (): Promise<Saturation> =>
    (await fetch(`http://${http.address}/api/v1/saturation`)).json() as Promise<Saturation>
  const way = async () => (await ask()).ways.find(({ cluster }) => cluster === WEB)

  assert.deepEqual((await ask()).proxies, [], 'nobody tells yet')
  tellLoad(t, mesh, 'shop/client')
  const [load] = await waitFor(
    'its memory',
    async () => (await ask()).proxies,
    ([one]) => (one?.memory ?? 0) > 1e6 && one?.busiest !== undefined,
    SOON,
  )
  assert.deepEqual([load?.workload, load?.workers, load?.connections], ['shop/client', 1, 0])
  assert.ok(load!.physical >= load!.memory && load!.busiest! <= 100)

  await t.test(
    'what is under way, and an open circuit breaker, an endpoint put aside',
    async () => {
      const asked = { address: client, port: 8000, host: 'web', timeout: 600_000 }
      const held = request(asked).catch(() => undefined)
      const full = await waitFor(
        'a request under way',
        way,
        (one) => one?.now?.requests === 1,
        SOON,
      )
      assert.deepEqual(
        [full?.now?.connections, full?.now?.breakers, full?.now?.ejected],
        [1, ['connections'], []],
      )
      // The figures are proven without a browser, too.
      const shown = noBrowser
        ? undefined
        : await openPage(t, `http://${http.address}/#/workload/shop/client`)
      if (noBrowser) t.diagnostic(`not looked at as a page: ${noBrowser}`)
      for (const text of ['open for connections', '1 open, 1 made', /MB allocated/]) {
        await shown?.page.getByText(text).waitFor(SOON)
      }
      const scraped = await fetch(`http://${http.address}/api/v1/prometheus/proxies/shop/client`)
      const text = await scraped.text()
      assert.match(text, /^envoy_server_memory_allocated \d{7,}$/m)
      assert.ok(text.includes(`envoy_cluster_upstream_rq_active{envoy_cluster_name="${WEB}"} 1\n`))
      assert.ok(
        text.includes(
          `envoy_cluster_circuit_breakers_default_cx_open{envoy_cluster_name="${WEB}"} 1\n`,
        ),
      )
      const called = web.received.length > 0 ? web : other
      await Promise.all([web.stop(), other.stop()])
      await held
      const aside = await waitFor(
        'the endpoint to be put aside',
        way,
        (one) => one?.now?.requests === 0 && one.now.ejected.length > 0,
        SOON,
      )
      assert.deepEqual(aside?.now, {
        ...{ connections: 0, requests: 0, waiting: 0, breakers: [] },
        ejected: [`${called.address}:8080`],
      })
      await shown?.page.goto(`http://${http.address}/#/service/shop/web`)
      const row = shown?.page.locator('tr', { hasText: `${called.address}:8080` })
      await row?.getByText('put aside by shop/client').waitFor(SOON)
      assert.deepEqual(shown?.complaints ?? [], [])
    },
  )
})

// What the page says of traffic beside the present: the last half hour again, and a Prometheus that does not answer.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { messageType } from '../../proto/message-type.ts'
import { type App, openApp } from '../../src/app.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { openHttp } from '../../src/dashboard/server.ts'
import { noBrowser, openPage } from '../support/browser.ts'
import { testFolder } from '../support/envoy.ts'
import { freePort } from '../support/ports.ts'
import { waitFor } from '../support/wait.ts'
import { join as documents, service, workload } from '../support/workload.ts'

const SOON = { timeout: 60_000 }
const REQUEST = messageType('opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest')
const NAMES = ['early', 'late'] as const

interface Running {
  readonly url: string
  readonly app: App
  /** The control plane's clock. */
  readonly clock: { ms: number }
}

async function serve(t: TestContext, prometheus?: string): Promise<Running> {
  const folder = testFolder(t)
  mkdirSync(join(folder, 'config'))
  const yaml = documents(
    workload({ workload: 'shop/client', address: '127.9.0.1' }),
    ...NAMES.flatMap((name, index) => [
      workload({
        workload: `shop/${name}`,
        address: `127.9.0.${index + 2}`,
        labels: { app: name },
      }),
      service(`shop/${name}`, { app: name }, 'http:80:8080'),
    ]),
  )
  writeFileSync(join(folder, 'config/mesh.yaml'), yaml)
  const clock = { ms: Date.now() }
  const app = await openApp({
    ...{ config: [join(folder, 'config')], data: join(folder, 'data'), xds: '127.0.0.1:0' },
    ...(prometheus ? { prometheus } : {}),
    now: () => new Date(clock.ms),
    log: () => undefined,
  })
  if (isProblem(app)) throw new Error(app.text)
  t.after(() => app.close())
  const http = await openHttp({ address: '127.0.0.1:0', data: folder })
  if (isProblem(http)) throw new Error(http.text)
  t.after(() => http.close())
  http.ready(app)
  return { url: `http://${http.address}`, app, clock }
}

/** As the client's proxy reports it. */
function report({ app }: Running, name: string, count: number): void {
  const e = `outbound|80||${name}.shop.svc.cluster.local;${name};shop;${name};v1`
  const attributes = Object.entries({ e: `${e} 200;-;;` }).map(([key, value]) => ({
    ...{ key, value: { string_value: value } },
  }))
  const metrics = [{ name: 'lotse.rq', sum: { data_points: [{ attributes, as_int: count }] } }]
  const message = REQUEST.fromObject({ resource_metrics: [{ scope_metrics: [{ metrics }] }] })
  assert.ok(app.signals.report('shop/client', REQUEST.encode(message).finish()))
}

test('the last half hour can be seen again, as a film, and left', {
  skip: noBrowser,
}, async (t) => {
  const running = await serve(t)
  report(running, 'early', 30)
  running.clock.ms += 10 * 60_000
  report(running, 'late', 70)
  const { page, complaints } = await openPage(t, running.url)
  const edge = (name: string) => page.locator(`[data-edge="shop/client shop/${name}"]`)
  const total = (text: string) => page.locator('.totals', { hasText: text }).waitFor(SOON)
  await edge('late').waitFor(SOON)
  assert.equal(await edge('early').count(), 0)
  await total('70 calls, 0 failed')

  const slider = page.getByRole('slider', { name: 'Time' })
  await slider.fill('-600')
  await edge('early').waitFor(SOON)
  await total('30 calls, 0 failed')
  assert.equal(await slider.getAttribute('aria-valuetext'), '10 min ago')
  await slider.fill('-1200')
  await page.locator('.totals', { hasText: '0 calls' }).waitFor(SOON)

  await slider.fill('-80')
  await page.getByRole('button', { name: 'Play' }).click()
  await page.getByRole('button', { name: 'Stop' }).waitFor(SOON)
  // Ten seconds of then in one of now, until it is now again.
  await total('70 calls, 0 failed')
  await waitFor(
    'the film to end',
    () => slider.getAttribute('aria-valuetext'),
    (text) => text === 'now',
    SOON,
  )
  await slider.fill('-600')
  await total('30 calls, 0 failed')
  await page.getByRole('button', { name: 'Now' }).click()
  await total('70 calls, 0 failed')
  assert.deepEqual(complaints, [])
})

test('a Prometheus that is down is told on each page that shows traffic', {
  skip: noBrowser,
}, async (t) => {
  const running = await serve(t, `http://127.0.0.1:${await freePort()}`)
  report(running, 'early', 30)
  const { page, complaints } = await openPage(t, running.url)
  for (const view of ['graph', 'services', 'service/shop/early']) {
    await page.goto(`${running.url}/#/${view}`)
    await page.locator('.notice', { hasText: '(ECONNREFUSED)' }).first().waitFor(SOON)
  }
  assert.deepEqual(complaints, [])
})

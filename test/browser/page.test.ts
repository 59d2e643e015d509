// The page with what it must bear: names that are HTML, ten thousand objects, no traffic, and a control plane that goes and comes back.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openApp } from '../../src/app.ts'
import { isProblem } from '../../src/ca/problem.ts'
import { openHttp } from '../../src/dashboard/server.ts'
import { noBrowser, openPage } from '../support/browser.ts'
import { testFolder } from '../support/envoy.ts'
import { freePort } from '../support/ports.ts'
import { waitFor } from '../support/wait.ts'
import { join as documents, policy, service, workload } from '../support/workload.ts'

const SOON = { timeout: 60_000 }
const EVIL = '<img src=x onerror=document.title=1>'

interface Running {
  readonly url: string
  readonly stop: () => Promise<void>
}

async function serve(
  t: TestContext,
  yaml: string,
  address = '127.0.0.1:0',
  folder = testFolder(t),
): Promise<Running> {
  const config = join(folder, 'config')
  mkdirSync(config, { recursive: true })
  writeFileSync(join(config, 'mesh.yaml'), yaml)
  const data = join(folder, 'data')
  const app = await openApp({ config: [config], data, xds: '127.0.0.1:0', log: () => undefined })
  if (isProblem(app)) throw new Error(app.text)
  const http = await openHttp({ address, data: folder })
  if (isProblem(http)) throw new Error(http.text)
  http.ready(app)
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= http.close().then(() => app.close())
    return stopped
  }
  t.after(stop)
  return { url: `http://${http.address.replace('0.0.0.0', '127.0.0.1')}`, stop }
}

test('names that are HTML stay text on every page', { skip: noBrowser }, async (t) => {
  const yaml = documents(
    workload({ workload: 'shop/web-1', address: '127.9.0.1', labels: { app: EVIL } }),
    service('shop/web', { app: EVIL }, 'http:80:8080'),
    policy(
      'VirtualService',
      'shop/web',
      JSON.stringify({
        hosts: ['web'],
        http: [
          {
            name: EVIL,
            route: [
              { destination: { host: 'web', subset: 'a' }, weight: 1 },
              { destination: { host: 'web' }, weight: 2 },
            ],
          },
        ],
      }),
    ),
    policy('VirtualService', 'shop/bad', JSON.stringify({ hosts: [EVIL], [EVIL]: EVIL })),
    policy(
      'AuthorizationPolicy',
      'shop/a',
      JSON.stringify({ selector: { matchLabels: { app: EVIL } } }),
    ),
    `{apiVersion: v1, kind: Service, metadata: {name: ${JSON.stringify(EVIL)}, namespace: shop}, spec: {ports: [{port: 80}]}}`,
  )
  const { url } = await serve(t, yaml)
  const { page, complaints } = await openPage(t, url)
  const views = [
    'services',
    'policies',
    'policies/AuthorizationPolicy/shop/a',
    'proxies',
    'traffic',
    'certificates',
    'service/shop/web',
    'workload/shop/web-1',
    `service/shop/${encodeURIComponent(EVIL)}`,
    `tap/shop/${encodeURIComponent(EVIL)}`,
    encodeURIComponent(EVIL),
    `graph?namespace=${encodeURIComponent(EVIL)}`,
  ]
  for (const view of views) {
    await page.goto(`${url}/#/${view}`)
    const busy = page.locator('main [aria-busy]')
    await waitFor(
      `${view} to be shown`,
      () => busy.count(),
      (count) => count === 0,
      SOON,
    )
    assert.equal(await page.locator('main img').count(), 0, view)
  }
  await page.goto(`${url}/#/policies`)
  await page.getByText(EVIL).first().waitFor(SOON)
  assert.notEqual(await page.title(), '1')
  // What is not there answers 404, which a browser writes down.
  assert.deepEqual(
    complaints.filter((text) => !text.includes('404')),
    [],
  )
})

test('ten thousand objects are shown in parts, and found by a word', {
  skip: noBrowser,
}, async (t) => {
  const many = Array.from(
    { length: 10_000 },
    (_, index) =>
      `{apiVersion: v1, kind: ConfigMap, metadata: {name: c${index}, namespace: shop}, data: {}}`,
  )
  const { url } = await serve(t, documents(...many))
  const { page, complaints } = await openPage(t, `${url}/#/policies`)
  await page.getByText('1 to 500 of 10000').waitFor(SOON)
  assert.ok((await page.locator('tbody tr').count()) <= 200)
  await page.getByLabel('Search').fill('c9999')
  await page.getByRole('link', { name: 'ConfigMap c9999' }).waitFor(SOON)
  assert.deepEqual(complaints, [])
})

test('a control plane that goes is missed, and found again', { skip: noBrowser }, async (t) => {
  const address = `127.0.0.1:${await freePort()}`
  const yaml = service('shop/web', { app: 'web' }, 'http:80:8080')
  const folder = testFolder(t)
  const first = await serve(t, yaml, address, folder)
  const { page } = await openPage(t, first.url)
  await page.getByText('No traffic yet.').waitFor(SOON)
  await page.getByText('no proxy is connected').waitFor(SOON)
  await first.stop()
  await page.getByText('No connection to the control plane').waitFor(SOON)
  await page.goto(`${first.url}/#/policies`).catch(() => undefined)
  await serve(t, yaml, address, folder)
  await page.getByText('no proxy is connected').waitFor(SOON)
})

test('where others can reach it, the page asks for a token and keeps it', {
  skip: noBrowser,
}, async (t) => {
  const folder = testFolder(t)
  const yaml = service('shop/web', { app: 'web' }, 'http:80:8080')
  const { url } = await serve(t, yaml, '0.0.0.0:0', folder)
  const token = readFileSync(join(folder, 'api-token'), 'utf8')
  const { page } = await openPage(t, `${url}/#/policies`)
  await page.getByLabel('Token').fill('wrong')
  await page.getByRole('button', { name: 'Enter' }).click()
  await page.getByText('is not accepted').waitFor(SOON)
  assert.equal(await page.getByText('Service web').count(), 0)
  await page.getByLabel('Token').fill(token)
  await page.getByRole('button', { name: 'Enter' }).click()
  await page.getByRole('link', { name: 'Service web' }).waitFor(SOON)
})

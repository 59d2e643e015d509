// The dashboard over the running demo, in a real browser: figures that agree with the load, a fault that turns red and goes, a slider
// that moves real traffic, and what is refused with its file and line.
import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { EDGES, SERVICES } from '../../examples/hipstershop/topology.ts'
import type { Graph } from '../../src/model/graph.ts'
import { noBrowser, openPage } from '../support/browser.ts'
import { skip, testFolder } from '../support/envoy.ts'
import { type ShopDemo, startShopDemo } from '../support/shop-demo.ts'
import { waitFor } from '../support/wait.ts'
import { policy } from '../support/workload.ts'

/** Figures leave the smallest window after 15 s; a slow machine needs more of everything. */
const SOON = { timeout: 120_000 }
const TOLERANCE = 0.02

test('the dashboard tells what the demo does', { skip: skip || noBrowser }, async (t) => {
  const demo = await startShopDemo(t, testFolder(t))
  const { page, complaints } = await openPage(t, `${demo.url}/#/graph?window=1800`)
  page.setDefaultTimeout(SOON.timeout)
  await t.test('every service and every call is there, as often as the load was', () =>
    figuresAgree(demo, page),
  )
  const load = demo.load()
  await t.test('a fault turns its edge red, and it is green again without it', () =>
    faultIsSeen(demo, page),
  )
  await t.test('the slider moves real traffic', () => sliderMoves(demo, page))
  await t.test('what is refused is shown with its line', () => refusalsAreSeen(demo, page))
  await load.stop()
  assert.deepEqual(complaints, [])
})

async function figuresAgree(demo: ShopDemo, page: Page): Promise<void> {
  const load = demo.load()
  for (const { name } of SERVICES) await page.locator(`[data-node="default/${name}"]`).waitFor()
  for (const edge of EDGES) {
    const [from, to] = edge.split('>')
    await page.locator(`[data-edge="default/${from} default/${to}"]`).waitFor({ state: 'attached' })
  }
  await load.stop()
  const { sent, failed } = load.count
  assert.equal(failed, 0, load.count.example)
  // One request of the fixture found out that the shop answers.
  const wanted = sent + 1
  const shown = async () =>
    (await requestsShown(page, 'default/ingressgateway default/frontend')) +
    (await requestsShown(page, 'default/loadgenerator default/frontend'))
  await waitFor(
    `the page to show the ${wanted} requests of the load`,
    shown,
    (count) => Math.abs(count - wanted) <= TOLERANCE * wanted,
    { ...SOON, every: 500 },
  )
}

async function requestsShown(page: Page, edge: string): Promise<number> {
  await page.locator(`[data-edge="${edge}"]`).focus()
  await page.keyboard.press('Enter')
  const text = await page.locator('aside.details dd').nth(1).textContent()
  await page.keyboard.press('Escape')
  return Number(/^([\d,]+),/.exec(text ?? '')?.[1]?.replaceAll(',', ''))
}

async function faultIsSeen(demo: ShopDemo, page: Page): Promise<void> {
  await page.goto(`${demo.url}/#/graph?window=15`)
  const edge = page.locator('[data-edge="default/frontend default/currencyservice"]')
  const turns = (level: string) =>
    waitFor(
      `the edge to be ${level}`,
      () => edge.getAttribute('class'),
      (now) => now?.split(' ').includes(level) ?? false,
      { ...SOON, every: 200 },
    )
  await turns('ok')
  const file = join(demo.meshFolder, 'injected.yaml')
  const rule =
    '{hosts: [currencyservice], http: [{fault: {abort: {grpcStatus: UNAVAILABLE, percentage: {value: 100}}}, route: [{destination: {host: currencyservice}}]}]}'
  writeFileSync(file, policy('VirtualService', 'default/injected', rule))
  await turns('bad')
  rmSync(file)
  await turns('ok')
}

async function sliderMoves(demo: ShopDemo, page: Page): Promise<void> {
  await page.goto(`${demo.url}/#/traffic`)
  const file = join(demo.meshFolder, 'canary.yaml')
  const before = readFileSync(file, 'utf8')
  await page.getByLabel('weight of recommendationservice v2').fill('100')
  await page.getByText('+             weight: 100').waitFor()
  await page.getByRole('button', { name: 'Write to the file' }).click()
  await page.getByText('written', { exact: true }).waitFor()
  const expected = before.replace('weight: 90', 'weight: 0').replace('weight: 10', 'weight: 100')
  assert.equal(readFileSync(file, 'utf8'), expected)
  await waitFor(
    'all requests to go to v2',
    async () => {
      const answer = await fetch(`${demo.url}/api/v1/graph?by=workload&window=15`)
      const { edges } = (await answer.json()) as Graph
      const to = (version: string) =>
        edges
          .filter(({ target }) => target === `default/recommendationservice-${version}`)
          .reduce((sum, { requests }) => sum + requests, 0)
      return [to('v1'), to('v2')]
    },
    ([old = 0, now = 0]) => old === 0 && now > 0,
    { ...SOON, every: 500 },
  )
}

async function refusalsAreSeen(demo: ShopDemo, page: Page): Promise<void> {
  const invalid = policy('VirtualService', 'default/wrong', '{hosts: [x], http: [{timout: 1s}]}')
  writeFileSync(join(demo.meshFolder, 'invalid.yaml'), invalid)
  await page.goto(`${demo.url}/#/policies`)
  const row = page.locator('tr', { hasText: 'VirtualService wrong' })
  await row.getByText('refused', { exact: true }).waitFor()
  await row
    .getByText(/invalid\.yaml:\d+:\d+/)
    .first()
    .waitFor()
  // The application of frontend-v1 is there already, so the gateway's Envoy cannot listen.
  const taken =
    '{selector: {istio: ingressgateway}, servers: [{bind: 127.0.0.1, port: {number: 18011, name: http, protocol: HTTP}, hosts: ["*"]}]}'
  writeFileSync(join(demo.meshFolder, 'taken.yaml'), policy('Gateway', 'default/taken', taken))
  await page.goto(`${demo.url}/#/proxies`)
  await page.getByText('Refused by Envoy').waitFor()
  await page.getByText(/cannot bind '127\.0\.0\.1:18011'/).waitFor()
  await page
    .getByText(/taken\.yaml:\d+:\d+/)
    .first()
    .waitFor()
  await page.locator('tr', { hasText: 'ingressgateway' }).getByText('rejected').waitFor()
}

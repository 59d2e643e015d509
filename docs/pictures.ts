// `npm run pictures [-- FOLDER]`: the demo's dashboard as it is, into docs/*.png or the folder. Needs Chromium, and the demo's addresses.
import { mkdtempSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { noBrowser, openPage } from '../test/support/browser.ts'
import { startShopDemo } from '../test/support/shop-demo.ts'

const MOST_BYTES = 200_000
/** Enough for a minute of figures in each chart. */
const RUN_MS = 75_000
const PICTURES = [
  ['dashboard', 'graph', 780],
  ['service', 'service/default/recommendationservice', 780],
  ['policies', 'policies', 700],
  ['certificates', 'certificates', 640],
  ['traffic', 'traffic', 480],
  ['tap', 'tap/default/frontend-v1', 640],
] as const

const folder = process.argv[2] ?? fileURLToPath(new URL('.', import.meta.url))
const ends: (() => void | Promise<void>)[] = []
const until = { after: (end: () => void | Promise<void>) => void ends.unshift(end) }
try {
  if (noBrowser) throw new Error(noBrowser)
  const demo = await startShopDemo(until, mkdtempSync(join(tmpdir(), 'lotse-pictures-')))
  demo.load()
  const { page } = await openPage(until, `${demo.url}/#/graph`)
  await page.waitForTimeout(RUN_MS)
  for (const [name, path, height] of PICTURES) {
    await page.setViewportSize({ width: 1200, height })
    await page.goto(`${demo.url}/#/${path}`)
    if (name === 'traffic') {
      await page.getByLabel('weight of recommendationservice v2').fill('25')
    }
    await page.waitForTimeout(4_000)
    const file = join(folder, `${name}.png`)
    await page.screenshot({ path: file })
    const { size } = statSync(file)
    if (size > MOST_BYTES) throw new Error(`${file} has ${size} bytes, more than ${MOST_BYTES}`)
    console.log(`${file}: ${size} bytes`)
  }
} finally {
  for (const end of ends) await end()
}
process.exit()

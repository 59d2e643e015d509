// The system's Chromium for tests of the dashboard.
import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { Cleanup } from './cleanup.ts'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const found = [process.env.CHROMIUM_BIN ?? '', ...PLACES].find((path) => path && existsSync(path))

/** For node:test's `skip`: the reason when this machine has no Chromium, false otherwise. */
export const noBrowser: string | false = found
  ? false
  : `no Chromium at ${PLACES.join(', ')}; name one by CHROMIUM_BIN`

export interface OpenedPage {
  readonly page: Page
  /** What the page complained of: errors of scripts, refused by policy, and the like. */
  readonly complaints: readonly string[]
}

/** A page in a browser of its own, which ends with the test. */
export async function openPage(t: Cleanup, url: string): Promise<OpenedPage> {
  const browser: Browser = await chromium.launch({
    executablePath: found ?? '',
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  })
  t.after(() => browser.close())
  const page = await browser.newPage({ viewport: { width: 1200, height: 800 } })
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await page.goto(url)
  return { page, complaints }
}

/**
 * Takes the picture of the README: the heads of both models at the end of a whole training. Needs the
 * built page (build:web), minutes, and a Chromium; CHROMIUM_PATH names another than Debian's.
 */
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { preview } from 'vite'

const APP = fileURLToPath(new URL('../', import.meta.url))

const server = await preview({
  root: APP,
  logLevel: 'error',
  preview: { port: 0, host: '127.0.0.1' },
})
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--headless=new', '--no-sandbox'],
})
try {
  const page = await browser.newPage({ viewport: { width: 820, height: 900 } })
  page.setDefaultTimeout(0)
  await page.goto(`${server.resolvedUrls?.local[0]}`)
  await page.locator('button[type=submit]').click()
  await page.locator('#status', { hasText: 'Done.' }).waitFor()
  await page.locator('#heads').screenshot({ path: `${APP}picture.png` })
} finally {
  await browser.close()
  await server.close()
}

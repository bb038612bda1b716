/**
 * Takes the picture of the README: the view "Understand" with the committed result of the benchmark.
 * Needs the built page (build:web) and a Chromium; CHROMIUM_PATH names another than Debian's.
 */
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { preview } from 'vite'

const APP = fileURLToPath(new URL('../', import.meta.url))
const RESULT = fileURLToPath(new URL('../../../packages/bench/results/full.json', import.meta.url))

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
  const page = await browser.newPage({ viewport: { width: 1100, height: 800 } })
  await page.goto(`${server.resolvedUrls?.local[0]}#/compare`)
  await page.locator('input[type=file]').setInputFiles(RESULT)
  await page.locator('.runs li').waitFor()
  await page.locator('nav a[href="#/understand"]').click()
  await page.locator('#rates-figure .plot svg').waitFor()
  await page.screenshot({ path: `${APP}picture.png` })
} finally {
  await browser.close()
  await server.close()
}

/**
 * The page in a real Chromium: opening it, reading what its workers say, and asking axe.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { AxeResults } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The app's folder. */
export const APP: string = fileURLToPath(new URL('../../', import.meta.url))

/** Longer than anything takes on a busy machine. */
export const PATIENCE = 150_000

/** An open page, and what went wrong in it. */
export interface OpenPage {
  readonly page: Page
  /** Errors on the console and exceptions nobody caught, those of the content policy included. */
  readonly problems: readonly string[]
}

/**
 * Keeps, before the page's own script runs, the loss of every step as each worker reports it, and
 * every shift of the layout that no input of a person explains.
 */
const LISTEN = `
  globalThis.losses = []
  globalThis.shifts = []
  globalThis.Worker = class extends Worker {
    constructor(...args) {
      super(...args)
      const own = []
      losses.push(own)
      this.addEventListener('message', ({ data }) => {
        if (data.type === 'steps') own.push(...data.losses)
      })
    }
  }
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) if (!shift.hadRecentInput) shifts.push(shift.value)
  }).observe({ type: 'layout-shift', buffered: true })`

/** Opens the page; closed by the browser's end. */
export async function openPage(browser: Browser, address: string): Promise<OpenPage> {
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 } })
  page.setDefaultTimeout(PATIENCE)
  const problems: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(error.message))
  await page.addInitScript(LISTEN)
  await page.goto(address)
  await page.locator('#heads .plot svg').waitFor()
  return { page, problems }
}

/** Waits until each model, or one of them, has made so many steps; the losses of all steps. */
export async function waitForSteps(
  page: Page,
  count: number,
  who: 'every' | 'some' = 'every',
): Promise<number[][]> {
  // Asked again and again from here: the content policy lets the page evaluate nothing.
  const isThere = `losses.length === 2 && losses.${who}((own) => own.length >= ${count})`
  await expect.poll(() => page.evaluate(isThere), { timeout: PATIENCE, interval: 250 }).toBe(true)
  return (await page.evaluate('losses')) as number[][]
}

/** Checks what is shown: it fits into 360 pixels, and axe has no complaint in either theme. */
export async function expectGoodLooks(page: Page): Promise<void> {
  // Evaluated, not added as a script: the content policy takes no scripts but the page's own.
  await page.evaluate(AXE)
  for (const [colorScheme, width] of [
    ['light', 1200],
    ['dark', 1200],
    ['light', 360],
    ['dark', 360],
  ] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height: 900 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    const { violations, passes } = (await page.evaluate('axe.run()')) as AxeResults
    const found = violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])
    expect({ colorScheme, width, found }).toEqual({ colorScheme, width, found: [] })
    expect(passes.length).toBeGreaterThan(10)
  }
}

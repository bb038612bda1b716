/**
 * The dashboard in a real Chromium: opening it, going from view to view, and asking axe.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { AxeResults } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Route } from '../../src/app/routes.js'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The app's folder. */
export const APP: string = fileURLToPath(new URL('../../', import.meta.url))

/** Longer than anything takes on a software GPU of a busy machine. */
export const PATIENCE = 150_000

/** An open page, and what went wrong in it. */
export interface OpenPage {
  readonly page: Page
  /** Errors on the console and exceptions nobody caught, those of the content policy included. */
  readonly problems: readonly string[]
}

/** Opens the page and waits until the device is known; closed by the browser's end. */
export async function openPage(browser: Browser, address: string): Promise<OpenPage> {
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 } })
  page.setDefaultTimeout(90_000)
  const problems: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(error.message))
  await page.goto(address)
  await page.locator('.backends[aria-busy=false]').waitFor()
  return { page, problems }
}

/** Goes to a view by the navigation. */
export async function goTo(page: Page, path: Route['path']): Promise<void> {
  await page.locator(`nav a[href="#${path}"]`).click()
  await page.locator(`main[data-view="${path}"]`).waitFor()
}

const THEMES = ['light', 'dark'] as const

/** Pixels of a small phone and of an ordinary window. */
const WIDTHS = [360, 1200]

/** Checks the view that is shown: it fits, and axe has no complaint, in both themes and widths. */
export async function expectGoodLooks(page: Page): Promise<void> {
  // Evaluated, not added as a script: the content policy takes no scripts but the page's own.
  await page.evaluate(AXE)
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme })
      const { violations, passes } = (await page.evaluate('axe.run()')) as AxeResults
      const found = violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])
      expect({ colorScheme, width, found }).toEqual({ colorScheme, width, found: [] })
      expect(passes.length).toBeGreaterThan(10)
    }
  }
}

/** Checks that a window of 3840 by 2160 pixels is used: in the middle, and by more than half. */
export async function expectWideLooks(page: Page): Promise<void> {
  const width = 3840
  await page.setViewportSize({ width, height: 2160 })
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
  const box = await page.locator('main').boundingBox()
  expect(box?.width).toBeGreaterThan(width / 2)
  expect((box?.x ?? 0) * 2 + (box?.width ?? 0)).toBeCloseTo(width, -1)
}

/** Notes every move of what was there already; what a person caused counts as well. */
export const WATCH_SHIFTS = `
  globalThis.shifts = []
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries()) {
      shifts.push({ value, moved: sources.map(({ node }) => node?.id || node?.nodeName) })
    }
  }).observe({ type: 'layout-shift', buffered: true })`

/** What is there once a view is: nothing more will come. */
export const SETTLED: Readonly<Record<string, string>> = {
  '/device': '.backends[aria-busy=false]',
  '/correct': 'input[value=webgpu]:enabled',
  '/fast': 'input[value=webgpu]:enabled',
  '/understand': '#accuracy-figure .plot svg',
  '/compare': '#runs',
  '/explore': '#decay-figure .plot svg',
}

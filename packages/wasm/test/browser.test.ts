/**
 * Runs the browser tests in a headless Chromium, on a page that is cross-origin isolated and on one
 * that is not. Without a Chromium the reason is named and they are skipped.
 */
import { describe, expect, test } from 'vitest'
import { runInBrowser, whyNoBrowser } from '../../../tooling/vitest/run-in-browser.js'

const CONFIG = 'packages/wasm/test/browser/vitest.config.ts'
const MINUTES = 60_000

const PAGES = [
  { page: 'cross-origin isolated', isolated: '1' },
  { page: 'not isolated', isolated: '0' },
] as const

describe('in a browser', () => {
  for (const { page, isolated } of PAGES) {
    test(page, { timeout: 5 * MINUTES }, async (context) => {
      const reason = whyNoBrowser()
      if (reason !== undefined) context.skip(reason)
      const outcome = await runInBrowser(CONFIG, 4 * MINUTES, { ROPE_ISOLATED: isolated })
      expect(outcome.failures).toEqual([])
      expect(outcome.passed).toBeGreaterThan(900)
    })
  }
})

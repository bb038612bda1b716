/**
 * The benchmark in a worker of a headless Chromium. Without a Chromium the reason is named and the
 * test is skipped.
 */
import { expect, test } from 'vitest'
import { runInBrowser, whyNoBrowser } from '../../../tooling/vitest/run-in-browser.js'

const CONFIG = 'packages/bench/test/browser/vitest.config.ts'
const MINUTES = 60_000

test('in a browser', { timeout: 4 * MINUTES }, async (context) => {
  const reason = whyNoBrowser()
  if (reason !== undefined) context.skip(reason)
  const outcome = await runInBrowser(CONFIG, 3 * MINUTES)
  expect(outcome.failures).toEqual([])
  expect(outcome.passed).toBe(2)
})

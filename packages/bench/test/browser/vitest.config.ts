/**
 * Runs the benchmark in a headless Chromium; `browser.test.ts` starts this.
 */
import { browserTests } from '../../../../tooling/vitest/browser.js'

export default browserTests({
  name: 'bench-browser',
  include: 'packages/bench/test/browser/*.browser.ts',
})

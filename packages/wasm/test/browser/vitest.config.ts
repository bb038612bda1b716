/**
 * Runs the browser tests in a headless Chromium: `ROPE_ISOLATED=1` serves the page cross-origin
 * isolated. `browser.test.ts` runs both; ROPE_CHROMIUM says where the browser is.
 */
import { browserTests } from '../../../../tooling/vitest/browser.js'

const isolated = process.env.ROPE_ISOLATED === '1'

const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

export default browserTests({
  name: `wasm-browser-${isolated ? 'isolated' : 'plain'}`,
  include: 'packages/wasm/test/browser/*.browser.ts',
  headers: isolated ? ISOLATION : {},
  define: { __ROPE_ISOLATED__: JSON.stringify(isolated) },
})

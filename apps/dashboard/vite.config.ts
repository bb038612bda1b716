/**
 * The page's build: what it may load, and which versions it measures.
 */
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'
import { SUITE_VERSION } from '../../packages/core/src/conformance/version.js'
import { pageConfig } from '../../tooling/vitest/page.js'
import { versionsOf } from '../../tooling/vitest/versions.js'

const workspace = fileURLToPath(new URL('../../', import.meta.url))

/**
 * What the built page may load and run, wherever it is hosted: its own files. Threads of the wasm
 * backend start from a blob, and charts are drawn to one when they are exported.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

const POLICY_TAG = { 'http-equiv': 'Content-Security-Policy', content: POLICY }

/**
 * Puts the policy into the built page (the server of `vite dev` needs inline scripts), and before
 * everything else the script that sets the theme, which must not wait for a module.
 */
function withHead(): Plugin {
  return {
    name: 'head',
    transformIndexHtml: (_, { server }) => [
      ...(server === undefined ? [{ tag: 'meta', attrs: POLICY_TAG }] : []),
      { tag: 'script', attrs: { src: './theme.js' } },
    ],
  }
}

/** What is measured, and what measures. */
const MEASURED = ['core', 'js', 'wasm', 'webgpu', 'auto', 'bench']

export default pageConfig({
  define: {
    ROPE_VERSIONS: JSON.stringify(versionsOf(workspace, MEASURED)),
    ROPE_SUITE_VERSION: JSON.stringify(SUITE_VERSION),
  },
  plugins: [withHead()],
  build: { modulePreload: { polyfill: false } },
})

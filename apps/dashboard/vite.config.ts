/**
 * The page's build: what it may load, and which versions it measures.
 */
import { fileURLToPath } from 'node:url'
import { SUITE_VERSION } from '../../packages/core/src/conformance/version.js'
import { THEME_FOLDER, withHead } from '../../tooling/vitest/head.js'
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
]

/** What is measured, and what measures. */
const MEASURED = ['core', 'js', 'wasm', 'webgpu', 'auto', 'bench']

export default pageConfig({
  publicDir: THEME_FOLDER,
  define: {
    ROPE_VERSIONS: JSON.stringify(versionsOf(workspace, MEASURED)),
    ROPE_SUITE_VERSION: JSON.stringify(SUITE_VERSION),
  },
  plugins: [withHead(POLICY)],
  build: { modulePreload: { polyfill: false } },
})
